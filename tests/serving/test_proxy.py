"""The proxy in front of a provider: what passes, what is shortened, what it answers itself."""

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import orjson
import pytest
from message_worlds import FORMS, Call, Step, results, rows, written
from proxy_world import Proxied, proxy
from upstream_world import Said, World, said, stream, upstream

PATHS = {
    "anthropic": "/v1/messages",
    "openai_chat": "/v1/chat/completions",
    "openai_responses": "/v1/responses",
    "gemini": "/v1beta/models/gemini-2.5-pro:generateContent",
}
KEYS = {"gemini": "contents", "openai_responses": "input"}
ANSWERS = {
    "anthropic": {"usage": {"input_tokens": 7, "cache_read_input_tokens": 5, "output_tokens": 3}},
    "openai_chat": {
        "usage": {
            "prompt_tokens": 12,
            "completion_tokens": 3,
            "prompt_tokens_details": {"cached_tokens": 5},
        }
    },
    "openai_responses": {
        "usage": {
            "input_tokens": 12,
            "output_tokens": 3,
            "input_tokens_details": {"cached_tokens": 5},
        }
    },
    "gemini": {
        "usageMetadata": {
            "promptTokenCount": 12,
            "candidatesTokenCount": 2,
            "thoughtsTokenCount": 1,
            "cachedContentTokenCount": 5,
        }
    },
}


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with upstream() as running:
        yield running


@pytest.fixture(scope="module")
def running(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxied]:
    with proxy(tmp_path_factory.mktemp("home"), world.url) as proxied:
        yield proxied


@pytest.fixture
def client(running: Proxied) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=running.url, timeout=30, trust_env=False) as opened:
        yield opened


def body_of(form: str, name: str, *, count: int = 60, user: str = "Which one?") -> bytes:
    """A request with a long result, written with white space that no encoder would choose."""
    steps = [Step(user, (Call(f"call_{name}", "list_rows", {"table": name}, rows(count)),))]
    messages = written(form, steps, system=f"You are {name}.")
    request = {"model": "claude-sonnet-4-5", KEYS.get(form, "messages"): messages}
    return json.dumps(request, indent=1, separators=(" , ", " :  ")).encode()


@pytest.mark.parametrize("form", FORMS)
def test_results_are_shortened_and_nothing_else(
    form: str, world: World, client: httpx.Client
) -> None:
    body = body_of(form, f"plain-{form}")
    world.answers(said(ANSWERS[form]))
    answer = client.post(PATHS[form], content=body, headers={"authorization": "Bearer sk-a"})
    (asked,) = world.asked
    before, after = orjson.loads(body), asked.json
    key = KEYS.get(form, "messages")
    (long,), (short,) = results(form, before[key]), results(form, after[key])
    assert len(short) < len(long) / 2
    assert "toin_retrieve(" in short
    # Put back in the text's place, the original gives the client's bytes again.
    assert asked.body.replace(orjson.dumps(short), json.dumps(long).encode()) == body
    assert int(answer.headers["x-toin-tokens-after"]) < int(answer.headers["x-toin-tokens-before"])
    assert answer.content == said(ANSWERS[form]).body


@pytest.mark.parametrize("form", FORMS)
def test_a_later_turn_has_the_bytes_of_the_earlier_one(
    form: str, world: World, client: httpx.Client
) -> None:
    key = KEYS.get(form, "messages")
    first = Step("Which one?", (Call(f"c1_{form}", "list_rows", {"t": form}, rows(60)),))
    again = Step(None, (Call(f"c2_{form}", "list_rows", {"t": form, "p": 2}, rows(70, seed=2)),))
    sent = []
    for steps in ([first], [first, again]):
        world.answers(said({}))
        request = {"model": "gpt-5", key: written(form, steps, system=f"Turns of {form}.")}
        client.post(PATHS[form], json=request)
        sent.append(world.asked[0].json[key])
    assert sent[1][: len(sent[0])] == sent[0]
    assert all("toin_retrieve(" in text for text in results(form, sent[1]))


def test_a_stream_passes_byte_for_byte_and_at_once(world: World, client: httpx.Client) -> None:
    chunks = [
        b'event: message_start\ndata: {"type":"message_start"}\n\nevent: pi',
        b'ng\ndata: {"type": "ping"}\n\n: comment\r\n\r\n',
        b'data: {"type":"message_stop"}',
    ]
    world.released.clear()
    world.answers(stream(chunks, pause=0.2))
    body = json.dumps({"model": "m", "stream": True, "messages": []})
    with client.stream("POST", "/v1/messages", content=body) as answer:
        came = list(answer.iter_raw())
    assert b"".join(came) == b"".join(chunks)
    assert came[0] == chunks[0]
    assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"


def test_everything_else_passes_untouched(world: World, client: httpx.Client) -> None:
    world.answers(Said(207, (b"\x00\xff", b"abc"), "application/x-thing", [("X-Other", "1")]))
    target = "/v1/files/a%2Fb/../c?x=1&x=2&y=%20"
    answer = client.request(
        "PUT",
        "/",
        extensions={"target": target.encode()},
        content=b"\x00\x01" * 500,
        headers={"X-Api-Key": "k", "accept-encoding": "br"},
    )
    (asked,) = world.asked
    assert (asked.method, asked.path) == ("PUT", target)
    assert asked.body == b"\x00\x01" * 500
    assert asked.header("x-api-key") == "k"
    assert asked.header("accept-encoding") == "br"
    assert (answer.status_code, answer.content) == (207, b"\x00\xffabc")
    assert answer.headers["x-other"] == "1"
    assert not any(name.startswith("x-toin") for name in answer.headers)


