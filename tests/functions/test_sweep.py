"""The sweep finds each kind of disagreement, has it repaired, and finds nothing else."""

import dataclasses
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from darkroom.catalog_indexes import owned
from darkroom.reconciliation.checkpoint import Checkpoint, Phase
from darkroom.reconciliation.findings import Finding, Kind
from darkroom.reconciliation.repairs import NoRepairs
from darkroom.thumbnail_names import attempt_folder, folder_of
from tests.functions.conftest import World
from tests.functions.sweeping import FOR_EVER, PLACES, RecordedRepairs, Workshop, finish
from tests.pictures import any_picture

KEYS = ("alice/cat.jpg", "alice/Zürich+日本 100%.jpg", "bob/dog.jpg", "no-folder.jpg")
CAT = KEYS[0]
TEXT = "bob/not a picture.jpg"


@pytest.fixture
def shop(world: World, tmp_path: Path) -> Workshop:
    """Return a workshop with some pictures that are all well."""
    shop = Workshop(world, tmp_path, RecordedRepairs(world))
    shop.put(*KEYS, body=any_picture())
    shop.put(TEXT, body=b"text")
    shop.put("bob/gone.jpg", body=any_picture())
    world.delete("bob/gone.jpg")
    shop.consume("bob/gone.jpg")
    return shop


def told(findings: list[Finding]) -> list[tuple[str, str, str]]:
    """Return findings without their details."""
    return sorted((found.kind.value, found.key, found.what) for found in findings)


def names_of(shop: Workshop, key: str) -> dict[str, str]:
    """Return the names of a key's thumbnails by their variant."""
    variants = shop.world.facet(key, "THUMBNAILS")["variants"]
    return {name: variant["key"] for name, variant in variants.items()}


def forget(shop: Workshop, key: str, facet: str) -> None:
    """Delete a facet behind the system's back."""
    shop.world.catalog.delete_item(Key={"pk": key, "sk": facet})


def forget_entry(shop: Workshop, key: str, facet: str = "METADATA") -> None:
    """Delete a ledger entry behind the system's back."""
    shop.world.report.delete_item(Key={"pk": f"LEDGER#{key}", "sk": facet})


def assert_heals(shop: Workshop) -> None:
    """What the last sweep sent makes the next one find nothing."""
    shop.heal()
    assert shop.swept() == []


@pytest.mark.parametrize("digits", [0, 1, 2])
def test_where_all_is_well_nothing_is_found_and_nothing_sent(shop: Workshop, digits: int) -> None:
    begun = dataclasses.replace(shop.begin(), digits=digits)
    assert shop.swept(checkpoint=begun) == []
    assert shop.repairs.keys == shop.repairs.names == []


def test_an_empty_system_is_swept(world: World, tmp_path: Path) -> None:
    assert Workshop(world, tmp_path, RecordedRepairs(world)).swept() == []


def test_an_upload_that_nobody_heard_of_is_missing(shop: Workshop) -> None:
    shop.world.put("carol/new.jpg", any_picture())

    assert told(shop.swept()) == [
        ("MISCOUNTED", "carol/new.jpg", "LEDGER"),
        ("MISSING", "carol/new.jpg", "METADATA"),
        ("MISSING", "carol/new.jpg", "THUMBNAILS"),
    ]
    assert shop.repairs.keys == ["carol/new.jpg"]
    assert_heals(shop)


def test_an_overwrite_that_nobody_heard_of_is_stale_though_its_bytes_are_equal(
    shop: Workshop,
) -> None:
    shop.world.put(CAT, any_picture())

    assert told(shop.swept()) == [("STALE", CAT, "METADATA"), ("STALE", CAT, "THUMBNAILS")]
    assert_heals(shop)


def test_a_deletion_that_nobody_heard_of_leaves_orphans(shop: Workshop) -> None:
    shop.world.delete(CAT)

    assert told(shop.swept()) == [
        ("MISCOUNTED", CAT, "LEDGER"),
        ("MISCOUNTED", CAT, "LEDGER THUMBNAILS"),
        ("ORPHANED", CAT, "METADATA"),
        ("ORPHANED", CAT, "THUMBNAILS"),
    ]
    shop.heal()
    assert shop.swept() == []
    assert not [n for n in shop.world.thumbnails() if n.startswith(folder_of(CAT))]


