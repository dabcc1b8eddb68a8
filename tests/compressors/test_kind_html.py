"""Pages: read as text, shortened rung by rung, restored where nothing may be lost."""

from __future__ import annotations

import re
import time
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compressors.detect import detect
from compressors.kinds import html
from compressors.kinds._html_reader import read_page
from compressors.kinds._html_tags import PIECES
from compressors.kinds.base import Content, Cut, Focus
from compressors.profiles import LADDERS
from compressors.tokens import estimate

LOSSY = LADDERS["html"][2:]
RUNGS = [rung.name for rung in LOSSY]
PAGES_HERE = [
    path
    for path in (
        *sorted(Path("/usr/share/doc").rglob("*.html"))[:12],
        *sorted(Path(re.__file__).parent.parent.glob("idlelib/help.html")),
    )
    if path.is_file()
]


def content(source: str) -> Content:
    return Content("html", source, html.recognise(source))


def cut(source: str, rung: str, query: str = "") -> Cut:
    params = next(profile.params for profile in LADDERS["html"] if profile.name == rung)
    return html.compress(content(source), params, Focus(query=query))


def shown(source: str, rung: str = "html.readable", query: str = "") -> str:
    return cut(source, rung, query).text


def lines(source: str) -> list[str]:
    """The blocks of a fragment as they are written, without the first line."""
    return [row for row in shown(source).split("\n")[1:] if row]


# --- what is a page -------------------------------------------------------------------

PAGES = {
    "doctype": "<!DOCTYPE html>\n<html><body><p>x</p></body></html>",
    "saved": "<!-- saved -->\n<html lang='en'>\n</html>",
    "fragment": "<div><ul><li>a</li><li>b</li></ul></div><p>c</p><p>d</p>",
    "xhtml": '<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE html>\n<html><p>x</p></html>',
    "after a comment": "<!-- part --><div><ul><li>a</li><li>b</li></ul></div><p>c</p>",
}
OTHERS = {
    "comparison": "a < b and c > d",
    "wrapper": "<returncode>0</returncode>\n<output>\nx\n</output>",
    "xml": "<?xml version='1.0'?>\n<a><b/></a>",
    "inline": "x <b>bold</b>",
    "empty": "",
    "svg": '<svg xmlns="http://www.w3.org/2000/svg"><title>a</title><style>b</style><a></a>'
    "<a></a><a></a><a></a></svg>",
    "rss": "<rss version='2.0'><channel><title>a</title><link>b</link><title>c</title>"
    "<link>d</link></channel></rss>",
    "atom": '<feed xmlns="http://www.w3.org/2005/Atom"><title>a</title><link/><link/>'
    "<title>b</title><link/><link/></feed>",
    "pom": '<project xmlns="http://maven.apache.org/POM/4.0.0"><head>a</head><link>b</link>'
    "<label>c</label></project>",
    "namespaced": "<soap:Envelope><soap:header>a</soap:header><title>b</title><p>c</p><p>d</p>"
    "<p>e</p></soap:Envelope>",
}


@pytest.mark.parametrize("source", PAGES.values(), ids=PAGES)
def test_a_page_is_recognised(source: str) -> None:
    parsed = html.recognise(source)
    assert parsed is not None
    assert html.signature(parsed) == "html"
    assert detect(source).kind == "html"


@pytest.mark.parametrize("source", OTHERS.values(), ids=OTHERS)
def test_other_texts_are_no_pages(source: str) -> None:
    assert html.recognise(source) is None


# --- reading --------------------------------------------------------------------------

