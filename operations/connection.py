"""Where the app is: in the local cloud or in an AWS account, by the same names."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from operations.errors import NotDeployed, OperationsError

STAGES = ("sandbox", "production")
STACKS = ("Storage", "Processing")
STEADY = Config(retries={"mode": "standard", "max_attempts": 5})


@dataclass(frozen=True)
class App:
    """A deployed app: the outputs of its stacks, and clients of whoever asks."""

    outputs: Mapping[str, str]
    make_client: Callable[[str], Any]
    make_resource: Callable[[str], Any]
    where: str
    _clients: dict[str, Any] = field(default_factory=dict)

    def client(self, service: str) -> Any:
        """Return a client, made once."""
        if service not in self._clients:
            self._clients[service] = self.make_client(service)
        return self._clients[service]

    @cached_property
    def dynamodb(self) -> Any:
        """The resource, with Python values in and out."""
        return self.make_resource("dynamodb")

    def output(self, name: str) -> str:
        """Return an output of the app's stacks.

        Raises:
            NotDeployed: if it is not there; what is deployed is older than this command then.
        """
        if name not in self.outputs:
            raise NotDeployed(
                f"The app in {self.where} has no output {name}: what is deployed there is not of "
                "this version. Deploy this one first."
            )
        return self.outputs[name]

    def ending(self, suffix: str) -> dict[str, str]:
        """Return the outputs whose name ends so, by what comes before: the consumers' names."""
        return {
            name.removesuffix(suffix): value
            for name, value in sorted(self.outputs.items())
            if name.endswith(suffix)
        }


def local_app(home: Path | None) -> App:
    """Return the app in the local cloud of *home*.

    Raises:
        OperationsError: if that cloud is not running or nothing is deployed to it.
    """
    # Only here: who works on AWS needs nothing of the local cloud.
    from local.cloud import HOME, Cloud
    from local.errors import CloudError

    cloud = Cloud(home or HOME)
    try:
        cloud.require_running()
        return App(cloud.outputs(), cloud.client, cloud.resource, f"the cloud of {cloud.home}")
    except CloudError as error:
        raise OperationsError(str(error)) from error


def aws_app(stage: str, profile: str | None, region: str | None) -> App:
    """Return the app of *stage* in the account and region that the session leads to.

    Raises:
        NotDeployed: if one of the stage's stacks is not there.
    """
    session = boto3.Session(profile_name=profile, region_name=region)

    def client(service: str) -> Any:
        return session.client(service, config=STEADY)  # type: ignore[call-overload]

    def resource(service: str) -> Any:
        return session.resource(service, config=STEADY)  # type: ignore[call-overload]

    where = f"stage {stage} of {session.region_name}"
    formation = client("cloudformation")
    outputs: dict[str, str] = {}
    for stack in STACKS:
        outputs |= _outputs(formation, f"{stage.capitalize()}-{stack}", where)
    return App(outputs, client, resource, where)


def _outputs(formation: Any, stack: str, where: str) -> dict[str, str]:
    try:
        [found] = formation.describe_stacks(StackName=stack)["Stacks"]
    except ClientError as error:
        if error.response["Error"]["Code"] != "ValidationError":
            raise
        raise NotDeployed(
            f"There is no stack {stack} in {where}: check --stage, --region and --profile, or "
            "deploy it with `npx cdk deploy '**'`."
        ) from error
    return {output["OutputKey"]: output["OutputValue"] for output in found.get("Outputs", [])}
