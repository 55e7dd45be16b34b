"""The probe: it finds a broken flow at each of its stations, and leaves nothing behind."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from darkroom import probe as probing
from darkroom.observability import metrics
from darkroom.probe import PREFIX, Probe, ProbeFailed, any_colour
from functions.check_after_traffic.settings import Settings
from functions.index_metadata import handler as index_metadata
from functions.make_thumbnails import handler as make_thumbnails
from functions.probe_flow import handler as probe_flow
from functions.report_changes import handler as report_changes
from tests.functions.conftest import World
from tests.messages import Context, notification, sqs_event, stream_record
from tests.pictures import any_picture

CONTEXT: Any = Context()
PLACES = Settings("originals", "thumbnails", "catalog", "report", 4, 1, ("METADATA", "THUMBNAILS"))


@dataclass
class Flow:
    """Plays S3, SNS and the stream whenever the probe pauses, which is all that takes time."""

    world: World
    seconds: float = 0
    position: int = 0
    does_thumbnails: bool = True
    does_report: bool = True
    does_deletions: bool = True
    meddle: Callable[[], None] = lambda: None

    def __call__(self, seconds: float) -> None:
        self.seconds += seconds
        if not self.does_deletions and self.world.facet(KEY, "METADATA"):
            return
        event = sqs_event(notification(KEY))
        index_metadata.handler(event, CONTEXT)
        if self.does_thumbnails:
            make_thumbnails.handler(event, CONTEXT)
        self.meddle()
        if self.does_report:
            self.position += 1
            facet = self.world.facet(KEY, "METADATA")
            new = {name: value for name, value in facet.items() if name not in ("pk", "sk")}
            record = stream_record(new, position=self.position, key=KEY)
            report_changes.handler({"Records": [record]}, CONTEXT)


KEY = f"{PREFIX}any.png"


@pytest.fixture
def flow(world: World, monkeypatch: pytest.MonkeyPatch) -> Flow:
    made = Flow(world)
    monkeypatch.setattr(probing, "time", SimpleNamespace(monotonic=lambda: made.seconds))
    return made


def versions(world: World) -> list[Any]:
    found = world.s3.list_object_versions(Bucket="originals")
    return [*found.get("Versions", []), *found.get("DeleteMarkers", [])]


def test_a_picture_comes_through_and_nothing_is_left(flow: Flow, world: World) -> None:
    assert Probe(PLACES, "any", pause=flow).run() >= 0

    assert versions(world) == []
    assert world.thumbnails() == set()
    assert world.totals() == {}


@pytest.mark.parametrize(
    ("broken", "told"),
    [
        ("does_thumbnails", "no facets within 1 s"),
        ("does_report", "no report within 1 s"),
        ("does_deletions", "no tombstones within 1 s"),
    ],
)
def test_each_station_is_missed_and_nothing_is_left(
    flow: Flow, world: World, broken: str, told: str
) -> None:
    setattr(flow, broken, False)

    with pytest.raises(ProbeFailed, match=told):
        Probe(PLACES, "any", pause=flow).run()

    assert versions(world) == []


def test_a_thumbnail_of_another_picture_is_found_out(flow: Flow, world: World) -> None:
    def swap() -> None:
        for name in world.thumbnails():
            other = any_picture(16, 11)
            world.s3.put_object(Bucket="thumbnails", Key=name, Body=other)

    flow.meddle = swap

    with pytest.raises(ProbeFailed, match=r"shows|its facet says"):
        Probe(PLACES, "any", pause=flow, colour=(0, 255, 0)).run()
    assert versions(world) == []


def test_what_a_killed_probe_left_is_cleared_up_and_others_are_left_alone(
    flow: Flow, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.put(f"{PREFIX}killed.png", b"x")
    world.put("alice/cat.jpg", b"x")

    probing.clear_up(PLACES)
    assert len(versions(world)) == 2  # it may be at work still

    monkeypatch.setattr(probing, "LEFT_BEHIND", timedelta(seconds=-1))
    world.delete(f"{PREFIX}killed.png")
    probing.clear_up(PLACES)
    assert [each["Key"] for each in versions(world)] == ["alice/cat.jpg"]


def test_the_scheduled_probe_measures_what_it_finds(
    flow: Flow, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted: dict[str, float] = {}
    monkeypatch.setattr(probe_flow, "settings", lambda: PLACES)
    monkeypatch.setattr(probe_flow, "uuid4", lambda: "any")
    monkeypatch.setattr(probe_flow, "Probe", lambda places, name: Probe(places, name, pause=flow))
    monkeypatch.setattr(probe_flow, "count", lambda name, n=1: counted.update({name: n}))
    monkeypatch.setattr(
        metrics, "add_metric", lambda name, unit, value: counted.update({name: value})
    )

    assert probe_flow.probe_flow() == "came through"
    assert counted["ProbeFailed"] == 0
    assert counted["ProbeMilliseconds"] > 0

    flow.does_thumbnails = False
    assert "no facets" in probe_flow.probe_flow()
    assert counted["ProbeFailed"] == 1


def test_every_probes_picture_looks_different() -> None:
    assert len({any_colour() for _ in range(20)}) > 10