def test_an_object_that_came_back_and_nobody_heard_of_it_is_stale(shop: Workshop) -> None:
    [marker] = shop.world.s3.list_object_versions(Bucket="originals", Prefix="bob/gone")[
        "DeleteMarkers"
    ]
    shop.world.delete("bob/gone.jpg", marker["VersionId"])

    assert told(shop.swept()) == [
        ("MISCOUNTED", "bob/gone.jpg", "LEDGER"),
        ("STALE", "bob/gone.jpg", "METADATA"),
        ("STALE", "bob/gone.jpg", "THUMBNAILS"),
    ]
    assert_heals(shop)


@pytest.mark.parametrize("facet", ["METADATA", "THUMBNAILS"])
def test_a_lost_facet_is_missing(shop: Workshop, facet: str) -> None:
    forget(shop, CAT, facet)

    found = told(shop.swept())
    assert ("MISSING", CAT, facet) in found
    if facet == "THUMBNAILS":
        orphans = [what for kind, _, what in found if kind == "ORPHANED"]
        assert len(orphans) == 2
        assert all(what.startswith(folder_of(CAT)) for what in orphans)
    assert shop.repairs.keys == [CAT]
    assert_heals(shop)


def test_a_lost_thumbnail_is_missing(shop: Workshop) -> None:
    name = names_of(shop, CAT)["small"]
    shop.world.s3.delete_object(Bucket="thumbnails", Key=name)

    assert told(shop.swept()) == [("MISSING", CAT, name)]
    assert_heals(shop)


def test_a_thumbnail_that_has_expired_is_not_missing_but_one_that_went_early_is(
    shop: Workshop,
) -> None:
    small = names_of(shop, CAT)["small"]
    shop.world.s3.delete_object(Bucket="thumbnails", Key=small)
    places = dataclasses.replace(PLACES, thumbnails_days=7)
    assert told(shop.swept(places=places)) == [("MISSING", CAT, small)]

    facet = shop.world.facet(CAT, "THUMBNAILS")
    shop.world.catalog.put_item(Item={**facet, "recorded_at": "2020-01-01T00:00:00.000Z"})
    assert shop.swept(places=places) == []
    assert told(shop.swept()) == [("MISSING", CAT, small)]


def test_a_thumbnail_of_another_size_is_stale(shop: Workshop) -> None:
    name = names_of(shop, CAT)["small"]
    shop.world.s3.put_object(Bucket="thumbnails", Key=name, Body=b"other")

    assert told(shop.swept()) == [("STALE", CAT, name)]
    assert_heals(shop)


def test_a_thumbnail_that_no_facet_names_is_orphaned(shop: Workshop) -> None:
    name = attempt_folder(CAT, 1, "old") + "small.jpg"
    shop.world.s3.put_object(Bucket="thumbnails", Key=name, Body=b"left behind")

    assert told(shop.swept()) == [("ORPHANED", CAT, name)]
    assert_heals(shop)


def test_what_lies_among_a_keys_thumbnails_and_is_none_is_deleted_and_not_sent(
    shop: Workshop,
) -> None:
    name = folder_of(CAT) + "notes.txt"
    shop.world.s3.put_object(Bucket="thumbnails", Key=name, Body=b"not a thumbnail")

    assert told(shop.swept()) == [("ORPHANED", CAT, name)]
    assert shop.repairs.names == [name]
    assert shop.repairs.keys == []
    assert shop.swept() == []


@pytest.mark.parametrize("digits", [0, 1])
@pytest.mark.parametrize(
    "name",
    [
        attempt_folder("a key that nobody knows", 1, "v") + "small.jpg",
        "80",
        "README.txt",
        "zoo/lion.jpg",
        "0",
        "ff/ff",
    ],
)
def test_a_thumbnail_of_no_known_object_is_deleted(
    world: World, tmp_path: Path, name: str, digits: int
) -> None:
    shop = Workshop(world, tmp_path, RecordedRepairs(world))
    shop.world.s3.put_object(Bucket="thumbnails", Key=name, Body=b"left behind")

    checkpoint = dataclasses.replace(shop.begin(), digits=digits)
    assert told(shop.swept(checkpoint=checkpoint)) == [("ORPHANED", "", name)]
    assert name not in shop.world.thumbnails()
    assert shop.swept() == []


