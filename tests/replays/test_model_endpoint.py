"""The endpoint against a real server on loopback that answers, misbehaves and lies."""

from __future__ import annotations

import asyncio
import logging
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from importlib.util import find_spec

import pytest
from model_server import ModelServer, serving

from pipelines.replays.model import Api, Parameters, Service
from pipelines.replays.model.replies import AskingFailedError, Reply

pytestmark = pytest.mark.skipif(
    find_spec("litellm") is None, reason="litellm is not installed: the extra `model`"
)

KEY = "sk-very-secret-0123456789"
MESSAGES: list[dict[str, object]] = [
    {"role": "system", "content": "Help."},
    {"role": "user", "content": "Solve P-1."},
    {
        "role": "assistant",
        "content": None,
        "tool_calls": [
            {
                "id": "call_1",
                "type": "function",
                "function": {"name": "list_problems", "arguments": '{"limit":100}'},
            }
        ],
    },
    {"role": "tool", "tool_call_id": "call_1", "name": "list_problems", "content": "[1,2]"},
    {"role": "user", "content": "End with Answer: and the number."},
]


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with serving() as world:
        yield world


def service(world: ModelServer, api: Api, *, key: str | None = KEY) -> Service:
    base = f"{world.url}/v1" if api is Api.OPENAI else world.url
    return Service(api, "some-model", base, key)


def asks(
    world: ModelServer,
    api: Api,
    *,
    timeout: float = 5.0,
    parameters: Parameters = Parameters(),  # noqa: B008
    key: str | None = KEY,
) -> Reply:
    # Here, since it takes seconds that collecting tests is not to take.
    from pipelines.replays.model.endpoint import Endpoint

    async def once() -> Reply:
        async with Endpoint(service(world, api, key=key), timeout=timeout) as endpoint:
            return await endpoint.ask(MESSAGES, parameters)

    return asyncio.run(once())


@pytest.mark.parametrize("api", Api)
def test_an_answer_with_its_usage(server: ModelServer, api: Api) -> None:
    reply = asks(server, api)
    assert reply.text == "Answer: 42"
    assert reply.finish == "stop"
    assert reply.input_tokens is not None
    assert reply.input_tokens > 10
    assert reply.output_tokens == 2
    (sent,) = server.requests
    assert sent["model"] == "some-model"
    assert sent["temperature"] == 0
    assert sent["max_tokens"] == 1024
    assert "[1,2]" in str(sent["messages"])
    assert server.paths == ["/v1/chat/completions" if api is Api.OPENAI else "/v1/messages"]


@pytest.mark.parametrize("api", Api)
def test_no_temperature_is_sent_where_none_is_wanted(server: ModelServer, api: Api) -> None:
    asks(server, api, parameters=Parameters(temperature=None))
    assert "temperature" not in server.requests[0]


@pytest.mark.parametrize("api", Api)
@pytest.mark.parametrize(
    ("behaviour", "again", "fatal", "billed", "says"),
    [
        ("429", True, False, False, "status 429"),
        ("503", True, False, False, "status 503"),
        ("500", True, False, False, "status 500"),
        ("400", False, False, False, "status 400"),
        ("401", False, True, False, "refuses the key"),
        ("redirect", False, True, False, "points elsewhere"),
        ("drop", True, False, True, "cannot be reached"),
        ("cut", True, False, True, "cut its answer off"),
        ("garbage", True, False, True, "something else than a completion"),
        ("nothing", True, False, True, "something else than a completion"),
        ("half-truth", True, False, True, "something else than a completion"),
        ("stall", True, False, True, "no answer in time"),
        ("drip", True, False, True, "no more in time"),
    ],
)
def test_each_failure_says_what_to_do_about_it(
    server: ModelServer,
    api: Api,
    behaviour: str,
    again: bool,
    fatal: bool,
    billed: bool,
    says: str,
) -> None:
    server.behave = lambda _number, _body: behaviour
    with pytest.raises(AskingFailedError) as failed:
        asks(server, api, timeout=1.0)
    failure = failed.value
    assert (failure.again, failure.fatal, failure.billed) == (again, fatal, billed)
    assert says in str(failure)
    assert failure.wait == (1.0 if behaviour in {"429", "503"} else None)
    assert len(server.requests) == 1, "litellm has asked again by itself"
    assert KEY not in str(failure)
    assert failure.__cause__ is None


