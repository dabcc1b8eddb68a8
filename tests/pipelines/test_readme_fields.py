"""The README lists what is recorded, field by field: all of it, and nothing else."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from compressors.events import Event
from pipelines.cli import COMMANDS

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")
_, _, REST = README.partition("## What is recorded, field by field\n")
SECTION = REST.partition("\n## ")[0]
SCHEMA = (ROOT / "pipelines" / "schema.sql").read_text("utf-8")


def columns(table: str) -> set[str]:
    body = re.search(rf"create table if not exists {table} \(.*?\n(.*?)\n\);", SCHEMA, re.DOTALL)
    assert body is not None
    return {name.strip('"') for name in re.findall(r'^    ("?\w+"?) ', body[1], re.MULTILINE)}


def test_every_field_of_an_event_is_listed_and_no_other() -> None:
    table = [line.split("|")[1] for line in SECTION.splitlines() if line.startswith("| `")]
    listed = re.findall(r"`(\w+)`", " ".join(table))
    assert sorted(listed) == sorted(Event.__struct_fields__)


def test_columns_of_events_are_the_fields_and_the_day() -> None:
    assert columns("events") == {*Event.__struct_fields__, "day"} - {"schema"}


@pytest.mark.parametrize("table", ["imported_uses", "imported_patterns", "imported_recalls"])
def test_every_column_of_an_imported_history_is_listed(table: str) -> None:
    listed = set(re.findall(r"`(\w+)`", SECTION.partition("The warehouse keeps")[2]))
    assert columns(table) - {"day"} <= listed


def test_every_command_stands_in_the_readme() -> None:
    named = " ".join(re.findall(r"`toin [^`]*`", README))
    assert not [name for name in COMMANDS if f"toin {name}" not in named]
