-- The bill as providers counted it, of every request that was reported. No kind: a request has many.
select day, coalesce(publication, '') as publication, origin, auth_mode, model_family,
       count(*) as requests,
       cast(coalesce(sum(tokens_input), 0) as bigint) as tokens_input,
       cast(coalesce(sum(tokens_cache_read), 0) as bigint) as tokens_cache_read,
       cast(coalesce(sum(tokens_cache_write), 0) as bigint) as tokens_cache_write,
       cast(coalesce(sum(tokens_output), 0) as bigint) as tokens_output
from events
where event = 'usage' and origin <> 'imported'
group by all
order by all
