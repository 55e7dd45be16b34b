"""The operator's command against the deployed app: it finds, explains, repairs and brings back."""

import json
import random
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from darkroom.uploads import hint
from local import demo, storm
from local.errors import AppPaused
from operations.command_line import main
from tests.flow.conftest import App, wait_until
from tests.flow.grants import without

ROOT = Path(__file__).resolve().parents[2]
EACH = 34  # and a third each of catalog items, thumbnails and ledger entries: a hundred

Operate = Callable[..., tuple[int, Any]]


@pytest.fixture
def operate(app: App, capsys: pytest.CaptureFixture[str]) -> Operate:
    """Return what runs a command on the tests' cloud; it returns the exit code and the JSON."""

    def run(*arguments: str) -> tuple[int, Any]:
        capsys.readouterr()
        code = main(["--local", "--home", str(app.cloud.home), "--json", *arguments])
        return code, json.loads(capsys.readouterr().out)

    return run


def command(app: App, *arguments: str) -> list[str]:
    """Return the command as typed, but for the Python."""
    where = ["--local", "--home", str(app.cloud.home)]
    return [sys.executable, "-m", "operations", *where, *arguments]


def mapping_of(app: App) -> dict[str, Any]:
    """Return the mapping that feeds the reporting function."""
    mappings = app.client("lambda").list_event_source_mappings()["EventSourceMappings"]
    [mapping] = [m for m in mappings if app.outputs["ReportChangesFunction"] in m["FunctionArn"]]
    return dict(mapping)


def take_away(app: App, keys: list[str], dice: random.Random) -> set[tuple[str, str]]:
    """Delete a hundred things behind the app's back; return the key and the name of each."""
    catalog, report = app.catalog, app.cloud.resource("dynamodb").Table(app.outputs["ReportTable"])
    taken = set()
    for key in dice.sample(keys, EACH):
        facet = dice.choice(["METADATA", "THUMBNAILS"])
        catalog.delete_item(Key={"pk": key, "sk": facet})
        taken.add((key, facet))
    named = [key for key in keys if (key, "THUMBNAILS") not in taken]
    for key in dice.sample(named, EACH):
        variants = app.facet(key, "THUMBNAILS")["variants"]
        name = variants[dice.choice(sorted(variants))]["key"]
        app.client("s3").delete_object(Bucket=app.outputs["ThumbnailsBucket"], Key=name)
        taken.add((key, name))
    for key in dice.sample(keys, EACH):
        report.delete_item(Key={"pk": f"LEDGER#{key}", "sk": "METADATA"})
        taken.add((key, "LEDGER"))
    return taken


def test_a_hundred_losses_are_named_every_one_and_repaired_and_then_there_is_nothing(
    app: App, operate: Operate
) -> None:
    dice = random.Random(20261121)  # noqa: S311 - a schedule, not a secret
    keys = [f"losses/{number}.jpg" for number in range(60)]
    for key in keys:
        app.put(key)
    app.wait_until_quiet()
    assert operate("doctor")[0] == 0

    taken = take_away(app, keys, dice)
    code, seen = operate("doctor")

    assert code == 1
    assert len(taken) == 3 * EACH
    assert taken <= {(found["key"], found["what"]) for found in seen["findings"]}
    assert {found["key"] for found in seen["findings"] if found["key"]} <= set(keys)

    code, fixed = operate("doctor", "--fix")
    assert (code, fixed["fix"]["after"]["findings"]) == (0, [])
    assert fixed["fix"]["keys_sent"] == len({key for key, _ in taken})

    code, again = operate("doctor")
    assert (code, again["findings"]) == (0, [])
    assert app.inspector.look().disagreements == []


