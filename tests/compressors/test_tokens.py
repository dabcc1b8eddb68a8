from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compressors.tokens import ESTIMATOR, estimate

# Texts and their tokens as tiktoken counts them by o200k_base.
COUNTED = {
    "json": (
        183,
        (
            '{"orders": [{"id": "#W2378156", "user_id": "yusuf_rossi_9620", "items": [{"n'
            'ame": "Mechanical Keyboard", "product_id": "1656367028", "price": 102.99, "o'
            'ptions": {"switch type": "linear", "backlight": "RGB", "size": "full size"}}'
            '], "status": "delivered", "payment_history": [{"transaction_type": "payment"'
            ', "amount": 305.12, "payment_method_id": "credit_card_9513926"}]}, {"id": "#'
            'W5061109", "user_id": "chen_johnson_4204", "items": [], "status": "pending",'
            ' "payment_history": null}], "total": 2, "next": "https://api.example.com/v1/'
            'orders?page=2&limit=50"}'
        ),
    ),
    "rows": (
        141,
        (
            "flight_number,origin,destination,departs,seats,price\nHAT069,JFK,SEA,06:00:00"
            ",17,121\nHAT083,JFK,SEA,01:00:00,16,100\nHAT057,EWR,ATL,07:00:00,7,141\nHAT136,"
            "EWR,ATL,19:00:00,15,152\nHAT218,EWR,ATL,18:00:00,12,158\nHAT268,SFO,DEN,07:00:"
            '00,17,101\nHAT110,SFO,DEN,22:30:00,3,"1,099"\n'
        ),
    ),
    "log": (
        181,
        (
            "2024-05-01 10:00:00,123 INFO  [main] org.example.Server - Started in 3.2 sec"
            "onds\n2024-05-01 10:00:01,004 WARN  [pool-1-thread-3] org.example.Cache - evi"
            "cted 128 entries, 17% of capacity\n2024-05-01 10:00:02,911 ERROR [http-nio-80"
            "80-exec-7] org.example.Api - request 9f86d081884c7d65 failed: java.net.Socke"
            "tTimeoutException: Read timed out\n    at java.base/java.net.SocketInputStrea"
            "m.read(SocketInputStream.java:168)\nMay  1 10:00:03 web-01 sshd[24200]: Faile"
            "d password for root from 183.62.140.253 port 22 ssh2\n"
        ),
    ),
    "code": (
        169,
        (
            'def parse(text: str, *, strict: bool = False) -> list[Token]:\n    """Split t'
            "he text into tokens.\n\n    Raises:\n        ParseError: where strict, and a ch"
            'aracter is in no token.\n    """\n    tokens = []\n    position = 0\n    while p'
            "osition < len(text):\n        match = PATTERN.match(text, position)\n        i"
            'f match is None:\n            if strict:\n                raise ParseError(f"u'
            'nexpected {text[position]!r} at {position}")\n            position += 1\n     '
            "       continue\n        tokens.append(Token(match.lastgroup, match.group()))"
            "\n        position = match.end()\n    return tokens\n\nfunction renderItem(item)"
            " {\n  const el = document.createElement('li');\n  el.textContent = `${item.nam"
            "e}: ${item.price.toFixed(2)}`;\n  return el;\n}\n"
        ),
    ),
    "prose": (
        99,
        (
            "The museum opens at nine and closes at half past five, except on Mondays, wh"
            "en it stays shut. Visitors who arrive in the last hour pay half the price, b"
            "ut they may not enter the tower, because the stairs are narrow and the guide"
            " needs forty minutes to reach the top and come back. If it rains, the garden"
            " path is closed. Nobody has ever explained why the clock over the gate runs "
            "eleven minutes late; the caretaker says that it was already so when her gran"
            "dmother worked here."
        ),
    ),
    "chinese": (
        72,
        (
            "博物馆上午九点开门，下午五点半关门，星期一休息。最后一小时到达的游客只需付一"
            "半的票价，但不能进入塔楼，因为楼梯很窄，导游需要四十分钟才能到达顶层再返回。"
            "下雨时花园小路将关闭。"
        ),
    ),
    "japanese": (
        81,
        (
            "博物館は午前九時に開き、午後五時半に閉まります。月曜日はお休みです。最後の一"
            "時間に入るお客様は半額ですが、階段が狭いためタワーには入れません。ガイドは往"
            "復に四十分かかります。雨の日は庭の道を閉じます。"
        ),
    ),
    "korean": (
        69,
        (
            "박물관은 오전 아홉 시에 열고 오후 다섯 시 반에 닫습니다. 월요일은"
            " 쉽니다. 마지막 한 시간에 오는 관람객은 반값만 내지만 계단이 좁아"
            "서 탑에는 들어갈 수 없습니다. 비가 오면 정원 길을 닫습니다."
        ),
    ),
    "russian": (
        34,
        (
            "Музей открывается в девять и закрывается в половине шестого, кроме понедельн"
            "ика. Посетители последнего часа платят половину цены."
        ),
    ),
    "base64": (
        167,
        (
            "TG9yZW0gaXBzdW0gZG9sb3Igc2l0IGFtZXQsIGNvbnNlY3RldHVyIGFkaXBpc2NpbmcgZWxpdC4g"
            "UGhhc2VsbHVzIGV1IHRlbXBvciBhcmN1LiBTdXNwZW5kaXNzZSBwb3RlbnRpLiBOdW5jIHZpdGFl"
            "IG1hdXJpcyBxdWlzIG5pc2wgdml2ZXJyYSBwb3N1ZXJlLiBRdWlzcXVlIGF0IGxlbyBzZWQgbGli"
            "ZXJvIHBvcnR0aXRvciBmZXVnaWF0"
        ),
    ),
    "hex": (
        117,
        (
            "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08 60303ae22b9"
            "98861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752 fd61a03af4f77d870fc21e"
            "05e7e80678095c92d808cfb3b5c279ee04c74aca13"
        ),
    ),
    "emoji": (
        35,
        (
            "🚀 deploy done ✅ all green 🎉🎉 next: 🔥 fix the flaky test 🐛… ❌ rollback ⚠️ wat"
            "ch latency 📈📉"
        ),
    ),
}
NEAR = {"chinese": 0.12, "japanese": 0.12}


