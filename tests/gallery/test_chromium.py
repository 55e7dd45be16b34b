"""Which browser the tests use, and what they say where there is none."""

import platform
from pathlib import Path

import pytest

from tests.gallery import chromium
from tests.gallery.chromium import NoChromium, find_chromium


@pytest.fixture(autouse=True)
def nothing_on_the_path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CHROMIUM", raising=False)


@pytest.mark.parametrize(("system", "machine"), [("Darwin", "arm64"), ("Linux", "aarch64")])
def test_a_machine_that_the_package_has_no_browser_for_is_told_what_to_do(
    monkeypatch: pytest.MonkeyPatch, system: str, machine: str
) -> None:
    monkeypatch.setattr(platform, "system", lambda: system)
    monkeypatch.setattr(platform, "machine", lambda: machine)

    with pytest.raises(NoChromium, match=f"{machine} {system}.*CHROMIUM="):
        find_chromium()


def test_a_browser_that_is_named_goes_before_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHROMIUM", "/bin/sh")

    assert find_chromium().program == "/bin/sh"


def test_a_name_that_is_no_program_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHROMIUM", "/no/such/chromium")

    with pytest.raises(NoChromium, match="/no/such/chromium"):
        find_chromium()


def test_a_package_that_is_not_installed_is_said(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(platform, "system", lambda: "Linux")
    monkeypatch.setattr(platform, "machine", lambda: "x86_64")
    monkeypatch.setattr(chromium, "PACKED", tmp_path / "none")

    with pytest.raises(NoChromium, match="npm ci"):
        find_chromium()
