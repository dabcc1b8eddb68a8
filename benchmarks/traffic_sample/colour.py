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
SECTIONS = {
    "http": ("request_timeout_ms", "max_body_kb", "keepalive_seconds", "header_limit", "workers"),
    "store": ("pool_size", "statement_timeout_ms", "lock_ttl_s", "vacuum_hour", "page_rows"),
    "queue": ("batch_rows", "retry_limit", "backoff_ms", "visibility_s", "queue_depth"),
    "cache": ("cache_minutes", "max_entries", "stale_seconds", "shards", "warm_rows"),
    "mail": ("per_minute", "bounce_limit", "template_version", "digest_hour", "attachment_kb"),
    "tracing": ("sample_permille", "span_limit", "flush_ms", "retention_days", "baggage_bytes"),
    "deploy": ("drain_seconds", "surge_percent", "probe_seconds", "grace_seconds", "revisions"),
    "limits": ("per_client", "burst", "window_seconds", "ban_minutes", "open_files"),
}
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
    hunks, at, grown = [], rng.randrange(6, 30), 0
    wanted = rng.randrange(2, 9)
    for place in range(rng.randrange(11, 15)):
        before = [
            f" {key.upper()} = {pick(rng, list(c))}" for key, c in rng.sample(settings[1:], 3)
        ]
        if place == wanted:
            changed = [f"-{name.upper()} = {old}", f"+{name.upper()} = {new}"]
        else:
            thing = pick(rng, THINGS)
            changed = [
                f"-    {pick(rng, VERBS)}_{thing}({pick(rng, NAMES)})",
                f"+    {pick(rng, VERBS)}_{thing}({pick(rng, NAMES)}, {pick(rng, NAMES)}=None)",
            ]
            if rng.random() < 0.4:
                changed.append(f"+    log.debug('{thing} done for %s', {pick(rng, NAMES)})")
        after = [f" def {pick(rng, VERBS)}_{pick(rng, THINGS)}({pick(rng, NAMES)}):", "     ..."]
        more = sum(line[0] == "+" for line in changed) - 1
        size = len(before) + len(after)
        hunks.append(f"@@ -{at},{size + 1} +{at + grown},{size + 1 + more} @@")
        hunks += before + changed + after
        grown += more
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
    """The configuration of a service, as YAML; every service has the same keys."""
    rng = draw.rng
    path = f"deploy/{service['name']}/settings.yaml"
    lines = [f"service: {service['name']}", "environment: production"]
    found = []
    for section, keys in SECTIONS.items():
        lines.append(f"{section}:")
        for key in keys:
            value = rng.randrange(2, 99) * pick(rng, (1, 1, 5, 25, 100))
            lines.append(f"  {key}: {value}")
            found.append({"key": f"{section}.{key}", "value": str(value), "path": path})
        reviewer, runbook = pick(rng, STEMS), f"{pick(rng, VERBS)}-{section}"
        lines.append(f"  note: reviewed by {reviewer} team, see runbook {runbook}")
        lines.append(f"  logger: {pick(rng, service['loggers'])}")
    lines.append("hosts:")
    lines += [
        f"  - {service['host']}-{n:02d}.internal" for n in sorted(rng.sample(range(1, 60), 9))
    ]
    target = pick(rng, found)
    spoken = {"key": target["key"], "service": service["name"]}
    content = "\n".join(lines) + "\n"
    return Listing("read_config", {"path": path}, spoken, content, target, {})
