"""Numbers as their reader writes them."""

from __future__ import annotations

import pytest

from dashboards import numbers


@pytest.mark.parametrize(
    ("locale", "count", "percent", "dollars"),
    [
        (None, "1,234,567", "-12.3 %", "$1,234"),
        ("en-GB", "1,234,567", "-12.3 %", "$1,234"),
        ("de-DE", "1.234.567", "-12,3 %", "$1.234"),
        ("de-CH", "1’234’567", "-12.3 %", "$1’234"),
        ("fr", "1\u202f234\u202f567", "-12,3 %", "$1\u202f234"),
    ],
)
def test_separators(locale, count, percent, dollars) -> None:
    numbers.use(locale)
    try:
        assert numbers.count(1_234_567) == count
        assert numbers.percent(-0.1234) == percent
        assert numbers.dollars(1234.4) == dollars
    finally:
        numbers.use(None)


def test_unknown_is_said() -> None:
    assert {numbers.count(None), numbers.percent(None), numbers.dollars(None)} == {"unknown"}
    assert numbers.dollars(-0.5) == "-$0.50"
    assert [numbers.size(n) for n in (999, 1000, 2_500_000, 7 * 10**12)] == [
        "999 B", "1.0 kB", "2.5 MB", "7,000.0 GB",
    ]  # fmt: skip
    assert numbers.interval(None, None, 0.95).startswith("no interval")
