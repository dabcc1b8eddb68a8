# ruff: noqa: E501, W291, W293
"""Output of builds, tests and package managers as their tools print it: passes, one failure."""

from __future__ import annotations

from typing import NamedTuple


class Run(NamedTuple):
    """An output, the parts of it that have to stay whole, and a line of what passed."""

    text: str
    failure: tuple[str, ...]


def _run(*lines: object, failure: tuple[str, ...]) -> Run:
    flat: list[str] = []
    for line in lines:
        flat.extend(line if isinstance(line, list) else [str(line)])
    return Run("\n".join(flat) + "\n", failure)


NAMES = [
    f"{a}{b}"
    for a in ("door", "hinge", "lock", "wall", "roof", "tile", "beam", "pipe")
    for b in (
        "opens",
        "closes",
        "holds",
        "bends",
        "breaks",
        "fits",
        "slides",
        "turns",
        "drops",
        "lifts",
    )
]

_PYTEST_FAILURE = """=================================== FAILURES ===================================
__________________________________ test_vault __________________________________

card = Card(number='4711')

    def test_vault(card):
>       assert vault.open(card) == 3
E       assert 2 == 3
E        +  where 2 = open(Card(number='4711'))

tests/test_vault.py:41: AssertionError
----------------------------- Captured stdout call -----------------------------
opening the vault
the vault stayed shut"""
_PYTEST_END = """=========================== short test summary info ============================
FAILED tests/test_vault.py::test_vault - assert 2 == 3
======================== 1 failed, 80 passed in 2.61s =========================="""
_COVERAGE = [
    "---------- coverage: platform linux, python 3.11.7-final-0 -----------",
    "Name                       Stmts   Miss  Cover   Missing",
    "--------------------------------------------------------",
    *(f"src/shop/{name:<16} {40 + i:6d}      0   100%" for i, name in enumerate(NAMES[:40])),
    "src/shop/vault.py             61     52    15%   9-60",
    "--------------------------------------------------------",
    "TOTAL                       2461     52    98%",
]
PYTEST_VERBOSE = _run(
    "============================= test session starts ==============================",
    "platform linux -- Python 3.11.7, pytest-8.3.4, pluggy-1.5.0 -- /usr/bin/python",
    "cachedir: .pytest_cache",
    "rootdir: /srv/shop",
    "collecting ... collected 81 items",
    "",
    [f"tests/test_{name[:4]}.py::test_{name} PASSED{i:>12d}%]" for i, name in enumerate(NAMES)],
    "tests/test_vault.py::test_vault FAILED                                   [100%]",
    "",
    _PYTEST_FAILURE,
    _PYTEST_END,
    failure=(_PYTEST_FAILURE, _PYTEST_END, "tests/test_vault.py::test_vault FAILED"),
)
PYTEST_QUIET = _run(
    "........................................................................ [ 11%]",
    ["........................................................................ [ 22%]"] * 30,
    "....................................F................................... [ 88%]",
    "..............                                                           [100%]",
    _PYTEST_FAILURE,
    "=========================== short test summary info ============================",
    "FAILED tests/test_vault.py::test_vault - assert 2 == 3",
    "1 failed, 2301 passed in 12.61s",
    failure=(_PYTEST_FAILURE, "FAILED tests/test_vault.py::test_vault", "1 failed, 2301 passed in"),
)
PYTEST_XDIST = _run(
    "============================= test session starts ==============================",
    "platform linux -- Python 3.11.7, pytest-8.3.4, pluggy-1.5.0",
    "created: 4/4 workers",
    "4 workers [81 items]",
    "",
    "scheduling tests via LoadScheduling",
    "",
    [f"tests/test_{name[:4]}.py::test_{name} " for name in NAMES[:4]],
    [f"[gw{i % 4}] [{i:3d}%] PASSED tests/test_{n[:4]}.py::test_{n} " for i, n in enumerate(NAMES)],
    "[gw2] [100%] FAILED tests/test_vault.py::test_vault ",
    "",
    _PYTEST_FAILURE,
    _PYTEST_END,
    failure=(_PYTEST_FAILURE, _PYTEST_END, "[gw2] [100%] FAILED tests/test_vault.py::test_vault"),
)
PYTEST_COVERAGE = _run(
    "============================= test session starts ==============================",
    "collected 81 items",
    "",
    [f"tests/test_{name}.py ......." + " " * 30 + f"[{i:3d}%]" for i, name in enumerate(NAMES)],
    "",
    _COVERAGE,
    "FAIL Required test coverage of 99% not reached. Total coverage: 98.00%",
    "============================== 81 passed in 2.61s ==============================",
    failure=(
        "src/shop/vault.py             61     52    15%   9-60",
        _COVERAGE[-1],
        "FAIL Required test coverage of 99% not reached.",
        "81 passed in 2.61s",
    ),
)
_UNITTEST_FAILURE = (
    "=" * 70
    + """
FAIL: test_vault (shop.tests.Vault.test_vault)
The vault opens with the card.
"""
    + "-" * 70
    + """
Traceback (most recent call last):
  File "/srv/shop/tests.py", line 41, in test_vault
    self.assertEqual(vault.open(card), 3)
AssertionError: 2 != 3
"""
)
UNITTEST = _run(
    [f"test_{name} (shop.tests.House.test_{name}) ... ok" for name in NAMES],
    "test_vault (shop.tests.Vault.test_vault)",
    "The vault opens with the card. ... FAIL",
    "",
    _UNITTEST_FAILURE,
    "-" * 70,
    "Ran 81 tests in 0.310s",
    "",
    "FAILED (failures=1)",
    failure=(_UNITTEST_FAILURE, "Ran 81 tests in 0.310s", "FAILED (failures=1)", "card. ... FAIL"),
)
_CARGO_ERROR = """error[E0308]: mismatched types
  --> src/vault.rs:41:5
   |
40 | fn open(card: &Card) -> u8 {
   |                         -- expected `u8` because of return type
41 |     card.number
   |     ^^^^^^^^^^^ expected `u8`, found `u32`

For more information about this error, try `rustc --explain E0308`."""
_CARGO_WARNING = """warning: unused variable: `hinge`
 --> src/door.rs:9:9
  |
9 |     let hinge = 3;
  |         ^^^^^ help: if this is intentional, prefix it with an underscore: `_hinge`
  |
  = note: `#[warn(unused_variables)]` on by default"""
