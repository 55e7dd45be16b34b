"""`dlq discard`: what can never succeed goes, by its id, and a record of it stays."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from operations.answers import as_plain
from operations.errors import WrongUsage
from operations.queues import Queue
from tests.operations.conftest import Deployed

DEAD = "MakeThumbnailsDeadLetters"


def told(answer: Any) -> Any:
    """Return what a program would read."""
    return json.loads(json.dumps(answer.as_json(), default=as_plain))


def record_at(deployed: Deployed, address: str) -> Any:
    """Read the record that an answer names."""
    bucket, _, name = address.removeprefix("s3://").partition("/")
    return json.loads(deployed.world.s3.get_object(Bucket=bucket, Key=name)["Body"].read())


def test_a_message_goes_and_its_record_has_all_that_was_known_of_it(deployed: Deployed) -> None:
    body = "{ poison é"
    doomed, kept = deployed.give_up_on(body), deployed.give_up_on("{ other")

    answer = deployed.run("dlq", "discard", DEAD, doomed)

    [discarded] = told(answer)["discarded"]
    record = record_at(deployed, discarded["record"])
    assert answer.exit_code == 0
    assert discarded["record"].startswith(f"s3://reports/discarded/{DEAD}/")
    assert (record["id"], record["body"], record["receives"]) == (doomed, body, 2)
    assert "log cannot be read" in record["reason"]
    assert record["discarded_by"].startswith("arn:aws:")
    assert [each["id"] for each in told(deployed.run("dlq", "show", DEAD))] == [kept]
    [line] = answer.lines()
    assert discarded["record"] in line


def test_an_id_that_is_not_there_is_named_and_deletes_nothing(deployed: Deployed) -> None:
    doomed = deployed.give_up_on("{ poison")

    answer = deployed.run("dlq", "discard", "index_metadata", doomed)

    assert (answer.exit_code, told(answer)) == (1, {"discarded": [], "left": [doomed]})
    assert list(answer.lines()) == [f"left: {doomed} was not found"]
    assert deployed.take(DEAD) == ["{ poison"]


def test_several_go_from_wherever_the_consumer_has_them(deployed: Deployed) -> None:
    ids = [deployed.give_up_on(f"{{ {number}") for number in range(12)]
    ids.append(deployed.send("MakeThumbnailsUndelivered", "{ undelivered"))

    answer = deployed.run("dlq", "discard", "make_thumbnails", *ids, ids[0])

    assert sorted(each["id"] for each in told(answer)["discarded"]) == sorted(ids)
    assert deployed.take(DEAD) == deployed.take("MakeThumbnailsUndelivered") == []
    assert len({each["record"] for each in told(answer)["discarded"]}) == len(ids)


@pytest.mark.parametrize("body", [b"[]", b"\xff\x00"], ids=ascii)
def test_a_batch_that_cannot_be_read_goes_and_its_record_has_its_bytes(
    deployed: Deployed, body: bytes
) -> None:
    deployed.world.s3.put_object(Bucket="failures", Key="a/strange", Body=body)

    answer = deployed.run("dlq", "discard", "ReportChangesFailures", "a/strange", "a/absent")

    [discarded] = told(answer)["discarded"]
    record = record_at(deployed, discarded["record"])
    assert told(answer)["left"] == ["a/absent"]
    assert record.get("body") == "[]" or record.get("body_base64") == "/wA="
    assert deployed.run("dlq", "ls").exit_code == 0


def test_nothing_is_deleted_that_could_not_be_recorded(
    deployed: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    doomed = deployed.give_up_on("{ poison")
    deployed.app.outputs["ReportsBucket"] = "absent"  # type: ignore[index]

    with pytest.raises(ClientError, match="NoSuchBucket"):
        deployed.run("dlq", "discard", DEAD, doomed)

    assert deployed.take(DEAD) == ["{ poison"]


def test_a_discard_that_breaks_off_leaves_a_record_and_the_message(
    deployed: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    doomed = deployed.give_up_on("{ poison")

    def refuse(*_: Any) -> None:
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "DeleteMessage")

    monkeypatch.setattr(Queue, "delete", refuse)
    with pytest.raises(ClientError):
        deployed.run("dlq", "discard", DEAD, doomed)

    assert deployed.world.s3.list_objects_v2(Bucket="reports")["KeyCount"] == 1
    assert deployed.take(DEAD) == ["{ poison"]


def test_a_queue_that_is_none_is_wrong_usage(deployed: Deployed) -> None:
    with pytest.raises(WrongUsage, match="There are: "):
        deployed.run("dlq", "discard", "any", "id")
