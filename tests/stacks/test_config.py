"""Every stage is valid, and what cannot work is refused by the name of its field."""

import json
from dataclasses import replace
from typing import Any

import pytest

from stacks.config import ConfigError, Variant, config_for, local, production, sandbox


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("variants", ()),
        ("variants", (Variant("same", 10), Variant("same", 20))),
        ("tombstone_days", 14),
        ("tombstone_days", 22),
        ("noncurrent_days", 0),
        ("multipart_days", -1),
        ("thumbnails_days", 0),
        ("max_bytes", 0),
        ("decoding_mb", -5),
        ("report_shards", 0),
        ("report_parallelization", 11),
        ("sweep_hours", 0),
        ("sweep_grace_minutes", -1),
        ("reports_days", 0),
        ("log_days", 8),
        ("log_level", "LOUD"),
        ("cold_class", "DEEP_ARCHIVE"),
        ("cold_class", "GLACIER"),
        ("cold_after_days", 29),
        ("max_concurrency", 1),
        ("max_concurrency", 1001),
        ("cors_origins", ("*",)),
        ("cors_origins", ("https://example.com/path",)),
        ("empty_buckets", True),
        ("decrypt_keys", ("alias/uploads",)),
        ("decrypt_keys", ("arn:aws:kms:eu-west-1:111122223333:alias/uploads",)),
        ("decrypt_keys", ("arn:aws:kms:eu-west-1:111122223333:key/*",)),
        ("decrypt_keys", "arn:aws:kms:eu-west-1:111122223333:key/1234"),
    ],
)
def test_a_value_that_cannot_work_is_refused_by_its_fields_name(field: str, value: Any) -> None:
    with pytest.raises(ConfigError, match=f"^{field} must "):
        replace(production(), **{field: value})


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "Big one"),
        ("name", ""),
        ("long_edge", 0),
        ("long_edge", 4097),
        ("format", "GIF"),
        ("quality", 0),
        ("quality", 101),
    ],
)
def test_a_variant_that_cannot_work_is_refused_by_its_fields_name(field: str, value: Any) -> None:
    with pytest.raises(ConfigError, match=f"^{field} must "):
        replace(Variant("small", 128), **{field: value})


def test_an_unknown_stage_is_refused_with_the_names_of_those_there_are() -> None:
    with pytest.raises(ConfigError, match="local, sandbox, production, not 'staging'"):
        config_for("staging")


def test_variants_travel_as_json() -> None:
    config = replace(sandbox(), variants=(Variant("tiny", 32, "AVIF", 70, "pad", "#102030"),))
    assert json.loads(config.variants_json) == [
        {
            "name": "tiny",
            "long_edge": 32,
            "format": "AVIF",
            "quality": 70,
            "fit": "pad",
            "background": "#102030",
        }
    ]


def test_only_production_keeps_data_and_only_a_sandbox_empties_buckets() -> None:
    assert [config.keep_data for config in (local(), sandbox(), production())] == [0, 0, 1]
    assert [config.empty_buckets for config in (local(), sandbox(), production())] == [0, 1, 0]
