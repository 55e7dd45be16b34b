"""`why KEY`: what it knows and what it concludes."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from darkroom.refusals import MEANINGS, Reason
from operations import dead_letter_queue, verdict, why
from operations.answers import as_plain
from operations.errors import WrongUsage
from tests.messages import notification
from tests.operations.conftest import Deployed
from tests.pictures import any_picture

AWKWARD = ["a b+é%.jpg", "日本/写真.png", "%2B", "line\nbreak.jpg", "é" * 512, "-dash"]


def told(deployed: Deployed, key: str) -> dict[str, Any]:
    """Return the answer as JSON holds it."""
    answer = deployed.run("why", "--", key)
    return dict(json.loads(json.dumps(answer.as_json(), default=as_plain)))


def long_ago(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let whatever happened before this have happened a day ago."""

    class Tomorrow(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> "Tomorrow":
            moved = datetime.now(tz) + timedelta(days=1)
            return cls.fromtimestamp(moved.timestamp(), UTC)

    monkeypatch.setattr(verdict, "datetime", Tomorrow)


def test_a_picture_that_went_through_is_ready(deployed: Deployed) -> None:
    version = deployed.put("alice/cat.jpg")

    answer = deployed.run("why", "alice/cat.jpg")
    known = told(deployed, "alice/cat.jpg")

    assert answer.exit_code == 0
    assert known["verdict"] == "READY"
    assert [v["version_id"] for v in known["versions"] if v["is_current"]] == [version]
    assert {name: item["version_id"] for name, item in known["facets"].items()} == {
        "METADATA": version,
        "THUMBNAILS": version,
    }
    assert len(known["thumbnails"]) == 2
    for sizes in known["thumbnails"].values():
        assert sizes["bytes_stored"] == sizes["bytes_named"] > 0
    assert known["ledger"]["METADATA"]["counted"]["owner"] == "alice"
    shelved = sum(sizes["bytes_stored"] for sizes in known["thumbnails"].values())
    assert known["ledger"]["THUMBNAILS"]["counted"]["thumbnails_bytes"] == shelved
    assert known["ledger_agrees"] is True
    assert known["findings"] == known["dead_letters"] == []


def test_a_refused_picture_is_told_with_what_its_reason_means(deployed: Deployed) -> None:
    deployed.put("text.jpg", b"no pixels")

    answer = deployed.run("why", "text.jpg")

    assert answer.exit_code == 0
    [first, *_] = answer.lines()
    assert first == "text.jpg: REFUSED: NOT_AN_IMAGE, no picture. It will not be tried again."


def test_an_archived_picture_is_told_to_develop_once_it_is_restored(deployed: Deployed) -> None:
    where: Any = {"Bucket": "originals", "Key": "cold.jpg"}
    deployed.world.s3.put_object(**where, Body=any_picture(), StorageClass="GLACIER")
    deployed.announce("cold.jpg")

    answer = deployed.run("why", "cold.jpg")

    assert answer.exit_code == 0
    [first, *_] = answer.lines()
    assert first == (
        "cold.jpg: REFUSED: ARCHIVED, a file in an archive of S3: it develops once it is restored "
        "(GLACIER)."
    )


KMS_KEY = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
DENIED = (
    "botocore.exceptions.ClientError: An error occurred (AccessDenied) when calling the GetObject "
    "operation: User: arn:aws:sts::111122223333:assumed-role/r/f is not authorized to perform: "
    "kms:Decrypt on "
)


@pytest.mark.parametrize(
    "told_by_s3",
    [
        f"resource: {KMS_KEY} because no identity-based policy allows the kms:Decrypt action",
        "the resource associated with this ciphertext because the resource does not exist in this "
        "Region, no resource-based policies allow access, or a resource-based policy explicitly "
        "denies access",
    ],
    ids=["key named", "key not named"],
)
def test_the_key_that_the_consumers_may_not_use_is_named_with_the_action(
    deployed: Deployed, monkeypatch: pytest.MonkeyPatch, told_by_s3: str
) -> None:
    deployed.world.s3.put_object(
        Bucket="originals",
        Key="kms.jpg",
        Body=any_picture(),
        ServerSideEncryption="aws:kms",
        SSEKMSKeyId=KMS_KEY,
    )
    deployed.give_up_on(json.dumps(notification("kms.jpg")))
    refused = lambda _, messages: {each.id: DENIED + told_by_s3 for each in messages}  # noqa: E731
    monkeypatch.setattr("operations.reasons.Reasons.of", refused)

    answer, known = deployed.run("why", "kms.jpg"), told(deployed, "kms.jpg")

    assert known["missing_grants"] == [
        {"place": "MakeThumbnailsDeadLetters", "action": "kms:Decrypt", "key": KMS_KEY}
    ]
    lines = list(answer.lines())
    assert any("kms:Decrypt" in line and KMS_KEY in line for line in lines)
    assert any("decrypt_keys" in line for line in lines)


def test_every_reason_has_a_meaning() -> None:
    assert MEANINGS.keys() == set(Reason)


def test_a_deleted_picture_is_gone_and_its_delete_marker_is_shown(deployed: Deployed) -> None:
    deployed.put("cat.jpg")
    deployed.delete("cat.jpg")

    known = told(deployed, "cat.jpg")

    assert known["verdict"] == "GONE"
    [marker, version] = known["versions"]
    assert marker["is_delete_marker"]
    assert marker["is_current"]
    assert not version["is_delete_marker"]
    assert {item["state"] for item in known["facets"].values()} == {"GONE"}
    assert known["thumbnails"] == {}


def test_of_a_key_that_never_was_one_line_says_so(deployed: Deployed) -> None:
    deployed.put("cat.jpg")

    answer = deployed.run("why", "cat.jp")

    assert answer.exit_code == 1
    [line] = answer.lines()
    assert line.startswith("cat.jp: NEVER SEEN: no version, facet")


def test_what_has_just_come_is_waiting_and_what_nobody_handled_in_a_day_is_wrong(
    deployed: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    deployed.world.put("cat.jpg", b"")

    assert told(deployed, "cat.jpg")["verdict"] == "WAITING"

    long_ago(monkeypatch)
    known = told(deployed, "cat.jpg")
    assert known["verdict"] == "WRONG"
    assert {(found["kind"], found["what"]) for found in known["findings"]} == {
        ("MISSING", "METADATA"),
        ("MISSING", "THUMBNAILS"),
        ("MISCOUNTED", "LEDGER"),
    }
    assert deployed.run("why", "cat.jpg").exit_code == 1


def test_a_message_under_way_excuses_a_change_of_this_hour_only(
    deployed: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    deployed.world.put("cat.jpg", b"")
    deployed.send("MakeThumbnailsQueue", "any")
    monkeypatch.setattr(verdict, "ON_ITS_WAY", timedelta(0))

    assert told(deployed, "cat.jpg")["verdict"] == "WAITING"

    long_ago(monkeypatch)
    assert told(deployed, "cat.jpg")["verdict"] == "WRONG"


def test_a_lost_thumbnail_is_named(deployed: Deployed, monkeypatch: pytest.MonkeyPatch) -> None:
    deployed.put("cat.jpg")
    lost = sorted(deployed.world.thumbnails())[0]
    deployed.world.s3.delete_object(Bucket="thumbnails", Key=lost)
    long_ago(monkeypatch)

    known = told(deployed, "cat.jpg")

    assert known["verdict"] == "WRONG"
    assert known["thumbnails"][lost]["bytes_stored"] is None
    assert [found["what"] for found in known["findings"]] == [lost]


def test_dead_letters_about_the_key_are_shown_and_stay_where_they_are(deployed: Deployed) -> None:
    deployed.put("cat.jpg")
    body = json.dumps(notification("other.jpg", "cat.jpg"))
    deployed.give_up_on(body)
    deployed.give_up_on(json.dumps(notification("other.jpg")))
    deployed.give_up_on("{ poison")
    deployed.fail_changes_of("cat.jpg")

    answer, known = deployed.run("why", "cat.jpg"), told(deployed, "cat.jpg")

    assert answer.exit_code == 1
    places = {letter["place"] for letter in known["dead_letters"]}
    assert places == {"MakeThumbnailsDeadLetters", "ReportChangesFailures"}
    assert len(known["dead_letters"]) == 2
    assert len(deployed.take("MakeThumbnailsDeadLetters")) == 3
    assert any("looked at in each queue" in line for line in answer.lines())


def test_a_key_whose_message_is_in_the_dead_letters_is_given_up_with_reason_and_command(
    deployed: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    reason = "botocore.exceptions.ClientError: AccessDenied"
    monkeypatch.setattr("operations.reasons.delivery_error", lambda _: reason)
    deployed.world.put("cat.jpg", b"")
    deployed.give_up_on(json.dumps(notification("cat.jpg")))
    deployed.send("IndexMetadataQueue", "any")

    answer = deployed.run("why", "cat.jpg")

    [first, *_] = answer.lines()
    assert answer.exit_code == 1
    assert first == (
        "cat.jpg: GIVEN UP: 1 dead letter in MakeThumbnailsDeadLetters "
        f"({reason}). Mend the cause, then `dlq redrive MakeThumbnailsDeadLetters`."
    )


def test_changes_that_the_report_gave_up_on_are_given_up_too(deployed: Deployed) -> None:
    deployed.put("cat.jpg")
    deployed.world.report.delete_item(Key={"pk": "LEDGER#cat.jpg", "sk": "METADATA"})
    deployed.fail_changes_of("cat.jpg")

    [first, *_] = deployed.run("why", "cat.jpg").lines()

    assert "GIVEN UP" in first
    assert "RetryAttemptsExhausted (Unhandled)" in first
    assert "`dlq redrive ReportChangesFailures`" in first


def test_a_dead_letter_from_before_the_last_upload_does_not_give_that_up(
    deployed: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    deployed.give_up_on(json.dumps(notification("cat.jpg")))
    monkeypatch.setattr(dead_letter_queue, "seconds_since", lambda _: 60.0)
    deployed.world.put("cat.jpg", b"")

    assert told(deployed, "cat.jpg")["verdict"] == "WAITING"


def test_a_dead_letter_of_what_is_ready_by_now_does_not_change_the_verdict(
    deployed: Deployed,
) -> None:
    deployed.put("cat.jpg")
    deployed.give_up_on(json.dumps(notification("cat.jpg")))

    assert told(deployed, "cat.jpg")["verdict"] == "READY"


def test_dead_letters_that_nobody_looked_at_are_mentioned(
    deployed: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(why, "SAMPLE", 2)
    deployed.world.put("cat.jpg", b"")
    for number in range(3):
        deployed.give_up_on(f"{{ {number}")

    [first, *_] = deployed.run("why", "cat.jpg").lines()

    assert "WAITING" in first
    assert "Not looked at: 1 dead letter, which" in first


def test_what_the_report_is_about_to_count_is_waiting_and_nothing_is_wrong(
    deployed: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    deployed.world.put("cat.jpg", any_picture())
    deployed.consume("cat.jpg")
    monkeypatch.setattr(verdict, "ON_ITS_WAY", timedelta(0))

    assert told(deployed, "cat.jpg")["verdict"] == "WAITING"
    doctor = deployed.run("doctor")
    assert doctor.exit_code == 0
    assert any("1 object yet: it is under way" in line for line in doctor.lines())

    long_ago(monkeypatch)
    assert told(deployed, "cat.jpg")["verdict"] == "WRONG"


@pytest.mark.parametrize("key", AWKWARD, ids=ascii)
def test_any_key_can_be_asked_for_and_never_breaks_a_line(deployed: Deployed, key: str) -> None:
    deployed.put(key)

    answer, known = deployed.run("why", "--", key), told(deployed, key)

    assert known["key"] == key
    assert known["verdict"] == "READY"
    assert all(line.isprintable() for line in answer.lines())


def test_neighbours_by_prefix_are_not_taken_for_the_key(deployed: Deployed) -> None:
    deployed.put("cat.jpg")
    deployed.put("cat.jpg.old")

    assert len(told(deployed, "cat.jpg")["versions"]) == 1
    assert told(deployed, "cat.jpg.")["verdict"] == "NEVER SEEN"


@pytest.mark.parametrize("key", ["", "é" * 513, "\udcff"], ids=ascii)
def test_what_no_key_can_be_is_wrong_usage(deployed: Deployed, key: str) -> None:
    with pytest.raises(WrongUsage):
        deployed.run("why", key)
