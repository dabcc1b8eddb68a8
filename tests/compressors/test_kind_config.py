"""Configurations: blocks of one shape once, every key in every rung, restored where lossless."""

from __future__ import annotations

import re
import sysconfig
import time
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compressors.detect import detect
from compressors.kinds import config
from compressors.kinds._config_asked import asked
from compressors.kinds.base import Content, Cut, Focus
from compressors.profiles import LADDERS
from compressors.tokens import estimate

LOSSY = LADDERS["config"][2:]
RUNGS = [rung.name for rung in LOSSY]
ALL = [rung.name for rung in LADDERS["config"][1:]]
PURE = Path(sysconfig.get_paths()["purelib"])
FILES_HERE = [
    path
    for path in (
        *sorted(PURE.rglob("*.yaml"))[:12],
        *sorted(PURE.rglob("*.toml"))[:6],
        *sorted(PURE.rglob("*.lock"))[:2],
        *sorted(Path("/etc").glob("*.conf"))[:12],
        Path(__file__).parents[2] / "pyproject.toml",
    )
    if path.is_file()
]


def content(source: str) -> Content:
    return Content("config", source, config.recognise(source))


def cut(source: str, rung: str, query: str = "") -> Cut:
    params = next(profile.params for profile in LADDERS["config"] if profile.name == rung)
    return config.compress(content(source), params, Focus(query=query))


def shown(source: str, rung: str, query: str = "") -> str:
    return cut(source, rung, query).text


# --- what is a configuration ----------------------------------------------------------

CONFIGS = {
    "yaml": (
        "name: door\nversion: 2\nsteps:\n  - run: make\n  - run: test\n",
        "config|yaml|name,steps,version",
    ),
    "document": ("---\nkind: Pod\nspec:\n  containers:\n    - image: x\n", "config|yaml|kind,spec"),
    "toml": (
        '[tool]\nname = "door"\nwidth = 3\nkeys = ["a"]\n',
        "config|toml|keys,name,tool,width",
    ),
    "ini": (
        "[door]\nname = oak\npath = /srv/door\n; why\nuser = root\n",
        "config|ini|door,name,path,user",
    ),
    "env": ("# paths\nHOME=/root\nexport LANG=C.UTF-8\nPATH=/bin\n", "config|env|HOME,LANG,PATH"),
    "properties": (
        "server.port=80\nserver.host=web\ndb.url=jdbc:x\n",
        "config|properties|db.url,server.host,server.port",
    ),
}


@pytest.mark.parametrize(("source", "signature"), CONFIGS.values(), ids=CONFIGS)
def test_a_configuration_is_recognised_with_its_keys(source: str, signature: str) -> None:
    parsed = config.recognise(source)
    assert parsed is not None
    assert config.signature(parsed) == signature


@pytest.mark.parametrize(
    "source",
    [
        "Prose: it has colons.\nBut it goes on for long without any of them at all.\nAnd on.\n",
        "x = 1\ny = 2\n",
        "a:\nb:\nc:\n",
        "Raid Level : raid1\nArray Size : 10\nUsed Dev Size : 5\n",
        "anna: Whoever comes first makes the tea.\nben: Nobody has told me that there is any.\n",
        "",
        "key: value",
    ],
)
def test_other_texts_are_no_configurations(source: str) -> None:
    assert config.recognise(source) is None


# --- samples --------------------------------------------------------------------------


def compose(count: int = 40, odd: dict[int, tuple[str, str]] | None = None) -> str:
    """Services of one shape; ``odd`` replaces a text in the block of a number."""
    out = ["services:"]
    for at in range(count):
        block = (
            f"  web{at}:\n    image: shop/web:1.25\n    replicas: 2\n    restart: always\n"
            f"    environment:\n      - LOG=info\n      - NAME=web{at}\n"
            f'    ports:\n      - "{8000 + at}:80"'
        )
        before, after = (odd or {}).get(at, ("", ""))
        out.append(block.replace(before, after) if before else block)
    return "\n".join([*out, "networks:", "  default:", "    driver: bridge", ""])


