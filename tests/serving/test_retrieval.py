"""Originals that a model asks for: answered by the proxy, in every form, whole and streamed."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from message_worlds import FORMS, Call, Step, results, rows, written
from model_answers import Use, retrieve, streamed, tool, turn_in, whole
from proxy_world import Proxied, proxy
from test_proxy import KEYS, PATHS
from upstream_world import Said, World, said, upstream

from compressors.serving.settings import Limits

ORIGINAL = rows(60)
HANDLE = re.compile(r'toin_retrieve\(\\?"([0-9a-f]{16})')


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with upstream() as running:
        yield running


@pytest.fixture(scope="module")
def running(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxied]:
    home = tmp_path_factory.mktemp("home")
    limits = Limits(rounds=2)
    with proxy(home, world.url, retrieval="dropped", limits=limits) as proxied:
        yield proxied


def request(form: str, name: str, *, streams: bool = False, **more: Any) -> dict[str, Any]:
    steps = [Step("Which one?", (Call(f"call_{name}", "list_rows", {"t": name}, ORIGINAL),))]
    system = f"You are {name}."
    body = {
        "model": "claude-sonnet-4-5",
        KEYS.get(form, "messages"): written(form, steps, system=system),
        "tools": [tool(form, "list_rows")],
        **more,
    }
    if form == "gemini":
        body["systemInstruction"] = {"parts": [{"text": system}]}
    elif streams:
        body["stream"] = True
    return body


def path_of(form: str, *, streams: bool) -> str:
    if streams and form == "gemini":
        return "/v1beta/models/gemini-2.5-pro:streamGenerateContent?alt=sse"
    return PATHS[form]


def send(running: Proxied, form: str, body: Any, *, streams: bool = False) -> httpx.Response:
    url = running.url + path_of(form, streams=streams)
    return httpx.post(url, json=body, timeout=30, trust_env=False)


def gather(url: str, body: Any, came: list[bytes]) -> None:
    """What comes of an answer, as long as it comes."""
    with httpx.stream("POST", url, json=body, timeout=30, trust_env=False) as answer:
        for chunk in answer.iter_raw():
            came.append(chunk)  # noqa: PERF402 - what came before a fault counts


def handle_in(running: Proxied, world: World, form: str, body: Any) -> str:
    """The handle that stands in what went up for this request."""
    world.answers(whole(form, "ok"))
    send(running, form, body)
    found = HANDLE.search(world.asked[0].body.decode())
    assert found
    return found[1]


@pytest.mark.parametrize("form", FORMS)
def test_a_round_trip(form: str, running: Proxied, world: World) -> None:
    body = request(form, f"whole-{form}")
    handle = handle_in(running, world, form, body)
    world.answers(whole(form, "Let me see.", retrieve(handle)), whole(form, "It is row 7."))
    answer = send(running, form, body)
    assert turn_in(form, answer.json()) == ("It is row 7.", [])
    assert answer.headers["x-toin-retrieval"] == "on"
    first, second = world.asked
    assert "toin_retrieve" in json.dumps(first.json["tools"])
    key = KEYS.get(form, "messages")
    assert second.json[key][: len(first.json[key])] == first.json[key]
    added = second.json[key][len(first.json[key]) :]
    assert ORIGINAL in results(form, _as_results(form, added))


def _as_results(form: str, added: list[Any]) -> list[Any]:
    """Results as the worlds of messages write them."""
    for message in added:
        if form == "anthropic":
            for block in message["content"]:
                if block["type"] == "tool_result":
                    block["content"] = [{"type": "text", "text": block["content"]}]
    return added


@pytest.mark.parametrize("form", FORMS)
def test_a_round_trip_in_a_stream(form: str, running: Proxied, world: World) -> None:
    body = request(form, f"stream-{form}", streams=True)
    handle = handle_in(running, world, form, body)
    world.answers(
        streamed(form, "Let me see.", retrieve(handle)),
        streamed(form, "Again.", retrieve(handle, "customer 7", name="call_2")),
        streamed(form, "Now this.", Use("call_3", "list_rows", {"p": "x"})),
    )
    answer = send(running, form, body, streams=True)
    text = answer.text
    assert "toin_retrieve" not in text
    assert len(world.asked) == 3
    assert json.dumps(ORIGINAL) in json.dumps(world.asked[1].json)
    assert "passage 1 of" in json.dumps(world.asked[2].json)
    for said_by_model in ("see.", "this."):
        assert said_by_model in text
    assert text.count("list_rows") >= 1


@pytest.mark.parametrize("form", FORMS)
def test_a_stream_without_retrieval_passes_byte_for_byte(
    form: str, running: Proxied, world: World
) -> None:
    body = request(form, f"bytes-{form}", streams=True)
    calls = (Use("call_1", "list_rows", {"p": "x"}), Use("call_2", "list_rows", {"p": "y"}))
    answer = streamed(form, "Two at once.", *calls)
    world.answers(answer)
    assert send(running, form, body, streams=True).content == answer.body
    assert "toin_retrieve" in world.asked[0].body.decode()


@pytest.mark.parametrize("streams", [False, True])
@pytest.mark.parametrize("form", FORMS)
def test_beside_other_calls_the_original_comes_first(
    form: str, streams: bool, running: Proxied, world: World
) -> None:
    body = request(form, f"mixed-{form}-{streams}", streams=streams)
    handle = handle_in(running, world, form, body)
    said_so = streamed if streams else whole
    other = Use("call_other", "list_rows", {"p": "x"})
    world.answers(said_so(form, "", other, retrieve(handle)), said_so(form, "", other))
    answer = send(running, form, body, streams=streams)
    assert "list_rows" in answer.text
    second = json.dumps(world.asked[1].json)
    assert "call_other" not in second
    assert "call_ours" in second


@pytest.mark.parametrize(
    ("handle", "says"),
    [
        ("0123456789abcdef", "no original is kept under this handle"),
        ("../../etc/passwd", "no original is kept under this handle"),
        ("", "no original is kept under this handle"),
        ("x" * 100_000, "no original is kept under this handle"),
    ],
)
def test_a_handle_that_the_messages_do_not_show(
    handle: str, says: str, running: Proxied, world: World
) -> None:
    body = request("anthropic", f"foreign-{handle[:16]}")
    world.answers(whole("anthropic", "", retrieve(handle)), whole("anthropic", "Well."))
    assert turn_in("anthropic", send(running, "anthropic", body).json())[0] == "Well."
    assert says in json.dumps(world.asked[1].json)


def test_an_original_of_another_conversation_is_not_given(running: Proxied, world: World) -> None:
    theirs = request("anthropic", "theirs")
    handle = handle_in(running, world, "anthropic", theirs)
    mine = request("anthropic", "mine")
    mine["messages"][-1]["content"][0]["content"][0]["text"] = rows(90, seed=9)
    world.answers(whole("anthropic", "", retrieve(handle)), whole("anthropic", "Well."))
    send(running, "anthropic", mine)
    assert "no original is kept" in json.dumps(world.asked[1].json)


@pytest.mark.parametrize("arguments", [{}, {"handle": 5}, {"query": "x"}, {"handle": None}])
def test_calls_with_other_arguments_are_answered(
    arguments: dict[str, Any], running: Proxied, world: World
) -> None:
    body = request("openai_chat", f"odd-{json.dumps(arguments)}")
    call = Use("call_odd", "toin_retrieve", arguments)
    world.answers(whole("openai_chat", "", call), whole("openai_chat", "Well."))
    assert turn_in("openai_chat", send(running, "openai_chat", body).json())[0] == "Well."


@pytest.mark.parametrize("streams", [False, True])
def test_rounds_end(streams: bool, running: Proxied, world: World) -> None:
    body = request("anthropic", f"rounds-{streams}", streams=streams)
    handle = handle_in(running, world, "anthropic", body)
    said_so = streamed if streams else whole
    world.answers(*(said_so("anthropic", "", retrieve(handle)) for _ in range(4)))
    answer = send(running, "anthropic", body, streams=streams)
    assert len(world.asked) == 4
    assert "too many originals" in json.dumps(world.asked[3].json)
    # A model that does not listen: its answer is the client's.
    assert "toin_retrieve" in answer.text


def test_a_fault_after_a_retrieval_passes(running: Proxied, world: World) -> None:
    body = request("anthropic", "later fault")
    handle = handle_in(running, world, "anthropic", body)
    world.answers(whole("anthropic", "", retrieve(handle)), said({"error": "slow down"}, 429))
    answer = send(running, "anthropic", body)
    assert (answer.status_code, answer.json()) == (429, {"error": "slow down"})
    streaming = body | {"stream": True}
    for later in (said({"error": "slow down"}, 429), Said(fault="drop")):
        world.answers(streamed("anthropic", "Let me see.", retrieve(handle)), later)
        with pytest.raises(httpx.RemoteProtocolError):
            send(running, "anthropic", streaming)


def test_a_held_stream_that_is_cut_gives_what_came(running: Proxied, world: World) -> None:
    body = request("anthropic", "cut", streams=True)
    whole_stream = streamed("anthropic", "Hm.", Use("c", "list_rows", {"p": "x"})).chunks
    world.answers(Said(200, whole_stream[:8], "text/event-stream", fault="cut"))
    came: list[bytes] = []
    with pytest.raises(httpx.RemoteProtocolError):
        gather(running.url + "/v1/messages", body, came)
    assert b"".join(came) == b"".join(whole_stream[:8])


def test_events_of_retrievals(world: World, tmp_path: Path) -> None:
    body = request("openai_chat", "events")
    with proxy(tmp_path, world.url, retrieval="dropped") as proxied:
        handle = handle_in(proxied, world, "openai_chat", body)
        world.answers(
            whole("openai_chat", "", retrieve(handle), tokens=100),
            whole("openai_chat", "", retrieve(handle, "customer 7"), tokens=200),
            whole("openai_chat", "Done.", tokens=300),
        )
        send(proxied, "openai_chat", body)
    told = proxied.segments()
    (compression,) = (event for event in told if event.event == "compression")
    full, query = (event for event in told if event.event == "retrieval")
    assert {full.of, query.of} == {compression.event_id}
    assert (full.mode, query.mode) == ("full", "query")
    assert full.conversation == query.conversation == compression.conversation
    assert full.tokens_returned == compression.tokens_before
    assert 0 < (query.tokens_returned or 0) < (full.tokens_returned or 0)
    assert query.positions
    assert [event.tokens_input for event in told if event.event == "usage"] == [10, 100, 200, 300]


@pytest.mark.parametrize("form", FORMS)
def test_the_tool_is_there_from_the_start_or_not_at_all(
    form: str, world: World, tmp_path: Path
) -> None:
    begun = Step("Which one?", ())
    step = Step("Which one?", (Call("call_1", "list_rows", {"t": form}, ORIGINAL),))
    key = KEYS.get(form, "messages")

    def has_it(proxied: Proxied, steps: list[Step], count: int | None = None, **more: Any) -> bool:
        body = request(form, "x") | {key: written(form, steps)[:count], **more}
        world.answers(whole(form, "ok"))
        send(proxied, form, body)
        return "toin_retrieve" in json.dumps(world.asked[0].json.get("tools"))

    first = 1 if form in ("gemini",) else 2
    with proxy(tmp_path, world.url, retrieval="start") as proxied:
        assert not has_it(proxied, [step], prompt_cache_key="began elsewhere")
        assert not has_it(proxied, [step], prompt_cache_key="began elsewhere")
        assert has_it(proxied, [begun], first)
        assert has_it(proxied, [step])
        assert not has_it(proxied, [begun], first, tools=[])
        assert not has_it(proxied, [begun], first, prompt_cache_key="none", tools=None)
        own = tool(form, "mcp__toin__toin_retrieve")
        world.answers(whole(form, "ok"))
        send(proxied, form, request(form, "own") | {"tools": [own]})
        assert world.asked[0].json["tools"] == [own]
    # After a restart, what has it keeps it, whatever the setting says now.
    with proxy(tmp_path, world.url, retrieval="dropped") as proxied:
        assert has_it(proxied, [step])
    with proxy(tmp_path, world.url, retrieval="never") as proxied:
        assert not has_it(proxied, [step])


@pytest.mark.parametrize(
    ("form", "more"),
    [
        ("openai_chat", {"n": 2}),
        ("openai_responses", {"conversation": "conv_1"}),
        ("openai_responses", {"background": True}),
        ("gemini", {"generationConfig": {"candidateCount": 2}}),
        ("gemini", {"tools": [{"googleSearch": {}}]}),
    ],
)
def test_requests_that_are_no_place_for_it(
    form: str, more: dict[str, Any], running: Proxied, world: World
) -> None:
    world.answers(whole(form, "ok"))
    send(running, form, request(form, f"no place {more}") | more)
    assert "toin_retrieve" not in json.dumps(world.asked[0].json["tools"])


def test_a_text_as_input_goes_on_as_a_list(world: World, tmp_path: Path) -> None:
    body = {"model": "gpt-5", "input": "Hello.", "tools": [tool("openai_responses", "f")]}
    with proxy(tmp_path, world.url) as proxied:
        call = retrieve("0123456789abcdef")
        world.answers(
            whole("openai_responses", "", call),
            whole("openai_responses", "", call),
            whole("openai_responses", "Hi."),
        )
        send(proxied, "openai_responses", body)
    given = world.asked[2].json["input"]
    assert given[0] == {"role": "user", "content": "Hello."}
    assert [item.get("type") for item in given[1:]] == [
        "function_call", "function_call_output", "function_call", "function_call_output",
    ]  # fmt: skip
