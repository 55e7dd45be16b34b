"""The runbook: a section for every alarm of production, and commands that are what they seem."""

import re
import shlex
from pathlib import Path

import boto3
import pytest
from botocore import xform_name

from operations import options
from tests.stacks.synthesis import Deployment, deployment

RUNBOOK = (Path(__file__).parent.parent / "docs" / "runbook.md").read_text()
SECTIONS = {part.partition("\n")[0]: part.partition("\n")[2] for part in RUNBOOK.split("\n## ")[1:]}
ALARMS = ("AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm")
OF_THE_COMMAND_LINE = {"logs": {"tail"}, "s3": {"cp", "ls"}}  # and not of any service's API
OF_ANY_COMMAND = {"--query", "--output", "--max-items", "--cli-binary-format"}


@pytest.fixture(scope="module")
def production() -> Deployment:
    return deployment("production")


def names(stage: Deployment) -> list[str]:
    return [stage.named({"Ref": each.id}) for each in stage.all(*ALARMS)]


def covered(heading: str, stage: Deployment) -> list[str]:
    """Return regular expressions of the alarms that a heading names."""
    folders = stage.functions()
    camel = {"".join(word.capitalize() for word in folder.split("_")) for folder in folders}
    outputs = stage.outputs("Processing")
    places = {
        "<Function>": camel,
        "<Consumer>": {each for each in camel if f"{each}Queue" in outputs},
        "<function>": {folder.replace("_", "") for folder in folders},
    }
    patterns = re.findall("`(.+?)`", heading)
    for place, values in places.items():
        patterns = [p.replace(place, f"({'|'.join(sorted(values))})") for p in patterns]
    return patterns


def commands(text: str) -> list[str]:
    blocks = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
    lines = [line.partition("  #")[0].strip() for block in blocks for line in block.splitlines()]
    return [line for line in lines if line]


def test_every_alarm_has_one_section(production: Deployment) -> None:
    patterns = [(heading, p) for heading in SECTIONS for p in covered(heading, production)]
    assert len(names(production)) > 20
    for name in names(production):
        found = [heading for heading, pattern in patterns if re.fullmatch(pattern, name)]
        assert len(found) == 1, f"{name}: {found or 'no section in docs/runbook.md'}"


def test_every_heading_is_of_an_alarm_that_there_is(production: Deployment) -> None:
    for heading in SECTIONS:
        for pattern in covered(heading, production):
            assert any(re.fullmatch(pattern, name) for name in names(production)), pattern


@pytest.mark.parametrize("heading", SECTIONS)
def test_a_section_says_what_it_means_how_to_see_it_and_what_to_do(heading: str) -> None:
    text = SECTIONS[heading]
    for part in ("**Means**", "**See**", "**Do**"):
        assert part in text
    assert commands(text)


def test_the_operators_commands_are_there_as_they_are_written() -> None:
    lines = [line for line in commands(RUNBOOK) if line.startswith("python3 -m operations ")]
    assert len(lines) > 15
    for line in lines:
        assert options.parser().parse_args(shlex.split(line)[3:]), line


def test_commands_of_aws_and_their_options_are_there() -> None:
    asked = [asked for line in commands(RUNBOOK) for asked in re.findall(r"aws [^|)]*", line)]
    assert len(asked) > 15
    for line in asked:
        _, service, command, *rest = line.split()
        if command in OF_THE_COMMAND_LINE.get(service, ()):
            continue
        client = boto3.client(
            {"deploy": "codedeploy"}.get(service, service),
            region_name="eu-west-1",
        )
        model = client.meta.service_model
        operations = {xform_name(name, "-"): name for name in model.operation_names}
        members = model.operation_model(operations[command]).input_shape.members
        known = {f"--{xform_name(name, '-')}" for name in members} | OF_ANY_COMMAND
        assert {word for word in rest if word.startswith("--")} <= known, line


def test_outputs_that_commands_read_are_there(production: Deployment) -> None:
    outputs = production.outputs("Processing").keys() | production.outputs("Storage").keys()
    for name in re.findall(r"\$\(out (\w+)\)", RUNBOOK):
        assert name in outputs
    for name in re.findall(r"\$\(group (\w+)\)", RUNBOOK):
        assert f"{name}Function" in outputs


def test_saved_queries_and_panels_that_it_sends_one_to_are_there(production: Deployment) -> None:
    saved = {
        each.properties["Name"].split("/")[-1]
        for each in production.all("AWS::Logs::QueryDefinition")
    }
    for name in ("One upload, by its version", "Slowest uploads", "Failures by function"):
        assert name in saved
        assert f"*{name}*" in RUNBOOK
    assert set(re.findall(r"quer(?:y|ies) \*([^*]+)\*", RUNBOOK)) <= saved