CARGO_BUILD = _run(
    "    Updating crates.io index",
    [f"  Downloaded {name} v1.{i}.0" for i, name in enumerate(NAMES)],
    [f"   Compiling {name} v1.{i}.0" for i, name in enumerate(NAMES)],
    "   Compiling house v0.1.0 (/srv/house)",
    _CARGO_WARNING,
    "",
    _CARGO_ERROR,
    'warning: `house` (bin "house") generated 1 warning',
    'error: could not compile `house` (bin "house") due to 1 previous error; 1 warning emitted',
    failure=(_CARGO_ERROR, _CARGO_WARNING, "error: could not compile `house`"),
)
_CARGO_FAILURE = """failures:

---- vault::tests::opens stdout ----
thread 'vault::tests::opens' panicked at src/vault.rs:41:9:
assertion `left == right` failed
  left: 2
 right: 3
note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace


failures:
    vault::tests::opens

test result: FAILED. 80 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.02s"""
CARGO_TEST = _run(
    "   Compiling house v0.1.0 (/srv/house)",
    "    Finished `test` profile [unoptimized + debuginfo] target(s) in 0.52s",
    "     Running unittests src/lib.rs (target/debug/deps/house-0a1b2c3d4e5f6a7b)",
    "",
    "running 81 tests",
    [f"test {name[:4]}::tests::{name} ... ok" for name in NAMES],
    "test vault::tests::opens ... FAILED",
    "",
    _CARGO_FAILURE,
    "",
    "error: test failed, to rerun pass `--lib`",
    failure=(_CARGO_FAILURE, "error: test failed", "test vault::tests::opens ... FAILED"),
)
_GO_FAILURE = """=== RUN   TestVault
    vault_test.go:41: Open(card) = 2, want 3
        the card was 4711
--- FAIL: TestVault (0.01s)"""
GO_VERBOSE = _run(
    [
        line
        for name in NAMES
        for line in (
            f"=== RUN   Test{name.title()}",
            f"    house_test.go:12: trying {name}",
            f"--- PASS: Test{name.title()} (0.00s)",
        )
    ],
    _GO_FAILURE,
    "FAIL",
    "FAIL\texample.com/house\t0.012s",
    "ok  \texample.com/garden\t0.004s",
    "?   \texample.com/fence\t[no test files]",
    "FAIL",
    failure=(_GO_FAILURE, "FAIL\texample.com/house\t0.012s"),
)
_JEST_FAILURE = """  ● vault › opens with the card

    expect(received).toBe(expected) // Object.is equality

    Expected: 3
    Received: 2

      39 | test('opens with the card', () => {
      40 |   const vault = new Vault();
    > 41 |   expect(vault.open(card)).toBe(3);
         |                            ^
      42 | });

      at Object.toBe (src/vault.test.js:41:28)
"""
_JEST_END = """Test Suites: 1 failed, 8 passed, 9 total
Tests:       1 failed, 80 passed, 81 total
Snapshots:   0 total
Time:        4.218 s"""
JEST = _run(
    [
        line
        for i in range(8)
        for line in (
            f"PASS src/room{i}.test.js",
            f"  room {i}",
            *(f"    ✓ {name} well ({j} ms)" for j, name in enumerate(NAMES[10 * i : 10 * i + 10])),
        )
    ],
    "FAIL src/vault.test.js",
    "  vault",
    "    ✕ opens with the card (9 ms)",
    "",
    _JEST_FAILURE,
    _JEST_END,
    "Ran all test suites.",
    failure=(
        _JEST_FAILURE,
        _JEST_END,
        "    ✕ opens with the card (9 ms)",
        "FAIL src/vault.test.js",
    ),
)
_VITEST_FAILURE = """⎯⎯⎯⎯⎯⎯⎯ Failed Tests 1 ⎯⎯⎯⎯⎯⎯⎯

 FAIL  src/vault.test.ts > vault > opens with the card
AssertionError: expected 2 to be 3 // Object.is equality

- Expected
+ Received

- 3
+ 2

 ❯ src/vault.test.ts:41:28
     39|   const vault = new Vault()
     40|
     41|   expect(vault.open(card)).toBe(3)
       |                            ^
     42| })
"""
VITEST = _run(
    " RUN  v2.1.8 /srv/house",
    "",
    [f" ✓ src/{name}.test.ts ({i % 7 + 1} tests) {i}ms" for i, name in enumerate(NAMES)],
    " ❯ src/vault.test.ts (1 test | 1 failed) 9ms",
    "   × vault > opens with the card 8ms",
    "     → expected 2 to be 3 // Object.is equality",
    "",
    _VITEST_FAILURE,
    " Test Files  1 failed | 80 passed (81)",
    "      Tests  1 failed | 320 passed (321)",
    "   Duration  1.22s (transform 310ms, setup 0ms, collect 900ms, tests 120ms)",
    failure=(
        _VITEST_FAILURE,
        "Test Files  1 failed | 80 passed (81)",
        "Tests  1 failed | 320 passed",
        "   × vault > opens with the card 8ms",
        "→ expected 2 to be 3",
    ),
)
_MOCHA_FAILURE = """  80 passing (45ms)
  1 failing

  1) vault
       opens with the card:

      AssertionError [ERR_ASSERTION]: 2 == 3
      + expected - actual

      -2
      +3

      at Context.<anonymous> (test/vault.js:41:14)
      at process.processImmediate (node:internal/timers:483:21)
"""
MOCHA = _run(
    [
        line
        for i in range(8)
        for line in (f"  room {i}", *(f"    ✔ {name} well" for name in NAMES[10 * i : 10 * i + 10]))
    ],
    "  vault",
    "    1) opens with the card",
    "",
    "",
    _MOCHA_FAILURE,
    failure=(_MOCHA_FAILURE, "    1) opens with the card"),
)
_MAVEN_FAILURE = """[ERROR] Tests run: 3, Failures: 1, Errors: 0, Skipped: 0, Time elapsed: 0.051 s <<< FAILURE! -- in com.acme.VaultTest
[ERROR] com.acme.VaultTest.opens -- Time elapsed: 0.009 s <<< FAILURE!
org.opentest4j.AssertionFailedError: expected: <3> but was: <2>
\tat org.junit.jupiter.api.AssertionFailureBuilder.build(AssertionFailureBuilder.java:151)
\tat com.acme.VaultTest.opens(VaultTest.java:41)
"""
_MAVEN_END = """[ERROR] Failures: 
[ERROR]   VaultTest.opens:41 expected: <3> but was: <2>
[INFO] 
[ERROR] Tests run: 83, Failures: 1, Errors: 0, Skipped: 0
[INFO] 
[INFO] BUILD FAILURE"""
MAVEN = _run(
    "[INFO] Scanning for projects...",
    [
        f"[INFO] Downloaded from central: https://repo.maven.apache.org/maven2/com/acme/{n}/1.{i}/{n}-1.{i}.jar ({i} kB at 1.2 MB/s)"
        for i, n in enumerate(NAMES)
    ],
    "[INFO] --- surefire:3.2.5:test (default-test) @ house ---",
    [
        line
        for n in NAMES
        for line in (
            f"[INFO] Running com.acme.{n.title()}Test",
            f"[INFO] Tests run: 1, Failures: 0, Errors: 0, Skipped: 0, Time elapsed: 0.009 s -- in com.acme.{n.title()}Test",
        )
    ],
    "[INFO] Running com.acme.VaultTest",
    _MAVEN_FAILURE,
    "[INFO] ",
    "[INFO] Results:",
    "[INFO] ",
    _MAVEN_END,
    "[INFO] Total time:  3.218 s",
    "[ERROR] Failed to execute goal org.apache.maven.plugins:maven-surefire-plugin:3.2.5:test (default-test) on project house: There are test failures.",
    failure=(_MAVEN_FAILURE, _MAVEN_END, "[ERROR] Failed to execute goal"),
)
_GRADLE_FAILURE = """VaultTest > opens() FAILED
    org.opentest4j.AssertionFailedError: expected: <3> but was: <2>
        at app//com.acme.VaultTest.opens(VaultTest.java:41)

81 tests completed, 1 failed"""
_GRADLE_END = """FAILURE: Build failed with an exception.

* What went wrong:
Execution failed for task ':test'.
> There were failing tests. See the report at: file:///srv/house/build/reports/tests/test/index.html

* Try:
> Run with --scan to get full insights.

BUILD FAILED in 3s"""
GRADLE = _run(
    [f"> Task :{n}:compileJava UP-TO-DATE" for n in NAMES],
    [f"{n.title()}Test > works() PASSED\n" for n in NAMES],
    "> Task :test FAILED",
    "",
    _GRADLE_FAILURE,
    "",
    _GRADLE_END,
    "83 actionable tasks: 3 executed, 80 up-to-date",
    failure=(_GRADLE_FAILURE, _GRADLE_END, "> Task :test FAILED", "83 actionable tasks"),
)
_NPM_FAILURE = """npm error code ERESOLVE
npm error ERESOLVE unable to resolve dependency tree
npm error
npm error While resolving: house@0.1.0
npm error Found: door@18.3.1
npm error node_modules/door
npm error   door@"^18.3.1" from the root project
npm error A complete log of this run can be found in: /home/dev/.npm/_logs/2026-03-01T10_00_00_000Z-debug-0.log"""
NPM = _run(
    [
        f"npm warn deprecated {n}@{i}.0.1: no longer supported, use {n}-next"
        for i, n in enumerate(NAMES[:8])
    ],
    [
        f"npm http fetch GET 200 https://registry.example.org/{n} {10 + i}ms (cache miss)"
        for i, n in enumerate(NAMES)
    ],
    _NPM_FAILURE,
    failure=(_NPM_FAILURE, "npm warn deprecated doorholds@2.0.1"),
)
_PIP_FAILURE = """  error: subprocess-exited-with-error
  
  × Building wheel for vault (pyproject.toml) did not run successfully.
  │ exit code: 1
  ╰─> [4 lines of output]
      running bdist_wheel
      building 'vault' extension
      gcc -c vault.c -o vault.o
      error: command 'gcc' failed: No such file or directory
      [end of output]
  
  note: This error originates from a subprocess, and is likely not a problem with pip.
  ERROR: Failed building wheel for vault"""
