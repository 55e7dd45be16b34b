"""`python -m operations`: where the app is, what is printed, and the codes it ends with."""

import io
import json
import os
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore import exceptions
from botocore.exceptions import ClientError

from operations import command_line
from operations.answers import age, printable, table
from operations.command_line import main
from operations.errors import explained
from operations.options import EXAMPLES, parser
from operations.progress import Progress
from tests.operations.conftest import Deployed

ROOT = Path(__file__).resolve().parents[2]
COMMANDS = [name.split() for name in EXAMPLES if name]
CODES = "Exit codes: 0 all is well, 1 something was found or failed, 2 wrong usage."


@pytest.fixture
def stacks(monkeypatch: pytest.MonkeyPatch) -> dict[str, dict[str, str]]:
    """Return the outputs of deployed stacks, to be filled; CloudFormation knows no others.

    moto's CloudFormation needs libraries of which nothing else here has any use.
    """
    deployed: dict[str, dict[str, str]] = {}

    def describe(params: dict[str, Any], **_: Any) -> Any:
        name = params["body"]["StackName"]
        if name not in deployed:
            told = f"Stack with id {name} does not exist"
            error = {"Error": {"Code": "ValidationError", "Message": told}}
            return type("Answer", (), {"status_code": 400})(), error
        outputs = [{"OutputKey": k, "OutputValue": v} for k, v in deployed[name].items()]
        answer = {"Stacks": [{"StackName": name, "Outputs": outputs}]}
        return type("Answer", (), {"status_code": 200})(), answer

    def session(**options: Any) -> boto3.Session:
        made = make(**options)
        made.events.register("before-call.cloudformation.DescribeStacks", describe)
        return made

    make = boto3.Session
    monkeypatch.setattr(boto3, "Session", session)
    return deployed


def code_of(*arguments: str) -> int:
    """Return the exit code, whoever ends it."""
    try:
        return main(list(arguments))
    except SystemExit as ended:
        return int(str(ended.code))


@pytest.mark.parametrize("command", [[], *COMMANDS], ids=" ".join)
def test_every_command_explains_itself_by_examples(
    command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert code_of(*command, "--help") == 0

    told = capsys.readouterr().out
    assert CODES in told
    assert f"  python3 -m operations {' '.join(command)}" in told


@pytest.mark.parametrize("line", [line for lines in EXAMPLES.values() for line in lines])
def test_the_examples_are_taken(line: str) -> None:

    assert parser().parse_args(shlex.split(line))


@pytest.mark.parametrize(
    "line",
    [
        "",
        "doktor",
        "why",
        "why a b",
        "dlq",
        "dlq show --limit 0",
        "dlq redrive --limit -1",
        "dlq redrive --limit many",
        "doctor --grace 1.5",
        "doctor --stage local",
        "doctor --local --region eu-west-1",
        "doctor --local --stage sandbox",
        "doctor --home /tmp",
        "report verify --slowly",
    ],
)
def test_wrong_usage_is_code_2_in_few_words(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert code_of(*line.split()) == 2
    assert "Traceback" not in capsys.readouterr().err


def test_where_the_app_is_may_be_said_before_the_command_or_behind_it() -> None:
    before = parser().parse_args(["--local", "--json", "dlq", "ls"])
    behind = parser().parse_args(["dlq", "ls", "--local", "--json"])

    assert vars(before) == vars(behind)
    assert before.local
    assert before.json


def test_names_come_from_the_stages_stacks(
    deployed: Deployed, stacks: dict[str, dict[str, str]], capsys: pytest.CaptureFixture[str]
) -> None:
    names = sorted(deployed.app.outputs)
    for stack, some in (("Storage", names[::2]), ("Processing", names[1::2])):
        stacks[f"Sandbox-{stack}"] = {name: deployed.app.outputs[name] for name in some}
    deployed.put("cat.jpg")
    capsys.readouterr()

    assert main(["report", "show", "--json", "--region", "eu-west-1"]) == 0

    assert json.loads(capsys.readouterr().out)["ALL"][0]["objects"] == 1


def test_an_absent_stack_is_one_line(
    stacks: dict[str, dict[str, str]], capsys: pytest.CaptureFixture[str]
) -> None:
    stacks["Sandbox-Storage"] = {}

    assert main(["dlq", "ls", "--stage", "production"]) == 1

    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith("There is no stack Production-Storage in stage production of eu-west-1")
    assert "--region" in line


def test_an_absent_output_is_one_line(
    stacks: dict[str, dict[str, str]], capsys: pytest.CaptureFixture[str]
) -> None:
    stacks |= {"Sandbox-Storage": {"OriginalsBucket": "a", "ThumbnailsBucket": "b"}}
    stacks["Sandbox-Processing"] = {}

    assert main(["report", "show"]) == 1

    [line] = capsys.readouterr().err.splitlines()
    assert "has no output CatalogTable" in line


def test_a_local_cloud_that_is_not_running_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = tmp_path / "home"

    assert main(["doctor", "--local", "--home", str(home)]) == 1

    [line] = capsys.readouterr().err.splitlines()
    assert "not running" in line
    assert not home.exists()


def _client_error(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "said\nAWS"}}, "ListQueues")


