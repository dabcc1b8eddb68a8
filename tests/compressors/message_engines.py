"""Engines for tests of messages: on one home, with lossy defaults or others."""

from pathlib import Path

from publication_texts import BARE, ENGINE, HEAD, PEPPER_ID, certificate, sealed

from compressors import Engine
from compressors.book import BUILT_IN
from compressors.digest import engine_digest
from compressors.engine import Loaded, load_book
from compressors.handles import HandleStore, SqliteHandles
from compressors.pepper import Pepper

OWN = Pepper(bytes(range(32)))
MODEL = "claude-sonnet-4-20250514"

CERTIFIED = "".join(
    certificate(f"{kind}_{name}").replace('"json"', f'"{kind.partition(".")[0]}"')
    for kind in ("json.rows", "log.lines")
    for name in ("most", "half", "few", "minimal")
)


def defaults(**profiles: str) -> str:
    """What slices without a row get, by kind."""
    return "".join(
        f'\n[[default]]\nkind = "{kind}"\nprofile = "{name}"\n[default.params]\n'
        for kind, name in profiles.items()
    )


LOSSY = defaults(json="json.rows_few", log="log.lines_few")
OTHER = defaults(json="json.rows_minimal", log="log.lines_most")


def make(
    home: Path,
    default: str = LOSSY,
    *,
    rows: str = "",
    control: int = 0,
    handles: HandleStore | None = None,
) -> Engine:
    """An engine of this home, on a publication with these defaults and rows, or on none."""
    home.mkdir(parents=True, exist_ok=True)
    loaded = Loaded(BUILT_IN)
    if default:
        head = HEAD.replace("control_share = 10", f"control_share = {control}") if rows else BARE
        head = head.replace(ENGINE, engine_digest()).replace(PEPPER_ID, OWN.id)
        path = home / "recommendations.toml"
        path.write_bytes(sealed(head + default + rows + CERTIFIED))
        loaded = load_book(path, pepper_id=OWN.id, engine=engine_digest(), defaults=path)
        assert loaded.refusal is None, loaded.refusal
    return Engine(
        pepper=OWN,
        loaded=loaded,
        handles=handles or SqliteHandles(home / "handles.sqlite", timeout_ms=20),
    )
