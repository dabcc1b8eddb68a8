"""What of a conversation may be touched: the live zone, and nothing that a client froze."""

import copy
import json
from pathlib import Path

import pytest
from message_engines import MODEL, make
from message_worlds import FORMS, Messages, Step, digest, lines, results, rows, stem, step, written
from publication_texts import row

from compressors.messages import conversation_text, query_for, read_talk
from compressors.providers import PROVIDERS, provider_of

ONE, TWO = rows(seed=1), lines(seed=2)
CACHED = {"cache_control": {"type": "ephemeral"}}


def mark(messages: Messages, index: int, *path: int | str) -> Messages:
    """The messages with a cache breakpoint on a message, or on a block of it."""
    marked = copy.deepcopy(messages)
    found: object = marked[index]
    for key in path:
        found = found[key]  # type: ignore[index]
    assert isinstance(found, dict)
    found.update(CACHED)
    return marked


@pytest.mark.parametrize("form", FORMS)
def test_the_live_zone_is_what_came_after_the_model(tmp_path: Path, form: str) -> None:
    sent = written(form, [step(0, ONE), step(1, TWO)])
    with make(tmp_path) as engine:
        turn = engine.compress_messages(sent, provider=form)
        assert [text in (ONE, TWO) for text in results(form, turn.messages)] == [True, False]
        assert len(turn.left) == 1


@pytest.mark.parametrize("form", FORMS)
def test_once_the_model_has_answered_nothing_is_new(tmp_path: Path, form: str) -> None:
    sent = written(form, [step(0, ONE)])
    sent.append(
        {"role": "model", "parts": [{"text": "Done."}]}
        if form == "gemini"
        else {"role": "assistant", "content": "Done."}
    )
    with make(tmp_path) as engine:
        assert engine.compress_messages(sent, provider=form).messages is sent


def test_nothing_before_a_breakpoint_is_new(tmp_path: Path) -> None:
    sent = written("anthropic", [step(0, ONE, TWO)])
    with make(tmp_path) as engine:
        held = mark(sent, -1, "content", 0)
        turn = engine.compress_messages(held, provider="anthropic")
        assert [text in (ONE, TWO) for text in results("anthropic", turn.messages)] == [True, False]
        assert turn.messages[-1]["content"][0] is held[-1]["content"][0]  # type: ignore[index]


@pytest.mark.parametrize("path", [("content", 1), ("content", 1, "content", 0), ()])
def test_a_breakpoint_on_the_last_of_them_holds_all(
    tmp_path: Path, path: tuple[int | str, ...]
) -> None:
    sent = mark(written("anthropic", [step(0, ONE, TWO)]), -1, *path)
    with make(tmp_path) as engine:
        turn = engine.compress_messages(sent, provider="anthropic")
        assert turn.messages is sent
        assert (turn.compressions, turn.fault, len(turn.left)) == ([], None, 2)
        # And so it stays, wherever the client moves its breakpoint to.
        later = written("anthropic", [step(0, ONE, TWO), step(1, rows(seed=3))])
        again = engine.compress_messages(later, provider="anthropic")
        assert results("anthropic", again.messages)[:2] == [ONE, TWO]
        assert len(again.compressions) == 1


def test_a_breakpoint_behind_what_was_shortened_changes_nothing(tmp_path: Path) -> None:
    """Frozen are the bytes that went out, not those that the client sent."""
    sent = written("anthropic", [step(0, ONE)])
    with make(tmp_path) as engine:
        first = engine.compress_messages(sent, provider="anthropic")
        steps = [step(0, ONE), step(1, TWO)]
        later = mark(written("anthropic", steps), -1, "content", 0)
        turn = engine.compress_messages(later, provider="anthropic")
    assert digest(turn.messages).startswith(stem(first.messages))
    assert results("anthropic", turn.messages)[1] == TWO


