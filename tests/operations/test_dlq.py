"""`dlq`: what waits is shown, why, and is never lost on its way back."""

import json
import time
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from operations import dead_letter_queue
from operations.answers import as_plain
from operations.errors import WrongUsage
from operations.queues import Queue
from tests.messages import notification
from tests.operations.conftest import Deployed, repaired

DEAD = "MakeThumbnailsDeadLetters"


def as_json(answer: Any) -> Any:
    """Return what a program would read."""
    return json.loads(json.dumps(answer.as_json(), default=as_plain))


def places(deployed: Deployed) -> dict[str, dict[str, Any]]:
    """Return what `ls` says, by place."""
    return {each["place"]: each for each in as_json(deployed.run("dlq", "ls"))}


def log_error(consumer: str, message_id: str, *errors: str) -> None:
    """Log what `darkroom.uploads` logs when a message fails, between other lines."""
    logs, group = boto3.client("logs"), f"log-of-{consumer}"
    logs.create_log_group(logGroupName=group)
    logs.create_log_stream(logGroupName=group, logStreamName="1")
    lines = [
        {
            "message": "message failed; it will be delivered again",
            "message_id": message_id,
            "exception": f"Traceback:\n  File\n{error}\n",
        }
        for error in errors
    ]
    now = int(time.time() * 1000) + 1000
    events: list[Any] = [{"timestamp": now, "message": "START message failed"}]
    events += [{"timestamp": now, "message": json.dumps(line)} for line in lines]
    logs.put_log_events(logGroupName=group, logStreamName="1", logEvents=events)


def test_ls_knows_every_place_and_finds_nothing_in_an_app_without_worries(
    deployed: Deployed,
) -> None:
    answer = deployed.run("dlq", "ls")

    assert answer.exit_code == 0
    assert {name: each["count"] for name, each in places(deployed).items()} == {
        "IndexMetadataDeadLetters": 0,
        "IndexMetadataUndelivered": 0,
        "MakeThumbnailsDeadLetters": 0,
        "MakeThumbnailsUndelivered": 0,
        "ReportChangesFailures": 0,
    }


def test_ls_counts_and_tells_age_and_source(deployed: Deployed) -> None:
    deployed.give_up_on("{ poison")
    deployed.give_up_on("{ poison", "MakeThumbnailsRepairsQueue")
    deployed.fail_changes_of("cat.jpg")

    answer, found = deployed.run("dlq", "ls"), places(deployed)

    assert answer.exit_code == 1
    assert found[DEAD]["count"] == 2
    assert 0 <= found[DEAD]["oldest_seconds"] < 3600
    assert found[DEAD]["source"] == "MakeThumbnailsQueue, MakeThumbnailsRepairsQueue"
    assert found[DEAD]["redrive"] == "no"
    assert found["ReportChangesFailures"]["count"] == 1
    assert len(list(answer.lines())) == 6


def test_show_tells_keys_and_what_sns_said_and_leaves_everything(deployed: Deployed) -> None:
    body = json.dumps(notification("a b.jpg", "é.png"))
    deployed.send("MakeThumbnailsUndelivered", body, ErrorCode="AccessDenied", ErrorMessage="no")

    [letter] = as_json(deployed.run("dlq", "show", "make_thumbnails"))

    assert letter["keys"] == ["a b.jpg", "é.png"]
    assert letter["reason"] == "AccessDenied: no"
    assert deployed.take("MakeThumbnailsUndelivered") == [body]


