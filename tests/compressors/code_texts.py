"""Code for tests, in eight languages: sixty functions that are alike up to names."""

from collections.abc import Callable
from typing import NamedTuple

COUNT = 60

_PYTHON = """def validate_c{i}(door, hinge_c{i}):
    \"\"\"Whether door c{i} may open.\"\"\"
    limit = 100
    total = 0
    for width in door.widths(hinge_c{i}):
        total += width * 2
    if total > limit:
        total = limit
    door.log("c{i}", total)
    return total
"""
_JAVASCRIPT = """export function validate_c{i}(door, hinge_c{i}) {{
  const limit = 100;
  let total = 0;
  for (const width of door.widths(hinge_c{i})) {{
    total += width * 2;
  }}
  if (total > limit) {{
    total = limit;
  }}
  door.log("c{i}", total);
  return total;
}}
"""
_GO = """func validate_c{i}(door *Door, hinge_c{i} string) int {{
\tlimit := 100
\ttotal := 0
\tfor _, width := range door.Widths(hinge_c{i}) {{
\t\ttotal += width * 2
\t}}
\tif total > limit {{
\t\ttotal = limit
\t}}
\tdoor.Log("c{i}", total)
\treturn total
}}
"""
_RUST = """pub fn validate_c{i}(door: &Door, hinge_c{i}: &str) -> u32 {{
    let limit = 100;
    let mut total = 0;
    for width in door.widths(hinge_c{i}) {{
        total += width * 2;
    }}
    if total > limit {{
        total = limit;
    }}
    door.log("c{i}", total);
    total
}}
"""
_JAVA = """    public int validate_c{i}(Door door, String hinge_c{i}) {{
        int limit = 100;
        int total = 0;
        for (int width : door.widths(hinge_c{i})) {{
            total += width * 2;
        }}
        if (total > limit) {{
            total = limit;
        }}
        door.log("c{i}", total);
        return total;
    }}
"""
_C = """int validate_c{i}(struct door *door, const char *hinge_c{i})
{{
    int limit = 100;
    int total = 0;
    for (int at = 0; at < door_widths(door, hinge_c{i}); at++) {{
        total += door->widths[at] * 2;
    }}
    if (total > limit) {{
        total = limit;
    }}
    door_log("c{i}", total);
    return total;
}}
"""
_CPP = """    int validate_c{i}(const Door& door, const std::string& hinge_c{i}) {{
        int limit = 100;
        int total = 0;
        for (auto width : door.widths(hinge_c{i})) {{
            total += width * 2;
        }}
        if (total > limit) {{
            total = limit;
        }}
        door.log("c{i}", total);
        return total;
    }}
"""
_TYPESCRIPT = _JAVASCRIPT.replace("(door, hinge_c{i})", "(door: Door, hinge_c{i}: string): number")
_FILES = {
    "python": ('"""Doors."""\n\nimport os\nfrom typing import Any\n\n\n', _PYTHON, "\n\n", ""),
    "javascript": ("import fs from 'fs';\n\nconst DOORS = 3;\n\n", _JAVASCRIPT, "\n", ""),
    "typescript": (
        "import { Door } from './door';\n\nexport interface Room {\n  doors: Door[];\n}\n\n",
        _TYPESCRIPT,
        "\n",
        "",
    ),
    "go": (
        'package doors\n\nimport (\n\t"fmt"\n)\n\ntype Room struct {\n\tDoors int\n}\n\n',
        _GO,
        "\n",
        "",
    ),
    "rust": ("use std::io;\n\npub struct Room {\n    doors: u32,\n}\n\n", _RUST, "\n", ""),
    "java": (
        "package com.acme;\n\nimport java.util.List;\n\npublic class Doors {\n"
        "    private int doors;\n\n",
        _JAVA,
        "\n",
        "}\n",
    ),
    "c": ("#include <stdio.h>\n#define DOORS 3\n\nstruct door;\n\n", _C, "\n", ""),
    "cpp": (
        "#include <string>\n\nnamespace doors {\n\nclass Doors {\npublic:\n",
        _CPP,
        "\n",
        "};\n\n}  // namespace doors\n",
    ),
}


def _family(language: str) -> Callable[..., str]:
    head, function, gap, tail = _FILES[language]

    def source(extra: str = "", change: Callable[[str], str] = lambda text: text) -> str:
        functions = [function.format(i=i) for i in range(COUNT)]
        functions[41] = change(functions[41])
        return head + gap.join(functions) + (gap + extra if extra else "") + tail

    return source