@pytest.mark.parametrize("sort", COUNTED)
def test_estimates_are_near_the_counts(sort: str) -> None:
    counted, text = COUNTED[sort]
    assert abs(estimate(text) / counted - 1) <= NEAR.get(sort, 0.06)


def test_errors_cancel_in_the_sum() -> None:
    counted = sum([tokens for tokens, _ in COUNTED.values()])
    estimated = sum([estimate(text) for _, text in COUNTED.values()])
    assert abs(estimated / counted - 1) < 0.02


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("", 0),
        ("a", 1),
        (" ", 1),
        ("\n\n\n", 1),
        ("123456789", 3),
        ("1234567890", 4),
        ("the cat sat on the mat", 6),
        ("hostname", 1),
        ("getUserName", 3),
        ("----------------", 1),
        ('{"a":1}', 5),
        ("x" + " " * 40 + "y", 3),
        ("\ud800", 1),
        ("\x00\x01\x02", 1),
        ("." * 1000, 17),
        ("=" * 400, 6),
        ("\n" * 200, 13),
        ("\x1b[32m.\x1b[0m" * 10, 90),
    ],
)
def test_what_the_encoding_alone_decides(text: str, tokens: int) -> None:
    assert abs(estimate(text) - tokens) <= (1 if tokens > 1 else 0)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60), st.text(max_size=60))
def test_never_negative_and_never_much_more_than_characters(one: str, two: str) -> None:
    for text in (one, two, one + "\n" + two):
        assert (estimate(text) == 0) == (not text)
        assert estimate(text) <= 3 * len(text)
    assert estimate(one + "\n" + two) >= max(estimate(one), estimate(two)) * 0.8 - 2


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=40), st.integers(2, 30))
def test_the_same_text_many_times_costs_so_many_times_as_much(text: str, times: int) -> None:
    once, many = estimate("x\n" + text + "\n"), estimate(("x\n" + text + "\n") * times)
    assert abs(many - times * once) <= 0.6 * times + 2


@pytest.mark.parametrize(
    "piece",
    ["a", "A", "aB", "1", ",", " ", "\n", " \n", "a ", "\u6771", "\u00e9", "\U0001f600", "\t "],
)
def test_no_text_takes_unduly_long(piece: str) -> None:
    text = piece * (1_000_000 // len(piece))
    start = time.process_time()
    estimate(text)
    assert time.process_time() - start < 3


def test_the_estimator_has_a_name() -> None:
    assert ESTIMATOR