def test_a_thumbnail_that_came_during_the_sweep_is_left_to_its_facet(shop: Workshop) -> None:
    sweep = shop.sweep(grace_seconds=0)
    name = attempt_folder("carol/just now.jpg", 0, "v") + "small.jpg"
    shop.world.s3.put_object(Bucket="thumbnails", Key=name, Body=b"first the thumbnail")
    finish(sweep)

    assert list(sweep.findings()) == []
    assert name in shop.world.thumbnails()


@pytest.mark.parametrize(
    ("facet", "what"), [("METADATA", "LEDGER"), ("THUMBNAILS", "LEDGER THUMBNAILS")]
)
def test_a_lost_ledger_entry_is_miscounted_and_in_the_end_counts_once(
    shop: Workshop, facet: str, what: str
) -> None:
    right = shop.world.totals()
    forget_entry(shop, CAT, facet)

    assert ("MISCOUNTED", CAT, what) in told(shop.swept())
    assert_heals(shop)
    assert shop.world.totals() == right


@pytest.mark.parametrize(
    ("facet", "measure"), [("METADATA", "bytes"), ("THUMBNAILS", "thumbnails_bytes")]
)
def test_an_entry_that_says_something_else_than_its_facet_is_miscounted(
    shop: Workshop, facet: str, measure: str
) -> None:
    key = {"pk": f"LEDGER#{CAT}", "sk": facet}
    entry = shop.world.report.get_item(Key=key)["Item"]
    entry["counted"][measure] += 1
    shop.world.report.put_item(Item=entry)
    right = shop.world.totals()

    what = "LEDGER" if facet == "METADATA" else "LEDGER THUMBNAILS"
    assert ("MISCOUNTED", CAT, what) in told(shop.swept())
    assert_heals(shop)
    assert shop.world.totals() == right


def test_the_entry_of_a_gone_object_that_still_counts_is_miscounted(shop: Workshop) -> None:
    entry = shop.world.report.get_item(Key={"pk": f"LEDGER#{CAT}", "sk": "METADATA"})["Item"]
    ghost = {**entry, "pk": "LEDGER#carol/ghost.jpg"}
    right = shop.world.totals()
    shop.world.report.put_item(Item=ghost)

    assert ("MISCOUNTED", "carol/ghost.jpg", "LEDGER") in told(shop.swept())
    shop.position += 100
    assert_heals(shop)
    assert shop.world.totals() == right


def without_indexes(shop: Workshop, key: str, facet: str) -> None:
    """Make a facet what a version wrote that knew of no indexes."""
    item = shop.world.catalog.get_item(Key={"pk": key, "sk": facet})["Item"]
    kept = {name: value for name, value in item.items() if not name.startswith("owned_")}
    assert kept != item
    shop.world.catalog.put_item(Item=kept)


@pytest.mark.parametrize("facet", ["METADATA", "THUMBNAILS"])
@pytest.mark.parametrize("key", [CAT, TEXT])
def test_a_facet_from_before_there_were_indexes_is_stale_and_written_anew(
    shop: Workshop, key: str, facet: str
) -> None:
    before = shop.world.facet(key, facet)
    without_indexes(shop, key, facet)

    [finding] = shop.swept()

    assert told([finding]) == [("STALE", key, facet)]
    assert finding.detail == "no index of the catalog finds it"
    assert_heals(shop)
    owned = {n: v for n, v in before.items() if n.startswith("owned_")}
    assert owned
    assert owned.items() <= shop.world.facet(key, facet).items()


def test_thumbnails_from_before_they_were_counted_are_counted_by_the_next_sweep(
    shop: Workshop,
) -> None:
    right = shop.world.totals()
    for item in shop.world.report.scan()["Items"]:
        place = {name: item[name] for name in ("pk", "sk")}
        if item["sk"] == "THUMBNAILS":
            shop.world.report.delete_item(Key=place)
        elif item.pop("thumbnails_bytes", None):
            shop.world.report.put_item(Item=item)
    assert shop.world.totals() != right

    found = told(shop.swept())

    assert found == [("MISCOUNTED", key, "LEDGER THUMBNAILS") for key in sorted(KEYS)]
    assert_heals(shop)
    assert shop.world.totals() == right


