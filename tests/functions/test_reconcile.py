"""The function that sweeps: when it begins, how it goes on, what it leaves behind."""

import dataclasses
import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

import boto3
import pytest

from darkroom.observability import metrics
from darkroom.reconciliation.checkpoint import Checkpoint, Checkpoints, LeaseLost, Saved
from darkroom.reconciliation.findings import Kind
from darkroom.reconciliation.sweep import Sweep
from darkroom.settings import comma_separated, days_or_never
from darkroom.uploads import keys_in
from functions.index_metadata import handler as index_metadata
from functions.make_thumbnails import handler as make_thumbnails
from functions.reconcile import handler as reconcile
from functions.reconcile.summary import as_text, summary
from tests.functions.conftest import World
from tests.functions.sweeping import FACETS
from tests.messages import Context, sqs_event
from tests.pictures import any_picture

MADE_ONCE = (
    reconcile.settings,
    reconcile.checkpoints,
    reconcile.spool,
    reconcile.dynamodb,
    reconcile.sns,
)
KEY = "carol/Zürich+日本 100%.jpg"


@dataclasses.dataclass
class Desk:
    """The function, and a queue that hears of its repairs."""

    world: World
    queue: str

    def invoke(self, remaining_ms: int = 900_000, **event: Any) -> str:
        """Invoke the function; return its answer."""
        context: Any = Context(remaining_ms=remaining_ms)
        return str(reconcile.handler(event, context)["sweep"])

    def received(self) -> list[str]:
        """Return the bodies of the messages that the consumers' queues would get."""
        sqs, bodies = boto3.client("sqs"), []
        while found := sqs.receive_message(QueueUrl=self.queue, MaxNumberOfMessages=10).get(
            "Messages"
        ):
            for message in found:
                bodies.append(message["Body"])
                sqs.delete_message(QueueUrl=self.queue, ReceiptHandle=message["ReceiptHandle"])
        return bodies

    def reports(self) -> dict[str, bytes]:
        """Return what the function left for people."""
        listing = self.world.s3.list_objects_v2(Bucket="reports", Prefix="sweeps/")
        get = self.world.s3.get_object
        return {
            found["Key"]: get(Bucket="reports", Key=found["Key"])["Body"].read()
            for found in listing.get("Contents", [])
        }

    def kept(self) -> Saved:
        """Return the checkpoint."""
        return reconcile.checkpoints().load()

    def age(self, **by: float) -> None:
        """Let the last sweep have begun and ended earlier than it did."""
        seen = self.kept()
        assert seen.checkpoint
        earlier = datetime.now(UTC) - timedelta(**by)
        changes: dict[str, Any] = {"started_at": earlier.isoformat()}
        if seen.checkpoint.finished_at:
            changes["finished_at"] = earlier.isoformat()
        older = dataclasses.replace(seen.checkpoint, **changes)
        reconcile.checkpoints().save(seen, older, leased_until=0, previous=seen.previous)


@pytest.fixture
def desk(world: World) -> Iterator[Desk]:
    """Return the function over an empty world."""
    sns, sqs = boto3.client("sns"), boto3.client("sqs")
    topic = sns.create_topic(Name="repairs")["TopicArn"]
    queue = sqs.create_queue(QueueName="repairs")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]
    sns.subscribe(
        TopicArn=topic,
        Protocol="sqs",
        Endpoint=arn["QueueArn"],
        Attributes={"RawMessageDelivery": "true"},
    )
    world.s3.create_bucket(
        Bucket="reports", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
    )
    environment = {
        "REPORTS_BUCKET": "reports",
        "REPAIRS_TOPIC": topic,
        "FACETS": ",".join(FACETS),
        "SWEEP_HOURS": "24",
        "SWEEP_GRACE_MINUTES": "0",
        "THUMBNAILS_DAYS": "never",
    }
    for once in MADE_ONCE:
        once.cache_clear()
    with patch.dict(os.environ, environment):
        yield Desk(world, queue)
    for once in MADE_ONCE:
        once.cache_clear()


def numbers(capsys: pytest.CaptureFixture[str]) -> dict[str, float]:
    """Return the metrics that were sent since the last call."""
    found: dict[str, float] = {}
    for line in capsys.readouterr().out.splitlines():
        if '"_aws"' in line:
            sent = json.loads(line)
            metrics = sent["_aws"]["CloudWatchMetrics"][0]["Metrics"]
            found |= {each["Name"]: sum(sent[each["Name"]]) for each in metrics}
    return found


def test_the_first_tick_sweeps_and_the_next_has_nothing_to_do(desk: Desk) -> None:
    assert desk.invoke() == "finished"
    assert desk.invoke() == "not due"
    desk.age(hours=23.9)
    assert desk.invoke() == "not due"
    desk.age(hours=24.1)
    assert desk.invoke() == "finished"


