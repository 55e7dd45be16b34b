"""A stop loses no event of what is stored in its last moment: ministack needs no repair for it."""

import json
import threading
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import BotoCoreError, ClientError

from local.cloud import Cloud
from tests.local.clouds import running
from tests.local.workbench import Workbench

CLIENTS = 4


def announced_to(bench: Workbench, bucket: str) -> str:
    """Make a queue that hears of every object of the bucket; return its URL."""
    url, arn = bench.queue()
    allow = {
        "Effect": "Allow",
        "Principal": {"Service": "s3.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn,
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    bench.cloud.client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    to_queue = {"QueueArn": arn, "Events": ["s3:ObjectCreated:*"]}
    bench.s3.put_bucket_notification_configuration(
        Bucket=bucket, NotificationConfiguration={"QueueConfigurations": [to_queue]}
    )
    return url


def received(sqs: Any, queue: str) -> set[str]:
    """Take all messages; return the keys that they name."""
    keys = set()
    while messages := sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages"):
        for message in messages:
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
            for record in json.loads(message["Body"]).get("Records", []):
                keys.add(record["s3"]["object"]["key"])
    return keys


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_what_is_stored_while_the_cloud_stops_is_announced(tmp_path: Path) -> None:
    cloud = Cloud(tmp_path)
    stopped = threading.Event()

    def put_until_refused(number: int, bucket: str) -> None:
        s3 = cloud.client("s3")
        for count in range(10_000):
            if stopped.is_set():
                return
            try:
                s3.put_object(Bucket=bucket, Key=f"{number}-{count}", Body=b"")
            except (BotoCoreError, ClientError):
                return

    with running(cloud):
        bench = Workbench(cloud)
        bucket = bench.bucket()
        queue = announced_to(bench, bucket)
        clients = [
            threading.Thread(target=put_until_refused, args=(number, bucket))
            for number in range(CLIENTS)
        ]
        for client in clients:
            client.start()
        stopped.wait(1)
    stopped.set()
    for client in clients:
        client.join()

    with running(Cloud(tmp_path)) as again:
        bench = Workbench(again)
        pages = again.client("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket)
        stored = {found["Key"] for page in pages for found in page.get("Contents", [])}
        assert stored
        assert received(again.client("sqs"), queue) == stored
