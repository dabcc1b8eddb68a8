-- What each publication but the current one decided: `published` rows are those of its file.
select publication, auth_mode, model_family, structure_hash, kind, profile, published, reason,
       conversations, net_low, net_high, regret_low, regret_high
from decisions
where publication <> $current
order by publication, auth_mode, model_family, structure_hash
