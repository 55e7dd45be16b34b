"""Know reading and changing an event source mapping from listing all of them.

Gap: ministack takes a read of one mapping for ListEventSourceMappings, and a change for nothing
that a policy could allow.
Consequence: a role that may read and change just its own mappings is refused both.
Repair: name the action by the path and the method, as IAM does.
"""

from ministack.core import iam_actions

ONE = {
    "GET": "GetEventSourceMapping",
    "PUT": "UpdateEventSourceMapping",
    "DELETE": "DeleteEventSourceMapping",
}


def apply() -> None:
    action_of = iam_actions._lambda_action

    def action_of_mapping(method: str, path: str) -> str | None:
        _, _, mapping = path.strip("/").partition("event-source-mappings/")
        return ONE.get(method) if mapping else action_of(method, path)

    iam_actions._lambda_action = action_of_mapping