@pytest.mark.parametrize(
    "key", ["why/plain.jpg", "why/a b+é%.jpg", "why/日本.png", "why/line\nbreak.jpg", "%2B?#&"]
)
def test_why_tells_of_a_key_from_its_upload_to_its_end(
    app: App, operate: Operate, key: str
) -> None:
    code, known = operate("why", key)
    assert (code, known["verdict"]) == (1, "NEVER SEEN")

    version = app.put(key)
    app.wait_until_quiet()
    code, known = operate("why", key)
    assert (code, known["verdict"]) == (0, "READY")
    assert [v["version_id"] for v in known["versions"]] == [version]
    assert len(known["thumbnails"]) == 3
    assert known["ledger_agrees"]

    app.put(key, b"no pixels")
    app.wait_until_quiet()
    code, known = operate("why", key)
    assert (code, known["verdict"]) == (0, "REFUSED")
    assert "NOT_AN_IMAGE, no picture" in known["because"]

    app.delete(key)
    app.wait_until_quiet()
    code, known = operate("why", key)
    assert (code, known["verdict"]) == (0, "GONE")
    assert known["versions"][0]["is_delete_marker"]
    assert known["thumbnails"] == {}


@pytest.mark.parametrize("queue", ["MakeThumbnailsQueue", "MakeThumbnailsRepairsQueue"])
def test_a_poison_message_is_shown_with_its_reason_and_goes_back_to_where_it_failed(
    app: App, operate: Operate, queue: str
) -> None:
    dead, body = "MakeThumbnailsDeadLetters", "{ poison"
    with app.quick_retries(queue.removesuffix("Queue")):
        app.client("sqs").send_message(QueueUrl=app.outputs[queue], MessageBody=body)
        wait_until(lambda: app.count_messages(dead) == 1, lambda: "no dead letter")

        code, places = operate("dlq", "ls")
        [place] = [each for each in places if each["place"] == dead]
        assert (code, place["count"]) == (1, 1)
        assert queue in place["source"]

        code, [letter] = operate("dlq", "show", "make_thumbnails")
        assert (letter["place"], letter["keys"]) == (dead, None)
        assert letter["receives"] == 5
        assert operate("dlq", "show", "make_thumbnails")[1][0]["receives"] == 5
        assert "MalformedMessage" in letter["reason"]

        _, would = operate("dlq", "redrive", dead, "--dry-run")
        assert would["places"][0]["moved"] == 1
        assert app.count_messages(dead) == 1

        code, moved = operate("dlq", "redrive", dead)
        assert (code, moved["places"][0]["moved"]) == (0, 1)
        # It fails anew, by the queue that it failed in before, and is not moved in a circle.
        wait_until(lambda: app.count_messages(dead) == 1, lambda: "it did not come back")
    sqs, url = app.client("sqs"), app.outputs[dead]
    [message] = sqs.receive_message(QueueUrl=url, AttributeNames=["All"])["Messages"]
    assert message["Body"] == body
    assert message["Attributes"]["DeadLetterQueueSourceArn"].endswith(_name(app, queue))
    sqs.change_message_visibility(
        QueueUrl=url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0
    )

    code, thrown = operate("dlq", "discard", dead, message["MessageId"])
    assert (code, thrown["left"]) == (0, [])
    assert app.count_messages(dead) == 0
    bucket, _, name = thrown["discarded"][0]["record"].removeprefix("s3://").partition("/")
    record = json.loads(app.client("s3").get_object(Bucket=bucket, Key=name)["Body"].read())
    assert (record["body"], record["receives"]) == (body, 5)


def test_a_dead_letter_that_can_succeed_by_now_does(app: App, operate: Operate) -> None:
    key, dead = "dlq/later.jpg", "MakeThumbnailsDeadLetters"
    app.wait_for_version(key, app.put(key))
    app.wait_until_quiet()
    app.catalog.delete_item(Key={"pk": key, "sk": "THUMBNAILS"})
    body = hint(app.originals, key)
    app.client("sqs").send_message(QueueUrl=app.outputs[dead], MessageBody=body)
    code, known = operate("why", key)
    assert (code, known["verdict"]) == (1, "GIVEN UP")
    assert f"`dlq redrive {dead}`" in known["because"]
    assert [letter["place"] for letter in known["dead_letters"]] == [dead]

    operate("dlq", "redrive", "make_thumbnails", "--limit", "5")

    wait_until(lambda: app.facet(key, "THUMBNAILS").get("state") == "READY", lambda: "not redriven")
    assert operate("doctor", "--fix")[0] == 0  # the thumbnails of before lay without a facet


