"""The daily report: what it says is what the ledger has, and it claims no more than it saw."""

import json
import random
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import boto3
import pytest
import time_machine
from aws_lambda_powertools.utilities.data_classes.dynamo_db_stream_event import DynamoDBRecord

from darkroom.convergence import timestamp
from darkroom.latency import Latency, Waited
from darkroom.ledger import Ledger
from darkroom.reconciliation import recount as reconciled
from darkroom.reconciliation.checkpoint import Checkpoint, Checkpoints, Phase, Saved
from darkroom.smoke import EVENT
from functions.publish_report import handler as publish_report
from functions.publish_report import recount as recounting
from functions.publish_report.clock import Deadline
from functions.publish_report.figures import Check, Line, Owners, Verdict
from functions.publish_report.lines import Lines
from functions.publish_report.period import NoPeriod, asked
from functions.report_changes.handler import change_of
from tests.functions.conftest import World
from tests.messages import Context, stream_record

TODAY = datetime.now(UTC).date()
YESTERDAY = TODAY - timedelta(days=1)
LONG_AGO = "2020-01-01T00:00:00.000Z"
MADE_ONCE = (
    publish_report.settings,
    publish_report.dynamodb_client,
    publish_report.sns,
)


@pytest.fixture(autouse=True)
def today() -> Iterator[None]:
    """Let it be `TODAY`, for these tests may run past midnight."""
    with time_machine.travel(datetime.combine(TODAY, time(1), UTC)):
        yield


