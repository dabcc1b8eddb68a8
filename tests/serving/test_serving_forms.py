"""What is told from a request's address, headers and body."""

import pytest

from compressors.errors import ConfigurationError
from compressors.serving.forms import Form, form_of, model_of, session_of, streams, vendor_of
from compressors.serving.headers import bears, by_name, towards_client, towards_upstream
from compressors.serving.settings import Limits, Settings, is_loopback, upstreams_of
from compressors.serving.sse import Events, TooLong, written
from compressors.serving.usage import Usage, UsageReader


@pytest.mark.parametrize(
    ("method", "path", "form"),
    [
        ("POST", "/v1/messages", Form("anthropic")),
        ("POST", "/gateway/anthropic/v1/messages", Form("anthropic")),
        ("POST", "/v1/messages/count_tokens", None),
        ("POST", "/v1/messages/batches", None),
        ("GET", "/v1/messages", None),
        ("POST", "/v1/chat/completions", Form("openai_chat")),
        ("POST", "/openai/deployments/x/chat/completions", Form("openai_chat")),
        ("POST", "/v1/responses", Form("openai_responses")),
        ("POST", "/v1/responses/resp_1/cancel", None),
        ("POST", "/v1/embeddings", None),
        ("POST", "/v1beta/models/gemini-2.5-pro:generateContent", Form("gemini", "gemini-2.5-pro")),
        ("POST", "/v1beta/models/g%2Fx:generateContent", None),
        ("POST", "/v1beta/models/g:countTokens", None),
        ("POST", "/v1beta/models/g:streamGenerateContent", Form("gemini", "g", False)),
    ],
)
def test_forms_by_address(method: str, path: str, form: Form | None) -> None:
    assert form_of(method, path) == form


def test_gemini_streams_as_the_query_says() -> None:
    form = form_of("POST", "/v1beta/models/g:streamGenerateContent", b"key=k&alt=sse")
    assert form == Form("gemini", "g", True)
    assert streams(form, {})
    assert not streams(Form("gemini", "g"), {"stream": True})
    assert streams(Form("anthropic"), {"stream": True})
    assert not streams(Form("anthropic"), {"stream": 1})


def test_models_stand_in_address_or_body() -> None:
    assert model_of(Form("gemini", "g"), {"model": "other"}) == "g"
    assert model_of(Form("anthropic"), {"model": "claude"}) == "claude"
    assert model_of(Form("anthropic"), {"model": 3}) == ""


@pytest.mark.parametrize(
    ("headers", "body", "session"),
    [
        ({}, {}, None),
        ({"x-toin-session": "a", "session_id": "b"}, {"prompt_cache_key": "c"}, "a"),
        ({"session_id": "b"}, {"prompt_cache_key": "c"}, "b"),
        ({"x-session-id": "x" * 257}, {"prompt_cache_key": "c"}, "c"),
        ({}, {"metadata": {"session_id": "d"}}, "d"),
        ({}, {"metadata": {"user_id": "user_ab_session_0123-4567"}}, "0123-4567"),
        ({}, {"metadata": {"user_id": "just a user"}}, None),
        ({}, {"metadata": "text", "conversation": {"id": "conv"}}, "conv"),
        ({}, {"conversation": "conv", "prompt_cache_key": 5}, "conv"),
    ],
)
def test_sessions(headers: dict[str, str], body: dict[str, object], session: str | None) -> None:
    assert session_of(headers, body) == session


def test_vendors() -> None:
    assert vendor_of(Form("openai_responses"), "/x", {"anthropic-version": "1"}) == "openai"
    assert vendor_of(None, "/v1/models", {"anthropic-version": "1"}) == "anthropic"
    assert vendor_of(None, "/v1/models", {"x-goog-api-key": "1"}) == "gemini"
    assert vendor_of(None, "/v1beta/models", {}) == "gemini"
    assert vendor_of(None, "/v1/models", {}) == "openai"


def test_upstreams() -> None:
    every = upstreams_of(["https://gw.example:8443/base/"])
    assert set(every.values()) == {"https://gw.example:8443/base"}
    assert upstreams_of(["gemini=http://a", "openai=http://b"]) == {
        "gemini": "http://a",
        "openai": "http://b",
    }


@pytest.mark.parametrize(
    "entry",
    ["", "ftp://x", "http://", "x", "http://u:p@x", "http://x?q", "http://x#f", "http://x:99999"],
)
def test_addresses_that_are_none(entry: str) -> None:
    with pytest.raises(ConfigurationError, match="is no upstream") as refused:
        upstreams_of([entry])
    assert "u:p" not in str(refused.value)


