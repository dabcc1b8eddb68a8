"""The book: the contract's example loads; anything else is refused whole, with its place."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from publication_texts import (
    BARE,
    CERTIFICATE,
    DEFAULT,
    ENGINE,
    EXAMPLE,
    EXPERIMENT,
    HEAD,
    PEPPER_ID,
    ROW,
    STRUCTURE,
    certificate,
    row,
    sealed,
)

from compressors.book import (
    BUILT_IN,
    Book,
    Slice,
    default_recommendations,
    experiment,
    parse_book,
    publication_id,
    read_book,
)
from compressors.errors import PublicationRefused
from compressors.pepper import PUBLIC_PEPPER
from compressors.profiles import BUILT_IN_DEFAULT, LADDERS, profile


def read(content: bytes, *, engine: str = ENGINE, pepper_id: str = PEPPER_ID) -> Book:
    return parse_book(content, source="r.toml", pepper_id=pepper_id, engine=engine)


def refusal(content: bytes) -> PublicationRefused:
    with pytest.raises(PublicationRefused) as caught:
        read(content)
    return caught.value


def test_the_example_of_the_contract_loads(tmp_path: Path) -> None:
    path = tmp_path / "recommendations.toml"
    path.write_bytes(sealed(EXAMPLE))

    book = read_book(path, pepper_id=PEPPER_ID, engine=ENGINE)

    assert book.certified
    assert book.source == str(path)
    assert book.control_share == 10
    assert book.engines == (f"sha256:{ENGINE}",)
    assert book.publication is not None
    assert book.id == book.publication.id[len("sha256:") :][:16]
    assert book.publication.watermark is not None
    assert book.publication.epsilon["truthfulqa"] == 0.02
    assert book.default("json") == profile("json", "json.rows_half")
    assert book.default("log") == BUILT_IN_DEFAULT["log"]
    assert [c.n for c in book.certificates] == [761] * 3
    found = book.row("payg", "claude-sonnet-4", STRUCTURE)
    assert found is not None
    assert found.profile.name == "json.rows_few"
    assert found.profile.params.preserve_fields == ("a" * 16, "b" * 16)
    assert found.canary is not None
    assert (found.canary.profile.name, found.canary.experiment, found.canary.share) == (
        "json.rows_minimal",
        EXPERIMENT,
        50,
    )
    assert (found.confidence, found.observations, found.skip) == (0.9731, 4120, False)
    assert found.reason == "certified"
    assert book.row("oauth", "claude-sonnet-4", STRUCTURE) is None


def test_a_publication_without_rows_fits_every_pepper() -> None:
    assert read(sealed(BARE), pepper_id="00000000").rows == {}


def test_the_built_in_book_is_lossless_and_has_no_publication() -> None:
    assert BUILT_IN.id is None
    assert all(BUILT_IN.default(kind).name == f"{kind}.lossless" for kind in LADDERS)
    assert BUILT_IN.control_share == 0


def test_nothing_in_a_book_can_be_changed() -> None:
    book = read(sealed(EXAMPLE))
    with pytest.raises(TypeError):
        book.rows[Slice("payg", "other", STRUCTURE)] = book.rows[next(iter(book.rows))]  # type: ignore[index]
    with pytest.raises(AttributeError):
        book.fits = False  # type: ignore[misc]


@pytest.mark.parametrize(
    ("engine", "certified"),
    [
        (ENGINE, True),
        (f"sha256:{ENGINE}", True),
        (ENGINE[:16], True),
        ("f" * 64, False),
        ("", False),
    ],
)
def test_another_engine_is_told(engine: str, certified: bool) -> None:
    assert read(sealed(EXAMPLE), engine=engine).certified is certified


def test_one_of_several_certified_engines_is_enough() -> None:
    text = BARE.replace("engine = [", f'engine = ["sha256:{"f" * 64}", ')
    assert read(sealed(text)).certified


@pytest.mark.parametrize("status", ["demonstration", "development", None])
@pytest.mark.parametrize("profile", ["json.rows_half", "json.rows_few", "json.rows_minimal"])
def test_the_weakest_certificate_that_something_lossy_rests_on_counts(
    profile: str, status: str | None
) -> None:
    """Default, row and canary alike: one of them without a full certificate is enough."""
    weaker = certificate(profile, status=status) if status else ""
    book = read(sealed(EXAMPLE.replace(certificate(profile), weaker)))
    assert (book.standing, book.certified, book.fits) == (status or "none", False, True)


def test_what_nothing_lossy_rests_on_does_not_count() -> None:
    beside = certificate("json.lossless", status="development")
    assert read(sealed(EXAMPLE.replace(DEFAULT, beside + DEFAULT))).certified


def test_one_data_set_without_a_full_certificate_is_enough() -> None:
    second = certificate("json.rows_few", status="development", dataset="bfcl")
    assert read(sealed(EXAMPLE.replace(DEFAULT, second + DEFAULT))).standing == "development"


def edit(old: str, new: str) -> Callable[[], bytes]:
    assert old in EXAMPLE, old
    return lambda: sealed(EXAMPLE.replace(old, new, 1))


def line_of(text: str, *, nth: int = 1) -> int:
    """The line of the example on which ``text`` stands for the nth time."""
    lines = [n for n, line in enumerate(EXAMPLE.splitlines(), 1) if line.startswith(text)]
    return lines[nth - 1]


REFUSED: list[tuple[str, Callable[[], bytes], str, str]] = [
    # what, content, where, reason
    ("empty", lambda: b"", "r.toml", "empty"),
    ("blank", lambda: b" \n\n", "r.toml", "empty"),
    ("no text", lambda: b"schema = 1\n\xff\n", "r.toml, line 2", "not UTF-8"),
    ("no TOML", lambda: b"schema = 1\nhello\n\n\n[x]\n", "r.toml, line 2", "no TOML"),
    ("nested too deeply", lambda: b"a = " + b"[" * 100_000, "r.toml", "no TOML"),
    ("a huge number", lambda: b"a = " + b"1" * 5000, "r.toml", "no TOML"),
    ("a table twice", edit("[[certificate]]", "[publication]\n[[certificate]]"), "r.toml", "TOML"),
    ("a list instead of TOML", lambda: b"[1, 2]", "r.toml, line 1", "no TOML"),
    ("schema of tomorrow", edit("schema = 1", "schema = 2"), "line 1, field schema", "is 2"),
    ("schema true", edit("schema = 1", "schema = true"), "line 1, field schema", "True"),
    ("no schema", edit("schema = 1\n", ""), "r.toml, field schema", "is missing"),
    ("unknown table", edit("[[default]]", "[[defaults]]"), "field defaults", "no field"),
    (
        "unknown key",
        edit("harms = 0", "harms = 0\nbest = 1"),
        f"line {line_of('harms') + 1}, [[certificate]] row 1, field best",
        "no field of the schema",
    ),
    (
        "unknown key of the head",
        edit("delta = 0.05", "delta = 0.05\nauthor = 'x'"),
        f"line {line_of('delta') + 1}, [publication], field author",
        "no field of the schema",
    ),
    (
        "unknown key of a row's evidence",
        edit("instances = 17", "instances = 17\nfeeling = 1"),
        f"line {line_of('instances') + 1}, [[recommendation]] row 1, field evidence.feeling",
        "no field of the schema",
    ),
    (
        "missing key",
        edit("observations = 4120\n", ""),
        f"line {line_of('[[recommendation]]')}, [[recommendation]] row 1, field observations",
        "is missing",
    ),
    ("no head", lambda: b"schema = 1\n", "field publication", "is missing"),
    ("head of another type", lambda: b"schema = 1\npublication = 3\n", "line 2", "is 3"),
    ("row that is no table",
     lambda: sealed(BARE).replace(b"schema = 1", b"schema = 1\ndefault = 1"),
     "line 2, field default", "is 1"),
    ("text for a number", edit("n = 761", 'n = "761"'), "row 1, field n", "is '761', expected"),
    ("half a count", edit("n = 761", "n = 761.5"), "[[certificate]] row 1, field n", "761.5"),
    ("a negative count", edit("observations = 4120", "observations = -1"), "field observations",
     "is -1, expected a number >= 0"),
    (
        "confidence over one",
        edit("confidence = 0.9731", "confidence = 1.5"),
        f"line {line_of('confidence')}, [[recommendation]] row 1, field confidence",
        "is 1.5, expected a number <= 1",
    ),
    ("confidence not a number",
     edit("confidence = 0.9731", "confidence = nan"), "confidence", "nan"),
    ("delta of one", edit("delta = 0.05", "delta = 1.0"), "field delta", "is 1.0"),
    ("epsilon of seven", edit("gsm8k = 0.01", "gsm8k = 7.0"),
     f"line {line_of('epsilon')}, [publication], field epsilon", "expected a number < 1"),
    ("epsilon for other sets",
     edit("bfcl = 0.01", "bfcl2 = 0.01"), "field datasets", "other data sets"),
    ("control over a thousand", edit("control_share = 10", "control_share = 1001"), "control_share",
     "is 1001"),
    ("no engine", edit(f'engine = ["sha256:{ENGINE}"]', "engine = []"), "field engine", "is []"),
    ("engine no digest", edit(f'"sha256:{ENGINE}"', '"mine"'), "field engine",
     "expected sha256: and 64 hex digits"),
    ("unknown auth mode", edit('"payg"', '"free"'), "row 1, field auth_mode", "closed set"),
    ("free text as family",
     edit('"claude-sonnet-4"', '"john smith"'), "field model_family", "john"),
    ("a model as family", edit('"claude-sonnet-4"', '"claude-sonnet-4-5"'), "field model_family",
     "no model family"),
    ("no hash", edit(STRUCTURE, STRUCTURE[:-1]), "field structure_hash", "expected 24 hex digits"),
    ("hash and newline", edit(f'"{STRUCTURE}"', f'"{STRUCTURE}\\n"'), "structure_hash", "24 hex"),
    ("upper case hash", edit(STRUCTURE, STRUCTURE.upper()), "structure_hash", "24 hex"),
    (
        "unknown profile",
        edit('strategy_hint = "json.rows_few"', 'strategy_hint = "json.rows_5"'),
        f"line {line_of('strategy_hint')}, [[recommendation]] row 1, field strategy_hint",
        "'json.rows_5' is no profile",
    ),
    ("unknown default", edit('"json.rows_half"', '"json.best"'), "[[default]] row 1, field profile",
     "no profile"),
    ("default of another kind", edit('"json.rows_half"\n[default.params]\nrow_share = 0.5',
     '"log.lossless"'), "[[default]] row 1, field profile", "no profile for json"),
    ("certificate of another kind", edit('profile = "json.rows_few"', 'profile = "log.lines_few"'),
     "[[certificate]] row 1, field profile", "no profile for json"),
    ("two defaults of a kind", lambda: sealed(EXAMPLE.replace(DEFAULT, DEFAULT * 2)),
     "[[default]] row 2, field kind", "already"),
    ("two rows of a slice", lambda: sealed(EXAMPLE + ROW), "[[recommendation]] row 2", "already"),
    (
        "keeps less than it says",
        edit("row_share = 0.2", "row_share = 0.1"),
        f"line {line_of('row_share', nth=2)}, [[recommendation]] row 1, field params.row_share",
        "expected a share from 0.2 to 1",
    ),
    ("share over one", edit("row_share = 0.2", "row_share = 1.2"), "params.row_share", "to 1"),
    ("share not a number", edit("row_share = 0.2", "row_share = nan"), "params.row_share", "nan"),
    ("share true", edit("row_share = 0.2", "row_share = true"), "params.row_share", "number"),
    ("other kind's parameter", edit("row_share = 0.2", "line_share = 0.5"), "params.line_share",
     "no such parameter"),
    ("flag as parameter", edit("row_share = 0.2", "passthrough = true"), "params.passthrough",
     "no such parameter"),
    ("plain field name", edit('"aaaaaaaaaaaaaaaa"', '"email"'), "params.preserve_fields", "keyed"),
    ("skip, but compress", edit("skip_compression_recommended = false",
     "skip_compression_recommended = true"), "skip_compression_recommended", "not agree"),
    ("canary of another kind", edit('profile = "json.rows_minimal"', 'profile = "log.lines_few"'),
     "[[recommendation]] row 1, field canary.profile", "no neighbour"),
    ("canary of itself", edit('profile = "json.rows_minimal"', 'profile = "json.rows_few"'),
     "field canary.profile", "no neighbour"),
    ("canary that is unknown", edit('profile = "json.rows_minimal"', 'profile = "json.x"'),
     "field canary.profile", "no profile"),
    ("canary for nobody", edit("share = 50", "share = 0"), "field canary.share", "is 0"),
    ("unknown reason", edit('reason = "certified"', 'reason = "luck"'), "evidence.reason", "luck"),
    ("interval upside down", edit("[0.412, 0.455]", "[0.455, 0.412]"), "evidence.net_savings",
     "lower bound first"),
    ("interval of one", edit("[0.004, 0.012]", "[0.004]"), "evidence.regret", "is [0.004]"),
    ("regret below nothing", edit("[0.004, 0.012]", "[-0.1, 0.012]"), "evidence.regret", "-0.1"),
    ("more harms than replays", edit("harms = 0", "harms = 762"), "field harms", "762 of 761"),
    ("certificate on nothing", edit('dataset = "gsm8k"', 'dataset = "squad"'), "field dataset",
     "not among"),
    ("unknown status", edit('status = "certified"', 'status = "fine"'), "field status", "fine"),
    ("no watermark", edit("watermark = 2026-11-20T23:59:59Z\n", ""), "field watermark", "missing"),
    ("no pepper", edit(f'pepper_id = "{PEPPER_ID}"\n', ""), "field pepper_id", "missing"),
    ("a day as watermark", edit("2026-11-20T23:59:59Z", "2026-11-20"), "watermark", "expected"),
    ("no zone", edit("23:59:59Z", "23:59:59"), "field watermark", "no time zone"),
    ("no demonstration",
     edit("delta =", "demonstration = false\ndelta ="), "demonstration", "false"),
    ("public, unmarked", edit(PEPPER_ID, PUBLIC_PEPPER.id), "field demonstration", "public one"),
    ("no rows, but a pepper", lambda: sealed(BARE + f'pepper_id = "{PEPPER_ID}"\n'), "pepper_id",
     "with rows"),
    ("no rows, but a control", lambda: sealed(BARE.replace("share = 0", "share = 1")),
     "control_share", "expected 0"),
    (
        "another pepper",
        edit(PEPPER_ID, "deadbeef"),
        f"line {line_of('pepper_id')}, [publication], field pepper_id",
        "pepper deadbeef, but this home has 1f3a9c02",
    ),
    (
        "edited by hand",
        lambda: sealed(EXAMPLE).replace(b"observations = 4120", b"observations = 4121"),
        f"line {line_of('id = ')}, [publication], field id",
        "edited or cut off",
    ),
    ("a comment added", lambda: sealed(EXAMPLE) + b"# mine\n", "field id", "edited"),
    ("newlines of another system", lambda: sealed(EXAMPLE).replace(b"\n", b"\r\n"), "field id",
     "edited"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "where", "reason"), [r[1:] for r in REFUSED], ids=[r[0] for r in REFUSED]
)
def test_a_file_that_is_not_as_the_schema_says_is_refused_with_its_place(
    content: Callable[[], bytes], where: str, reason: str
) -> None:
    refused = refusal(content())

    assert where in refused.where
    assert refused.where.startswith("r.toml")
    assert reason in refused.reason
    assert "\n" not in str(refused)
    assert "publish" in refused.reason, "the message says what to do next"


def test_the_second_of_many_rows_is_named_with_its_own_line() -> None:
    broken = row("f" * 24, "json.rows_half").replace("confidence = 0.99", "confidence = 9")
    text = HEAD + CERTIFICATE + ROW + broken

    refused = refusal(sealed(text))

    line = next(n for n, t in enumerate(text.splitlines(), 1) if t == "confidence = 9")
    assert refused.where == f"r.toml, line {line}, [[recommendation]] row 2, field confidence"


@pytest.mark.slow
def test_a_file_is_refused_wherever_it_is_cut_off() -> None:
    content = sealed(EXAMPLE)
    for length in range(len(content)):
        if content[length:].strip():
            assert refusal(content[:length]).reason


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_changed_byte_passes(data: st.DataObject) -> None:
    content = bytearray(sealed(EXAMPLE))
    place = data.draw(st.integers(0, len(content) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda b: b != content[place]))
    content[place] = byte
    refusal(bytes(content))


@given(st.binary(max_size=200))
def test_no_bytes_do_anything_but_be_refused(content: bytes) -> None:
    refusal(content)


@pytest.mark.parametrize(("name", "reason"), [("none.toml", "no such file"), (".", "is a folder")])
def test_what_cannot_be_read_is_refused(tmp_path: Path, name: str, reason: str) -> None:
    with pytest.raises(PublicationRefused, match=reason) as caught:
        read_book(tmp_path / name, pepper_id=PEPPER_ID, engine=ENGINE)
    assert caught.value.where == str(tmp_path / name)


def test_a_file_too_large_to_be_one_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "r.toml"
    with path.open("wb") as file:
        file.truncate(65 * 1024 * 1024)
    with pytest.raises(PublicationRefused, match="larger"):
        read_book(path, pepper_id=PEPPER_ID, engine=ENGINE)


def test_the_id_is_of_everything_but_its_own_line() -> None:
    content = EXAMPLE.encode()
    assert publication_id(content) == publication_id(sealed(EXAMPLE))
    assert publication_id(content) != publication_id(content + b"\n")
    other = EXAMPLE.replace("[[certificate]]\n", '[[certificate]]\nid = "x"\n').encode()
    assert publication_id(content) != publication_id(other)
    before = [b'id = "%d"\n[publication]\nid = "x"\n' % n for n in (1, 2)]
    assert publication_id(before[0]) != publication_id(before[1])


def test_an_experiment_is_of_slice_profiles_and_engine_alone() -> None:
    where = Slice("payg", "gpt-5", STRUCTURE)
    few, half = LADDERS["json"][4], LADDERS["json"][3]
    ids = {
        experiment(where, few, engine=ENGINE),
        experiment(where, few, half, engine=ENGINE),
        experiment(where, half, few, engine=ENGINE),
        experiment(where, few, engine="f" * 64),
        experiment(where._replace(auth_mode="oauth"), few, engine=ENGINE),
    }
    assert len(ids) == 5
    assert all(len(each) == 16 for each in ids)
    assert experiment(where, few, engine=ENGINE) in ids


def test_the_defaults_that_the_checkout_ships_load() -> None:
    path = default_recommendations()
    if path is None:
        pytest.skip("no defaults are published in this checkout yet")
    book = read_book(path, pepper_id=PEPPER_ID, engine=ENGINE)
    assert not book.rows
