"""What breaks things elsewhere: nothing raises, nothing grows, everything comes back."""

import pytest

from benchmarks.engine import bad
from compressors import Engine, mixed
from compressors.book import Book
from compressors.engine import Loaded
from compressors.handles import MemoryHandles
from compressors.pepper import PUBLIC_PEPPER
from compressors.profiles import LADDERS

SIZES = (0, 300, 6_000)
QUERIES = ("", "what is odd here?", "(((", "\ud800\x00", "a" * 30_000)
RUNGS = max(len(ladder) for ladder in LADDERS.values())


def engine(rung: int) -> Engine:
    """An engine on one rung of every ladder."""
    defaults = {kind: ladder[min(rung, len(ladder) - 1)] for kind, ladder in LADDERS.items()}
    return Engine(
        pepper=PUBLIC_PEPPER, loaded=Loaded(Book(defaults=defaults)), handles=MemoryHandles()
    )


@pytest.mark.parametrize("name", [name for name, _ in bad.inputs(10)])
def test_bad_input_passes_every_rung(name: str) -> None:
    """No fault, not longer, and the original from the text alone or from behind the handle."""
    for size in SIZES:
        text = dict(bad.inputs(size))[name] if size else ""
        for rung in range(RUNGS):
            made = engine(rung)
            for query in QUERIES if size == SIZES[1] else QUERIES[1:2]:
                short = made.compress(text, query=query)
                assert short.fault is None
                assert short.tokens_after <= short.tokens_before
                if short.lossy:
                    assert short.handle is not None
                    assert made.retrieve(short.handle) == text
                    made.retrieve(short.handle, query)
                elif short.text != text:
                    assert mixed.restore(short.kind, short.text) == text


@pytest.mark.parametrize("name", [name for name, _ in bad.inputs(10)])
def test_bad_input_within_other_content(name: str) -> None:
    """Rows, lines and code around it do not make it worse."""
    piece = dict(bad.inputs(400))[name]
    around = (
        f'[{{"id": 1, "text": "x"}}]\n{piece}',
        f"2026-11-20 10:00:00 INFO start\n{piece}\n2026-11-20 10:00:01 INFO end\n" * 3,
        f"# Title\n\n```\n{piece}\n```\n\nAnd more.\n",
        f"a.py:1:{piece}\n" * 4,
        f"diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n-{piece}\n+b\n",
        f"<!DOCTYPE html><html><body><p>{piece}</p></body></html>",
    )
    for rung in range(1, RUNGS):
        made = engine(rung)
        for text in around:
            short = made.compress(text, query="what is odd?")
            assert short.fault is None
            if short.lossy:
                assert short.handle is not None
                assert made.retrieve(short.handle) == text
            elif short.text != text:
                assert mixed.restore(short.kind, short.text) == text


# What tools say of each kind, with a place for a word; a name may stand there in most.
_SAID = {
    "json": '[{"id": %d, "name": "WORD"}]',
    "table": "id,name\n%d,WORD\n",
    "log": "2026-11-20 10:00:%02d INFO worker WORD done\n",
    "search": "src/a%d.py:3:    WORD = 1\n",
    "diff": "diff --git a/x%d b/x\n--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n-WORD\n+b\n c\n",
    "code": 'def take%d(a, b):\n    c = a + "WORD"\n    d = c + b\n    return c * 2\n\n\n',
    "html": "<h2>Part %d</h2><p>WORD and more</p>\n",
    "config": "[part.%d]\nname = WORD\nsize = 3\n\n",
    "text": "In part %d somebody said WORD, and that was that.\n\n",
}


@pytest.mark.parametrize("kind", sorted(_SAID))
@pytest.mark.parametrize(
    "word", ["\udcbb", "a\ud800b", "\x00", "\ufeff", "\u2028", "İ", "ſ", "\x85", "…", "⟧⟦"]
)
def test_awkward_signs_in_content_of_each_kind(kind: str, word: str) -> None:
    # Code stays as it is up to some length.
    count = 300 if kind == "code" else 24
    text = "".join(_SAID[kind].replace("WORD", word) % number for number in range(count))
    if kind == "html":
        text = f"<!DOCTYPE html><html><body>{text}</body></html>"
    for rung in range(1, RUNGS):
        made = engine(rung)
        for query in ("", "part 7", f"what of {word}?"):
            short = made.compress(text, query=query)
            assert short.fault is None
            assert short.tokens_after <= short.tokens_before
            if short.lossy:
                assert short.handle is not None
                assert made.retrieve(short.handle) == text
                made.retrieve(short.handle, query)
            elif short.text != text:
                assert mixed.restore(short.kind, short.text) == text


@pytest.mark.parametrize(
    "data", [b"", b"\xff\xfe", b"a line\n\x80\xff\n" * 100, "h\u00e9".encode()]
)
def test_bytes_are_taken_and_come_back(data: bytes) -> None:
    made = engine(RUNGS - 1)
    short = made.compress(data)
    assert short.fault is None
    text = made.retrieve(short.handle) if short.handle else mixed.restore(short.kind, short.text)
    assert text.encode("utf-8", "surrogateescape") == data
