"""The log tool: a stretch of what one service wrote, one event a line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from traffic_sample.listings import Listing
from traffic_sample.world import Draw, pick, said


def service_log(
    draw: Draw,
    service: Mapping[str, Any],
    intent: str,
    windows: Mapping[str, Sequence[str]],
) -> Listing:
    """A stretch of ``service``'s log; the target line is made to fit the intent."""
    rng = draw.rng
    minutes = pick(rng, (10, 15, 20, 30))
    start, end = draw.window(minutes=minutes)
    count = rng.randrange(60, 96)
    moments = sorted(rng.sample(range(minutes * 60_000), count))
    hosts = [draw.once(lambda: f"{service['host']}-{_pod(draw)}") for _ in range(4)]
    loggers = service["loggers"]
    lines: list[dict[str, str]] = []
    for moment in moments:
        kind = rng.randrange(len(service["routine"]))
        lines.append(
            _line(
                draw,
                stamp=f"{start + timedelta(milliseconds=moment):%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "Z",
                level="INFO",
                host=pick(rng, hosts),
                logger=loggers[kind % len(loggers)],
                template=service["routine"][kind],
            )
        )
    at = rng.randrange(count // 5, 4 * count // 5)
    job = ""

    def rewrite(place: int, level: str, template: str, logger: str | None = None) -> None:
        old = lines[place]
        lines[place] = _line(
            draw, stamp=old["stamp"], level=level, host=old["host"],
            logger=logger or pick(rng, loggers), template=template,
        )  # fmt: skip

    if intent == "errors":
        template = pick(rng, service["error"])
        rewrite(at, "ERROR", template, pick(rng, loggers))
        if rng.random() < 0.35:  # the same again, on the same host
            for later in sorted(rng.sample(range(at + 1, count), min(3, count - at - 1))):
                lines[later]["host"] = lines[at]["host"]
                rewrite(later, "ERROR", template, lines[at]["logger"])
    elif intent == "warnings":
        rewrite(at, "WARN", pick(rng, service["warn"]))
    elif intent == "odd":
        rewrite(at, "INFO", pick(rng, service["rare"]), "service.lifecycle")
    elif intent == "job":
        job = pick(rng, service["jobs"])
        rows, seconds = draw.digits(5), rng.randrange(11, 590)
        rewrite(at, "INFO", f"job {job} finished, {rows} rows in {seconds}s", "service.scheduler")
    elif intent == "by_request":
        routine = [n for n in range(count // 5, 4 * count // 5) if lines[n]["ref"]]
        at = pick(rng, routine)
    if intent != "warnings" and rng.random() < 0.3:
        spare = [n for n in range(count) if abs(n - at) > 2 and lines[n]["level"] == "INFO"]
        rewrite(pick(rng, spare), "WARN", pick(rng, service["warn"]))
    middle = [
        n
        for n in range(count // 3, 2 * count // 3)
        if n != at and lines[n]["ref"] and lines[n]["level"] == "INFO"
    ]
    other = lines[pick(rng, middle)]
    content = "\n".join(
        f"{line['stamp']} {line['level']:<5} [{line['host']}] {line['logger']}: {line['message']}"
        for line in lines
    )
    asked = {
        "service": service["name"],
        "from": f"{start:%Y-%m-%dT%H:%MZ}",
        "to": f"{end:%Y-%m-%dT%H:%MZ}",
    }
    spoken = {"service": service["name"], **said(rng, start, end, windows)}
    return Listing(
        "read_service_log", asked, spoken, content, {**lines[at], "job": job}, {**other, "job": ""}
    )


def _pod(draw: Draw) -> str:
    """The changing end of a host's name."""
    letters = "bcdfghjklmnpqrstvwxz"
    return "".join(f"{pick(draw.rng, letters)}{draw.rng.randrange(2, 10)}" for _ in range(2))


def _line(
    draw: Draw, *, stamp: str, level: str, host: str, logger: str, template: str
) -> dict[str, str]:
    rng = draw.rng
    ref = draw.once(lambda: f"{rng.getrandbits(32):08x}")
    order, sku = f"ORD-{rng.randrange(20000, 99999)}", f"{draw.shop['sku']}-{draw.digits(5)}"
    filled = {
        "req": ref,
        "cart": f"{rng.getrandbits(24):06x}",
        "order": order,
        "sku": sku,
        "ms": str(rng.randrange(8, 480)),
        "slow": str(rng.randrange(900, 4800)),
        "n": str(rng.randrange(2, 40)),
        "kb": str(rng.randrange(20, 900)),
    }
    message = template.format_map(filled)
    first = message.split()[0]
    return {
        "stamp": stamp,
        "time": stamp[11:19],
        "level": level,
        "host": host,
        "logger": logger,
        "message": message,
        "code": first if level == "ERROR" and "-" in first else "",
        "ref": ref if "{req}" in template else "",
        "order": order if "{order}" in template else "",
        "sku": sku if "{sku}" in template else "",
    }
