"""What every function may do, as one table. Write it anew: python -m tests.stacks.permissions"""

from collections import defaultdict
from pathlib import Path

from tests.stacks.synthesis import ROOT, Deployment, as_list, deployment, statements

PAGE = ROOT / "docs" / "permissions.md"
HEAD = """# What every function may do

Each function has a role of its own with these permissions and no others, the same in every stage.
Made from the templates by `make permissions`; a test compares it with them. X-Ray's actions know
no resource: hence the only `*`.

| function | may | on |
|---|---|---|
"""


def permissions(stage: Deployment) -> dict[str, dict[str, list[str]]]:
    """Return `{folder: {resource: [action, …]}}`."""
    roles = {stage.named(each.properties["Role"]): name for name, each in stage.functions().items()}
    table: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for policy in stage.all("AWS::IAM::Policy"):
        folder = roles[stage.named(policy.properties["Roles"][0])]
        for statement in statements(policy):
            for resource in as_list(statement["Resource"]):
                table[folder][stage.named(resource)] += as_list(statement["Action"])
    return table


def page(stage: Deployment) -> str:
    rows = [
        f"| {folder} | {', '.join(sorted(actions))} | {resource} |"
        for folder, by_resource in sorted(permissions(stage).items())
        for resource, actions in sorted(by_resource.items())
    ]
    return HEAD + "\n".join(rows).replace(" * |", r" \* |") + "\n"


def write(to: Path = PAGE) -> None:
    to.write_text(page(deployment("production")))


if __name__ == "__main__":
    write()
