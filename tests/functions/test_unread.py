"""What S3 keeps from us is a result, and what it gives back develops by itself."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.s3.models import s3_backends

from functions.index_metadata import handler as index_metadata
from functions.make_thumbnails import handler as make_thumbnails
from tests.convergence.contents import PICTURES
from tests.convergence.memory_s3 import refusal
from tests.convergence.seams import Ports, installed
from tests.functions.conftest import World, once_before_writing
from tests.functions.sweeping import RecordedRepairs, Workshop
from tests.messages import Context, notification, sqs_event
from tests.pictures import any_picture

KEY = "alice/cat.jpg"
CONSUMERS = [
    pytest.param(make_thumbnails, "THUMBNAILS", id="make_thumbnails"),
    pytest.param(index_metadata, "METADATA", id="index_metadata"),
]
each_consumer = pytest.mark.parametrize(("consumer", "facet"), CONSUMERS)
RESTORED, EXPIRED = "s3_object_restore_completed", "s3_object_restore_delete"


def deliver(consumer: Any, kind: str = "s3_object_created_put") -> list[str]:
    """Hand an event about the key to a consumer; return the ids of messages that failed."""
    context: Any = Context()
    answer = consumer.handler(sqs_event(notification(KEY, kind=kind)), context)
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def move(storage_class: str) -> None:
    """Move the key to another class as a lifecycle does, which moto does not do by itself."""
    bucket = s3_backends[DEFAULT_ACCOUNT_ID]["aws"].buckets["originals"]
    bucket.keys[KEY].set_storage_class(storage_class)


def restore(world: World) -> None:
    """Restore the key; moto completes a restore when it is looked at."""
    where: Any = {"Bucket": "originals", "Key": KEY}
    world.s3.restore_object(**where, RestoreRequest={"Days": 1})
    while 'ongoing-request="true"' in world.s3.head_object(**where)["Restore"]:
        pass


def expire(world: World) -> None:
    """Let the restored copy expire."""
    found = s3_backends[DEFAULT_ACCOUNT_ID]["aws"].buckets["originals"].keys[KEY]
    found.set_expiry(None)
    assert "Restore" not in world.s3.head_object(Bucket="originals", Key=KEY)


@pytest.mark.parametrize("storage_class", ["GLACIER", "DEEP_ARCHIVE"])
@each_consumer
def test_an_archived_object_is_refused_with_what_is_known_of_it(
    world: World, consumer: Any, facet: str, storage_class: str
) -> None:
    version = world.put(KEY, any_picture())
    move(storage_class)

    assert deliver(consumer) == []

    found = world.facet(KEY, facet)
    assert (found["state"], found["reason"]) == ("REJECTED", "ARCHIVED")
    assert found["detail"] == storage_class
    assert found["version_id"] == version
    assert found["bytes"] == len(any_picture())
    assert (found["content_type"], found["owner"]) == ("image/jpeg", "alice")
    assert found["owned_state"] == "alice#REJECTED"


@each_consumer
def test_a_restored_object_develops_by_itself(world: World, consumer: Any, facet: str) -> None:
    world.put(KEY, any_picture())
    move("GLACIER")
    deliver(consumer)
    restore(world)

    assert deliver(consumer, RESTORED) == []

    found = world.facet(KEY, facet)
    assert found["state"] == "READY"
    assert "reason" not in found


@each_consumer
def test_what_was_read_before_it_was_archived_stays_ready(
    world: World, consumer: Any, facet: str
) -> None:
    world.put(KEY, any_picture())
    deliver(consumer)
    before, shelf = world.facet(KEY, facet), world.thumbnails()
    move("GLACIER")

    assert deliver(consumer, "s3_lifecycle_transition") == []

    after = world.facet(KEY, facet)
    assert after.pop("rev") > before.pop("rev")
    assert after == before
    assert world.thumbnails() == shelf


@each_consumer
def test_what_was_read_while_a_restored_copy_lasted_stays_ready(
    world: World, consumer: Any, facet: str
) -> None:
    world.put(KEY, any_picture())
    move("GLACIER")
    restore(world)
    deliver(consumer, RESTORED)
    expire(world)

    assert deliver(consumer, EXPIRED) == []

    assert world.facet(KEY, facet)["state"] == "READY"


@each_consumer
def test_a_refusal_for_the_bytes_is_not_forgotten_in_the_archive(
    world: World, consumer: Any, facet: str
) -> None:
    world.put(KEY, b"no pixels")
    deliver(consumer)
    move("GLACIER")

    deliver(consumer)

    assert world.facet(KEY, facet)["reason"] == "NOT_AN_IMAGE"


def test_thumbnails_that_are_lost_and_cannot_be_made_again_are_named_no_more(world: World) -> None:
    world.put(KEY, any_picture())
    deliver(make_thumbnails)
    move("GLACIER")
    lost = min(world.thumbnails())
    world.s3.delete_object(Bucket="thumbnails", Key=lost)

    assert deliver(make_thumbnails) == []

    found = world.facet(KEY, "THUMBNAILS")
    assert found["reason"] == "ARCHIVED"
    assert "variants" not in found
    assert world.thumbnails() == set()


@pytest.mark.parametrize("spoilt", ["text", {"small": {}}, {"small": 3}])
def test_a_facet_that_was_spoilt_by_hand_does_not_fail_an_archived_object(
    world: World, spoilt: Any
) -> None:
    world.put(KEY, any_picture())
    deliver(make_thumbnails)
    world.catalog.put_item(Item=world.facet(KEY, "THUMBNAILS") | {"variants": spoilt})
    move("GLACIER")

    assert deliver(make_thumbnails) == []
    assert world.facet(KEY, "THUMBNAILS")["reason"] == "ARCHIVED"


@each_consumer
def test_a_worker_that_saw_it_archived_does_not_undo_the_one_that_saw_it_restored(
    world: World, monkeypatch: pytest.MonkeyPatch, consumer: Any, facet: str
) -> None:
    world.put(KEY, any_picture())
    move("GLACIER")

    def overtake() -> None:
        restore(world)
        deliver(consumer, RESTORED)
        expire(world)

    once_before_writing(monkeypatch, overtake)

    assert deliver(consumer) == []
    assert world.facet(KEY, facet)["state"] == "READY"


@pytest.fixture
def workshop(world: World, tmp_path: Path) -> Workshop:
    """Return an empty world with what sweeps it."""
    return Workshop(world, tmp_path, RecordedRepairs(world))


def test_an_archived_object_counts_in_the_report(workshop: Workshop) -> None:
    workshop.world.put(KEY, any_picture())
    move("GLACIER")
    workshop.consume(KEY)

    line = workshop.world.totals()["OWNER", "alice"]
    size = len(any_picture())
    assert line == {
        "objects": 1,
        "bytes": size,
        "rejected": 1,
        "objects REJECTED ARCHIVED": 1,
        "bytes REJECTED ARCHIVED": size,
    }


def test_the_sweep_leaves_an_archived_object_alone_until_it_can_be_read(
    workshop: Workshop,
) -> None:
    workshop.world.put(KEY, any_picture())
    move("GLACIER")
    workshop.consume(KEY)

    assert workshop.swept() == []

    move("STANDARD")
    assert {found.what for found in workshop.swept()} == {"METADATA", "THUMBNAILS"}
    assert workshop.repairs.keys == [KEY]


# What moto has not: SSE-C, archive tiers, and the end of a restore in listings


@dataclass
class Small:
    """The consumers over ports in memory."""

    ports: Ports

    def put(self, **how: str) -> None:
        """Upload a picture, stored as *how* tells."""
        self.ports.s3.put_object(Bucket="originals", Key=KEY, Body=PICTURES[0], **how)

    def facet(self, name: str) -> dict[str, Any]:
        """Return a facet."""
        return dict(self.ports.catalog.items.get((KEY, name), {}))


@pytest.fixture
def small() -> Iterator[Small]:
    """Install the ports."""
    with installed() as ports:
        yield Small(ports)


@each_consumer
def test_an_object_under_a_key_that_its_uploader_kept_is_unreadable(
    small: Small, consumer: Any, facet: str
) -> None:
    small.put(SSECustomerKey="k")

    assert deliver(consumer) == []

    found = small.facet(facet)
    assert (found["state"], found["reason"]) == ("REJECTED", "UNREADABLE")
    assert found["detail"] == "SSE-C"
    assert found["bytes"] == len(PICTURES[0])
    assert found["uploaded_at"] == "2026-11-21T23:59:59.000Z"
    assert found["version_id"]


@each_consumer
def test_an_archive_tier_is_named_and_a_restore_out_of_it_develops(
    small: Small, consumer: Any, facet: str
) -> None:
    small.put()
    bucket = small.ports.s3.buckets["originals"]
    [version] = bucket.keys[KEY]
    bucket.move(version, storage_class="INTELLIGENT_TIERING", tier="ARCHIVE_ACCESS")

    deliver(consumer)
    assert small.facet(facet)["detail"] == "INTELLIGENT_TIERING, ARCHIVE_ACCESS"

    small.ports.s3.restore_object(Bucket="originals", Key=KEY, RestoreRequest={})
    deliver(consumer, RESTORED)
    assert small.facet(facet)["state"] == "READY"


@each_consumer
def test_a_version_that_came_between_is_not_taken_for_the_refused_one(
    small: Small, monkeypatch: pytest.MonkeyPatch, consumer: Any, facet: str
) -> None:
    small.put(SSECustomerKey="k")
    head = small.ports.s3.head_object

    def overtaken(**request: Any) -> Any:
        monkeypatch.setattr(small.ports.s3, "head_object", head)
        small.put()
        return head(**request)

    monkeypatch.setattr(small.ports.s3, "head_object", overtaken)

    assert deliver(consumer) == []
    assert small.facet(facet)["state"] == "READY"


@pytest.mark.parametrize(
    ("status", "code", "message"),
    [
        (403, "AccessDenied", "is not authorized to perform: kms:Decrypt on resource: arn:aws:k"),
        (400, "InvalidRequest", "Missing required header for this request"),
        (400, "KMS.DisabledException", "arn:aws:kms:eu-west-1:111122223333:key/k is disabled"),
        (503, "SlowDown", "Please reduce your request rate"),
    ],
)
@each_consumer
def test_what_may_be_given_later_is_no_result(
    small: Small,
    monkeypatch: pytest.MonkeyPatch,
    consumer: Any,
    facet: str,
    status: int,
    code: str,
    message: str,
) -> None:
    small.put()

    def refuse(**_: Any) -> Any:
        raise refusal(code, status, "GetObject", Message=message)

    monkeypatch.setattr(small.ports.s3, "get_object", refuse)

    assert len(deliver(consumer)) == 1
    assert small.facet(facet) == {}
