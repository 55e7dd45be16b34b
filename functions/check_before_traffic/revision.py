"""Which versions a deployment of CodeDeploy brings."""

import json
from typing import Any, NamedTuple


class Version(NamedTuple):
    """A published version of a function."""

    function: str
    number: str


def new_versions(revision: dict[str, Any]) -> list[Version]:
    """Read the AppSpec of a revision, as CloudFormation writes it for an alias (JSON).

    Raises:
        ValueError: if no version is in it, for then there is nothing that could be judged.
    """
    # The former kind is CloudFormation's, the latter is what CodeDeploy's own API prefers.
    content = (revision.get("string") or revision.get("appSpecContent") or {}).get("content")
    try:
        resources = json.loads(content or "")["Resources"]
        found = [_version(each) for resource in resources for each in resource.values()]
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise ValueError(f"not the AppSpec of a function: {revision}") from error
    if not found:
        raise ValueError(f"no version in {revision}")
    return found


def _version(resource: dict[str, Any]) -> Version:
    properties = resource["Properties"]
    return Version(properties["Name"], properties["TargetVersion"])