def test_settings_that_are_refused() -> None:
    upstreams = upstreams_of(["http://x"])
    with pytest.raises(ConfigurationError, match="two upstreams"):
        upstreams_of(["http://x", "openai=http://y"])
    with pytest.raises(ConfigurationError, match="needs an upstream"):
        Settings(upstreams={})
    with pytest.raises(ConfigurationError, match="set a token"):
        Settings(upstreams=upstreams, host="0.0.0.0")
    with pytest.raises(ConfigurationError, match="at least 16"):
        Settings(upstreams=upstreams, host="0.0.0.0", token="short")
    with pytest.raises(ConfigurationError, match="body-bytes is 0"):
        Limits(body_bytes=0)
    shown = repr(Settings(upstreams=upstreams, host="::", token="t" * 16))
    assert "tttt" not in shown


def test_loopback() -> None:
    assert all(map(is_loopback, ("127.0.0.1", "127.9.9.9", "::1", "localhost")))
    assert not any(map(is_loopback, ("0.0.0.0", "::", "10.0.0.1", "example.org")))


def test_headers_towards_the_upstream() -> None:
    headers = [
        (b"Host", b"proxy"),
        (b"Connection", b"close, X-Mine, Content-Length"),
        (b"X-Mine", b"1"),
        (b"Content-Length", b"5"),
        (b"Accept-Encoding", b"gzip"),
        (b"Expect", b"100-continue"),
        (b"Cookie", b"a=1"),
        (b"Cookie", b"b=2"),
        (b"X-TOIN-Token", b"secret"),
    ]
    assert towards_upstream(headers, length=None) == [
        (b"Content-Length", b"5"),
        (b"Accept-Encoding", b"gzip"),
        (b"Cookie", b"a=1"),
        (b"Cookie", b"b=2"),
    ]
    changed = dict(towards_upstream(headers, length=9))
    assert (changed[b"content-length"], changed[b"accept-encoding"]) == (b"9", b"identity")
    assert b"Content-Length" not in changed


def test_headers_towards_the_client() -> None:
    answer = [(b"Transfer-Encoding", b"chunked"), (b"X-Toin-X", b"no"), (b"Date", b"today")]
    assert towards_client(answer, {"X-Toin-Y": "1"}) == [(b"date", b"today"), (b"x-toin-y", b"1")]


def test_tokens() -> None:
    assert bears({"x-toin-token": "t"}, "t")
    assert not bears({"x-toin-token": "u", "authorization": "Bearer t"}, "t", bearer=True)
    assert not bears({"authorization": "Bearer t"}, "t")
    assert bears({"authorization": "Bearer t"}, "t", bearer=True)
    assert not bears({}, "t")
    assert by_name([(b"A", b"1"), (b"a", b"2")]) == {"a": "1"}


@pytest.mark.parametrize("end", [b"\n\n", b"\r\n\r\n", b"\r\r"])
def test_events_are_cut_where_they_end(end: bytes) -> None:
    line = end[: len(end) // 2]
    text = b"event: x" + line + b'data: {"a":' + line + b"data:1}" + end + b": only a comment" + end
    for size in (1, 2, 3, 7, 1000):
        events = Events()
        found = [
            event for at in range(0, len(text), size) for event in events.feed(text[at : at + size])
        ]
        assert b"".join(event.raw for event in found) == text
        assert [event.fields() for event in found] == [{"a": 1}, None]
    events = Events()
    assert not list(events.feed(b"data: rest"))
    assert (events.rest(), events.rest()) == (b"data: rest", b"")


def test_an_event_without_end_is_given_up() -> None:
    with pytest.raises(TooLong):
        list(Events(longest=10).feed(b"x" * 11))
    assert written({"a": 1}, name="n") == b'event: n\ndata: {"a":1}\n\n'


def test_usage_of_a_stream_grows() -> None:
    reader = UsageReader("anthropic")
    assert reader.read() is None
    reader.look({"message": {"usage": {"input_tokens": 9, "cache_creation_input_tokens": 4}}})
    reader.look({"type": "message_delta", "usage": {"output_tokens": 2}})
    assert reader.read() == Usage(9, 0, 4, 2)


@pytest.mark.parametrize("wrong", [-1, True, "many", 2**60, None, {}])
def test_usage_that_is_none_counts_nothing(wrong: object) -> None:
    reader = UsageReader("openai_chat")
    reader.look({"usage": {"prompt_tokens": wrong, "completion_tokens": 3}})
    assert reader.read() == Usage(0, 0, 0, 3)
