"""Which kind claims which text."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compressors.detect import detect
from compressors.kinds import KINDS

DATA = Path(__file__).parents[3] / "shared" / "data"
needs_data = pytest.mark.skipif(
    not DATA.is_dir(), reason="optional data (../shared/data) is not there"
)

SAMPLES = {
    "json": '{"a": 1, "b": [1, 2]}',
    "an array": '[{"id": 1}, {"id": 2}]',
    "table": "id,name,city\n1,a,x\n2,b,y\n3,c,z\n",
    "tsv": "id\tname\n1\ta\n2\tb\n",
    "markdown": "| a | b |\n| --- | --- |\n| 1 | 2 |\n",
    "log": "2026-03-01 10:00:00 INFO one\n2026-03-01 10:00:01 WARN two\n",
    "trace": (
        'Traceback (most recent call last):\n  File "x.py", line 1, in f\n    g()\nValueError: no\n'
    ),
    "pytest": (
        "===== test session starts =====\ncollected 1 item\n"
        "\nx.py .  [100%]\n\n==== 1 passed in 0.1s ====\n"
    ),
    "warnings": "x.c:3:5: warning: unused\nx.c:9:5: error: no such thing\n",
    "search": "src/a.py:3:import os\nsrc/b.py:9:import os\n",
    "diff": "diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n",
    "code": "import os\n\ndef main():\n    return os.getcwd()\n\nclass A:\n    pass\n",
    "listed code": (
        "     1\timport os\n     2\t\n     3\tdef f():\n"
        "     4\t    return os\n     5\t\n     6\tf()\n"
    ),
    "html": "<!doctype html><html><body>x</body></html>",
    "config": "name: x\nsteps:\n  - run: y\n",
    "env": "HOME=/root\nPATH=/bin\n",
    "text": "Just a sentence.\n",
    "nothing": "",
    "blank": " \n\t\n",
    "wrapped": (
        "<returncode>0</returncode>\n<output>\n"
        "src/a.py:3:import os\nsrc/b.py:9:import os\n</output>"
    ),
}
EXPECTED = {
    "an array": "json",
    "tsv": "table",
    "markdown": "table",
    "trace": "log",
    "pytest": "log",
    "warnings": "log",
    "listed code": "code",
    "env": "config",
    "nothing": "text",
    "blank": "text",
    "wrapped": "search",
}


@pytest.mark.parametrize("name", SAMPLES)
def test_a_text_is_of_its_kind(name: str) -> None:
    found = detect(SAMPLES[name])
    assert found.kind == EXPECTED.get(name, name)
    assert found.text == SAMPLES[name]
    assert KINDS[found.kind].signature(found.parsed)


@given(st.one_of(st.text(), st.text("ab1: ,|\t-+@<>{}[]\"'\n=/.\\", max_size=200)))
def test_any_text_has_a_kind(text: str) -> None:
    found = detect(text)
    assert found.kind in KINDS
    assert found.text is text
    assert isinstance(KINDS[found.kind].signature(found.parsed), str)


def test_a_kind_that_fails_does_not_claim_the_text(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(text: str) -> None:
        raise RecursionError

    monkeypatch.setattr(KINDS["diff"], "recognise", fails)
    assert detect(SAMPLES["log"]).kind == "log"
    monkeypatch.setattr(KINDS["text"], "recognise", fails)
    assert detect("Just a sentence.\n").kind == "text"


def test_a_long_text_is_looked_at_in_part() -> None:
    rows = "".join(f"2026-03-01 10:00:00 INFO line {i}\n" for i in range(50_000))
    assert detect(rows).kind == "log"
    assert detect("word " * 400_000).kind == "text"


@needs_data
def test_real_logs_runs_and_differences_are_recognised() -> None:
    for pattern, kind in (
        ("loghub/*/*_2k.log", "log"),
        ("command_outputs/test_runs/python/*.txt", "log"),
        ("command_outputs/diffs/*.diff", "diff"),
    ):
        paths = sorted(DATA.glob(pattern))
        assert len(paths) > 10
        for path in paths:
            assert detect(path.read_bytes().decode("utf-8", "replace")).kind == kind, path.name


@needs_data
def test_real_tables_are_recognised() -> None:
    for path in sorted(DATA.glob("loghub/*/*.csv.gz")):
        text = gzip.decompress(path.read_bytes()).decode()
        found = detect(text)
        assert found.kind == "table", path.name
        assert list(found.parsed.columns) == next(csv.reader(io.StringIO(text)))


@needs_data
def test_real_command_outputs_are_tables_where_commands_print_tables() -> None:
    tables = (
        "ps",
        "df",
        "ls-al",
        "lsblk",
        "netstat",
        "ss-sudo-a",
        "free",
        "vmstat",
        "systemctl",
        "lsof",
    )
    counts: Counter[str] = Counter()
    for path in sorted(DATA.glob("command_outputs/jc/*.gz")):
        for line in gzip.decompress(path.read_bytes()).decode().splitlines():
            item = json.loads(line)
            if item["command"] in tables:
                counts[detect(item["raw"]).kind] += 1
    assert counts.total() > 15
    assert counts["table"] >= 0.9 * counts.total()