KUBE = "apiVersion: v1\nitems:\n" + "".join(
    f"""- apiVersion: v1
  kind: Pod
  metadata:
    labels:
      app: web
    managedFields:
    - apiVersion: v1
      fieldsV1:
        f:metadata: {{}}
      manager: kubelet
    name: web-{at * 7919 % 10007:05d}
    uid: {at * 104729 % 999983:06d}-ab
  spec:
    containers:
    - image: shop/web:{"1.9" if at == 13 else "1.4"}
      resources: {{}}
    nodeName: node-{at % 5}
  status:
    phase: {"CrashLoopBackOff" if at == 9 else "Running"}
"""
    for at in range(30)
)
DOCUMENTS = "".join(
    f"---\napiVersion: v1\nkind: Service\nmetadata:\n  name: s{at}\n  namespace: shop\n"
    f"spec:\n  ports:\n  - port: {9000 if at == 11 else 80}\n    protocol: TCP\n"
    for at in range(20)
)
LOCK = "version = 3\n" + "".join(
    f'\n[[package]]\nname = "crate{at}"\nversion = "1.{at}.0"\n'
    f'source = "registry+https://example.org/index"\nchecksum = "{at * 7919:016x}"\n'
    'dependencies = [\n "libc",\n' + "".join(f' "dep{n}",\n' for n in range(at % 4)) + "]\n"
    for at in range(40)
)
WORKFLOW = """name: test
on: [push]
# runs everything
# on every push
jobs:
  unit:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - name: Run
        run: |
          # not a comment: part of the script
          set -e
          make test
  lint:
    runs-on: ubuntu-latest
    # TODO: pin this
    steps:
      - uses: actions/checkout@v4
"""
INI = "".join(
    f"[host{at}]\nuser = root\nport = 22\npath = /srv/{at}\n; the usual\n\n" for at in range(20)
)
ENV = "# the base\n" + "".join(
    f"SERVICE_{at}_URL=https://internal.example/{at}\n" for at in range(30)
)
SAMPLES = {
    "compose": compose(),
    "kube": KUBE,
    "documents": DOCUMENTS,
    "lock": LOCK,
    "workflow": WORKFLOW,
    "ini": INI,
    "env": ENV,
}


# --- lossless -------------------------------------------------------------------------


@pytest.mark.parametrize("source", SAMPLES.values(), ids=SAMPLES)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_samples_come_back_to_the_character(source: str, end: str) -> None:
    source = source.replace("\n", end)
    assert detect(source).kind == "config"
    done = cut(source, "config.lossless")
    assert config.restore(done.text) == source
    assert not done.lossy


@pytest.mark.parametrize(
    ("name", "most"),
    {"compose": 0.35, "kube": 0.35, "documents": 0.3, "lock": 0.6, "ini": 0.5}.items(),
)
def test_blocks_of_one_shape_are_written_once(name: str, most: float) -> None:
    source = SAMPLES[name]
    assert estimate(shown(source, "config.lossless")) < most * estimate(source)


def test_the_notation_is_this() -> None:
    source = "jobs:\n" + "".join(
        f"  job{at}:\n    image: base:{at % 3}\n    name: run-job{at}\n    args:\n"
        + "".join(f"      - a{n}\n" for n in range(at % 3 + 1))
        for at in range(6)
    )
    assert shown(source, "config.lossless").split("\n") == [
        '[toin config: "~a 1 2" is the block from "~a=" to "~.", with 1, 2 for its *; '
        "※1 is its first value again; ¦ parts lines that begin alike]",
        "~a=",
        "  *:",
        "    image: base:*",
        "    name: run-※1",
        "    args:",
        "      - *",
        "~.",
        "jobs:",
        "~a job0 0 a0",
        "~a job1 1 a0¦a1",
        "~a job2 2 a0¦a1¦a2",
        "~a job3 0 a0",
        "~a job4 1 a0¦a1",
        "~a job5 2 a0¦a1¦a2",
        "",
    ]


