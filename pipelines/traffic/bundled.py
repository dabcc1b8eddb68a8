"""The recorded transcripts that come with the project: which files, whose model."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

import msgspec

from compressors.errors import InputRefused
from compressors.events import AuthMode
from pipelines.replays.manifests import SourceFile, datasets_directory, verify

MANIFEST = "traffic-sample.toml"


class _File(msgspec.Struct, frozen=True):
    path: str
    sha256: str


class _Manifest(msgspec.Struct, frozen=True, rename={"files": "file"}):
    model: str
    auth_mode: AuthMode
    files: tuple[_File, ...]


@dataclass(frozen=True, slots=True)
class Bundled:
    """The directory of the bundled transcripts and what their slices are to be called."""

    directory: Path
    model: str
    auth_mode: str


def bundled_traffic(directory: Path | None = None) -> Bundled:
    """The bundled transcripts, every file of them verified against its manifest.

    ``directory`` stands in for the project's own ``datasets``.

    Raises:
        InputRefused: the manifest or a file is missing, or is another than it says.
    """
    directory = directory or datasets_directory()
    path = directory / MANIFEST
    try:
        manifest = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), _Manifest)
    except OSError as error:
        raise InputRefused(
            f"the manifest {path} cannot be read ({error.strerror}); restore it from the project, "
            "or give transcripts of your own with --traffic"
        ) from error
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise InputRefused(f"{path}: {error}; restore the file from the project") from error
    for file in manifest.files:
        verify(directory / file.path, SourceFile(file.path, file.sha256, fields=()))
    folders = {Path(file.path).parent for file in manifest.files}
    if len(folders) != 1:
        raise InputRefused(
            f"{path}: its files lie in {len(folders)} directories, expected one; restore the file "
            "from the project"
        )
    return Bundled(directory / folders.pop(), manifest.model, manifest.auth_mode)
