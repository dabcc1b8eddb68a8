-- Why content passed otherwise than its profile says.
select day, origin, kind, fault, count(*) as compressions
from events
where event = 'compression' and fault is not null and origin <> 'imported'
group by all
order by all