ROWS = st.one_of(
    st.sampled_from(
        [
            "a:",
            "  b: 1",
            "  b: 2",
            "  b:",
            "    - x",
            "    - y: z",
            "      w: ⟦1⟧",
            "- k: v",
            "  l: w x",
            "- k: u",
            "~a 1 2",
            "~a=",
            "~.",
            "\\x",
            "…",
            "  *: ※1 ¦",
            "# comment",
            "  # TODO more",
            "",
            " ",
            "run: |",
            "   # in a text",
            "     deeper",
            "[s]",
            "[[s]]",
            'k = "v"',
            "k = [",
            ' "v",',
            "]",
            't = """',
            "K=v",
            "x.y=z",
            "---",
            "...",
            "\tt: 1",
            "? q",
            "n: null",
            "m: null",
            "o: null",
            "[toin config: as it stands]",
            '[toin config: "~a 1 2" is the block from "~a=" to "~.", with 1, 2 for its *]',
            "\x00",
            "\ud800",
            "\x85",
            "\u2028: x",
            '"q: r": s',
            "'t': u",
            "a: 'b",
        ]
    ),
    st.text(max_size=8),
    st.tuples(st.integers(0, 3), st.sampled_from("abc"), st.text("xyz ¦*※~", max_size=4)).map(
        lambda t: f"{'  ' * t[0]}{t[1]}: {t[2]}"
    ),
    st.tuples(st.integers(0, 3), st.text("xyz ", max_size=3)).map(
        lambda t: f"{'  ' * t[0]}- {t[1]}"
    ),
)
TEXTS = st.builds(
    lambda head, rows, times, end, final: end.join([head, *(rows * times)]) + final,
    st.sampled_from(["a: 1\nb: 2", "[s]\na = 1\nb = 2", "A=1\nB=2", "a.b=1\nc.d=2", "-"]),
    st.lists(ROWS, max_size=14),
    st.integers(1, 6),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from(["", "\n", "\n\n\n\n", "\r\n"]),
)


@settings(max_examples=500, deadline=None)
@given(TEXTS)
def test_lossless_comes_back_to_the_character(source: str) -> None:
    done = cut(source, "config.lossless")
    assert config.restore(done.text) == source
    again = cut(done.text, "config.lossless")
    assert config.restore(again.text) == done.text


@settings(max_examples=300, deadline=None)
@given(TEXTS, st.text(max_size=20), st.sampled_from(RUNGS))
def test_any_text_is_folded_and_searched_without_an_error(
    source: str, query: str, rung: str
) -> None:
    done = cut(source, rung, query)
    assert done.text == shown(source, rung, query)
    assert done.items_after is not None
    assert done.items_before is not None
    assert done.items_after <= done.items_before
    for passage in config.find(content(source), query):
        assert 0 <= passage.position <= 19
    assert config.restore(source) is not None


@pytest.mark.parametrize("path", FILES_HERE, ids=lambda path: path.name)
def test_files_of_this_machine(path: Path) -> None:
    source = path.read_bytes().decode("utf-8", "surrogateescape")
    if config.recognise(source) is None:
        pytest.skip("not a configuration by its lines")
    assert config.restore(shown(source, "config.lossless")) == source
    for rung in RUNGS:
        missing = keys(source) - mentioned(shown(source, rung))
        assert not missing


def test_rows_that_look_like_notation_may_stand_in_blocks() -> None:
    source = "".join(
        f"---\n~a: same for all\n\\path: also the same\nname: n{at}\n" for at in range(12)
    )
    short = shown(source, "config.lossless")
    assert short.count("also the same") == 1
    assert config.restore(short) == source


@pytest.mark.parametrize("rung", RUNGS)
def test_rows_that_look_like_notes_are_guarded(rung: str) -> None:
    text = shown("a: 1\nb: 2\n… 3 blocks like ~a\n~a 1 2\n# c\n", rung)
    assert "\n\\… 3 blocks like ~a\n\\~a 1 2" in text


# --- every key stays ------------------------------------------------------------------

_KEY = re.compile(r"^[ \t]*(?:- )*([\w./-]+)[ \t]*(?::(?=\s|$)|=)", re.MULTILINE)


def keys(source: str) -> set[str]:
    """The keys of a text, but those inside values of several lines and below noise."""
    settings_ = config.recognise(source)
    assert settings_ is not None
    found = set()
    noise = -1
    for line in settings_.lines:
        if noise >= 0 and line.sort == 0 and line.depth <= noise:
            noise = -1
        if line.sort == 0 and line.key and noise < 0:
            found.add(line.key.strip(" \t:=\"'"))
        if line.key == "managedFields:":
            noise = line.depth
    return found


def mentioned(text: str) -> set[str]:
    """Whatever in ``text`` could be a key."""
    words = set(re.findall(r"[^\s,:=⟨⟩⟦⟧\"'{}\[\]]+", text))
    return words | {match.strip(" \t\"'-") for match in re.findall(r"^([^:=\n]+)[:=]", text, re.M)}


@pytest.mark.parametrize("rung", RUNGS)
@pytest.mark.parametrize("source", SAMPLES.values(), ids=SAMPLES)
def test_every_key_stays(rung: str, source: str) -> None:
    assert not keys(source) - mentioned(shown(source, rung))