FAMILIES = {language: _family(language) for language in _FILES}
"""By language: the text of a file, with more text behind its functions, or one changed."""


class Needle(NamedTuple):
    """A file with something odd in one function, and the text that must not be lost."""

    name: str
    source: Callable[[], str]
    wanted: str


def _needle(language: str, name: str, old: str, new: str, wanted: str = "") -> Needle:
    def source() -> str:
        def change(text: str) -> str:
            assert old in text
            return text.replace(old, new, 1)

        return FAMILIES[language](change=change)

    return Needle(f"{language}: {name}", source, wanted or new)


_MISSING = {
    "python": "    if total > limit:\n        total = limit\n",
    "java": "        if (total > limit) {\n            total = limit;\n        }\n",
    "go": "\tif total > limit {\n\t\ttotal = limit\n\t}\n",
}
_ONCE = {"python": "x.log", "java": "x.log", "go": "x.Log"}
NEEDLES = [
    *(_needle(language, "another constant", "= 100", "= 900") for language in FAMILIES),
    *(_needle(language, "another operator", "> limit", ">= limit") for language in FAMILIES),
    *(_needle(language, "another number", "* 2", "* 3") for language in FAMILIES),
    *(
        _needle(language, "a check that is missing", text, "", '"c41", total')
        for language, text in _MISSING.items()
    ),
    _needle(
        "python",
        "one more statement",
        "    total = 0\n",
        "    total = 0\n    door.unlock()\n",
        "door.unlock()",
    ),
    _needle(
        "rust",
        "one more statement",
        "    total\n}",
        "    door.unlock();\n    total\n}",
        "door.unlock();",
    ),
    _needle("python", "another call", "door.log(", "door.erase(", "door.erase("),
    _needle("go", "another call", "door.Log(", "door.Erase(", "door.Erase("),
    _needle(
        "python",
        "an error swallowed",
        "    total = 0\n",
        "    try:\n        total = door.weigh()\n    except Exception:\n        pass\n",
        "    except Exception:\n        pass\n",
    ),
    _needle(
        "python",
        "one that raises",
        "    total = 0\n",
        "    total = 0\n    raise Locked(door)\n",
        "raise Locked(door)",
    ),
    _needle(
        "javascript",
        "one that throws",
        "  let total = 0;\n",
        "  let total = 0;\n  throw new Locked(door);\n",
        "throw new Locked(door);",
    ),
    _needle(
        "go", "one that panics", "\ttotal := 0\n", "\ttotal := 0\n\tpanic(door)\n", "panic(door)"
    ),
    _needle(
        "rust",
        "one that panics",
        "    let mut total = 0;\n",
        '    let mut total = 0;\n    panic!("x");\n',
        'panic!("x");',
    ),
]

