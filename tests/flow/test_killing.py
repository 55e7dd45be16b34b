"""A killed cloud has lost the last seconds; `doctor --fix` derives them from the bucket again."""

import os
import shutil
import signal
from pathlib import Path

import pytest

from tests.flow.conftest import App, operate, wait_until
from tests.pictures import any_picture


def kill(app: App) -> None:
    """End the emulator without a save."""
    pid = app.cloud.emulator.pid()
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not app.cloud.is_running(), lambda: "it runs")


def test_doctor_brings_a_killed_cloud_into_agreement_with_the_bucket(
    app: App, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    app.put("killed/deleted.jpg")
    app.put("killed/overwritten.jpg")
    app.wait_until_quiet()
    app.cloud.emulator.save()
    saved = app.cloud.settings.snapshot
    shutil.copy(saved, tmp_path / "before")

    app.put("killed/added.jpg")
    newest = app.put("killed/overwritten.jpg", any_picture(64, 48))
    app.delete("killed/deleted.jpg")
    app.wait_until_quiet()
    kill(app)
    shutil.copy(tmp_path / "before", saved)  # as if the kill had come before the next save
    app.cloud.start()

    assert "doctor --local --fix" in capsys.readouterr().err
    assert app.inspector.look().disagreements
    operate(app, "doctor", "--fix")
    app.wait_for_version("killed/overwritten.jpg", newest)
    assert not app.wait_until_quiet().disagreements
    operate(app, "doctor")
    operate(app, "report", "verify")
