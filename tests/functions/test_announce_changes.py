"""Other systems hear what is true of a picture, once all that is known of it agrees."""

import itertools
import json
import random
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest
from botocore.exceptions import ClientError

from darkroom.refusals import Reason
from darkroom.smoke import EVENT
from functions.announce_changes import handler as announce_changes
from functions.announce_changes.bus import ATTEMPTS, MOST_BYTES, Bus, portions, size_of
from functions.announce_changes.pictures import Event, id_of, rev_of
from tests.announcements import KINDS, SCHEMAS, change, check
from tests.functions.conftest import World
from tests.messages import Context

CAT = "alice/cat.jpg"
FACETS = ("METADATA", "THUMBNAILS")
VARIANT = {"key": "f/1-v/s.jpg", "width": 16, "height": 9, "bytes": 7, "content_type": "image/jpeg"}


class Listener:
    """A bus that takes what it is told to take, as PutEvents answers."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, dict[str, Any]]] = []
        self.calls: list[int] = []
        self.refusals: dict[str, int] = {}
        self.error: Exception | None = None

    def put_events(self, *, Entries: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803
        """Take each entry, or refuse it as often as `refusals` says for its key."""
        assert 1 <= len(Entries) <= 10
        self.calls.append(len(Entries))
        if self.error:
            raise self.error
        results = [self._answer(entry) for entry in Entries]
        return {"FailedEntryCount": sum("ErrorCode" in r for r in results), "Entries": results}

    def _answer(self, entry: dict[str, Any]) -> dict[str, str]:
        assert (entry["Source"], entry["EventBusName"]) == ("darkroom", "bus")
        detail = json.loads(entry["Detail"])
        if self.refusals.get(detail["key"], 0) > 0:
            self.refusals[detail["key"]] -= 1
            return {"ErrorCode": "InternalFailure", "ErrorMessage": "try again"}
        check(entry["DetailType"], detail)
        self.heard.append((entry["DetailType"], detail))
        return {"EventId": "1"}

    @property
    def kinds(self) -> list[str]:
        """What was said, without the details."""
        return [kind for kind, _ in self.heard]


@pytest.fixture
def bus(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[Listener]:
    """Let a listener of ours be the bus."""
    listener = Listener()
    monkeypatch.setenv("EVENT_BUS", "bus")
    monkeypatch.setenv("FACETS", ",".join(FACETS))
    monkeypatch.setattr(announce_changes, "bus", lambda: Bus(listener, "bus"))
    monkeypatch.setattr("time.sleep", lambda _: None)
    announce_changes.settings.cache_clear()
    yield listener
    announce_changes.settings.cache_clear()


def ready(version: str = "v1", rev: int = 1, **more: Any) -> dict[str, Any]:
    """Return a facet that describes a version."""
    found = {"state": "READY", "version_id": version, "owner": "alice", "rev": rev, "bytes": 7}
    found |= {"format": "PNG", "uploaded_at": "2026-11-21T00:00:00.000Z"}
    return {**found, "variants": {"small": VARIANT}, **more}


def refused(version: str = "v1", rev: int = 1) -> dict[str, Any]:
    """Return a facet that refuses a version."""
    return ready(version, rev, state="REJECTED", reason=Reason.CORRUPT, detail="no end")


def gone(rev: int = 9) -> dict[str, Any]:
    """Return a tombstone."""
    return {"state": "GONE", "rev": rev, "expires_at": 1}


class Picture:
    """Writes facets, and keeps the stream's records of it."""

    def __init__(self, world: World, key: str = CAT) -> None:
        self.world, self.key = world, key
        self.now: dict[str, dict[str, Any]] = {}
        self.records: list[dict[str, Any]] = []

    def write(self, facet: str, attributes: dict[str, Any]) -> dict[str, Any]:
        """Write a facet; return the stream's record."""
        if facet == "METADATA":
            attributes = {n: value for n, value in attributes.items() if n != "variants"}
        self.world.catalog.put_item(Item={"pk": self.key, "sk": facet, **attributes})
        position = 100 + len(self.records)
        before = self.now.get(facet)
        record = change(facet, before, attributes, position=position, key=self.key)
        self.now[facet] = attributes
        self.records.append(record)
        return record

    def write_all(self, attributes: dict[str, Any]) -> list[dict[str, Any]]:
        """Write every facet; return the records."""
        return [self.write(facet, attributes) for facet in FACETS]


