"""The rules of what an event means, each held by both consumers over moto."""

import json
from io import StringIO
from typing import Any

import pytest
from botocore.exceptions import ClientError

from darkroom.convergence import Convergence
from darkroom.observability import logger
from functions.index_metadata import handler as index_metadata
from functions.make_thumbnails import handler as make_thumbnails
from tests.functions.conftest import World, once_before_writing
from tests.messages import Context, notification, sqs_event
from tests.pictures import any_picture

KEY = "alice/cat.jpg"
CONSUMERS = [
    pytest.param(make_thumbnails, "THUMBNAILS", id="make_thumbnails"),
    pytest.param(index_metadata, "METADATA", id="index_metadata"),
]
pytestmark = pytest.mark.parametrize(("consumer", "facet"), CONSUMERS)


def deliver(consumer: Any, *bodies: Any) -> list[str]:
    """Hand a batch to the handler; return the failed messages' ids."""
    answer = consumer.handler(sqs_event(*bodies), Context())
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def test_the_bucket_is_believed_and_not_the_event(world: World, consumer: Any, facet: str) -> None:
    world.put(KEY, any_picture())
    current = world.put(KEY, any_picture(width=44))

    deliver(consumer, notification(KEY, versionId="a-former-version", size=7, eTag="0"))

    assert world.facet(KEY, facet)["version_id"] == current
    assert world.facet(KEY, facet)["bytes"] == len(any_picture(width=44))


def test_a_removal_that_was_undone_leaves_the_picture(
    world: World, consumer: Any, facet: str
) -> None:
    world.put(KEY, any_picture())

    deliver(consumer, notification(KEY, kind="s3_object_removed_delete_marker"))

    assert world.facet(KEY, facet)["state"] == "READY"


def test_deleting_an_old_version_leaves_the_current_one(
    world: World, consumer: Any, facet: str
) -> None:
    old = world.put(KEY, any_picture())
    current = world.put(KEY, any_picture(width=44))
    world.delete(KEY, version=old)

    deliver(consumer, notification(KEY, kind="s3_object_removed_delete_marker", versionId=old))

    assert world.facet(KEY, facet)["version_id"] == current


def test_removing_the_delete_marker_brings_the_picture_back(
    world: World, consumer: Any, facet: str
) -> None:
    version = world.put(KEY, any_picture())
    marker = world.delete(KEY)
    deliver(consumer, notification(KEY))
    world.delete(KEY, version=marker)

    deliver(consumer, notification(KEY, kind="s3_object_removed_delete_marker", versionId=marker))

    assert world.facet(KEY, facet)["version_id"] == version


@pytest.mark.parametrize(
    "kind", ["s3_object_removed_delete_marker", "s3_lifecycle_expiration", "s3_object_created_put"]
)
def test_whatever_the_event_says_a_missing_object_leaves_a_tombstone_that_expires(
    world: World, consumer: Any, facet: str, kind: str
) -> None:
    world.put(KEY, any_picture())
    deliver(consumer, notification(KEY))
    world.delete(KEY)

    deliver(consumer, notification(KEY, kind=kind))

    tombstone = world.facet(KEY, facet)
    assert tombstone.keys() == {"pk", "sk", "rev", "state", "recorded_at", "expires_at"}
    assert tombstone["state"] == "GONE"
    # 4 days in the queue, 14 in its dead letters, and as much again after a redrive
    assert tombstone["expires_at"] - tombstone["rev"] / 1000 > 36 * 86_400


def test_the_revision_rises_even_when_nothing_else_changes(
    world: World, consumer: Any, facet: str
) -> None:
    world.put(KEY, any_picture())
    deliver(consumer, notification(KEY))
    first = world.facet(KEY, facet)["rev"]

    deliver(consumer, notification(KEY))

    assert world.facet(KEY, facet)["rev"] > first


def test_the_revision_never_restarts_after_the_tombstone_has_expired(
    world: World, consumer: Any, facet: str
) -> None:
    world.put(KEY, any_picture())
    deliver(consumer, notification(KEY))
    first = world.facet(KEY, facet)["rev"]
    world.catalog.delete_item(Key={"pk": KEY, "sk": facet})

    deliver(consumer, notification(KEY))

    assert world.facet(KEY, facet)["rev"] > first


def test_the_revision_rises_above_one_from_a_clock_that_was_ahead(
    world: World, consumer: Any, facet: str
) -> None:
    ahead = 9_999_999_999_999
    world.catalog.put_item(Item={"pk": KEY, "sk": facet, "rev": ahead, "state": "GONE"})
    world.put(KEY, any_picture())

    deliver(consumer, notification(KEY))

    assert world.facet(KEY, facet)["rev"] == ahead + 1


