"""The defaults that the package ships: published by this pipeline, without rows.

python -m pipelines.defaults                 on the bundled samples, marked demonstration
python -m pipelines.defaults --data DIR      on the full data sets
python -m pipelines.defaults --home DIR      keep the outcomes there, and use those that it has
python -m pipelines.defaults --check         are the packaged ones for this engine?
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from compressors.book import default_recommendations, read_book
from compressors.digest import engine_digest
from compressors.engine import Engine
from compressors.errors import PublicationRefused, ToinError
from compressors.files import write_atomically
from compressors.handles import MemoryHandles
from compressors.home import Home
from pipelines.choice import choose
from pipelines.publication import compose
from pipelines.replayed import keep_certificates, made_and_kept
from pipelines.replays.certify import certify, digests_of
from pipelines.replays.manifests import selected
from pipelines.settings import Settings
from pipelines.warehouse import Warehouse

DEFAULTS = Path(__file__).parent.parent / "recommendations" / "recommendations.toml"
"""Where a checkout keeps them; a wheel carries a copy."""

Progress = Callable[[str, int, int], None]


def compose_defaults(
    data: Path | None, *, settings: Settings, progress: Progress, home: Path | None = None
) -> bytes:
    """The bytes of a publication made of replays alone.

    Args:
        data: The folder of the full data sets; None for the bundled samples, whose
            publication says that it is a demonstration.
        settings: Delta and alpha.
        progress: Told what is done, how far, of how much.
        home: Where outcomes are kept; None for a place that is removed.

    Raises:
        InputRefused: A data set is not the one that its manifest names.
    """
    with tempfile.TemporaryDirectory() as place:
        kept = Home.at(home or place).ensure()
        engine = Engine.start(home=place, handles=MemoryHandles())
        warehouse = Warehouse(kept.warehouse)
        outcomes, _ = made_and_kept(warehouse, engine=engine, data=data, progress=progress)
        certificates = certify(outcomes, engine=engine, data=data, settings=settings)
        with warehouse.connect() as con:
            keep_certificates(con, certificates)
            choice = choose(
                con,
                certificates=certificates,
                settings=settings,
                incumbents=None,
                engine=engine_digest(),
            )
    return compose(
        choice,
        certificates,
        engines=[engine_digest()],
        datasets=digests_of([source.manifest for source in selected(data)], certificates),
        pepper_id=engine.pepper.id,
        demonstration=data is None,
        settings=settings,
    )


def check_defaults() -> None:
    """Whether the packaged defaults can be loaded and are for this very engine.

    Raises:
        PublicationRefused: they are missing, refused, or were made for another engine.
    """
    path = default_recommendations()
    if path is None:
        raise PublicationRefused("there are no packaged defaults; make them with `make defaults`")
    book = read_book(path, pepper_id="", engine=engine_digest())
    if not book.fits:
        raise PublicationRefused(
            "the packaged defaults were made for another engine than this "
            f"({engine_digest()[:16]}); renew them with `make defaults`",
            where=str(path),
        )


def main(arguments: Sequence[str] | None = None) -> int:
    """Renew the defaults, or check them; 1 where that fails, with one sentence."""
    parser = argparse.ArgumentParser(prog="python -m pipelines.defaults", description=__doc__)
    parser.add_argument("--data", type=Path, help="folder of the full data sets")
    parser.add_argument("--home", type=Path, help="where outcomes are kept")
    parser.add_argument("--check", action="store_true", help="change nothing, only look")
    given = parser.parse_args(arguments)
    try:
        if given.check:
            check_defaults()
        else:
            content = compose_defaults(
                given.data, settings=Settings(), progress=_say, home=given.home
            )
            write_atomically(DEFAULTS, content)
            sys.stderr.write(f"\n{DEFAULTS} renewed\n")
    except ToinError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def _say(what: str, done: int, total: int) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{what} {done}/{total} ")


if __name__ == "__main__":
    sys.exit(main())
