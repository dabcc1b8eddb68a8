"""Work in several processes: one order, no trace of their number, and errors that say where."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest
import spread_world as world

from compressors.book import BUILT_IN
from compressors.engine import Engine, Loaded
from compressors.handles import MemoryHandles
from compressors.pepper import PUBLIC_PEPPER, Pepper
from pipelines import spread as module
from pipelines.spread import EnginesDisagreeError, SpreadError, spread

PARTS = list(range(9))


def made(
    *, pepper: Pepper = PUBLIC_PEPPER, refusal: str | None = None, code: str | None = None
) -> Engine:
    loaded = Loaded(BUILT_IN, refusal)
    return Engine(pepper=pepper, loaded=loaded, handles=MemoryHandles(), code=code)


def named(part: int) -> str:
    return f"part {part}"


def test_results_come_in_order_and_from_engines_like_the_callers() -> None:
    engine = made(pepper=Pepper(b"x" * 32))
    found = list(spread(world.told, PARTS, engine=engine, name=named, processes=3))
    assert [part for part, *_ in found] == PARTS
    assert {fingerprint for _, fingerprint, *_ in found} == {engine.fingerprint}
    assert [key for *_, key, _ in found] == [engine.pepper.key(str(part)) for part in PARTS]
    pids = {pid for *_, pid in found}
    assert 1 < len(pids) <= 3
    assert os.getpid() not in pids


@pytest.mark.parametrize(("processes", "parts"), [(1, PARTS), (4, PARTS[:1]), (4, [])])
def test_where_nothing_can_be_shared_the_caller_works_itself(
    processes: int, parts: list[int]
) -> None:
    engine = made()
    found = list(spread(world.told, parts, engine=engine, name=named, processes=processes))
    assert found == [world.told(engine, part) for part in parts]


def test_where_no_process_starts_the_work_is_done_here(monkeypatch: pytest.MonkeyPatch) -> None:
    # As in a program without a main guard: each process ends before it has said anything.
    monkeypatch.setattr(module, "_serve", world.gone)
    found = list(spread(world.told, PARTS, engine=made(), name=named))
    assert [part for part, *_ in found] == PARTS
    assert {pid for *_, pid in found} == {os.getpid()}


def test_a_failure_names_the_part_and_what_came_before_stands() -> None:
    came: list[int] = []
    with pytest.raises(SpreadError, match=r"part 3: _Unsent: part 3 \(.*spread_world.py, line"):
        came.extend(spread(world.failing, PARTS, engine=made(), name=named))
    with closing(spread(world.failing, PARTS, engine=made(), name=named)) as results:
        assert [next(results) for _ in range(3)] == [0, 1, 2]


@pytest.mark.skipif(os.name != "posix", reason="kills a process by a signal")
def test_a_process_that_is_killed_is_an_error_that_names_what_it_was_at() -> None:
    with pytest.raises(SpreadError, match=r"part 3: its process ended in the middle .*run the"):
        list(spread(world.killed, PARTS, engine=made(), name=named))


def test_code_that_changes_meanwhile_is_noticed() -> None:
    with pytest.raises(EnginesDisagreeError, match="run the same command again"):
        list(spread(world.told, PARTS, engine=made(code="f" * 64), name=named))


def test_whoever_closes_does_not_wait_for_what_is_at_work() -> None:
    before = time.monotonic()
    with closing(spread(world.slow, [0, 1, 2], engine=made(), name=named)) as results:
        pid = next(results)
    assert time.monotonic() - before < 60
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


@pytest.mark.skipif(os.name != "posix", reason="sends signals")
def test_processes_that_inherit_termination_ignored_are_ended_all_the_same(tmp_path: Path) -> None:
    # As below a program that ignores it, and a shell that starts it in the background.
    script = tmp_path / "caller.py"
    script.write_text(
        "import signal\n"
        "import spread_world as world\n"
        "from test_spread import made, named\n"
        "from pipelines.spread import spread\n"
        "if __name__ == '__main__':\n"
        "    signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "    print(len(list(spread(world.told, range(4), engine=made(), name=named))))\n"
    )
    path = os.pathsep.join((str(Path(__file__).parent), *sys.path))
    found = subprocess.run(
        [sys.executable, str(script)],
        env=os.environ | {"PYTHONPATH": path},
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    assert found.stdout == "4\n"


_CALLER = """
import sys
import threading
import spread_world as world
from test_spread import made, named
from pipelines.spread import spread
if __name__ == "__main__":
    for pid in spread(world.{work}, range(1000), engine=made(), name=named):
        print(pid, flush=True)
"""


def calling(tmp_path: Path, work: str) -> subprocess.Popen[str]:
    """A program that spreads ``work`` and prints what comes of it."""
    script = tmp_path / "caller.py"
    script.write_text(_CALLER.format(work=work))
    path = os.pathsep.join((str(Path(__file__).parent), *sys.path))
    return subprocess.Popen(
        [sys.executable, str(script)],
        env=os.environ | {"PYTHONPATH": path},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="sends signals")
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_whatever_ends_the_caller_ends_its_processes(tmp_path: Path, how: signal.Signals) -> None:
    with calling(tmp_path, "paced") as process:
        assert process.stdout is not None
        assert process.stderr is not None
        pids = {int(process.stdout.readline()) for _ in range(8)}
        (os.killpg if how == signal.SIGINT else os.kill)(process.pid, how)
        process.stdout.read()
        said = process.stderr.read()
    assert said.count("Traceback") == (how == signal.SIGINT), "of the caller alone"
    until = time.monotonic() + 30
    while any(map(_lives, pids)) and time.monotonic() < until:
        time.sleep(0.05)
    assert not any(map(_lives, pids))


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_an_interrupt_that_another_thread_takes_is_heard_afterwards() -> None:
    heard: list[int] = []
    before = signal.signal(signal.SIGINT, lambda *_: heard.append(len(within)))
    within: list[str] = []
    sent, done = threading.Event(), threading.Event()

    def takes_it() -> None:
        sent.wait()
        signal.pthread_kill(threading.get_ident(), signal.SIGINT)
        done.set()

    # It was there before, so it does not block what is blocked where the processes start.
    thread = threading.Thread(target=takes_it)
    thread.start()
    try:
        with module._interrupts_held_back():
            sent.set()
            done.wait()
            within.extend("abc")
        assert heard == [3]
    finally:
        signal.signal(signal.SIGINT, before)
        thread.join()
