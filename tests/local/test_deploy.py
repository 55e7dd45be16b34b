"""A deploy succeeds, fails or hangs, and says so; the real one is a test of the whole app."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from local.cloud import ROOT, Cloud
from local.errors import DeployFailed, DeployTimedOut, NotDeployed, NotRunning
from tests.local.clouds import is_gone, script
from tests.local.workbench import eventually


def test_a_failed_deploy_is_shown_with_the_end_of_its_log(emulator: Cloud, tmp_path: Path) -> None:
    cdk = script(tmp_path / "cdk", "echo 'Storage | CREATE_FAILED | no such thing'", "exit 1")

    with pytest.raises(DeployFailed, match=r"cdk failed with code 1(.|\n)*no such thing"):
        Cloud(emulator.home, cdk=cdk).deploy()


def test_a_hanging_deploy_is_ended_and_shown_with_both_logs(
    emulator: Cloud, tmp_path: Path
) -> None:
    pid_file = tmp_path / "pid"
    hang = ["echo waiting for ever", f"echo $$ > {pid_file}", "sleep 600 & wait"]
    cloud = Cloud(emulator.home, cdk=script(tmp_path / "cdk", *hang), deploy_seconds=1)

    with pytest.raises(DeployTimedOut, match="did not end within 1 s") as raised:
        cloud.deploy()

    assert "waiting for ever" in str(raised.value)
    assert str(cloud.home / "emulator.log") in str(raised.value)
    eventually(lambda: is_gone(int(pid_file.read_text())))


def test_a_deploy_never_sees_the_users_own_credentials(
    emulator: Cloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "of-production")
    seen = tmp_path / "seen"

    Cloud(emulator.home, cdk=script(tmp_path / "cdk", f"env > {seen}")).deploy()

    assert "production" not in seen.read_text()
    assert f"AWS_ENDPOINT_URL={emulator.endpoint}" in seen.read_text()


def test_outputs_are_flat_and_without_what_stacks_export_to_each_other(
    emulator: Cloud, tmp_path: Path
) -> None:
    outputs = '{"A": {"OriginalsBucket": "o", "ExportsOutputRefX": "x"}, "B": {"Queue": "q"}}'
    write = [
        'while [ "$1" ]; do',
        f'  [ "$1" = --outputs-file ] && echo \'{outputs}\' > "$2"',
        "  shift",
        "done",
        "true",
    ]
    cloud = Cloud(emulator.home, cdk=script(tmp_path / "cdk", *write))

    cloud.deploy()

    assert cloud.outputs() == {"OriginalsBucket": "o", "Queue": "q"}


def test_an_interrupted_up_leaves_nothing_running(tmp_path: Path) -> None:
    hanging = script(tmp_path / "cdk", "sleep 600 & wait")
    program = f"""
from pathlib import Path
from local.cloud import Cloud
Cloud(Path({str(tmp_path / "home")!r}), cdk=Path({str(hanging)!r})).up()
"""
    process = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stderr=subprocess.DEVNULL)
    cloud = Cloud(tmp_path / "home")
    eventually(lambda: (cloud.home / "cdk-bootstrap.log").exists())

    process.send_signal(signal.SIGINT)

    assert process.wait(timeout=60) != 0
    assert not cloud.is_running()


def test_what_needs_a_running_or_deployed_cloud_says_so(tmp_path: Path) -> None:
    with pytest.raises(NotRunning, match="local up"):
        Cloud(tmp_path).deploy()
    with pytest.raises(NotDeployed, match="local up"):
        Cloud(tmp_path).outputs()
