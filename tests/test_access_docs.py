"""What docs/access.md tells people to type."""

import re
import shlex
import subprocess

import botocore.session
import pytest

from stacks.access_stack import ADMINS, OWNER
from tests.stacks.synthesis import ROOT, deployment
from tests.test_delivery_docs import GLOBAL, inner, options

PAGE = (ROOT / "docs" / "access.md").read_text()
BLOCKS = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
LINES = [line for block in BLOCKS for line in block.splitlines()]
COMMANDS = [line for line in LINES if line.startswith("aws ") or "=$(aws " in line]


@pytest.mark.parametrize("block", BLOCKS)
def test_a_shell_takes_the_commands(block: str) -> None:
    done = subprocess.run(["bash", "-n"], input=block, capture_output=True, text=True, check=False)
    assert not done.stderr


@pytest.mark.parametrize("command", COMMANDS)
def test_aws_knows_the_command_and_its_options(command: str) -> None:
    _, service, operation, *words = inner(command)
    session = botocore.session.get_session()
    if operation == "wait":
        assert words[0] == "certificate-validated"
        assert session.get_waiter_model(service).get_waiter("CertificateValidated")
        return
    model = session.get_service_model(service)
    names = {botocore.xform_name(name, "-"): name for name in model.operation_names}
    shape = model.operation_model(names[operation]).input_shape
    assert shape is not None
    given = options(words) - GLOBAL
    assert given <= {botocore.xform_name(member, "-") for member in shape.members}
    assert {botocore.xform_name(name, "-") for name in shape.required_members} <= given


def test_owners_and_administrators_are_called_what_the_pool_calls_them() -> None:
    words = [word for command in COMMANDS for word in shlex.split(command)]
    attributes = {re.split("[=,]", word)[1] for word in words if word.startswith("Name=")}
    assert attributes == {"email", "email_verified", f"custom:{OWNER}"}
    assert words[words.index("--group-name") + 1] == ADMINS


def test_outputs_are_those_of_the_stacks() -> None:
    stage = deployment("sandbox")
    asked = re.findall(r"out ([A-Z]\w+) (\w+)", PAGE)
    assert len(asked) == 3
    for stack, name in asked:
        assert name in stage.outputs(stack)
