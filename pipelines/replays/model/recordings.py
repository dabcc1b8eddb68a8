"""Recorded answers: one SQLite file of the home, one commit an answer.

An answer is known by the digest of model, parameters and prompt, so that whoever has the
recording needs no endpoint. Neither prompts nor addresses nor keys stand in it.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import msgspec

from compressors.errors import ConfigurationError, InputRefused
from compressors.files import write_atomically
from compressors.home import Home
from pipelines.replays.model.asking import Parameters, answer_key

_LAYOUT = 1
_TABLES = """
create table answers (
  key text primary key, model text not null, temperature real, max_tokens integer not null,
  sample integer not null, prompt text not null, answer text not null, finish text not null,
  input_tokens integer, output_tokens integer
) strict;
create table figures (
  model text not null, place integer not null, row text not null, primary key (model, place)
) strict;
"""
_PROMPT = re.compile(r"[0-9a-f]{64}")
_NAMED = 3


class Recording(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One recorded answer, a line of an export.

    Attributes:
        key: Digest of model, parameters and prompt.
        model: The name that was asked for.
        temperature: As it was sent; None: none was.
        max_tokens: The longest answer.
        sample: Which sample of the same prompt, from 1.
        prompt: Digest of all messages.
        answer: The model's text.
        finish: Why it ended.
        input_tokens: As the endpoint reported; None where it did not credibly.
        output_tokens: Likewise.
    """

    key: str
    model: str
    temperature: float | None
    max_tokens: int
    sample: int
    prompt: str
    answer: str
    finish: str
    input_tokens: int | None
    output_tokens: int | None

    @property
    def proper_key(self) -> str:
        """The key that the other fields make."""
        parameters = Parameters(self.temperature, self.max_tokens, self.sample)
        return answer_key(self.model, parameters, self.prompt)


_COLUMNS = ", ".join(Recording.__struct_fields__)
_VALUES = ", ".join(f":{name}" for name in Recording.__struct_fields__)


def recordings_path(home: Home) -> Path:
    """Where a home keeps its recorded answers."""
    return home.root / "model-answers.sqlite"