def test_gateways_take_breakpoints_in_chat_form(tmp_path: Path) -> None:
    sent = written("openai_chat", [step(0, ONE)])
    part = {"type": "text", "text": ONE, **CACHED}
    with make(tmp_path) as engine:
        held = [*sent[:-1], {**sent[-1], "content": [part]}]
        assert engine.compress_messages(held).messages is held
        free = [*sent[:-1], {**sent[-1], "content": [{"type": "text", "text": ONE}]}]
        turn = engine.compress_messages(free, session="another")
        assert turn.messages[-1]["content"][0]["text"] != ONE  # type: ignore[index]
        assert turn.compressions[0].place == (3, "content", 0, "text")


def test_what_is_signed_or_no_text_is_the_very_same_object(tmp_path: Path) -> None:
    sent = written("anthropic", [step(0, ONE)])
    with make(tmp_path) as engine:
        turn = engine.compress_messages(sent, provider="anthropic")
        assert turn.messages is not sent
        assert turn.messages[:-1] == sent[:-1]
        assert all(new is old for new, old in zip(turn.messages[:-1], sent[:-1], strict=True))
        new, old = (each[-1]["content"][0]["content"] for each in (turn.messages, sent))
        assert new[1] is old[1]
        assert new[0]["text"] != old[0]["text"]


def test_provider_made_results_stay(tmp_path: Path) -> None:
    """What a provider ran itself is part of the model's turn, and often encrypted."""
    search = {"type": "web_search_tool_result", "tool_use_id": "s", "content": [{"type": "text"}]}
    chat: Messages = [
        {"role": "user", "content": "q"},
        {"role": "assistant", "content": [search, {"type": "tool_result", "content": ONE}]},
    ]
    items: Messages = [
        {"role": "user", "content": "q"},
        {"type": "mcp_call", "id": "m", "output": ONE, "arguments": "{}"},
        {"type": "computer_call_output", "call_id": "c", "output": {"image_url": "data:"}},
        {"type": "local_shell_call_output", "id": "c", "output": json.dumps({"output": ONE})},
    ]
    with make(tmp_path) as engine:
        assert engine.compress_messages(chat, provider="anthropic").messages is chat
        assert engine.compress_messages(items, provider="openai_responses").messages is items


def test_data_in_a_response_of_gemini_stays_data(tmp_path: Path) -> None:
    def sent(response: object) -> Messages:
        part = {"functionResponse": {"name": "f", "response": response}}
        return [{"role": "user", "parts": [{"text": "q"}, part]}]

    with make(tmp_path) as engine:
        data = sent({"rows": json.loads(ONE)})
        assert engine.compress_messages(data, provider="gemini").messages is data
        mcp = sent({"content": [{"type": "text", "text": ONE}], "isError": False})
        turn = engine.compress_messages(mcp, provider="gemini")
        assert turn.compressions[0].place == (
            *(0, "parts", 1, "functionResponse", "response"),
            *("content", 0, "text"),
        )


def test_the_newest_user_text_only_where_that_is_asked_for(tmp_path: Path) -> None:
    sent: Messages = [{"role": "user", "content": f"Which is odd?\n{TWO}"}]
    with make(tmp_path) as engine:
        assert engine.compress_messages(sent).messages is sent
        turn = engine.compress_messages(sent, newest_user_text=True)
        assert turn.compressions[0].place == (0, "content")
        assert turn.tokens_after < turn.tokens_before
        later = [*sent, {"role": "assistant", "content": "None."}, {"role": "user", "content": "?"}]
        again = engine.compress_messages(later, newest_user_text=True)
        assert digest(again.messages).startswith(stem(turn.messages))


# Whose conversation, and what for -----------------------------------------------------------


