"""The real clients of OpenAI and Anthropic through the proxy."""

import json
import re
from collections.abc import Iterator
from typing import Any

import anthropic
import openai
import pytest
from message_worlds import Call, Step, rows, written
from model_answers import Use, retrieve, streamed, tool, whole
from proxy_world import Proxied, proxy
from upstream_world import World, said, upstream

ORIGINAL = rows(60)
HANDLE = re.compile(r'toin_retrieve\(\\?"([0-9a-f]{16})')


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with upstream() as running:
        yield running


@pytest.fixture(scope="module")
def running(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxied]:
    home = tmp_path_factory.mktemp("home")
    with proxy(home, world.url, retrieval="dropped") as proxied:
        yield proxied


@pytest.fixture(scope="module")
def claude(running: Proxied) -> Iterator[anthropic.Anthropic]:
    with anthropic.Anthropic(base_url=running.url, api_key="sk-ant-x", max_retries=0) as client:
        yield client


@pytest.fixture(scope="module")
def gpt(running: Proxied) -> Iterator[openai.OpenAI]:
    url = f"{running.url}/v1"
    with openai.OpenAI(base_url=url, api_key="sk-x", max_retries=0) as client:
        yield client


def messages(form: str, name: str) -> Any:
    call = Call(f"call_{name}", "list_rows", {"t": name}, ORIGINAL)
    found = written(form, [Step("Which one?", (call,))], system=f"You are {name}.")
    return [message for message in found if form != "anthropic" or message["role"] != "system"]


def create(client: Any, form: str, name: str, **more: Any) -> Any:
    """A request of this form by its SDK."""
    tools = [tool(form, "list_rows")]
    said_so = messages(form, name)
    if form == "anthropic":
        make = client.messages.stream if more.pop("stream", False) else client.messages.create
        return make(
            model="claude-sonnet-99", max_tokens=99, system=f"You are {name}.",
            messages=said_so, tools=tools, **more,
        )  # fmt: skip
    if form == "openai_chat":
        return client.chat.completions.create(model="gpt-5", messages=said_so, tools=tools, **more)
    return client.responses.create(model="gpt-5", input=said_so, tools=tools, **more)


def shown(world: World) -> str:
    found = HANDLE.search(world.asked[0].body.decode())
    assert found
    return found[1]


CLIENTS = [("claude", "anthropic"), ("gpt", "openai_chat"), ("gpt", "openai_responses")]


@pytest.mark.parametrize(("client", "form"), CLIENTS)
def test_plain(client: str, form: str, world: World, request: pytest.FixtureRequest) -> None:
    world.answers(whole(form, "Row 7."))
    answer = create(request.getfixturevalue(client), form, f"plain {form}")
    assert text_of(answer) == "Row 7."
    assert len(world.asked[0].body) < len(ORIGINAL)


@pytest.mark.parametrize(("client", "form"), CLIENTS)
def test_parallel_calls(
    client: str, form: str, world: World, request: pytest.FixtureRequest
) -> None:
    uses = (Use("call_a", "list_rows", {"p": "a"}), Use("call_b", "list_rows", {"p": "b"}))
    for answers in (whole, streamed):
        world.answers(answers(form, "Both.", *uses))
        name = f"parallel {form} {answers.__name__}"
        opened = request.getfixturevalue(client)
        if answers is whole:
            found = calls_of(create(opened, form, name))
        else:
            found = calls_of(finished(create(opened, form, name, stream=True), form))
        assert found == [("call_a", {"p": "a"}), ("call_b", {"p": "b"})]


@pytest.mark.parametrize(("client", "form"), CLIENTS)
def test_a_retrieval(client: str, form: str, world: World, request: pytest.FixtureRequest) -> None:
    opened = request.getfixturevalue(client)
    name = f"retrieval {form}"
    world.answers(whole(form, "ok"))
    create(opened, form, name)
    handle = shown(world)
    world.answers(whole(form, "", retrieve(handle)), whole(form, "Row 7."))
    assert text_of(create(opened, form, name)) == "Row 7."
    assert json.dumps(ORIGINAL) in json.dumps(world.asked[1].json)


@pytest.mark.parametrize(("client", "form"), CLIENTS)
def test_a_retrieval_in_a_stream(
    client: str, form: str, world: World, request: pytest.FixtureRequest
) -> None:
    opened = request.getfixturevalue(client)
    name = f"streamed retrieval {form}"
    world.answers(whole(form, "ok"))
    create(opened, form, name)
    handle = shown(world)
    other = Use("call_c", "list_rows", {"p": "c"})
    world.answers(streamed(form, "Let me see. ", retrieve(handle)), streamed(form, "Row 7.", other))
    answer = finished(create(opened, form, name, stream=True), form)
    assert text_of(answer) == "Let me see. Row 7."
    assert calls_of(answer) == [("call_c", {"p": "c"})]


@pytest.mark.parametrize(("client", "form"), CLIENTS)
def test_errors_are_the_providers(
    client: str, form: str, world: World, request: pytest.FixtureRequest
) -> None:
    module: Any = anthropic if client == "claude" else openai
    opened = request.getfixturevalue(client)
    for status, kind in ((429, module.RateLimitError), (400, module.BadRequestError)):
        world.answers(said({"error": {"type": "t", "message": "no"}}, status))
        with pytest.raises(kind):
            create(opened, form, f"errors {form} {status}")


def test_other_requests_pass(world: World, gpt: openai.OpenAI, claude: anthropic.Anthropic) -> None:
    model = {"id": "m", "object": "model", "created": 1, "owned_by": "x"}
    world.answers(said({"object": "list", "data": [model]}), said({"input_tokens": 5}))
    assert [each.id for each in gpt.models.list()] == ["m"]
    counted = claude.messages.count_tokens(
        model="claude-sonnet-99", messages=[{"role": "user", "content": "Hi"}]
    )
    assert counted.input_tokens == 5


def text_of(answer: Any) -> str:
    if hasattr(answer, "choices"):
        return answer.choices[0].message.content or ""
    if hasattr(answer, "output"):
        return answer.output_text
    return "".join(block.text for block in answer.content if block.type == "text")


def calls_of(answer: Any) -> list[tuple[str, Any]]:
    if hasattr(answer, "choices"):
        calls = answer.choices[0].message.tool_calls or []
        return [(call.id, json.loads(call.function.arguments)) for call in calls]
    if hasattr(answer, "output"):
        return [
            (item.call_id, json.loads(item.arguments))
            for item in answer.output
            if item.type == "function_call"
        ]
    return [(block.id, block.input) for block in answer.content if block.type == "tool_use"]


def finished(events: Any, form: str) -> Any:
    """The answer that the SDK's own accumulator makes of a stream's events."""
    if form == "openai_responses":
        return next(event.response for event in events if event.type == "response.completed")
    if form == "openai_chat":
        from openai.lib.streaming.chat import ChatCompletionStreamState

        state: Any = ChatCompletionStreamState()
        for chunk in events:
            state.handle_chunk(chunk)
        return state.get_final_completion()
    with events as opened:
        return opened.get_final_message()
