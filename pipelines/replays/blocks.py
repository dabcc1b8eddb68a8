"""The ledger of certificate blocks: which engines were tested on which items.

Testing many engines on one block would sooner or later pass one by chance. So the v-th engine
tested on a block may spend ``delta / (v (v + 1))``, and the ledger, which is committed, counts
them. A block of which an item was shown is retired: what is shown may be tuned on. The ledger
only ever grows.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

import msgspec
import tomli_w

from compressors.errors import InputRefused
from compressors.files import write_atomically

SCHEMA = 1

LEDGER = "blocks.toml"
"""The ledger's name, beside the manifests."""

_HEADER = """\
# Which engines were tested on which block of a data set's certify part: the v-th may spend
# delta / (v (v + 1)). A retired block may be looked at and certifies no more. Written by
# `toin replay --certify` and `--retire` alone; an entry is never removed.
"""


class Version(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One engine that was tested on a block, with the replays' own code as it was."""

    version: int
    engine: str
    replays: str
    kinds: int


class Block(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A block of the certify part of the data set with ``digest``, and who was tested on it."""

    dataset: str
    digest: str
    block: int
    version: tuple[Version, ...] = ()
    retired: bool = False


class Ledger(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All blocks, in the order in which they were first tested on."""

    schema: int = SCHEMA
    block: tuple[Block, ...] = ()

    def version_of(self, dataset: str, *, digest: str, engine: str, replays: str) -> int:
        """The version that this engine has on the data set's current block.

        It has the one it was tested as, else the next: 1 on a block nobody was tested on.
        """
        entry = self._current(dataset, digest)
        if entry is None:
            return 1
        known = (v for v in entry.version if (v.engine, v.replays) == (engine, replays))
        return next((v.version for v in known), len(entry.version) + 1)

    def block_of(self, dataset: str, *, digest: str) -> int:
        """The number of the data set's current block, from 1: the first that is not retired."""
        return 1 + sum(b.retired for b in self.block if (b.dataset, b.digest) == (dataset, digest))

    def spent(self, dataset: str, *, digest: str, engine: str, replays: str, kinds: int) -> Ledger:
        """This ledger with the engine tested on the data set's current block.

        An engine that was tested there before spends nothing more: the same ledger.
        """
        entry = self._current(dataset, digest)
        if entry is None:
            first = (Version(1, engine, replays, kinds),)
            return self._with(Block(dataset, digest, self.block_of(dataset, digest=digest), first))
        if any((v.engine, v.replays) == (engine, replays) for v in entry.version):
            return self
        tested = Version(len(entry.version) + 1, engine, replays, kinds)
        return self._with(msgspec.structs.replace(entry, version=(*entry.version, tested)))

    def without(self, dataset: str, *, digest: str) -> Ledger:
        """This ledger with the data set's current block retired."""
        entry = self._current(dataset, digest)
        if entry is None:
            entry = Block(dataset, digest, self.block_of(dataset, digest=digest))
        return self._with(msgspec.structs.replace(entry, retired=True))

    def _current(self, dataset: str, digest: str) -> Block | None:
        """The entry of the current block; None where nobody was tested on it."""
        number = self.block_of(dataset, digest=digest)
        return next(
            (b for b in self.block if (b.dataset, b.digest, b.block) == (dataset, digest, number)),
            None,
        )

    def _with(self, entry: Block) -> Ledger:
        """This ledger with ``entry`` in the place of the one about the same block, else last."""
        place = (entry.dataset, entry.digest, entry.block)
        others = [(b.dataset, b.digest, b.block) for b in self.block]
        if place not in others:
            return Ledger(self.schema, (*self.block, entry))
        at = others.index(place)
        return Ledger(self.schema, (*self.block[:at], entry, *self.block[at + 1 :]))


def read_ledger(path: Path) -> Ledger:
    """The ledger kept at ``path``; an empty one where there is none.

    Raises:
        InputRefused: it cannot be read, or somebody edited it: versions must count from 1.
    """
    try:
        ledger = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), Ledger)
    except FileNotFoundError:
        return Ledger()
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise InputRefused(
            f"the ledger {path} cannot be used ({error}); restore it from the repository, "
            "since it says how much of each block is spent"
        ) from error
    if ledger.schema != SCHEMA:
        raise InputRefused(
            f"{path}, field schema: expected {SCHEMA}, found {ledger.schema}; "
            "use the version of the project that wrote it"
        )
    numbers: dict[tuple[str, str], list[Block]] = {}
    for entry in ledger.block:
        numbers.setdefault((entry.dataset, entry.digest), []).append(entry)
    for (dataset, _), entries in numbers.items():
        in_order = [entry.block for entry in entries] == list(range(1, len(entries) + 1))
        if not in_order or not all(entry.retired for entry in entries[:-1]):
            raise InputRefused(
                f"{path}, blocks of {dataset}: expected 1, 2, … in order, all but the last "
                "retired; restore the file from the repository"
            )
    for entry in ledger.block:
        if [v.version for v in entry.version] != list(range(1, len(entry.version) + 1)):
            raise InputRefused(
                f"{path}, block {entry.block} of {entry.dataset}, field version: expected 1, 2, … "
                "without a gap; restore the file from the repository"
            )
    return ledger


def write_ledger(path: Path, ledger: Ledger) -> None:
    """Replace the ledger at ``path`` as a whole.

    Raises:
        InputRefused: it cannot be written; then nothing is spent and nothing is certified.
    """
    content = _HEADER + tomli_w.dumps(msgspec.to_builtins(ledger))
    try:
        write_atomically(path, content.encode())
    except OSError as error:
        raise InputRefused(
            f"the ledger {path} cannot be written ({error.strerror}), so nothing was certified; "
            "run `toin replay --certify` from a checkout that you may write to"
        ) from error