@pytest.mark.parametrize("rung", RUNGS)
@pytest.mark.parametrize("name", ["compose", "kube", "documents", "workflow"])
def test_every_key_that_a_parser_finds_stays(rung: str, name: str) -> None:
    yaml = pytest.importorskip("yaml")
    words = mentioned(shown(SAMPLES[name], rung))
    pending = list(yaml.safe_load_all(SAMPLES[name]))
    while pending:
        value = pending.pop()
        if isinstance(value, dict):
            assert {str(key) for key in value if key is not True} <= words
            pending.extend(inner for key, inner in value.items() if key != "managedFields")
        elif isinstance(value, list):
            pending.extend(value)


# --- what matters stays in every rung -------------------------------------------------

ODD = {
    "image": ("shop/web:1.25", "shop/web:1.24"),
    "replicas": ("replicas: 2", "replicas: 5"),
    "port": ("8017:80", "9443:80"),
    "inner port": (":80", ":8080"),
    "out of sequence": ("8017:80", "8061:80"),
    "taken port": ("8017", "8003"),
    "flag": ("restart: always", "restart: no"),
    "value in a list": ("LOG=info", "LOG=debug"),
    "another key": ("    replicas: 2", "    replicas: 2\n    privileged: yes"),
    "missing key": ("    replicas: 2\n", ""),
    "null": ("replicas: 2", "replicas: null"),
    "shape": ("replicas: 2", "replicas: [2, 3]"),
}


@pytest.mark.parametrize("rung", ALL)
@pytest.mark.parametrize("change", ODD.values(), ids=ODD)
def test_the_odd_one_of_many_stays(rung: str, change: tuple[str, str]) -> None:
    text = shown(compose(odd={17: change}), rung)
    whole = text.partition("\n  web17:\n")[2].split("\n  web")[0].split("\n~")[0]
    row = next((line for line in text.split("\n") if re.match(r"~[a-z] web17\b", line)), "")
    added = change[1].split("\n")[-1].strip()
    assert whole or row
    if whole:
        assert added in whole
    else:
        assert added.split(": ")[-1].strip('"').split(":")[0] in row


@pytest.mark.parametrize("rung", RUNGS)
def test_rare_states_and_images_of_many_objects_stay(rung: str) -> None:
    text = shown(KUBE, rung)
    assert "phase: CrashLoopBackOff" in text
    assert "image: shop/web:1.9" in text
    assert "port: 9000" in shown(DOCUMENTS, rung) or re.search(
        r"~[a-z]+ s11 9000", shown(DOCUMENTS, rung)
    )


COMMENTS = (
    "# yaml-language-server: x\nname: a\n# plain words about it\nport: 1\n"
    "# TODO: remove\nhost: b\n# deprecated, use port\nlisten: 2\n"
    "# WARNING: changing this breaks the cluster and all of its\n# neighbours\nid: 3\n"
    "# and so on\n\nlast: |\n  # kept, as it is text\n  text\n"
)


@pytest.mark.parametrize("rung", RUNGS)
def test_comments_go_but_those_that_warn(rung: str) -> None:
    text = shown(COMMENTS, rung)
    for stays in (
        "# yaml-language-server: x",
        "# TODO: remove",
        "# deprecated, use port",
        "# WARNING: changing",
        "# neighbours",
        "# kept, as it is text",
    ):
        assert stays in text
    assert "plain words" not in text
    assert "and so on" not in text
    assert text.startswith("[toin config: comments left out: lines 3, 12]\n")
    assert "plain words" in shown(COMMENTS, rung, "plain words")


def test_signs_within_values_are_no_comments() -> None:
    for source in (
        "a: 1\ncolor: '#fff'\nurl: http://x/#y\n",
        '[a]\nb = """\n# text\n"""\nc = 1\n',
        "a: |\n  # one\n\n  # two\nb: 1\nc: 2\n",
        "- run: |\n    # one\n  name: x\n- run: >-\n    # two\n  name: y\n",
    ):
        text = shown(source, "config.blocks_minimal")
        for line in source.split("\n"):
            assert line.strip() in text


LONG = "cmd: " + "x" * 300 + " and then it failed here " + "y" * 300 + " end-of-it\nb: 1\nc: 2\n"


