"""Contract of local/emulator/repairs/dynamodb_streams.py and stream_failures.py."""

import json
import re
import time
from typing import Any

import pytest

from tests.local.workbench import Workbench, eventually, statement

# Writes each batch's keys under a name that sorts by time; "poison" fails, "slow" waits.
RECORD = """
import json, os, time
import boto3
s3 = boto3.client("s3")
def handler(event, context):
    keys = [record["dynamodb"]["Keys"]["pk"]["S"] for record in event["Records"]]
    s3.put_object(Bucket=os.environ["SEEN"], Key=f"{time.time_ns()}", Body=json.dumps(keys))
    while "slow" in keys and "Contents" not in s3.list_objects_v2(Bucket=os.environ["RELEASE"]):
        time.sleep(0.1)
    poisoned = [r for r in event["Records"] if r["dynamodb"]["Keys"]["pk"]["S"] == "poison"]
    if poisoned and os.environ["PARTIAL"] == "no":
        raise ValueError("poison")
    numbers = [record["dynamodb"]["SequenceNumber"] for record in poisoned]
    return {"batchItemFailures": [{"itemIdentifier": number} for number in numbers]}
"""
OBJECT_KEY = re.compile(
    r"aws/lambda/(?P<mapping>[0-9a-f-]{36})/shardId-[0-9-]+/\d{4}/\d\d/\d\d/"
    r"\d{4}-\d\d-\d\dT\d\d\.\d\d\.\d\d-[0-9a-f-]{36}"
)


class Stream:
    """A table, a function on its stream, and what the function has seen."""

    def __init__(self, bench: Workbench, *, partial: str = "no") -> None:
        self.bench = bench
        self.table, self.arn = bench.table()
        self.seen, self.failed, self.release = (bench.bucket() for _ in range(3))
        variables = {"SEEN": self.seen, "RELEASE": self.release, "PARTIAL": partial}
        self.role = bench.role("dynamodb:*", "s3:*")
        self.function = bench.function(
            RECORD,
            Role=self.role,
            Timeout=90,
            Environment={"Variables": variables},
        )

    def map(self, **options: Any) -> str:
        destination = {"OnFailure": {"Destination": f"arn:aws:s3:::{self.failed}"}}
        return self.bench.stream_to(
            self.function, self.arn, DestinationConfig=destination, **options
        )

    def batches(self) -> list[list[str]]:
        return [self.read(self.seen, key) for key in sorted(self.bench.objects(self.seen))]

    def failures(self) -> list[dict[str, Any]]:
        return [self.read(self.failed, key) for key in self.bench.objects(self.failed)]

    def read(self, bucket: str, key: str) -> Any:
        return json.loads(self.bench.s3.get_object(Bucket=bucket, Key=key)["Body"].read())


@pytest.fixture
def stream(bench: Workbench) -> Stream:
    return Stream(bench)


def test_retries_end_and_the_stream_goes_on(bench: Workbench, stream: Stream) -> None:
    bench.put(stream.table, "poison")
    stream.map(MaximumRetryAttempts=2)
    eventually(stream.failures)

    bench.put(stream.table, "after")

    eventually(lambda: ["after"] in stream.batches())
    assert stream.batches() == [["poison"]] * 3 + [["after"]]


def test_a_throttled_batch_is_not_given_up(bench: Workbench, stream: Stream) -> None:
    bench.lambda_.put_function_concurrency(
        FunctionName=stream.function, ReservedConcurrentExecutions=0
    )
    bench.put(stream.table, "a")
    stream.map(MaximumRetryAttempts=0)
    time.sleep(2)

    bench.lambda_.delete_function_concurrency(FunctionName=stream.function)

    eventually(lambda: stream.batches() == [["a"]])
    assert stream.failures() == []


def test_bisecting_leaves_only_the_poison_behind(bench: Workbench, stream: Stream) -> None:
    bench.put(stream.table, "a", "b", "poison", "c")

    stream.map(MaximumRetryAttempts=0, BisectBatchOnFunctionError=True)

    eventually(lambda: ["c"] in stream.batches())
    whole, halves = [["a", "b", "poison", "c"]], [["a", "b"], ["poison", "c"]]
    assert stream.batches() == [*whole, *halves, ["poison"], ["c"]]
    assert [failure["DDBStreamBatchInfo"]["batchSize"] for failure in stream.failures()] == [1]


