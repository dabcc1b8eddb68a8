"""Real tool output from a folder of public data: logs, test runs, API answers, agents' calls."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path

from benchmarks.engine.generated import Input
from pipelines.traffic.transcripts import read_transcripts

_LEAST, _MOST = 2_000, 200_000
_CUT = 60_000
_EACH = 8
# What a coding agent's command prints, told by the command alone.
_COMMANDS = (
    ("search", re.compile(r"(^|&& *|; *|\")(grep|rg|ag)\b")),
    ("diff", re.compile(r"git (diff|show|log -p)")),
    ("log", re.compile(r"pytest|unittest|\btox\b|runtests")),
    ("code", re.compile(r"(cat|head|open)\b[^|]*\.(py|js|ts|go|rs|java|c|cpp)\b")),
)


def inputs(data: Path) -> Iterator[Input]:
    """What the folder holds of every kind, 2 to 200 KB each, in a fixed order.

    Raises:
        OSError: the folder is not laid out as expected.
    """
    for made in _all(data):
        if _LEAST <= len(made.text.encode("utf-8", "replace")) <= _MOST:
            yield made


def _all(data: Path) -> Iterator[Input]:
    for path in sorted((data / "json_apis" / "records").iterdir()):
        name = path.name.removesuffix(".gz")
        yield Input(name, "json", "which of them stand out?", _read(path))
    payloads = _read(data / "json_apis" / "github_webhook_payloads.jsonl.gz").splitlines()
    for n, line in enumerate(payloads[:4]):
        yield Input(f"webhook {n}", "json", "who did it?", line)
    for folder in sorted((data / "loghub").iterdir()):
        if folder.is_dir():
            for path in sorted(folder.glob("*.log*"))[:1]:
                yield Input(f"{folder.name} log", "log", "what went wrong?", _cut(_read(path)))
    for path in sorted((data / "command_outputs" / "test_runs").rglob("*_output_*.txt")):
        yield Input(path.name, "log", "which test failed?", _read(path))
    questions = data / "truthfulqa" / "TruthfulQA.csv"
    yield Input(
        "TruthfulQA.csv", "table", "where did fortune cookies originate?", _cut(_read(questions))
    )
    yield Input("README.md", "text", "which licence has loghub?", _read(data / "README.md"))
    yield from _agents(data / "swe_trajectories")


def _agents(folder: Path) -> Iterator[Input]:
    """Of each kind some results of coding agents' calls, spread over all transcripts."""
    found: dict[str, list[tuple[str, str]]] = {kind: [] for kind, _ in _COMMANDS}
    read = read_transcripts(folder, on_refusal=lambda _: None, on_skip=lambda _: None)
    for transcript in read:
        commands: dict[object, str] = {}
        for message in transcript.messages:
            for call in message.get("tool_calls") or ():
                commands[call["id"]] = call["function"]["arguments"]
            text = message.get("content")
            if (
                message["role"] != "tool"
                or not isinstance(text, str)
                or not _LEAST <= len(text) <= _MOST
            ):
                continue
            command = commands.get(message.get("tool_call_id"), "")
            kind = next((kind for kind, form in _COMMANDS if form.search(command)), None)
            if kind:
                found[kind].append((_words(command), text))
    for kind, results in found.items():
        step = max(1, len(results) // _EACH)
        for n, (command, text) in enumerate(results[::step][:_EACH]):
            yield Input(f"agent's {kind} {n}", kind, command, text)


def _words(arguments: str) -> str:
    """The command of a call, from its JSON arguments where they are some."""
    try:
        values = json.loads(arguments)
    except ValueError:
        return arguments[:400]
    return (
        " ".join(str(value) for value in values.values())[:400] if isinstance(values, dict) else ""
    )


def _read(path: Path) -> str:
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return data.decode("utf-8", "replace")


def _cut(text: str) -> str:
    """Whole lines of the first 60 KB."""
    return text if len(text) <= _CUT else text[: text.rfind("\n", 0, _CUT) + 1]
