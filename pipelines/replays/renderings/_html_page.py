"""The page around the records: navigation, scripts, styles, what stands beside the main text."""

from __future__ import annotations

from collections.abc import Sequence

from pipelines.replays.draws import Draw

_SECTIONS = ("Overview", "Entries", "Reports", "Teams", "Settings", "Archive", "Billing", "Help")
_SITES = ("Records Desk", "Atlas", "Open Catalogue", "Ledger")
_NEWS = (
    "The export of last month is ready for download.",
    "Search now finds entries by any of their words.",
    "Keyboard shortcuts work in every list.",
    "Two-step sign-in is on for all teams.",
)


def around(main: Sequence[str], draw: Draw) -> list[str]:
    """The lines of a page whose main part is ``main``."""
    site = draw.one_of(_SITES)
    build = f"{draw.below(16**7):07x}"
    sections = [_SECTIONS[at] for at in draw.shuffled(range(len(_SECTIONS)))[: draw.between(4, 8)]]
    return [
        "<!DOCTYPE html>",
        '<html lang="en">',
        "<head>",
        '<meta charset="utf-8">',
        f"<title>Entries - {site}</title>",
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f'<link rel="stylesheet" href="/static/site.{build}.css">',
        *_style(draw),
        *_script(build, draw),
        "</head>",
        '<body class="page page-list">',
        '<a class="skip-link" href="#content">Skip to content</a>',
        '<header class="site-header">',
        f'<a class="brand" href="/">{site}</a>',
        '<form action="/search" role="search"><input type="search" name="q"'
        ' placeholder="Search"><button type="submit">Go</button></form>',
        "</header>",
        '<nav class="main-nav" aria-label="Main">',
        "<ul>",
        *[f'<li><a href="/{name.lower()}">{name}</a></li>' for name in sections],
        "</ul>",
        "</nav>",
        '<main id="content">',
        *main,
        "</main>",
        '<aside class="sidebar">',
        "<h2>News</h2>",
        *[f"<p>{_NEWS[at]}</p>" for at in draw.shuffled(range(len(_NEWS)))[: draw.between(1, 3)]],
        "</aside>",
        '<footer class="site-footer">',
        f'<p>{site}, build {build}. <a href="/imprint">Imprint</a> '
        '<a href="/privacy">Privacy</a></p>',
        "</footer>",
        f'<script src="/static/site.{build}.js" defer></script>',
        "</body>",
        "</html>",
    ]


def _style(draw: Draw) -> list[str]:
    rules = [
        f".c{at}{{margin:{draw.below(24)}px;padding:{draw.below(12)}px {draw.below(12)}px}}"
        for at in range(draw.between(4, 20))
    ]
    return ["<style>", *rules, "</style>"]


def _script(build: str, draw: Draw) -> list[str]:
    return [
        "<script>",
        f'window.__build = "{build}"; window.__session = {draw.below(10**9)};',
        "(function (d) {",
        '  d.documentElement.classList.remove("no-js");',
        "  window.requestIdleCallback && requestIdleCallback(function () { track('view'); });",
        "})(document);",
        "</script>",
    ]
