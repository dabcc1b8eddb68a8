"""Model families and auth modes: the two thirds of a slice that come with the request."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compressors.structure import OTHER, auth_mode, is_family, model_family

FAMILIES = [
    ("claude-sonnet-4-20250514", "claude-sonnet-4"),
    ("claude-sonnet-4-5-20250929", "claude-sonnet-4"),
    ("claude-sonnet-4.5", "claude-sonnet-4"),
    ("claude-opus-4-1", "claude-opus-4"),
    ("claude-haiku-4-5", "claude-haiku-4"),
    ("claude-opus-10", "claude-opus-10"),
    ("claude-3-5-sonnet-20241022", "claude-sonnet-3"),
    ("claude-3-7-sonnet-latest", "claude-sonnet-3"),
    ("claude-3.5-sonnet", "claude-sonnet-3"),
    ("claude-3-opus-20240229", "claude-opus-3"),
    ("claude-3-haiku-20240307", "claude-haiku-3"),
    ("claude-2.1", "claude-2"),
    ("claude-v2:1", "claude-2"),
    ("claude-instant-1.2", "claude-instant"),
    ("gpt-4o", "gpt-4o"),
    ("gpt-4o-2024-08-06", "gpt-4o"),
    ("gpt-4o-mini", "gpt-4o"),
    ("chatgpt-4o-latest", "gpt-4o"),
    ("gpt-4", "gpt-4"),
    ("gpt-4-turbo", "gpt-4"),
    ("gpt-4.1-mini", "gpt-4"),
    ("gpt-3.5-turbo-0125", "gpt-3"),
    ("gpt-35-turbo", "gpt-3"),
    ("gpt-5", "gpt-5"),
    ("gpt-5-mini", "gpt-5"),
    ("gpt-5.1-codex-max", "gpt-5"),
    ("gpt-oss-120b", "gpt-oss"),
    ("o1-preview", "o1"),
    ("o3-mini", "o3"),
    ("o4-mini-2025-04-16", "o4"),
    ("gemini-2.5-pro", "gemini-2.5"),
    ("gemini-2.0-flash-001", "gemini-2.0"),
    ("gemini-1.5-pro-002", "gemini-1.5"),
    ("gemini-3-pro-preview", "gemini-3"),
    ("models/gemini-2.5-flash", "gemini-2.5"),
    ("gemma-3-27b-it", "gemma-3"),
    ("llama-3.1-70b", "llama-3"),
    ("llama3.1:8b", "llama-3"),
    ("meta-llama/Meta-Llama-3.1-70B-Instruct", "llama-3"),
    ("meta-llama/Llama-4-Maverick-17B-128E", "llama-4"),
    ("accounts/fireworks/models/llama-v3p1-70b-instruct", "llama-3"),
    ("mistral-large-2407", "mistral-large"),
    ("open-mixtral", OTHER),
    ("codestral-latest", "codestral"),
    ("qwen2.5-coder-32b-instruct", "qwen-2"),
    ("Qwen/Qwen3-Coder-480B-A35B", "qwen-3"),
    ("deepseek-v3.1", "deepseek-v3"),
    ("deepseek-reasoner", "deepseek-reasoner"),
    ("grok-code-fast-1", "grok-code"),
    ("grok-4-0709", "grok-4"),
    ("moonshotai/kimi-k2-0905", "kimi-k2"),
    ("z-ai/glm-4.6", "glm-4"),
    ("phi-4", "phi-4"),
    ("phi3", "phi-3"),
    ("minimax/minimax-m2", "minimax-m2"),
    # through gateways
    ("bedrock/anthropic.claude-sonnet-4-20250514-v1:0", "claude-sonnet-4"),
    ("us.anthropic.claude-3-5-sonnet-20240620-v1:0", "claude-sonnet-3"),
    ("anthropic.claude-v2:1", "claude-2"),
    (
        "arn:aws:bedrock:us-east-1:000000000000:inference-profile/eu.anthropic.claude-opus-4-1",
        "claude-opus-4",
    ),
    ("meta.llama3-1-70b-instruct-v1:0", "llama-3"),
    ("amazon.nova-pro-v1:0", "nova-pro"),
    ("deepseek.r1-v1:0", OTHER),
    ("vertex_ai/claude-sonnet-4@20250514", "claude-sonnet-4"),
    ("vertex_ai/gemini-2.5-pro", "gemini-2.5"),
    ("azure/gpt-4o", "gpt-4o"),
    ("azure/gpt-5-mini", "gpt-5"),
    ("openrouter/anthropic/claude-sonnet-4:beta", "claude-sonnet-4"),
    ("openrouter/meta-llama/llama-3.3-70b-instruct:free", "llama-3"),
    ("ft:gpt-4o-2024-08-06:org:name:id", "gpt-4o"),
    ("  GPT-5  ", "gpt-5"),
    # what nobody knows
    ("", OTHER),
    ("other", OTHER),
    ("claude", OTHER),
    ("gemini-pro", OTHER),
    ("my-gpt-5", OTHER),
    ("gpt-4all", OTHER),
    ("gpt-2024-01", OTHER),
    ("o300", OTHER),
    ("llama-index", OTHER),
    ("/", OTHER),
    ("\ud800", OTHER),
]


@pytest.mark.parametrize(("name", "family"), FAMILIES)
def test_a_name_has_its_family(name: str, family: str) -> None:
    assert model_family(name) == family


@pytest.mark.parametrize("family", sorted({family for _, family in FAMILIES}))
def test_a_family_is_its_own_family(family: str) -> None:
    assert model_family(family) == family
    assert is_family(family)


@pytest.mark.parametrize("name", ["claude-sonnet-4-5", "GPT-5", "john smith", "", "llama-3.1"])
def test_a_name_that_is_no_family_is_told(name: str) -> None:
    assert not is_family(name)


@given(st.text())
def test_no_name_raises_and_every_answer_is_a_family(name: str) -> None:
    assert is_family(model_family(name))


@given(st.text(alphabet="claude-sonetgp345.:@/_v ", max_size=40))
def test_names_near_real_ones_give_families(name: str) -> None:
    assert is_family(model_family(name))


JWT = "Bearer aaa.bbb.ccc"

HEADERS = [
    ({"User-Agent": "claude-cli/2.0 (external)", "x-api-key": "sk-ant-api03"}, "subscription"),
    ({"user-agent": "Cursor/1.7"}, "subscription"),
    ({"User-Agent": "codex_cli_rs/0.50"}, "subscription"),
    ({"User-Agent": "python-httpx/0.28 claude-cli"}, "payg"),
    ({"Authorization": "Bearer sk-ant-oat01-x"}, "oauth"),
    ({"Authorization": "Bearer sk-ant-api03-x"}, "payg"),
    ({"AUTHORIZATION": "bearer sk-proj-x"}, "payg"),
    ({"Authorization": JWT}, "oauth"),
    ({"Authorization": "Bearer a..c"}, "unknown"),
    ({"Authorization": "Bearer opaque"}, "unknown"),
    ({"Authorization": "Bearer opaque", "X-Api-Key": "k"}, "payg"),
    ({"Authorization": "Bearer"}, "unknown"),
    ({"Authorization": "AWS4-HMAC-SHA256 Credential=x"}, "oauth"),
    ({"Authorization": "Basic eA=="}, "oauth"),
    ({"x-api-key": "k"}, "payg"),
    ({"X-Goog-Api-Key": "k"}, "payg"),
    ({}, "payg"),
    ({"Authorization": ""}, "payg"),
]


@pytest.mark.parametrize(("headers", "mode"), HEADERS)
def test_the_first_sign_of_payment_decides(headers: dict[str, str], mode: str) -> None:
    assert auth_mode(headers) == mode


@given(st.dictionaries(st.sampled_from(["Authorization", "User-Agent", "x-api-key"]), st.text()))
def test_no_header_raises(headers: dict[str, str]) -> None:
    assert auth_mode(headers) in {"payg", "oauth", "subscription", "unknown"}
