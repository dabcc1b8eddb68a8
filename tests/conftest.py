"""What all tests share: which of them wait for a longer run."""

from pathlib import Path

import pytest

_ENGINE = Path(__file__).parent / "compressors"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Properties of the engine are searched for long, so they count as slow."""
    for item in items:
        searched = getattr(getattr(item, "obj", None), "is_hypothesis_test", False)
        if searched and _ENGINE in item.path.parents:
            item.add_marker(pytest.mark.slow)
