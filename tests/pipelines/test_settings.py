import pytest

from compressors.errors import ConfigurationError
from pipelines.settings import Pin, Settings, load_settings, parse_settings


def test_the_contracts_numbers():
    s = Settings()
    assert (s.delta, s.alpha, s.regret_limit, s.counted_per_conversation) == (0.05, 0.05, 0.05, 4)
    assert (s.follow_up_hours, s.clip_tokens) == (24, 200_000)
    assert (s.half_life_days, s.canary_window_days) == (14, 28)
    assert (s.instance_cap, s.canary_share, s.control_share) == (0.2, 50, 10)
    assert (s.min_instances, s.min_conversations) == (5, 50)


def test_a_home_may_have_its_own(tmp_path):
    path = tmp_path / "settings.toml"
    assert load_settings(path) == Settings()
    path.write_text(
        "min_instances = 1\n[[pins]]\nauth_mode = 'payg'\nmodel_family = 'gpt-5'\n"
        f"structure_hash = '{'ab' * 12}'\nprofile = 'json.lossless'\n"
    )
    found = load_settings(path)
    assert found.min_instances == 1
    assert found.pins == (
        Pin(auth_mode="payg", model_family="gpt-5", structure_hash="ab" * 12,
            profile="json.lossless"),
    )  # fmt: skip
    assert found.alpha == Settings().alpha


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("alpha = 0", "alpha"),
        ("alpha = 1.0", "alpha"),
        ("alpah = 0.1", "alpah"),
        ("min_conversations = -1", "min_conversations"),
        ("min_conversations = 'many'", "min_conversations"),
        ("canary_share = 900", "canary_share"),
        ("pins = [{profile = 'x'}]", "pins"),
        ("alpha = ", "not TOML"),
    ],
)
def test_a_wrong_value_names_file_and_field(tmp_path, text, message):
    path = tmp_path / "settings.toml"
    path.write_text(text)
    with pytest.raises(ConfigurationError, match=message) as refused:
        load_settings(path)
    assert str(path) in str(refused.value)


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    with pytest.raises(ConfigurationError, match="cannot be read"):
        load_settings(tmp_path)


@pytest.mark.parametrize(("instances", "cap"), [(5, 0.2), (10, 0.2), (4, 0.25), (2, 0.5), (1, 1.0)])
def test_the_cap_leaves_room_for_the_fewest_instances(instances, cap):
    assert parse_settings({"min_instances": instances}, source="test").effective_cap == cap
