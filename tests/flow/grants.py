"""What the roles of the deployed functions may do, and less than that for a while."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

from tests.flow.conftest import App


@contextmanager
def without(app: App, function: str, action: str) -> Iterator[None]:
    """Take one action from a function's role, and give it back."""
    iam, role = app.client("iam"), role_of(app, function)
    for policy in iam.list_role_policies(RoleName=role)["PolicyNames"]:
        document = iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]
        if isinstance(document, str):
            document = json.loads(document)
        less = json.loads(json.dumps(document))
        for statement in less["Statement"]:
            actions = statement["Action"]
            actions = [actions] if isinstance(actions, str) else actions
            statement["Action"] = [name for name in actions if name != action]
        if less == document:
            continue
        less["Statement"] = [s for s in less["Statement"] if s["Action"]]
        where = {"RoleName": role, "PolicyName": policy}
        iam.put_role_policy(**where, PolicyDocument=json.dumps(less))
        yield
        iam.put_role_policy(**where, PolicyDocument=json.dumps(document))
        return
    raise AssertionError(f"{function} is not granted {action}")


def role_of(app: App, function: str) -> str:
    """Return the name of a function's role."""
    found = app.client("lambda").get_function_configuration(FunctionName=app.outputs[function])
    return str(found["Role"]).rpartition("/")[2]