READ = {
    "paragraphs": ("<p>one\n two</p><p>three", ["one two", "three"]),
    "headings": ("<h1>A</h1><h3> B <em>c</em></h3>", ["# A", "### B c"]),
    "link to itself": ('<h2>Use<a href="#use">¶</a></h2><p>x', ["## Use", "x"]),
    "list": ("<ul><li>a<li>b<ul><li>c</ul><li>d</ul>", ["- a", "- b", "  - c", "- d"]),
    "numbered": ("<ol start=4><li>a<li>b<li value=9>c</ol>", ["4. a", "5. b", "9. c"]),
    "terms": ("<dl><dt>a<dd>b<dt>c<dd>d</dl>", ["- a", "  b", "- c", "  d"]),
    "link": ('<p>See <a href="/x?a=1&amp;b=2"> the\nX </a>.', ["See [the X](/x?a=1&b=2) ."]),
    "place on the page": ('<p><a href="#top">Up</a></p>', ["Up"]),
    "script as address": ('<p><a href="javascript:go()">Go</a></p>', ["Go"]),
    "address as text": ('<p><a href="numpy/">numpy</a></p>', ["numpy/"]),
    "link around blocks": (
        '<a href="/p/1"><h3>Lamp</h3><p>Bright</p></a>',
        ["### [Lamp](/p/1)", "Bright"],
    ),
    "labelled link": ('<p><a href="/h" aria-label="Home"><svg></svg></a>', ["[Home](/h)"]),
    "table": (
        "<table><tr><th>a<th>b<tr><td>1<td>2|3<tr><td colspan=2>x</table>",
        ["a | b", "---", "1 | 2\\|3", "x"],
    ),
    "rows that reach down": (
        "<table><tr><td rowspan=3>a</td><td>b</td></tr><tr><td>c</td></tr><tr><td>d</td></tr>"
        "<tr><td>e</td><td>f</td></tr></table>",
        ["a | b", " | c", " | d", "e | f"],
    ),
    "layout table": (
        "<table><tr><td>menu<td><h2>T</h2><p>text</table>",
        ["menu", "## T", "text"],
    ),
    "table in a cell": (
        "<table><tr><td>a<td><table><tr><td>1<td>2</table></table>",
        ["a", "1 | 2"],
    ),
    "caption": ("<table><caption>C</caption><tr><td>1<td>2</table>", ["C", "1 | 2"]),
    "code block": (
        '<pre><code class="language-go"><span>if</span> x {\n\n\ty()\n}\n</code></pre>',
        ["```go", "if x {", "\ty()", "}", "```"],
    ),
    "code in a line": ("<p>Run <code>a  b</code>, then<kbd>q</kbd>", ["Run `a b`, then`q`"]),
    "power": ("<p>10<sup>6</sup> H<sub>2</sub>O", ["10^6 H_2O"]),
    "struck out": ("<p><del>$20</del> $15", ["~~$20~~ $15"]),
    "quote": ("<blockquote><p>q</blockquote><p>a", ["> q", "a"]),
    "lines": ("<p>one<br>two<br/>three", ["one", "two", "three"]),
    "neighbours": ("<p><span>Total</span><span>12</span>", ["Total 12"]),
    "part of a word": ("<p><b>T</b>otal", ["Total"]),
    "image": ('<p><img src="a.png" alt="A chart"> b', ["![A chart] b"]),
    "fields": (
        '<form><label>Name <input name=n value="Ann" required></label>'
        "<input type=checkbox name=ok checked><input type=hidden name=csrf value=t0k3n>"
        "<select name=c><option>de<option selected>fr</select>"
        "<textarea name=t>x\ny</textarea><button disabled>Send</button></form>",
        [
            'Name [input n "Ann" required] [x] ok [select c: ; de * fr] [textarea t] x y '
            "[disabled button: Send]"
        ],
    ),
    "entities": ("<p>a &lt;b&gt; &amp; &eacute; &#8364;&nbsp;5", ["a <b> & é € 5"]),
    "head": (
        "<head><title>T &amp; U</title><meta name=description content='D'>"
        "<meta http-equiv=refresh content='0; url=/new'><link rel=canonical href=/c></head><p>x",
        ["title: T & U", "description: D", "refresh: 0; url=/new", "canonical: /c", "x"],
    ),
    "linked data": (
        '<script type="application/ld+json">{"price":\n "12.50"}</script><p>x',
        ['JSON-LD: {"price": "12.50"}', "x"],
    ),
    "no script": ("<noscript><p>Turn it on</noscript><p>x", ["Turn it on", "x"]),
    "drawing": ("<p>a<svg><path d='M0'/><text>Label</text></svg>b", ["a Label b"]),
    "comments": ("<p>a<!-- not <b> this -->b", ["ab"]),
    "sections of text": ("<p><![CDATA[a <b]]></p>", ["a <b"]),
    "unclosed": ("<div><nav><a href=/x>x</a></div><p>text", ["text"]),
    "attributes with signs": ("<p title=\"a > b\">x</p><p data-x='<i>'>y", ["x", "y"]),
    "apostrophe": ("<p title=don't>x</p>", ["x"]),
    "bare sign": ("<p>1 < 2 and 3 > 2</p>", ["1 < 2 and 3 > 2"]),
    "raw end": ("<script>if (a < b) { '</p>' }</script><p>x", ["x"]),
    "time": ("<p><time datetime=2026-03-01>yesterday</time>", ["2026-03-01 yesterday"]),
    "abbreviation": ("<p><abbr title='World Wide Web'>WWW</abbr>", ["(World Wide Web) WWW"]),
    "frame": ("<iframe src=/map></iframe><p>x", ["[iframe: /map]", "x"]),
}


