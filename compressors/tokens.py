"""How many o200k_base tokens a text has, estimated quickly: the measure of the hot path.

What the vocabulary decides is modelled, the rest of the encoding is followed: digits go in
threes, white space and punctuation in runs, words with the space or sign before them. A
word's tokens come from its length, its case and how common its pairs of letters are; other
scripts go by character.

Fitted with tiktoken: least squares over the words of 1,300 texts of 14 sorts (JSON, rows,
logs, code, prose, command output, HTML, other languages), by how often they occur, then
averages for signs and scripts. Errors of the sums by kind, and the largest error of one text,
stand in docs/benchmark.md, which ``make bench`` makes. Known to be further off: European
languages other than English, and texts of mostly names in capitals or rare words.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from operator import mul

ESTIMATOR = "o200k-estimate-2"
"""The version of the estimator, part of every fingerprint: other figures, another name."""

_UNIT = 1000

# Thousandths of a token for each pair of letters, a row for the first letter, one digit in
# base 64 a pair, in steps of 25 from -300.
_PAIRS = (
    "TEFFWN4bGUL39AfHbAE8MHQF5HScXeHh-fS6cARgLedLMSBbsUNbROQf8XoELcCGVbHRd9eBMUVdLZ"
    "ShYMDRPbMMRHRVMRaLIUVbgTMdUYOJMMMaaeaNJJSQOKFOnVTFOjQgghLNjeIjaPcVCnkLXMRhgZKX"
    "UZTiLnPIRjjNgMNggPKRSaljVSTLWlElZiNVubiDGeXGY4GYhmOBQJFECCCcMWQAKC6GVEFCfHoHrD"
    "YgfTKSYdVcQehgMagfNiVaceahWUPaGMHnSfbehIffjlLfhqMbWUSVYIHLgPPjdP-mLVoWQPJUbdCZ"
    "PMQdAnbZRiiTFbMJdjQbXmibVlVpOKITChVkNWTPRZjbJFPNlzQdJPOKQFDcMOGIJDLOZARGNOKJJR"
    "OUTbCeXGUacAccEOcGODJRcbMWTVeeYpYbibh4ZZrVWMcZDhecehQhPLDMIdMpIUPKHVgPPNSPWcBh"
    "WlNYGQRMPjQVSQMPdTHGPiQaEjQmNmFWZGNlpXRaPO-KOOPlFUBgUEGGEGRqPXX1CBXAY7DDboVFUY"
    "NkdfAkScJkoZKbRYWdkiZUZdZXMdcSFiXLIVXGe6FZpOLVqYLYLZZYQyLdpecokZNenRoxhMdicLMd"
    "lZlsLholcvhTaQPXpLPNnkIlQVecYaLcfaYikglbnjkdjgjnheLL"
)
_DIGITS = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz+-"
_LETTERS = b"abcdefghijklmnopqrstuvwxyz"
_PAIR = {
    (first, second): 25 * _DIGITS.index(_PAIRS[26 * row + column].encode()) - 300
    for row, first in enumerate(_LETTERS)
    for column, second in enumerate(_LETTERS)
}
# Thousandths of a token by length: small letters, a capital first, capitals alone, and the
# same with a space in front. The last holds for all longer words, a part for no letter.
_BASES = (
    (0, 0, 1006, 562, 533, 482, 415, 422, 385, 446, 418, 360, 400),
    (0, 0, 1116, 671, 538, 440, 369, 323, 214, 185, 260, 180, 160),
    (0, 1000, 1013, 856, 820, 972, 973, 1000, 1180, 1190, 1210, 1260, 1290),
    (0, 0, 1000, 450, 415, 329, 226, 154, 75, 8, -105, -145, -200),
    (0, 0, 1005, 413, 478, 456, 365, 266, 222, 200, 150, 130, 100),
    (0, 1000, 1003, 601, 613, 630, 720, 640, 600, 600, 560, 520, 500),
)
# Common words that are one token, though their pairs of letters do not look it.
_WHOLE = frozenset(
    re.findall(
        rb"[a-z]+",
        b"admin after algorithm already apps argv ascii attributes available bash basic because "
        b"bios block boolean cannot capacity certificate changed characters column combined "
        b"command configuration connected cookie copyright ctrl daemon data datetime debug default "
        b"defaults delete deprecated descriptor desktop details development different directory "
        b"disabled display docs document documentation download dtype dynamic else enabled "
        b"encoding endpoint enter entry environment error events example execute existing "
        b"extensions external extra flags formatter gateway generic global google groups gzip "
        b"handle handler handlers hash header hello help host hostname including info information "
        b"inline input installed jobs kernel keys label labels lambda language launcher level "
        b"library license licenses like linux little localhost logger logging lookup loop mapping "
        b"mask material maximum medium metadata minimum model modules number numbers offset "
        b"otherwise output ownership package packages parameters params passwd password pattern "
        b"platform plugins policy product projects properties protocol purpose random received "
        b"reference release replacement repository required research resolution running safe "
        b"schema search settings shape shell shift shutdown signature size skip sleep slice smart "
        b"smtp socket software specific standard statistics stderr stdout stream submit support "
        b"target technology terms through timeout timestamp timezone title todo tools transaction "
        b"transform transport type typing unknown update updated upgrade validation validators "
        b"virtual warning warnings wheel window windows without yaml",
    )
)
# What a sign between a word and what stands before it adds.
_LEADS = {
    b"_": 90, b".": 40, b",": 570, b"/": 380, b"-": 340, b"(": 210, b"#": 100, b":": 580,
    b"=": 460, b"[": 710, b"@": 680, b"<": 540, b"\\": 150, b";": 470, b"'": 100,
    b"&": 290, b"*": 660,
}  # fmt: skip
_LEAD = 900
_TAB_LEAD = 470
# A run of signs: by the number of changes from one to another.
_RUNS = (1000, 1000, 1000, 1070, 1370, 1770, 2200)
_RUN_MORE = 480

# How many repetitions of a sign one token holds.
_SPANS = {
    bytes([sign]): span
    for span, signs in ((64, b"#*-./=_"), (32, b"%+~"), (16, b"!:;"), (8, b"<>?@^"), (2, b"&[]`{}"))
    for sign in signs
}
_SPAN = 4
_REPEATED = re.compile(rb"(.)\1{4,}", re.DOTALL)
_BLANKS, _LINES = 128, 16

_SPACE, _LINE, _RETURN, _BLANK, _CONTROL, _ZERO = 1, 2, 3, 4, 5, 48
_ESCAPE = b"\x06"
_BREAKS = (_LINE, _RETURN)
_LONGEST_KNOWN = 64
_MOST_KNOWN = 40_000
_PARTS = re.compile(rb"[A-Z][a-z]+|[A-Z]+[a-z]*|[a-z]+")
# Characters go by the script of their kind: Latin with accents, Han, kana, Hangul, ...
_SCRIPTS = re.compile(
    "[A-Za-z\x80-\u024f\u0300-\u036f]+|[\u0370-\u03ff]+|[\u0400-\u052f]+|[\u0590-\u05ff]+"
    "|[\u0600-\u06ff]+|[\u0900-\u0dff]+|[\u0e00-\u0eff]+|[\u2000-\u2bff]+"
    "|[\u3000-\u303f\uff00-\uff60]+|[\u3040-\u309f]+|[\u30a0-\u30ff]+|[\u3400-\u9fff]+"
    "|[\uac00-\ud7af]+|[\U00010000-\U0010ffff]+|[^\x00-\x7f]"
)
# From which code point on a character has how many thousandths of a token.
_RATE = (
    (0x0250, 1000), (0x0370, 400), (0x0400, 265), (0x0530, 400), (0x0590, 430),
    (0x0600, 270), (0x0700, 700), (0x0900, 350), (0x0E00, 420), (0x0F00, 600),
    (0x2000, 1000), (0x2E80, 1000), (0x3000, 300), (0x3040, 545), (0x30A0, 930),
    (0x3100, 1500), (0xA000, 1500), (0xAC00, 840), (0xD800, 1000), (0xFF00, 300),
    (0xFF61, 1500), (0x10000, 2150),
)  # fmt: skip
_STARTS = tuple(start for start, _ in _RATE)
_RATES = tuple(rate for _, rate in _RATE)
# From here on scripts put no space between words, or more than letters in one.
_UNSPACED = "\u0e00"
_NOT_SPACED = 400
_ACCENT = 450
_HAN, _HAN_RARE = 790, 540
_PIECES = re.compile(
    rb"0{1,3}|(\x01?[^\x01-\x040]+)[\x02\x03/]*|[\x01-\x04]*[\x02\x03]+"
    rb"|[\x01-\x04]+(?=\x01[^\x01-\x040])|[\x01-\x04]+"
)


def _classes() -> tuple[bytes, bytes]:
    """Tables for translation: letters alone, and everything but letters."""
    letters, others = bytearray(range(256)), bytearray(range(256))
    for code in range(256):
        char = chr(code)
        if code >= 128 or char.isalpha():
            others[code] = 9
            continue
        letters[code] = 32
        if char.isdigit():
            others[code] = 48
        elif char.isspace():
            others[code] = {" ": _SPACE, "\n": _LINE, "\r": _RETURN}.get(char, _BLANK)
        elif code < 32:
            others[code] = _ESCAPE[0] if code == 27 else _CONTROL
    letters[_SPACE] = _SPACE
    return bytes(letters), bytes(others)


_WORDS, _GAPS = _classes()


def estimate(text: str) -> int:
    """The tokens of ``text``: 0 for none, at least 1 for anything else."""
    if not text:
        return 0
    data = text.encode("utf-8", "replace")
    words = Counter(data.replace(b"\x01", b" ").replace(b" ", b" \x01").translate(_WORDS).split())
    # A single space between words costs nothing: most gaps need no count.
    gaps = Counter(data.translate(_GAPS).replace(b"\t\x01\t", b"\t\t").split())
    total = _sum(words, _word_costs, _word) + _sum(gaps, _gap_costs, _gap)
    return max(1, (total + _UNIT // 2) // _UNIT)


# What was worked out before: dictionaries, since looking up all pieces of a text in one go is
# several times quicker than a call for each. What is long is hardly ever seen again.
_word_costs: dict[bytes, int] = {}
_gap_costs: dict[bytes, int] = {}


def _sum(counts: Counter[bytes], known: dict[bytes, int], cost_of: Callable[[bytes], int]) -> int:
    """The thousandths of all pieces, each as often as it occurs."""
    costs = list(map(known.get, counts))
    if None in costs:
        if len(known) > _MOST_KNOWN:
            known.clear()
        for place, (piece, cost) in enumerate(zip(counts, costs, strict=True)):
            if cost is None:
                costs[place] = cost = cost_of(piece)
                if len(piece) <= _LONGEST_KNOWN:
                    known[piece] = cost
    return sum(map(mul, costs, counts.values()))


def _word(word: bytes) -> int:
    """A run of letters, with a mark in front where a space stood there."""
    spaced = word[0] == _SPACE
    if word.isascii():
        return _latin(word[1:] if spaced else word, spaced=spaced)
    total = 0
    for run in _SCRIPTS.finditer(word.decode("utf-8", "replace")):
        total += _script(run[0], spaced=spaced)
        spaced = False
    return total


def _latin(word: bytes, *, spaced: bool) -> int:
    """Letters from a to z: the parts of a camelCase word, each at least one token."""
    if word.islower() or word.istitle():
        return _part(word, spaced=spaced)
    total = 0
    for part in _PARTS.findall(word):
        total += _part(part, spaced=spaced)
        spaced = False
    return total


def _part(part: bytes, *, spaced: bool) -> int:
    lower = part.lower()
    if lower in _WHOLE and not part.isupper():
        return _UNIT
    case = 0 if part.islower() else 1 if part.istitle() else 2
    base = _BASES[case + 3 * spaced]
    length = len(part)
    tokens = base[length if length < len(base) else -1]
    if length > 2:
        tokens += sum(map(_PAIR.__getitem__, pairwise(lower)))
    return tokens if tokens > _UNIT else _UNIT


def _script(run: str, *, spaced: bool) -> int:
    """A run of characters of one script, by the rate of its first."""
    first = run[0]
    if first < "\u0250":
        plain = unicodedata.normalize("NFD", run).encode("ascii", "ignore")
        letters = b"".join(_PARTS.findall(plain))
        return _latin(letters, spaced=spaced) + _ACCENT * (len(run) - len(letters))
    if "\u3400" <= first <= "\u9fff":
        # The vocabulary holds fewer of the characters that simplified Chinese lacks.
        common = len(run.encode("gb2312", "ignore")) // 2
        return _HAN * len(run) + _HAN_RARE * (len(run) - common)
    rate = _RATES[bisect_right(_STARTS, ord(first)) - 1] * len(run)
    if first < _UNSPACED:
        return max(_UNIT, rate if spaced else rate + _NOT_SPACED)
    return rate


def _gap(gap: bytes) -> int:
    """What stands between two words: digits, signs, white space."""
    total = 0
    for piece in _PIECES.finditer(gap):
        text = piece[0]
        last = piece.end() == len(gap)
        if piece[1] is not None:
            # A single sign belongs to the word that follows it.
            lead = last and len(text) == 1
            total += _LEADS.get(text, _LEAD) if lead else _signs(piece[1])
        elif text[0] == _ZERO:
            total += _UNIT
        elif text[-1] in _BREAKS:
            total += _UNIT + _UNIT * ((len(text) - 1) // _LINES)
        elif last:
            # Of blanks all but the last are one token; the word takes the last one in.
            total += _UNIT + _UNIT * (len(text) // _BLANKS) if len(text) > 1 else 0
            total += 0 if text[-1] == _SPACE else _TAB_LEAD
        else:
            total += 2 * _UNIT if len(text) > 1 and gap[piece.end()] == _ZERO else _UNIT
    return total


def _signs(signs: bytes) -> int:
    """A run of signs: by the number of changes from one to another, and by long repetitions."""
    if _ESCAPE in signs:
        parts = signs.split(_ESCAPE)
        return (len(parts) - 1) * _UNIT + sum([_signs(part) for part in parts if part])
    changes = 1 + sum([a != b for a, b in pairwise(signs)])
    more = 0
    if len(signs) > 2 * changes + 2:
        for run in _REPEATED.finditer(signs):
            more += _UNIT * ((len(run[0]) - 1) // _SPANS.get(run[0][:1], _SPAN))
    if changes < len(_RUNS):
        return more + _RUNS[changes]
    return more + _RUNS[-1] + _RUN_MORE * (changes - len(_RUNS) + 1)