def test_changes_that_the_stream_gave_up_on_are_sent_again_as_keys_and_counted(
    app: App, operate: Operate
) -> None:
    key, lambda_, mapping = "dlq/uncounted.jpg", app.client("lambda"), mapping_of(app)
    app.wait_for_version(key, app.put(key))
    app.wait_until_quiet()
    usual = mapping["MaximumRetryAttempts"]
    lambda_.update_event_source_mapping(UUID=mapping["UUID"], MaximumRetryAttempts=1)
    try:
        with without(app, "ReportChangesFunction", "dynamodb:PutItem"):
            facet = app.facet(key, "METADATA")
            app.catalog.put_item(Item={**facet, "rev": facet["rev"] + 1})
            wait_until(
                lambda: operate("dlq", "ls")[1][-1]["count"] == 1, lambda: "nothing was given up"
            )
    finally:
        lambda_.update_event_source_mapping(UUID=mapping["UUID"], MaximumRetryAttempts=usual)

    _, [letter] = operate("dlq", "show", "ReportChangesFailures")
    code, _ = operate("dlq", "redrive", "report_changes")

    assert (letter["keys"], code) == ([key], 0)
    app.wait_until_quiet()
    assert app.facet(key, "METADATA")["format"] == "JPEG"
    assert operate("dlq", "ls")[0] == 0


def test_the_report_is_verified_while_changes_wait_and_they_go_on_after_it(
    app: App, operate: Operate
) -> None:
    app.put("report/verified.jpg")
    app.wait_until_quiet()

    code, verified = operate("report", "verify", "--pause")
    _, shown = operate("report", "show")

    assert (code, verified["wrong_lines"], verified["unverified_shards"]) == (0, [], [])
    assert shown["ALL"][0]["objects"] == len(app.inspector.look().originals)
    assert mapping_of(app)["State"] == "Enabled"


def test_a_pause_is_told_by_whatever_would_wait_for_its_end(app: App, operate: Operate) -> None:
    key = "paused/new.jpg"
    operate("pause")
    try:
        version = app.put(key)
        code, seen = operate("doctor", "--fix")
        assert (code, seen["fix"], len(seen["paused"])) == (1, None, 6)
        code, known = operate("why", key)
        assert (code, known["verdict"]) == (1, "PAUSED")
        for run in (demo.run, lambda cloud: storm.run(cloud, 1)):
            with pytest.raises(AppPaused, match="resume --local --home"):
                run(app.cloud)
    finally:
        operate("resume")

    app.wait_for_version(key, version)
    app.wait_until_quiet()
    assert operate("doctor")[0] == 0


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_pause_that_is_interrupted_ends(app: App, end: signal.Signals) -> None:
    process = subprocess.Popen(
        command(app, "report", "verify", "--pause"), cwd=ROOT, stderr=subprocess.PIPE, text=True
    )
    assert process.stderr
    assert "--enabled" in process.stderr.readline()
    process.send_signal(end)

    rest = process.stderr.read()
    process.stderr.close()
    assert process.wait(30) == 1, rest
    assert "Traceback" not in rest
    assert mapping_of(app)["State"] == "Enabled"


def test_a_stage_that_is_not_deployed_is_one_line(app: App) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "operations", "doctor", "--stage", "production"],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", **app.cloud.environment()},
        capture_output=True,
        text=True,
    )

    assert (ran.returncode, ran.stdout) == (1, "")
    [line] = ran.stderr.splitlines()
    assert line.startswith("There is no stack Production-Storage")


def _name(app: App, output: str) -> str:
    return app.outputs[output].rpartition("/")[2]
