-- How often an agent went back for what a filter of another tool had cut, worst first.
with counted as (
    select source, filter, mode,
           count(distinct instance) as stores,
           cast(sum(elisions) as bigint) as elisions,
           cast(sum(recalls) as bigint) as recalls
    from imported_recalls
    group by all
)
select * from counted
order by recalls / greatest(elisions, 1) desc, elisions desc, source, filter, mode
