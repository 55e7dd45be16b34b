"""What counts as an upload that waited, and for how long: the real consumers on moto."""

import json
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest

from darkroom import service_level
from darkroom.catalog import Catalog
from darkroom.observability import logger
from darkroom.uploads import hint
from functions.index_metadata import handler as index_metadata
from functions.make_thumbnails import handler as make_thumbnails
from functions.make_thumbnails.shelf import Shelf
from functions.report_changes import handler as report_changes
from tests.functions.conftest import World
from tests.messages import Context, notification, sqs_event, stream_record
from tests.pictures import any_picture

CONTEXT: Any = Context()
KEY = "alice/cat.jpg"
AN_HOUR = 3_600_000  # in milliseconds; a busy machine takes seconds


def measured(capsys: pytest.CaptureFixture[str]) -> dict[str, list[float]]:
    """Return the service level's numbers that were sent since the last call."""
    found: dict[str, list[float]] = {"UploadLatency": [], "Late": []}
    for line in capsys.readouterr().out.splitlines():
        if '"_aws"' in line:
            sent = json.loads(line)
            for name, values in found.items():
                values += sent.get(name, [])
    return found


def created(key: str = KEY, *, ago: timedelta = timedelta(0), **claims: Any) -> dict[str, Any]:
    """Return S3's announcement of an upload that ended so long ago."""
    message = notification(key, **claims)
    ended = datetime.now(UTC) - ago
    message["Records"][0]["eventTime"] = ended.isoformat().replace("+00:00", "Z")
    return message


def deliver(
    message: Any, tries: int = 1, *, sent: timedelta = timedelta(0), to: Any = index_metadata
) -> bool:
    """Let a consumer handle a message that came to its queue at *sent*; return whether it did."""
    event = sqs_event(message)
    [record] = event["Records"]
    sent_at = str(int(1000 * (datetime.now(UTC) + sent).timestamp()))
    record["attributes"] |= {"ApproximateReceiveCount": str(tries), "SentTimestamp": sent_at}
    return not to.handler(event, CONTEXT)["batchItemFailures"]


def broken(*_: Any) -> None:
    raise ConnectionError("no table")