def test_paths_are_appended_to_the_upstreams(world: World, tmp_path: Path) -> None:
    with proxy(tmp_path, f"{world.url}/base/v9/") as proxied:
        for path in ("/v1/messages", "/v1/files?a=1"):
            world.answers(said({}))
            httpx.post(proxied.url + path, content=b"{}", trust_env=False)
            assert world.asked[0].path == f"/base/v9{path}"


def test_headers_stop_where_they_should(world: World, client: httpx.Client) -> None:
    world.answers(said({}, **{"X-Toin-Fingerprint": "forged", "Keep-Alive": "timeout=9"}))
    answer = client.post(
        "/v1/messages",
        content=b"{}",
        headers={
            "X-Toin-Session": "s",
            "Connection": "X-Hop, keep-alive, content-length",
            "X-Hop": "1",
            "TE": "trailers",
            "Proxy-Authorization": "Basic secret",
            "X-Goes-On": "2",
        },
    )
    (asked,) = world.asked
    names = {name.lower() for name, _ in asked.headers}
    assert names.isdisjoint({"x-toin-session", "x-hop", "te", "proxy-authorization"})
    assert asked.header("x-goes-on") == "2"
    assert asked.header("content-length") == "2"
    assert asked.header("host") == world.url.removeprefix("http://")
    assert "forged" not in answer.headers["x-toin-fingerprint"]
    assert "keep-alive" not in answer.headers


@pytest.mark.parametrize("status", [400, 401, 429, 500, 529])
def test_faults_of_the_upstream_pass_as_they_are(
    status: int, world: World, client: httpx.Client
) -> None:
    world.answers(said({"error": {"type": "overloaded"}}, status, **{"Retry-After": "7"}))
    answer = client.post("/v1/messages", content=body_of("anthropic", f"fault-{status}"))
    assert answer.status_code == status
    assert answer.json() == {"error": {"type": "overloaded"}}
    assert answer.headers["retry-after"] == "7"


@pytest.mark.parametrize("path", ["/v1/messages", "/v1/models"])
def test_an_answer_that_is_cut_is_cut(path: str, world: World, client: httpx.Client) -> None:
    for answer in (Said(200, (b'{"a": 1',), fault="cut"), stream([b"data: 1\n\n"], fault="cut")):
        world.answers(answer)
        with pytest.raises(httpx.RemoteProtocolError):
            client.post(path, content=b"{}")


def test_no_answer_at_all_is_said(world: World, client: httpx.Client) -> None:
    world.answers(Said(fault="drop"))
    answer = client.post("/v1/messages", content=b"{}")
    assert (answer.status_code, answer.json()["error"]["type"]) == (502, "toin_upstream_broken")


def test_health_readiness_and_metrics(running: Proxied, world: World, client: httpx.Client) -> None:
    world.answers(said({}))
    client.post("/v1/messages", content=b"{}")
    assert client.get("/healthz").text == "ok\n"
    ready = client.get("/readyz")
    shown = ready.json()
    assert (ready.status_code, shown["status"], shown["reasons"]) == (200, "ok", [])
    assert shown["fingerprint"] == running.engine.fingerprint
    assert shown["publication"] == running.engine.book.id
    metrics = client.get("/metrics").text
    assert 'toin_requests_total{form="anthropic",status="2xx"}' in metrics
    assert "toin_compression_seconds_count" in metrics
    assert "# TYPE toin_events_lost_total counter\ntoin_events_lost_total 0\n" in metrics


@pytest.mark.parametrize("form", FORMS)
def test_what_was_done_becomes_events(form: str, world: World, tmp_path: Path) -> None:
    secret = "sk-ant-api03-very-secret"
    with proxy(tmp_path, world.url) as proxied:
        world.answers(said(ANSWERS[form]), said(ANSWERS[form]))
        for _ in range(2):
            httpx.post(
                proxied.url + PATHS[form],
                content=body_of(form, "events"),
                headers={"authorization": f"Bearer {secret}"},
                trust_env=False,
            )
    told = proxied.segments()
    assert [event.event for event in told] == ["compression", "usage", "usage"]
    compression, usage, _ = told
    family = "gemini-2.5" if form == "gemini" else "claude-sonnet-4"
    assert (compression.auth_mode, compression.model_family) == ("payg", family)
    assert compression.lossy
    assert usage.conversation == compression.conversation
    billed = (usage.tokens_input, usage.tokens_cache_read, usage.tokens_output)
    assert billed == (7, 5, 3)
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert secret.encode() not in kept


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({"X-Toin-Session": "one"}, {}),
        ({"x-claude-code-session-id": "one"}, {}),
        ({"session_id": "one"}, {}),
        ({}, {"metadata": {"user_id": "user_1_account__session_one-one-one"}}),
        ({}, {"prompt_cache_key": "one"}),
    ],
)
def test_a_session_makes_a_conversation(
    headers: dict[str, str], body: dict[str, object], world: World, tmp_path: Path
) -> None:
    with proxy(tmp_path, world.url) as proxied:
        for name in ("a", "b"):
            request = json.loads(body_of("anthropic", name, count=50 + len(name))) | body
            httpx.post(proxied.url + "/v1/messages", json=request, headers=headers, trust_env=False)
    assert len({event.conversation for event in proxied.segments()}) == 1