@pytest.mark.parametrize(("source", "expected"), READ.values(), ids=READ)
def test_a_page_is_read(source: str, expected: list[str]) -> None:
    assert lines(source) == expected


def test_what_is_not_shown_is_counted() -> None:
    source = (
        "<html><head><style>a{}</style><script>x</script><script>y</script>"
        '<script id=state type="application/json">{"a": 1}</script></head><body>'
        "<nav><a href=/1>One</a><a href=/2>Two</a></nav><!-- c --><p>Text</p>"
        "<p hidden>Later</p><p>More text of the page</p></body></html>"
    )
    assert shown(source).split("\n")[0] == (
        "[toin html: page as text; not shown: 3 scripts, 1 style sheet, 1 comment, "
        "2 navigation links, 1 hidden block; JSON in scripts: #state 8 characters]"
    )
    assert "Later" not in shown(source)


def test_a_page_that_is_all_navigation_or_all_hidden_is_shown() -> None:
    assert "[Docs](/docs)" in shown("<html><nav><ul><li><a href=/docs>Docs</a></ul></nav></html>")
    assert "Ready" in shown("<html><body style='display: none'><p>Ready</p></body></html>")


# --- what stays in every rung ---------------------------------------------------------

WORDS = re.findall(
    "[a-z]+",
    "the garden wall was built of warm grey stone and ivy grew over it in summer while birds "
    "sang along the lane that leads down to an old mill by the river where children play",
)


def prose(number: int) -> str:
    """A paragraph without numbers or loud words, different for each number."""
    turned = WORDS[number % len(WORDS) :] + WORDS[: number % len(WORDS)]
    first = f"{turned[0].capitalize()} {turned[number * 7 % 30]} {' '.join(turned[1:])}."
    return f"{first} {' '.join(reversed(turned)).capitalize()}."


