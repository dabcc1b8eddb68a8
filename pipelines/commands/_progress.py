"""Progress on stderr: bars on a terminal, plain lines where nobody watches."""

from __future__ import annotations

import sys
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


class Plain:
    """One line when a step begins and one when it has ended."""

    def __init__(self) -> None:
        self._seen: set[str] = set()
        self._ended: set[str] = set()

    def __enter__(self) -> Plain:
        return self

    def __exit__(self, *_: object) -> None:
        return

    def note(self, text: str) -> None:
        """Say one line."""
        click.echo(text, err=True)

    def step(self, name: str, done: int, total: int) -> None:
        """Print the beginning and the end of the step, whatever is reported in between."""
        if name not in self._seen:
            self._seen.add(name)
            if done < total or not total:
                self.note(f"{name} …")
        if total and done >= total and name not in self._ended:
            self._ended.add(name)
            self.note(f"{name}: done ({total})" if total > 1 else f"{name}: done")


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
        )

        self._progress = Progress(
            SpinnerColumn(finished_text="✓"),
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
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