@pytest.mark.parametrize("form", FORMS)
def test_one_talk_has_one_opening_and_one_query_in_every_form(form: str) -> None:
    steps = [step(0, ONE, TWO), step(1, ONE, user=None), step(2, TWO)]
    steps[2] = Step("And Oslo?", steps[2].calls)
    system = "You are a careful agent." if form == "gemini" else None
    talk = read_talk(written(form, steps), PROVIDERS[form], system=system)
    assert talk.opening == "You are a careful agent.\x1fWhich orders are late?"
    assert talk.system_prompt == ("You are a careful agent.",)
    chat = written("openai_chat", steps)
    asked = [query_for(chat, n) for n, each in enumerate(chat) if each["role"] == "tool"]
    found = [talk.asked(text.at).query.replace(" ", "") for text in talk.texts()]
    assert found == [query.replace(" ", "") for query in asked]
    assert {call.name for text in talk.texts() if (call := talk.call(text.at))} == {"list_orders"}


@pytest.mark.parametrize("form", FORMS)
def test_a_request_says_its_system_prompt_itself(tmp_path: Path, form: str) -> None:
    provider = PROVIDERS[form]
    sent = [
        m for m in written(form, [step(0, ONE)]) if m.get("role") not in ("system", "developer")
    ]
    said: object = {"parts": [{"text": "Be brief."}]} if form == "gemini" else "Be brief."
    request = {provider.SYSTEM[0]: said, "tools": [{"name": "t"}], provider.MESSAGES: sent}
    with make(tmp_path) as engine:
        turn = engine.compress_messages(request, provider=form)
        apart = engine.compress_messages(sent, provider=form, system=said)
        assert turn.conversation == apart.conversation
        assert turn.messages[provider.MESSAGES] == apart.messages
        assert turn.messages["tools"] is request["tools"]
        assert list(turn.messages) == list(request)
        assert turn.compressions[0].place == (provider.MESSAGES, *apart.compressions[0].place)


def test_a_conversation_is_its_session_else_its_opening_and_credential(tmp_path: Path) -> None:
    sent, other = written("openai_chat", [step(0, ONE)]), written("openai_chat", [step(0, TWO)])
    with make(tmp_path) as engine:

        def of(messages: Messages, **how: str) -> str | None:
            return engine.compress_messages(messages, **how).conversation  # type: ignore[arg-type]

        assert of(sent) == of(other)
        assert of(sent) != of(sent, credential="sk-1") != of(sent, credential="sk-2")
        assert of(sent, session="s") == of(other, session="s", credential="sk-1")
        assert len({of(sent), of(sent, session="s"), of(sent, session="t")}) == 3
        assert "sk-1" not in (of(sent, credential="sk-1") or "")


def test_arms_are_drawn_from_how_a_conversation_begins(tmp_path: Path) -> None:
    with make(tmp_path) as plain:
        here = plain.read(ONE).structure_hash
    with make(tmp_path, rows=row(here, "json.rows_few"), control=500) as engine:
        arms = set()
        for number in range(12):
            steps = [step(0, ONE, rows(seed=9), user=f"question {number}")]
            sent = written("openai_chat", steps)
            for session in ("a", f"b{number}"):
                turn = engine.compress_messages(
                    sent, auth_mode="payg", model=MODEL, session=session
                )
                done = [each.compression for each in turn.compressions]
                drawn = {(each.arm, each.unit) for each in done}
                assert len(drawn) == 1
                arms |= drawn
            assert done[0].unit == engine.pepper.key(conversation_text(sent))
        assert {arm for arm, _ in arms} == {"control", "recommended"}
        assert len(arms) == 12


@pytest.mark.parametrize("form", FORMS)
def test_a_form_is_told_from_the_messages(form: str) -> None:
    sent = written(form, [step(0, ONE)])
    assert form == provider_of(None, sent).NAME
    assert form == provider_of("nobody", {PROVIDERS[form].MESSAGES: sent}).NAME
    assert form == provider_of(form.upper().replace("_", "-"), []).NAME


class Said:
    """An object of a client library."""

    def __init__(self, fields: dict[str, object]) -> None:
        self._fields = fields

    def model_dump(self) -> dict[str, object]:
        return self._fields


