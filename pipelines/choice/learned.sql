-- What each profile made of the learn part of the replays: tokens, summed.
select kind, profile_id,
       cast(sum(tokens_before) as bigint) as tokens_before,
       cast(sum(tokens_after) as bigint) as tokens_after
from outcomes
where split = 'learn'
  and treatment = 'profile'
  and list_contains($replays, replay)
group by kind, profile_id
order by kind, profile_id
