"""A stop keeps everything and leaves no process."""

import os
import signal
from pathlib import Path

import pytest

from local.cloud import Cloud
from tests.local.clouds import is_gone, running
from tests.local.workbench import Workbench, eventually

NOTE_ARRIVAL = """
import os, time
import boto3
s3 = boto3.client("s3")
def handler(event, context):
    for record in event["Records"]:
        key = record["dynamodb"]["Keys"]["pk"]["S"]
        s3.put_object(Bucket=os.environ["SEEN"], Key=f"{key}/{time.time_ns()}", Body=b"")
"""
TAKE_A_WHILE = """
import os, time
import boto3
s3 = boto3.client("s3")
def handler(event, context):
    s3.put_object(Bucket=os.environ["SEEN"], Key="begun", Body=b"")
    time.sleep(2)
    s3.put_object(Bucket=os.environ["SEEN"], Key="finished", Body=b"")
"""


def test_everything_survives_a_stop(tmp_path: Path) -> None:
    cloud = Cloud(tmp_path)
    with running(cloud):
        bench = Workbench(cloud)
        table, stream = bench.table()
        seen = bench.bucket()
        bench.s3.put_bucket_versioning(Bucket=seen, VersioningConfiguration={"Status": "Enabled"})
        variables = {"SEEN": seen}
        role = bench.role("dynamodb:*", "s3:PutObject")
        function = bench.function(
            NOTE_ARRIVAL, Role=role, Environment={"Variables": variables}, Timeout=20
        )
        bench.stream_to(function, stream)
        bench.put(table, "before")
        eventually(lambda: len(bench.objects(seen)) == 1)
        sqs = cloud.client("sqs")
        queue = sqs.create_queue(QueueName="kept")["QueueUrl"]
        sqs.send_message(QueueUrl=queue, MessageBody="cat.jpg")
        template = '{"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}'
        cloud.client("cloudformation").create_stack(StackName="kept", TemplateBody=template)
        eventually(lambda: cloud.stacks()["kept"] == "CREATE_COMPLETE")
        messages = bench.log_messages(f"/aws/lambda/{function}")

    with running(Cloud(tmp_path)) as again:
        bench = Workbench(again)
        assert again.settings.port == cloud.settings.port
        assert again.stacks()["kept"] == "CREATE_COMPLETE"
        assert len(again.client("sns").list_topics()["Topics"]) == 1
        received = again.client("sqs").receive_message(QueueUrl=queue)["Messages"]
        assert [message["Body"] for message in received] == ["cat.jpg"]
        assert bench.log_messages(f"/aws/lambda/{function}")[: len(messages)] == messages

        bench.put(table, "after")

        eventually(lambda: len(bench.objects(seen)) == 2)
        assert [key.split("/")[0] for key in sorted(bench.objects(seen))] == ["after", "before"]
        assert bench.s3.get_bucket_versioning(Bucket=seen)["Status"] == "Enabled"


def test_stopping_lets_a_delivery_under_way_finish(tmp_path: Path) -> None:
    cloud = Cloud(tmp_path)
    with running(cloud):
        bench = Workbench(cloud)
        seen = bench.bucket()
        function = bench.function(
            TAKE_A_WHILE,
            Role=bench.role("s3:PutObject", "sqs:*"),
            Environment={"Variables": {"SEEN": seen}},
            Timeout=20,
        )
        url, arn = bench.queue()
        bench.lambda_.create_event_source_mapping(FunctionName=function, EventSourceArn=arn)
        cloud.client("sqs").send_message(QueueUrl=url, MessageBody="cat.jpg")
        eventually(lambda: bench.objects(seen) == ["begun"])

    with running(Cloud(tmp_path)) as again:
        bench = Workbench(again)
        assert bench.objects(seen) == ["begun", "finished"]
        assert bench.is_empty(url)


def test_stopping_leaves_no_process(tmp_path: Path) -> None:
    with running(Cloud(tmp_path)) as cloud:
        bench = Workbench(cloud)
        sleeping = "import time\ndef handler(event, context):\n    time.sleep(60)\n"
        busy = bench.function(sleeping, Timeout=90)
        idle = bench.function("def handler(event, context):\n    return 1\n")
        bench.invoke(idle)
        bench.lambda_.invoke(FunctionName=busy, InvocationType="Event")
        pid = cloud.emulator.pid()
        assert pid is not None

    assert not cloud.is_running()
    with pytest.raises(ProcessLookupError):
        os.killpg(pid, 0)


def test_what_a_killed_emulator_leaves_behind_ends_by_itself(tmp_path: Path) -> None:
    with running(Cloud(tmp_path)) as cloud:
        bench = Workbench(cloud)
        bench.invoke(bench.function("def handler(event, context):\n    return 1\n"))
        pid = cloud.emulator.pid()
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        eventually(lambda: not cloud.is_running())
        cloud.stop()

        eventually(lambda: is_gone(pid))
