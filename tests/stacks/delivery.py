"""The pipeline as a template, for either source, in one account or in two."""

import json
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tests.stacks.synthesis import ROOT, Deployment, Resource  # isort: skip - sets aws_cdk up

import pytest
from aws_cdk import App

from stacks.config import production
from stacks.delivery_config import DeliveryConfig
from stacks.delivery_stack import DeliveryStack

HERE, ELSEWHERE, REGION = "111122223333", "444455556666", "eu-west-1"
CONNECTION = (
    f"arn:aws:codeconnections:{REGION}:{HERE}:connection/{'0' * 8}-0000-0000-0000-{'0' * 12}"
)
GITHUB: dict[str, Any] = {
    "repository": "octo/darkroom",
    "connection_arn": CONNECTION,
    "account": HERE,
    "sandbox_account": HERE,
    "production_account": ELSEWHERE,
    "region": REGION,
    "alarm_email": "team@example.org",
}
CODECOMMIT: dict[str, Any] = {
    **GITHUB,
    "source": "codecommit",
    "repository": "darkroom",
    "connection_arn": None,
}
SETTINGS: dict[str, dict[str, Any]] = {
    "github, two accounts": GITHUB,
    "github, one account": {**GITHUB, "production_account": HERE},
    "codecommit, two accounts": CODECOMMIT,
    "codecommit, three accounts": {**CODECOMMIT, "sandbox_account": "777788889999"},
}
# Each takes seconds to synthesize: `make test` looks at one for each source.
USUAL = ("github, two accounts", "codecommit, two accounts")
EACH = [
    name if name in USUAL else pytest.param(name, marks=pytest.mark.exhaustive) for name in SETTINGS
]


@dataclass(frozen=True)
class Delivery(Deployment):
    """The pipeline's own stack, the buildspecs that CDK writes to files, and where stacks go."""

    files: dict[str, str]
    environments: dict[str, str]

    @property
    def pipeline(self) -> Resource:
        [found] = self.all("AWS::CodePipeline::Pipeline")
        return found

    @property
    def arn_of_the_pipeline(self) -> dict[str, Any]:
        account = f"arn:aws:codepipeline:{REGION}:{HERE}:"
        return {"Fn::Join": ["", [account, {"Ref": self.pipeline.id}]]}

    @property
    def stages(self) -> dict[str, dict[str, dict[str, Any]]]:
        """The actions by name, by stage, in the order in which they run."""
        return {
            stage["Name"]: {
                each["Name"]: each for each in sorted(stage["Actions"], key=lambda a: a["RunOrder"])
            }
            for stage in self.pipeline.properties["Stages"]
        }

    def projects(self) -> dict[str, Resource]:
        """The builds, by the end of what their construct is called."""
        return {self.named({"Ref": e.id}): e for e in self.all("AWS::CodeBuild::Project")}

    def project(self, name: str) -> Resource:
        [found] = [each for title, each in self.projects().items() if name in title]
        return found

    def specification(self, project: Resource) -> dict[str, Any]:
        """Return a build's specification; references in it are read as names."""
        text = self.named(project.properties["Source"]["BuildSpec"])
        found: dict[str, Any] = json.loads(self.files.get(text, text))
        return found

    def commands(self, project: Resource) -> list[str]:
        phases = self.specification(project)["phases"].values()
        return [command for phase in phases for command in phase.get("commands", [])]

    def statements_of(self, role: Any) -> list[dict[str, Any]]:
        """Return what a role, a reference, may do."""
        name = self.named(role)
        return [
            statement
            for policy in self.all("AWS::IAM::Policy")
            if name in [self.named(each) for each in policy.properties["Roles"]]
            for statement in policy.properties["PolicyDocument"]["Statement"]
        ]


@cache
def delivery(name: str) -> Delivery:
    return synthesize(DeliveryConfig(**SETTINGS[name]))


def synthesize(config: DeliveryConfig, settings: str = "delivery.json") -> Delivery:
    with tempfile.TemporaryDirectory() as out:
        assembled(config, Path(out), settings)
        return read(Path(out))


def assembled(config: DeliveryConfig, out: Path, settings: str = "delivery.json") -> None:
    """Synthesize in this process, without bundling layers."""
    context = json.loads((ROOT / "cdk.json").read_text())["context"]
    app = App(outdir=str(out), context={**context, "aws:cdk:bundling-stacks": []})
    DeliveryStack(app, "Delivery", config=config, settings=settings)
    app.synth()


def read(out: Path) -> Delivery:
    # CDK writes JSON into its `.yaml`.
    files = {file.name: file.read_text() for file in out.glob("buildspec-*.yaml")}
    template = json.loads((out / "Delivery.template.json").read_text())
    environments = {
        artifact["displayName"]: artifact["environment"]
        for file in out.glob("assembly-*/manifest.json")
        for artifact in json.loads(file.read_text())["artifacts"].values()
        if artifact["type"] == "aws:cloudformation:stack"
    }
    # Nothing of the stages' configuration is read here.
    return Delivery(production(), {"Delivery": template}, files, environments)
