"""Progress on stderr: bars on a terminal, plain lines where nobody watches."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol

import click

if TYPE_CHECKING:
    from rich.progress import TaskID


class Reporter(Protocol):
    """What a long job tells while it works."""

    def note(self, text: str) -> None:
        """Say one line."""
        ...

    def step(self, name: str, done: int, total: int) -> None:
        """``done`` of ``total`` parts of the step ``name`` are finished; total 0: not known."""
        ...


_PAUSE = 30.0
"""Seconds between two lines about the same step."""


class Plain:
    """A line when a step begins, one when it has ended, and one now and then in between.

    Args:
        clock: seconds that only go forward.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._began: dict[str, tuple[float, int]] = {}
        self._said: dict[str, float] = {}
        self._ended: set[str] = set()

    def __enter__(self) -> Plain:
        return self

    def __exit__(self, *_: object) -> None:
        return

    def note(self, text: str) -> None:
        """Say one line."""
        click.echo(text, err=True)

    def step(self, name: str, done: int, total: int) -> None:
        """Print the beginning and the end of the step, and every half minute how far it is."""
        now = self._clock()
        if name not in self._began:
            self._began[name] = now, done
            self._said[name] = now
            if done < total or not total:
                self.note(f"{name} …")
        elif done < total and now - self._said[name] >= _PAUSE:
            self._said[name] = now
            self.note(f"{name}: {done:,} of {total:,}{self._left(name, done, total, now)}")
        if total and done >= total and name not in self._ended:
            self._ended.add(name)
            self.note(f"{name}: done ({total})" if total > 1 else f"{name}: done")

    def _left(self, name: str, done: int, total: int, now: float) -> str:
        began, first = self._began[name]
        if done <= first:
            return ""
        seconds = (total - done) * (now - began) / (done - first)
        return (
            f", about {seconds / 60:.0f} min left" if seconds >= 90 else f", {seconds:.0f} s left"
        )


class Bars:
    """One bar a step, drawn by rich while the job runs and left standing when it ends."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            SpinnerColumn,
            TextColumn,
            TimeElapsedColumn,
            TimeRemainingColumn,
        )

        self._progress = Progress(
            SpinnerColumn(finished_text="✓"),
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            console=Console(stderr=True),
        )
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> Bars:
        self._progress.start()
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._progress.stop()

    def note(self, text: str) -> None:
        """Say one line above the bars."""
        self._progress.console.print(text, markup=False, highlight=False)

    def step(self, name: str, done: int, total: int) -> None:
        """Move the bar of the step."""
        if name not in self._tasks:
            self._tasks[name] = self._progress.add_task(name, total=total or None)
        self._progress.update(self._tasks[name], completed=done, total=total or None)


def reporter() -> Any:
    """Bars where stderr is a terminal, plain lines elsewhere; a context manager either way."""
    return Bars() if sys.stderr.isatty() else Plain()
