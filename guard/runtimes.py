"""Lambda's runtimes in the templates, and when AWS deprecates them.

The dates are AWS's, as cfn-lint carries them:
https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html
"""

import json
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

from guard.findings import ROOT, TOOLS, GuardError

DATES = "lib/python3.*/site-packages/cfnlint/data/AdditionalSpecs/LmbdRuntimeLifecycle.json"


def deprecated(templates: Iterable[Path], by: date) -> Iterator[str]:
    """Yield a line for each runtime that is deprecated on the day *by*.

    Raises:
        GuardError: if cfn-lint is not installed.
    """
    dates = lifecycles()
    for runtime in sorted({name for file in templates for name in runtimes(file)}):
        known = dates.get(runtime)
        if known and date.fromisoformat(known["deprecated"]) <= by:
            yield (
                f"Lambda's {runtime}: no security updates after {known['deprecated']}, no new"
                f" function from {known['create-block']}, no change from {known['update-block']}"
            )


def runtimes(template: Path) -> Iterator[str]:
    """Yield the runtimes of a template's functions."""
    for resource in json.loads(template.read_text()).get("Resources", {}).values():
        runtime = resource.get("Properties", {}).get("Runtime")
        if resource["Type"] == "AWS::Lambda::Function" and isinstance(runtime, str):
            yield runtime


def lifecycles() -> dict[str, dict[str, Any]]:
    """Return the dates of each runtime."""
    for file in TOOLS.parents[1].glob(DATES):
        dates: dict[str, dict[str, Any]] = json.loads(file.read_text())
        return dates
    raise GuardError(f"{TOOLS.relative_to(ROOT)} has no cfn-lint: make setup")