@pytest.fixture
def reports(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Make the reports bucket; return what it holds, by name."""
    place: Any = {"LocationConstraint": "eu-west-1"}
    world.s3.create_bucket(Bucket="reports", CreateBucketConfiguration=place)
    monkeypatch.setenv("REPORTS_BUCKET", "reports")
    monkeypatch.setenv("RECOUNT_OBJECTS", "1000")
    monkeypatch.setenv("STAGE", "test")
    for once in MADE_ONCE:
        once.cache_clear()
    yield lambda: {
        found["Key"]: world.s3.get_object(Bucket="reports", Key=found["Key"])["Body"].read()
        for found in world.s3.list_objects_v2(Bucket="reports").get("Contents", [])
    }
    for once in MADE_ONCE:
        once.cache_clear()


def facet(owner: str = "alice", bytes: int = 100, **more: Any) -> dict[str, Any]:
    """Return a METADATA facet that was written long ago."""
    found = {"state": "READY", "owner": owner, "bytes": bytes, "format": "JPEG", "rev": 1}
    found["version_id"] = "v"
    uploaded = f"{YESTERDAY}T10:20:30.000Z"
    return {**found, "uploaded_at": uploaded, "recorded_at": LONG_AGO, **more}


def refused(owner: str, reason: str = "CORRUPT", **more: Any) -> dict[str, Any]:
    """Return the facet of a refused picture."""
    return facet(owner, **more, state="REJECTED", reason=reason)


def shelved(owner: str = "alice", *sizes: int, **more: Any) -> dict[str, Any]:
    """Return a THUMBNAILS facet that was written long ago."""
    small = {"key": "f/1-v/s.jpg", "width": 16, "height": 9}
    variants = {f"v{number}": {**small, "bytes": size} for number, size in enumerate(sizes)}
    found = {**facet(owner), "variants": variants}
    del found["format"]
    return {**found, "recorded_at": LONG_AGO, **more}


class Books:
    """Writes facets and, as the stream would have it, the ledger."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.ledger = Ledger(world.report, 4, 45)
        self.position = 0

    def write(
        self, key: str, attributes: dict[str, Any], *, counted: bool = True, name: str = "METADATA"
    ) -> None:
        """Write a facet and let it count."""
        self.world.catalog.put_item(Item={"pk": key, "sk": name, **attributes})
        if counted:
            self.count(key, attributes, name)

    def count(self, key: str, attributes: dict[str, Any], name: str = "METADATA") -> None:
        """Move the ledger."""
        self.position += 1
        record = stream_record(attributes, position=self.position, key=key, facet=name)
        self.ledger.move(change_of(DynamoDBRecord(record)))


@pytest.fixture
def books(world: World) -> Books:
    """Return catalog and ledger with a few pictures in them."""
    made = Books(world)
    made.write("alice/1", facet("alice", 100))
    made.write("alice/2", facet("alice", 300, format="PNG"))
    made.write("alice/2", shelved("alice", 5, 6), name="THUMBNAILS")
    made.write("bob/1", refused("bob", bytes=50))
    made.write("bob/old", facet("bob", 7, uploaded_at="2019-05-05T00:00:00.000Z"))
    return made


def publish(event: dict[str, Any] | None = None, remaining_ms: int = 900_000) -> dict[str, Any]:
    """Invoke the function."""
    context: Any = Context(remaining_ms=remaining_ms)
    return publish_report.handler(event or {}, context)


def published(reports: Callable[[], dict[str, bytes]]) -> dict[str, Any]:
    """Return the daily report as programs read it."""
    found: dict[str, Any] = json.loads(reports()[f"daily/{YESTERDAY:%Y/%m/%d}/report.json"])
    return found


def test_a_report_has_three_forms_under_its_day(books: Books, reports: Any) -> None:
    answer = publish()

    folder = f"daily/{YESTERDAY:%Y/%m/%d}/"
    assert reports().keys() == {f"{folder}report.{form}" for form in ("csv", "html", "json")}
    assert answer == {"report": f"{folder}report.html", "verdict": "AGREES"}


def test_the_figures_are_those_of_the_ledger(books: Books, reports: Any) -> None:
    publish()

    told = published(reports)
    assert told["totals"] == {"name": "", "objects": 4, "bytes": 457, "rejected": 1}
    assert told["thumbnails_bytes"] == 11
    assert len(told["days"]) == 30
    yesterday = {"name": str(YESTERDAY), "objects": 3, "bytes": 450, "rejected": 1}
    assert told["days"][-1] == yesterday
    assert not any(day["objects"] for day in told["days"][:-1])
    assert [(o["name"], o["bytes"]) for o in told["owners"]["top"]] == [("alice", 400), ("bob", 57)]
    assert {(k["state"], k["name"], k["objects"]) for k in told["kinds"]} == {
        ("READY", "JPEG", 2),
        ("READY", "PNG", 1),
        ("REJECTED", "CORRUPT", 1),
    }
    meaning = "a picture that cannot be decoded"
    assert told["refusals"] == [{"reason": "CORRUPT", "meaning": meaning, "objects": 1}]


def test_the_clock_publishes_a_day_once_and_a_person_whenever_he_asks(
    books: Books, reports: Any
) -> None:
    assert "verdict" in publish({"tick": True})
    assert "verdict" not in publish({"tick": True})
    assert "verdict" in publish({})


def test_a_report_that_was_not_finished_is_published_by_the_next_tick(
    books: Books, reports: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: Any) -> bytes:
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr(publish_report, "as_page", broken)
        with pytest.raises(RuntimeError):
            publish({"tick": True})
    assert "verdict" in publish({"tick": True})


def test_other_days_are_reported_on_demand(books: Books, reports: Any) -> None:
    answer = publish({"from": "2019-05-01", "to": "2019-05-08"})

    assert answer["report"] == "ranges/2019-05-01_2019-05-07/report.html"
    told = json.loads(reports()["ranges/2019-05-01_2019-05-07/report.json"])
    assert [day["objects"] for day in told["days"]] == [0, 0, 0, 0, 1, 0, 0]


@pytest.mark.parametrize(
    "wish",
    [
        {"from": "2026-11-02"},
        {"from": "yesterday", "to": "2026-11-02"},
        {"from": "2026-11-02", "to": "2026-11-02"},
        {"from": "2020-01-01", "to": "2026-11-02"},
        {"from": 3, "to": 4},
    ],
)
def test_days_that_are_none_are_refused_and_nothing_is_written(
    books: Books, reports: Any, wish: dict[str, Any]
) -> None:
    with pytest.raises(NoPeriod):
        asked(wish, date(2026, 11, 21))
    assert publish(wish)["report"] is None
    assert reports() == {}


def test_an_empty_darkroom_has_a_report(world: World, reports: Any) -> None:
    assert publish()["verdict"] == "AGREES"
    assert published(reports)["totals"]["objects"] == 0


def test_a_good_version_passes_its_own_test_and_writes_nothing(world: World, reports: Any) -> None:
    answer = publish(dict(EVENT))
    assert (answer["failed"], len(answer["checked"])) == ({}, 4)
    assert reports() == {}


# --- Does it add up? --------------------------------------------------------------------------


def verdict(reports: Any) -> tuple[str, dict[str, Any]]:
    """Publish; return the verdict and the whole check."""
    publish()
    check: dict[str, Any] = published(reports)["check"]
    return check["verdict"], check


def test_a_line_that_does_not_add_up_is_named(books: Books, reports: Any) -> None:
    books.world.report.update_item(
        Key={"pk": "OWNER#0", "sk": "nobody"},
        UpdateExpression="ADD objects :n",
        ExpressionAttributeValues={":n": 3},
    )
    said, check = verdict(reports)
    assert (said, check["wrong"]) == ("DISAGREES", 1)
    assert check["examples"] == ["OWNER nobody: shard 0: objects 3 not 0"]


@pytest.mark.parametrize("broken", ["not counted", "counted otherwise", "gone", "unreadable"])
def test_an_object_that_counts_for_what_it_is_not_is_named(
    books: Books, reports: Any, broken: str
) -> None:
    match broken:
        case "not counted":
            books.write("alice/3", facet(), counted=False)
        case "counted otherwise":
            books.write("alice/2", facet(bytes=301), counted=False)
        case "gone":
            books.world.catalog.delete_item(Key={"pk": "alice/2", "sk": "METADATA"})
        case "unreadable":
            books.write("alice/2", {"state": "READY"}, counted=False)
    said, check = verdict(reports)
    assert (said, check["wrong"]) == ("DISAGREES", 1)
    [example] = check["examples"]
    assert example.startswith("'alice/3'" if broken == "not counted" else "'alice/2'")


@pytest.mark.parametrize("broken", ["not counted", "counted otherwise", "gone", "refused"])
@pytest.mark.parametrize("most", ["1000", "3"])
def test_thumbnails_that_count_for_what_they_are_not_are_named(
    books: Books, reports: Any, monkeypatch: pytest.MonkeyPatch, broken: str, most: str
) -> None:
    monkeypatch.setenv("RECOUNT_OBJECTS", most)
    key = "alice/1" if broken == "not counted" else "alice/2"
    match broken:
        case "not counted":
            books.write(key, shelved("alice", 9), counted=False, name="THUMBNAILS")
        case "counted otherwise":
            books.write(key, shelved("alice", 5, 7), counted=False, name="THUMBNAILS")
        case "gone":
            books.world.catalog.delete_item(Key={"pk": key, "sk": "THUMBNAILS"})
        case "refused":
            no = shelved("alice", state="REJECTED", reason="CORRUPT")
            books.write(key, no, counted=False, name="THUMBNAILS")
    said, check = verdict(reports)
    assert (said, check["wrong"]) == ("DISAGREES", 1)
    [example] = check["examples"]
    assert example.startswith(f"THUMBNAILS of '{key}' counts for ")


def test_a_line_with_too_many_bytes_of_thumbnails_is_named(books: Books, reports: Any) -> None:
    books.world.report.update_item(
        Key={"pk": "OWNER#0", "sk": "nobody"},
        UpdateExpression="ADD thumbnails_bytes :n",
        ExpressionAttributeValues={":n": 3},
    )
    said, check = verdict(reports)
    assert (said, check["wrong"]) == ("DISAGREES", 1)


def test_what_changed_a_moment_ago_is_no_disagreement_and_no_agreement(
    books: Books, reports: Any
) -> None:
    books.write("alice/3", facet(recorded_at=timestamp(datetime.now(UTC))), counted=False)
    said, check = verdict(reports)
    assert said == "AGREES_WHERE_LOOKED"
    assert check["gaps"] == ["objects that changed a moment ago (1)"]


def test_the_sums_of_a_shard_that_moves_are_not_vouched_for(
    books: Books, reports: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    still = reconciled.still

    def moving(table: Any, before: Any) -> Any:
        books.write("alice/while", facet())
        return still(table, before)

    monkeypatch.setattr(recounting, "still", moving)
    said, check = verdict(reports)
    assert said == "AGREES_WHERE_LOOKED"
    assert check["recounted_shards"] == 3
    assert "changes were counted meanwhile" in check["gaps"][0]


def test_a_wrong_line_of_a_shard_that_moves_is_not_called_wrong(
    books: Books, reports: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recounting, "still", lambda *_: {})
    books.world.report.update_item(
        Key={"pk": "OWNER#0", "sk": "nobody"},
        UpdateExpression="ADD objects :n",
        ExpressionAttributeValues={":n": 3},
    )
    assert verdict(reports)[0] == "AGREES_WHERE_LOOKED"


def test_of_many_objects_a_sample_is_held_against_the_ledger(
    books: Books, reports: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RECOUNT_OBJECTS", "3")
    said, check = verdict(reports)
    assert said == "AGREES_WHERE_LOOKED"
    assert 1 <= check["compared"] <= 6
    assert check["recounted_shards"] == 0
    assert "chosen by chance, and the sums" in check["gaps"][-1]


def test_a_sample_finds_what_it_meets(
    books: Books, reports: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RECOUNT_OBJECTS", "3")
    for key in ("alice/1", "alice/2", "bob/1", "bob/old"):
        books.world.catalog.delete_item(Key={"pk": key, "sk": "METADATA"})
    said, check = verdict(reports)
    assert (said, check["wrong"]) == ("DISAGREES", check["compared"])


def test_without_time_nothing_is_claimed(
    books: Books, reports: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recounting.Recounting, "_scan", in_small_pages(recounting.Recounting._scan))
    publish(remaining_ms=0)
    check = published(reports)["check"]
    assert check["verdict"] == "NOT_KNOWN"
    assert check["gaps"] == ["what there was no time for"]


def in_small_pages(scan: Any) -> Any:
    """Make a scan read an item at a time."""

    def small(self: Any, table: Any, **arguments: Any) -> Any:
        return scan(self, table, **arguments, Limit=1)

    return small


def test_no_verdict_but_the_best_has_gaps() -> None:
    assert Check().verdict is Verdict.AGREES
    assert Check(compared=5, recounted_shards=8, gaps=("x",)).verdict is not Verdict.AGREES
    assert Check(gaps=("x",)).verdict is Verdict.NOT_KNOWN
    assert Check(compared=5, wrong=1, gaps=("x",)).verdict is Verdict.DISAGREES


def test_drift_is_that_of_the_last_sweep_that_ended(books: Books, reports: Any) -> None:
    ended = Checkpoint(
        started_at="2026-11-20T01:00:00+00:00",
        phase=Phase.DONE,
        finished_at="2026-11-20T02:00:00+00:00",
        found={"MISSING": 2},
        unverified=(3,),
    )
    begun = Checkpoint(started_at="2026-11-21T01:00:00+00:00")
    Checkpoints(books.world.report).save(Saved(), begun, leased_until=0, previous=ended)
    publish()
    assert published(reports)["drift"] == {
        "finished_at": "2026-11-20T02:00:00+00:00",
        "found": {"MISSING": 2},
        "unverified_shards": [3],
    }


def test_the_report_tells_how_long_uploads_waited_or_why_it_does_not(
    books: Books, reports: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish()
    told = published(reports)
    assert (told["latency"], told["latency_missing"]) == (
        None,
        "CloudWatch has no uploads of these days",
    )

    def numbers(first: date, last: date, consumers: Any) -> Waited:
        assert ((last - first).days, last) == (29, YESTERDAY)
        assert consumers == ("index_metadata", "make_thumbnails")
        return Waited(Latency(900, 2000, 3100))

    monkeypatch.setattr(publish_report, "waited", numbers)
    publish()
    told = published(reports)
    assert told["latency"] == {"p50": 900, "p95": 2000, "p99": 3100}
    assert told["latency_missing"] is None
    page = reports()[f"daily/{YESTERDAY:%Y/%m/%d}/report.html"].decode()
    assert "half of them; 95 % within 2.0 s, 99 % within 3.1 s" in page


# --- Many owners ------------------------------------------------------------------------------


class ManyOwners:
    """A report table whose owners are made up page by page, as its client would give them."""

    def __init__(self, owners: int, shards: int) -> None:
        self.owners, self.shards = owners, shards
        self.alive = self.most_alive = 0

    def get_paginator(self, _: str) -> "ManyOwners":
        """Return what pages."""
        return self

    def paginate(self, **query: Any) -> Iterator[dict[str, Any]]:
        """Yield pages of a shard's lines."""
        shard = int(query["ExpressionAttributeValues"][":pk"]["S"].partition("#")[2])
        for start in range(0, self.owners, 1000):
            names = range(start, min(start + 1000, self.owners))
            yield {"Items": [self._item(n) for n in names if (n + shard) % self.shards < 2]}

    def _item(self, number: int) -> dict[str, Any]:
        size = {"N": str(number * 7919 % 100_003)}
        return {"sk": {"S": f"owner{number:07}"}, "objects": {"N": "1"}, "bytes": size}


def test_the_largest_owners_are_found_among_many_and_the_rest_is_their_sum() -> None:
    owners = Lines(ManyOwners(5_000, 4), "report", 4).owners(Deadline.after(60))
    sizes = {f"owner{n:07}": 2 * (n * 7919 % 100_003) for n in range(5_000)}
    largest = sorted(sizes, key=lambda name: -sizes[name])[:20]
    assert [line.name for line in owners.top] == largest
    assert (owners.number, owners.complete) == (5_000, True)
    assert owners.rest is not None
    assert owners.rest.bytes == sum(sizes.values()) - sum(sizes[name] for name in largest)


def test_without_time_it_says_that_there_may_be_more_owners() -> None:
    owners = Lines(ManyOwners(5_000, 4), "report", 4).owners(Deadline.after(0))
    assert owners == Owners((Line("owner0000000", 2, 0, 0),), None, 1, complete=False)


def test_owners_in_any_writing_are_merged_as_dynamodb_sorts_them(
    world: World, reports: Any
) -> None:
    books, dice = Books(world), random.Random(5)  # noqa: S311 - no secret
    names = ["é", "z", "Z", "a b", "a#1", "a!", "日本", "\U0001f642", "ﬀ", "=1+1"]
    for number in range(40):
        name = dice.choice(names)
        books.write(f"{name}/{number}", facet(name, 10))
    publish()
    top = published(reports)["owners"]["top"]
    assert {line["name"] for line in top} == set(names)
    assert sum(line["objects"] for line in top) == 40


# --- The message ------------------------------------------------------------------------------


def test_a_message_tells_where_the_report_lies(
    books: Books, reports: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    sns, sqs = boto3.client("sns"), boto3.client("sqs")
    topic = sns.create_topic(Name="alarms")["TopicArn"]
    queue = sqs.create_queue(QueueName="mailbox")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn["QueueArn"])
    monkeypatch.setenv("MESSAGES_TOPIC", topic)
    monkeypatch.setenv("AWS_REGION", "eu-west-1")

    publish()

    [mail] = sqs.receive_message(QueueUrl=queue)["Messages"]
    told = json.loads(mail["Body"])
    assert told["Subject"].startswith("Darkroom test: report, ")
    assert len(told["Subject"]) < 100
    assert "The figures agree." in told["Message"]
    assert f"s3://reports/daily/{YESTERDAY:%Y/%m/%d}/report.html" in told["Message"]
    assert "X-Amz-Signature" not in told["Message"]
