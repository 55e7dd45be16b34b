"""The local cloud starts, on loopback only; when it cannot, it says why."""

import os
import re
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from local.cloud import ROOT, Cloud
from local.errors import (
    CloudError,
    EmulatorFailed,
    PortOccupied,
    ToolMissing,
)
from tests.local.clouds import running, script
from tests.local.workbench import Workbench

LOOPBACK = {"0100007F", "00000000000000000000000001000000", "0000000000000000FFFF00000100007F"}
LISTEN = "0A"


def root_with_emulator(root: Path, *lines: str) -> Path:
    """A repository whose emulator is a script."""
    script(root / ".venv-cloud/bin/python", *lines)
    script(root / "node_modules/.bin/cdk")
    return root


def test_without_setup_it_says_to_run_make_setup(tmp_path: Path) -> None:
    with pytest.raises(ToolMissing, match=r"\.venv-cloud/bin/python is missing.*make setup"):
        Cloud(tmp_path / "home", root=tmp_path).start()


@pytest.mark.parametrize("program", ["node", "openssl"])
def test_a_missing_program_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str
) -> None:
    for other in {"node", "openssl"} - {program}:
        script(tmp_path / "bin" / other)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))

    with pytest.raises(ToolMissing, match=f"`{program}` is not on the PATH"):
        Cloud(tmp_path / "home").start()


def test_an_occupied_port_is_refused(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]

        with pytest.raises(PortOccupied, match=f"Port {port} is occupied"):
            Cloud(tmp_path, port).start()


def test_another_port_than_the_running_ones_is_refused(emulator: Cloud) -> None:
    with pytest.raises(CloudError, match=r"down.* it to change its port"):
        Cloud(emulator.home, emulator.settings.port + 1).start()


def test_another_ministack_is_refused_with_the_reason(tmp_path: Path) -> None:
    metadata = tmp_path / "ministack-9.9.9.dist-info" / "METADATA"
    metadata.parent.mkdir()
    metadata.write_text("Metadata-Version: 2.1\nName: ministack\nVersion: 9.9.9\n")

    done = subprocess.run(
        [".venv-cloud/bin/python", "-m", "local.emulator", "--home", str(tmp_path), "--port", "1"],
        cwd=ROOT,
        env={"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 2
    assert "ministack 9.9.9 is installed, but only 1.5.33 will do: the repairs" in done.stderr


def test_an_emulator_that_crashes_while_starting_is_shown_with_its_log(tmp_path: Path) -> None:
    root = root_with_emulator(tmp_path / "root", "echo 'the disk is on fire'", "exit 1")
    cloud = Cloud(tmp_path / "home", root=root)

    with pytest.raises(EmulatorFailed, match=r"ended while starting(.|\n)*the disk is on fire"):
        cloud.start()

    assert not cloud.is_running()


def test_starting_twice_starts_one(emulator: Cloud) -> None:
    pid = emulator.emulator.pid()

    assert Cloud(emulator.home).start() is False
    assert emulator.emulator.pid() == pid


def test_the_key_and_the_environment_are_for_the_owner_only(emulator: Cloud) -> None:
    for file in (emulator.settings.key, emulator.home / "env.sh"):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_shell_that_sources_env_sh_talks_to_this_cloud(emulator: Cloud) -> None:
    ask = "import boto3; print(boto3.client('sts').get_caller_identity()['Arn'])"

    done = subprocess.run(
        ["sh", "-c", f'. {emulator.home}/env.sh && exec {sys.executable} -c "{ask}"'],
        env={"AWS_PROFILE": "of-another-account", "AWS_SESSION_TOKEN": "stale"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert re.fullmatch(r"arn:aws:iam::\d{12}:root\n", done.stdout), done.stderr


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="reads Linux's table of sockets")
def test_nothing_listens_beyond_loopback(bench: Workbench) -> None:
    bench.invoke(bench.function("def handler(event, context):\n    return 1\n"))
    pid = bench.cloud.emulator.pid()

    listening = [s for s in sockets_of(process_group(pid)) if s.state == LISTEN]

    assert {s.address for s in listening} <= LOOPBACK
    assert bench.cloud.settings.port in {s.port for s in listening}
    assert 443 not in {s.port for s in listening}


class Socket:
    """A line of /proc/net/tcp (man 5 proc)."""

    def __init__(self, line: str) -> None:
        fields = line.split()
        self.address, port = fields[1].split(":")
        self.port = int(port, 16)
        self.state = fields[3]
        self.inode = fields[9]


def process_group(pid: int | None) -> list[Path]:
    processes = [path for path in Path("/proc").iterdir() if path.name.isdigit()]
    return [path for path in processes if os.getpgid(int(path.name)) == pid]


def sockets_of(processes: list[Path]) -> list[Socket]:
    links = [str(link.readlink()) for process in processes for link in (process / "fd").iterdir()]
    inodes = {link[8:-1] for link in links if link.startswith("socket:[")}
    tables = [Path(f"/proc/net/{kind}").read_text() for kind in ("tcp", "tcp6")]
    every = [Socket(line) for table in tables for line in table.splitlines()[1:]]
    return [each for each in every if each.inode in inodes]


def test_two_clouds_run_at_once_and_hold_different_things(emulator: Cloud, tmp_path: Path) -> None:
    with running(Cloud(tmp_path)) as other:
        other.client("s3").create_bucket(Bucket="only-there")

        assert other.settings.port != emulator.settings.port
        buckets = emulator.client("s3").list_buckets()["Buckets"]
        assert "only-there" not in {bucket["Name"] for bucket in buckets}
