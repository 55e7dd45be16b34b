"""The version of the CDK command line, as package.json pins it."""

import json
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1] / "package.json"


def cdk_version() -> str:
    """Return the version of `aws-cdk`; npm's `latest` is an older build with a bigger number."""
    return str(json.loads(PACKAGE.read_text())["devDependencies"]["aws-cdk"])
