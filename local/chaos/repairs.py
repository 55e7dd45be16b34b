"""What an operator does after a bad day: redrive dead letters, replay failed records."""

import json
import re
from typing import Any

from local.chaos.planted import POISON, failures_logged, given_up
from local.chaos.world import World

UNEXPLAINED = "no word of it: its worker died, or had no time for it"


def redrive(world: World) -> int:
    """Send all dead letters back but the poison; return how many went."""
    return sum(redrive_one(world, consumer) for consumer in world.consumers)


def redrive_one(world: World, consumer: str) -> int:
    """Move messages by hand: the local cloud has no StartMessageMoveTask, which does just this."""
    letters = dead_letters(world, consumer)
    if not letters:
        return 0
    reasons = {each.get("message_id"): reason(each) for each in failures_logged(world, consumer)}
    sqs, dead = world.client("sqs"), world.outputs[f"{consumer}DeadLetters"]
    for letter in letters:
        why = reasons.get(letter["MessageId"], UNEXPLAINED)
        world.given_up[f"dead letters of {consumer}: {why}"] += 1
        sqs.send_message(QueueUrl=world.outputs[f"{consumer}Queue"], MessageBody=letter["Body"])
        sqs.delete_message(QueueUrl=dead, ReceiptHandle=letter["ReceiptHandle"])
    return len(letters)


def reason(line: dict[str, Any]) -> str:
    """Return why a message failed, by AWS's code where there is one."""
    code = re.search(r"error occurred \((\w+)\)", line.get("exception", ""))
    return code[1] if code else str(line.get("exception_name"))


def dead_letters(world: World, consumer: str) -> list[dict[str, Any]]:
    """Take all but the poison, which stays visible."""
    sqs, dead = world.client("sqs"), world.outputs[f"{consumer}DeadLetters"]
    taken: list[dict[str, Any]] = []
    while found := sqs.receive_message(QueueUrl=dead, MaxNumberOfMessages=10).get("Messages"):
        taken += found
    for letter in taken:
        if letter["Body"] == POISON:
            sqs.change_message_visibility(
                QueueUrl=dead, ReceiptHandle=letter["ReceiptHandle"], VisibilityTimeout=0
            )
    return [letter for letter in taken if letter["Body"] != POISON]


def replay(world: World) -> int:
    """Let the reporters count what they gave up on; return how many records that were."""
    return sum(replay_one(world, failure) for failure in given_up(world))


def replay_one(world: World, failure: dict[str, Any]) -> int:
    """Invoke the function with the records as it had them; remove them if it took them all."""
    records = json.loads(failure["payload"])["Records"]
    answer = world.client("lambda").invoke(
        FunctionName=failure["requestContext"]["functionArn"],
        Payload=json.dumps({"Records": records}),
    )
    result = json.loads(answer["Payload"].read())
    if "FunctionError" in answer or result.get("batchItemFailures"):
        return 0
    world.client("s3").delete_object(Bucket=failure["bucket"], Key=failure["key"])
    world.given_up["records that the stream gave up on"] += len(records)
    return len(records)
