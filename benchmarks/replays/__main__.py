"""``python -m benchmarks.replays [--data DIR] [--cases N]``: where the time of replays goes.

CPU time of one process, by kind: the engine, and beside it building cases, solving, counting tokens
and making the controls.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

from compressors.book import BUILT_IN
from compressors.engine import Engine, Loaded
from compressors.handles import MemoryHandles
from compressors.pepper import Pepper
from pipelines.replays import outcomes
from pipelines.replays.manifests import selected
from pipelines.replays.outcomes import cases_of, replay
from pipelines.replays.renderings import KINDS_UNDER_TEST

ENGINE = "engine"


class Clock:
    """CPU seconds by part; what a part spends in another one counts there alone."""

    def __init__(self) -> None:
        self.spent: Counter[str] = Counter()
        self._inner: list[float] = []

    def timed(self, part: str, work: Callable[..., Any]) -> Callable[..., Any]:
        """``work``, its time counted for ``part``."""

        def counted(*given: Any, **named: Any) -> Any:
            began = time.process_time()
            self._inner.append(0.0)
            try:
                return work(*given, **named)
            finally:
                took = time.process_time() - began
                self.spent[part] += took - self._inner.pop()
                if self._inner:
                    self._inner[-1] += took

        return counted


def main() -> None:
    """Print a row for every kind."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.replays", description=__doc__)
    parser.add_argument("--data", type=Path, help="the public data sets [the bundled samples]")
    parser.add_argument("--cases", type=int, default=20, help="of each data set and kind")
    given = parser.parse_args()
    print("| kind | cases | ms a case | engine | building | solving | counting | controls | rest |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    for kind in KINDS_UNDER_TEST:
        spent, count = _measured(kind, given.data, given.cases)
        total = sum(spent.values())
        parts = (ENGINE, "building", "solving", "counting", "controls", "rest")
        shares = " | ".join(f"{100 * spent[part] / total:.0f} %" for part in parts)
        print(f"| {kind} | {count} | {1000 * total / count:.1f} | {shares} |")


def _measured(kind: str, data: Path | None, count: int) -> tuple[Counter[str], int]:
    clock = Clock()
    engine = Engine(pepper=Pepper(b"0" * 32), loaded=Loaded(BUILT_IN), handles=MemoryHandles())
    made = 0
    controls = {
        name: clock.timed("controls", control) for name, control in outcomes.CONTROLS.items()
    }
    with (
        mock.patch.object(Engine, "read", clock.timed(ENGINE, Engine.read)),
        mock.patch.object(Engine, "apply", clock.timed(ENGINE, Engine.apply)),
        mock.patch.object(Engine, "passages", clock.timed(ENGINE, Engine.passages)),
        mock.patch.object(outcomes, "_solved", clock.timed("solving", outcomes._solved)),
        mock.patch.object(outcomes, "estimate", clock.timed("counting", outcomes.estimate)),
        mock.patch.object(outcomes, "CONTROLS", controls),
    ):
        build = clock.timed("building", lambda cases, number: cases.case(kind, number))
        run = clock.timed("rest", lambda case: list(replay(case, engine, stamp=("", ""))))
        for source in selected(data):
            cases = cases_of(source, engine)
            total = cases.count(kind)
            for number in range(0, total, max(1, total // count)):
                run(build(cases, number))
                made += 1
    return clock.spent, made


if __name__ == "__main__":
    main()