def test_a_refused_connection_was_not_billed() -> None:
    with serving() as gone:
        pass
    with pytest.raises(AskingFailedError) as failed:
        asks(gone, Api.OPENAI)
    assert failed.value.again
    assert not failed.value.billed


def test_a_redirect_is_not_followed(server: ModelServer) -> None:
    with serving() as other:
        server.elsewhere = other.url
        server.behave = lambda _number, _body: "redirect"
        for api in Api:
            with pytest.raises(AskingFailedError):
                asks(server, api)
        assert other.requests == []


@pytest.mark.parametrize("api", Api)
@pytest.mark.parametrize("behaviour", ["no-usage", "lies-type"])
def test_a_usage_that_is_none_is_never_taken_for_one(
    server: ModelServer, api: Api, behaviour: str
) -> None:
    server.behave = lambda _number, _body: behaviour
    # Whether litellm still makes a completion of it is its own affair.
    found: Reply | AskingFailedError
    try:
        found = asks(server, api)
    except AskingFailedError as failure:
        found = failure
    if isinstance(found, Reply):
        assert (found.input_tokens, found.output_tokens) == (None, None)
    else:
        assert found.billed


@pytest.mark.parametrize("api", Api)
def test_a_call_where_text_was_asked_for_is_an_empty_answer(server: ModelServer, api: Api) -> None:
    server.behave = lambda _number, _body: "tool"
    assert asks(server, api).text == ""


@pytest.mark.parametrize("api", Api)
def test_an_answer_that_was_cut_at_its_longest_says_so(server: ModelServer, api: Api) -> None:
    server.behave = lambda _number, _body: "length"
    assert asks(server, api).finish == "length"


@pytest.mark.parametrize("api", Api)
def test_an_echoed_key_is_taken_out_of_the_answer(server: ModelServer, api: Api) -> None:
    server.behave = lambda _number, _body: "echo"
    assert asks(server, api).text == "my key is [key]"


def test_without_a_key_none_of_the_environment_is_sent(
    server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-somebody-elses")
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-somebody-elses")
    for api in Api:
        asks(server, api, key=None)
    assert "sk-somebody-elses" not in str(server.headers)


def test_nothing_is_logged(server: ModelServer, caplog: pytest.LogCaptureFixture) -> None:
    server.behave = lambda number, _body: "ok" if number == 1 else "401"
    with caplog.at_level(logging.DEBUG):
        asks(server, Api.OPENAI)
        with pytest.raises(AskingFailedError):
            asks(server, Api.OPENAI)
    assert KEY not in caplog.text


@pytest.mark.slow
def test_nothing_but_the_given_address_is_ever_called(server: ModelServer) -> None:
    """Every connection and every lookup of a name in a fresh process, litellm's import included."""
    port = int(server.url.rpartition(":")[2])
    code = f"""
        import asyncio, sys
        seen = []
        def watch(event, arguments):
            if event == "socket.connect" and isinstance(arguments[1], tuple):
                seen.append(("connect", arguments[1][:2]))
            if event == "socket.getaddrinfo":
                seen.append(("look up", arguments[:2]))
        sys.addaudithook(watch)
        from pipelines.replays.model import Api, Parameters, Service
        from pipelines.replays.model.endpoint import Endpoint
        async def main():
            for api, base in ((Api.OPENAI, "{server.url}/v1"), (Api.ANTHROPIC, "{server.url}")):
                # A name that litellm knows the price of.
                model = "gpt-4o" if api is Api.OPENAI else "claude-sonnet-4-20250514"
                async with Endpoint(Service(api, model, base, "sk-0123456789ab"), timeout=20) as e:
                    print(await e.ask([{{"role": "user", "content": "hi"}}], Parameters()))
        asyncio.run(main())
        strangers = {{s for s in seen if s[1] != ("127.0.0.1", {port})}}
        print("STRANGERS", sorted(map(str, strangers)))
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    assert "STRANGERS []" in done.stdout, done.stdout
    assert len(server.requests) == 2