@pytest.mark.parametrize("rung", RUNGS[1:])
def test_long_values_are_shortened_around_what_matters(rung: str) -> None:
    text = shown(LONG, rung)
    assert "it failed here" in text
    assert "end-of-it" in text
    assert re.search(r"…\(\d+ characters\)…", text)
    token = LONG.replace("y" * 300, "y" * 150 + " key-4711 " + "y" * 150)
    assert "key-4711" in shown(token, rung, "where is key-4711")


@pytest.mark.parametrize("rung", RUNGS[1:])
def test_long_texts_keep_their_beginning_and_end(rung: str) -> None:
    script = "".join(f"    step {at}\n" for at in range(60))
    source = f"a: 1\nb:\n  run: |\n{script}    abort on error\n{script}    the end\nc: 2\n"
    text = shown(source, rung)
    assert "step 0\n" in text
    assert "abort on error" in text
    assert "the end" in text
    assert re.search(r"… \d+ lines", text)


@pytest.mark.parametrize("rung", RUNGS[2:])
def test_long_lists_keep_the_odd_ones(rung: str) -> None:
    items = [f"  - host-{at:03d}.example.org" for at in range(200)]
    items[77] = "  - other.test"
    text = shown("a: 1\nhosts:\n" + "\n".join(items) + "\nb: 2\n", rung)
    assert "other.test" in text
    assert "host-000" in text
    assert "host-199" in text
    left = sum(int(number) for number in re.findall(r"… (\d+) items?", text))
    assert left + text.count("  - ") == 200


def test_empty_values_share_a_line() -> None:
    source = "a: 1\nspec:\n  b: null\n  c: null\n  d: null\n  e: {}\nf: 2\n"
    text = shown(source, "config.comments_folded")
    assert "   ⟨b, c, d⟩: null" in text
    assert "  e: {}" in text
    assert "⟨a, b⟩ are keys of one value" in text.split("\n")[0]


def test_noise_is_folded_below_its_key_unless_asked_for() -> None:
    text = shown(KUBE, "config.values_short")
    assert "managedFields" in text
    assert "kubelet" not in text
    assert "below managedFields left out: 120 lines" in text.split("\n")[0]
    assert "kubelet" in shown(KUBE, "config.values_short", "which manager is kubelet")
    assert "kubelet" in shown(KUBE, "config.comments_folded")


@pytest.mark.parametrize("rung", RUNGS)
def test_what_is_asked_for_stays(rung: str) -> None:
    assert re.search(r"~[a-z]+ web26 ", shown(compose(), rung, "why is web26 slow"))
    assert re.search(r"8031", shown(compose(), rung, "who listens on 8031"))


# --- blocks of one sort, for a reader who asks ----------------------------------------

TREES = [
    "oak",
    "birch",
    "elm",
    "hornbeam",
    "sycamore",
    "ash",
    "chestnut",
    "rowan",
    "willow",
    "larch",
]
GARDEN = "climate:\n  zone: 7b\n  rain: 610\nplants:\n" + "".join(
    f"  - name: {tree}\n    height: {10 + at}\n"
    + (f"    pests: [aphid, moth{at}]\n" if at % 2 else "")
    + f"    care: Cut the {tree} back in month {at + 1}, "
    + "and mind the soil around it, " * 8
    + f"then water it {at + 2} times.\n    soil:\n      ph: 6.{at}\n      depth: {at + 30}\n"
    for at, tree in enumerate(TREES)
)
BEDS = "[house]\ndoor = 1\n\n" + "".join(
    f"[bed.{tree}]\nwidth = {at + 3}\nsoil = loam of sort {at} with much of the old leaves\n"
    f"note = dug over by the neighbours in the year {1990 + at}, again since\n"
    f"[bed.{tree}.paths]\nstone = slab {at}\n\n"
    for at, tree in enumerate(TREES)
)


def written(tree: str, text: str) -> str:
    """What there is of a tree or bed: its lines, or the one that stands for them."""
    rows = text.split("\n")
    named = [at for at, row in enumerate(rows) if re.search(rf"\b{tree}\b", row)]
    at = next((at for at in named if "left out" not in rows[at]), len(rows))
    end = next((n for n in range(at + 1, len(rows)) if rows[n].lstrip()[:1] in "-~…["), len(rows))
    return "\n".join(rows[at:end])


