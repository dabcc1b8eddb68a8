"""Small data sets in the real formats, so that replays can run in milliseconds."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

_THINGS = (
    "lanterns", "kettles", "kites", "bricks", "shells",
    "carpets", "violins", "pears", "ladders", "stamps",
)  # fmt: skip
_PLACES = ["harbour", "orchard", "museum", "bakery", "station", "library"]


def write_set(
    directory: Path,
    name: str,
    kind: str,
    files: Mapping[str, tuple[list[str], str]],
    *,
    epsilon: float = 0.1,
    sample: bool = True,
) -> None:
    """A manifest and its files: path -> (fields, content)."""
    lines = [
        f'name = "{name}"', f'title = "{name}"', f'format = "{kind}"', 'source = "tests"',
        'revision = "1"', 'licence = "Apache-2.0"', f"epsilon = {epsilon}",
        f"sample = {str(sample).lower()}",
    ]  # fmt: skip
    if not files:
        lines.append("file = []")
    for path, (fields, content) in files.items():
        target = directory / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(content, encoding="utf-8")
        digest = hashlib.sha256(content.encode()).hexdigest()
        lines += ["[[file]]", f'path = "{path}"', f'sha256 = "{digest}"', f"fields = {fields}"]
    (directory / f"{name}.toml").write_text("\n".join(lines), encoding="utf-8")


def problems(count: int) -> str:
    rows = []
    for n in range(count):
        thing, place = _THINGS[n % 10], _PLACES[n % 6]
        each, boxes, more = 3 + n, 41 + 2 * n, 200 + 7 * n
        question = (
            f"The {place} has {boxes} crates with {each} {thing} in every crate. Another {more} "
            f"{thing} arrive on day{chr(97 + n % 26)}. How many {thing} does the {place} hold now?"
        )
        first, last = boxes * each, boxes * each + more
        answer = f"<<{boxes}*{each}={first}>>{first}\n<<{first}+{more}={last}>>{last}\n#### {last}"
        rows.append(json.dumps({"question": question, "answer": answer}))
    return "\n".join(rows) + "\n"


def questions(count: int) -> str:
    rows = []
    for n in range(count):
        thing, place = _THINGS[n % 10], _PLACES[n % 6]
        rows.append(
            {
                "question": f"Why did the {place} of ward {chr(97 + n)} give up its {thing}?",
                "mc1_targets": {
                    f"Because the {thing} were moved to ward {chr(98 + n)} by the council": 1,
                    f"A flood ruined the {place}": 0,
                    f"Thieves took all {thing}": 0,
                },
            }
        )
    return json.dumps(rows)


def tools(count: int) -> tuple[str, str]:
    asked, answers = [], []
    for n in range(count):
        thing, place = _THINGS[n % 10], _PLACES[n % 6]
        name = f"{place}.count_{thing}_{n}"
        function = {
            "name": name,
            "description": f"Counts the {thing} kept in a {place}, variety {chr(97 + n)}.",
            "parameters": {
                "type": "dict",
                "properties": {
                    "town": {"type": "string", "description": "Which town."},
                    "floor": {"type": "integer", "description": "Which floor."},
                },
                "required": ["town"],
            },
        }
        asked.append(
            json.dumps(
                {
                    "id": f"multiple_{n}",
                    "question": [[{"role": "user", "content": f"Count {thing}, floor {n}, Bonn"}]],
                    "function": [function],
                }
            )
        )
        truth = [{name: {"town": ["Bonn"], "floor": [n, ""]}}]
        answers.append(json.dumps({"id": f"multiple_{n}", "ground_truth": truth}))
    return "\n".join(asked), "\n".join(answers)
