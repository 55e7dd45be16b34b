"""Contract of local/emulator/repairs/reserved_concurrency.py."""

import time

import pytest

from tests.local.workbench import Workbench, eventually


def function_with_alias(bench: Workbench) -> tuple[str, str]:
    """Make a function; return its name and the name of an alias of its first version."""
    source = "def handler(event, context):\n    return 'ran'\n"
    role = bench.role("sqs:*", "logs:CreateLogStream", "logs:PutLogEvents")
    name = bench.function(source, Role=role, Timeout=20)
    version = bench.lambda_.publish_version(FunctionName=name)["Version"]
    bench.lambda_.create_alias(FunctionName=name, Name="live", FunctionVersion=version)
    return name, f"{name}:live"


def test_an_alias_of_a_function_that_is_switched_off_is_throttled(bench: Workbench) -> None:
    name, alias = function_with_alias(bench)
    bench.lambda_.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)

    with pytest.raises(bench.lambda_.exceptions.TooManyRequestsException):
        bench.invoke(alias)

    bench.lambda_.delete_function_concurrency(FunctionName=name)
    assert bench.invoke(alias).result == "ran"


def test_its_queue_waits(bench: Workbench) -> None:
    name, alias = function_with_alias(bench)
    queue, arn = bench.queue()
    bench.lambda_.create_event_source_mapping(FunctionName=alias, EventSourceArn=arn)
    bench.lambda_.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)

    bench.cloud.client("sqs").send_message(QueueUrl=queue, MessageBody="cat.jpg")

    time.sleep(2)
    assert not bench.is_empty(queue)
    bench.lambda_.delete_function_concurrency(FunctionName=name)
    eventually(lambda: bench.is_empty(queue))
