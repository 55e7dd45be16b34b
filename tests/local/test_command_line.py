"""`python -m local`: what it prints and the codes it ends with."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from local.cloud import Cloud
from local.command_line import main
from tests.local.workbench import Workbench, any_name

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("command", ["up", "demo", "storm", "chaos", "down", "status", "logs"])
def test_every_command_explains_itself(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([command, "--help"])

    assert ended.value.code == 0
    assert "Exit codes: 0 done, 1 failed, 2 wrong usage." in capsys.readouterr().out


def test_wrong_usage_is_code_2() -> None:
    with pytest.raises(SystemExit) as ended:
        main(["upp"])

    assert ended.value.code == 2


def test_a_failure_is_code_1_with_the_message_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(["--home", str(tmp_path), "logs", "make_thumbnails"])

    assert code == 1
    assert capsys.readouterr().err == (
        "The cloud is not running. Start it with `python -m local up`.\n"
    )


def test_status_of_no_cloud_makes_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = tmp_path / "home"

    assert main(["--home", str(home), "status"]) == 0

    assert "not running" in capsys.readouterr().out
    assert not home.exists()


def test_status_tells_process_endpoint_stacks_and_outputs(
    emulator: Cloud, capsys: pytest.CaptureFixture[str]
) -> None:
    stack = any_name("stack")
    template = '{"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}'
    emulator.client("cloudformation").create_stack(StackName=stack, TemplateBody=template)
    emulator.outputs_file.write_text(json.dumps({"OriginalsBucket": "originals-1"}))

    assert main(["--home", str(emulator.home), "status"]) == 0

    told = capsys.readouterr().out
    assert f"process {emulator.emulator.pid()}, {emulator.endpoint}" in told
    assert f"{stack}: CREATE_" in told
    assert "OriginalsBucket = originals-1" in told


def test_logs_of_a_function_are_found_by_its_folder(
    bench: Workbench, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = "develop_films"
    code = "def handler(event, context):\n    print('developing', event)\n"
    function = bench.function(
        {f"functions/{folder}/handler.py": code}, Handler=f"functions.{folder}.handler.handler"
    )
    bench.invoke(function, "cat.jpg")

    assert main(["--home", str(bench.cloud.home), "logs", folder]) == 0

    assert "developing cat.jpg\n" in capsys.readouterr().out


def test_logs_of_an_unknown_folder_name_the_known_ones(
    bench: Workbench, capsys: pytest.CaptureFixture[str]
) -> None:
    bench.function("", Handler="functions.known_one.handler.handler")

    assert main(["--home", str(bench.cloud.home), "logs", "unknown_one"]) == 1

    told = capsys.readouterr().err
    assert "No function of functions/unknown_one is deployed" in told
    assert "known_one" in told


def test_logs_without_a_name_are_the_emulators(
    emulator: Cloud, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--home", str(emulator.home), "logs"]) == 0

    assert f"available on port {emulator.settings.port}" in capsys.readouterr().out


def test_down_keeps_the_state_unless_told_to_delete_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cloud = Cloud(tmp_path / "home")
    cloud.start()
    home = ["--home", str(cloud.home)]

    assert main([*home, "down"]) == 0
    assert not cloud.is_running()
    assert (cloud.home / "state").exists()

    assert main([*home, "down"]) == 0
    assert main([*home, "down", "--delete"]) == 0
    assert not cloud.home.exists()
    assert "state deleted" in capsys.readouterr().out
    cloud.stop()


@pytest.mark.parametrize(
    "command", [["status"], ["down"], ["--help"], ["status", "--help"]], ids=" ".join
)
def test_a_reader_who_has_left_causes_no_traceback(tmp_path: Path, command: list[str]) -> None:
    ran = without_a_reader("stdout", "--home", str(tmp_path), *command)

    assert (ran.returncode, ran.stderr) == (1, b"")


def test_logs_end_when_their_reader_has_left(emulator: Cloud) -> None:
    ran = without_a_reader("stdout", "--home", str(emulator.home), "logs")

    assert (ran.returncode, ran.stderr) == (1, b"")


def test_a_stop_is_complete_though_nobody_reads_its_progress(tmp_path: Path) -> None:
    cloud = Cloud(tmp_path / "home")
    cloud.start()
    try:
        ran = without_a_reader("stderr", "--home", str(cloud.home), "down")

        assert ran.returncode == 0
        assert b"The cloud is stopped." in ran.stdout
        assert not cloud.is_running()
    finally:
        cloud.stop()


def without_a_reader(stream: str, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    """Run a command whose *stream* is a pipe that nobody reads."""
    reader, writer = os.pipe()
    os.close(reader)
    streams: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, stream: writer}
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONUNBUFFERED"}
    command = [sys.executable, "-m", "local", *arguments]
    try:
        return subprocess.run(command, cwd=ROOT, env=environment, **streams)
    finally:
        os.close(writer)
