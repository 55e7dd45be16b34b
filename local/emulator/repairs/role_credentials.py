"""Give each worker temporary credentials of its function's role, and new ones in time.

Gap: ministack gives a worker a session of the role that never expires, whether or not the role
exists and trusts Lambda.
Consequence: a role that Lambda could not assume works here and fails on AWS, and credentials
behave unlike the temporary ones that a function gets there.
Repair: assume the role as Lambda does, by its trust policy and for a limited time, and replace a
worker halfway through that time, between two invocations. Half of the usual hour is twice the
longest time that a function may run.
"""

import json
import time
from typing import Any

from ministack.core import lambda_runtime
from ministack.services import iam, lambda_svc, sts

from local.emulator.settings import Settings

LAMBDA = "lambda.amazonaws.com"

Config = dict[str, Any]


def apply(settings: Settings) -> None:
    assume_roles(settings.credentials_lifetime)
    replace_workers_older_than(settings.credentials_lifetime / 2)


def assume_roles(lifetime: float) -> None:
    def execution_credentials(config: Config) -> dict[str, str]:
        return assume(config["Role"], session=config["FunctionName"], lifetime=lifetime)

    # lambda_svc holds its own reference, for the executors other than Python's.
    lambda_runtime.execution_credentials = execution_credentials
    lambda_svc.execution_credentials = execution_credentials


def assume(role_arn: str, *, session: str, lifetime: float) -> dict[str, str]:
    """Return the variables that carry a new session of the role.

    Raises ProvidedRuntimeError, which becomes the invocation's error, when Lambda may not.
    """
    name = role_arn.rsplit("/", 1)[-1]
    role = iam._roles.get(name)
    if role is None or not trusts_lambda(role):
        raise lambda_runtime.ProvidedRuntimeError(
            f"The role {role_arn} defined for the function cannot be assumed by Lambda.",
            "AccessDeniedException",
        )
    credentials = {
        "AWS_ACCESS_KEY_ID": sts._gen_session_access_key(),
        "AWS_SECRET_ACCESS_KEY": sts._gen_secret(),
        "AWS_SESSION_TOKEN": sts._gen_session_token(),
    }
    account = role_arn.split(":")[4]
    record = {
        "AccountId": account,
        "Arn": f"arn:aws:sts::{account}:assumed-role/{name}/{session}",
        "Expiration": time.time() + lifetime,
        "PrincipalType": "AssumedRole",
        "SecretAccessKey": credentials["AWS_SECRET_ACCESS_KEY"],
        "SessionToken": credentials["AWS_SESSION_TOKEN"],
        "UserId": f"{sts._role_id(role_arn)}:{session}",
    }
    sts.register_session(credentials["AWS_ACCESS_KEY_ID"], record)
    return credentials


def trusts_lambda(role: dict[str, Any]) -> bool:
    policy = role["AssumeRolePolicyDocument"]
    document = json.loads(policy) if isinstance(policy, str) else policy
    services = (
        statement["Principal"].get("Service", [])
        for statement in document["Statement"]
        if statement["Effect"] == "Allow" and isinstance(statement.get("Principal"), dict)
    )
    return any(
        LAMBDA in ([service] if isinstance(service, str) else service) for service in services
    )


def replace_workers_older_than(seconds: float) -> None:
    worker_class = lambda_runtime.ProvidedWorker
    spawn, invoke = worker_class._spawn, worker_class.invoke

    def spawn_with_new_credentials(worker: Any, *arguments: Any, **options: Any) -> None:
        worker.darkroom_credentials_from = time.time()
        spawn(worker, *arguments, **options)

    def invoke_in_time(worker: Any, *arguments: Any, **options: Any) -> Any:
        issued = getattr(worker, "darkroom_credentials_from", None)
        if issued is not None and time.time() - issued > seconds:
            worker._teardown()  # and the invocation spawns it anew
        return invoke(worker, *arguments, **options)

    worker_class._spawn = spawn_with_new_credentials
    worker_class.invoke = invoke_in_time
