"""The ports under their contract: in memory, and as moto imitates AWS."""

from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from tests.convergence.memory_dynamodb import MemoryDynamoDB
from tests.convergence.memory_s3 import MemoryS3
from tests.convergence.scratch import Ports, scratch_bucket, scratch_table


@pytest.fixture(scope="module", params=["memory", "moto"])
def cloud(request: pytest.FixtureRequest) -> Iterator[tuple[Any, Callable[[], Any]]]:
    """Start what the ports belong to; return S3's client and what makes a table."""
    if request.param == "memory":
        yield MemoryS3(), lambda: MemoryDynamoDB().table("scratch")
        return
    with mock_aws():
        dynamodb = boto3.resource("dynamodb")
        yield boto3.client("s3"), lambda: scratch_table(dynamodb)


@pytest.fixture
def ports(cloud: tuple[Any, Callable[[], Any]]) -> Ports:
    """Make an empty versioned bucket and an empty table."""
    s3, make_table = cloud
    return Ports(s3, scratch_bucket(s3), make_table())
