-- The display cube: days of kinds under their profiles and arms, trials included and named.
-- Sums of the rollup, to the token; what re-reads brought back is a part of tokens_returned
-- that only the events tell apart.
with summed as (
    select day, publication, origin, arm, auth_mode, model_family, kind, profile,
           cast(sum(compressions) as bigint) as compressions,
           cast(sum(tokens_before) as bigint) as tokens_before,
           cast(sum(tokens_after) as bigint) as tokens_after,
           cast(sum(tokens_returned) as bigint) as tokens_returned,
           cast(sum(retrievals) as bigint) as retrievals,
           cast(sum(rereads) as bigint) as rereads,
           cast(sum(regrets) as bigint) as regrets,
           cast(sum(lossy) as bigint) as lossy,
           cast(sum(faults) as bigint) as faults,
           cast(sum(latency_us) as bigint) as latency_us
    from rollup
    group by all
),
reread as (
    select day, coalesce(publication, '') as publication, origin, arm, auth_mode, model_family,
           kind, profile, cast(sum(tokens_returned) as bigint) as tokens_reread
    from events
    where event = 'reread'
    group by all
)
select summed.*, coalesce(tokens_reread, 0) as tokens_reread
from summed
left join reread using (day, publication, origin, arm, auth_mode, model_family, kind, profile)
order by day, publication, origin, arm, auth_mode, model_family, kind, profile