def test_client_libraries_objects_are_read(tmp_path: Path) -> None:
    sent: list[object] = list(written("openai_chat", [step(0, ONE), step(1, TWO)]))
    sent[2], sent[4] = Said(sent[2]), Said(sent[4])  # type: ignore[arg-type]
    with make(tmp_path) as engine:
        turn = engine.compress_messages(sent)
        assert [each.place for each in turn.compressions] == [(5, "content")]
        assert turn.compressions[0].compression.tool == engine.pepper.key("list_orders")
        assert turn.messages[4] is sent[4]


@pytest.mark.parametrize(
    ("form", "key"), [("anthropic", "content"), ("openai_chat", "tool_calls"), ("gemini", "parts")]
)
def test_objects_within_a_message_are_read(tmp_path: Path, form: str, key: str) -> None:
    """As in ``{"role": "assistant", "content": response.content}``."""
    sent = written(form, [step(0, ONE)])
    (place,) = (n for n, each in enumerate(sent) if each.get("role") in ("assistant", "model"))
    blocks = sent[place][key]
    assert isinstance(blocks, list)
    sent[place][key] = [Said(block) for block in blocks]
    with make(tmp_path) as engine:
        turn = engine.compress_messages(sent, provider=form)
        assert turn.compressions[0].compression.tool == engine.pepper.key("list_orders")
        talk = read_talk(sent, PROVIDERS[form])
        assert next(talk.asked(text.at).query for text in talk.texts()).endswith("0}")


def test_a_call_is_found_by_its_id_however_far_it_is() -> None:
    calls = tuple({"id": f"c{n}", "function": {"name": f"t{n}"}} for n in range(400))
    chat: Messages = [{"role": "user", "content": "q"}, {"role": "assistant", "tool_calls": calls}]
    chat += [{"role": "tool", "tool_call_id": f"c{n}", "content": "x"} for n in range(400)]
    talk = read_talk(chat, PROVIDERS["openai_chat"])
    found = [call.name for text in talk.texts() if (call := talk.call(text.at))]
    assert found == [f"t{n}" for n in range(400)]


def test_parts_of_one_result_answer_one_call() -> None:
    """Without ids a result is told by its place: its second text is still the same result."""
    parts = [{"type": "text", "text": "a"}, {"type": "image"}, {"type": "text", "text": "b"}]
    calls = [{"function": {"name": name, "arguments": f"for {name}"}} for name in ("one", "two")]
    chat: Messages = [
        {"role": "user", "content": "q"},
        {"role": "assistant", "tool_calls": calls},
        {"role": "tool", "content": parts},
        {"role": "tool", "content": parts},
    ]
    talk = read_talk(chat, PROVIDERS["openai_chat"])
    assert [talk.asked(text.at).query for text in talk.texts()] == [
        *("q\nfor one", "q\nfor one", "q\nfor two", "q\nfor two")
    ]
    assert [query_for(chat, n) for n in (2, 3)] == ["q\nfor one", "q\nfor two"]


def test_results_without_ids_are_told_by_the_tools_name() -> None:
    """Gemini's older clients send no ids, and answer in any order."""
    calls = [{"functionCall": {"name": n, "args": {"x": n}}} for n in ("a", "b", "a")]
    answers = [
        {"functionResponse": {"name": n, "response": {"output": "text"}}} for n in ("b", "a", "a")
    ]
    chat: Messages = [
        {"role": "user", "parts": [{"text": "thinking", "thought": True}, {"text": "q"}]},
        {"role": "model", "parts": calls},
        {"role": "user", "parts": answers},
    ]
    talk = read_talk(chat, PROVIDERS["gemini"])
    assert [talk.asked(text.at).query for text in talk.texts()] == [
        *('q\n{"x":"b"}', 'q\n{"x":"a"}', 'q\n{"x":"a"}')
    ]
