"""What else stands in a source file: imports, and functions that have nothing to do with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pipelines.replays.draws import Draw

_VERBS = ("load", "merge", "prune", "group", "sort", "pack", "trim", "count")
_NOUNS = ("pages", "drafts", "batches", "slots", "tokens", "parts", "weights", "spans")

_HEADS: Mapping[str, Sequence[str]] = {
    "python": (
        '"""Entries of the desk, one definition each."""',
        "",
        "from __future__ import annotations",
        "",
        "import logging",
        "from collections.abc import Iterator",
        "",
        "from desk.core import Desk, Entry, checked",
        "",
        "log = logging.getLogger(__name__)",
    ),
    "javascript": (
        '"use strict";',
        "",
        'import { readFile } from "node:fs/promises";',
        'import { Entry, checked } from "./core.js";',
        "",
        "const LIMIT = 200;",
    ),
    "typescript": (
        'import { readFile } from "node:fs/promises";',
        'import { checked, Entry, type Desk } from "./core";',
        "",
        "const LIMIT: number = 200;",
    ),
    "go": (
        "package entries",
        "",
        "import (",
        '\t"encoding/json"',
        '\t"fmt"',
        '\t"sort"',
        ")",
        "",
        "// limit is how many entries a page has.",
        "const limit = 200",
    ),
}

_HELPERS: Mapping[str, Sequence[str]] = {
    "python": (
        """\
def _{verb}_{noun}({noun}: list[str], limit: int = {n}) -> list[str]:
    seen: set[str] = set()
    kept = []
    for one in {noun}:
        if one in seen or len(kept) >= limit:
            continue
        seen.add(one)
        kept.append(one.strip())
    log.debug("kept %d of %d {noun}", len(kept), len({noun}))
    return kept""",
        """\
async def {verb}_{noun}(client, folder: str) -> int:
    \"\"\"Fetch the {noun} of a folder and store them.\"\"\"
    total = 0
    async for page in client.pages(folder, size={n}):
        if not page.ok:
            raise RuntimeError(f"{noun} of {{folder}}: {{page.status}}")
        total += len(page.{noun})
        await client.store(page.{noun})
    return total""",
        """\
def {verb}_{noun}_by_size({noun}: dict[str, int]) -> Iterator[tuple[str, int]]:
    largest = sorted({noun}.items(), key=lambda pair: -pair[1])
    for key, size in largest[:{n}]:
        yield key, size""",
    ),
    "javascript": (
        """\
function {verb}{Noun}({noun}, limit = {n}) {{
  const seen = new Set();
  const kept = [];
  for (const one of {noun}) {{
    if (seen.has(one) || kept.length >= limit) {{
      continue;
    }}
    seen.add(one);
    kept.push(one.trim());
  }}
  return kept;
}}""",
        """\
/** Fetch the {noun} of a folder and store them. */
export async function {verb}{Noun}Of(client, folder) {{
  const page = await client.get(`/${{folder}}/{noun}?limit={n}`);
  if (!page.ok) {{
    throw new Error(`{noun} of ${{folder}}`);
  }}
  await client.store(page.items);
  return page.items.length;
}}""",
    ),
    "typescript": (
        """\
function {verb}{Noun}({noun}: string[], limit = {n}): string[] {{
  const seen = new Set<string>();
  const kept: string[] = [];
  for (const one of {noun}) {{
    if (seen.has(one) || kept.length >= limit) {{
      continue;
    }}
    seen.add(one);
    kept.push(one.trim());
  }}
  return kept;
}}""",
        """\
/** Fetch the {noun} of a folder and store them. */
export async function {verb}{Noun}Of(client: Client, folder: string): Promise<number> {{
  const page = await client.get(`/${{folder}}/{noun}?limit={n}`);
  if (!page.ok) {{
    throw new Error(`{noun} of ${{folder}}`);
  }}
  await client.store(page.items);
  return page.items.length;
}}""",
        """\
interface {Noun}Page {{
  size: number;
  folder: string;
  {noun}: string[];
}}""",
    ),
    "go": (
        """\
func {verb}{Noun}({noun} []string, limit int) []string {{
	seen := make(map[string]bool, len({noun}))
	kept := {noun}[:0]
	for _, one := range {noun} {{
		if seen[one] || len(kept) >= limit+{n} {{
			continue
		}}
		seen[one] = true
		kept = append(kept, one)
	}}
	return kept
}}""",
        """\
// {Noun}Of fetches the {noun} of a folder and stores them.
func (c *Client) {Noun}Of(folder string) (int, error) {{
	page, err := c.Get(fmt.Sprintf("/%s/{noun}?limit={n}", folder))
	if err != nil {{
		return 0, fmt.Errorf("{noun} of %s: %w", folder, err)
	}}
	sort.Strings(page.Items)
	return len(page.Items), c.Store(page.Items)
}}""",
    ),
}


def head(language: str) -> list[str]:
    """The rows a file of ``language`` begins with."""
    return list(_HEADS[language])


def helper(language: str, draw: Draw) -> list[str]:
    """The rows of a function, or a type, that has nothing to do with any record."""
    noun = draw.one_of(_NOUNS)
    source = draw.one_of(_HELPERS[language])
    return source.format(
        verb=draw.one_of(_VERBS), noun=noun, Noun=noun.capitalize(), n=draw.between(10, 90)
    ).split("\n")
