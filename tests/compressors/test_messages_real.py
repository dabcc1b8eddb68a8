"""Recorded conversations of agents, turn by turn, with restarts and other publications between."""

import gzip
import json
from pathlib import Path

import pytest
from message_engines import LOSSY, OTHER, make
from message_worlds import Messages, digest, stem

DATA = Path(__file__).parents[2].parent / "shared" / "data" / "swe_trajectories"
RECORDED = DATA / "mini_swe_agent_gemini3" / "psf.jsonl.gz"


def conversations() -> list[Messages]:
    """Agents that talk without calls: what the user sends after the first is what a tool said."""
    found = []
    for line in gzip.decompress(RECORDED.read_bytes()).decode().splitlines():
        said = json.loads(line)["messages"]
        chat: Messages = []
        for each in said:
            text = each["content"]
            text = text if isinstance(text, str) else "".join(part["text"] for part in text)
            answered = any(message["role"] == "assistant" for message in chat)
            role = "tool" if each["role"] == "user" and answered else each["role"]
            chat.append({"role": role, "content": text})
        found.append(chat)
    return found


@pytest.mark.skipif(not RECORDED.exists(), reason=f"{RECORDED} is not there")
def test_every_turn_begins_as_the_last_one_went_out(tmp_path: Path) -> None:
    turns = before = after = 0
    for number, chat in enumerate(conversations()):
        home, last = tmp_path / str(number), "["
        engine = make(home)
        for end in range(2, len(chat) + 1):
            if end < len(chat) and chat[end]["role"] != "assistant":
                continue
            turns += 1
            if turns % 5 == 0:
                engine.close()
                engine = make(home, (LOSSY, OTHER, "")[turns % 3])
            turn = engine.compress_messages(chat[:end])
            assert digest(turn.messages).startswith(last)
            assert (turn.fault, turn.left) == (None, ())
            last = stem(turn.messages)
        for each in turn.compressions:
            if each.compression.handle is not None:
                index = each.place[0]
                assert isinstance(index, int)
                assert engine.retrieve(each.compression.handle) == chat[index]["content"]
        before, after = before + turn.tokens_before, after + turn.tokens_after
        engine.close()
    assert turns > 20
    assert after < before
