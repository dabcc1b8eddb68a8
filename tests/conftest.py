"""What all tests share: which of them wait for a longer run, and that no clock fails one."""

from pathlib import Path

import pytest
from hypothesis import settings

_ENGINE = Path(__file__).parent / "compressors"

# A deadline an example measures how busy the machine is.
settings.register_profile("without_deadline", deadline=None)
settings.load_profile("without_deadline")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What is long is slow, too, and so are properties of the engine, which are searched for long.

    Files with runs of the whole come first: started last, one of them would keep a single
    process busy while the others have nothing left to do.
    """
    for item in items:
        if item.get_closest_marker("long"):
            item.add_marker(pytest.mark.slow)
    whole = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: (item.path not in whole, _ENGINE in item.path.parents))
    for item in items:
        searched = getattr(getattr(item, "obj", None), "is_hypothesis_test", False)
        if searched and _ENGINE in item.path.parents:
            item.add_marker(pytest.mark.slow)