def test_several_things_wrong_with_one_key_send_it_once(shop: Workshop) -> None:
    forget(shop, CAT, "METADATA")
    forget(shop, CAT, "THUMBNAILS")
    forget_entry(shop, CAT)

    found = Counter(finding.kind for finding in shop.swept() if finding.key)
    assert found == {Kind.MISSING: 2, Kind.ORPHANED: 2, Kind.MISCOUNTED: 1}
    assert shop.repairs.keys == [CAT]
    assert_heals(shop)


def test_a_sweep_that_only_looks_changes_nothing(shop: Workshop) -> None:
    forget(shop, CAT, "METADATA")
    forget_entry(shop, CAT)
    shop.world.s3.put_object(Bucket="thumbnails", Key="zoo", Body=b"left behind")
    before = (shop.world.report.scan()["Items"], shop.world.thumbnails())

    first = shop.swept(repairs=NoRepairs())

    assert shop.swept(repairs=NoRepairs()) == first != []
    assert (shop.world.report.scan()["Items"], shop.world.thumbnails()) == before


def test_what_changed_a_moment_ago_is_left_alone(shop: Workshop) -> None:
    shop.world.delete(CAT)
    shop.world.put("carol/new.jpg", any_picture())
    forget_entry(shop, KEYS[2])
    shop.world.s3.put_object(Bucket="thumbnails", Key="zoo/lion.jpg", Body=b"young")

    found = shop.swept(grace_seconds=3600)

    assert [finding for finding in found if finding.key] == []
    assert shop.repairs.keys == shop.repairs.names == []


def strand(shop: Workshop, **ahead: float) -> str:
    """Leave a thumbnail of the cat under a revision of the future; return its name."""
    fence = round((datetime.now(UTC) + timedelta(**ahead)).timestamp() * 1000)
    name = attempt_folder(CAT, fence, "v") + "small.jpg"
    shop.world.s3.put_object(Bucket="thumbnails", Key=name, Body=b"by a clock that was wrong")
    return name


def test_what_a_clock_far_ahead_has_left_behind_is_deleted_by_name(shop: Workshop) -> None:
    name = strand(shop, days=100)

    assert told(shop.swept()) == [("ORPHANED", CAT, name)]
    assert (shop.repairs.keys, shop.repairs.names) == ([], [name])
    assert shop.swept() == []


def test_what_will_be_cleared_before_long_is_left_to_its_consumer(shop: Workshop) -> None:
    name = strand(shop, days=2)

    assert told(shop.swept()) == [("ORPHANED", CAT, name)]
    assert (shop.repairs.keys, shop.repairs.names) == ([CAT], [])


def test_what_is_under_the_revision_of_a_facet_of_the_future_is_left_to_its_attempt(
    shop: Workshop,
) -> None:
    name = strand(shop, days=100)
    rev = int(name.split("/")[1].split("-")[0])
    key = {"pk": CAT, "sk": "THUMBNAILS"}
    facet = shop.world.catalog.get_item(Key=key)["Item"]
    shop.world.catalog.put_item(Item=facet | {"rev": rev})

    shop.swept()
    assert (shop.repairs.keys, shop.repairs.names) == ([CAT], [])
    assert_heals(shop)


def test_a_facet_that_a_wrong_clock_has_dated_does_not_hide_its_key_for_long(
    shop: Workshop,
) -> None:
    later = (datetime.now(UTC) + timedelta(days=100)).isoformat()
    key = {"pk": CAT, "sk": "METADATA"}
    facet = shop.world.catalog.get_item(Key=key)["Item"]
    shop.world.catalog.put_item(Item=facet | {"recorded_at": later, "version_id": "another"})

    assert ("STALE", CAT, "METADATA") in told(shop.swept())
    assert_heals(shop)


