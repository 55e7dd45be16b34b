"""What goes wrong: each disruption lasts some seconds and leaves things as they were."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from itertools import cycle
from urllib.parse import quote_plus

from local.chaos import grants
from local.chaos.planted import given_up
from local.chaos.world import VISIBILITY_SECONDS, World
from local.emulator.fault_rules import Fault, Rule

WRITES = ("PutItem", "TransactWriteItems"), ("PutObject", "DeleteObject")
# What is in force all the time: a little of everything.
ALWAYS = (
    Rule("ProvisionedThroughputExceededException", "dynamodb", rate=0.02),
    Rule("TransactionConflict", "dynamodb", ("TransactWriteItems",), rate=0.05),
    Rule("SlowDown", "s3", rate=0.02),
    Rule("AnswerLost", "dynamodb", WRITES[0], rate=0.03),
    Rule("AnswerLost", "s3", WRITES[1], rate=0.03),
)

# How much longer a disruption may last until it has had its effect: minutes, on a busy machine.
LONGEST_SECONDS = 180.0

Disruption = Callable[[World, float], None]


def kill_workers(world: World, seconds: float) -> None:
    for _ in every(0.7, seconds):
        pids = worker_pids(world.cloud.emulator.pid())
        for pid in world.random.sample(pids, (len(pids) + 1) // 2):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
                world.injected["worker processes killed"] += 1


def restart_the_emulator(world: World, seconds: float) -> None:
    world.note_lost_batches()
    world.cloud.stop()
    time.sleep(seconds / 5)
    world.cloud.start()
    world.injected["emulator stopped and started"] += 1


def throttle_the_functions(world: World, seconds: float) -> None:
    with throttled(world, world.functions):
        time.sleep(seconds)
    world.injected["functions throttled"] += len(world.functions)


def take_grants_of_consumers(world: World, seconds: float) -> None:
    """Take one of each, for long enough that both give up on messages."""
    queues = [f"{consumer}DeadLetters" for consumer in ("MakeThumbnails", "IndexMetadata")]
    before = world.inspector.dead_letters()

    def gave_up() -> bool:
        now = world.inspector.dead_letters()
        return all(now.get(queue, 0) > before.get(queue, 0) for queue in queues)

    world.set_visibility(1)
    with ExitStack() as taken:
        for consumer in ("MakeThumbnails", "IndexMetadata"):
            take_one(world, consumer, taken)
        last(seconds, gave_up)
    world.set_visibility(VISIBILITY_SECONDS)


def take_a_grant_of_the_reporter(world: World, seconds: float) -> None:
    """Let it have few tries, so that it gives up on records."""
    client = world.client("lambda")
    mappings = client.list_event_source_mappings()["EventSourceMappings"]
    reporter = world.function("ReportChanges")
    [mapping] = [each for each in mappings if reporter in each["FunctionArn"]]
    usual = mapping["MaximumRetryAttempts"]
    client.update_event_source_mapping(UUID=mapping["UUID"], MaximumRetryAttempts=1)
    with ExitStack() as taken:
        take_one(world, "ReportChanges", taken)
        before = len(given_up(world))
        last(seconds, lambda: len(given_up(world)) > before)
    client.update_event_source_mapping(UUID=mapping["UUID"], MaximumRetryAttempts=usual)


def take_one(world: World, function: str, until: ExitStack) -> None:
    action = world.random.choice(grants.ACTIONS[function])
    until.enter_context(grants.without(world, function, action))
    world.injected[f"grants taken from {function}: {action}"] += 1


def throttle_dynamodb(world: World, seconds: float) -> None:
    names: tuple[Fault, ...] = ("ProvisionedThroughputExceededException", "ThrottlingException")
    inject(world, seconds, *(Rule(name, "dynamodb", rate=0.5) for name in names))


def cancel_transactions(world: World, seconds: float) -> None:
    rule = Rule("TransactionConflict", "dynamodb", ("TransactWriteItems",), rate=0.8)
    inject(world, seconds, rule)


def slow_s3_down(world: World, seconds: float) -> None:
    inject(world, seconds, Rule("SlowDown", "s3", rate=0.8))


def lose_answers(world: World, seconds: float) -> None:
    dynamodb, s3 = WRITES
    inject(
        world,
        seconds,
        Rule("AnswerLost", "dynamodb", dynamodb, rate=0.6),
        Rule("AnswerLost", "s3", s3, rate=0.6),
    )


def outlive_the_visibility_timeout(world: World, seconds: float) -> None:
    """Messages come back after a second, while reading a picture takes more than that."""
    world.set_visibility(1)
    inject(world, seconds, Rule("Late", "s3", ("GetObject",), rate=0.4, seconds=2.5))
    world.set_visibility(VISIBILITY_SECONDS)


def announce_again(world: World, seconds: float) -> None:
    """Repeat events out of order, some of them false: only the bucket can tell."""
    sqs, keys = world.client("sqs"), sorted(world.inspector.look().originals)
    for _ in every(0.5, seconds):
        key = world.random.choice(keys)
        name = world.random.choice(("ObjectCreated:Put", "ObjectRemoved:Delete"))
        thing = {"key": quote_plus(key, safe="/"), "versionId": "stale", "sequencer": "00"}
        body = json.dumps({"Records": [{"eventName": name, "s3": {"object": thing}}]})
        for consumer in world.consumers:
            sqs.send_message(QueueUrl=world.outputs[f"{consumer}Queue"], MessageBody=body)
            world.injected["stale or false events"] += 1


def replay_the_stream(world: World, seconds: float) -> None:
    """Give a reporter what it has had before, in another order."""
    table = world.client("dynamodb").describe_table(TableName=world.outputs["CatalogTable"])
    records = list(stream_records(world, table["Table"]["LatestStreamArn"]))
    for _, reporter in zip(every(1.0, seconds), cycle(world.reporters), strict=False):
        batch = world.random.sample(records, min(30, len(records)))
        world.client("lambda").invoke(
            FunctionName=world.function(reporter),
            Payload=json.dumps({"Records": batch}, default=str),
        )
        world.injected["stream records replayed"] += len(batch)


def stream_records(world: World, stream: str) -> Iterator[dict[str, object]]:
    client = world.client("dynamodbstreams")
    for shard in client.describe_stream(StreamArn=stream)["StreamDescription"]["Shards"]:
        iterator = client.get_shard_iterator(
            StreamArn=stream, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        found = client.get_records(ShardIterator=iterator)["Records"]
        yield from (each for each in found if each["dynamodb"]["Keys"]["sk"] == {"S": "METADATA"})


DISRUPTIONS: dict[str, Disruption] = {
    "workers are killed": kill_workers,
    "the emulator is stopped and started": restart_the_emulator,
    "the functions are throttled": throttle_the_functions,
    "consumers lose grants": take_grants_of_consumers,
    "the reporter loses a grant": take_a_grant_of_the_reporter,
    "DynamoDB throttles": throttle_dynamodb,
    "transactions are cancelled": cancel_transactions,
    "S3 asks to slow down": slow_s3_down,
    "answers are lost after the effect": lose_answers,
    "handlers outlive the visibility timeout": outlive_the_visibility_timeout,
    "old and false events arrive": announce_again,
    "the stream is replayed out of order": replay_the_stream,
}


@contextmanager
def throttled(world: World, functions: list[str]) -> Iterator[None]:
    client, names = world.client("lambda"), [world.function(each) for each in functions]
    for name in names:
        client.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
    yield
    for name in names:
        client.delete_function_concurrency(FunctionName=name)


def inject(world: World, seconds: float, *more: Rule) -> None:
    """Let more rules be in force, until each has acted."""
    before = world.rules.injected()

    def all_acted() -> bool:
        new = world.rules.injected() - before
        return all(any(name.startswith(f"{r.fault} {r.service}") for name in new) for r in more)

    with rules(world, *more):
        last(seconds, all_acted)


@contextmanager
def rules(world: World, *more: Rule) -> Iterator[None]:
    world.rules.set([*more, *ALWAYS])
    try:
        yield
    finally:
        world.rules.set(ALWAYS)


def every(pause: float, seconds: float) -> Iterator[None]:
    """Yield at once and after each pause until the time is over."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        yield
        time.sleep(pause)


def last(seconds: float, until: Callable[[], bool], more: float = LONGEST_SECONDS) -> None:
    """Let some seconds pass, and as many more as it takes; but not for ever."""
    time.sleep(seconds)
    deadline = time.monotonic() + more
    while not until() and time.monotonic() < deadline:
        time.sleep(0.5)


def worker_pids(emulator: int | None) -> list[int]:
    """The processes that run functions: children of the emulator that hold Lambda's runtime."""
    listing = subprocess.run(
        ["ps", "-A", "-o", "pid=,ppid=,args="], capture_output=True, text=True, check=True
    )
    lines = (line.split(None, 2) for line in listing.stdout.splitlines())
    return [
        int(pid)
        for pid, parent, command in (line for line in lines if len(line) == 3)
        if int(parent) == emulator and "awslambdaric" in command
    ]
