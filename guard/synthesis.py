"""Everything that can be deployed, as templates: each stage, and the pipeline."""

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

# jsii's node process reads it when it starts, with the first import of aws_cdk.
os.environ.setdefault("JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION", "20")

from aws_cdk import App

from app import define

ROOT = Path(__file__).resolve().parents[1]
BUILT = ROOT / ".build" / "guard"
DEPLOYABLE = {
    "local": {"stage": "local"},
    "sandbox": {"stage": "sandbox"},
    "production": {"stage": "production"},
    "delivery-github": {"delivery": "guard/delivery-github.json"},
    "delivery-codecommit": {"delivery": "guard/delivery-codecommit.json"},
}


@dataclass(frozen=True)
class Refused:
    """A synth that its guardrails stopped, and what they said."""

    name: str
    words: str


def synthesize_all(into: Path = BUILT) -> list[Refused]:
    """Write every template below `into`, and return those that were refused.

    In one process, for CDK's own validation costs seconds once and little after that; without
    layers, which no rule looks into.
    """
    shutil.rmtree(into, ignore_errors=True)
    return [found for name in DEPLOYABLE if (found := synthesize(name, into / name))]


def synthesize(name: str, out: Path) -> Refused | None:
    context = json.loads((ROOT / "cdk.json").read_text())["context"]
    app = App(
        outdir=str(out),
        context={**context, **DEPLOYABLE[name], "aws:cdk:bundling-stacks": []},
    )
    try:
        define(app)
        app.synth()
    except RuntimeError as error:  # what jsii makes of CDK's ValidationFailed
        return Refused(name, str(error))
    return None


def templates(folder: Path = BUILT) -> list[Path]:
    """Return the stages' templates and the pipeline's own: its stages are the same once more."""
    of_stages = folder.glob("*/assembly-*/*.template.json")
    return sorted(
        [file for file in of_stages if "delivery" not in file.parts[-3]]
        + list(folder.glob("*/*.template.json"))
    )
