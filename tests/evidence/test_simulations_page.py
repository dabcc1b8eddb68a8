"""The page of simulations names tests that there are, and leaves none out."""

import re
from pathlib import Path

TESTS = Path(__file__).parents[1]
PAGE = TESTS.parent / "docs" / "simulations.md"
FILES = [
    "evidence/test_certificate_simulations.py",
    "evidence/test_evidence_simulations.py",
    "pipelines/test_choice_simulations.py",
]


def test_the_page_names_the_simulations():
    named = set(re.findall(r"`(test_\w+)`", PAGE.read_text()))
    there = {
        name for file in FILES for name in re.findall(r"def (test_\w+)", (TESTS / file).read_text())
    }
    # Not a simulation: that a digest tested again has the threshold that it had.
    assert named == there - {"test_an_engine_tested_again_spends_nothing_more"}