def deliver(*records: dict[str, Any]) -> list[str]:
    """Hand a batch to the handler; return the failed records' sequence numbers."""
    context: Any = Context()
    answer = announce_changes.handler({"Records": list(records)}, context)
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


@pytest.mark.parametrize("order", list(itertools.permutations(FACETS)))
def test_ready_is_said_once_both_facets_describe_the_same_version(
    world: World, bus: Listener, order: tuple[str, ...]
) -> None:
    cat = Picture(world)
    deliver(cat.write(order[0], ready()))
    assert bus.heard == []

    deliver(cat.write(order[1], ready(rev=2)))

    [(kind, detail)] = bus.heard
    assert kind == "image.ready"
    assert detail == {
        "key": CAT,
        "id": "YWxpY2UvY2F0LmpwZw",
        "owner": "alice",
        "version_id": "v1",
        "state": "READY",
        "rev": "000000000000002-000000000000001",
        "variants": {"small": VARIANT},
    }


def test_nothing_is_said_while_the_other_facet_describes_an_older_version(
    world: World, bus: Listener
) -> None:
    cat = Picture(world)
    deliver(*cat.write_all(ready("v1")))
    deliver(cat.write("METADATA", ready("v2", 2)))
    assert bus.kinds == ["image.ready"]

    deliver(cat.write("THUMBNAILS", ready("v2", 3)))
    assert [detail["version_id"] for _, detail in bus.heard] == ["v1", "v2"]


@pytest.mark.parametrize("refuses", [("METADATA",), ("THUMBNAILS",), FACETS])
def test_a_picture_is_rejected_if_any_facet_refuses_it(
    world: World, bus: Listener, refuses: tuple[str, ...]
) -> None:
    cat = Picture(world)
    for name in FACETS:
        deliver(cat.write(name, refused() if name in refuses else ready()))

    [(kind, detail)] = bus.heard
    assert kind == "image.rejected"
    told = (detail["state"], detail["reason"], detail["explanation"])
    assert told == ("REJECTED", "CORRUPT", "no end")
    assert "variants" not in detail


def test_removed_is_said_when_the_last_facet_is_gone(world: World, bus: Listener) -> None:
    cat = Picture(world)
    deliver(*cat.write_all(ready()))
    deliver(cat.write("THUMBNAILS", gone()))
    assert bus.kinds == ["image.ready"]

    deliver(cat.write("METADATA", gone(10)))
    kind, detail = bus.heard[-1]
    assert kind == "image.removed"
    assert (detail["version_id"], detail["owner"], detail["state"]) == ("v1", "alice", "GONE")


def test_what_was_never_there_is_not_removed_and_a_tombstone_twice_not_twice(
    world: World, bus: Listener
) -> None:
    cat = Picture(world)
    deliver(*cat.write_all(gone(1)))
    deliver(*cat.write_all(gone(2)))
    assert bus.heard == []


def test_a_late_record_of_what_came_back_and_is_gone_again_removes_nothing(
    world: World, bus: Listener
) -> None:
    cat = Picture(world)
    cat.write_all(gone(1))
    late = cat.write_all(ready(rev=2))
    cat.write_all(gone(3))
    assert deliver(*late) == []
    assert bus.heard == []


def test_an_expired_tombstone_says_nothing(world: World, bus: Listener) -> None:
    deliver(change("METADATA", gone(), None, position=1))
    assert bus.heard == []


def test_a_question_asked_again_is_not_answered_again(world: World, bus: Listener) -> None:
    cat = Picture(world)
    deliver(*cat.write_all(ready(rev=1)))
    deliver(cat.write("METADATA", ready(rev=2)))
    assert bus.kinds == ["image.ready"]


