"""Which queue or stream feeds which function, and how."""

from typing import Any

from tests.stacks.synthesis import Deployment, Resource, without_hash


def mapped(stage: Deployment) -> dict[str, tuple[Resource, Resource]]:
    """Return the function and the mapping of every queue and stream, by its name."""
    functions = {each.id: each for each in stage.ours("AWS::Lambda::Function")}
    aliases = {
        alias.id: functions[alias.properties["FunctionName"]["Ref"]]
        for alias in stage.all("AWS::Lambda::Alias")
    }
    found = {}
    for mapping in stage.all("AWS::Lambda::EventSourceMapping"):
        [alias] = [name for name in aliases if name in str(mapping.properties["FunctionName"])]
        source = stage.named(mapping.properties["EventSourceArn"])
        found[source] = (aliases[alias], mapping)
    return found


def queues(stage: Deployment) -> dict[str, dict[str, Any]]:
    """Return the properties of every queue, by its name."""
    return {without_hash(each.id): each.properties for each in stage.all("AWS::SQS::Queue")}
