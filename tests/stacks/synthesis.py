"""Stages as templates, with references read back into names that a person knows."""

import json
import os
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

# jsii's node process reads these when it starts, with the first import of aws_cdk. CDK's own
# validation is most of a synth: test_app.py has it on, once.
os.environ.setdefault("JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION", "20")
os.environ.setdefault("CDK_VALIDATION", "false")

from aws_cdk import App

from stacks.config import StageConfig, config_for
from stacks.stage import DarkroomStage

ROOT = Path(__file__).resolve().parents[2]
STAGES = ("local", "sandbox", "production")


@dataclass(frozen=True)
class Resource:
    """One resource of a template: its stack, its logical id, and what stands under it."""

    stack: str
    id: str
    body: dict[str, Any]

    @property
    def type(self) -> str:
        return str(self.body["Type"])

    @property
    def properties(self) -> dict[str, Any]:
        found: dict[str, Any] = self.body.get("Properties", {})
        return found

    def __str__(self) -> str:
        return f"{self.stack}/{self.id} ({self.type})"


@dataclass(frozen=True)
class Deployment:
    """One stage's templates, by stack."""

    config: StageConfig
    templates: dict[str, dict[str, Any]]

    def __iter__(self) -> Iterator[Resource]:
        for stack, template in self.templates.items():
            for logical_id, body in template["Resources"].items():
                yield Resource(stack, logical_id, body)

    def all(self, *types: str) -> list[Resource]:
        return [resource for resource in self if resource.type in types]

    def ours(self, *types: str) -> list[Resource]:
        """All but what CDK brings along to empty buckets."""
        return [each for each in self.all(*types) if not each.id.startswith("Custom")]

    def functions(self) -> dict[str, Resource]:
        """By folder."""
        found = self.ours("AWS::Lambda::Function")
        return {each.properties["Handler"].split(".")[1]: each for each in found}

    def outputs(self, stack: str) -> dict[str, Any]:
        """Those meant for people; exports are for the other stack."""
        found = self.templates[stack]["Outputs"]
        return {name: each["Value"] for name, each in found.items() if "Export" not in each}

    def named(self, value: Any) -> str:
        """Read a reference, or a text with references in it, as the construct's name."""
        match value:
            case str():
                return value
            case {"Ref": str(target)}:
                return without_hash(target)
            case {"Fn::GetAtt": [str(target), str(attribute)]}:
                return without_hash(target) + {"Arn": "", "StreamArn": " stream"}.get(
                    attribute, f".{attribute}"
                )
            case {"Fn::ImportValue": str(export)}:
                return self.named(self._exported(export))
            case {"Fn::Sub": str(text)}:
                return re.sub(r"\$\{([\w:]+)\}", r"\1", text)
            case {"Fn::Join": [str(between), list(parts)]}:
                return between.join(self.named(part) for part in parts)
        return json.dumps(value)

    def _exported(self, export: str) -> Any:
        for template in self.templates.values():
            for output in template["Outputs"].values():
                if output.get("Export", {}).get("Name") == export:
                    return output["Value"]
        raise LookupError(export)


def without_hash(logical_id: str) -> str:
    return re.sub(r"[0-9A-F]{8}$", "", logical_id)


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def statements(resource: Resource) -> list[dict[str, Any]]:
    """Of any policy, whatever the type of resource calls it."""
    found: list[dict[str, Any]] = []
    for name in ("PolicyDocument", "KeyPolicy", "AssumeRolePolicyDocument"):
        found += resource.properties.get(name, {}).get("Statement", [])
    return found


@cache
def deployment(name: str) -> Deployment:
    return synthesize(config_for(name))


def synthesize(config: StageConfig, **changes: Any) -> Deployment:
    """Synthesize in this process, without bundling layers: 0.5 s instead of 5."""
    config = replace(config, **changes)
    context = json.loads((ROOT / "cdk.json").read_text())["context"]
    with tempfile.TemporaryDirectory() as out:
        app = App(outdir=out, context={**context, "aws:cdk:bundling-stacks": []})
        DarkroomStage(app, config.name.capitalize(), config=config)
        app.synth()
        return Deployment(config, read_templates(Path(out)))


def read_templates(cloud_assembly: Path) -> dict[str, dict[str, Any]]:
    """Return `{"Storage": …, "Processing": …}`."""
    found = {}
    for manifest in cloud_assembly.glob("assembly-*/manifest.json"):
        for artifact in json.loads(manifest.read_text())["artifacts"].values():
            if artifact["type"] == "aws:cloudformation:stack":
                file = manifest.parent / artifact["properties"]["templateFile"]
                found[artifact["displayName"].split("/")[-1]] = json.loads(file.read_text())
    return found
