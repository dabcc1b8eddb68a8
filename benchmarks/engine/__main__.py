"""``python -m benchmarks.engine``: the engine beside headroom-ai, on the same inputs in one run.

The peer runs under a Python of its own (``--peer``; `make bench` installs one). Both sides run
in turn, round by round, each time in a new process with another hash seed, warmed up on inputs
of another seed. Tokens are exact (o200k_base).
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from benchmarks.engine import generated, needles, recorded, report
from benchmarks.engine.generated import Input

_HERE = Path(__file__).parent
_ROOT = _HERE.parent.parent


def main() -> None:
    """Measure, then print the report as Markdown."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.engine", description=__doc__)
    parser.add_argument("--peer", type=Path, help="a Python with headroom-ai and tiktoken")
    parser.add_argument("--data", type=Path, help="the folder of public data")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--trials", type=int, default=50, help="of each needle")
    parser.add_argument("--out", type=Path, help="where the report goes; else stdout")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        text = _measure(given, Path(folder))
    if given.out:
        given.out.write_text(text, encoding="utf-8")
    else:
        sys.stdout.write(text)


def _measure(given: argparse.Namespace, folder: Path) -> str:
    inputs = list(generated.inputs(given.seed))
    if given.data:
        inputs += recorded.inputs(given.data)
    warm = _written(generated.inputs(given.seed + 1), folder / "warm")
    measured = _written(inputs, folder / "inputs")
    ours: list[report.Round] = []
    theirs: list[report.Round] = []
    for n in range(given.rounds):
        _say(f"round {n + 1} of {given.rounds}")
        ours.append(_run(_ours(), warm, measured, folder / f"ours {n}", seed=n))
        if given.peer:
            peer = [str(given.peer), str(_HERE / "peer.py")]
            theirs.append(_run(peer, warm, measured, folder / f"peer {n}", seed=n))
    counts: dict[str, list[int]] = {}
    if given.peer:
        _say("counting tokens")
        files = {"inputs": measured, "ours": folder / "ours 0", "peer": folder / "peer 0"}
        counts = dict(zip(files, _count(given.peer, files.values()), strict=True))
    found = _needles(given, warm, folder)
    return report.text(inputs, ours, theirs, counts, found, command=_command())


def _needles(given: argparse.Namespace, warm: Path, folder: Path) -> list[report.Found]:
    """Of every needle, in how many trials each rung, and the peer, still shows it."""
    trials = list(needles.trials(given.seed, given.trials))
    file = _written([trial.input for trial in trials], folder / "needles")
    sides = {f"rung {rung}": [*_ours(), str(rung)] for rung in range(needles.RUNGS)}
    results: dict[str, report.Round] = {}
    _say("needles")
    for name, command in sides.items():
        extra = command[-1:]
        results[name] = _run(command[:-1], warm, file, folder / name, seed=1, extra=extra)
    results["candidate"] = _run(_ours(), warm, file, folder / "candidate", seed=1)
    if given.peer:
        peer = [str(given.peer), str(_HERE / "peer.py")]
        results["peer"] = _run(peer, warm, file, folder / "peer needles", seed=1)
    return [
        report.Found(trial.case, trial.input.kind, side, trial.needle in row["text"])
        for side, result in results.items()
        for trial, row in zip(trials, result.rows, strict=True)
    ]


def _ours() -> list[str]:
    return [sys.executable, "-m", "benchmarks.engine.ours"]


def _run(
    command: Sequence[str],
    warm: Path,
    given: Path,
    out: Path,
    *,
    seed: int,
    extra: Sequence[str] = (),
) -> report.Round:
    environment = {**os.environ, "PYTHONHASHSEED": str(seed), "PYTHONPATH": str(_ROOT)}
    done = subprocess.run(
        [*command, str(warm), str(given), str(out), *extra],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment,
        check=True,
        cwd=_ROOT,
    )
    rows: list[dict[str, Any]] = [json.loads(line) for line in out.read_text().splitlines()]
    return report.Round(json.loads(done.stdout), rows)


def _count(python: Path, files: Iterable[Path]) -> list[list[int]]:
    done = subprocess.run(
        [str(python), str(_HERE / "count.py"), *map(str, files)], stdout=subprocess.PIPE, check=True
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def _written(inputs: Iterable[Input], path: Path) -> Path:
    lines = (json.dumps(each._asdict()) + "\n" for each in inputs)
    path.write_text("".join(lines), encoding="utf-8")
    return path


def _command() -> str:
    return " ".join(["python -m benchmarks.engine", *sys.argv[1:]])


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


if __name__ == "__main__":
    main()
