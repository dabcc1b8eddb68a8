"""What else changes in a repository: locks, pipelines, renames, sources, pictures."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pipelines.replays.draws import Draw
from pipelines.replays.renderings._diff_files import some_hex

_PACKAGES = ("left-pad", "qs", "semver", "undici", "ajv", "postcss", "esbuild", "zod", "vite", "ws")
_MODULES = ("loader", "render", "index", "cache", "paths", "feeds", "assets", "export")
_VERBS = ("collect", "merge", "prune", "resolve", "render", "publish")
_NOUNS = ("pages", "feeds", "links", "tags", "assets", "drafts")


def others(count: int, draw: Draw) -> list[tuple[str, list[str]]]:
    """Of ``count`` other files path and rows; those of one path change once."""
    made = [draw.one_of(_SORTS)(draw) for _ in range(count)]
    return list({path: (path, rows) for path, rows in made}.values())


def _head(path: str, draw: Draw) -> list[str]:
    return [
        f"diff --git a/{path} b/{path}",
        f"index {some_hex(10, draw)}..{some_hex(10, draw)} 100644",
        f"--- a/{path}",
        f"+++ b/{path}",
    ]


def _hunk(at: int, rows: Sequence[str], heading: str = "") -> list[str]:
    old = sum(row[0] != "+" for row in rows)
    new = sum(row[0] != "-" for row in rows)
    return [f"@@ -{at},{old} +{at},{new} @@{heading}", *rows]


def _lock(draw: Draw) -> tuple[str, list[str]]:
    rows = _head("package-lock.json", draw)
    at = draw.between(20, 400)
    for place in sorted(draw.shuffled(range(len(_PACKAGES)))[: draw.between(2, 6)]):
        name = _PACKAGES[place]
        before, after = draw.between(1, 8), draw.between(9, 20)
        address = f"https://registry.npmjs.org/{name}/-/{name}-3.1"
        rows += _hunk(
            at,
            [
                f'     "node_modules/{name}": {{',
                f'-      "version": "3.1.{before}",',
                f'-      "resolved": "{address}.{before}.tgz",',
                f'-      "integrity": "sha512-{some_hex(40, draw)}==",',
                f'+      "version": "3.1.{after}",',
                f'+      "resolved": "{address}.{after}.tgz",',
                f'+      "integrity": "sha512-{some_hex(40, draw)}==",',
                '       "license": "MIT",',
                '       "engines": {',
                f'         "node": ">={draw.one_of((16, 18, 20))}"',
            ],
            ' "packages": {',
        )
        at += draw.between(30, 300)
    return "package-lock.json", rows


def _pipeline(draw: Draw) -> tuple[str, list[str]]:
    path = f".github/workflows/{draw.one_of(('check', 'deploy', 'nightly'))}.yml"
    before = draw.between(3, 5)
    rows = [
        "     runs-on: ubuntu-latest",
        "     steps:",
        f"-      - uses: actions/checkout@v{before}",
        f"-      - uses: actions/setup-node@v{before}",
        f"+      - uses: actions/checkout@v{before + 1}",
        f"+      - uses: actions/setup-node@v{before + 1}",
        "         with:",
        f"-          node-version: {draw.one_of((16, 18))}",
        f"+          node-version: {draw.one_of((20, 22))}",
        "       - run: npm ci",
        "       - run: npm run check",
    ]
    return path, [*_head(path, draw), *_hunk(draw.between(8, 40), rows, " jobs:")]


def _renamed(draw: Draw) -> tuple[str, list[str]]:
    name = f"{draw.one_of(_MODULES)}-{draw.one_of(_NOUNS)}.md"
    old, new = f"docs/{name}", f"docs/guides/{name}"
    return new, [
        f"diff --git a/{old} b/{new}",
        "similarity index 100%",
        f"rename from {old}",
        f"rename to {new}",
    ]


def _picture(draw: Draw) -> tuple[str, list[str]]:
    path = f"public/images/{draw.one_of(_NOUNS)}-{draw.below(90)}.png"
    return path, [
        f"diff --git a/{path} b/{path}",
        f"index {some_hex(10, draw)}..{some_hex(10, draw)} 100644",
        f"Binary files a/{path} and b/{path} differ",
    ]


def _source(draw: Draw) -> tuple[str, list[str]]:
    path = f"src/{draw.one_of(_MODULES)}/{draw.one_of(_NOUNS)}.ts"
    verb, noun = draw.one_of(_VERBS), draw.one_of(_NOUNS)
    limit = draw.between(10, 90)
    rows = [
        f"   const {noun} = await store.list(folder);",
        "   const seen = new Set<string>();",
        f"-  for (const one of {noun}) {{",
        f"+  for (const one of {noun}.slice(0, {limit})) {{",
        "     if (seen.has(one.key)) {",
        f'-      throw new Error("{noun} are listed twice");',
        f'+      log.warn("{noun} are listed twice", one.key);',
        "+      continue;",
        "     }",
        "     seen.add(one.key);",
        f"     await {verb}One(one);",
    ]
    heading = f" export async function {verb}{noun.capitalize()}(folder: string) {{"
    return path, [*_head(path, draw), *_hunk(draw.between(12, 300), rows, heading)]


def _readme(draw: Draw) -> tuple[str, list[str]]:
    minutes = draw.between(2, 9)
    rows = [
        " ## Building",
        " ",
        f"-A full build takes about {minutes + 3} minutes.",
        f"+A full build takes about {minutes} minutes; set `CACHE=1` to halve that.",
        " ",
        " ```sh",
    ]
    return "README.md", [*_head("README.md", draw), *_hunk(draw.between(5, 60), rows)]


_SORTS: tuple[Callable[[Draw], tuple[str, list[str]]], ...] = (
    _lock, _pipeline, _renamed, _picture, _source, _source, _readme,
)  # fmt: skip
