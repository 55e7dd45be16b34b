"""One AWS client of a kind per execution environment."""

from functools import cache
from typing import TYPE_CHECKING

import boto3

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table
    from mypy_boto3_s3 import S3Client


@cache
def s3() -> "S3Client":
    """Return the S3 client; made on first use, so that importing a handler calls nothing."""
    return boto3.client("s3")


@cache
def table(name: str) -> "Table":
    """Return the DynamoDB table called *name*, with Python values in and out."""
    return boto3.resource("dynamodb").Table(name)
