"""Contract of local/emulator/faults.py: what functions ask for goes wrong as the rules say."""

import time
from collections.abc import Iterator
from typing import Any

import pytest

from local.emulator.fault_rules import Fault, FaultRules, Rule
from tests.local.workbench import Workbench

ASK = """
import boto3, botocore.exceptions
from botocore.config import Config

def handler(event, context):
    client = boto3.client(event["service"], config=Config(retries={"total_max_attempts": 1}))
    try:
        getattr(client, event["call"])(**event["arguments"])
    except botocore.exceptions.ClientError as error:
        answer = error.response
        codes = [reason["Code"] for reason in answer.get("CancellationReasons", [])]
        return [answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Code"], *codes]
    return "done"
"""


@pytest.fixture
def rules(bench: Workbench) -> Iterator[FaultRules]:
    rules = FaultRules(bench.cloud.home)
    yield rules
    rules.clear()


@pytest.fixture(scope="module")
def function(bench: Workbench) -> str:
    return bench.function(ASK, Role=bench.role("s3:*", "dynamodb:*"), Timeout=20)


def ask(bench: Workbench, function: str, service: str, call: str, **arguments: Any) -> Any:
    event = {"service": service, "call": call, "arguments": arguments}
    return bench.invoke(function, event).result


def put_item(bench: Workbench, function: str, table: str) -> Any:
    return ask(bench, function, "dynamodb", "put_item", TableName=table, Item={"pk": {"S": "a"}})


def items(bench: Workbench, table: str) -> int:
    return len(bench.dynamodb.scan(TableName=table)["Items"])


@pytest.mark.parametrize("fault", ["ProvisionedThroughputExceededException", "ThrottlingException"])
def test_a_throttled_request_has_no_effect(
    bench: Workbench, rules: FaultRules, function: str, fault: Fault
) -> None:
    table, _ = bench.table()
    rules.set([Rule(fault, "dynamodb", ("PutItem",))])

    assert put_item(bench, function, table) == [400, fault]

    assert items(bench, table) == 0


def test_a_cancelled_transaction_tells_which_item_is_held(
    bench: Workbench, rules: FaultRules, function: str
) -> None:
    table, _ = bench.table()
    rules.set([Rule("TransactionConflict", "dynamodb", ("TransactWriteItems",))])
    puts = [{"Put": {"TableName": table, "Item": {"pk": {"S": key}}}} for key in "ab"]

    answer = ask(bench, function, "dynamodb", "transact_write_items", TransactItems=puts)

    assert answer == [400, "TransactionCanceledException", "TransactionConflict", "None"]
    assert items(bench, table) == 0


def test_s3_asks_to_slow_down(bench: Workbench, rules: FaultRules, function: str) -> None:
    bucket = bench.bucket()
    rules.set([Rule("SlowDown", "s3")])

    assert ask(bench, function, "s3", "put_object", Bucket=bucket, Key="a") == [503, "SlowDown"]

    assert bench.objects(bucket) == []


def test_a_lost_answer_comes_after_the_effect(
    bench: Workbench, rules: FaultRules, function: str
) -> None:
    bucket, (table, _) = bench.bucket(), bench.table()
    rules.set([Rule("AnswerLost", "s3"), Rule("AnswerLost", "dynamodb")])

    put = ask(bench, function, "s3", "put_object", Bucket=bucket, Key="a")

    assert put == [500, "InternalError"]
    assert put_item(bench, function, table) == [500, "InternalServerError"]
    assert bench.objects(bucket) == ["a"]
    assert items(bench, table) == 1


def test_a_late_request_is_done_all_the_same(
    bench: Workbench, rules: FaultRules, function: str
) -> None:
    bucket = bench.bucket()
    rules.set([Rule("Late", "s3", seconds=1.0)])
    started = time.monotonic()

    assert ask(bench, function, "s3", "put_object", Bucket=bucket, Key="a") == "done"

    assert time.monotonic() - started > 1


def test_only_the_operations_named_go_wrong(
    bench: Workbench, rules: FaultRules, function: str
) -> None:
    rules.set([Rule("SlowDown", "s3", ("GetObject",)), Rule("SlowDown", "s3", rate=0.0)])

    assert ask(bench, function, "s3", "put_object", Bucket=bench.bucket(), Key="a") == "done"


def test_the_root_user_is_spared(bench: Workbench, rules: FaultRules) -> None:
    table, _ = bench.table()
    rules.set([Rule("SlowDown", "s3"), Rule("ThrottlingException", "dynamodb")])

    bench.s3.put_object(Bucket=bench.bucket(), Key="a", Body=b"")
    bench.put(table, "a")

    assert items(bench, table) == 1


def test_each_injection_is_counted(bench: Workbench, rules: FaultRules, function: str) -> None:
    rules.set([Rule("SlowDown", "s3")])
    before = rules.injected()

    ask(bench, function, "s3", "get_object", Bucket=bench.bucket(), Key="a")

    assert rules.injected() - before == {"SlowDown s3:GetObject": 1}


def test_without_rules_nothing_goes_wrong(
    bench: Workbench, rules: FaultRules, function: str
) -> None:
    rules.set([Rule("SlowDown", "s3")])
    rules.clear()

    assert ask(bench, function, "s3", "put_object", Bucket=bench.bucket(), Key="a") == "done"
