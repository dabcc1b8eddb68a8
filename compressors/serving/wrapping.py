"""One client with a proxy of its own: what its environment says, and both ended together."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence

from compressors.errors import ConfigurationError
from compressors.serving.forms import Vendor
from compressors.serving.keeper import listening_socket
from compressors.serving.process import Processes, Told

USUAL: Mapping[Vendor, str] = {
    "anthropic": "https://api.anthropic.com",
    "openai": "https://api.openai.com/v1",
    "gemini": "https://generativelanguage.googleapis.com",
}
"""Where clients go that are told nothing else, each as its own variable would say it."""

# Of each vendor the variables that its clients read, the first of which tells where they go now.
_VARIABLES: Mapping[Vendor, tuple[str, ...]] = {
    "anthropic": ("ANTHROPIC_BASE_URL", "ANTHROPIC_API_BASE"),
    "openai": ("OPENAI_BASE_URL", "OPENAI_API_BASE"),
    "gemini": ("GOOGLE_GEMINI_BASE_URL",),
}
_VERSION = "/v1"


def upstreams_in(environment: Mapping[str, str]) -> dict[Vendor, str]:
    """Where a client with this environment would go, by vendor.

    A version at an address's end is part of the path that clients send.
    """
    found: dict[Vendor, str] = {}
    for vendor, names in _VARIABLES.items():
        address = next((environment[name] for name in names if environment.get(name)), "")
        found[vendor] = (address or USUAL[vendor]).rstrip("/").removesuffix(_VERSION)
    return found


def environment_for(url: str, environment: Mapping[str, str]) -> dict[str, str]:
    """``environment`` for a client that is to go to the proxy at ``url``."""
    changed = dict(environment)
    for vendor, names in _VARIABLES.items():
        address = next((environment[name] for name in names if environment.get(name)), "")
        versioned = (address or USUAL[vendor]).rstrip("/").endswith(_VERSION)
        for name in names:
            changed[name] = url + (_VERSION if versioned else "")
    for name in ("NO_PROXY", "no_proxy"):
        known = [each for each in environment.get(name, "").split(",") if each]
        changed[name] = ",".join(dict.fromkeys([*known, "127.0.0.1", "localhost"]))
    return changed


def run_wrapped(command: Sequence[str], told: Told, environment: Mapping[str, str]) -> int:
    """Run ``command`` with a proxy of its own; gives its exit code (128 + signal, as shells do).

    Raises:
        ConfigurationError: there is no such command, or no proxy came to serve.
    """
    with listening_socket("127.0.0.1", 0) as listening:
        processes = Processes(listening, told)
        try:
            serving = processes.start()
            if serving is None:
                raise ConfigurationError("no proxy came to serve; what it said stands above")
            try:
                url = f"http://127.0.0.1:{listening.getsockname()[1]}"
                return _client(command, environment_for(url, environment))
            finally:
                serving.terminate()
                serving.wait()
        finally:
            processes.close()


def _client(command: Sequence[str], environment: Mapping[str, str]) -> int:
    try:
        client = subprocess.Popen(command, env=environment)
    except OSError as error:
        raise ConfigurationError(
            f"{command[0]} cannot be started ({error.strerror}); give the client's command "
            "after `--`"
        ) from error

    def passed_on(number: int, _frame: object) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(client.pid, number)

    # The terminal sends Ctrl-C to the client too, which decides what it means.
    before = {
        signal.SIGINT: signal.signal(signal.SIGINT, signal.SIG_IGN),
        signal.SIGTERM: signal.signal(signal.SIGTERM, passed_on),
        signal.SIGHUP: signal.signal(signal.SIGHUP, passed_on),
    }
    try:
        code = client.wait()
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)
    return code if code >= 0 else 128 - code
