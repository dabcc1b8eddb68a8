"""The bytes of one ``recommendations.toml``: a function of what is passed in, and of nothing else.

Contract: docs/contracts.md, section "recommendations.toml". Tables and keys stand in one
order, rows are sorted, numbers have a fixed number of digits, and there is no clock.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from compressors.book import publication_id
from compressors.events import KIND_NAMES
from pipelines.choice import Certified, Choice, Decision
from pipelines.evidence import DIGITS
from pipelines.settings import Settings

SCHEMA = 1
_NO_ID = 'id = "sha256:' + "0" * 64 + '"'
_FINE = 6


def compose(
    choice: Choice,
    certificates: Sequence[Certified],
    *,
    engines: Sequence[str],
    datasets: Mapping[str, str],
    pepper_id: str,
    demonstration: bool,
    settings: Settings,
) -> bytes:
    """The bytes of one publication.

    Args:
        choice: Decisions and defaults; without rows the file fits every pepper.
        certificates: Those of certified profiles go into the file, in ladder order; of a
            profile that cannot lose anything, if they meet the threshold like any other.
        engines: Full digests: of the engine certified, then of those of equal outputs.
        datasets: Digest (64 hex digits) of each data set that was replayed.
        pepper_id: Of the pepper that keys the rows; left out where there are none.
        demonstration: Whether sample data or the public pepper are behind it.
        settings: Delta, alpha and the share of the control.

    Raises:
        ValueError: a certificate's data set has no digest in ``datasets``, or there is no
            engine; both are errors of the caller.
    """
    rows = choice.rows
    shown = sorted(
        (c for c in certificates if c.certified and c.p <= c.threshold),
        key=lambda c: (c.kind, c.rung, c.dataset),
    )
    epsilon = {c.dataset: _number(c.epsilon) for c in sorted(certificates, key=_dataset)}
    unknown = sorted(epsilon.keys() - datasets.keys())
    if unknown or not engines:
        raise ValueError(f"data sets without digest: {unknown}; engines: {list(engines)}")
    head = {
        "engine": "[" + ", ".join(_quoted(_digest(e)) for e in engines) + "]",
        "demonstration": "true" if demonstration else None,
        "pepper_id": _quoted(pepper_id) if rows else None,
        "origin": _quoted(choice.origin) if rows and choice.origin else None,
        "watermark": _timestamp(choice.watermark) if rows and choice.watermark else None,
        "delta": _number(settings.delta),
        "epsilon": _inline(epsilon),
        "datasets": _inline({name: _quoted(_digest(datasets[name])) for name in epsilon}),
        "control_share": str(settings.control_share if rows else 0),
    }
    lines = [f"schema = {SCHEMA}", "", "[publication]", _NO_ID, *_table(head)]
    for certificate in shown:
        lines += ["", "[[certificate]]", *_table(_certificate(certificate))]
    for kind in KIND_NAMES:
        profile = choice.defaults.get(kind)
        if profile is not None:
            lines += ["", "[[default]]"]
            lines += _table({"kind": _quoted(kind), "profile": _quoted(profile.name)})
            lines += _params("[default.params]", profile.overrides)
    for decision in rows:
        lines += _recommendation(decision, level=1 - settings.alpha)
    content = ("\n".join(lines) + "\n").encode()
    return content.replace(_NO_ID.encode(), f'id = "{publication_id(content)}"'.encode(), 1)


def _certificate(c: Certified) -> dict[str, str | None]:
    return {
        "kind": _quoted(c.kind),
        "profile": _quoted(c.profile),
        "profile_id": _quoted(c.profile_id),
        "dataset": _quoted(c.dataset),
        "block": str(c.block),
        "version": str(c.version),
        "kinds": str(c.kinds),
        "n": str(c.n),
        "harms": str(c.harms),
        "p": _number(c.p),
        "solvable": _number(c.solvable, DIGITS),
        "status": _quoted(c.status),
    }


def _recommendation(d: Decision, *, level: float) -> list[str]:
    lines = ["", "[[recommendation]]"]
    lines += _table(
        {
            "auth_mode": _quoted(d.slice.auth_mode),
            "model_family": _quoted(d.slice.model_family),
            "structure_hash": _quoted(d.slice.structure_hash),
            "skip_compression_recommended": "true" if d.profile.params.passthrough else "false",
            "strategy_hint": _quoted(d.profile.name),
            "confidence": _number(d.confidence, DIGITS),
            "observations": str(d.conversations),
        }
    )
    lines += _params("[recommendation.params]", d.profile.overrides)
    if d.canary is not None:
        lines.append("[recommendation.canary]")
        lines += _table(
            {
                "profile": _quoted(d.canary.profile.name),
                "experiment": _quoted(d.canary.experiment),
                "share": str(d.canary.share),
            }
        )
    lines.append("[recommendation.evidence]")
    lines += _table(
        {
            "reason": _quoted(d.reason),
            "instances": str(d.instances),
            "net_savings": f"[{_number(d.net_low, DIGITS)}, {_number(d.net_high, DIGITS)}]",
            "regret": f"[{_number(d.regret_low, DIGITS)}, {_number(d.regret_high, DIGITS)}]",
            "level": _number(level),
        }
    )
    return lines


def _params(header: str, overrides: Mapping[str, float | list[str]]) -> list[str]:
    if not overrides:
        return []
    values = {
        name: "[" + ", ".join(_quoted(v) for v in sorted(value)) + "]"
        if isinstance(value, list)
        else _number(value)
        for name, value in sorted(overrides.items())
    }
    return [header, *_table(values)]


def _inline(values: Mapping[str, str]) -> str:
    inside = ", ".join(f"{name} = {value}" for name, value in values.items())
    return "{ " + inside + " }" if inside else "{}"


def _digest(digest: str) -> str:
    return "sha256:" + digest.removeprefix("sha256:")


def _dataset(certificate: Certified) -> str:
    return certificate.dataset


def _table(values: Mapping[str, str | None]) -> list[str]:
    return [f"{name} = {value}" for name, value in values.items() if value is not None]


def _quoted(text: str) -> str:
    # What JSON escapes in a string, TOML's basic strings escape alike.
    return json.dumps(text, ensure_ascii=False)


def _number(value: float | None, digits: int = _FINE) -> str:
    """Rounded to ``digits`` places, at least one of them written, never a negative zero."""
    if value is None:
        raise ValueError("a row is published with its bounds and its confidence")
    whole, _, places = f"{round(value, digits) + 0.0:.{digits}f}".partition(".")
    return f"{whole}.{places.rstrip('0') or '0'}"


def _timestamp(time: datetime) -> str:
    """UTC, to the millisecond where there are any."""
    fraction = f".{time.microsecond // 1000:03d}" if time.microsecond else ""
    return f"{time:%Y-%m-%dT%H:%M:%S}{fraction}Z"