def page(*needles: str, count: int = 60, before: str = "", region: str = "main") -> str:
    """A page of sections, with needles in its middle."""
    blocks = [
        (f"<h2>Part {'abcdefghij'[at // 8]}</h2>" if at % 8 == 0 else "") + f"<p>{prose(at)}</p>"
        for at in range(count)
    ]
    blocks[count // 2 + 3 : count // 2 + 3] = needles
    return (
        "<!doctype html><html><head><title>Garden</title><style>p{}</style></head><body>"
        f"<nav><a href=/a>Home</a></nav>{before}<{region}><h1>The garden</h1>"
        f"{''.join(blocks)}</{region}><footer><p>Made by hand in a shed "
        "behind the house, where we also keep the tools and the seeds for "
        "next year, in old tins, sorted by colour</p></footer></body></html>"
    )


NEEDLES = {
    "error": ("<p>Then an error occurred while saving the form.</p>", "an error occurred"),
    "in a long paragraph": (
        f"<p>{prose(1)} The request was denied by the gate. {prose(2)}</p>",
        "The request was denied by the gate.",
    ),
    "price": ("<p>The small one costs $ 12.50 now</p>", "$ 12.50"),
    "euros": (f"<p>{prose(3)} It costs 20 € a day. {prose(4)}</p>", "It costs 20 € a day."),
    "number": (f"<p>{prose(5)} Send at most 4,096 bytes. {prose(6)}</p>", "at most 4,096 bytes"),
    "percent": ("<p>About 17 % of them</p>", "17 %"),
    "alert": ('<div class="alert alert-info">Maintenance tonight</div>', "Maintenance tonight"),
    "role": ('<p role="alert">Session ended</p>', "Session ended"),
    "hidden error": (
        '<div class="field-error" style="display:none">Wrong postcode</div>',
        "Wrong postcode (hidden)",
    ),
    "deprecated": ("<p>This call is deprecated since spring.</p>", "deprecated since spring"),
    "other language": ("<p>保存时发生错误</p>", "保存时发生错误"),
    "console": (
        "<pre>step one\nstep two\nsrc/a.c:3: error: no such thing\nstep three</pre>",
        "src/a.c:3: error: no such thing",
    ),
    "cell": (
        "<table>"
        + "".join(
            f"<tr><td>node {at}</td><td>{'lost' if at == 23 else 'ready'}</td></tr>"
            for at in range(40)
        )
        + "</table>",
        "node 23 | lost",
    ),
    "number out of range": (
        "<table>"
        + "".join(
            f"<tr><td>x{at}</td><td>{98765 if at == 23 else 20 + at % 7}</td></tr>"
            for at in range(40)
        )
        + "</table>",
        "x23 | 98765",
    ),
    "item": (
        "<ul>"
        + "".join(
            f"<li>worker {at} is {'draining' if at == 23 else 'idle'}</li>" for at in range(40)
        )
        + "</ul>",
        "worker 23 is draining",
    ),
    "error in a row": (
        "<table>"
        + "".join(
            f"<tr><td>{prose(at)[:20]}</td>"
            f"<td>{'failed' if at == 9 else prose(at + 3)[:9]}</td></tr>"
            for at in range(40)
        )
        + "</table>",
        "| failed",
    ),
}


@pytest.mark.parametrize("rung", RUNGS)
@pytest.mark.parametrize(("needle", "expected"), NEEDLES.values(), ids=NEEDLES)
def test_what_matters_stays_in_every_rung(rung: str, needle: str, expected: str) -> None:
    assert expected in shown(page(needle), rung)


@pytest.mark.parametrize("rung", RUNGS)
@pytest.mark.parametrize("where", ["aside", "nav", "footer", "header"])
def test_errors_stay_wherever_they_stand(rung: str, where: str) -> None:
    needle = f"<{where}><p>Could not connect: connection refused</p></{where}>"
    assert "connection refused" in shown(page(before=needle), rung)
    assert "only $ 9" in shown(page(before=f"<{where}><p>only $ 9 today</p></{where}>"), rung)


ASKED = {
    "a word": ("<p>We keep the axolotl in a tank</p>", "axolotl", "axolotl in a tank"),
    "an attribute": ('<p data-sku="ZK-4471">Lamp</p>', "what is sku ZK-4471", "ZK-4471"),
    "a script": ("<script>var build = 'r9f3-77';</script>", "find r9f3-77", "build = 'r9f3-77'"),
    "a hidden field": (
        '<input type=hidden name=csrf_token value="abc">',
        "csrf_token",
        'name=csrf_token value="abc"',
    ),
    "a hidden part": ("<p hidden>The wombat sleeps</p>", "wombat", "The wombat sleeps (hidden)"),
    "a heading": ("<h2>Quokka feeding</h2>", "quokka", "## Quokka feeding"),
}


@pytest.mark.parametrize("rung", RUNGS)
@pytest.mark.parametrize(("needle", "query", "expected"), ASKED.values(), ids=ASKED)
def test_what_is_asked_for_stays_in_every_rung(
    rung: str, needle: str, query: str, expected: str
) -> None:
    assert expected in shown(page(needle), rung, query)


BERRIES = ["sloe", "medlar", "quince", "damson", "bilberry", "rowan"]


def plants(layout: str, number: int = 30) -> str:
    """A page of plants: each a section with terms and what is said of them, or with a list."""
    parts = []
    for at in range(number):
        name = f"{BERRIES[at % 6].title()} {at}"
        said = [
            ("soil", prose(at)),
            ("shade", prose(at + 40)),
            ("pruning", f"{prose(at + 80)} by the {BERRIES[at % 6]} gate"),
        ]
        if layout == "terms":
            pairs = "".join(f"<dt>{term}</dt><dd>{text}</dd>" for term, text in said)
            parts.append(f"<section><h2>{name}</h2><dl>{pairs}</dl></section>")
        else:
            items = "".join(f"<li><b>{term}:</b> {text}</li>" for term, text in said)
            parts.append(f"<article><h3>{name}</h3><ul>{items}</ul></article>")
    return f"<!DOCTYPE html><body><main><h1>Plants</h1>{''.join(parts)}</main></body>"


@pytest.mark.parametrize("rung", RUNGS)
@pytest.mark.parametrize("layout", ["terms", "lists"])
def test_a_section_that_is_asked_for_stays_whole(rung: str, layout: str) -> None:
    text = shown(plants(layout), rung, "Which soil does Medlar 13 like?")
    at = text.index("Medlar 13")
    section = text[at : text.index("Quince 14", at) if "Quince 14" in text else len(text)]
    for said in (prose(13), prose(53), prose(93)):
        assert said in section


@pytest.mark.parametrize("rung", RUNGS)
def test_no_term_stands_without_what_is_said_of_it(rung: str) -> None:
    rows = shown(plants("terms"), rung).split("\n")
    for at, row in enumerate(rows):
        if row.startswith("- "):
            assert rows[at + 1].startswith("  ")
        if row.startswith("  "):
            assert rows[at - 1].startswith("- ")


@pytest.mark.parametrize("rung", RUNGS)
def test_a_row_that_is_asked_for_stays_under_its_header(rung: str) -> None:
    rows = "".join(f"<tr><td>lamp {at}</td><td>{prose(at)}</td></tr>" for at in range(60))
    source = f"<h2>Stock</h2><table><tr><th>Name</th><th>About</th></tr>{rows}</table>"
    text = shown(page(source), rung, "what is lamp 37 about")
    assert f"lamp 37 | {prose(37)}" in text
    assert text.index("## Stock") < text.index("Name | About") < text.index("lamp 37")


def test_numbers_tell_nothing_where_all_sentences_have_some() -> None:
    said = [f"<p>{prose(at)} It holds {at + 3} litres. {prose(at + 50)}</p>" for at in range(60)]
    text = shown(page("".join(said)), "html.blocks_few")
    assert len(re.findall(r"It holds \d+ litres", text)) < 30


def test_attributes_and_hidden_parts_are_not_shown_unasked() -> None:
    text = shown(page('<p data-sku="ZK-4471" hidden>Lamp</p>', "<input type=hidden value=v1>"))
    assert "ZK-4471" not in text
    assert "Lamp" not in text
    assert "1 hidden field, 1 hidden block" in text


def test_rungs_keep_less_and_less() -> None:
    source = page(*(needle for needle, _ in NEEDLES.values()))
    cuts = [cut(source, rung) for rung in RUNGS]
    sizes = [estimate(each.text) for each in cuts]
    assert sizes == sorted(set(sizes), reverse=True)
    assert sizes[-1] < 0.5 * sizes[0]
    for more, less in pairwise(cuts):
        kept = set(more.text.split("\n"))
        for row in less.text.split("\n")[1:]:
            # A block of the milder text stands in the other whole, in part or not at all.
            if not row.startswith("… ") and "…" not in row:
                assert row in kept
    assert all(each.lossy and each.unit == "blocks" for each in cuts)
    after = [each.items_after for each in cuts]
    assert after == sorted(after, reverse=True)
    assert all(each.items_before == cuts[0].items_before for each in cuts)


def test_a_gap_says_how_much_is_missing() -> None:
    text = shown(page(), "html.blocks_minimal")
    notes = re.findall(r"^… (\d+) blocks?, ([\d,]+) characters$", text, re.MULTILINE)
    left = sum(int(number) for number, _ in notes)
    whole = read_page(page()).blocks
    main = [block for block in whole if block.region == "main"]
    written = sum(block.lead + block.text in text for block in main)
    assert left + written == len(main)


def test_headings_stand_above_what_stays() -> None:
    text = shown(page(NEEDLES["number"][0]), "html.blocks_minimal")
    before = text[: text.index("4,096")]
    assert before.rstrip().split("\n\n")[-1].startswith("## Part ") or "## Part e" in before


def test_main_leaves_out_what_stands_beside_it() -> None:
    source = page(before="<aside><p>Read our other pages too</p></aside>")
    assert "Read our other pages too" in shown(source, "html.readable")
    text = shown(source, "html.main")
    assert "Read our other pages too" not in text
    assert "blocks beside the main text" in text.split("\n")[0]


def test_a_share_may_only_be_one() -> None:
    for bad in ({"block_share": 0.0}, {"block_share": 1.5}, {"aside_share": -0.1}):
        with pytest.raises(ValueError, match="share"):
            html.Params(**bad)


# --- lossless -------------------------------------------------------------------------

TAGS = st.sampled_from(
    [
        '<td class="px-4 py-2 text-sm">',
        "</td>",
        '</td>\n      <td class="px-4 py-2 text-sm">',
        "<~a>",
        "<~",
        "~a=<b>",
        "[toin html: as it stands]",
        '[toin html: "<~a>" is the markup that "~a=" says]',
        "\\n",
        "\\",
        "\n",
        "\r\n",
        "",
        "<p>",
        "text",
        "\x00",
        "\ud800",
        "\x85",
        "\u2028",
        "<!--",
        "-->",
        "<script>",
        '<a href="',
        "&#99999999999;",
        "&#x41;",
    ]
)
SOURCES = st.lists(st.one_of(TAGS, st.text(max_size=6)), max_size=60).map("".join)


@settings(max_examples=300, deadline=None)
@given(st.builds(lambda text, times: text * times, SOURCES, st.integers(1, 9)))
def test_lossless_comes_back_to_the_character(source: str) -> None:
    done = cut(source, "html.lossless")
    assert html.restore(done.text) == source
    assert not done.lossy
    again = cut(done.text, "html.lossless")
    assert html.restore(again.text) == done.text


@settings(max_examples=200, deadline=None)
@given(SOURCES, st.text(max_size=20), st.sampled_from(RUNGS))
def test_any_text_is_read_searched_and_never_raises(source: str, query: str, rung: str) -> None:
    assert shown(source, rung, query) == shown(source, rung, query)
    assert "".join(PIECES.split(source)[0::3]) is not None
    for passage in html.find(content(source), query):
        assert 0 <= passage.position <= 19
    assert html.restore(source) is not None


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text(max_size=8), max_size=12))
def test_text_survives_reading(words: list[str]) -> None:
    clean = [re.sub(r"[<&\x00]", "", word) for word in words]
    text = shown("".join(f"<p>{word}</p>" for word in clean) + "<p>end</p>")
    for word in clean:
        assert " ".join(word.split()) in text


