"""Every recorded form is read into the same OpenAI chat, with calls and answers paired."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from pipelines.traffic.forms import FORMS, FormError, Message

TAU: dict[str, Any] = {
    "task_id": 7,
    "trial": 1,
    "traj": [
        {"role": "system", "content": "policy"},
        {"role": "user", "content": "cancel it"},
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [
                {
                    "id": "c1",
                    "type": "function",
                    "function": {"name": "get", "arguments": '{"a":1}'},
                }
            ],
        },
        {"role": "tool", "tool_call_id": "c1", "name": "get", "content": '{"id": "R1"}'},
        {"role": "assistant", "content": "done"},
    ],
}
TAU2: dict[str, Any] = {
    "id": "run/1",
    "task_id": "t1",
    "policy": "the policy",
    "messages": [
        {"role": "user", "content": "hello", "turn_idx": 0},
        {
            "role": "assistant",
            "tool_calls": [
                {"id": "c1", "name": "get", "arguments": {"a": 1}, "requestor": "assistant"}
            ],
        },
        {"id": "c1", "role": "tool", "content": "[1]", "requestor": "assistant", "error": False},
        {
            "role": "user",
            "tool_calls": [{"id": "u1", "name": "reboot", "arguments": {}, "requestor": "user"}],
        },
        {"id": "u1", "role": "tool", "content": "rebooted", "requestor": "user"},
    ],
}
FEW_SHOT: dict[str, Any] = {
    "messages_display": (
        'user: my order\nsecond line: of it\nassistant: None\ntool: {"id": 1}\n'
        'assistant: I look again\ntool: {"id": 2}\nassistant: found'
    )
}
MINI: dict[str, Any] = {
    "trajectory_format": "mini-swe-agent-1",
    "instance_id": "django__django-1",
    "info": {"config": {"model": {"model_name": "google/gemini-3-pro-preview"}}},
    "messages": [
        {"role": "system", "content": "sys"},
        {"role": "user", "content": "the task"},
        {"role": "assistant", "content": "THOUGHT: look\n\n```bash\nls -R\n```"},
        {"role": "user", "content": "<returncode>0</returncode>\n<output>\na.py\nb.py\n</output>"},
        {"role": "assistant", "content": "no command here"},
        {"role": "user", "content": "Please always provide EXACTLY ONE action"},
        {"role": "assistant", "content": "```bash\ncat big\n```"},
        {
            "role": "user",
            "content": (
                "<returncode>0</returncode>\n<warning>\ntoo long\n</warning>"
                "<output_head>\nfirst\n</output_head>\n<elided_chars>\n99 characters elided\n"
                "</elided_chars>\n<output_tail>\nlast\n</output_tail>"
            ),
        },
    ],
}
SWE_TEXT: dict[str, Any] = {
    "environment": "swe_main",
    "trajectory": [],
    "history": [
        {"role": "system", "content": "sys", "agent": "primary"},
        {"role": "user", "content": "the issue", "agent": "primary"},
        {
            "role": "assistant",
            "content": "I look\n```\nopen a.py\n```",
            "thought": "I look\n",
            "action": "open a.py\n",
            "agent": "primary",
        },
        {"role": "user", "content": "[File: a.py]", "agent": "primary"},
    ],
}
SWE_CALLS: dict[str, Any] = {
    "history": [
        {"role": "user", "content": "the issue"},
        {
            "role": "assistant",
            "content": "I look",
            "action": "open a.py",
            "tool_calls": [
                {"id": "c9", "type": "function", "function": {"name": "open", "arguments": "{}"}}
            ],
        },
        {"role": "tool", "content": "[File: a.py]", "tool_call_ids": ["c9"]},
    ]
}
SWE_STEPS: dict[str, Any] = {
    "trajectory": [{"action": "ls\n", "observation": "a.py", "thought": "I look", "response": "…"}]
}
OPENHANDS: dict[str, Any] = {
    "instance_id": "x__y-1",
    "metadata": {"llm_config": {"model": "openai/llama-4"}},
    "history": [
        {"id": 0, "source": "agent", "action": "system", "args": {"content": "sys"}},
        {"id": 1, "source": "user", "action": "message", "args": {"content": "the task"}},
        {"id": 2, "source": "user", "action": "recall", "args": {"query": "the task"}},
        {"id": 3, "observation": "recall", "content": "context"},
        {
            "id": 4,
            "source": "agent",
            "action": "run",
            "args": {"command": "ls", "thought": "I look", "blocking": False},
            "tool_call_metadata": {"function_name": "execute_bash", "tool_call_id": "toolu_1"},
        },
        {"id": 5, "observation": "run", "content": "a.py", "cause": 4},
        {"id": 6, "source": "agent", "action": "finish", "args": {"final_thought": "all done"}},
    ],
}
PAIRS: dict[str, Any] = {
    "history": [
        [
            {"action": "message", "content": "the task"},
            {"observation": "null", "content": ""},
        ],
        [
            {"action": "run", "command": "ls", "thought": "I look", "keep_prompt": True},
            {"observation": "run", "content": "a.py"},
        ],
    ]
}
INSPECT: dict[str, Any] = {
    "eval": {"model": "openai/gpt-4o-mini"},
    "samples": [
        {
            "id": 1,
            "epoch": 1,
            "attachments": {"f00": "a long page"},
            "messages": [
                {"id": "m1", "role": "user", "content": [{"type": "text", "text": "browse"}]},
                {
                    "id": "m2",
                    "role": "assistant",
                    "content": "",
                    "tool_calls": [{"id": "c1", "function": "go", "arguments": {"url": "u"}}],
                },
                {
                    "id": "m3",
                    "role": "tool",
                    "content": "attachment://f00",
                    "tool_call_id": "c1",
                    "function": "go",
                },
                {
                    "id": "m4",
                    "role": "assistant",
                    "content": "",
                    "tool_calls": [{"id": "c2", "function": "back", "arguments": {}}],
                },
                {"id": "m5", "role": "tool", "content": "a page"},
            ],
        }
    ],
}

FORMED = {
    "tau-bench": (TAU, "OpenAI chat", ['{"id": "R1"}'], ["get"], [{"a": 1}]),
    "tau2": (TAU2, "OpenAI chat", ["[1]"], ["get"], [{"a": 1}]),
    "few-shot": (FEW_SHOT, "tau-bench few-shot text", ['{"id": 1}', '{"id": 2}'], None, None),
    "mini-swe-agent": (
        MINI,
        "mini-swe-agent",
        ["a.py\nb.py", "first\n[99 characters elided]\nlast"],
        ["bash", "bash"],
        [{"command": "ls -R"}, {"command": "cat big"}],
    ),
    "swe-agent text": (
        SWE_TEXT,
        "SWE-agent",
        ["[File: a.py]"],
        ["open"],
        [{"command": "open a.py"}],
    ),
    "swe-agent calls": (SWE_CALLS, "SWE-agent", ["[File: a.py]"], ["open"], [{}]),
    "swe-agent steps": (SWE_STEPS, "SWE-agent", ["a.py"], ["ls"], [{"command": "ls"}]),
    "openhands": (OPENHANDS, "OpenHands", ["a.py"], ["execute_bash"], [{"command": "ls"}]),
    "openhands pairs": (PAIRS, "OpenHands", ["a.py"], ["run"], [{"command": "ls"}]),
    "inspect": (
        INSPECT,
        "Inspect log",
        ["a long page", "a page"],
        ["go", "back"],
        [{"url": "u"}, {}],
    ),
}


def read(record: dict[str, Any]) -> list[tuple[Message, ...]]:
    form = next(form for form in FORMS if form.recognises(record))
    return [draft.messages for draft in form.read(record)]


@pytest.mark.parametrize("name", FORMED)
def test_the_answers_are_tool_messages_that_name_their_call(name: str) -> None:
    record, form_name, answers, tools, arguments = FORMED[name]
    assert next(form for form in FORMS if form.recognises(record)).name == form_name

    (messages,) = read(record)

    made = {
        call["id"]: call["function"]
        for message in messages
        for call in message.get("tool_calls", [])
    }
    given = [message for message in messages if message["role"] == "tool"]
    assert [message["content"] for message in given] == answers
    assert all(message["tool_call_id"] in made for message in given)
    if tools is not None:
        assert [message["name"] for message in given] == tools
        asked = [made[message["tool_call_id"]]["arguments"] for message in given]
        assert [orjson.loads(text) for text in asked] == arguments


def test_each_form_is_told_from_every_other_in_one_way() -> None:
    for name, (record, form_name, *_) in FORMED.items():
        first = next(form.name for form in FORMS if form.recognises(record))
        assert first == form_name, name


@pytest.mark.parametrize(
    "record",
    [
        {},
        {"messages": []},
        {"messages": "x"},
        {"rows": [1]},
        {"history": []},
        {"history": [1, 2]},
        {"samples": [{}]},
        {"HAT001": {"flight": 1}},
        {"messages": [{"text": "x"}]},
    ],
)
def test_what_is_no_transcript_is_recognised_by_no_form(record: dict[str, Any]) -> None:
    assert not [form.name for form in FORMS if form.recognises(record)]


def test_a_device_of_the_users_own_is_none_of_the_agents_traffic() -> None:
    (messages,) = read(TAU2)
    assert "rebooted" not in [message.get("content") for message in messages]
    assert messages[0] == {"role": "system", "content": "the policy"}


def test_a_turn_of_several_lines_stays_whole() -> None:
    (messages,) = read(FEW_SHOT)
    assert messages[0] == {"role": "user", "content": "my order\nsecond line: of it"}
    assert messages[3]["content"] == "I look again"
    assert messages[3]["tool_calls"]


def test_what_the_agent_said_beside_a_command_is_kept_apart_from_it() -> None:
    (messages,) = read(MINI)
    assert messages[2]["content"] == "THOUGHT: look"
    assert [message["role"] for message in messages] == [
        "system",
        "user",
        "assistant",
        "tool",
        "assistant",
        "user",
        "assistant",
        "tool",
    ]


def test_recorded_models_and_tasks_are_known() -> None:
    known = {
        name: next(form for form in FORMS if form.recognises(record)).read(record)[0]
        for name, (record, *_) in FORMED.items()
    }
    assert known["mini-swe-agent"].model == "google/gemini-3-pro-preview"
    assert known["openhands"].model == "openai/llama-4"
    assert known["inspect"].model == "openai/gpt-4o-mini"
    assert known["tau-bench"].task == "7"
    assert known["mini-swe-agent"].task == "django__django-1"


@pytest.mark.parametrize(
    ("record", "says"),
    [
        ({"messages": [{"role": "robot", "content": "x"}]}, "messages[0].role is 'robot'"),
        (
            {"messages": [{"role": "assistant", "tool_calls": [{"id": "c"}]}]},
            "messages[0].tool_calls[0] names no function",
        ),
        ({"messages": [{"role": "assistant", "tool_calls": ["c"]}]}, "is no object"),
        ({"messages_display": "a transcript without turns"}, "messages_display does not begin"),
        ({"messages_display": "tool: 1"}, "before any `assistant: `"),
        ({"samples": [{"messages": []}]}, "samples[0].messages is no list"),
        (
            {"trajectory_format": "mini-swe-agent-1", "messages": [{"role": "tool"}]},
            "messages[0].role is 'tool'",
        ),
        ({"history": [{"role": "robot"}]}, "history[0].role is 'robot'"),
    ],
)
def test_a_broken_record_names_the_field(record: dict[str, Any], says: str) -> None:
    with pytest.raises(FormError) as refusal:
        read(record)
    assert says in str(refusal.value)