def test_thumbnails_under_new_names_are_told(world: World, bus: Listener) -> None:
    cat = Picture(world)
    deliver(*cat.write_all(ready(rev=1)))
    anew = {**VARIANT, "key": "f/2-v/s.jpg"}
    deliver(cat.write("THUMBNAILS", ready(rev=2, variants={"small": anew})))

    first, second = (detail for _, detail in bus.heard)
    assert second["variants"]["small"]["key"] == "f/2-v/s.jpg"
    assert second["rev"] > first["rev"]


def test_a_late_record_says_what_is_true_now_and_not_what_it_saw(
    world: World, bus: Listener
) -> None:
    cat = Picture(world)
    late = cat.write_all(ready("v1"))
    cat.write_all(ready("v2", 2))
    deliver(*late)
    assert {detail["version_id"] for _, detail in bus.heard} == {"v2"}


def test_both_records_of_one_picture_in_a_batch_are_answered_once(
    world: World, bus: Listener
) -> None:
    deliver(*Picture(world).write_all(ready()))
    assert bus.kinds == ["image.ready"]


@pytest.mark.parametrize("seed", range(20))
def test_whatever_happens_the_last_thing_said_is_what_is_true_in_the_end(
    world: World, bus: Listener, seed: int
) -> None:
    """Facets are written in any order and delivered late, in pieces, twice, and out of order."""
    dice = random.Random(seed)  # noqa: S311 - no secret
    cat, waiting = Picture(world), []
    for number in range(1, 9):
        wanted = dice.choice([ready(f"v{number}"), refused(f"v{number}"), gone()])
        for name in dice.sample(FACETS, 2):
            waiting.append(cat.write(name, {**wanted, "rev": 10 * number + dice.randrange(9)}))
            if dice.random() < 0.5:
                deliver(*dice.sample(waiting, len(waiting)))
                waiting = dice.sample(waiting, len(waiting) // 2)  # those come again
    deliver(*waiting, *dice.sample(cat.records, len(cat.records)))

    said = {"READY": "image.ready", "REJECTED": "image.rejected", "GONE": "image.removed"}
    if not bus.heard:
        assert all("OldImage" not in r["dynamodb"] for r in cat.records)
        return
    kind, last = max(bus.heard, key=lambda heard: heard[1]["rev"])
    facet = cat.now["METADATA"]
    assert kind == said[facet["state"]]
    assert last["version_id"] == facet.get("version_id", last["version_id"])


def test_a_rev_rises_with_every_write_of_any_facet() -> None:
    dice = random.Random(7)  # noqa: S311 - no secret
    revs = dict.fromkeys(FACETS, 1)
    told = []
    for _ in range(500):
        told.append(rev_of({name: {"rev": rev} for name, rev in revs.items()}))
        revs[dice.choice(FACETS)] += dice.randrange(1, 10**5)
    assert told == sorted(set(told))


def test_an_event_that_the_bus_refuses_is_put_again_without_its_neighbours(
    world: World, bus: Listener
) -> None:
    bus.refusals["a/2"] = 2
    pictures = [Picture(world, f"a/{number}") for number in range(3)]
    records = [record for each in pictures for record in each.write_all(ready())]

    assert deliver(*records) == []
    assert sorted(detail["key"] for _, detail in bus.heard) == ["a/0", "a/1", "a/2"]
    assert bus.calls == [3, 1, 1]


def test_what_the_bus_keeps_refusing_is_reported_by_its_sequence_numbers(
    world: World, bus: Listener
) -> None:
    bus.refusals["a/1"] = ATTEMPTS
    good, bad = Picture(world, "a/0"), Picture(world, "a/1")
    bad.records += [{}] * 50  # its positions are of its own

    failed = deliver(*good.write_all(ready()), *bad.write_all(ready()))

    assert failed == ["150", "151"]
    assert [detail["key"] for _, detail in bus.heard] == ["a/0"]


def test_a_bus_that_cannot_be_reached_loses_nothing(world: World, bus: Listener) -> None:
    bus.error = ClientError({"Error": {"Code": "AccessDeniedException"}}, "PutEvents")
    records = Picture(world).write_all(ready())

    assert deliver(*records) == ["100", "101"]
    bus.error = None
    assert deliver(*records) == []
    assert bus.kinds == ["image.ready"]


def test_an_unreadable_item_is_logged_and_neither_retried_nor_in_the_way_of_others(
    world: World, bus: Listener, caplog: pytest.LogCaptureFixture
) -> None:
    bad = change("METADATA", None, {"rev": 1, "version_id": "v"}, position=7, key="alice/bad")
    world.catalog.put_item(Item={"pk": "alice/bad", "sk": "METADATA", "version_id": "v"})

    assert deliver(bad, *Picture(world).write_all(ready())) == []
    assert bus.kinds == ["image.ready"]
    [logged] = [record for record in caplog.records if record.levelname == "ERROR"]
    assert vars(logged)["key"] == "alice/bad"
    assert vars(logged)["problem"] == "it lacks state"


@pytest.mark.parametrize("spoilt", ["rev", "state", "version_id"])
def test_what_happened_while_a_facet_was_unreadable_is_announced_once_it_is_mended(
    world: World, bus: Listener, spoilt: str
) -> None:
    picture = Picture(world)
    deliver(*picture.write_all(ready()))
    metadata = {**ready("v2", 2), spoilt: ["spoilt"]}
    assert deliver(picture.write("METADATA", ready("v2", 2))) == []
    assert deliver(picture.write("METADATA", metadata)) == []
    assert deliver(picture.write("THUMBNAILS", ready("v2", 2))) == []
    assert bus.kinds == ["image.ready"]

    assert deliver(picture.write("METADATA", ready("v2", 3))) == []
    assert [detail["version_id"] for _, detail in bus.heard] == ["v1", "v2"]


@pytest.mark.parametrize("last", FACETS)
def test_a_removal_is_announced_though_a_facet_was_unreadable(
    world: World, bus: Listener, last: str
) -> None:
    picture = Picture(world)
    deliver(*picture.write_all(ready()))
    deliver(picture.write("METADATA", {"note": "checked by hand"}))
    for facet in sorted(FACETS, key=lambda name: name == last):
        assert deliver(picture.write(facet, gone())) == []
    assert set(bus.kinds) == {"image.ready", "image.removed"}


def test_a_hundred_pictures_are_said_ten_at_a_time(world: World, bus: Listener) -> None:
    pictures = [Picture(world, f"a/{number}") for number in range(50)]
    assert deliver(*(r for each in pictures for r in each.write_all(ready()))) == []
    assert bus.calls == [10] * 5


def test_no_call_is_larger_than_the_bus_takes() -> None:
    events = [Event("image.ready", "ü" * 60_000 + str(n)) for n in range(9)]
    made = list(portions(events))
    assert [event for portion in made for event in portion] == events
    assert all(sum(map(size_of, portion)) <= MOST_BYTES for portion in made)
    assert len(made) == 5
    [alone] = portions([Event("image.ready", "x" * (MOST_BYTES + 1))])
    assert len(alone) == 1


@pytest.mark.parametrize("key", ["alice/ü +%2F/../x.jpg", "a#b", "x" * 1024, "🙂/<script>"])
def test_any_key_survives_in_key_and_id(world: World, bus: Listener, key: str) -> None:
    deliver(*Picture(world, key).write_all(ready()))
    [(_, detail)] = bus.heard
    assert detail["key"] == key
    assert detail["id"] == id_of(key)


def test_a_good_version_passes_its_own_test_and_says_nothing(world: World, bus: Listener) -> None:
    context: Any = Context()
    answer = announce_changes.handler(dict(EVENT), context)
    assert (answer["failed"], len(answer["checked"]), bus.heard) == ({}, 2, [])


@pytest.mark.parametrize("kind", KINDS)
def test_a_schema_is_one_and_refuses_what_lacks_anything(kind: str) -> None:
    schema = json.loads((SCHEMAS / f"{kind}.schema.json").read_text())
    jsonschema_rs.Draft202012Validator(schema)
    assert jsonschema_rs.meta.is_valid(schema)
    with pytest.raises(jsonschema_rs.ValidationError):
        check(kind, {"key": "a"})
