"""What cannot be delivered is refused at synth, with the name of the field."""

import json
from pathlib import Path
from typing import Any

import pytest

from stacks.config import ConfigError
from stacks.delivery_config import DeliveryConfig
from tests.stacks.delivery import CODECOMMIT, CONNECTION, ELSEWHERE, GITHUB, synthesize
from tests.stacks.synthesis import ROOT


def test_a_file_is_read_into_a_configuration(tmp_path: Path) -> None:
    file = tmp_path / "delivery.json"
    file.write_text(json.dumps(GITHUB))
    assert DeliveryConfig.read(file) == DeliveryConfig(**GITHUB)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("source", "gitlab"),
        ("repository", "darkroom"),
        ("repository", "octo/darkroom; rm -rf"),
        ("branch", ""),
        ("branch", "$(id)"),
        ("connection_arn", None),
        ("connection_arn", "arn:aws:codeconnections:eu-west-1:111122223333:host/x"),
        ("connection_arn", CONNECTION.replace("eu-west-1", "us-east-1")),
        ("connection_arn", CONNECTION.replace("111122223333", ELSEWHERE)),
        ("account", "12345"),
        ("account", 111122223333),
        ("sandbox_account", "<sandbox>"),
        ("production_account", ""),
        ("region", "Ireland"),
        ("alarm_email", "nobody"),
        ("artifact_days", 0),
        ("artifact_days", "90"),
        ("log_days", 5),
        ("rebuild_on", "Monday"),
    ],
)
def test_what_cannot_work_is_refused_by_name(field: str, value: Any) -> None:
    # Where the account or the region is wrong, so is the connection's; it is the first to look at.
    with pytest.raises(ConfigError, match=rf"{field}|connection_arn") as refused:
        DeliveryConfig(**{**GITHUB, field: value})
    assert field in str(refused.value) or field in ("account", "region")


@pytest.mark.parametrize(
    ("field", "value"), [("connection_arn", CONNECTION), ("repository", "octo/darkroom")]
)
def test_codecommit_has_no_connection_and_no_owner(field: str, value: str) -> None:
    with pytest.raises(ConfigError, match=field):
        DeliveryConfig(**{**CODECOMMIT, field: value})


def test_the_older_name_of_a_connection_is_taken_as_well() -> None:
    older = CONNECTION.replace("codeconnections", "codestar-connections")
    assert DeliveryConfig(**{**GITHUB, "connection_arn": older}).connection_arn == older


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ('{"repository": "octo/darkroom"}', "lacks account, production_account, region"),
        (json.dumps({**GITHUB, "brunch": "main"}), "fields that mean nothing: brunch"),
        ("[]", "must be a JSON object"),
        ("{", "cannot be read"),
    ],
)
def test_a_file_that_is_none_is_refused_with_its_name(
    tmp_path: Path, text: str, wrong: str
) -> None:
    file = tmp_path / "delivery.json"
    file.write_text(text)
    with pytest.raises(ConfigError, match=wrong) as refused:
        DeliveryConfig.read(file)
    assert "delivery.json" in str(refused.value)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        DeliveryConfig.read(tmp_path / "delivery.json")


def test_the_example_names_every_field_that_must_be_filled_in_and_is_refused_as_it_is() -> None:
    example = ROOT / "delivery.example.json"
    with pytest.raises(ConfigError, match="repository must be owner/name"):
        DeliveryConfig.read(example)
    fields = json.loads(example.read_text())
    assert DeliveryConfig(**{**GITHUB, "source": fields["source"]})
    assert fields.keys() >= GITHUB.keys()


@pytest.mark.parametrize("settings", ["/etc/delivery.json", "../delivery.json", "a b.json", ""])
def test_settings_that_the_build_could_not_find_are_refused(settings: str) -> None:
    with pytest.raises(ConfigError, match="delivery must be a file in the repository"):
        synthesize(DeliveryConfig(**GITHUB), settings)
