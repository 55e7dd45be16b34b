"""The local cloud keeps the rules that the ports of the convergence tests keep."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.convergence.port_contract import RULES
from tests.convergence.scratch import NAME, Ports, scratch_bucket, scratch_table
from tests.flow.conftest import App, wait_until


@pytest.fixture
def ports(app: App) -> Iterator[Ports]:
    """Make a bucket and a table of the test's own, the table with a stream."""
    s3, dynamodb = app.client("s3"), app.cloud.resource("dynamodb")
    stream = {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
    bucket = scratch_bucket(s3)
    table = scratch_table(dynamodb, StreamSpecification=stream)
    yield Ports(s3, bucket, table)
    table.delete()
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
        for each in (*page.get("Versions", []), *page.get("DeleteMarkers", [])):
            s3.delete_object(Bucket=bucket, Key=each["Key"], VersionId=each["VersionId"])
    s3.delete_bucket(Bucket=bucket)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_local_cloud_keeps_the_rule(ports: Ports, rule: Callable[[Ports], None]) -> None:
    rule(ports)


def test_a_write_that_changes_nothing_leaves_no_record_of_the_stream(
    app: App, ports: Ports
) -> None:
    for number in (1, 1, 2):
        ports.table.put_item(Item={**NAME, "n": number})
    ports.table.delete_item(Key=NAME)
    ports.table.delete_item(Key=NAME)

    client = app.cloud.client("dynamodbstreams")
    wait_until(lambda: len(_records(client, ports)) >= 3, lambda: str(_records(client, ports)))
    time.sleep(0.5)  # for one too many
    records = _records(client, ports)
    assert [record["eventName"] for record in records] == ["INSERT", "MODIFY", "REMOVE"]
    numbers = [int(record["dynamodb"]["SequenceNumber"]) for record in records]
    assert numbers == sorted(set(numbers))


def _records(client: Any, ports: Ports) -> list[Any]:
    ports.table.reload()
    arn = ports.table.latest_stream_arn
    found: list[Any] = []
    for shard in client.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]:
        at = client.get_shard_iterator(
            StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )
        found += client.get_records(ShardIterator=at["ShardIterator"])["Records"]
    return found
