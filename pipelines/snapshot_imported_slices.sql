-- Slices that other tools have a history of, the most compressed first: where to look first.
-- `seen` says whether our own engines know the structure.
with counted as (
    select source,
           coalesce(auth_mode, 'unknown') as auth_mode,
           coalesce(model_family, 'unknown') as model_family,
           structure_hash,
           count(distinct instance) as stores,
           cast(sum(compressions) as bigint) as compressions,
           cast(sum(retrievals) as bigint) as retrievals,
           cast(sum(full_retrievals) as bigint) as full_retrievals,
           -- Decimals, so that the sum does not depend on the order.
           cast(sum(cast(token_reduction as decimal(18, 6)) * compressions) as double)
               / sum(compressions) filter (token_reduction is not null) as token_reduction
    from imported_patterns
    group by all
)
select source, auth_mode, model_family, structure_hash, stores, compressions, retrievals,
       full_retrievals, round(token_reduction, 6) as token_reduction,
       structure_hash in (select structure_hash from rollup) as seen
from counted
order by compressions desc, retrievals desc, source, auth_mode, model_family, structure_hash
