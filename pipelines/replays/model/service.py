"""Which model is asked, where it is, and the key that opens it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from urllib.parse import urlsplit

from compressors.errors import ConfigurationError

_HIDDEN = "[key]"


class Api(Enum):
    """How an endpoint is spoken to."""

    OPENAI = "openai"
    ANTHROPIC = "anthropic"


@dataclass(frozen=True, slots=True)
class Service:
    """A model behind an address. The key is in no representation of it.

    Raises:
        ConfigurationError: the address is none, or holds a password.
    """

    api: Api
    model: str
    base_url: str
    key: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        parts = urlsplit(self.base_url)
        if parts.username is not None or parts.password is not None:
            raise ConfigurationError(
                "the base URL holds a user name or a password; give the key in an environment "
                "variable, and its name with --key-env"
            )
        if parts.query or parts.fragment:
            raise ConfigurationError(
                "the base URL has a query or a fragment, which an endpoint's has not; leave "
                "everything from the ? or # on out"
            )
        try:
            usable = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
        except ValueError:
            usable = False
        if not usable:
            raise ConfigurationError(
                f"{self.base_url!r} is no base URL; write for example https://host/v1"
            )

    def redacted(self, text: str) -> str:
        """``text`` without the key."""
        return text.replace(self.key, _HIDDEN) if self.key else text


def key_from(variable: str | None, environment: Mapping[str, str] = os.environ) -> str | None:
    """The key that ``variable`` holds; None where no variable is named.

    Raises:
        ConfigurationError: it is not set, empty, or holds what no header can.
    """
    if variable is None:
        return None
    key = environment.get(variable, "").strip()
    if not key:
        raise ConfigurationError(
            f"the environment variable {variable} is not set; put the key into it, or leave "
            "--key-env out where the endpoint needs none"
        )
    if not key.isascii() or not key.isprintable():
        raise ConfigurationError(
            f"the environment variable {variable} holds characters that no key has; copy the key "
            "again"
        )
    return key
