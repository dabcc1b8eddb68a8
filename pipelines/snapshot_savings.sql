-- The display cube: days of slices under their profiles and arms, trials included and named.
select day, publication, origin, arm, auth_mode, model_family, structure_hash, kind, profile,
       count(distinct nullif(conversation, '')) as conversations,
       cast(sum(compressions) as bigint) as compressions,
       cast(sum(tokens_before) as bigint) as tokens_before,
       cast(sum(tokens_after) as bigint) as tokens_after,
       cast(sum(tokens_returned) as bigint) as tokens_returned,
       cast(sum(retrievals) as bigint) as retrievals,
       cast(sum(regrets) as bigint) as regrets,
       cast(sum(lossy) as bigint) as lossy,
       cast(sum(faults) as bigint) as faults,
       cast(sum(latency_us) as bigint) as latency_us
from rollup
group by all
order by all