def age(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """Let so much time have passed since all uploads."""

    class Later(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:  # type: ignore[override]
            return datetime.now(tz) + timedelta(seconds=seconds)

    monkeypatch.setattr(service_level, "datetime", Later)


@pytest.mark.parametrize("body", [any_picture(), b"no pixels"], ids=["READY", "REJECTED"])
def test_an_upload_is_measured_when_its_facet_is_written_and_not_again(
    world: World, capsys: pytest.CaptureFixture[str], body: bytes
) -> None:
    world.put(KEY, body)
    deliver(created())
    numbers = measured(capsys)
    [waited] = numbers["UploadLatency"]
    assert 0 <= waited < AN_HOUR
    assert numbers["Late"] == [0]

    deliver(created())
    assert measured(capsys) == {"UploadLatency": [], "Late": []}


def test_an_upload_that_waited_too_long_is_late(
    world: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    world.put(KEY, any_picture())
    message = created()
    age(monkeypatch, 61.5)
    deliver(message)
    numbers = measured(capsys)
    assert 61_000 <= numbers["UploadLatency"][0] < AN_HOUR
    assert numbers["Late"] == [1]


def test_a_multipart_upload_waits_from_its_end_which_only_the_event_tells(
    world: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    world.put(KEY, any_picture())
    age(monkeypatch, 7200)
    deliver(created(ago=-timedelta(seconds=7198)))
    assert measured(capsys)["UploadLatency"][0] < AN_HOUR


def test_a_version_of_whose_upload_another_event_told_is_measured_by_its_own_time(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.put(KEY, any_picture())
    deliver(created(ago=timedelta(days=3)))
    assert measured(capsys)["UploadLatency"][0] < AN_HOUR


def test_a_repair_of_an_old_object_is_no_slow_upload(
    world: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    world.put(KEY, any_picture())
    age(monkeypatch, 86_400)
    deliver(hint("originals", KEY))
    assert world.facet(KEY, "METADATA")["state"] == "READY"
    assert measured(capsys) == {"UploadLatency": [], "Late": []}


def test_a_version_that_comes_back_is_no_slow_upload(
    world: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    world.put(KEY, any_picture())
    marker = world.delete(KEY)
    deliver(notification(KEY, kind="s3_object_removed_delete_marker"))
    assert world.facet(KEY, "METADATA")["state"] == "GONE"
    world.delete(KEY, marker)
    age(monkeypatch, 86_400)
    deliver(notification(KEY, kind="s3_object_removed_delete_marker"))
    assert world.facet(KEY, "METADATA")["state"] == "READY"
    assert measured(capsys) == {"UploadLatency": [], "Late": []}


def test_an_upload_whose_first_tries_fail_is_late_once_when_it_has_its_facet(
    world: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    world.put(KEY, any_picture())
    with monkeypatch.context() as failing:
        failing.setattr(Catalog, "fence", broken)
        assert not deliver(created(), 1)
        assert not deliver(created(), 2)
    assert measured(capsys)["Late"] == []
    age(monkeypatch, 800)
    assert deliver(created(), 3)
    assert measured(capsys)["Late"] == [1]


def test_an_upload_of_whose_first_delivery_nothing_came_is_late_once(
    world: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    world.put(KEY, any_picture())
    message = created()
    age(monkeypatch, 400)
    assert deliver(message, 2)
    numbers = measured(capsys)
    assert numbers["UploadLatency"][0] >= 399_000
    assert numbers["Late"] == [1]


def test_an_upload_that_is_given_up_is_late_once_also_if_it_is_redriven(
    world: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    world.put(KEY, any_picture())
    message = created()
    with monkeypatch.context() as failing:
        failing.setattr(Catalog, "fence", broken)
        for tries in range(1, 6):
            assert not deliver(message, tries)
        assert not deliver(hint("originals", KEY), 5)
    assert measured(capsys) == {"UploadLatency": [], "Late": [1]}
    assert deliver(message, 1, sent=timedelta(hours=7))
    numbers = measured(capsys)
    assert numbers["Late"] == []
    assert len(numbers["UploadLatency"]) == 1


def test_an_upload_that_has_its_facet_is_not_late_if_only_the_clearing_is_given_up(
    world: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Shelf, "clear", broken)
    world.put(KEY, any_picture())
    for tries in range(1, 6):
        assert not deliver(created(), tries, to=make_thumbnails)
    assert measured(capsys)["Late"] == [0]


@pytest.mark.parametrize("time", ["yesterday", None, 7, "2026-11-21T10:20:30.123"])
def test_an_event_without_a_good_time_is_handled_all_the_same(world: World, time: Any) -> None:
    world.put(KEY, any_picture())
    message = created()
    message["Records"][0]["eventTime"] = time
    assert deliver(message)
    assert world.facet(KEY, "METADATA")["state"] == "READY"


@pytest.fixture
def printed(monkeypatch: pytest.MonkeyPatch) -> StringIO:
    """Return where the log goes."""
    stream = StringIO()
    monkeypatch.setattr(logger.registered_handler, "stream", stream)
    return stream


def lines_of(printed: StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in printed.getvalue().splitlines()]


def test_every_line_of_an_upload_carries_its_version(world: World, printed: StringIO) -> None:
    version = world.put(KEY, any_picture())
    deliver(created(versionId=version))
    facet = world.facet(KEY, "METADATA")
    report_changes.handler({"Records": [stream_record(facet, position=1)]}, CONTEXT)

    written, counted = lines_of(printed)
    assert (written["message"], counted["message"]) == ("facet written", "change counted")
    assert written["version"] == written["announced"] == counted["version"] == version
    assert 0 <= written["waited_ms"] < AN_HOUR


def test_the_end_of_a_version_is_found_by_it_too(world: World, printed: StringIO) -> None:
    record = stream_record({"state": "GONE"}, position=1)
    record["dynamodb"]["OldImage"] = {"version_id": {"S": "v7"}}
    report_changes.handler({"Records": [record]}, CONTEXT)
    assert [line["version"] for line in lines_of(printed)] == ["v7"]


def test_a_failure_before_the_bucket_was_read_carries_what_the_event_claims(
    world: World, printed: StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Catalog, "fence", broken)
    deliver(created(versionId="v7"))
    [line] = lines_of(printed)
    assert (line.get("version"), line["announced"]) == (None, "v7")
