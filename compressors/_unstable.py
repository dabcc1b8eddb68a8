"""Words that are another word on every request: each reader says what it made of one, or None."""

from __future__ import annotations

import base64
import binascii
import uuid
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, time
from typing import Literal, NamedTuple

import orjson

What = Literal["uuid", "timestamp", "date", "jwt", "hex_digest", "counter"]

_FIRST_YEAR, _LAST_YEAR = 1970, 2200
_LONGEST_TIME = 40
_SHORTEST = len("1/1/2026")
_LONGEST_TOKEN = 16_384
_LONGEST_NAME = 128
_DIGESTS = (32, 40, 56, 64, 96, 128)  # hex digits of MD5, SHA-1, SHA-224 up to SHA-512
_EPOCHS = {10: 1, 13: 10**3, 16: 10**6, 19: 10**9}  # digits: fractions of a second
_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_MONTH = {
    written: number
    for number, name in enumerate(_MONTHS, start=1)
    for written in (name, name[:3], name[:4])
}
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_COUNTED = (
    *("attempt", "count", "counter", "elapsed", "iteration", "nonce", "pid", "remaining"),
    *("request", "retry", "round", "seq", "sequence", "tokens_used", "turn", "uptime"),
)
_COUNTED_ENDS = ("_count", "_counter", "_index", "_number", "_seq")


class Word(NamedTuple):
    """A word without the punctuation around it; ``after`` is what follows it directly."""

    text: str
    start: int
    end: int
    after: str = ""


class Read(NamedTuple):
    """What was read, and how many words it took."""

    what: What
    why: str
    words: int = 1


def read_word(text: str) -> Read | None:
    """What one word says by itself."""
    if len(text) < _SHORTEST:
        return None
    return _uuid(text) or _token(text) or _moment(text) or _digest(text) or _epoch(text)


def may_be_dated(first: str, second: str) -> bool:
    """Whether a date in words may begin with these two."""
    if first[:1].isdecimal():
        return second[:3].lower() in _MONTH
    return first[:3].lower() in _MONTH or first[:3].lower() in _DAYS


def read_date(words: Sequence[Word]) -> Read | None:
    """A date written in words that ``words`` begin with: ``21 Nov 2026``, ``Sat Nov 21 2026``."""
    weekday = words[0].text[:3].lower() in _DAYS
    found = _in_words([word.text.lower() for word in words[weekday:]])
    return found and found._replace(words=found.words + weekday)


def read_counter(label: Word, number: Word) -> Read | None:
    """A number that counts something: the word before it names what."""
    digits = number.text.lstrip("#").partition("/")[0]
    if not _number(digits) or number.after.startswith((":", ".", ")")):
        return None
    counted = label.text.lower()
    if counted in _COUNTED or counted.endswith(_COUNTED_ENDS):
        return Read("counter", "counts up from request to request")
    return None


def _in_words(window: Sequence[str]) -> Read | None:
    if len(window) < 3:
        return None
    first, second = window[:2]
    if first in _MONTH:
        month, day = _MONTH[first], _day(second)
    elif second in _MONTH:
        month, day = _MONTH[second], _day(first)
    else:
        return None
    # Between day and year a time and its zone may stand, as `date` writes them.
    year = next((place for place, word in enumerate(window[2:5], start=2) if _year(word)), None)
    if year is None or not _is_date(int(window[year]), month, day):
        return None
    after = year + 1 < len(window) and _time(window[year + 1])
    return _dated(after or any(map(_time, window[2:year])), year + 1 + after)


def _dated(timed: bool, words: int) -> Read:
    if timed:
        return Read("timestamp", "the time of the request, or of what it tells about", words)
    return Read("date", "changes with the day, unless it is a fixed one", words)


def _uuid(text: str) -> Read | None:
    """A UUID, also where a name stands before it: ``session-6f1c1c1e-...``."""
    tail = text[-36:] if len(text) < _LONGEST_NAME and text[-37:-36] in ("", "-") else ""
    if tail.count("-") == 4:
        with suppress(ValueError):
            return Read("uuid", f"a UUID, version {uuid.UUID(tail).version or 'unknown'}")
    return None


def _token(text: str) -> Read | None:
    """A JSON web token: its header is an object that names an algorithm."""
    parts = text.split(".", 5) if len(text) <= _LONGEST_TOKEN else []
    if len(parts) not in (3, 5):
        return None
    header = _object(parts[0])
    if header is None or not isinstance(header.get("alg"), str):
        return None
    if len(parts) == 5:
        return Read("jwt", "an encrypted token")
    claims = _object(parts[1])
    if claims is None:
        return None
    return Read("jwt", "a token that runs out" if "exp" in claims else "a token")


def _object(part: str) -> dict[str, object] | None:
    try:
        decoded = orjson.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (binascii.Error, ValueError):
        return None
    return decoded if isinstance(decoded, dict) else None


def _moment(text: str) -> Read | None:
    if len(text) > _LONGEST_TIME or len(text) < 8 or not text[0].isdecimal():
        return None
    if _time(text):
        return _dated(True, 1)
    with suppress(ValueError):
        moment = datetime.fromisoformat(text)
        if _FIRST_YEAR <= moment.year <= _LAST_YEAR and ("-" in text or "T" in text):
            return _dated(len(text) > 10, 1)
    return _numeric_date(text)


def _numeric_date(text: str) -> Read | None:
    for separator in "/.":
        parts = text.split(separator)
        if len(parts) == 3 and all(map(_number, parts)):
            year = next((part for part in (parts[0], parts[2]) if _year(part)), None)
            if year is None:
                return None
            first, second = (int(part) for part in (parts[1:] if year is parts[0] else parts[:2]))
            if any(_is_date(int(year), *pair) for pair in ((first, second), (second, first))):
                return _dated(False, 1)
    return None


def _is_date(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def _digest(text: str) -> Read | None:
    digits = text[2:] if text[:2] in ("0x", "0X") else text
    if len(digits) not in _DIGESTS or not digits.isascii() or not digits.isalnum():
        return None
    try:
        bytes.fromhex(digits)
    except ValueError:
        return None
    if digits.isdecimal() or digits.isalpha():
        return None
    return Read("hex_digest", f"a digest or an id of {len(digits)} hex digits")


def _epoch(text: str) -> Read | None:
    whole = text.partition(".")[0]
    if not _number(whole) or len(whole) not in _EPOCHS:
        return None
    seconds = int(whole) // _EPOCHS[len(whole)]
    if 2001 <= datetime.fromtimestamp(min(seconds, 2**33), UTC).year < 2100:
        return Read("timestamp", "a time counted from 1970")
    return None


def _time(text: str) -> bool:
    """Whether ``text`` is a time of day to the second."""
    if len(text) > _LONGEST_TIME or text.count(":") < 2:
        return False
    try:
        time.fromisoformat(text)
    except ValueError:
        return False
    return True


def _day(text: str) -> int:
    digits = text[:-2] if text.endswith(("st", "nd", "rd", "th")) else text
    return int(digits) if len(digits) <= 2 and _number(digits) else 0


def _year(text: str) -> bool:
    return len(text) == 4 and _number(text) and _FIRST_YEAR <= int(text) <= _LAST_YEAR


def _number(text: str) -> bool:
    return text.isascii() and text.isdecimal()