def test_show_finds_the_last_error_in_the_functions_log(
    deployed: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    poison, silent = deployed.give_up_on("{ poison"), deployed.give_up_on("{ too")
    log_error("MakeThumbnails", poison, "KeyError: 'first'", "darkroom.uploads.Malformed: last")
    monkeypatch.setattr("operations.reasons.Reasons._log_group", lambda _: "log-of-MakeThumbnails")

    answer = deployed.run("dlq", "show", DEAD)
    reasons = {letter["id"]: letter["reason"] for letter in as_json(answer)}

    assert answer.exit_code == 1
    assert reasons[poison] == "darkroom.uploads.Malformed: last"
    assert "log-of-MakeThumbnails" in reasons[silent]


def test_show_takes_no_more_than_asked_for_and_each_but_once(deployed: Deployed) -> None:
    ids = {deployed.give_up_on(f"{{ {number}") for number in range(25)}

    every = as_json(deployed.run("dlq", "show", DEAD, "--limit", "100"))
    some = as_json(deployed.run("dlq", "show", DEAD, "--limit", "7"))

    assert sorted(letter["id"] for letter in every) == sorted(ids)
    assert len(some) == 7
    assert len(deployed.take(DEAD)) == 25


def test_looking_does_not_change_the_number_of_tries(deployed: Deployed) -> None:
    deployed.give_up_on("{ poison")
    deployed.send(DEAD, "{ by hand")

    shown = [as_json(deployed.run("dlq", "show", DEAD)) for _ in range(3)]

    for letters in shown:
        # The source's maxReceiveCount here; nothing is known of what came by another way.
        assert sorted(str(letter["receives"]) for letter in letters) == ["2", "None"]
    assert any("  ?  " in line for line in deployed.run("dlq", "show", DEAD).lines())


def test_an_empty_key_is_not_called_none(deployed: Deployed) -> None:
    deployed.send(DEAD, json.dumps(notification("", "cat.jpg")))

    [letter] = as_json(deployed.run("dlq", "show", DEAD))
    lines = list(deployed.run("dlq", "show", DEAD).lines())

    assert letter["keys"] == ["", "cat.jpg"]
    assert '"", cat.jpg' in lines[1]
    assert not any("(none)" in line for line in lines)


def test_show_without_dead_letters_says_so(deployed: Deployed) -> None:
    answer = deployed.run("dlq", "show")

    assert answer.exit_code == 0
    assert list(answer.lines()) == ["No dead letters."]


def test_a_queue_that_is_none_is_wrong_usage_and_the_others_are_named(deployed: Deployed) -> None:
    with pytest.raises(WrongUsage, match="There are: IndexMetadataDeadLetters, "):
        deployed.run("dlq", "show", "index_metadatum")


def test_redrive_brings_every_message_back_as_it_was(deployed: Deployed) -> None:
    bodies = sorted(f"é {number}" for number in range(25))
    for body in bodies:
        deployed.give_up_on(body)

    answer = deployed.run("dlq", "redrive", DEAD)

    assert answer.exit_code == 0
    assert as_json(answer)["places"][0]["moved"] == 25
    assert deployed.take(DEAD) == []
    assert deployed.take("MakeThumbnailsQueue") == bodies
    assert any("doctor" in line for line in answer.lines())


def test_redrive_of_undelivered_messages_goes_to_the_consumers_queue(deployed: Deployed) -> None:
    deployed.send("IndexMetadataUndelivered", "body", ErrorCode="AccessDenied")

    deployed.run("dlq", "redrive", "index_metadata")

    assert deployed.take("IndexMetadataQueue") == ["body"]
    assert deployed.take("IndexMetadataUndelivered") == []


def test_redrive_moves_no_more_than_the_limit_over_all_places(deployed: Deployed) -> None:
    for number in range(3):
        deployed.send("IndexMetadataDeadLetters", str(number))
        deployed.send("MakeThumbnailsUndelivered", str(number))
    deployed.fail_changes_of("cat.jpg")

    would = as_json(deployed.run("dlq", "redrive", "--limit", "4", "--dry-run"))["places"]
    moved = as_json(deployed.run("dlq", "redrive", "--limit", "4"))["places"]

    assert [place["moved"] for place in would] == [place["moved"] for place in moved]
    assert sum(place["moved"] for place in moved) == 4
    assert len(deployed.take("IndexMetadataQueue")) == 3
    assert len(deployed.take("MakeThumbnailsQueue")) == 1
    # What was received beyond the limit is visible again at once.
    assert len(deployed.take("MakeThumbnailsUndelivered")) == 2


def test_a_dry_run_moves_nothing(deployed: Deployed) -> None:
    deployed.give_up_on("{ poison")
    deployed.fail_changes_of("cat.jpg")

    answer = deployed.run("dlq", "redrive", "--dry-run")

    would = {place["place"]: place["moved"] for place in as_json(answer)["places"]}
    assert (would[DEAD], would["ReportChangesFailures"]) == (1, 1)
    assert deployed.take(DEAD) == ["{ poison"]
    assert deployed.take("MakeThumbnailsRepairsQueue") == []
    assert any("dry run" in line for line in answer.lines())


def test_a_redrive_that_breaks_off_loses_nothing(
    deployed: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    bodies = [str(number) for number in range(3)]
    for body in bodies:
        deployed.give_up_on(body)
    monkeypatch.setattr(Queue, "send", _refuse)

    with pytest.raises(ClientError):
        deployed.run("dlq", "redrive", DEAD)

    assert deployed.take(DEAD) == bodies


def test_a_message_that_fails_anew_is_not_moved_in_a_circle(
    deployed: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    deployed.give_up_on("{ poison")
    usual = Queue.send

    def fail_at_once(queue: Queue, message: Any) -> str:
        return usual(Queue(deployed.app, deployed.app.output(DEAD)), message)

    monkeypatch.setattr(Queue, "send", fail_at_once)

    moved = as_json(deployed.run("dlq", "redrive", DEAD))["places"][0]["moved"]

    assert moved == 1
    assert deployed.take(DEAD) == ["{ poison"]


def test_without_a_limit_sqs_itself_moves_where_it_can(
    deployed: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    deployed.give_up_on("{ poison")
    answers: list[dict[str, Any]] = [
        {"TaskHandle": "any"},
        {"Results": [{"Status": "RUNNING", "ApproximateNumberOfMessagesMoved": 0}]},
        {"Results": [{"Status": "COMPLETED", "ApproximateNumberOfMessagesMoved": 1}]},
    ]
    asked = _answer_for_sqs(deployed, answers)
    monkeypatch.setattr(dead_letter_queue, "POLL_SECONDS", 0)

    [place] = as_json(deployed.run("dlq", "redrive", DEAD))["places"]

    assert (place["moved"], place["how"], place["left"]) == (1, "by SQS", [])
    assert asked == ["StartMessageMoveTask", "ListMessageMoveTasks", "ListMessageMoveTasks"]
    assert deployed.take("MakeThumbnailsQueue") == []  # for nobody moved it by hand as well


def test_a_move_that_sqs_gave_up_is_told(deployed: Deployed) -> None:
    deployed.give_up_on("{ poison")
    failed = {"Status": "FAILED", "FailureReason": "AccessDenied"}
    _answer_for_sqs(deployed, [{"TaskHandle": "any"}, {"Results": [failed]}])

    answer = deployed.run("dlq", "redrive", DEAD)

    assert answer.exit_code == 1
    assert any("left: AccessDenied" in line for line in answer.lines())


def test_changes_that_could_not_be_counted_are_shown_and_sent_again_as_keys(
    deployed: Deployed,
) -> None:
    name = deployed.fail_changes_of("cat.jpg", "cat.jpg", "日本 +.png")

    [letter] = as_json(deployed.run("dlq", "show", "report_changes"))
    deployed.run("dlq", "redrive", "ReportChangesFailures")

    assert letter["id"] == name
    assert letter["keys"] == ["cat.jpg", "日本 +.png"]
    assert letter["reason"] == "RetryAttemptsExhausted (Unhandled)"
    assert letter["receives"] == 11
    for queue in ("MakeThumbnailsRepairsQueue", "IndexMetadataRepairsQueue"):
        assert {repaired(body) for body in deployed.take(queue)} == {"cat.jpg", "日本 +.png"}
    assert places(deployed)["ReportChangesFailures"]["count"] == 0


def test_changes_whose_keys_cannot_be_sent_stay(
    deployed: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    deployed.fail_changes_of("cat.jpg")
    monkeypatch.setattr("darkroom.reconciliation.repairs.RealRepairs.send", _refuse)

    with pytest.raises(ClientError):
        deployed.run("dlq", "redrive", "report_changes")

    assert places(deployed)["ReportChangesFailures"]["count"] == 1


def test_a_batch_that_cannot_be_read_is_left_and_told(deployed: Deployed) -> None:
    deployed.world.s3.put_object(Bucket="failures", Key="strange", Body=b"[]")

    answer = deployed.run("dlq", "redrive", "report_changes")

    assert answer.exit_code == 1
    assert any("strange" in line for line in answer.lines())
    assert places(deployed)["ReportChangesFailures"]["count"] == 1


def _refuse(*_: Any) -> str:
    raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "SendMessage")


def _answer_for_sqs(deployed: Deployed, answers: list[dict[str, Any]]) -> list[str]:
    """Let SQS know of moves: give these answers in turn; return the list of what was asked."""
    asked: list[str] = []

    class Good:
        status_code = 200

    def answer(model: Any, **_: Any) -> tuple[Any, dict[str, Any]]:
        asked.append(model.name)
        return Good(), answers.pop(0)

    client = deployed.app.client("sqs")
    for action in ("StartMessageMoveTask", "ListMessageMoveTasks"):
        client.meta.events.register_first(f"before-call.sqs.{action}", answer)
    return asked
