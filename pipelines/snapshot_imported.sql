-- What other tools' histories say of each day; null is unknown, and is shown as that.
select source, day, coalesce(model_family, 'unknown') as model_family,
       count(*) as uses,
       cast(sum(tokens_before) as bigint) as tokens_before,
       cast(sum(tokens_after) as bigint) as tokens_after
from imported_uses
group by all
order by all
