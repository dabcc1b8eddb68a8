"""Sample tables, and what the tests of the table kind do with them."""

from __future__ import annotations

from typing import Any

from compressors.kinds import table as kind
from compressors.kinds.base import Content, Cut, Focus
from compressors.profiles import LADDERS

LOSSLESS = kind.Params(lossless=True)
RUNGS = [rung.params for rung in LADDERS["table"][2:]]


def content(source: str) -> Content:
    return Content(kind.NAME, source, kind.recognise(source))


def cut(source: str, params: kind.Params = LOSSLESS, query: str = "", **focus: Any) -> Cut:
    return kind.compress(content(source), params, Focus(query, **focus))


def lossless(source: str) -> str:
    result = cut(source)
    assert not result.lossy
    assert kind.restore(result.text) == source
    return result.text


TREES = ("ash", "birch", "cedar", "dogwood", "elm", "fir", "ginkgo", "hazel")
CSV = "id,name,city,active,score\n" + "".join(
    f'{i},"Doe, {"abc"[i % 3]}",Berlin,true,{i * 37 % 91}\n' for i in range(30)
)
PS = "USER       PID %CPU %MEM    VSZ   RSS TTY      STAT START   TIME COMMAND\n" + "".join(
    f"{'root' if i % 3 else 'postgres':<8} {i * 37:>5} "
    f"{i / 10:>4.1f}  0.{i % 9} {i * 991:>6} {i * 77:>5} "
    f"{'?':<8} {'Ss' if i % 2 else 'S<':<4} 09:{i:02d}   0:0{i % 9} /usr/sbin/daemon-{i} --flag\n"
    for i in range(30)
)
MARKDOWN = (
    "| name     | size   | note            |\n| -------- | ------ | --------------- |\n"
    + "".join(f"| {'abc'[i % 3] * 4:<8} | {i:<6} | {'word' * (i % 4):<15} |\n" for i in range(12))
)
PODS = "NAME               READY   STATUS    RESTARTS   AGE\n" + "".join(
    f"web-{i:03d}-x{i * 7919 % 1000:03d}k   {'1/1':<8}{'Running':<10}{'0':<11}{i % 9 + 2}d\n"
    for i in range(40)
)
PSQL = (
    " id | name  | total\n----+-------+-------\n"
    + "".join(f" {i:>2} | {'abcde'[i % 5] * 3:<5} | {i * 10:>5}\n" for i in range(12))
    + "(12 rows)\n\n"
)
UNIT_FILES = (
    "UNIT FILE                      STATE\n"
    + "".join(f"unit-{i:02d}.service                {'enabled':<8}\n" for i in range(20))
    + "\n20 unit files listed.\n"
)
NETSTAT = (
    "Active Internet connections (w/o servers)\n"
    "Proto Recv-Q Send-Q Local Address           Foreign Address         State\n"
    + "".join(
        f"tcp        0      0 {f'10.0.0.7:{4000 + i}':<24}{f'10.0.1.{i}:https':<24}ESTABLISHED\n"
        for i in range(30)
    )
)
QUOTED_LINES = "id,name,note,ok\n" + "".join(
    f'{i},name {i},"first line\nsecond line, with a comma {i}",yes\n' for i in range(30)
)
