"""What of a content bears on a query: BM25 over short documents, in whole numbers.

Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009),
formula 3.15, with ``ln(1 + (N - n + 0.5) / (n + 0.5))`` as the weight of a term that n of N
documents hold, which is never negative.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

# Scores are compared as whole thousandths: what differs by less is equal, and ties go by
# position, so that no rounding of the last bit decides what stays in a text.
_QUANTA = 1000
_K1, _B = 1.2, 0.6
_LONGEST_QUERY = 20_000
_MOST_TERMS = 512
_MOST_COVERING = 16
_MOST_COMPARED = 128
_GAP = b"\x00"

# Scripts that put no space between words, or join particles to them.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005\u3007\u3040-\u30ff\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003134f"
)
_UNSPACED_RUN = re.compile(rf"[{_UNSPACED}]+")
_POINT = re.compile(rb"\.(?<=[0-9]\.)(?=[0-9])")
_POINT_KEPT = b"\x7f"
_NOT_ASCII = re.compile("[^\x00-\x7f]")
_CLAUSE = re.compile(r"[;\n]")
_THOUSANDS = re.compile(r"(?<![\d.,])\d{1,3}(?:,\d{3})+(?:\.\d+)?(?![\d,])")
_NUMBER = re.compile(r"\d+(?:\.\d+)?", re.ASCII)
_MOST_REPLACED = 24


def _breaks() -> bytes:
    """A table of small letters, and of spaces for the ASCII characters that are in no word."""
    table = bytearray(range(256)).lower()
    for code in range(128):
        if not chr(code).isalnum():
            table[code] = 32
    table[_GAP[0]] = _GAP[0]
    table[_POINT_KEPT[0]] = ord(".")
    return bytes(table)


_BREAKS = _breaks()
_SMALL, _CAPITAL = b"abcdefghijklmnopqrstuvwxyz", b"ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_CASES = bytes.maketrans(_SMALL + _CAPITAL, b"a" * 26 + b"A" * 26)
# Where a capital follows a small letter, a part of a camelCase name begins.
_CAMEL = re.compile(b"aA")

_STOP = frozenset(
    re.findall(
        "[a-z]+",
        "a about all am an and any are as at be been but by can could did do does for from get "
        "had has have he her here him his how i if in into is it its just let me more my no not "
        "of on or our out please she should so some than that the their them then there these "
        "they this those to up us want was we were what when where which who why will with "
        "would you your",
    )
)


def terms(text: str) -> list[str]:
    """The terms of ``text`` in order, in lower case.

    Words and the parts of ``camelCase`` and ``snake_case`` names; identifiers of capitals
    and digits whole; decimals and dotted numbers whole; of scripts without spaces every
    character and every pair of neighbours.
    """
    return [term.decode() for term in _spaced(text.replace("\x00", " ")).split()]


def rank(query: str, documents: Sequence[str]) -> list[float]:
    """How much each document bears on ``query``: whole numbers, 0 where nothing is shared.

    A function of its arguments alone, in time linear in the text. Of a query the first
    20,000 characters and their first 512 different terms are looked at.
    """
    return _weighed(_wanted(query), documents)[0]


class Bearing(NamedTuple):
    """What documents have to do with a query.

    ``scores`` are those of :func:`rank`. ``covering`` are the documents that answer a query
    of many parts between them: each next one bears most on what those before it leave open,
    at least a third as much as the first bears on the whole; sixteen at most. Behind them
    stands, of each of the query's last sixteen lines or clauses (``;``), the document that
    bears most on it alone, if it holds half of what can be found of it.
    """

    scores: list[float]
    covering: list[int]


def bearing(query: str, documents: Sequence[str]) -> Bearing:
    """The scores of documents and which of them cover the query together."""
    wanted = _wanted(query)
    scores, parts = _weighed(wanted, documents)
    covering = [*_covering(parts, scores), *_by_clause(query, wanted, parts)]
    return Bearing(scores, list(dict.fromkeys(covering)))


def _weighed(
    wanted: dict[bytes, int], documents: Sequence[str]
) -> tuple[list[float], dict[int, dict[int, float]]]:
    """The scores of documents, and of those with any what each term of the query adds."""
    count = len(documents)
    scores: list[float] = [0] * count
    parts: dict[int, dict[int, float]] = {}
    if not wanted or not count:
        return scores, parts
    tallies, lengths = _tally(wanted, documents)
    holders: dict[int, int] = {}
    for tally in tallies.values():
        for term in tally:
            holders[term] = holders.get(term, 0) + 1
    weights = {
        term: math.log(1 + (count - number + 0.5) / (number + 0.5))
        for term, number in holders.items()
    }
    mean = max(1.0, sum(lengths) / count)
    for document, tally in tallies.items():
        length = _K1 * (1 - _B + _B * lengths[document] / mean)
        part = {
            term: weights[term] * times * (_K1 + 1) / (times + length)
            for term, times in sorted(tally.items())
        }
        parts[document] = part
        scores[document] = round(sum(part.values()) * _QUANTA)
    return scores, parts


def _covering(parts: dict[int, dict[int, float]], scores: list[float]) -> list[int]:
    """Greedily the documents that cover most of what is still open (a submodular cover)."""
    best = sorted(parts, key=lambda document: (-scores[document], document))[:_MOST_COMPARED]
    chosen: list[int] = []
    covered: set[int] = set()
    least = 0.0
    while best and len(chosen) < _MOST_COVERING:
        gains = [
            round(sum([gain for term, gain in parts[at].items() if term not in covered]) * _QUANTA)
            for at in best
        ]
        most = max(gains)
        if most <= 0 or most < least:
            break
        least = least or most / 3
        document = best.pop(gains.index(most))
        chosen.append(document)
        covered.update(parts[document])
    return chosen


def _by_clause(
    query: str, wanted: dict[bytes, int], parts: dict[int, dict[int, float]]
) -> list[int]:
    """Of each clause the document that bears most on it, if it holds half of its terms."""
    clauses = [clause for clause in _CLAUSE.split(query[:_LONGEST_QUERY]) if clause.strip()]
    if len(clauses) < 2:
        return []
    asking: dict[int, list[int]] = {}
    for number, clause in enumerate(clauses[-_MOST_COVERING:]):
        for form in dict.fromkeys(term.encode() for term in terms(clause)):
            if form in wanted:
                asking.setdefault(wanted[form], []).append(number)
    most = Counter(n for term in set().union(*parts.values()) for n in asking.get(term, ()))
    least = {number: (count + 1) // 2 for number, count in most.items()}
    fewest = min(least.values(), default=0)
    best: dict[int, tuple[int, int]] = {}
    for document, gains in parts.items():
        if len(gains) < fewest:
            continue
        held: dict[int, list[float]] = {}
        for term, gain in gains.items():
            for number in asking.get(term, ()):
                held.setdefault(number, []).append(gain)
        for number, each in held.items():
            if len(each) >= least[number]:
                score = round(sum(each) * _QUANTA)
                if number not in best or score > best[number][0]:
                    best[number] = (score, document)
    return [best[number][1] for number in sorted(best)]


def _tally(
    wanted: dict[bytes, int], documents: Sequence[str]
) -> tuple[dict[int, dict[int, int]], list[int]]:
    """Of each document with a wanted term how often it holds each, and of all the lengths."""
    tallies: dict[int, dict[int, int]] = {}
    lengths: list[int] = []
    forms = frozenset(wanted)
    joined = "\n\x00\n".join(documents)
    if joined.count("\x00") >= len(documents):
        joined = "\n\x00\n".join([text.replace("\x00", " ") for text in documents])
    data = _spaced(joined)
    for document, part in enumerate(data.split(_GAP)):
        found = part.split()
        lengths.append(len(found))
        if not forms.isdisjoint(found):
            tally = tallies[document] = {}
            for term in [wanted[form] for form in found if form in forms]:
                tally[term] = tally.get(term, 0) + 1
    return tallies, lengths


def _spaced(text: str) -> bytes:
    """The terms of ``text`` as UTF-8 with spaces between them; NUL stays where it is.

    Translating and splitting bytes is some times quicker than matching words.
    """
    data = text.encode("utf-8", "replace")
    parts = [0, *[found.end() - 1 for found in _CAMEL.finditer(data.translate(_CASES))], len(data)]
    if len(parts) > 2:
        data = b" ".join([data[start:end] for start, end in pairwise(parts)])
    if not data.isascii():
        data = _spread(data.decode().lower()).encode()
    return _POINT.sub(_POINT_KEPT, data).translate(_BREAKS)


def _spread(text: str) -> str:
    """``text`` with spaces for punctuation beyond ASCII, and between unspaced characters."""
    others = set(_NOT_ASCII.findall(text))
    breaking = sorted(char for char in others if not char.isalnum())
    if len(breaking) > _MOST_REPLACED:
        text = text.translate(dict.fromkeys(map(ord, breaking), " "))
    else:
        for char in breaking:
            text = text.replace(char, " ")
    unspaced = _UNSPACED_RUN.search("".join(others))
    return _UNSPACED_RUN.sub(_neighbours, text) if unspaced else text


def _neighbours(run: re.Match[str]) -> str:
    """The characters of a run and its pairs of neighbours, with spaces between them."""
    chars = run[0]
    pairs = [chars[place : place + 2] for place in range(len(chars) - 1)]
    return f" {' '.join(chars)} {' '.join(pairs)} "


def _wanted(query: str) -> dict[bytes, int]:
    """The query's terms and their other forms, each with the number of its term."""
    query = query[:_LONGEST_QUERY]
    # A number with commas may stand without them, or in parts.
    whole = _THOUSANDS.sub(lambda number: number[0].replace(",", ""), query)
    parts = [number.rpartition(",")[2] for number in _THOUSANDS.findall(query)]
    found = list(dict.fromkeys([*terms(whole), *parts]))[:_MOST_TERMS]
    telling = [term for term in found if term not in _STOP] or found
    wanted: dict[bytes, int] = {}
    for number, term in enumerate(telling):
        if term.encode() not in wanted:
            for form in _forms(term):
                wanted.setdefault(form.encode(), number)
    return wanted


def _forms(term: str) -> list[str]:
    """Ways to write one term: singular and plural, a number with and without zeros."""
    if _NUMBER.fullmatch(term):
        whole, _, part = term.partition(".")
        part = part.rstrip("0")
        plain = f"{whole}.{part}" if part else whole
        return [term, plain, f"{whole}.{part or 0}", f"{whole}.{part:0<2}"]
    if len(term) > 3 and term.isascii() and term.isalpha():
        if term.endswith("ies"):
            return [term, term[:-3] + "y"]
        if term.endswith("s") and not term.endswith("ss"):
            return [term, term[:-1]]
        return [term, term + "s", term[:-1] + "ies"] if term.endswith("y") else [term, term + "s"]
    return [term]
