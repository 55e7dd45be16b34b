"""Small functions, tables and roles for the contract tests, made by boto3 and never taken down."""

import io
import json
import sys
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar
from uuid import uuid4

from local.cloud import Cloud

HOST_RUNTIME = f"python{sys.version_info.major}.{sys.version_info.minor}"
PATIENCE = 30.0  # seconds to wait for what takes a fraction of one

T = TypeVar("T")


@dataclass(frozen=True)
class Invocation:
    result: Any
    failed: bool


class Workbench:
    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud

    @cached_property
    def lambda_(self) -> Any:
        return self.cloud.client("lambda")

    @cached_property
    def dynamodb(self) -> Any:
        return self.cloud.client("dynamodb")

    @cached_property
    def s3(self) -> Any:
        return self.cloud.client("s3")

    @cached_property
    def iam(self) -> Any:
        return self.cloud.client("iam")

    def role(self, *actions: str, service: str = "lambda.amazonaws.com") -> str:
        """Make a role that the service may assume and that allows the actions; return its ARN."""
        name = any_name("role")
        trust = statement(["sts:AssumeRole"], Principal={"Service": service})
        role = self.iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)
        if actions:
            policy = statement(list(actions), Resource="*")
            self.iam.put_role_policy(RoleName=name, PolicyName="allow", PolicyDocument=policy)
        arn: str = role["Role"]["Arn"]
        return arn

    def function(self, source: str | dict[str, str], **options: Any) -> str:
        """Make a function of `handler.py`, or of several files, and return its name."""
        name = any_name("function")
        files = {"handler.py": source} if isinstance(source, str) else source
        defaults = {
            "FunctionName": name,
            "Runtime": HOST_RUNTIME,
            "Handler": "handler.handler",
            "Code": {"ZipFile": archive(files)},
        }
        role = options.pop("Role", None) or self.role("logs:CreateLogStream", "logs:PutLogEvents")
        self.lambda_.create_function(Role=role, **{**defaults, **options})
        return name

    def layer(self, files: dict[str, str]) -> str:
        layer = self.lambda_.publish_layer_version(
            LayerName=any_name("layer"), Content={"ZipFile": archive(files)}
        )
        arn: str = layer["LayerVersionArn"]
        return arn

    def invoke(self, function: str, event: object = None) -> Invocation:
        response = self.lambda_.invoke(FunctionName=function, Payload=json.dumps(event))
        return Invocation(json.loads(response["Payload"].read()), "FunctionError" in response)

    def bucket(self) -> str:
        name = any_name("bucket")
        self.s3.create_bucket(Bucket=name)
        return name

    def objects(self, bucket: str) -> list[str]:
        listing = self.s3.list_objects_v2(Bucket=bucket)
        return [each["Key"] for each in listing.get("Contents", [])]

    def queue(self) -> tuple[str, str]:
        """Make a queue; return its URL and its ARN."""
        sqs = self.cloud.client("sqs")
        url = sqs.create_queue(QueueName=any_name("queue"))["QueueUrl"]
        attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
        return url, attributes["Attributes"]["QueueArn"]

    def is_empty(self, queue: str) -> bool:
        """Whether no message is there, neither waiting nor in flight."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        sqs = self.cloud.client("sqs")
        attributes = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=names)["Attributes"]
        return all(attributes[name] == "0" for name in names)

    def table(self) -> tuple[str, str]:
        """Make a table with a stream; return its name and the stream's ARN."""
        name = any_name("table")
        table = self.dynamodb.create_table(
            TableName=name,
            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
            StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
        )
        return name, table["TableDescription"]["LatestStreamArn"]

    def stream_to(self, function: str, stream: str, **options: Any) -> str:
        """Map the stream, from its beginning, to the function; return the mapping's id."""
        defaults = {"StartingPosition": "TRIM_HORIZON", "BatchSize": 10}
        mapping = self.lambda_.create_event_source_mapping(
            FunctionName=function, EventSourceArn=stream, **{**defaults, **options}
        )
        identifier: str = mapping["UUID"]
        return identifier

    def put(self, table: str, *keys: str) -> None:
        for key in keys:
            self.dynamodb.put_item(TableName=table, Item={"pk": {"S": key}})

    def log_messages(self, group: str) -> list[str]:
        logs = self.cloud.client("logs")
        try:
            events = logs.filter_log_events(logGroupName=group)["events"]
        except logs.exceptions.ResourceNotFoundException:
            return []
        return [event["message"] for event in events]


def any_name(kind: str) -> str:
    return f"{kind}-{uuid4().hex[:12]}"


def statement(actions: list[str], **rest: Any) -> str:
    allow = {"Effect": "Allow", "Action": actions, **rest}
    return json.dumps({"Version": "2012-10-17", "Statement": [allow]})


def archive(files: dict[str, str]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as package:
        for path, text in files.items():
            package.writestr(path, text)
    return content.getvalue()


def eventually(look: Callable[[], T]) -> T:
    """Look again and again until what is seen is true; return it."""
    deadline = time.monotonic() + PATIENCE
    while not (seen := look()):
        assert time.monotonic() < deadline, f"not seen within {PATIENCE:.0f} s"
        time.sleep(0.05)
    return seen
