-- The acting arms by tool (keyed; '' where unknown). What was asked for again counts for the
-- tool whose output it was, on the day it was asked for.
with saved as (
    select day, publication, origin, auth_mode, model_family, kind, tool,
           sum(compressions) as compressions, sum(tokens_before) as tokens_before,
           sum(tokens_after) as tokens_after, 0 as tokens_returned
    from rollup
    where arm <> 'trial' and origin <> 'imported'
    group by all
),
returned as (
    select regret.day, coalesce(regret.publication, '') as publication, regret.origin,
           regret.auth_mode, regret.model_family, regret.kind,
           coalesce(compression.tool, '') as tool,
           0 as compressions, 0 as tokens_before, 0 as tokens_after,
           sum(regret.tokens_returned) as tokens_returned
    from events as regret
    left join events as compression
           on compression.event_id = regret."of" and compression.event = 'compression'
    where regret.event in ('retrieval', 'reread')
      and regret.arm <> 'trial' and regret.origin <> 'imported'
    group by all
),
both_sides as (select * from saved union all select * from returned)
select day, publication, origin, auth_mode, model_family, kind, tool,
       cast(sum(compressions) as bigint) as compressions,
       cast(sum(tokens_before) as bigint) as tokens_before,
       cast(sum(tokens_after) as bigint) as tokens_after,
       cast(sum(tokens_returned) as bigint) as tokens_returned
from both_sides
group by all
having sum(compressions) > 0 or sum(tokens_returned) > 0
order by all
