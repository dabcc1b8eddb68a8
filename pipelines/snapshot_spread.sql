-- Conversations of the acting arms by the day they began and by the share that they saved net,
-- in steps of a twentieth (-10: half again or more was added; 19: all but a twentieth was saved).
-- Kind '' is the whole conversation. Sums of squares and products are for the interval of a
-- ratio over any selection: exact sums of integers, rounded once.
with acting as (
    select publication, origin, auth_mode, model_family, kind, conversation, day,
           tokens_before, tokens_before - tokens_after - tokens_returned as tokens_net
    from rollup
    where arm <> 'trial' and origin <> 'imported' and conversation <> ''
),
sized as (
    select publication, origin, auth_mode, model_family,
           case when grouping(kind) = 1 then '' else kind end as kind, conversation,
           min(day) as day,
           cast(sum(tokens_before) as hugeint) as tokens_before,
           cast(sum(tokens_net) as hugeint) as tokens_net
    from acting
    group by grouping sets (
        (publication, origin, auth_mode, model_family, conversation),
        (publication, origin, auth_mode, model_family, conversation, kind)
    )
)
select day, publication, origin, auth_mode, model_family, kind,
       case when tokens_before = 0 then -10
            else greatest(-10, least(19, cast(floor(20.0 * tokens_net / tokens_before) as integer)))
       end as bucket,
       count(*) as conversations,
       cast(sum(tokens_before) as bigint) as tokens_before,
       cast(sum(tokens_net) as bigint) as tokens_net,
       cast(sum(tokens_before * tokens_before) as double) as square_before,
       cast(sum(tokens_net * tokens_net) as double) as square_net,
       cast(sum(tokens_before * tokens_net) as double) as product
from sized
group by all
order by all