class Recordings:
    """The answers of a home; a context manager that closes the file.

    Raises:
        ConfigurationError: the file cannot be used, or is of another layout.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        with self._refusing():
            self._con = sqlite3.connect(path, isolation_level=None, timeout=60)
        try:
            with self._refusing():
                self._prepare()
        except BaseException:
            self._con.close()
            raise

    def __enter__(self) -> Recordings:
        return self

    def __exit__(self, *_: object) -> None:
        self._con.close()

    def add(self, recording: Recording) -> None:
        """Keep an answer for good: once this returns, no killed process and no power cut loses it.

        Of two answers under one key the first stays.
        """
        with self._refusing():
            self._insert([recording])

    def all(self, *, model: str | None = None) -> Iterator[Recording]:
        """Every answer, or those of one model, by key."""
        query = f"select {_COLUMNS} from answers where :model is null or model = :model"
        with (
            self._refusing(),
            closing(self._con.execute(f"{query} order by key", [model])) as found,
        ):
            for row in found:
                yield Recording(**dict(zip(Recording.__struct_fields__, row, strict=True)))

    def keys(self) -> set[str]:
        """The keys of all answers."""
        with self._refusing():
            return {key for (key,) in self._con.execute("select key from answers")}

    def find(self, key: str) -> Recording | None:
        """The answer under ``key``."""
        with self._refusing():
            rows = self._con.execute(
                f"select {_COLUMNS} from answers where key = ?", [key]
            ).fetchall()
        if not rows:
            return None
        return Recording(**dict(zip(Recording.__struct_fields__, rows[0], strict=True)))

    def export(self, path: Path, *, model: str | None = None) -> int:
        """Write the answers to ``path`` as JSON lines, by key; returns how many there are."""
        lines = [msgspec.json.encode(recording) for recording in self.all(model=model)]
        write_atomically(path, b"".join(line + b"\n" for line in lines), mode=0o600)
        return len(lines)

    def take_in(self, path: Path) -> tuple[int, int]:
        """Add the answers of an export, all or none.

        Returns:
            How many were new, and how many were there already.

        Raises:
            InputRefused: a line is no recorded answer, its key is not the digest of its fields,
                or another answer is recorded under it.
        """
        arrived = _read(path)
        conflicts = [
            key
            for key, recording in arrived.items()
            if (known := self.find(key)) is not None and _differ(known, recording)
        ]
        if conflicts:
            raise InputRefused(_conflict(path, conflicts))
        before = self.keys()
        new = [recording for key, recording in arrived.items() if key not in before]
        with self._refusing(), self._transaction():
            self._insert(new)
        return len(new), len(arrived) - len(new)

    def keep_figures(self, model: str, rows: Iterable[bytes]) -> None:
        """Replace the figures that were last drawn from the answers of ``model``."""
        with self._refusing(), self._transaction():
            self._con.execute("delete from figures where model = ?", [model])
            self._con.executemany(
                "insert into figures values (?, ?, ?)",
                [(model, place, row.decode()) for place, row in enumerate(rows)],
            )

    def figures(self) -> list[bytes]:
        """The figures that were last kept, by model and in their order."""
        with self._refusing():
            found = self._con.execute("select row from figures order by model, place").fetchall()
        return [row.encode() for (row,) in found]

    def _insert(self, recordings: Iterable[Recording]) -> None:
        self._con.executemany(
            f"insert into answers ({_COLUMNS}) values ({_VALUES}) on conflict do nothing",
            [msgspec.structs.asdict(recording) for recording in recordings],
        )

    def _prepare(self) -> None:
        self._con.execute("pragma journal_mode = wal")
        self._con.execute("pragma synchronous = full")
        with self._transaction():
            [(layout,)] = self._con.execute("pragma user_version").fetchall()
            [(tables,)] = self._con.execute("select count(*) from sqlite_schema").fetchall()
            if layout == 0 and not tables:
                for statement in _TABLES.strip().split(";\n"):
                    self._con.execute(statement)
                self._con.execute(f"pragma user_version = {_LAYOUT}")
            elif layout != _LAYOUT:
                raise ConfigurationError(
                    f"{self._path} holds no recorded answers of this version; move it away, and "
                    "import its export if there is one"
                )

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._con.execute("begin immediate")
        try:
            yield
            self._con.execute("commit")
        except BaseException:
            self._con.execute("rollback")
            raise

    @contextmanager
    def _refusing(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise ConfigurationError(
                f"the recorded answers {self._path} cannot be used ({error}); mend the file, free "
                "some space, or choose another home with --home"
            ) from error


def _read(path: Path) -> dict[str, Recording]:
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise InputRefused(
            f"{path} cannot be read ({error.strerror}); give the file that `toin model export` "
            "wrote"
        ) from error
    found: dict[str, Recording] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            recording = msgspec.json.decode(line, type=Recording)
        except (msgspec.DecodeError, RecursionError) as error:
            raise InputRefused(
                f"{path}, line {number}: no recorded answer ({error}); export it again with "
                "`toin model export`"
            ) from error
        if not _PROMPT.fullmatch(recording.prompt) or recording.key != recording.proper_key:
            raise InputRefused(
                f"{path}, line {number}, field key: {recording.key[:16]!r} is not the digest of "
                "model, parameters and prompt; export it again with `toin model export`"
            )
        known = found.setdefault(recording.key, recording)
        if _differ(known, recording):
            raise InputRefused(_conflict(path, [recording.key]))
    return found


def _differ(one: Recording, other: Recording) -> bool:
    return (one.answer, one.finish) != (other.answer, other.finish)


def _conflict(path: Path, keys: list[str]) -> str:
    named = ", ".join(f"{key[:16]}…" for key in keys[:_NAMED])
    more = f" and {len(keys) - _NAMED} more" if len(keys) > _NAMED else ""
    return (
        f"{path}: another answer is recorded under {named}{more}, and one of the two would be "
        "lost; nothing was imported: leave these lines out, or import into another home"
    )