def test_a_sweep_begins_when_it_is_asked_for(desk: Desk) -> None:
    desk.invoke()
    assert desk.invoke(start=True) == "finished"
    assert len(desk.reports()) == 4


def test_nothing_to_do_costs_one_read(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.invoke()
    calls = []
    from botocore.client import BaseClient

    call = BaseClient._make_api_call  # type: ignore[attr-defined]

    def counted(self: Any, operation: str, arguments: Any) -> Any:
        calls.append(operation)
        return call(self, operation, arguments)

    monkeypatch.setattr(BaseClient, "_make_api_call", counted)
    desk.invoke()
    assert calls == ["GetItem"]


def test_what_is_sent_heals_by_the_ordinary_consumers(desk: Desk) -> None:
    desk.world.put(KEY, any_picture())
    desk.invoke(start=True)

    [body] = desk.received()
    assert keys_in(body) == [KEY]
    context: Any = Context()
    for consumer in (index_metadata, make_thumbnails):
        assert consumer.handler(sqs_event(body), context) == {"batchItemFailures": []}
    assert {desk.world.facet(KEY, facet)["state"] for facet in FACETS} == {"READY"}
    desk.invoke(start=True)
    left = {(found["kind"], found["what"]) for found in last_report(desk)["findings"]}
    assert left == {("MISCOUNTED", "LEDGER"), ("MISCOUNTED", "LEDGER THUMBNAILS")}


def last_report(desk: Desk) -> dict[str, Any]:
    """Return the last report for programs."""
    found = max(name for name in desk.reports() if name.endswith(".json"))
    report: dict[str, Any] = json.loads(desk.reports()[found])
    return report


def found(**numbers: int) -> dict[str, int]:
    """Return how much of each kind was found; of the others nothing."""
    return dict.fromkeys(map(str, Kind), 0) | numbers


def test_a_report_tells_a_person_what_was_found(desk: Desk) -> None:
    for number in range(3):
        desk.world.put(f"carol/{number}.jpg", any_picture())
    desk.invoke()

    told = last_report(desk)
    assert told["objects"] == 3
    assert told["found"] == found(MISSING=6, MISCOUNTED=3)
    assert told["repairs"]["keys_sent_to_their_consumers"] == 3
    assert told["started_at"] <= told["finished_at"][:19] + "~"
    [text] = [body.decode() for name, body in desk.reports().items() if name.endswith(".txt")]
    assert "objects seen  3" in text
    assert "Findings (9 of 9):" in text
    assert "MISSING         'carol/1.jpg' THUMBNAILS: the object is " in text
    assert "all of the report was recounted" in text


def test_a_summary_lists_some_and_counts_all() -> None:
    sweep = Checkpoint(started_at="now", found={"MISSING": 5000}, unverified=(1, 3), postponed=7)
    text = as_text(summary(sweep, [])).decode()
    assert "Findings (0 of 5,000):" in text
    assert "shards 1, 3, which never stood still" in text
    assert "7  keys left to the next sweep" in text


def test_an_invocation_stops_in_time_and_the_next_goes_on(desk: Desk) -> None:
    desk.world.put(KEY, any_picture())
    answers = [desk.invoke(remaining_ms=30_000)]
    while answers[-1] != "finished":
        answers.append(desk.invoke(remaining_ms=30_000))

    assert len(answers) > 5
    assert all(answer.startswith("to be continued") for answer in answers[:-1])
    assert len(desk.received()) == 1


def test_a_crash_at_any_call_leaves_a_sweep_that_is_gone_on_with(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.world.put(KEY, any_picture())
    desk.world.s3.put_object(Bucket="thumbnails", Key="zoo", Body=b"left behind")
    monkeypatch.setattr("darkroom.reconciliation.suspicion.SECOND", timedelta(seconds=-2))
    from botocore.client import BaseClient

    call = BaseClient._make_api_call  # type: ignore[attr-defined]
    left, crashed_after = 0, False

    def crashing(self: Any, operation: str, arguments: Any) -> Any:
        nonlocal left
        left -= 1
        if left == 0 and not crashed_after:
            raise Crash(operation)
        answer = call(self, operation, arguments)
        if left == 0:
            raise Crash(operation)
        return answer

    monkeypatch.setattr(BaseClient, "_make_api_call", crashing)
    # Nobody renews the lease of one that crashed: it would run out in time.
    monkeypatch.setattr(Saved, "leased", property(lambda _: False))
    crashes, answer = 0, ""
    while answer != "finished":
        # Every attempt gets a call further than the last, and so past each of them in turn.
        crashes, crashed_after = crashes + 1, crashes % 2 == 0
        left = 2 + crashes // 2
        try:
            answer = desk.invoke(start=not crashes)
        except Crash:
            metrics.clear_metrics()
    left = 0

    assert crashes > 8
    assert last_report(desk)["found"] == found(MISSING=2, ORPHANED=1, MISCOUNTED=1)
    assert {key for body in desk.received() for key in keys_in(body)} == {KEY}


class Crash(BaseException):
    """The end of a process."""


def test_who_works_is_left_alone_until_the_lease_runs_out(desk: Desk) -> None:
    seen = desk.kept()
    begun = Checkpoint(started_at=datetime.now(UTC).isoformat())
    lease = datetime.now(UTC).timestamp() + 60
    held = reconcile.checkpoints().save(seen, begun, leased_until=lease, previous=None)

    assert desk.invoke() == "at work elsewhere"
    assert desk.invoke(start=True) == "at work elsewhere"
    assert desk.kept() == dataclasses.replace(held, leased_until=int(lease + 0.5))

    reconcile.checkpoints().save(held, begun, leased_until=lease - 61, previous=None)
    assert desk.invoke() == "finished"


def test_of_two_at_once_one_goes_on_and_the_other_does_no_harm(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.world.put(KEY, any_picture())
    step, answers = Sweep.step, []

    def overtaken(self: Any, deadline: float) -> Any:
        monkeypatch.setattr(Sweep, "step", step)
        with patch.object(Saved, "leased", False):
            answers.append(desk.invoke())
        return step(self, deadline)

    monkeypatch.setattr(Sweep, "step", overtaken)
    assert desk.invoke() == "at work elsewhere"
    assert answers == ["finished"]
    assert len(desk.reports()) == 2
    assert len(desk.received()) == 1


def test_a_checkpoint_that_was_replaced_is_not_replaced_again(desk: Desk) -> None:
    checkpoints: Checkpoints = reconcile.checkpoints()
    seen = checkpoints.load()
    checkpoint = Checkpoint(started_at="now")
    checkpoints.save(seen, checkpoint, leased_until=0, previous=None)
    with pytest.raises(LeaseLost):
        checkpoints.save(seen, checkpoint, leased_until=0, previous=None)


def test_a_checkpoint_survives_its_keeping(desk: Desk) -> None:
    full = Checkpoint(
        started_at="2026-11-21T00:00:00.000+00:00",
        marker={"pk": "LEDGER#Zürich", "sk": "METADATA"},
        runs=("a", "b"),
        moves={"0": "3", "1": None},
        unverified=(1,),
    )
    reconcile.checkpoints().save(desk.kept(), full, leased_until=0, previous=full)
    assert (desk.kept().checkpoint, desk.kept().previous) == (full, full)


@pytest.mark.parametrize("old", ["{}", "not json", '{"started_at": "x", "phase": "NONESUCH"}'])
def test_a_checkpoint_of_another_version_is_as_good_as_none(desk: Desk, old: str) -> None:
    item = {"pk": "SWEEP", "sk": "CURRENT", "rev": 7, "leased_until": 0, "sweeps": [old, ""]}
    desk.world.report.put_item(Item=item)
    assert desk.invoke() == "finished"


def test_a_sweep_whose_spool_has_gone_is_begun_anew(desk: Desk) -> None:
    desk.invoke(remaining_ms=30_000)
    desk.age(hours=49)
    assert desk.invoke() == "finished"
    assert last_report(desk)["started_at"] > (datetime.now(UTC) - timedelta(hours=1)).isoformat()


def test_drift_becomes_a_number_and_persists_if_two_sweeps_find_it(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.world.put(KEY, any_picture())
    desk.invoke()
    assert numbers(capsys) == {
        "SweepAgeMinutes": 0,
        "DriftMissing": 2,
        "DriftStale": 0,
        "DriftOrphaned": 0,
        "DriftMiscounted": 1,
        "DriftUnreadableItem": 0,
        "DriftPersisting": 0,
        "SweepUnverifiedShards": 0,
        "SweepsFinished": 1,
    }
    desk.invoke(start=True)
    assert numbers(capsys)["DriftPersisting"] == 3


def test_every_tick_tells_how_long_ago_a_sweep_came_to_its_end(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.invoke()
    desk.age(hours=3)
    numbers(capsys)
    desk.invoke()
    assert numbers(capsys)["SweepAgeMinutes"] == 180
    desk.invoke(remaining_ms=30_000, start=True)
    numbers(capsys)
    desk.invoke(remaining_ms=30_000)
    assert numbers(capsys)["SweepAgeMinutes"] == 180


def test_thumbnails_expire_after_days_or_never() -> None:
    assert (days_or_never("never"), days_or_never("30")) == (None, 30)


def test_facets_are_read_with_commas_between_them() -> None:
    assert comma_separated("METADATA, THUMBNAILS") == ("METADATA", "THUMBNAILS")
    with pytest.raises(ValueError, match="empty"):
        comma_separated("METADATA,")
