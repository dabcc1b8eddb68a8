-- Every slice as it is now, by arm and profile and by period: 0 the newest half-life before the
-- newest day of its origin, 1 the one before, 2 all earlier. Periods 0 and 1 together are the
-- evidence window that decides. Passes of recorded traffic stand apart by publication ('' for live).
with newest as (select origin, max(day) as day from rollup group by origin)
select auth_mode, model_family, structure_hash, rollup.kind, rollup.origin,
       case when rollup.origin = 'recorded' then publication else '' end as publication,
       arm, profile,
       least(2, (newest.day - rollup.day) // $half_life) as period,
       min(rollup.day) as first, max(rollup.day) as last,
       count(distinct nullif(conversation, '')) as conversations,
       cast(sum(compressions) as bigint) as compressions,
       cast(sum(tokens_before) as bigint) as tokens_before,
       cast(sum(tokens_after) as bigint) as tokens_after,
       cast(sum(tokens_returned) as bigint) as tokens_returned,
       cast(sum(retrievals) as bigint) as retrievals,
       cast(sum(rereads) as bigint) as rereads,
       cast(sum(regrets) as bigint) as regrets
from rollup join newest using (origin)
where rollup.origin <> 'imported'
group by all
order by auth_mode, model_family, structure_hash, kind, origin, publication, arm, profile, period
