"""Many items got at once, from a table that has time for a few of them only."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from darkroom import batches
from darkroom.batches import Throttled, get_all

KEYS = [{"pk": f"{number:03}"} for number in range(230)]


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setattr("darkroom.backoff.time.sleep", lambda _: None)
    with mock_aws():
        made = boto3.resource("dynamodb").create_table(
            TableName="any",
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        with made.batch_writer() as writer:
            for key in KEYS:
                writer.put_item(Item={**key, "number": int(key["pk"])})
        yield made


def answer_with(table: Any, most: int) -> list[int]:
    """Let the table answer with *most* items at a time; return how many were asked for."""
    client, asked = table.meta.client, []

    def shortened(parsed: dict[str, Any], **_: Any) -> None:
        items = parsed["Responses"]["any"]
        asked.append(len(items))
        parsed["Responses"]["any"] = items[:most]
        left = [{"pk": item["pk"]} for item in items[most:]]
        parsed["UnprocessedKeys"] = {"any": {"Keys": left}} if left else {}

    client.meta.events.register("after-call.dynamodb.BatchGetItem", shortened)
    return asked


def test_more_than_one_request_takes_are_got_and_absent_ones_left_out(table: Any) -> None:
    asked = answer_with(table, 100)
    found = list(get_all(table, [*KEYS, {"pk": "absent"}], consistent=True))
    assert sorted(int(item["number"]) for item in found) == list(range(230))
    assert asked == [100, 100, 30]


def test_what_was_left_unread_is_asked_for_again(table: Any) -> None:
    asked = answer_with(table, 60)
    found = list(get_all(table, KEYS[:100], consistent=False))
    assert sorted(int(item["number"]) for item in found) == list(range(100))
    assert asked == [100, 40]


def test_what_stays_unread_is_an_error_and_no_absence(table: Any) -> None:
    asked = answer_with(table, 0)
    with pytest.raises(Throttled, match="any did not give 7 items"):
        list(get_all(table, KEYS[:7], consistent=True))
    assert len(asked) == batches.ATTEMPTS


def test_nothing_is_asked_for_nothing(table: Any) -> None:
    asked = answer_with(table, 100)
    assert list(get_all(table, [], consistent=True)) == []
    assert asked == []