@pytest.mark.parametrize("rung", RUNGS[1:])
@pytest.mark.parametrize(
    ("query", "tree"),
    [
        ("when to cut the sycamore", "sycamore"),
        ("what has moth3 on it?", "hornbeam"),
        ("the one that needs ph 6.4", "sycamore"),
    ],
)
def test_a_block_that_answers_stays_whole(rung: str, query: str, tree: str) -> None:
    found = written(tree, shown(GARDEN, rung, query))
    at = TREES.index(tree)
    assert "and mind the soil around it, " * 8 in found
    assert re.search(rf"\b{at + 30}$", found)
    assert (f"moth{at}" in found) == bool(at % 2)


@pytest.mark.parametrize("rung", RUNGS[2:])
def test_blocks_of_one_sort_that_answer_nothing_are_left_out_and_named(rung: str) -> None:
    text = shown(GARDEN, rung, "when to cut the sycamore")
    assert "climate:\n  zone: 7b\n  rain: 610\nplants:\n" in text
    notes = re.findall(r"^  … (\d+) items? left out: (.*)$", text, re.MULTILINE)
    assert notes
    named = [name for _, names in notes for name in names.split(", ")]
    assert len(named) == sum(int(number) for number, _ in notes)
    for tree in TREES:
        assert (tree in named) != bool(written(tree, text))


@pytest.mark.parametrize("rung", RUNGS[2:])
def test_sections_go_with_those_within_them(rung: str) -> None:
    text = shown(BEDS, rung, "how wide is the bed below the chestnut?")
    found = written("bed.chestnut", text)
    assert re.search(r"\b9\b", found)
    assert re.search(r"\b1996\b", found)
    assert re.search(r"slab 6$|chestnut.*\b6$", text, re.MULTILINE)
    assert "[house]\ndoor = 1" in text
    left = re.findall(r"^… (\d+) sections? left out: (.*)$", text, re.MULTILINE)
    named = [name for _, names in left for name in names.split(", ")]
    assert named
    for tree in named:
        assert f"bed.{tree}" not in text


@pytest.mark.parametrize("rung", RUNGS)
def test_blocks_that_stand_out_stay_whatever_is_asked(rung: str) -> None:
    for change in (
        ("    height: 17\n", "    height: 17\n    state: failed to take root\n"),
        ("    height: 17\n", "    # WARNING: its berries are not to be eaten\n    height: 17\n"),
        ("    height: 17\n", "    height: 99000\n"),
    ):
        text = shown(GARDEN.replace(*change), rung, "when to cut the sycamore")
        assert change[1].strip().split("\n")[-1].split(": ")[1] in text


def test_sections_of_different_sorts_are_not_left_out() -> None:
    source = "".join(
        f"[{name}]\n" + "".join(f"{name}_{key} = {key} of all that is {name}\n" for key in "xyzuvw")
        for name in ("door", "roof", "wall", "floor")
    )
    text = shown(source, "config.blocks_minimal", "what about the roof?")
    assert "left out" not in text.replace("comments left out", "")
    assert all(f"[{name}]" in text for name in ("door", "roof", "wall", "floor"))


def test_a_text_without_a_key_has_no_blocks() -> None:
    for source in ("first\nsecond\n", "# only a comment\n", "\n\n"):
        assert cut(source, "config.blocks_minimal", "second").items_after is not None


def test_without_a_query_every_key_stays_of_blocks_of_one_sort() -> None:
    for source in (GARDEN, BEDS):
        assert not keys(source) - mentioned(shown(source, "config.blocks_minimal"))


def test_very_long_values_are_shortened_even_where_they_answer() -> None:
    source = "a: 1\nkey: " + "x" * 9000 + " tulip-7 " + "y" * 9000 + "\nb: 2\n"
    text = shown(source, "config.values_short", "tulip-7")
    assert "tulip-7" in text
    assert len(text) < 12_000
    whole = source.replace("x" * 9000, "x" * 900).replace("y" * 9000, "y" * 900)
    assert whole.split("\n")[1] in shown(whole, "config.values_short", "tulip-7")


@settings(max_examples=200, deadline=None)
@given(TEXTS, st.sampled_from(["a b", "x y z", "k v 1 2"]))
def test_a_larger_share_keeps_what_a_smaller_one_keeps(source: str, query: str) -> None:
    parsed = content(source).parsed
    lines = (parsed or config.Settings("yaml", (), source)).lines
    rows = source.replace("\r\n", "\n").split("\n") if parsed is None else parsed.rows.rows
    if len(rows) == len(lines):
        few, half = (asked(lines, rows, share, query) for share in (0.08, 0.5))
        assert few.stay <= half.stay
        assert few.rows == half.rows
        assert few.whole == half.whole
        assert not half.stay & half.out
        assert not few.stay & few.out
        assert not asked(lines, rows, 1.0, query).out


