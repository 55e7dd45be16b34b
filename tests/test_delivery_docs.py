"""What docs/delivery.md tells people to type, and the policy that it tells them to use."""

import json
import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

import botocore.session
import pytest

from stacks.delivery_config import DeliveryConfig
from tests.stacks.delivery import EACH, delivery
from tests.stacks.synthesis import ROOT, STAGES, deployment

PAGE = (ROOT / "docs" / "delivery.md").read_text()
BLOCKS = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
COMMANDS = [line for block in BLOCKS for line in block.splitlines()]
POLICY = ROOT / "docs" / "deployment-policy.json"
# What the command line itself understands, besides the operation's own parameters.
GLOBAL = {"profile", "region", "query", "output"}
CDK = {
    "bootstrap": {"profile", "trust", "untrust", "cloudformation-execution-policies"},
    "deploy": {"profile", "c"},
    "destroy": {"profile", "c"},
    "ls": {"c"},
}


def options(words: list[str]) -> set[str]:
    return {word.lstrip("-") for word in words if word.startswith("-")}


def inner(command: str) -> list[str]:
    """Return a command's words; that in `$(…)` if it only fills a variable."""
    found = re.fullmatch(r"[A-Z]+=\$\((.*)\)", command)
    return shlex.split(found[1] if found else command)


@pytest.mark.parametrize("block", BLOCKS)
def test_a_shell_takes_the_commands(block: str) -> None:
    done = subprocess.run(["bash", "-n"], input=block, capture_output=True, text=True, check=False)
    assert not done.stderr


@pytest.mark.parametrize(
    "command", [each for each in COMMANDS if "aws " in each and "npx" not in each]
)
def test_aws_knows_the_command_and_its_options(command: str) -> None:
    _, service, operation, *words = inner(command)
    model = botocore.session.get_session().get_service_model(service)
    name = "".join(part.capitalize() for part in operation.split("-"))
    known = {each.lower(): each for each in model.operation_names}
    shape = model.operation_model(known[name.lower()]).input_shape
    members = {member.lower() for member in shape.members} if shape else set()
    for option in options(words) - GLOBAL:
        assert option.replace("-", "") in members | {each.rstrip("s") for each in members}, option


@pytest.mark.parametrize("command", [each for each in COMMANDS if each.startswith("npx")])
def test_cdk_knows_the_command_and_its_options(command: str) -> None:
    npx, cdk, verb, *words = shlex.split(command)
    assert (npx, cdk) == ("npx", "cdk")
    assert options(words) <= CDK[verb]


@pytest.mark.exhaustive
def test_the_options_are_cdks_own() -> None:
    cdk = ROOT / "node_modules" / ".bin" / "cdk"
    for verb, names in CDK.items():
        done = subprocess.run(
            [str(cdk), verb, "--help"], capture_output=True, text=True, check=True
        )
        for name in names:
            assert re.search(rf"(^|\s)--?{name}[,\s]", done.stdout), f"{verb} --{name}"


def test_every_field_of_the_configuration_is_explained() -> None:
    rows = [line.split("|")[1] for line in PAGE.splitlines() if line.startswith("| `")]
    named = {name for row in rows for name in re.findall("`([a-z_]+)`", row)}
    assert named == set(DeliveryConfig.__dataclass_fields__)


# Where IAM has another name for a service than CloudFormation.
IAM_NAMES = {"apigatewayv2": "apigateway", "cognito": "cognito-idp"}


def services_of(templates: dict[str, Any]) -> set[str]:
    named = (
        resource["Type"].split("::")[1].lower()
        for template in templates.values()
        for resource in template["Resources"].values()
        if resource["Type"].startswith("AWS::")
    )
    return {IAM_NAMES.get(each, each) for each in named}


def test_the_narrow_policy_covers_every_service_that_is_deployed() -> None:
    statements = json.loads(POLICY.read_text())["Statement"]
    allowed = {action.split(":")[0] for each in statements for action in each["Action"]}
    used = services_of(delivery("github, two accounts").templates)
    for stage in STAGES[1:]:
        used |= services_of(deployment(stage).templates)
    assert used - {"cdk"} <= allowed


def test_the_narrow_policy_makes_roles_by_the_stacks_names_only() -> None:
    statements = json.loads(POLICY.read_text())["Statement"]
    for statement in statements:
        if any(action.startswith("iam:") for action in statement["Action"]):
            names = [resource.split(":role/")[1] for resource in statement["Resource"]]
            assert names == ["Delivery-*", "Sandbox-*", "Production-*"]
        assert not {"*", "iam:*", "sts:*"} & set(statement["Action"])


@pytest.mark.parametrize("name", EACH)
def test_every_source_that_the_page_promises_synthesizes(name: str) -> None:
    assert delivery(name).pipeline


def test_the_page_names_the_stages_as_they_are_called() -> None:
    rows = re.findall(r"^\| ([A-Z]\w+) \| ", PAGE.split("## Set it up")[0], re.MULTILINE)
    assert rows == list(delivery("github, two accounts").stages)


def test_the_files_that_it_copies_are_there() -> None:
    assert Path(ROOT, "delivery.example.json").exists()
