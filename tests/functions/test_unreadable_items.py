"""One item that nobody of ours wrote: it is named and mended, and stops nothing else."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from darkroom.reconciliation.findings import Finding
from darkroom.reconciliation.recount import repair, verify
from tests.convergence.seams import SHARDS, Ports, installed
from tests.functions.yard import Yard
from tests.malformed import ENTRY, FACET, LINE, WELL, Item

BAD = "poison/1.jpg"
LACKING = object()
UNREADABLE = "UNREADABLE_ITEM"


@pytest.fixture
def ports() -> Iterator[Ports]:
    """Let the real handlers live on tables and buckets in memory."""
    with installed() as ports:
        yield ports


def named(findings: list[Finding]) -> set[tuple[str, str, str]]:
    """Return findings that name a key, without their details."""
    return {(each.kind.value, each.key, each.what) for each in findings if each.key}


def changed(item: Item, **attributes: Any) -> Item:
    """Return *item* with other attributes; those `LACKING` are taken away."""
    merged = {**item, **attributes}
    return {name: value for name, value in merged.items() if value is not LACKING}


VARIANT = {"key": "f/1-v/s.jpg", "width": 16, "height": 9, "bytes": 7}
FACETS_OF_NOBODY = {
    "a misspelt key": ("METADATA", {"note": "checked by hand"}, "it lacks state"),
    "no state": ("METADATA", changed(FACET, state=LACKING), "it lacks state"),
    "another state": ("METADATA", changed(FACET, state="DONE"), "state is 'DONE' (str)"),
    "no revision": ("METADATA", changed(FACET, rev=LACKING), "it lacks rev"),
    "a revision below zero": ("THUMBNAILS", changed(FACET, rev=-1), "rev is '-1' (Decimal)"),
    "a huge revision": (
        "METADATA",
        changed(FACET, rev=Decimal("1E+125")),
        "rev is '1E+125' (Decimal)",
    ),
    "variants as text": (
        "THUMBNAILS",
        changed(FACET, variants="oops"),
        "variants is 'oops' (str)",
    ),
    "a variant without its name": (
        "THUMBNAILS",
        changed(FACET, variants={"small": changed(VARIANT, key=LACKING)}),
        "variants is {'small': {'width': Decimal('16'), 'heig... (dict)",
    ),
    "an unreadable time": (
        "METADATA",
        changed(FACET, recorded_at="yesterday"),
        "recorded_at is 'yesterday' (str)",
    ),
    "a time without its zone": (
        "METADATA",
        changed(FACET, uploaded_at="2026-11-21T00:00:00"),
        "uploaded_at is '2026-11-21T00:00:00' (str)",
    ),
    "a fraction": ("METADATA", changed(FACET, bytes=Decimal("1.5")), "bytes is '1.5' (Decimal)"),
    "a text for a number": ("METADATA", changed(FACET, bytes="7"), "bytes is '7' (str)"),
    "a live facet without its version": (
        "METADATA",
        changed(FACET, version_id=LACKING),
        "it lacks version_id",
    ),
}


@pytest.mark.parametrize("case", FACETS_OF_NOBODY)
def test_an_unreadable_facet_is_found_by_its_key_and_written_again(ports: Ports, case: str) -> None:
    facet, item, problem = FACETS_OF_NOBODY[case]
    yard = Yard(ports)
    yard.write([(BAD, facet, item)], [])
    yard.deliver()

    found = yard.sweep()
    assert named(found) == {(UNREADABLE, BAD, facet)}
    assert [each.detail for each in found] == [problem]
    yard.deliver()
    assert yard.sweep() == []
    assert ports.catalog.items[BAD, facet]["state"] == "GONE"
    assert ports.catalog.items[WELL, facet]["state"] == "READY"


@pytest.mark.parametrize("facet", ["METADATA", "THUMBNAILS"])
@pytest.mark.parametrize("attribute", ["state", "rev", "version_id", "owner", "bytes"])
def test_an_unreadable_facet_of_a_live_object_ends_as_it_was(
    ports: Ports, facet: str, attribute: str
) -> None:
    yard = Yard(ports)
    before, totals = dict(ports.catalog.items[WELL, facet]), lines(ports)
    yard.write([(WELL, facet, changed(before, **{attribute: ["spoilt"]}))], [])
    yard.deliver()
    assert lines(ports) == totals

    assert named(yard.sweep()) == {(UNREADABLE, WELL, facet)}
    yard.deliver()
    assert yard.sweep() == []
    after = ports.catalog.items[WELL, facet]
    assert {n: v for n, v in after.items() if n not in ("rev", "recorded_at", "variants")} == {
        n: v for n, v in before.items() if n not in ("rev", "recorded_at", "variants")
    }
    assert lines(ports) == totals


@pytest.mark.parametrize("name", ["NOTES", "FACES", "metadata"])
def test_items_of_other_sort_keys_are_left_alone(ports: Ports, name: str) -> None:
    yard = Yard(ports)
    theirs = {"text": "mine", "variants": 5, "rev": "a"}
    yard.write([(BAD, name, theirs), (WELL, name, theirs)], [("NOTE#1", "x", {"text": "hello"})])

    assert yard.sweep() == []
    assert yard.sent == []
    assert ports.catalog.items[WELL, name]["text"] == "mine"


def test_an_item_whose_key_no_object_can_have_is_named_and_not_sent(ports: Ports) -> None:
    long = "k" * 1025
    yard = Yard(ports)
    yard.write([(long, "METADATA", FACET)], [("LEDGER#", "METADATA", ENTRY)])
    yard.deliver()

    found = yard.sweep()
    assert {(each.kind.value, each.key, each.detail) for each in found} == {
        (UNREADABLE, long, "no object can have this key"),
        (UNREADABLE, "", "no object can have this key"),
    }
    assert yard.sent == []


ENTRIES_OF_NOBODY = {
    "no position": (changed(ENTRY, position=LACKING), "it lacks position"),
    "a number for a position": (changed(ENTRY, position=7), "position is '7' (Decimal)"),
    "a text for a position": (changed(ENTRY, position="zzz"), "position is 'zzz' (str)"),
    "counted of another shape": (changed(ENTRY, counted={"owner": "x"}), "it lacks day"),
    "counted is a text": (changed(ENTRY, counted="3"), "counted is '3' (str)"),
    "a text for a number": (
        changed(ENTRY, counted={**ENTRY["counted"], "bytes": "seven"}),
        "bytes is 'seven' (str)",
    ),
    "an empty owner": (
        changed(ENTRY, counted={**ENTRY["counted"], "owner": ""}),
        "owner is '' (str)",
    ),
    "no day": (
        changed(ENTRY, counted={**ENTRY["counted"], "day": "2026-02-30"}),
        "day is '2026-02-30' (str)",
    ),
}


@pytest.mark.parametrize("key", [BAD, WELL])
@pytest.mark.parametrize("case", ENTRIES_OF_NOBODY)
def test_the_totals_end_right_after_an_unreadable_ledger_entry(
    ports: Ports, case: str, key: str
) -> None:
    item, problem = ENTRIES_OF_NOBODY[case]
    yard = Yard(ports)
    right = lines(ports)
    yard.write([], [(f"LEDGER#{key}", "METADATA", item)])

    report: Any = ports.dynamodb.table("report")
    [entry] = verify(report, SHARDS).unreadable
    assert (entry.key, entry.what, entry.detail) == (key, "LEDGER", problem)
    assert (UNREADABLE, key, "LEDGER") in named(yard.sweep())
    yard.deliver()
    assert yard.sweep() == []
    assert lines(ports) == right
    assert verify(report, SHARDS).unreadable == ()


@pytest.mark.parametrize("repaired_first", [False, True])
def test_the_totals_end_right_whether_the_entry_or_the_total_is_mended_first(
    ports: Ports, repaired_first: bool
) -> None:
    yard = Yard(ports)
    right = lines(ports)
    yard.write([], [(f"LEDGER#{WELL}", "METADATA", {"position": 3})])
    report: Any = ports.dynamodb.table("report")
    if repaired_first:
        repair(report, SHARDS)
        assert lines(ports) != right

    yard.touch(WELL)
    yard.deliver()
    repair(report, SHARDS)

    assert lines(ports) == right
    assert yard.sweep() == []


LINES_OF_NOBODY = {
    "a text for a number": (changed(LINE, objects="three"), "objects is 'three' (str), not 1"),
    "a fraction": (changed(LINE, bytes=Decimal("1.5")), "bytes is '1.5' (Decimal), not 8"),
    "a note": (changed(LINE, note="by hand"), "note is 'by hand' (str), not 0"),
    "a number that nothing can be added to": (
        changed(LINE, objects=Decimal("1E+125")),
        "objects is '1E+125' (Decimal), not 1",
    ),
}


@pytest.mark.parametrize("case", LINES_OF_NOBODY)
@pytest.mark.parametrize(("dimension", "name"), [("ALL", "ALL"), ("OWNER", "alice")])
def test_an_unreadable_total_is_named_and_corrected(
    ports: Ports, case: str, dimension: str, name: str
) -> None:
    item, problem = LINES_OF_NOBODY[case]
    yard = Yard(ports)
    right = lines(ports)
    pk = next(pk for pk, sk in ports.report.items if pk.startswith(dimension))
    yard.write([], [(pk, name, item)])

    [found] = yard.sweep()
    assert (found.kind.value, found.what) == (UNREADABLE, f"{dimension} {name}")
    assert problem in found.detail
    assert yard.sweep() == []
    assert lines(ports) == right


@pytest.mark.parametrize("attribute", ["note", "moves"])
def test_a_total_that_is_right_but_for_a_text_is_named_and_corrected(
    ports: Ports, attribute: str
) -> None:
    yard = Yard(ports)
    pk = next(pk for pk, sk in ports.report.items if sk == "ALL")
    yard.write([], [(pk, "ALL", {**ports.report.items[pk, "ALL"], attribute: "by hand"})])

    [found] = yard.sweep()
    assert (found.kind.value, found.what) == (UNREADABLE, "ALL ALL")
    assert f"{attribute} is 'by hand' (str)" in found.detail
    assert yard.sweep() == []


@pytest.mark.parametrize("attribute", ["objects", "bytes", "moves"])
@pytest.mark.parametrize("value", ["three", ["spoilt"], True])
def test_an_unreadable_total_keeps_no_change_from_being_counted(
    ports: Ports, attribute: str, value: Any
) -> None:
    yard = Yard(ports)
    pk = next(pk for pk, sk in ports.report.items if sk == "ALL")
    yard.write([], [(pk, "ALL", {**ports.report.items[pk, "ALL"], attribute: value})])

    yard.put(WELL, b"PNG another")
    yard.deliver()

    yard.sweep()
    assert yard.sweep() == []
    assert lines(ports)["ALL", "ALL"]["bytes"] == len(b"PNG another")


@pytest.mark.parametrize("shard", ["00", "x", "", " 0", "\u0660", "0#1"])
def test_what_only_looks_like_a_total_is_left_alone(ports: Ports, shard: str) -> None:
    yard = Yard(ports)
    right = lines(ports)
    yard.write([], [(f"ALL#{shard}", "ALL", {"objects": 99}), (f"OWNER#{shard}", "alice", LINE)])

    assert yard.sweep() == []
    assert ports.report.items[f"ALL#{shard}", "ALL"]["objects"] == 99
    assert {line: lines(ports)[line] for line in right} == right


@pytest.mark.parametrize(
    "item",
    [
        {"rev": "seven"},
        {"rev": 3, "leased_until": Decimal("1E+20"), "sweeps": ["", ""]},
        {"rev": 3, "leased_until": 0, "sweeps": ["[" * 50_000, ""]},
        {"rev": 3, "leased_until": 0, "sweeps": ['{"started_at": "x", "phase": "KEYS"}', ""]},
        {"sweeps": 5},
        {},
    ],
)
def test_an_unreadable_checkpoint_is_as_good_as_none(ports: Ports, item: Item) -> None:
    yard = Yard(ports)
    yard.write([], [("SWEEP", "CURRENT", item)])

    assert yard.sweep() == []


def test_a_total_that_tells_of_more_objects_than_there_can_be_does_not_make_a_sweep_endless(
    ports: Ports, monkeypatch: pytest.MonkeyPatch
) -> None:
    from darkroom.reconciliation.runs import MAX_DIGITS, digits_for

    assert digits_for(10**29) == MAX_DIGITS
    assert digits_for(3 * 10**9) <= MAX_DIGITS


def lines(ports: Ports) -> dict[tuple[str, str], dict[str, Any]]:
    """Return what the report's totals say, without zeros."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for (pk, sk), item in ports.report.items.items():
        dimension, _, shard = pk.partition("#")
        if dimension in ("ALL", "OWNER", "DAY") and shard in map(str, range(SHARDS)):
            line = found.setdefault((dimension, sk), {})
            for name in item.keys() - {"pk", "sk", "moves"}:
                line[name] = line.get(name, 0) + item[name]
    kept = {key: {n: v for n, v in line.items() if v} for key, line in found.items()}
    return {key: line for key, line in kept.items() if line}
