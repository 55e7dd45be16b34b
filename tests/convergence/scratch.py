"""An empty bucket and an empty table, for a rule to try."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

PATIENCE_SECONDS = 60
NAME = {"pk": "a", "sk": "F"}


@dataclass
class Ports:
    """A client of S3 with an empty versioned bucket, and an empty table."""

    s3: Any
    bucket: str
    table: Any

    def put(self, key: str, body: bytes) -> Any:
        """Write an object."""
        return self.s3.put_object(Bucket=self.bucket, Key=key, Body=body)

    def read(self, key: str, **version: str) -> bytes:
        """Read an object's bytes."""
        found = self.s3.get_object(Bucket=self.bucket, Key=key, **version)
        body: bytes = found["Body"].read()
        return body

    def wait_until(self, condition: Callable[[], bool]) -> None:
        """Wait for what a real cloud does by itself."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not condition():
            assert time.monotonic() < deadline
            time.sleep(0.1)

    def item(self, **name: str) -> Any:
        """Read an item."""
        return self.table.get_item(Key=name or NAME, ConsistentRead=True).get("Item")


def scratch_bucket(s3: Any) -> str:
    """Make a versioned bucket."""
    name, region = f"scratch-{uuid4()}", _region(s3)
    where: dict[str, Any] = {"CreateBucketConfiguration": {"LocationConstraint": region}}
    s3.create_bucket(Bucket=name, **({} if region == "us-east-1" else where))
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    return name


def _region(s3: Any) -> str:
    return str(s3.meta.region_name) if hasattr(s3, "meta") else "eu-west-1"


def scratch_table(dynamodb: Any, **settings: Any) -> Any:
    """Make a table with the app's kind of key."""
    made = dynamodb.create_table(
        TableName=f"scratch-{uuid4()}",
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[
            {"AttributeName": "pk", "KeyType": "HASH"},
            {"AttributeName": "sk", "KeyType": "RANGE"},
        ],
        AttributeDefinitions=[
            {"AttributeName": "pk", "AttributeType": "S"},
            {"AttributeName": "sk", "AttributeType": "S"},
        ],
        **settings,
    )
    made.wait_until_exists()
    return made


def code_of(call: Callable[..., Any], **request: Any) -> str:
    """Return the code that a call is refused with."""
    with pytest.raises(ClientError) as refused:
        call(**request)
    return str(refused.value.response["Error"]["Code"])
