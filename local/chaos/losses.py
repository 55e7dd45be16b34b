"""Events that never arrive and items that nobody can read: only the sweep can know of them.

They come after the proof that nothing else needs it: a sweep would mend what another defect left.
"""

import json
import time

from local.chaos.checker import disagreements
from local.chaos.clients import Client
from local.chaos.disruptions import throttled
from local.chaos.planted import catalog
from local.chaos.world import World
from local.errors import CloudError

CHANGES = 60
ARRIVAL_SECONDS = 1.0
SWEEPS = 3  # one may come while the stream's last changes are still on their way


def lose_and_sweep(world: World, client: Client) -> list[str]:
    """Change the bucket, throw away what announces it, sweep; return what still disagrees."""
    with throttled(world, world.consumers):
        client.work(CHANGES)
        time.sleep(ARRIVAL_SECONDS)
        world.injected["events lost"] += sum(lose(world, each) for each in world.consumers)
    wrong = len(world.inspector.look().disagreements)
    world.tell(f"{CHANGES} changes of which no event arrived: {wrong} things do not agree")
    if not wrong:
        return ["no event was lost, so the sweep proved nothing"]
    spoil(world)
    for _ in range(SWEEPS):
        sweep(world)
        world.wait(lambda: not world.inspector.waiting(), "what the sweep sent is handled")
        if is_soon_right(world):
            break
    return disagreements(world)


def spoil(world: World) -> None:
    """Make a facet and its ledger entry unreadable, and leave an item of a misspelt key."""
    key = min(world.inspector.look().originals)
    for name, attribute in ((key, "rev"), ("chaos/misspelt.jpg", "note")):
        catalog(world).update_item(
            Key={"pk": name, "sk": "METADATA"},
            UpdateExpression="SET #name = :value",
            ExpressionAttributeNames={"#name": attribute},
            ExpressionAttributeValues={":value": "by hand"},
        )
    report = world.cloud.resource("dynamodb").Table(world.outputs["ReportTable"])
    report.put_item(Item={"pk": f"LEDGER#{key}", "sk": "METADATA", "position": 7})
    world.injected["items made unreadable"] += 3


def lose(world: World, consumer: str) -> int:
    """Throw away what waits in a consumer's queue; return how much that was."""
    sqs, url = world.client("sqs"), world.outputs[f"{consumer}Queue"]
    lost = 0
    while found := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        for message in found:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        lost += len(found)
    return lost


def sweep(world: World) -> None:
    """Sweep once from beginning to end; note how much it found of each kind."""
    outcome = "to be continued"
    while outcome.startswith("to be continued"):
        answer = world.client("lambda").invoke(
            FunctionName=f"{world.function('Reconcile')}:live",
            Payload=json.dumps({"start": True}),
        )
        outcome = str(json.loads(answer["Payload"].read()).get("sweep"))
    s3, bucket = world.client("s3"), world.outputs["ReportsBucket"]
    told = s3.list_objects_v2(Bucket=bucket, Prefix="sweeps/").get("Contents", [])
    last = max((each["Key"] for each in told if each["Key"].endswith(".json")), default=None)
    if last is None:
        raise CloudError(f"The sweep left no report: {outcome}.")
    report = json.loads(s3.get_object(Bucket=bucket, Key=last)["Body"].read())
    world.swept["sweeps"] += 1
    world.swept.update(report["found"])


def is_soon_right(world: World) -> bool:
    """Give the stream a moment to count what the sweep set right."""
    deadline = time.monotonic() + 5
    while world.inspector.look().disagreements:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.3)
    return True
