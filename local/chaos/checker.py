"""The proof: reads the bucket, the catalog, the thumbnails, the report and the queues; no code.

I1 to I3 are those of `local.agreement`, to which come:

I4  nothing is lost silently: no message is left but the planted ones, each where it belongs and
    with its reason, and no stream gave up on a batch without keeping it.
I5  idle: once quiet, no function runs and nothing that is kept changes.
"""

import time
from typing import Any

from local.agreement import Findings
from local.chaos.planted import POISON, dead, failures_logged, given_up
from local.chaos.world import World
from local.likeness import Likeness

IDLE_SECONDS = 6.0
# Nobody can ask a stream how much of it is unread.
DRAINED_SECONDS, DRAINED = 3.0, "no reader of the stream runs any more"

Errors = dict[str, list[str]]


def check(world: World) -> Errors:
    """Return what is wrong with each invariant, once the stream is read to its end."""
    world.wait(lambda: not any_ran(world, world.reporters, time.time() - DRAINED_SECONDS), DRAINED)
    return {**agreement(world), "I4": lost(world), "I5": restless(world)}


def agreement(world: World) -> Errors:
    """Return what is wrong with I1 to I3."""
    findings = world.inspector.look()
    likeness = Likeness(world.cloud).errors(findings, findings.originals)
    return {**findings.wrong, "I2": [*findings.wrong["I2"], *likeness]}


def disagreements(world: World) -> list[str]:
    """Return all that is wrong with I1 to I3."""
    return [error for errors in agreement(world).values() for error in errors]


def lost(world: World) -> list[str]:
    world.note_lost_batches()
    errors = [f"{world.lost_batches} batches of the stream are lost"] * bool(world.lost_batches)
    [poison, *others] = [*(letter["MessageId"] for letter in dead(world)), ""][:2]
    errors += [f"message {other} is still among the dead letters" for other in others if other]
    reasons = {each.get("message_id"): each for each in failures_logged(world, "MakeThumbnails")}
    if "MalformedMessage" not in str(reasons.get(poison)):
        errors.append(f"no log line says why the message {POISON!r} failed")
    errors += [f"the failures bucket still holds {each['key']}" for each in given_up(world)]
    return [*errors, *unexpected_messages(world)]


def unexpected_messages(world: World) -> list[str]:
    """Look into every queue of the account, also those that the app gives no output."""
    sqs = world.client("sqs")
    names = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
    planted = {world.outputs["MakeThumbnailsDeadLetters"]: 1}
    errors = []
    for page in sqs.get_paginator("list_queues").paginate():
        for url in page.get("QueueUrls", []):
            counts = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=list(names))
            found = sum(int(counts["Attributes"][name]) for name in names)
            if found != planted.get(url, 0):
                errors.append(f"{found} messages in {url.rpartition('/')[2]}")
    return errors


def restless(world: World) -> list[str]:
    """Watch for a while that nothing moves."""
    before, since = state(world.inspector.look()), time.time()
    time.sleep(IDLE_SECONDS)
    after = state(world.inspector.look())
    errors = [f"the {name} changed" for name in before if before[name] != after[name]]
    if waiting := world.inspector.waiting():
        errors.append(f"{waiting} messages are under way")
    ran = any_ran(world, world.functions, since)
    return errors + [f"{name} ran, though nothing happened" for name in ran]


def state(findings: Findings) -> dict[str, Any]:
    return {
        "catalog": findings.facets,
        "thumbnails": findings.thumbnails,
        "report": findings.report,
        "ledger": findings.ledger,
    }


def any_ran(world: World, names: list[str], since: float) -> list[str]:
    return [name for name in names if has_run(world, name, since)]


def has_run(world: World, name: str, since: float) -> bool:
    """Tell whether a function has logged anything; it logs each of its invocations."""
    found = world.client("lambda").get_function_configuration(FunctionName=world.function(name))
    answer = world.client("logs").filter_log_events(
        logGroupName=found["LoggingConfig"]["LogGroup"], startTime=int(since * 1000)
    )
    return bool(answer["events"])
