"""Tool output of every kind, made from a seed: no two rows are copies, one in many is odd."""

from __future__ import annotations

import csv
import io
import json
import random
from collections.abc import Callable, Iterator
from typing import NamedTuple

_NAMES = [
    "Ada",
    "Bo",
    "Cleo",
    "Dag",
    "Eva",
    "Finn",
    "Gus",
    "Hana",
    "Ivo",
    "Juno",
    "Kai",
    "Lea",
    "Milo",
    "Nora",
    "Otis",
    "Pia",
    "Quin",
    "Rosa",
    "Sven",
    "Tess",
]
_CITIES = ["Oslo", "Rome", "Lima", "Kyiv", "Bonn", "Graz", "Pisa", "Nice", "Bath", "Cork"]
NOUNS = [
    "order",
    "invoice",
    "parcel",
    "refund",
    "ticket",
    "session",
    "account",
    "payment",
    "upload",
    "report",
]
VERBS = ["load", "parse", "merge", "fetch", "store", "check", "build", "split", "score", "close"]


class Input(NamedTuple):
    """One tool answer: its name, the kind it is meant as, what was asked, and its text."""

    name: str
    kind: str
    query: str
    text: str


def inputs(seed: int) -> Iterator[Input]:
    """All generated inputs, 2 to 200 KB each, the same ones for the same seed."""
    for name, kind, query, make in _MAKERS:
        # A seed of its own, so that one more input changes no other.
        yield Input(name, kind, query, make(random.Random(f"{seed} {name}")))


def record(draw: random.Random, n: int) -> dict[str, object]:
    """One order, as an API gives it."""
    return {
        "id": 10_000 + n,
        "customer": f"{draw.choice(_NAMES)} {draw.choice(_NAMES)}",
        "city": draw.choice(_CITIES),
        "total": round(draw.uniform(5, 500), 2),
        "currency": "EUR",
        "status": draw.choices(("shipped", "open", "paid"), (80, 12, 8))[0],
        "created_at": f"2026-10-{1 + n % 28:02d}T{n % 24:02d}:{n * 7 % 60:02d}:00Z",
        "items": draw.randint(1, 9),
        "note": None,
    }


