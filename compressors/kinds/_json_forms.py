"""Which names rows have together, and in which order."""

from __future__ import annotations

from collections import Counter

import msgspec

from compressors.kinds._json_text import Value

MOST_ITEMS = 12
_MOST_FORMS = 32
_MOST_NAMES = 400


class Common(msgspec.Struct, frozen=True):
    """What goes together in one table: objects with these names, or arrays of one length."""

    fitting: frozenset[object]
    names: tuple[str, ...] = ()
    optional: frozenset[str] = frozenset()


def form(row: Value) -> object:
    """What rows of one table share: names in order, or a length; None for other values."""
    kind = type(row)
    return tuple(row) if kind is dict else len(row) if kind is list else None


def common(forms: Counter[object]) -> Common | None:
    """The forms that go together; None where most rows have none."""
    total = forms.total()
    first, times = forms.most_common(1)[0]
    if isinstance(first, int):
        usual = 0 < first <= MOST_ITEMS and 2 * times > total
        return Common(frozenset({first})) if usual else None
    if not first:
        return None
    names: list[str] = []
    fitting: list[tuple[str, ...]] = []
    for form, times in forms.most_common(_MOST_FORMS):
        if not isinstance(form, tuple) or not form or (names and 20 * times < min(total, 40)):
            continue
        merged = _merged(names, form)
        if merged is None:
            continue
        # A name that few rows have costs a comma in all others.
        cost = (len(merged) - len(names)) * (total - times)
        if not names or cost < 6 * times * len(form):
            names = merged
            fitting.append(form)
    covered = sum([forms[form] for form in fitting])
    if 2 * covered < total or (len(names) == 1 and len(fitting) > 1):
        return None
    shared = set(names).intersection(*fitting)
    optional = frozenset(name for name in names if name not in shared)
    return Common(frozenset(fitting), tuple(names), optional)


def _merged(names: list[str], form: tuple[str, ...]) -> list[str] | None:
    """``names`` and those of ``form`` in one order that keeps both; None where none does."""
    places = {name: place for place, name in enumerate(names)}
    merged: list[str] = []
    at = 0
    for name in form:
        place = places.get(name)
        if place is None:
            merged.append(name)
        elif place < at:
            return None
        else:
            merged.extend(names[at : place + 1])
            at = place + 1
    merged.extend(names[at:])
    return merged if len(merged) <= _MOST_NAMES else None