@pytest.mark.exhaustive
def test_a_sweep_alongside_changes_finds_only_what_is_wrong(shop: Workshop) -> None:
    forget(shop, KEYS[2], "THUMBNAILS")
    sweep = shop.sweep(page_size=2, buffer=2)
    steps = 0
    while not sweep.checkpoint.done:
        sweep.step(FOR_EVER)
        steps += 1
        shop.put(f"dave/{steps % 5}.jpg", body=any_picture(width=20 + steps % 7))
        shop.world.s3.delete_object(Bucket="originals", Key=f"dave/{(steps + 2) % 5}.jpg")
        shop.consume(f"dave/{(steps + 2) % 5}.jpg")

    assert steps > 15
    found = list(sweep.findings())
    assert {finding.key for finding in found} == {KEYS[2]}
    assert_heals(shop)


@pytest.mark.parametrize("digits", [0, pytest.param(1, marks=pytest.mark.exhaustive)])
def test_a_sweep_is_resumed_after_a_crash_before_and_after_every_step(
    shop: Workshop, digits: int
) -> None:
    forget(shop, CAT, "METADATA")
    shop.world.delete(KEYS[1])
    forget_entry(shop, KEYS[2])
    shop.world.s3.put_object(Bucket="thumbnails", Key="zoo/lion.jpg", Body=b"left behind")
    tiny: dict[str, Any] = {"page_size": 1, "buffer": 2}
    expected = shop.swept(repairs=NoRepairs())

    checkpoint, steps = dataclasses.replace(shop.begin(), digits=digits), 0
    while not checkpoint.done:
        shop.sweep(checkpoint, **tiny).step(FOR_EVER)  # and the crash: nobody keeps how far it came
        checkpoint = shop.sweep(checkpoint, **tiny).step(FOR_EVER)
        checkpoint = Checkpoint.from_json(checkpoint.as_json())
        steps += 1

    sweep = shop.sweep(checkpoint)
    assert steps > 20
    assert told(list(sweep.findings())) == told(expected)
    assert sum(checkpoint.found.values()) == len(expected)
    assert_heals(shop)


def test_a_step_ends_at_its_deadline_and_gets_somewhere_all_the_same(shop: Workshop) -> None:
    forget(shop, CAT, "METADATA")
    forget(shop, KEYS[2], "METADATA")
    sweep = shop.sweep(page_size=1)
    seen = []
    while not sweep.checkpoint.done:
        seen.append(sweep.step(time.monotonic() - 1))

    assert len({checkpoint.as_json() for checkpoint in seen}) == len(seen)
    assert max(len(checkpoint.runs) for checkpoint in seen) > 15
    assert sorted(shop.repairs.keys) == [CAT, KEYS[2]]


class Failing(RecordedRepairs):
    """Fails after it has done half of what it was told."""

    def delete(self, names: Any) -> dict[str, str]:
        raise ClientError({"Error": {"Code": "SlowDown"}}, "DeleteObjects")


def test_what_was_found_is_counted_when_it_is_repaired_and_not_before(shop: Workshop) -> None:
    forget(shop, CAT, "METADATA")
    shop.world.s3.put_object(Bucket="thumbnails", Key="zoo/lion.jpg", Body=b"left behind")
    sweep = shop.sweep(repairs=Failing(shop.world))
    with pytest.raises(ClientError):
        finish(sweep)
    assert sum(sweep.checkpoint.found.values()) == 0
    assert sweep.checkpoint.order

    again = shop.sweep(sweep.checkpoint)
    finish(again)

    assert sum(again.checkpoint.found.values()) == len(list(again.findings())) == 2
    assert_heals(shop)


