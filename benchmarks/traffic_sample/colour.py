"""Small side tools of a coding agent: grep, diff and the configuration of a service."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from traffic_sample.listings import Listing
from traffic_sample.world import Draw, pick

FOLDERS = ("app", "core", "lib", "jobs", "adapters", "web", "store", "rules", "tests")
STEMS = (
    "totals", "voucher", "capture", "retry", "labels", "ranking", "sync", "bins", "window",
    "rates", "mailer", "session", "limits", "intake", "audit", "quota", "merge", "schedule",
)  # fmt: skip
VERBS = ("apply", "resolve", "collect", "refresh", "settle", "assign", "expire", "merge", "book")
THINGS = (
    "voucher", "tax_row", "stock_lock", "label_batch", "carrier_rate", "refund", "bin_count",
    "price_list", "session", "facet_cache", "manifest", "webhook",
)  # fmt: skip
SETTINGS = (
    ("request_timeout_ms", range(800, 9000, 50)), ("pool_size", range(8, 96, 4)),
    ("retry_limit", range(2, 9)), ("batch_rows", range(100, 5000, 100)),
    ("lock_ttl_s", range(15, 900, 15)), ("cache_minutes", range(5, 240, 5)),
    ("max_body_kb", range(64, 4096, 64)), ("backoff_ms", range(50, 2000, 25)),
    ("queue_depth", range(200, 9000, 100)), ("page_rows", range(20, 500, 10)),
    ("drain_seconds", range(5, 120, 5)), ("sample_permille", range(1, 100)),
)  # fmt: skip
USES = (
    "    result = {symbol}({a}, now=clock())",
    "        if not {symbol}({a}):",
    "    return {symbol}({a}, {b})",
    "from {module} import {symbol}",
    "    with timed('{symbol}'):",
    "    assert {symbol}({a}) == {b}",
    "        self._pending.append({symbol}({a}))",
    "# {symbol} must run before {b} is written",
    "    {b} = [{symbol}(each) for each in {a}]",
)
NAMES = ("order", "cart", "row", "batch", "line", "entry", "parcel", "page", "event")


def grep(draw: Draw) -> Listing:
    """Where a function is defined and used."""
    rng = draw.rng
    symbol = f"{pick(rng, VERBS)}_{pick(rng, THINGS)}"
    files = sorted({f"{pick(rng, FOLDERS)}/{pick(rng, STEMS)}.py" for _ in range(24)})
    home = rng.randrange(len(files))
    lines, target = [], {}
    for place, path in enumerate(files):
        at = rng.randrange(4, 60)
        if place == home:
            target = {"symbol": symbol, "path": path, "line": str(at)}
            lines.append(f"{path}:{at}:def {symbol}({pick(rng, NAMES)}, *, now):")
        for _ in range(rng.randrange(1, 4)):
            at += rng.randrange(3, 70)
            use = pick(rng, USES).format(
                symbol=symbol, module=files[home][:-3].replace("/", "."),
                a=pick(rng, NAMES), b=pick(rng, NAMES),
            )  # fmt: skip
            lines.append(f"{path}:{at}:{use}")
    asked = {"pattern": symbol, "path": "."}
    return Listing("grep_repo", asked, {"symbol": symbol}, "\n".join(lines), target, {})


def diff(draw: Draw) -> Listing:
    """The latest change of a settings module."""
    rng = draw.rng
    file = f"{pick(rng, FOLDERS[:-1])}/{pick(rng, STEMS)}.py"
    settings = list(SETTINGS)
    rng.shuffle(settings)
    name, values = settings[0]
    old, new = rng.sample(list(values), 2)
    hunks, at = [], rng.randrange(6, 30)
    for place, (other, choices) in enumerate(settings[:4]):
        before = [f" {o.upper()} = {pick(rng, c)}" for o, c in settings[4 + place : 7 + place]]
        changed = (
            [f"-{name.upper()} = {old}", f"+{name.upper()} = {new}"]
            if place == 1
            else [f"+# {other}: {pick(rng, choices)} was tried and gave nothing"]
        )
        after = [f" def {pick(rng, VERBS)}_{pick(rng, THINGS)}({pick(rng, NAMES)}):", "     ..."]
        grown = 0 if place == 1 else 1
        size = len(before) + len(after) + (1 - grown)
        hunks.append(f"@@ -{at},{size} +{at + place},{size + grown} @@")
        hunks += before + changed + after
        at += rng.randrange(20, 70)
    digest = [f"{rng.getrandbits(28):07x}" for _ in range(2)]
    head = [
        f"diff --git a/{file} b/{file}",
        f"index {digest[0]}..{digest[1]} 100644",
        f"--- a/{file}",
        f"+++ b/{file}",
    ]
    target = {"file": file, "key": name.upper(), "old": str(old), "new": str(new)}
    asked = {"path": file, "revision": "HEAD"}
    return Listing("git_diff", asked, {"file": file}, "\n".join(head + hunks), target, {})


def config(draw: Draw, service: Mapping[str, Any]) -> Listing:
    """The configuration of a service, as YAML."""
    rng = draw.rng
    settings = list(SETTINGS)
    rng.shuffle(settings)
    path = f"deploy/{service['name']}/settings.yaml"
    target: dict[str, str] = {}
    lines = [f"service: {service['name']}", "environment: production"]
    wanted = rng.randrange(9)
    for group in range(3):
        lines.append(f"{pick(rng, STEMS)}_{group + 1}:")
        for place, (key, values) in enumerate(settings[group * 3 : group * 3 + 3]):
            value = pick(rng, values)
            lines.append(f"  {key}: {value}")
            if group * 3 + place == wanted:
                target = {"key": key, "value": str(value), "path": path}
        lines.append(f"  logger: {pick(rng, service['loggers'])}")
    lines.append("hosts:")
    lines += [f"  - {service['host']}-{n:02d}.internal" for n in sorted(rng.sample(range(1, 24), 9))]
    spoken = {"key": target["key"], "service": service["name"]}
    content = "\n".join(lines) + "\n"
    return Listing("read_config", {"path": path}, spoken, content, target, {})