def test_a_slow_worker_cannot_overwrite_what_a_faster_one_found(
    world: World, consumer: Any, facet: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.put(KEY, any_picture())
    newer: list[str] = []

    def overtake() -> None:
        newer.append(world.put(KEY, any_picture(width=44)))
        deliver(consumer, notification(KEY))

    once_before_writing(monkeypatch, overtake)
    assert deliver(consumer, notification(KEY)) == []

    assert world.facet(KEY, facet)["version_id"] == newer[0]
    assert world.facet(KEY, facet)["bytes"] == len(any_picture(width=44))


def test_what_changes_right_after_it_was_read_is_read_again(
    world: World, consumer: Any, facet: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.put(KEY, any_picture())
    client = consumer.convergence().originals._client
    read = client.get_object
    newer: list[str] = []

    def overtaken(**which: Any) -> Any:
        answer = read(**which)
        monkeypatch.setattr(client, "get_object", read)
        newer.append(world.put(KEY, any_picture(width=44)))
        deliver(consumer, notification(KEY))
        return answer

    monkeypatch.setattr(client, "get_object", overtaken)
    deliver(consumer, notification(KEY))

    assert world.facet(KEY, facet)["version_id"] == newer[0]


def test_a_slow_worker_cannot_bring_a_deleted_picture_back(
    world: World, consumer: Any, facet: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.put(KEY, any_picture())

    def overtake() -> None:
        world.delete(KEY)
        deliver(consumer, notification(KEY, kind="s3_object_removed_delete_marker"))

    once_before_writing(monkeypatch, overtake)
    deliver(consumer, notification(KEY))

    assert world.facet(KEY, facet)["state"] == "GONE"
    assert world.thumbnails() == set()


def test_a_worker_that_always_loses_the_race_leaves_its_message(
    world: World, consumer: Any, facet: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.put(KEY, any_picture())
    find = Convergence._find

    def lose(self: Convergence, *args: Any) -> Any:
        found = find(self, *args)
        rival = {"pk": KEY, "sk": facet, "rev": world.facet(KEY, facet).get("rev", 0) + 1}
        world.catalog.put_item(Item=rival)
        return found

    monkeypatch.setattr(Convergence, "_find", lose)
    monkeypatch.setattr("time.sleep", lambda _: None)

    assert len(deliver(consumer, notification(KEY))) == 1


def test_a_refusal_is_recorded_and_acknowledged(world: World, consumer: Any, facet: str) -> None:
    version = world.put("alice/notes.jpg", b"these are not pixels")

    assert deliver(consumer, notification("alice/notes.jpg")) == []

    recorded = world.facet("alice/notes.jpg", facet)
    assert recorded["state"] == "REJECTED"
    assert recorded["reason"] == "NOT_AN_IMAGE"
    assert recorded["version_id"] == version


@pytest.mark.parametrize(
    ("key", "body", "reason"),
    [
        ("alice/empty.jpg", b"", "EMPTY"),
        ("alice/folder/", b"", "FOLDER_MARKER"),
        ("alice/huge.jpg", b"\xff" * 200_001, "TOO_LARGE_BYTES"),
        ("alice/wide.png", any_picture(3000, 2000, "PNG"), "TOO_MANY_PIXELS"),
        ("alice/paper.jpg", b"%PDF-1.7\n" + bytes(99), "UNSUPPORTED_FORMAT"),
    ],
)
def test_what_can_never_succeed_has_its_own_reason(
    world: World, consumer: Any, facet: str, key: str, body: bytes, reason: str
) -> None:
    world.put(key, body)

    assert deliver(consumer, notification(key)) == []

    assert world.facet(key, facet)["reason"] == reason


def test_what_may_succeed_later_is_left_in_the_queue_and_not_recorded(
    world: World, consumer: Any, facet: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.put(KEY, any_picture())
    slow_down = ClientError({"Error": {"Code": "SlowDown", "Message": ""}}, "GetObject")

    def throttled(**_: Any) -> None:
        raise slow_down

    monkeypatch.setattr(consumer.convergence().originals._client, "get_object", throttled)

    assert len(deliver(consumer, notification(KEY))) == 1
    assert world.facet(KEY, facet) == {}


def test_one_bad_message_does_not_take_its_batch_along(
    world: World, consumer: Any, facet: str
) -> None:
    keys = [f"alice/{number}.jpg" for number in range(9)]
    for key in keys:
        world.put(key, any_picture())
    bodies = [notification(key) for key in keys]
    event = sqs_event(*bodies[:4], "{ this is no JSON", *bodies[4:])

    answer = consumer.handler(event, Context())

    poison = event["Records"][4]["messageId"]
    assert answer == {"batchItemFailures": [{"itemIdentifier": poison}]}
    assert all(world.facet(key, facet)["state"] == "READY" for key in keys)


def test_every_record_of_a_message_is_handled(world: World, consumer: Any, facet: str) -> None:
    keys = ["alice/1.jpg", "bob/2.jpg", "no-folder.jpg"]
    for key in keys:
        world.put(key, any_picture())

    deliver(consumer, notification(*keys))

    owners = [world.facet(key, facet)["owner"] for key in keys]
    assert owners == ["alice", "bob", "unowned"]


@pytest.mark.parametrize(
    "key",
    ["a b+é%.jpg", "日本.png", "%2B", "a%20b", "line\nbreak.jpg", "é" * 512, "a/./../b", "#?&="],
)
def test_awkward_keys_are_decoded_exactly_once(
    world: World, consumer: Any, facet: str, key: str
) -> None:
    version = world.put(key, any_picture())

    deliver(consumer, notification(key))

    assert world.facet(key, facet)["version_id"] == version


def test_every_log_line_of_the_work_names_bucket_key_and_version(
    world: World, consumer: Any, facet: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    printed = StringIO()
    monkeypatch.setattr(logger.registered_handler, "stream", printed)
    version = world.put(KEY, b"these are not pixels")

    deliver(consumer, notification(KEY))

    lines = [json.loads(line) for line in printed.getvalue().splitlines()]
    assert [line["message"] for line in lines] == ["picture refused", "facet written"]
    named = {(line["bucket"], line["key"], line["version"]) for line in lines}
    assert named == {("originals", KEY, version)}
