"""What a chat says about a tool's result."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compressors.messages import (
    conversation_text,
    query_for,
    read_talk,
    text_of,
    tool_name,
    tool_of,
)
from compressors.providers import PROVIDERS


def call(id_: str | None, name: str, arguments: object) -> dict[str, object]:
    made: dict[str, object] = {
        "type": "function",
        "function": {"name": name, "arguments": arguments},
    }
    return made if id_ is None else {"id": id_, **made}


CHAT: list[dict[str, object]] = [
    {"role": "system", "content": "You book flights."},
    {"role": "user", "content": "Fly me to Oslo"},
    {
        "role": "assistant",
        "content": None,
        "tool_calls": [
            call("c1", "find_flights", '{"to": "OSL"}'),
            call("c2", "find_user", '{"name": "Ann"}'),
        ],
    },
    {"role": "tool", "tool_call_id": "c2", "name": "find_user", "content": "{}"},
    {"role": "tool", "tool_call_id": "c1", "name": "find_flights", "content": "[]"},
    {"role": "assistant", "content": "None today."},
    {
        "role": "user",
        "content": [{"type": "text", "text": "Then"}, {"type": "text", "text": "Rome"}],
    },
    {"role": "assistant", "tool_calls": [call("c3", "find_flights", {"to": "FCO", "by": 1})]},
    {"role": "tool", "tool_call_id": "c3", "content": "[]"},
    {"role": "user", "content": "later"},
]


def test_the_query_is_the_last_user_text_before_it_and_the_arguments_it_answers() -> None:
    assert query_for(CHAT, 3) == 'Fly me to Oslo\n{"name": "Ann"}'
    assert query_for(CHAT, 4) == 'Fly me to Oslo\n{"to": "OSL"}'
    assert query_for(CHAT, 8) == 'Then\nRome\n{"by":1,"to":"FCO"}'


def test_what_comes_later_does_not_matter() -> None:
    assert query_for(CHAT, 8) == query_for(CHAT[:9], 8)


def test_the_tool_is_the_one_that_was_called() -> None:
    assert tool_of(CHAT, 3) == "find_user"
    assert tool_of(CHAT, 4) == "find_flights"
    assert tool_of(CHAT, 8) == "find_flights"
    assert tool_of([{"role": "tool", "name": "ls", "content": ""}], 0) == "ls"
    assert tool_of(CHAT, 1) is None


def test_without_ids_results_follow_the_order_of_calls() -> None:
    chat: list[dict[str, object]] = [
        {"role": "user", "content": "q"},
        {"role": "assistant", "tool_calls": [call(None, "one", "1"), call(None, "two", "2")]},
        {"role": "tool", "content": "a"},
        {"role": "tool", "content": "b"},
        {"role": "tool", "content": "c"},
    ]
    assert [query_for(chat, n) for n in (2, 3, 4)] == ["q\n1", "q\n2", "q"]
    assert [tool_of(chat, n) for n in (2, 3, 4)] == ["one", "two", None]


def test_the_older_form_of_calls_is_understood() -> None:
    chat: list[dict[str, object]] = [
        {"role": "user", "content": "q"},
        {"role": "assistant", "function_call": {"name": "grep", "arguments": '{"p": "x"}'}},
        {"role": "function", "name": "grep", "content": "..."},
    ]
    assert query_for(chat, 2) == 'q\n{"p": "x"}'
    assert tool_of(chat, 2) == "grep"


def test_an_id_that_no_call_has_is_answered_by_none() -> None:
    chat = [*CHAT[:3], {"role": "tool", "tool_call_id": "c9", "content": ""}]
    assert query_for(chat, 3) == "Fly me to Oslo"


def test_arguments_read_as_the_tool_writes_them() -> None:
    arguments = json.dumps({"city": "Zürich", "note": "a\u0007\ud800"})
    chat = [
        {"role": "assistant", "tool_calls": [call("c", "t", arguments)]},
        {"role": "tool", "tool_call_id": "c"},
    ]
    assert query_for(chat, 1) == '{"city": "Zürich", "note": "a\\u0007\\ud800"}'


def test_a_conversation_is_its_system_prompt_and_first_user_message() -> None:
    text = conversation_text(CHAT)
    assert text == "You book flights.\x1fFly me to Oslo"
    assert conversation_text(CHAT[:2]) == text
    assert conversation_text(CHAT[:1]) != text
    developer = [{"role": "developer", "content": "d"}, *CHAT[1:]]
    assert conversation_text(developer) == "d\x1fFly me to Oslo"
    assert conversation_text([]) == ""


def test_other_parts_of_a_message_are_no_text() -> None:
    parts = [
        {"type": "image_url", "text": "no"},
        {"type": "text"},
        "odd",
        {"type": "text", "text": "y"},
    ]
    assert text_of({"role": "user", "content": parts}) == "y"


@pytest.mark.parametrize("index", [-1, 99])
def test_a_place_outside_the_chat_says_nothing(index: int) -> None:
    assert tool_of(CHAT, index) is None
    assert isinstance(query_for(CHAT, index), str)


CHAT_MESSAGES = st.one_of(
    st.builds(lambda said: {"role": "user", "content": said}, st.sampled_from(["", "a", "b"])),
    st.builds(
        lambda calls: {
            "role": "assistant",
            "tool_calls": [call(id_, name, f"{name} {id_}") for id_, name in calls],
        },
        st.lists(st.tuples(st.sampled_from([None, "c1", "c2"]), st.sampled_from("xy")), max_size=3),
    ),
    st.builds(
        lambda id_, name: {"role": "tool", "content": "r", "tool_call_id": id_, "name": name},
        st.sampled_from([None, "c1", "c2", "c9"]),
        st.sampled_from([None, "x", "z"]),
    ),
)


@given(st.lists(CHAT_MESSAGES, max_size=9))
def test_traffic_and_proxy_derive_one_query(chat: list[dict[str, object]]) -> None:
    """Whether a result is looked at by itself, or among all that a request holds."""
    talk = read_talk(chat, PROVIDERS["openai_chat"])
    for text in talk.texts():
        index = text.place[0]
        assert isinstance(index, int)
        assert talk.asked(text.at).query == query_for(chat, index)
        assert tool_name(talk.call(text.at), text.result) == tool_of(chat, index)
    assert talk.opening == conversation_text(chat)


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)
MESSAGE = st.dictionaries(
    st.sampled_from(["role", "content", "tool_calls", "tool_call_id", "name", "function_call"]),
    st.sampled_from(["user", "tool", "assistant", "system", "c1"])
    | ANY
    | st.just([{"id": "c1", "function": {"name": "n", "arguments": {"a": object}}}]),
)


@given(st.lists(MESSAGE, max_size=5), st.integers(-2, 6))
def test_no_chat_raises(chat: list[dict[str, object]], index: int) -> None:
    assert isinstance(query_for(chat, index), str)
    assert isinstance(conversation_text(chat), str)
    assert tool_of(chat, index) != ""
