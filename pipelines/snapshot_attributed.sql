-- Net savings of the acting arms by the price class that they would have been billed in: a
-- conversation's net tokens are split as its billed input was, uncached, read from the cache and
-- written to it. Whole tokens; the uncached class takes what rounding leaves. Of a conversation
-- without a bill the class is unknown.
with mix as (
    select conversation,
           cast(coalesce(sum(tokens_cache_read), 0) as hugeint) as cache_read,
           cast(coalesce(sum(tokens_cache_write), 0) as hugeint) as cache_write,
           cast(coalesce(sum(tokens_input), 0) + coalesce(sum(tokens_cache_read), 0)
                + coalesce(sum(tokens_cache_write), 0) as hugeint) as billed
    from events
    where event = 'usage' and conversation is not null
    group by conversation
),
net as (
    select day, publication, origin, auth_mode, model_family, kind, conversation,
           cast(sum(tokens_before - tokens_after - tokens_returned) as hugeint) as net
    from rollup
    where arm <> 'trial' and origin <> 'imported'
    group by all
),
split as (
    select net.*, coalesce(billed, 0) > 0 as known,
           case when billed > 0 then net * cache_read // billed else 0 end as net_cache_read,
           case when billed > 0 then net * cache_write // billed else 0 end as net_cache_write
    from net left join mix using (conversation)
)
select day, publication, origin, auth_mode, model_family, kind,
       cast(coalesce(sum(net - net_cache_read - net_cache_write) filter (known), 0) as bigint)
           as net_input,
       cast(sum(net_cache_read) as bigint) as net_cache_read,
       cast(sum(net_cache_write) as bigint) as net_cache_write,
       cast(coalesce(sum(net) filter (not known), 0) as bigint) as net_unknown
from split
group by all
order by all