def test_after_a_partial_response_only_the_rest_is_delivered_again(bench: Workbench) -> None:
    stream = Stream(bench, partial="yes")
    bench.put(stream.table, "a", "poison", "b")

    stream.map(
        MaximumRetryAttempts=1,
        BisectBatchOnFunctionError=True,
        FunctionResponseTypes=["ReportBatchItemFailures"],
    )

    eventually(lambda: ["b"] in stream.batches())
    assert stream.batches()[:2] == [["a", "poison", "b"], ["poison", "b"]]
    [failure] = stream.failures()
    assert "functionError" not in failure["responseContext"]


def test_a_record_that_is_too_old_is_given_up(bench: Workbench, stream: Stream) -> None:
    bench.put(stream.table, "poison")

    stream.map(MaximumRecordAgeInSeconds=1)

    [failure] = eventually(stream.failures)
    assert failure["requestContext"]["condition"] == "RecordAgeExceeded"


def test_the_failure_bucket_receives_the_whole_batch(bench: Workbench, stream: Stream) -> None:
    bench.put(stream.table, "a", "poison")
    mapping = stream.map(MaximumRetryAttempts=1)

    [failure] = eventually(stream.failures)

    [key] = bench.objects(stream.failed)
    assert (match := OBJECT_KEY.fullmatch(key))
    assert match["mapping"] == mapping
    assert failure["requestContext"]["condition"] == "RetryAttemptsExhausted"
    assert failure["requestContext"]["approximateInvokeCount"] == 2
    assert failure["responseContext"]["functionError"] == "Unhandled"
    assert failure["DDBStreamBatchInfo"]["streamArn"] == stream.arn
    records = json.loads(failure["payload"])["Records"]
    assert [record["dynamodb"]["Keys"]["pk"]["S"] for record in records] == ["a", "poison"]


def test_a_failed_batch_is_sent_by_the_functions_own_role(bench: Workbench, stream: Stream) -> None:
    stream.map(MaximumRetryAttempts=0)
    bench.iam.put_role_policy(
        RoleName=stream.role.rsplit("/", 1)[-1],
        PolicyName="allow",
        PolicyDocument=statement(["dynamodb:*", "s3:ListBucket"], Resource="*"),
    )

    bench.put(stream.table, "poison")

    log = bench.cloud.emulator.log
    eventually(lambda: f"{stream.function}: the failed batch is lost" in log.read_text())
    assert stream.failures() == []


def test_a_failure_queue_receives_what_is_known_of_the_batch(
    bench: Workbench, stream: Stream
) -> None:
    sqs = bench.cloud.client("sqs")
    queue, arn = bench.queue()
    function = bench.function(
        "def handler(event, context):\n    raise ValueError\n",
        Role=bench.role("dynamodb:*", "sqs:*"),
    )
    bench.put(stream.table, "poison")

    bench.stream_to(
        function,
        stream.arn,
        MaximumRetryAttempts=0,
        DestinationConfig={"OnFailure": {"Destination": arn}},
    )

    messages = eventually(lambda: sqs.receive_message(QueueUrl=queue).get("Messages"))
    record = json.loads(messages[0]["Body"])
    assert record["DDBStreamBatchInfo"]["batchSize"] == 1
    assert "payload" not in record


def test_a_slow_function_does_not_hold_up_the_others(bench: Workbench, stream: Stream) -> None:
    bench.put(stream.table, "slow")
    stream.map()
    eventually(stream.batches)

    other = Stream(bench)
    bench.put(other.table, "quick")
    other.map()

    eventually(lambda: other.batches() == [["quick"]])
    bench.s3.put_object(Bucket=stream.release, Key="now", Body=b"")


def test_only_records_that_pass_the_filter_are_delivered(bench: Workbench, stream: Stream) -> None:
    wanted = json.dumps({"dynamodb": {"Keys": {"pk": {"S": ["METADATA", "THUMBNAILS"]}}}})
    bench.put(stream.table, "REPORT", "METADATA", "REPORT", "THUMBNAILS")

    stream.map(FilterCriteria={"Filters": [{"Pattern": wanted}]})

    eventually(lambda: stream.batches() == [["METADATA", "THUMBNAILS"]])


def test_a_deleted_mapping_stops_its_retries(bench: Workbench, stream: Stream) -> None:
    bench.put(stream.table, "poison")
    mapping = stream.map()
    eventually(lambda: len(stream.batches()) > 1)

    bench.lambda_.delete_event_source_mapping(UUID=mapping)
    time.sleep(1)
    tried = len(stream.batches())
    time.sleep(2)

    assert len(stream.batches()) == tried
