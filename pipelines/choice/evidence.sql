-- One row a conversation, slice, profile, arm and unit: what a decision may rest on.
--
-- Recorded conversations are computed, not observed: however many passes saw one, it counts
-- once a profile and engine, in the pass that saw most of it. A new engine digest starts a
-- new epoch: of each slice only the engine asked for counts, where it was seen at all, else
-- the one that appeared last.
with known as (
    select * from rollup
    where origin = $origin
      and conversation <> ''
      and ($origin = 'recorded' or arm <> 'trial')
),
engines as (
    select auth_mode, model_family, structure_hash, engine,
           row_number() over (
               partition by auth_mode, model_family, structure_hash
               order by engine = $engine desc, min(started) desc, engine desc
           ) as place
    from known
    group by auth_mode, model_family, structure_hash, engine
),
passes as (
    select known.auth_mode, known.model_family, known.structure_hash, kind, profile, profile_id,
           case when $origin = 'recorded' then '' else arm end as arm,
           case when $origin = 'recorded' then '' else experiment end as experiment,
           case when $origin = 'recorded' then '' else unit end as unit,
           publication, conversation,
           min(instance) as instance,
           min(started) as started,
           cast(sum(compressions) as bigint) as compressions,
           cast(sum(counted) as bigint) as counted,
           cast(sum(tokens_before) as bigint) as tokens_before,
           cast(sum(tokens_after) as bigint) as tokens_after,
           cast(sum(tokens_returned) as bigint) as tokens_returned,
           cast(sum(regrets_counted) as bigint) as regrets
    from known
    join engines using (auth_mode, model_family, structure_hash, engine)
    where place = 1
    group by all
),
ranked as (
    select *, row_number() over (
        partition by auth_mode, model_family, structure_hash, profile_id, arm, experiment,
                     unit, conversation, case when $origin = 'recorded' then '' else publication end
        order by compressions desc, publication, kind, profile
    ) as place
    from passes
)
select auth_mode, model_family, structure_hash, kind, profile, profile_id, arm, experiment,
       unit, publication, conversation, instance, started, counted, tokens_before, tokens_after,
       tokens_returned, regrets
from ranked
where place = 1
  and started >= $since
order by auth_mode, model_family, structure_hash, started, conversation, kind, profile_id, arm,
         experiment, unit, publication
