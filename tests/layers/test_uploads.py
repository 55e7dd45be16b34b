"""The envelope: every way in which a key may arrive."""

from typing import Any

import pytest

from darkroom.uploads import MalformedMessage, announcements_in, keys_in
from tests.messages import example, notification, sns_wrapped, sqs_event


def body_of(message: Any) -> str:
    """Return the message as the body that SQS would deliver."""
    return str(sqs_event(message)["Records"][0]["body"])


@pytest.mark.parametrize(
    "kind",
    [
        "s3_object_created_put",
        "s3_object_removed_delete_marker",
        "s3_lifecycle_expiration",
        "s3_object_restore_completed",
        "s3_object_restore_delete",
        "s3_lifecycle_transition",
    ],
)
def test_each_kind_of_event_names_its_key(kind: str) -> None:
    assert keys_in(body_of(example(kind))) == ["alice/2026/my cat+dog.jpg"]


def test_a_restore_is_no_upload_that_waits() -> None:
    [restored] = announcements_in(body_of(example("s3_object_restore_completed")))

    assert restored.version_id == "096fKKXTRTtl3on89fVO"
    assert restored.created_at is None


def test_delivery_wrapped_by_sns_is_understood_like_raw_delivery() -> None:
    message = notification("alice/1.jpg")

    assert keys_in(body_of(sns_wrapped(message))) == keys_in(body_of(message)) == ["alice/1.jpg"]


@pytest.mark.parametrize("wrap", [dict, sns_wrapped])
def test_the_test_event_names_nothing(wrap: Any) -> None:
    assert keys_in(body_of(wrap(example("s3_test_event")))) == []


@pytest.mark.parametrize("version", ["2.0", "2.1", "2.4", "3.0"])
def test_the_version_of_the_event_does_not_matter(version: str) -> None:
    message = example("s3_object_created_put")
    message["Records"][0]["eventVersion"] = version

    assert keys_in(body_of(message)) == ["alice/2026/my cat+dog.jpg"]


def test_every_record_counts_and_none_twice() -> None:
    assert keys_in(body_of(notification("b", "a", "b"))) == ["b", "a"]


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{",
        "null",
        "[]",
        "{}",
        '{"Records": 3}',
        '{"Records": [{}]}',
        '{"Records": [{"s3": {"object": {"key": 1}}}]}',
        '{"Records": [{"s3": {"object": {"key": "%ff"}}}]}',
        '{"Type": "Notification", "Message": "hello"}',
    ],
)
def test_anything_else_is_malformed(body: str) -> None:
    with pytest.raises(MalformedMessage):
        keys_in(body)
