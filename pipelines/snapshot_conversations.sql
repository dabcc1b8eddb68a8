-- What acted in each conversation: trials and what other tools report are never in a total.
select publication, kind,
       auth_mode || '/' || model_family || '/' || structure_hash as slice,
       profile, conversation,
       min(started) as started,
       cast(sum(tokens_before) as bigint) as tokens_before,
       cast(sum(tokens_after) as bigint) as tokens_after,
       cast(sum(tokens_returned) as bigint) as tokens_returned
from rollup
where arm <> 'trial' and origin <> 'imported'
group by all
order by publication, started, conversation, slice, profile