PIP = _run(
    [
        line
        for i, n in enumerate(NAMES)
        for line in (
            f"Collecting {n}>=1.{i}",
            f"  Downloading {n}-1.{i}.0-py3-none-any.whl.metadata (1.{i % 9} kB)",
        )
    ],
    "Building wheels for collected packages: vault",
    "  Building wheel for vault (pyproject.toml): started",
    "  Building wheel for vault (pyproject.toml): finished with status 'error'",
    _PIP_FAILURE,
    "Failed to build vault",
    "ERROR: Could not build wheels for vault, which is required to install pyproject.toml-based projects",
    failure=(_PIP_FAILURE, "ERROR: Could not build wheels for vault", "Failed to build vault"),
)
_GCC_WARNING = """src/door.c: In function 'swing':
src/door.c:12:9: warning: unused variable 'hinge' [-Wunused-variable]
   12 |     int hinge = 3;
      |         ^~~~~"""
_GCC_ERROR = """src/vault.c: In function 'open':
src/vault.c:41:12: error: 'card' undeclared (first use in this function)
   41 |     return card->number;
      |            ^~~~
src/vault.c:41:12: note: each undeclared identifier is reported only once for each function it appears in
make[1]: *** [Makefile:9: vault.o] Error 1"""
MAKE = _run(
    "make[1]: Entering directory '/srv/house'",
    [f"gcc -O2 -Wall -Iinclude -c -o build/{n}.o src/{n}.c" for n in NAMES],
    _GCC_WARNING,
    [f"gcc -O2 -Wall -Iinclude -c -o build/{n}2.o src/{n}2.c" for n in NAMES],
    _GCC_ERROR,
    "make[1]: Leaving directory '/srv/house'",
    "make: *** [Makefile:4: all] Error 2",
    failure=(_GCC_WARNING, _GCC_ERROR, "make: *** [Makefile:4: all] Error 2"),
)
_DOCKER_FAILURE = """ > [build 4/6] RUN make vault:
0.412 gcc -c vault.c
0.931 vault.c:41:12: error: 'card' undeclared
0.940 make: *** [Makefile:9: vault.o] Error 1
------
Dockerfile:9
--------------------
   7 |     COPY . .
   8 |
   9 | >>> RUN make vault
  10 |     RUN make house
--------------------
ERROR: failed to solve: process "/bin/sh -c make vault" did not complete successfully: exit code: 2"""
DOCKER = _run(
    '#0 building with "default" instance using docker driver',
    "",
    "#1 [internal] load build definition from Dockerfile",
    "#1 transferring dockerfile: 412B done",
    "#1 DONE 0.0s",
    [
        line
        for i, n in enumerate(NAMES)
        for line in (
            f"#5 sha256:{i:02d}4e5f6a7b8c9d0e1f2a3b4c5d6e7f8a9b0c1d2e3f4a5b6c7d8e9f0a1b2c3d4e {i}.{i % 9}MB / 29.1MB 0.{i % 9}s",
            f"#7 {i}.{i % 10}12 Selecting previously unselected package {n}.",
            f"#7 {i}.{i % 10}15 Unpacking {n} (1.{i}-2) ...",
        )
    ],
    "#8 [build 4/6] RUN make vault",
    "#8 0.412 gcc -c vault.c",
    "#8 0.931 vault.c:41:12: error: 'card' undeclared",
    '#8 ERROR: process "/bin/sh -c make vault" did not complete successfully: exit code: 2',
    "------",
    _DOCKER_FAILURE,
    failure=(
        _DOCKER_FAILURE,
        "#8 ERROR: process",
        "#8 0.931 vault.c:41:12: error: 'card' undeclared",
    ),
)
_TERRAFORM_CHANGE = """  # aws_instance.vault must be replaced
-/+ resource "aws_instance" "vault" {
      ~ ami           = "ami-0a1b2c3d4e5f" -> "ami-9f8e7d6c5b4a" # forces replacement
        instance_type = "t3.micro"
    }"""
TERRAFORM = _run(
    [f"aws_iam_role.{n}: Refreshing state... [id={n}-{i:04d}]" for i, n in enumerate(NAMES)],
    "",
    "Terraform used the selected providers to generate the following execution plan. Resource actions are indicated with the following symbols:",
    "-/+ destroy and then create replacement",
    "",
    "Terraform will perform the following actions:",
    "",
    _TERRAFORM_CHANGE,
    "",
    "Plan: 1 to add, 0 to change, 1 to destroy.",
    "",
    "Warning: Argument is deprecated",
    "",
    "  with aws_instance.vault,",
    '  on main.tf line 41, in resource "aws_instance" "vault":',
    failure=(
        _TERRAFORM_CHANGE,
        "Plan: 1 to add, 0 to change, 1 to destroy.",
        "Warning: Argument is deprecated",
    ),
)
RUNS = {name.lower(): value for name, value in list(globals().items()) if isinstance(value, Run)}