RAISES = [
    (
        "python",
        "def extra(a):\n"
        "    b = a + 1\n"
        "    c = b + 1\n"
        "    if c > 3:\n"
        "        raise ValueError('ERR1')\n"
        "    try:\n"
        "        d = c\n"
        "    except KeyError:  # ERR2\n"
        "        return None  # ERR3\n"
        "    logger.error('ERR4')\n"
        "    return d\n",
    ),
    (
        "javascript",
        "function extra(a) {\n"
        "  const b = a + 1;\n"
        "  if (b) {\n"
        "    throw new Error('ERR1');\n"
        "  }\n"
        "  try {\n"
        "    g(b);\n"
        "  } catch (e) { // ERR2\n"
        "    return null; // ERR3\n"
        "  }\n"
        "  console.error('ERR4');\n"
        "  return b;\n"
        "}\n",
    ),
    (
        "typescript",
        "function extra(a: number): number {\n"
        "  const b = a + 1;\n"
        "  if (b) {\n"
        "    throw new Error('ERR1');\n"
        "  }\n"
        "  return Promise.reject('ERR2');\n"
        "}\n",
    ),
    (
        "go",
        "func extra(a int) (int, error) {\n"
        "\tb := a + 1\n"
        "\tc, err := f(b)\n"
        "\tif err != nil { // ERR1\n"
        '\t\treturn 0, fmt.Errorf("ERR2")\n'
        "\t}\n"
        "\tif c > 1 {\n"
        '\t\tpanic("ERR3")\n'
        "\t}\n"
        "\treturn c, nil\n"
        "}\n",
    ),
    (
        "rust",
        "fn extra(a: u32) -> Result<u32, E> {\n"
        "    let b = a + 1;\n"
        "    let c = b + 1;\n"
        "    if b > 1 {\n"
        "        return Err(E::ERR1);\n"
        "    }\n"
        "    if b > 2 {\n"
        '        panic!("ERR2");\n'
        "    }\n"
        '    f(c).expect("ERR3");\n'
        "    Ok(b)\n"
        "}\n",
    ),
    (
        "java",
        "    int extra(int a) throws E {\n"
        "        int b = a + 1;\n"
        "        int c = b + 1;\n"
        "        if (b > 1) {\n"
        '            throw new E("ERR1");\n'
        "        }\n"
        "        try {\n"
        "            b = f(c);\n"
        "        } catch (E e) { // ERR2\n"
        "            return 0; // ERR3\n"
        "        }\n"
        "        return b;\n"
        "    }\n",
    ),
    (
        "c",
        "int extra(int a)\n"
        "{\n"
        "    int b = a + 1;\n"
        "    int c = b + 1;\n"
        "    if (b > 1) {\n"
        "        goto ERR1;\n"
        "    }\n"
        "    if (c) {\n"
        '        fprintf(stderr, "ERR2");\n'
        "        return -EINVAL; // ERR3\n"
        "    }\n"
        "    return b;\n"
        "}\n",
    ),
    (
        "cpp",
        "    int extra(int a) {\n"
        "        int b = a + 1;\n"
        "        int c = b + 1;\n"
        "        if (b > 1) {\n"
        '            throw std::runtime_error("ERR1");\n'
        "        }\n"
        "        try {\n"
        "            b = f(c);\n"
        "        } catch (const E& e) { // ERR2\n"
        "            return 0; // ERR3\n"
        "        }\n"
        "        return b;\n"
        "    }\n",
    ),
]
"""By language a function whose rows with ``ERR`` are error paths."""

MARKS = [
    "# TODO: what about hinges?",
    "# FIXME the width is wrong",
    "# HACK around the lock",
    "response = get(url, verify=False)",
    "if False and door.locked:\n        pass",
    "x = 1  # noqa: S101",
    "value = eval(text)",
]

SOURCES = {
    "python": (
        "import os\n\n\ndef main(argv):\n    if argv:\n        "
        "return os.getcwd()\n    raise ValueError(argv)\n"
    ),
    "javascript": (
        "const fs = require('fs');\n\nfunction main(argv) "
        "{\n  let x = argv[0];\n  return fs.stat(x);\n}\n"
        "module.exports = main;\n"
    ),
    "typescript": "export interface Door {\n  width: number;\n}\nexport type Key = string;\n"
    "const open = (d: Door): boolean => {\n  return true;\n};\n",
    "go": (
        'package main\n\nimport (\n\t"fmt"\n)\n\nfunc main() '
        "{\n\tx := 1\n\tif err != nil {\n\t\treturn\n\t}\n}\n"
    ),
    "rust": (
        "use std::io;\n\npub struct Door;\n\nimpl Door {\n    "
        "pub fn open(&self) -> u8 {\n        let mut x = 1;\n"
        "        x\n    }\n}\n"
    ),
    "java": (
        "package com.acme;\n\nimport java.util.List;\n"
        "\npublic class Door {\n    private int width;\n"
        '    @Override\n    public String toString() {\n        return "door";\n    }\n}\n'
    ),
    "c": "#include <stdio.h>\n#define N 3\n\nint main(void) {\n    int x = N;\n    return x;\n}\n",
    "cpp": (
        "#include <vector>\n\nnamespace doors {\n\nclass Door {\npublic:\n"
        "    explicit Door(int w);\n"
        "    int width() const { return w; }\nprivate:\n    int w = 0;\n};\n\n}\n"
    ),
}
"""By language a short file."""


def listed(source: str, *, start: int = 1) -> str:
    """``source`` with the numbers of its lines, as ``cat -n`` writes them."""
    rows = source.split("\n")
    last = rows.pop() if rows[-1] == "" else None
    text = "\n".join(f"{number:6d}\t{row}" for number, row in enumerate(rows, start))
    return text + ("\n" if last is not None else "")