def test_beyond_what_one_sweep_may_send_keys_are_left_to_the_next(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("darkroom.reconciliation.orders.MOST_SENT", 3)
    monkeypatch.setattr("darkroom.reconciliation.orders.FULL", 1)
    for key in KEYS:
        forget(shop, key, "METADATA")

    sweep = shop.sweep()
    finish(sweep)

    assert len(shop.repairs.keys) == 3
    assert sweep.checkpoint.postponed == 1
    shop.heal()
    assert len(shop.swept()) == 1
    assert_heals(shop)


def test_a_change_between_the_looks_at_a_key_makes_the_inspector_look_again(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    inspector = shop.inspector()
    look = inspector._entries

    def overtaken(key: str) -> Any:
        monkeypatch.setattr(inspector, "_entries", look)
        entries = look(key)
        shop.put(CAT, body=any_picture(width=99))
        return entries

    monkeypatch.setattr(inspector, "_entries", overtaken)
    assert inspector.inspect(CAT).findings(("METADATA", "THUMBNAILS")) == []


def test_a_key_that_begins_like_another_is_not_mistaken_for_it(shop: Workshop) -> None:
    shop.put("alice/ca", "alice/cat.jpg.jpg", body=any_picture())
    shop.world.delete("alice/ca")
    inspection = shop.inspector().inspect("alice/ca")
    assert inspection.current is None
    assert shop.inspector().inspect("alice/c").current is None


@pytest.mark.exhaustive
def test_a_thousand_keys_are_swept_in_partitions_with_tiny_pages(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = Workshop(world, tmp_path, RecordedRepairs(world))
    versions = {f"owner {n % 7}/{n}.jpg": "" for n in range(1000)}
    with world.catalog.batch_writer() as catalog:
        for key in versions:
            versions[key] = world.put(key, b"x")
            variants: dict[str, Any] = {}
            for sk in ("METADATA", "THUMBNAILS"):
                catalog.put_item(Item=_facet(key, sk, versions[key], variants))
    with world.report.batch_writer() as report:
        for item in _counted(versions):
            report.put_item(Item=item)
    lost = [f"owner {n % 7}/{n}.jpg" for n in range(0, 1000, 40)]
    for key in lost:
        forget(shop, key, "THUMBNAILS")
    reads = _count_reads(monkeypatch)

    checkpoint = dataclasses.replace(shop.begin(), digits=1)
    sweep = shop.sweep(checkpoint, page_size=100, buffer=300)
    finish(sweep)

    assert told(list(sweep.findings())) == sorted(("MISSING", key, "THUMBNAILS") for key in lost)
    assert sorted(shop.repairs.keys) == sorted(lost)
    assert sweep.checkpoint.objects == 1000
    assert reads["Query"] <= 2 * len(lost)  # nobody is asked key by key


def _facet(key: str, sk: str, version: str, variants: dict[str, Any]) -> dict[str, Any]:
    return {
        "pk": key,
        "sk": sk,
        "rev": 1,
        "state": "READY",
        "version_id": version,
        "owner": key.partition("/")[0],
        "bytes": 1,
        "format": "JPEG",
        "uploaded_at": "2026-11-21T10:20:30.000Z",
        "recorded_at": "2026-11-21T10:20:31.000Z",
        "variants": variants,
        "owned_state": owned(key.partition("/")[0], "READY"),
    }


def _counted(versions: dict[str, str]) -> list[dict[str, Any]]:
    """Return the report of these keys: its entries and its lines."""
    from darkroom.contribution import Picture
    from darkroom.ledger import shard_of
    from darkroom.ledger_items import entry_key, line_key

    lines: dict[tuple[str, str], Counter[str]] = {}
    items = []
    for key, version in versions.items():
        counted = Picture.of(_facet(key, "METADATA", version, {}))
        items.append(
            {**entry_key(key, "METADATA"), "position": "1".zfill(40), "counted": counted.as_item()}
        )
        for total in counted.totals():
            line = line_key(total, shard_of(key, 4))
            lines.setdefault((line["pk"], line["sk"]), Counter()).update(counted.measures())
    return items + [{"pk": pk, "sk": sk, **line} for (pk, sk), line in lines.items()]


def _count_reads(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    from botocore.client import BaseClient

    call, reads = BaseClient._make_api_call, Counter[str]()  # type: ignore[attr-defined]

    def counted(self: Any, operation: str, arguments: Any) -> Any:
        reads[operation] += 1
        return call(self, operation, arguments)

    monkeypatch.setattr(BaseClient, "_make_api_call", counted)
    return reads


def test_partitions_grow_in_number_with_the_objects() -> None:
    from darkroom.reconciliation.runs import digits_for

    assert [digits_for(n) for n in (0, 50_000, 50_001, 800_001, 10_000_000)] == [0, 0, 1, 2, 2]


def test_phases_come_in_their_order(shop: Workshop) -> None:
    sweep = shop.sweep()
    phases = [sweep.checkpoint.phase]
    while not sweep.checkpoint.done:
        phases.append(sweep.step(FOR_EVER).phase)
    assert list(dict.fromkeys(phases)) == list(Phase)
