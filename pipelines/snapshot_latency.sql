-- How long the engine took, acting arms (recorded traffic is not timed): compressions in buckets of an eighth of a doubling, so
-- that bucket b holds 2^(b/8) to 2^((b+1)/8) microseconds.
select origin, kind,
       cast(floor(8 * log2(greatest(latency_us, 1))) as integer) as bucket,
       count(*) as compressions
from events
where event = 'compression' and arm <> 'trial' and origin <> 'imported' and latency_us > 0
group by all
order by all
