"""Publications for tests: the contract's example with real hashes, and small ones by slice."""

from compressors.book import publication_id

ENGINE = "e" * 64
DIGEST = "sha256:" + "a" * 64
PEPPER_ID = "1f3a9c02"
STRUCTURE = "0123456789abcdef01234567"
EXPERIMENT = "00112233445566ff"

HEAD = f"""schema = 1

[publication]
id = "ID"
engine = ["sha256:{ENGINE}"]
pepper_id = "{PEPPER_ID}"
origin = "live"
watermark = 2026-11-20T23:59:59Z
delta = 0.05
epsilon = {{ gsm8k = 0.01, truthfulqa = 0.02, bfcl = 0.01, trajectories = 0.05 }}
datasets = {{ gsm8k = "{DIGEST}", truthfulqa = "{DIGEST}", bfcl = "{DIGEST}", trajectories = "{DIGEST}" }}
control_share = 10
"""  # noqa: E501 - as the file has it

CERTIFICATE = """
[[certificate]]
kind = "json"
profile = "json.rows_few"
profile_id = "0123456789abcdef"
dataset = "gsm8k"
block = 1
version = 1
kinds = 9
n = 761
harms = 0
p = 0.0005
solvable = 0.71
status = "certified"
"""


def certificate(profile: str, *, status: str = "certified", dataset: str = "gsm8k") -> str:
    """One bound on harm of a profile."""
    return (
        CERTIFICATE.replace("json.rows_few", profile)
        .replace('"certified"', f'"{status}"')
        .replace('"gsm8k"', f'"{dataset}"')
    )


DEFAULT = """
[[default]]
kind = "json"
profile = "json.rows_half"
[default.params]
row_share = 0.5
"""

ROW = f"""
[[recommendation]]
auth_mode = "payg"
model_family = "claude-sonnet-4"
structure_hash = "{STRUCTURE}"
skip_compression_recommended = false
strategy_hint = "json.rows_few"
confidence = 0.9731
observations = 4120
[recommendation.params]
row_share = 0.2
preserve_fields = ["aaaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbbb"]
[recommendation.canary]
profile = "json.rows_minimal"
experiment = "{EXPERIMENT}"
share = 50
[recommendation.evidence]
reason = "certified"
instances = 17
net_savings = [0.412, 0.455]
regret = [0.004, 0.012]
level = 0.95
"""

EXAMPLE = (
    HEAD
    + CERTIFICATE
    + DEFAULT
    + ROW
    + certificate("json.rows_half")
    + certificate("json.rows_minimal")
)

BARE = f"""schema = 1

[publication]
id = "ID"
engine = ["sha256:{ENGINE}"]
delta = 0.05
epsilon = {{ gsm8k = 0.01 }}
datasets = {{ gsm8k = "{DIGEST}" }}
control_share = 0
"""


def sealed(text: str) -> bytes:
    """The text with the id that its other lines give."""
    content = text.encode()
    return content.replace(b'"ID"', f'"{publication_id(content)}"'.encode(), 1)


def row(
    structure_hash: str,
    profile: str,
    *,
    canary: tuple[str, int] | None = None,
    params: str = "",
    auth_mode: str = "payg",
    family: str = "claude-sonnet-4",
) -> str:
    """A row for one slice; ``canary`` is a profile and its share."""
    tried = (
        f'[recommendation.canary]\nprofile = "{canary[0]}"\nexperiment = "{EXPERIMENT}"\n'
        f"share = {canary[1]}\n"
        if canary
        else ""
    )
    skip = "true" if profile.endswith(".passthrough") else "false"
    return f"""
[[recommendation]]
auth_mode = "{auth_mode}"
model_family = "{family}"
structure_hash = "{structure_hash}"
skip_compression_recommended = {skip}
strategy_hint = "{profile}"
confidence = 0.99
observations = 100
[recommendation.params]
{params}
{tried}[recommendation.evidence]
reason = "certified"
instances = 6
net_savings = [0.2, 0.4]
regret = [0.0, 0.04]
level = 0.95
"""


def published(
    *rows: str, pepper_id: str, engine: str, control: int = 0, default: str = ""
) -> bytes:
    """A sealed publication with these rows, for this pepper and engine."""
    head = HEAD.replace(PEPPER_ID, pepper_id).replace(ENGINE, engine)
    head = head.replace("control_share = 10", f"control_share = {control}")
    return sealed(head + default + "".join(rows))
