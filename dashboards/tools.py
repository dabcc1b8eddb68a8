"""Names of tools, where a local file gives them: keyed here with the home's pepper."""

from __future__ import annotations

from collections.abc import Mapping

from compressors.errors import ConfigurationError
from compressors.home import Home
from compressors.pepper import load_pepper

FILE = "tools.txt"


def names_of_tools() -> Mapping[str, str]:
    """Names by keyed name, of the tools that ``tools.txt`` of the home lists, a name a line.

    Raises:
        ConfigurationError: the file or the pepper cannot be read.
    """
    home = Home.at()
    path = home.root / FILE
    try:
        names = path.read_text(encoding="utf-8").split("\n")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            f"the names of tools {path} cannot be read ({error}); mend or remove the file"
        ) from error
    pepper = load_pepper(home.pepper)
    return {pepper.key(name.strip()): name.strip() for name in names if name.strip()}
