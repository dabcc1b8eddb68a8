"""Which part opens the addresses of a store, and how it is added."""

from __future__ import annotations

_PARTS = {"s3": "s3fs", "gs": "gcsfs", "gcs": "gcsfs", "az": "adlfs", "ssh": "paramiko",
          "sftp": "paramiko"}  # fmt: skip
_EXTRAS = {"s3fs": "s3", "gcsfs": "gs", "adlfs": "az", "paramiko": "ssh"}


def lacking(protocol: str) -> str:
    """The sentence for whoever uses ``protocol`` without the part that opens it."""
    part = _PARTS.get(protocol, "its client")
    extra = f"toin[{_EXTRAS[part]}]" if part in _EXTRAS else part
    return f'{protocol}:// needs {part}; add it with `python -m pip install "{extra}"`'
