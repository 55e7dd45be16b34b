"""Two things that can never succeed, sent among others that can: they alone must be set aside.

A poison message goes to the dead letters; of an unreadable item, the log is the record.
"""

import json
import time
from typing import Any
from urllib.parse import quote_plus

from local.chaos.world import VISIBILITY_SECONDS, World

POISON = "{ poison"
CONSUMER = "MakeThumbnails"
TRIES = 5
UNREADABLE = {"pk": "chaos/unreadable.jpg", "sk": "METADATA", "rev": 1, "state": "READY"}


def plant(world: World, keys: list[str]) -> list[str]:
    """Send a poison message with nine others, and write a bad item; return what went wrong."""
    before = {key: thumbnails_rev(world, key) for key in keys[:9]}
    world.set_visibility(1, CONSUMER)
    message = send_poison(world, list(before))
    catalog(world).put_item(Item=UNREADABLE)
    world.wait(lambda: bool(dead(world)), "the poison message is in the dead letters")
    world.wait(lambda: is_logged(world), "each reader has logged the unreadable item")
    world.wait(lambda: not world.inspector.waiting(), "the queues are empty")
    world.set_visibility(VISIBILITY_SECONDS, CONSUMER)
    catalog(world).delete_item(Key={name: UNREADABLE[name] for name in ("pk", "sk")})
    world.injected["poison messages among nine others"] += 1
    world.injected["unreadable items in the catalog"] += 1
    return [*poison_errors(world, message, before), *record_errors(world)]


def send_poison(world: World, keys: list[str]) -> str:
    """Return the poison message's id."""
    things = [{"s3": {"object": {"key": quote_plus(key, safe="/")}}} for key in keys]
    bodies = [json.dumps({"Records": [thing]}) for thing in things]
    bodies.insert(world.random.randrange(10), POISON)
    answer = world.client("sqs").send_message_batch(
        QueueUrl=world.outputs[f"{CONSUMER}Queue"],
        Entries=[{"Id": str(n), "MessageBody": body} for n, body in enumerate(bodies)],
    )
    ids = {each["Id"]: each["MessageId"] for each in answer["Successful"]}
    return str(ids[str(bodies.index(POISON))])


def poison_errors(world: World, message: str, before: dict[str, int]) -> list[str]:
    errors = []
    if [each["Body"] for each in dead(world)] != [POISON]:
        errors.append(f"the dead letters are {dead(world)}, not the one poison message")
    undone = [key for key, rev in before.items() if thumbnails_rev(world, key) <= rev]
    if undone:
        errors.append(f"{undone} were not handled, as their neighbour was poison")
    tries = times_failed(world, message)
    if tries != TRIES:
        errors.append(f"the poison message was tried {tries} times, not {TRIES}")
    return errors


def record_errors(world: World) -> list[str]:
    """The bad item is logged once by each reader, as no retry could help, and given up by none."""
    logged = [key for reporter in world.reporters for key in unreadable(world, reporter)]
    errors = [] if not given_up(world) else [f"given up: {given_up(world)}"]
    if logged != [UNREADABLE["pk"]] * len(world.reporters):
        errors.append(f"the readers of the stream logged {logged} as unreadable")
    return errors


def dead(world: World) -> list[dict[str, Any]]:
    """Return the consumer's dead letters; they stay where they are."""
    answer = world.client("sqs").receive_message(
        QueueUrl=world.outputs[f"{CONSUMER}DeadLetters"],
        MaxNumberOfMessages=10,
        VisibilityTimeout=0,
    )
    return list(answer.get("Messages", []))


def given_up(world: World) -> list[dict[str, Any]]:
    """Return what lies in the failures buckets."""
    s3 = world.client("s3")
    found = []
    for bucket in (world.outputs[f"{name}Failures"] for name in world.reporters):
        for each in s3.list_objects_v2(Bucket=bucket).get("Contents", []):
            body = s3.get_object(Bucket=bucket, Key=each["Key"])["Body"].read()
            found.append({**json.loads(body), "bucket": bucket, "key": each["Key"]})
    return found


def times_failed(world: World, message: str) -> int:
    """Return how often the log says that a message failed, once the last try is logged."""
    deadline = time.monotonic() + 5
    while True:
        lines = failures_logged(world, CONSUMER)
        count = len([line for line in lines if line.get("message_id") == message])
        if count >= TRIES or time.monotonic() > deadline:
            return count
        time.sleep(0.2)


def failures_logged(world: World, consumer: str) -> list[dict[str, Any]]:
    """Return the log lines by which a consumer gives back a message, with the reason."""
    return logged(world, consumer, "message failed")


def is_logged(world: World) -> bool:
    """Return whether each reader of the stream has logged the unreadable item."""
    return all(unreadable(world, reporter) for reporter in world.reporters)


def unreadable(world: World, reporter: str) -> list[str]:
    """Return the keys of the items that a reader of the stream could not read."""
    return [str(line.get("key")) for line in logged(world, reporter, "item cannot be read")]


def logged(world: World, consumer: str, text: str) -> list[dict[str, Any]]:
    """Return the lines of a function's log with *text*."""
    found = world.client("lambda").get_function_configuration(FunctionName=world.function(consumer))
    pages = (
        world.client("logs")
        .get_paginator("filter_log_events")
        .paginate(logGroupName=found["LoggingConfig"]["LogGroup"], filterPattern=f'"{text}"')
    )
    return [json.loads(event["message"]) for page in pages for event in page["events"]]


def thumbnails_rev(world: World, key: str) -> int:
    found = catalog(world).get_item(Key={"pk": key, "sk": "THUMBNAILS"}, ConsistentRead=True)
    return int(found.get("Item", {}).get("rev", 0))


def catalog(world: World) -> Any:
    return world.cloud.resource("dynamodb").Table(world.outputs["CatalogTable"])