def test_recurring_markup_is_written_once() -> None:
    row = '<tr class="border-b hover:bg-gray-50"><td class="px-4 py-2">{}</td></tr>\n'
    source = "<html><body><table>\n" + "".join(row.format(at) for at in range(50)) + "</table>"
    short = cut(source, "html.lossless").text
    assert short.count("hover:bg-gray-50") == 2
    assert estimate(short) < 0.6 * estimate(source)
    assert html.restore(short) == source


def test_passthrough_is_the_text_itself() -> None:
    source = "[toin html: as it stands]\n<p>x"
    assert cut(source, "html.passthrough").text == source


@pytest.mark.parametrize("path", PAGES_HERE, ids=lambda path: path.name)
def test_pages_of_this_machine(path: Path) -> None:
    source = path.read_text(encoding="utf-8", errors="surrogateescape")
    if html.recognise(source) is None:
        pytest.skip("not a page by its start")
    assert html.restore(cut(source, "html.lossless").text) == source
    sizes = [estimate(shown(source, rung)) for rung in RUNGS]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] < estimate(source)


# --- finding, bad input ---------------------------------------------------------------


def test_find_gives_blocks_with_their_positions() -> None:
    source = page("<p>The axolotl lives in a tank.</p>")
    found = html.find(content(source), "axolotl")
    assert found[0].text == "The axolotl lives in a tank."
    assert 9 <= found[0].position <= 12


