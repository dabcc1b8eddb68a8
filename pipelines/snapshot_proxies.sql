-- Which proxy (keyed) ran which publication with which engine, and how often it was refused one.
select instance, coalesce(publication, '') as publication, engine, origin,
       min(day) as first, max(day) as last,
       count(*) as compressions,
       count(distinct conversation) as conversations,
       count(*) filter (fault is not null) as faults,
       count(*) filter (fault = 'publication_refused') as refused
from events
where event = 'compression' and arm <> 'trial' and origin <> 'imported'
group by all
order by all
