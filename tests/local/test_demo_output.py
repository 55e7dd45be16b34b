"""How the demo ends: with the gallery's address, and logins that see something."""

import sys
from argparse import Namespace
from pathlib import Path
from typing import Any

import pytest

from local import command_line
from local.cloud import Cloud
from local.gallery.people import logins
from local.samples import samples


@pytest.fixture
def cloud(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cloud:
    """Return one that is said to be up."""
    monkeypatch.setattr(Cloud, "up", lambda _: None)
    return Cloud(tmp_path)


def demo(cloud: Cloud, monkeypatch: pytest.MonkeyPatch, code: int = 0) -> int:
    def run(_: Any) -> int:
        sys.stdout.write("a table of pictures\n")
        return code

    monkeypatch.setattr("local.demo.run", run)
    return command_line.demo(cloud, Namespace())


def test_it_ends_with_the_gallerys_address_and_who_may_log_in(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert demo(cloud, monkeypatch) == 0
    _, end = capsys.readouterr().out.split("a table of pictures\n")
    assert f"The gallery: http://127.0.0.1:{cloud.gallery.port}/\n" in end
    for login in logins(cloud.home):
        assert f"{login.email}  password {login.password}  sees " in end


def test_a_demo_that_failed_says_so_and_shows_the_gallery_all_the_same(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert demo(cloud, monkeypatch, code=1) == 1
    assert "The gallery: " in capsys.readouterr().out


def test_whoever_logs_in_finds_pictures(tmp_path: Path) -> None:
    [owner] = {each.owner for each in logins(tmp_path)} - {None}
    theirs = [each for each in samples() if each.key.startswith(f"{owner}/")]
    assert len(theirs) >= 3
    assert any(each.size for each in theirs)
