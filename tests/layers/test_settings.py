"""The environment is read as a whole and refused as a whole."""

from dataclasses import dataclass, field

import pytest

from darkroom.settings import SettingsError, from_environment


@dataclass(frozen=True)
class Settings:
    """Some settings."""

    bucket_name: str
    max_bytes: int
    numbers: tuple[int, ...] = field(metadata={"parse": lambda text: tuple(map(int, text.split()))})
    quality: int = 82


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Set all that is required."""
    for name, text in {"BUCKET_NAME": "b", "MAX_BYTES": "10", "NUMBERS": "1 2"}.items():
        monkeypatch.setenv(name, text)
    monkeypatch.delenv("QUALITY", raising=False)
    return monkeypatch


def test_variables_are_read_by_the_types_of_the_fields(environment: pytest.MonkeyPatch) -> None:
    assert from_environment(Settings) == Settings("b", 10, (1, 2), 82)


def test_a_default_can_be_overridden(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("QUALITY", "90")
    assert from_environment(Settings).quality == 90


def test_all_that_is_missing_or_unreadable_is_named_at_once(
    environment: pytest.MonkeyPatch,
) -> None:
    environment.delenv("BUCKET_NAME")
    environment.setenv("MAX_BYTES", "ten")
    environment.setenv("NUMBERS", "")

    with pytest.raises(SettingsError) as refused:
        from_environment(Settings)

    first, second, third = str(refused.value).splitlines()
    assert first == "BUCKET_NAME is not set"
    assert second.startswith("MAX_BYTES cannot be read")
    assert third == "NUMBERS is not set"
