"""What a proxy counts, and how Prometheus reads it."""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from compressors._results import Compression

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)

Labels = tuple[tuple[str, str], ...]

HELP: Mapping[str, tuple[str, str]] = {
    "toin_requests_total": ("counter", "Requests by form and class of the answer's status."),
    "toin_requests_running": ("gauge", "Requests that are being answered."),
    "toin_compressions_total": ("counter", "New compressions by kind."),
    "toin_tokens_before_total": ("counter", "Estimated tokens of new compressions, as they came."),
    "toin_tokens_after_total": ("counter", "Estimated tokens of the same as they went out."),
    "toin_retrievals_total": ("counter", "Originals that the model asked for, by outcome."),
    "toin_upstream_faults_total": ("counter", "Answers that the upstream did not give, by fault."),
    "toin_refused_total": ("counter", "Requests that the proxy refused itself, by reason."),
    "toin_untouched_total": ("counter", "Bodies of a known form passed on unread, by reason."),
    "toin_events_written_total": ("counter", "Events in complete segments."),
    "toin_events_lost_total": ("counter", "Events that could not be written."),
    "toin_engine_faults_total": ("counter", "Compressions by the engine's fault."),
    "toin_compression_seconds": ("histogram", "From a body's last byte to the shortened body."),
}
"""Every family that there is: its type, and what it means."""


class Metrics:
    """Counters, gauges and one histogram, safe between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._values: Counter[tuple[str, Labels]] = Counter()
        self._buckets = [0] * (len(_SECONDS) + 1)
        self._seconds = 0.0

    def add(self, name: str, amount: int = 1, **labels: str) -> None:
        """Add to a counter or gauge of ``HELP``."""
        with self._lock:
            self._values[name, tuple(sorted(labels.items()))] += amount

    def compressed(self, done: Compression) -> None:
        """A new compression."""
        self.add("toin_compressions_total", kind=done.kind)
        self.add("toin_tokens_before_total", done.tokens_before)
        self.add("toin_tokens_after_total", done.tokens_after)

    def took(self, seconds: float) -> None:
        """A body was shortened, or looked at, in this time."""
        with self._lock:
            self._buckets[bisect_left(_SECONDS, seconds)] += 1
            self._seconds += seconds

    def value(self, name: str, **labels: str) -> int:
        """What a counter or gauge stands at."""
        with self._lock:
            return self._values[name, tuple(sorted(labels.items()))]

    def text(self, extra: Iterable[tuple[str, Labels, int]] = ()) -> str:
        """All of it as Prometheus reads it; ``extra`` are values that are counted elsewhere."""
        with self._lock:
            values = {**self._values}
            buckets, seconds = list(self._buckets), self._seconds
        values |= {(name, labels): value for name, labels, value in extra}
        return "\n".join(_lines(values, buckets, seconds)) + "\n"


def _lines(
    values: Mapping[tuple[str, Labels], int], buckets: list[int], seconds: float
) -> Iterator[str]:
    for name, (kind, meaning) in HELP.items():
        yield f"# HELP {name} {meaning}"
        yield f"# TYPE {name} {kind}"
        if kind == "histogram":
            total = 0
            for bound, count in zip((*map(str, _SECONDS), "+Inf"), buckets, strict=True):
                total += count
                yield f'{name}_bucket{{le="{bound}"}} {total}'
            yield f"{name}_sum {seconds:.6f}"
            yield f"{name}_count {total}"
            continue
        found = sorted((labels, value) for (of, labels), value in values.items() if of == name)
        if not found:
            yield f"{name} 0"
        for labels, value in found:
            inside = ",".join(f'{key}="{_escaped(text)}"' for key, text in labels)
            yield f"{name}{{{inside}}} {value}" if inside else f"{name} {value}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