def test_rungs_keep_less_and_less() -> None:
    source = COMMENTS + compose(60) + LONG
    cuts = [cut(source, rung) for rung in RUNGS]
    sizes = [estimate(each.text) for each in cuts]
    assert sizes == sorted(set(sizes), reverse=True)
    for more, less in pairwise(cuts):
        rows = set(more.text.split("\n"))
        extra = [row for row in less.text.split("\n")[1:] if row not in rows and "…" not in row]
        assert not extra
    after = [each.items_after for each in cuts]
    assert after == sorted(after, reverse=True)
    assert all(each.lossy and each.unit == "lines" for each in cuts)


def test_blocks_left_out_are_counted() -> None:
    text = shown(compose(), "config.blocks_minimal")
    notes = re.findall(r"… (\d+) blocks? like ~[a-z]+: (.*)", text)
    assert notes
    for number, names in notes:
        assert len(names.split(", ")) == int(number)
    written = len(re.findall(r"^(?:~[a-z]+ |  )web\d+", text, re.MULTILINE))
    assert written + sum(int(number) for number, _ in notes) == 40


def test_shares_out_of_range_are_refused() -> None:
    for bad in ({"block_share": 0.0}, {"value_share": 1.5}, {"comment_share": -0.1}):
        with pytest.raises(ValueError, match="share"):
            config.Params(**bad)


def test_passthrough_is_the_text_itself() -> None:
    source = "[toin config: as it stands]\na: 1\n"
    assert shown(source, "config.passthrough") == source


def test_runs_of_lines_are_folded_where_they_are_long() -> None:
    source = "first\n" + "the very same line\n" * 40 + "×3\n\\\nlast"
    short = shown(source, "config.lossless")
    assert config.restore(short) == source


def test_find_says_what_a_line_belongs_to() -> None:
    found = config.find(content(compose()), "8031")
    assert found[0].text == 'services:\n  web31:\n    ports:\n      - "8031:80"'
    assert 14 <= found[0].position <= 16


# --- bad input ------------------------------------------------------------------------

BAD = [
    "-" * 100_000,
    "- " * 50_000,
    "\n" * 100_000,
    " " * 100_000,
    "key: " * 20_000,
    "a: 1\n" * 20_000,
    "- a: 1\n" * 15_000,
    "- a: 1\n  b: 2\n" * 8_000,
    "".join(f"{' ' * at}a:\n" for at in range(400)),
    "".join(f"{' ' * (at % 300)}a:\n" for at in range(900)),
    "- - " * 25_000,
    "".join(f"k{at}: {at}\n" for at in range(10_000)),
    "".join(f"k{at}:\n  v: {at}\n" for at in range(6_000)),
    "# c\n" * 25_000,
    "# todo\n" * 15_000,
    "a: |\n" + "  x\n" * 30_000,
    "[s]\n" * 25_000,
    "[s]\nk = v\n" * 10_000,
    '"' * 100_000,
    "'" * 100_000,
    '"a' * 50_000,
    "a" * 100_000 + ":",
    "a:b" * 40_000,
    "=" * 100_000,
    "a = " * 25_000,
    "A=1\n" * 25_000,
    "k: null\n" * 15_000,
    "[" * 100_000,
    "a: " + "error " * 20_000,
    't = """\n' * 15_000,
    "".join(f"{' ' * (at % 50)}a{at % 7}:\n" for at in range(4_000)),
    "---\na: 1\nb:\n  c: 2\n" * 5_000,
    "".join(f"  k{at}:\n    image: x\n" for at in range(5_000)),
]


@pytest.mark.slow
@pytest.mark.parametrize("source", BAD, ids=lambda source: repr(source[:12]))
@pytest.mark.parametrize("head", ["", "a: 1\nb:\n  c: 2\n", "[s]\na = 1\nb = 2\n"])
def test_bad_input_neither_raises_nor_takes_long(source: str, head: str) -> None:
    started = time.process_time()
    source = head + source
    assert config.restore(shown(source, "config.lossless")) == source
    shown(source, "config.blocks_minimal", "word 17")
    config.find(content(source), "word 17")
    assert time.process_time() - started < 3.0
