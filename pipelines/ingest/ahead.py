"""One item prepared while the one before it is used: reading and storing side by side."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")


def ahead(items: Iterator[Item]) -> Iterator[Item]:
    """The items in their order; each is made in a thread while its predecessor is in use.

    What making one raises is raised where it would have been given. Whoever stops early waits for
    the one that is being made.
    """
    with ThreadPoolExecutor(1, thread_name_prefix="ahead") as maker:
        following = maker.submit(_next, items)
        while made := following.result():
            following = maker.submit(_next, items)
            yield made[0]


def _next(items: Iterator[Item]) -> tuple[Item] | None:
    for item in items:
        return (item,)
    return None