@pytest.mark.parametrize(
    ("error", "advice"),
    [
        (_client_error("ExpiredToken"), "Log in anew"),
        (_client_error("InvalidClientTokenId"), "Log in anew"),
        (_client_error("AccessDenied"), "Use a role which may do this"),
        (_client_error("AccessDeniedException"), "Use a role which may do this"),
        (_client_error("NoSuchBucket"), "Deploy it again"),
        (_client_error("Strange"), "AWS refused ListQueues (Strange: said AWS)"),
        (exceptions.NoCredentialsError(), "Log in anew"),
        (exceptions.NoRegionError(), "--region"),
        (exceptions.ProfileNotFound(profile="x"), "list-profiles"),
        (exceptions.EndpointConnectionError(endpoint_url="https://x"), "check the network"),
        (exceptions.UnauthorizedSSOTokenError(), "Log in anew"),
        (exceptions.ReadTimeoutError(endpoint_url="https://x"), "check the network"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_aws_refuses_is_one_line_that_says_what_to_do(
    error: Any, advice: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command_line, "aws_app", _raise(error))

    assert main(["doctor"]) == 1

    [line] = capsys.readouterr().err.splitlines()
    assert advice in line
    assert line == explained(error)


def test_ctrl_c_is_no_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command_line, "aws_app", _raise(KeyboardInterrupt()))

    assert main(["doctor"]) == 1

    assert capsys.readouterr().err == "\nInterrupted.\n"


def test_an_absent_profile_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--profile", "nobody's"]) == 1

    assert "aws configure list-profiles" in capsys.readouterr().err


def test_what_the_terminal_cannot_show_is_escaped(
    deployed: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    deployed.put("日本.jpg")
    monkeypatch.setattr(command_line, "aws_app", lambda *_: deployed.app)
    printed = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", printed)

    assert main(["why", "日本.jpg"]) == 0

    assert printed.buffer.getvalue().startswith(rb"\u65e5\u672c.jpg: READY")


def test_any_python_runs_it_in_the_projects_own_environment() -> None:
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    command = [sys.executable, "-m", "operations", "why", "--help"]
    base = str(Path(sys.base_prefix) / "bin" / "python3")
    for python in (sys.executable, base):
        ran = subprocess.run(
            [python, *command[1:]], cwd=ROOT, env=environment, capture_output=True, text=True
        )
        assert ran.returncode == 0, ran.stderr
        assert CODES in ran.stdout


def test_a_pipe_that_closes_early_is_no_traceback() -> None:
    code = (
        "import sys, operations.command_line as c\n"
        "class Answer:\n"
        "    exit_code = 0\n"
        "    def lines(self): return ('line' for _ in range(100_000))\n"
        "c._app = lambda _: None\n"
        "c.parser = lambda: type('P', (), {'parse_args': lambda *_: type('O', (), {\n"
        "    'json': False, 'command': staticmethod(lambda *_: Answer())})})\n"
        "sys.exit(c.main())"
    )
    path = os.pathsep.join([str(ROOT), str(ROOT / "layers/shared/python")])
    ran = subprocess.Popen(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": path},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert ran.stdout
    assert ran.stderr
    ran.stdout.readline()
    ran.stdout.close()
    assert ran.stderr.read() == b""
    ran.stderr.close()
    assert ran.wait() == 1


@pytest.mark.parametrize("command", [["--help"], ["dlq", "show", "--help"], ["cost"]], ids=" ".join)
def test_a_reader_who_has_left_causes_no_traceback(command: list[str]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONUNBUFFERED"}

    ran = subprocess.run(
        [sys.executable, "-m", "operations", *command],
        cwd=ROOT,
        env=environment,
        stdout=writer,
        stderr=subprocess.PIPE,
    )

    os.close(writer)
    assert (ran.returncode, ran.stderr) == (1, b"")


def test_local_is_imported_for_the_local_cloud_only() -> None:
    code = (
        "import sys, operations.command_line as c\n"
        "c.main(['doctor', '--region', 'eu-west-1'])\n"
        "assert not [name for name in sys.modules if name.split('.')[0] == 'local']\n"
        "assert not [name for name in sys.modules if name.split('.')[0] in ('stacks', 'functions')]"
    )
    path = os.pathsep.join([str(ROOT), str(ROOT / "layers/shared/python")])
    environment = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
    environment |= {"PYTHONPATH": path, "AWS_EC2_METADATA_DISABLED": "true", "HOME": "/nonexistent"}
    ran = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True)
    assert ran.returncode == 0, ran.stderr.decode()


def test_progress_shows_after_two_seconds_and_not_before(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with Progress("Quick"):
        pass
    assert capsys.readouterr().err == ""

    monkeypatch.setattr("operations.progress.QUIET_SECONDS", 0.01)
    with Progress("Slow") as progress:
        progress.tell("3 of 4")
        progress._ended.wait(0.2)
    assert capsys.readouterr().err.startswith("Slow … 3 of 4 (0 s)\n")


def test_a_row_stays_a_line_and_columns_stay_aligned() -> None:
    rows = [("日本\n", 1), ("\x1b[2J", 22)]

    lines = list(table(("KEY", "N"), rows))

    assert lines == ["KEY      N", "日本\\n   1", "\\x1b[2J  22"]
    assert printable("\u202e") == "\\u202e"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.2, "0 s"), (61, "1 min 1 s"), (3_700, "1 h 1 min"), (90_000, "1 d 1 h")],
)
def test_an_age_has_two_units(seconds: float, text: str) -> None:
    assert age(seconds) == text


def _raise(error: BaseException) -> Callable[..., Any]:
    def fail(*_: object) -> Any:
        raise error

    return fail
