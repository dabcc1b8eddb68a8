"""Which sources make cases and outcomes: what a replay, and so a certificate, is of.

An outcome depends on its case, the engine and what judges it, so it can be kept when only the
making of cases changes: a case that is made otherwise has another digest. Reports, the ledger,
what fetches data and what asks language models change neither.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from compressors.engine import Engine
from pipelines.replays.draws import digest

JUDGES = (
    "replays/controls.py",
    "replays/draws.py",
    "replays/identity.py",
    "replays/items.py",
    "replays/outcomes.py",
    "replays/renderings",
    "replays/solvers",
    "replays/tasks.py",
    "traffic/forms/base.py",
    "traffic/used.py",
    "traffic/values.py",
)
"""What makes outcomes of cases: files, and folders with all below them."""

MAKERS = (
    "replays/cases.py",
    "replays/formats",
    "replays/manifests.py",
    "replays/references.py",
    "replays/trajectories.py",
    "traffic/documents.py",
    "traffic/forms",
    "traffic/identity.py",
    "traffic/transcripts.py",
)
"""What makes cases of data sets."""

_PACKAGE = Path(__file__).parents[1]


@cache
def sources_digest() -> str:
    """SHA-256, 64 hex digits, of the sources that make cases and outcomes.

    Paths are sorted and newlines normalised, so that every checkout and wheel agree. Read once
    a process.
    """
    return _digest_of(JUDGES + MAKERS)


@cache
def judges_digest() -> str:
    """SHA-256, 64 hex digits, of the sources that make outcomes of cases."""
    return _digest_of(JUDGES)


def judge_key(engine: Engine) -> str:
    """16 hex digits for what makes outcomes of cases: the engine and what judges it."""
    return digest("judge", engine.digest, judges_digest())[:16]


def _digest_of(parts: Sequence[str]) -> str:
    total = hashlib.sha256()
    for path in sorted(set(_files(parts)), key=lambda path: path.relative_to(_PACKAGE).as_posix()):
        content = path.read_bytes().replace(b"\r\n", b"\n")
        name = path.relative_to(_PACKAGE).as_posix().encode()
        total.update(b"%d:%s%d:" % (len(name), name, len(content)) + content)
    return total.hexdigest()


def _files(parts: Sequence[str]) -> Iterator[Path]:
    for part in parts:
        path = _PACKAGE / part
        yield from path.rglob("*.py") if path.is_dir() else [path]