def records(draw: random.Random, size: int) -> list[dict[str, object]]:
    """Orders, one of which failed."""
    rows = [record(draw, n) for n in range(size)]
    rows[draw.randrange(size // 4, size)]["status"] = "failed"
    return rows


def _orders(size: int) -> Callable[[random.Random], str]:
    return lambda draw: json.dumps(records(draw, size))


def _pretty(draw: random.Random) -> str:
    found = {"total": 120, "page": 1, "results": records(draw, 120), "next": None}
    return json.dumps(found, indent=2)


def _pods(draw: random.Random) -> str:
    items = [
        {
            "metadata": {"name": f"web-{n:04x}", "namespace": "shop", "labels": {"app": "web"}},
            "spec": {"nodeName": f"node-{n % 7}", "containers": [{"image": "shop/web:4.2.1"}]},
            "status": {
                "phase": "Running" if n != 61 else "CrashLoopBackOff",
                "podIP": f"10.2.{n // 250}.{n % 250}",
                "restarts": draw.choices((0, 1), (95, 5))[0] if n != 61 else 41,
            },
        }
        for n in range(150)
    ]
    return json.dumps({"apiVersion": "v1", "kind": "List", "items": items})


def _lines_of_json(draw: random.Random) -> str:
    return "".join(json.dumps(row) + "\n" for row in records(draw, 300))


def _csv(draw: random.Random) -> str:
    out = io.StringIO()
    rows = records(draw, 500)
    writer = csv.DictWriter(out, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def _kubectl(draw: random.Random) -> str:
    lines = ["NAME                    READY   STATUS             RESTARTS   AGE   NODE"]
    for n in range(220):
        odd = n == 137
        status = "CrashLoopBackOff" if odd else "Running"
        lines.append(
            f"web-{n:04x}-{draw.randrange(16**8):08x}       {0 if odd else 1}/1     {status:<18} "
            f"{212 if odd else 0:<10} {draw.randint(1, 40)}d   node-{n % 7}"
        )
    return "\n".join(lines) + "\n"


def _ps(draw: random.Random) -> str:
    lines = ["USER         PID %CPU %MEM    VSZ   RSS TTY      STAT START   TIME COMMAND"]
    for n in range(300):
        cpu = 99.7 if n == 203 else round(draw.uniform(0, 2), 1)
        command = draw.choice(("/usr/sbin/nginx", "postgres: writer", "python worker.py", "sshd"))
        lines.append(
            f"{draw.choice(('root', 'www', 'app')):<8} {1000 + n * 13:>7} {cpu:>4} "
            f"{draw.uniform(0, 3):>4.1f} {draw.randint(9, 900) * 1024:>6} "
            f"{draw.randint(1, 99) * 512:>5} ?        S    Nov{n % 28 + 1:02d}   "
            f"0:{n % 60:02d} {command}"
        )
    return "\n".join(lines) + "\n"


def _markdown_table(draw: random.Random) -> str:
    rows = records(draw, 150)
    names = list(rows[0])
    lines = ["| " + " | ".join(names) + " |", "|" + " --- |" * len(names)]
    lines += ["| " + " | ".join(str(row[name]) for name in names) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def _service_log(size: int) -> Callable[[random.Random], str]:
    def make(draw: random.Random) -> str:
        lines = []
        for n in range(size):
            head = f"2026-11-20T10:{n // 60 % 60:02d}:{n % 60:02d}.{draw.randrange(1000):03d}Z"
            if n == size * 2 // 3:
                lines += [
                    f"{head} ERROR payments charge 7731 failed: card declined by issuer",
                    "Traceback (most recent call last):",
                    '  File "/srv/payments/charge.py", line 88, in charge',
                    "    raise Declined(code)",
                    "payments.errors.Declined: 51",
                ]
                continue
            lines.append(
                draw.choice(
                    (
                        f"{head} INFO web GET /orders/{draw.randint(1, 9999)} 200 {draw.randint(2, 80)}ms",
                        f"{head} INFO worker job {draw.randrange(16**6):06x} done in {draw.randint(1, 9)}s",
                        f"{head} DEBUG cache hit key=user:{draw.randint(1, 500)} ttl={draw.randint(1, 60)}",
                    )
                )
            )
        return "\n".join(lines) + "\n"

    return make


def _build(draw: random.Random) -> str:
    lines = [
        f"   Compiling {draw.choice(VERBS)}-{draw.choice(NOUNS)} v0.{n % 9}.{n}" for n in range(180)
    ]
    lines += [f"test {v}::{n}_{k} ... ok" for k in range(40) for v in VERBS[:5] for n in NOUNS[:4]]
    lines[420] = "test merge::refund_3 ... FAILED"
    lines += [
        "",
        "failures:",
        "---- merge::refund_3 stdout ----",
        "thread 'merge::refund_3' panicked at src/merge.rs:42:9:",
        "assertion `left == right` failed",
        "  left: 3",
        " right: 4",
        "",
        "test result: FAILED. 799 passed; 1 failed; 0 ignored; finished in 2.31s",
    ]
    return "\n".join(lines) + "\n"


def _ripgrep(draw: random.Random) -> str:
    lines = []
    for f in range(40):
        path = f"src/{draw.choice(NOUNS)}s/{draw.choice(VERBS)}_{f}.py"
        at = 0
        for k in range(draw.randint(3, 14)):
            at += draw.randint(3, 40)
            text = (
                f"        result = self.client.{draw.choice(VERBS)}_order({draw.choice(NOUNS)}_id)"
            )
            if f == 23 and k == 2:
                text = '        raise OrderError("client has no order")'
            lines.append(f"{path}:{at}:{text}")
    return "\n".join(lines) + "\n"


def _grep_headings(draw: random.Random) -> str:
    parts = []
    for f in range(60):
        hits = [
            f"{draw.randint(1, 900)}:import {draw.choice(NOUNS)}s.{draw.choice(VERBS)}"
            for _ in range(draw.randint(2, 9))
        ]
        parts.append("\n".join([f"lib/{draw.choice(NOUNS)}/{f}.ts", *hits]))
    return "\n\n".join(parts) + "\n"


def _function(draw: random.Random, n: int) -> list[str]:
    noun, verb = draw.choice(NOUNS), draw.choice(VERBS)
    return [
        f"def {verb}_{noun}_{n}({noun}: dict[str, object], limit: int = {n}) -> list[str]:",
        f'    """{verb.title()} one {noun} and say what came of it."""',
        "    found: list[str] = []",
        f"    for key, value in {noun}.items():",
        f"        if key.startswith({draw.choice(_NAMES)!r}) and value is not None:",
        f"            found.append(f'{{key}}={{value}} of {noun}')",
        "        elif len(found) > limit:",
        f"            raise ValueError(f'{noun} {{key}} is over the limit of {{limit}}')",
        f"    total = sum(len(each) for each in found) + {draw.randint(1, 999)}",
        "    return sorted(found)[:total]",
        "",
        "",
    ]


def _python(size: int) -> Callable[[random.Random], str]:
    def make(draw: random.Random) -> str:
        lines = [
            '"""What the shop does with its records."""',
            "",
            "import json",
            "import os",
            "",
            "",
        ]
        for n in range(size):
            lines += _function(draw, n)
        return "\n".join(lines)

    return make


def _typescript(draw: random.Random) -> str:
    lines = ['import { Client } from "./client";', ""]
    for n in range(70):
        noun, verb = draw.choice(NOUNS), draw.choice(VERBS)
        lines += [
            f"/** {verb.title()} a {noun} by its id. */",
            f"export async function {verb}{noun.title()}{n}(client: Client, id: string): Promise<number> {{",
            f"  const answer = await client.get(`/{noun}s/${{id}}`);",
            "  if (!answer.ok) {",
            f'    throw new Error("{noun} " + id + " is not there");',
            "  }",
            f"  const total = answer.items.reduce((sum, item) => sum + item.price * {n}, 0);",
            "  return Math.round(total);",
            "}",
            "",
        ]
    return "\n".join(lines)


def _diff(files: int) -> Callable[[random.Random], str]:
    def make(draw: random.Random) -> str:
        lines: list[str] = []
        for f in range(files):
            path = f"src/{draw.choice(NOUNS)}s/{draw.choice(VERBS)}_{f}.py"
            lines += [
                f"diff --git a/{path} b/{path}",
                f"index {draw.randrange(16**7):07x}..{draw.randrange(16**7):07x} 100644",
                f"--- a/{path}",
                f"+++ b/{path}",
            ]
            at = 1
            for n in range(draw.randint(1, 4)):
                at += draw.randint(12, 60)
                body = _function(draw, n)[:9]
                lines.append(f"@@ -{at},9 +{at},9 @@ def {draw.choice(VERBS)}():")
                lines += [f" {line}" for line in body[:4]]
                lines += [f"-{body[4]}", f"+{body[4].replace('is not None', 'is None')}"]
                lines += [f" {line}" for line in body[5:]]
        return "\n".join(lines) + "\n"

    return make


def _page(draw: random.Random) -> str:
    menu = "".join(f'<li class="nav-item"><a href="/{n}s">{n.title()}s</a></li>' for n in NOUNS)
    rows = "".join(
        f"<tr><td>{r['id']}</td><td>{r['customer']}</td><td>{r['total']}</td><td>{r['status']}</td></tr>\n"
        for r in records(draw, 80)
    )
    prose = "\n".join(
        f'<section class="doc"><h2 id="s{n}">{draw.choice(VERBS).title()} {draw.choice(NOUNS)}s</h2>'
        f"<p>To {draw.choice(VERBS)} a {draw.choice(NOUNS)}, call <code>{draw.choice(VERBS)}()</code> with "
        f'its id, see <a href="/docs/{n}">page {n}</a>.</p></section>'
        for n in range(40)
    )
    script = "".join(f"window.q{n}=function(a){{return a+{n}}};" for n in range(120))
    style = "".join(f".c{n}{{margin:{n}px;padding:0 {n}px}}" for n in range(120))
    return (
        f"<!DOCTYPE html><html><head><title>Orders</title><style>{style}</style>"
        f"<script>{script}</script></head><body><nav><ul>{menu}</ul></nav><main><h1>Orders</h1>"
        f"<table><thead><tr><th>id</th><th>customer</th><th>total</th><th>status</th></tr></thead>"
        f"<tbody>{rows}</tbody></table>{prose}</main><footer>All rights reserved</footer></body></html>"
    )


def _articles(draw: random.Random) -> str:
    cards = "\n".join(
        f'<div class="card card--wide"><div class="card__body"><h3 class="card__title">'
        f'{draw.choice(_NAMES)} {draw.choice(VERBS)}s the {draw.choice(NOUNS)}</h3><p class="card__text">'
        f'{_sentence(draw)} {_sentence(draw)}</p><a class="btn btn-primary" href="/a/{n}">Read more</a>'
        "</div></div>"
        for n in range(60)
    )
    return f"<html><head><title>News</title></head><body><header>News</header>{cards}</body></html>"


def _yaml(draw: random.Random) -> str:
    parts = []
    for n in range(40):
        image = "shop/web:4.2.1" if n != 17 else "shop/web:latest"
        parts.append(
            f"# deployment {n}\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web-{n}\n"
            f"  namespace: shop\n  labels:\n    app: web-{n}\n    tier: front\nspec:\n"
            f"  replicas: {draw.randint(1, 4)}\n  selector:\n    matchLabels:\n      app: web-{n}\n"
            f"  template:\n    metadata:\n      labels:\n        app: web-{n}\n    spec:\n"
            f"      containers:\n        - name: web\n          image: {image}\n          ports:\n"
            f"            - containerPort: 8080\n          env:\n            - name: CITY\n"
            f"              value: {draw.choice(_CITIES)}\n          resources: {{}}\n"
        )
    return "---\n".join(parts)


def _compose(draw: random.Random) -> str:
    lines = ["services:"]
    for n in range(60):
        lines += [
            f"  {draw.choice(NOUNS)}-{n}:",
            "    image: registry.local/base:1.4",
            "    restart: unless-stopped",
            "    environment:",
            f"      - PORT={8000 + n}",
            f"      - CITY={draw.choice(_CITIES)}",
            "      - LOG_LEVEL=info",
            "    healthcheck:",
            '      test: ["CMD", "curl", "-f", "http://localhost/health"]',
            "      interval: 30s",
        ]
    return "\n".join(lines) + "\n"


def _ini(draw: random.Random) -> str:
    lines = ["; settings of all queues", ""]
    for n in range(80):
        lines += [
            f"[queue:{draw.choice(NOUNS)}_{n}]",
            "; workers that serve this queue",
            f"workers = {draw.randint(1, 8)}",
            "timeout = 30" if n != 44 else "timeout = 86400",
            "retries = 3",
            f"host = {draw.choice(_CITIES).lower()}.internal",
            "dead_letter =",
            "",
        ]
    return "\n".join(lines)


def _sentence(draw: random.Random) -> str:
    return (
        f"The {draw.choice(NOUNS)} was {draw.choice(VERBS)}ed by {draw.choice(_NAMES)} in "
        f"{draw.choice(_CITIES)} before the {draw.choice(NOUNS)} could {draw.choice(VERBS)} it."
    )


def _prose(draw: random.Random) -> str:
    parts = []
    for n in range(60):
        parts.append(" ".join(_sentence(draw) for _ in range(draw.randint(3, 7))))
        if n == 41:
            parts.append("Warning: never restart the ledger while 7 refunds are open.")
    return "\n\n".join(parts) + "\n"


def _markdown(draw: random.Random) -> str:
    parts = ["# Handbook of the shop\n"]
    for n in range(40):
        parts.append(f"## {n}. To {draw.choice(VERBS)} a {draw.choice(NOUNS)}\n")
        parts.append(" ".join(_sentence(draw) for _ in range(4)) + "\n")
        parts.append("".join(f"- {_sentence(draw)}\n" for _ in range(3)))
        parts.append(f"```sh\nshop {draw.choice(VERBS)} --id {n}\n```\n")
    return "\n".join(parts)


_FAILED = "which order failed?"
_MAKERS: tuple[tuple[str, str, str, Callable[[random.Random], str]], ...] = (
    ("orders 10", "json", _FAILED, _orders(10)),
    ("orders 60", "json", _FAILED, _orders(60)),
    ("orders 250", "json", _FAILED, _orders(250)),
    ("orders 900", "json", _FAILED, _orders(900)),
    ("orders, pretty", "json", _FAILED, _pretty),
    ("pods", "json", "which pod does not run?", _pods),
    ("orders, lines", "json", _FAILED, _lines_of_json),
    ("orders.csv", "table", _FAILED, _csv),
    ("kubectl get pods", "table", "which pod restarts?", _kubectl),
    ("ps aux", "table", "what takes the CPU?", _ps),
    ("orders.md", "table", _FAILED, _markdown_table),
    ("service log 60", "log", "why did charge 7731 fail?", _service_log(60)),
    ("service log 600", "log", "why did charge 7731 fail?", _service_log(600)),
    ("service log 3000", "log", "why did charge 7731 fail?", _service_log(3000)),
    ("cargo test", "log", "which test failed?", _build),
    ("rg -n", "search", "where is order used?", _ripgrep),
    ("rg --heading", "search", "who imports refunds?", _grep_headings),
    ("git diff 4", "diff", "what changed?", _diff(4)),
    ("git diff 60", "diff", "what changed?", _diff(60)),
    ("shop.py 20", "code", "what does merge_refund do?", _python(20)),
    ("shop.py 160", "code", "what does merge_refund do?", _python(160)),
    ("shop.ts", "code", "how is a refund fetched?", _typescript),
    ("orders.html", "html", _FAILED, _page),
    ("news.html", "html", "what did Nora do?", _articles),
    ("deployments.yaml", "config", "which image is not pinned?", _yaml),
    ("compose.yaml", "config", "which port has the refund service?", _compose),
    ("queues.ini", "config", "which queue has another timeout?", _ini),
    ("report.txt", "text", "what must not be restarted?", _prose),
    ("handbook.md", "text", "how do I close a ticket?", _markdown),
)