def test_find_looks_into_the_markup_where_no_text_answers() -> None:
    source = "<html>\n<p>x</p>\n<script>var zebra = 1;</script>\n</html>"
    assert "zebra" in html.find(content(source), "zebra")[0].text


BAD = [
    "-" * 100_000,
    "\n" * 100_000,
    "<a>" * 30_000,
    "<a " * 40_000,
    '<a b="' * 20_000,
    "<a b='\"" * 20_000,
    "<" * 100_000,
    "<!--" * 25_000,
    "<!" * 50_000,
    "<script>" * 20_000,
    "<title>" * 20_000,
    "</p>" * 30_000,
    "<table><tr><td>" * 7_000,
    "<table>" * 20_000,
    "<tr><th>x" * 15_000,
    "<td rowspan=1000 colspan=1000>" * 4_000,
    "<ul><li>" * 15_000,
    "<b><i>" * 20_000,
    "<li>x" * 25_000,
    "<h1>" * 30_000,
    "<h2>x</h2>" * 12_000,
    "<div class=alert>" * 8_000,
    "<span hidden>" * 9_000,
    "<svg>" * 20_000,
    "<pre>" * 20_000,
    "<a href=x>" * 12_000,
    "<option>x" * 12_000,
    "&amp;" * 25_000,
    "&#" + "9" * 100_000,
    "<p>" + "1. " * 40_000,
    "<p>" + "error " * 20_000,
    "<p " + "= " * 50_000,
    "<p>" + "a=" * 50_000 + ">",
    "<section>" + "<div>" * 500 + "</section>" * 10_000,
    "<h2>x</h2><p>y</p>" * 6_000,
    "<table>" + "<tr><td>1<td>abc" * 6_000,
]


@pytest.mark.slow
@pytest.mark.parametrize("source", BAD, ids=lambda source: repr(source[:12]))
def test_bad_input_neither_raises_nor_takes_long(source: str) -> None:
    started = time.process_time()
    assert html.restore(cut(source, "html.lossless").text) == source
    for rung in ("html.readable", "html.blocks_minimal"):
        shown("<html>" + source, rung, "word 17")
    html.find(content(source), "word 17")
    assert time.process_time() - started < 3.0
