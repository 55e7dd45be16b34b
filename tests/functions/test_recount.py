"""The report's lines are recounted exactly, or not at all."""

from pathlib import Path
from typing import Any

import pytest

from darkroom.ledger import shard_of
from darkroom.reconciliation.checkpoint import Checkpoint
from darkroom.reconciliation.recount import PASSES, Recount, correct, repair, verify
from tests.functions.conftest import World
from tests.functions.sweeping import FOR_EVER, RecordedRepairs, Workshop, finish
from tests.pictures import any_picture

KEYS = [f"{owner}/{number}.jpg" for owner in ("alice", "bob") for number in range(4)]
SHARDS = 4


@pytest.fixture
def shop(world: World, tmp_path: Path) -> Workshop:
    """Return a workshop whose report counts some pictures."""
    shop = Workshop(world, tmp_path, RecordedRepairs(world))
    shop.put(*KEYS, body=any_picture(8, 8))
    return shop


def spoil(shop: Workshop, total: str = "OWNER", name: str = "alice", by: int = 7) -> int:
    """Make a line say too much; return its shard."""
    shard = shard_of(KEYS[0], SHARDS)
    shop.world.report.update_item(
        Key={"pk": f"{total}#{shard}", "sk": name},
        UpdateExpression="ADD objects :n",
        ExpressionAttributeValues={":n": by},
    )
    return shard


def whats(recount: Recount) -> list[str]:
    """Return the lines that were found wrong."""
    return [line.finding().what for line in recount.wrong]


def moves(shop: Workshop) -> dict[str, Any]:
    """Return the logical clock of each shard."""
    items = shop.world.report.scan()["Items"]
    return {item["pk"]: item.get("moves") for item in items if item["pk"].startswith("ALL#")}


def test_a_report_that_adds_up_is_left_as_it_is(shop: Workshop) -> None:
    before = shop.world.report.scan()["Items"]
    assert verify(shop.world.report, SHARDS) == repair(shop.world.report, SHARDS) == Recount()
    assert shop.world.report.scan()["Items"] == before


@pytest.mark.parametrize(
    ("total", "name"), [("OWNER", "alice"), ("ALL", "ALL"), ("DAY", "1999-12-31"), ("OWNER", "eve")]
)
def test_a_line_that_says_too_much_is_found_and_corrected(
    shop: Workshop, total: str, name: str
) -> None:
    right, clock = shop.world.totals(), moves(shop)
    shard = spoil(shop, total, name)

    found = verify(shop.world.report, SHARDS)

    assert whats(found) == [f"{total} {name}"]
    assert found.wrong[0].shard == shard
    assert "objects" in found.wrong[0].finding().detail
    assert repair(shop.world.report, SHARDS) == found
    assert verify(shop.world.report, SHARDS) == Recount()
    assert shop.world.totals() == right
    assert moves(shop) == clock


def test_a_lost_line_is_made_again_even_that_of_all(shop: Workshop) -> None:
    right = shop.world.totals()
    shard = shard_of(KEYS[0], SHARDS)
    for pk, sk in ((f"ALL#{shard}", "ALL"), (f"OWNER#{shard}", "alice")):
        shop.world.report.delete_item(Key={"pk": pk, "sk": sk})

    assert whats(repair(shop.world.report, SHARDS)) == ["ALL ALL", "OWNER alice"]
    assert shop.world.totals() == right


def test_shards_that_are_no_more_in_use_are_emptied(shop: Workshop) -> None:
    right = shop.world.totals()

    assert whats(repair(shop.world.report, 2))
    assert shop.world.totals() == right
    assert verify(shop.world.report, 2) == Recount()
    assert repair(shop.world.report, 8).wrong
    assert shop.world.totals() == right


def test_more_lines_than_a_transaction_takes_are_corrected(shop: Workshop) -> None:
    right = shop.world.totals()
    for number in range(250):
        spoil(shop, "OWNER", f"ghost {number}")

    assert len(repair(shop.world.report, SHARDS).wrong) == 250
    assert shop.world.totals() == right


def test_a_shard_that_never_stands_still_is_not_judged(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    busy = spoil(shop)
    _move_whenever_scanned(shop, monkeypatch, times=PASSES)

    found = repair(shop.world.report, SHARDS)

    assert (found.wrong, found.unverified) == ([], (busy,))


def test_a_shard_that_stands_still_later_is_judged_then(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoil(shop)
    _move_whenever_scanned(shop, monkeypatch, times=PASSES - 1)

    found = repair(shop.world.report, SHARDS)

    assert (whats(found), found.unverified) == (["OWNER alice"], ())
    assert verify(shop.world.report, SHARDS) == Recount()


def test_a_correction_that_comes_too_late_is_refused(shop: Workshop) -> None:
    busy = spoil(shop)
    found = verify(shop.world.report, SHARDS)
    _move(shop, more=99)
    after = shop.world.totals()

    assert correct(shop.world.report, found.wrong) == {busy}
    assert shop.world.totals() == after


def test_a_correction_may_be_repeated(shop: Workshop) -> None:
    right = shop.world.totals()
    spoil(shop)
    found = verify(shop.world.report, SHARDS)

    for _ in range(3):
        assert correct(shop.world.report, found.wrong) == set()
    assert shop.world.totals() == right


@pytest.mark.parametrize("buffer", [1, 100])
@pytest.mark.parametrize("digits", [0, 1])
def test_a_sweep_recounts_as_well_whatever_its_pages_and_partitions(
    shop: Workshop, digits: int, buffer: int
) -> None:
    right = shop.world.totals()
    spoil(shop)
    spoil(shop, "ALL", "ALL")
    begun = Checkpoint(started_at=shop.begin().started_at, digits=digits)
    sweep = shop.sweep(begun, page_size=1, buffer=buffer)
    finish(sweep)

    assert {finding.what for finding in sweep.findings()} == {"ALL ALL", "OWNER alice"}
    assert sweep.checkpoint.corrected == 2
    assert shop.world.totals() == right
    assert shop.swept() == []


def test_a_sweep_says_what_it_could_not_verify(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    busy = spoil(shop)
    sweep = shop.sweep()
    while not sweep.checkpoint.done:
        if sweep.checkpoint.phase == "LEDGER":
            _move(shop, more=sweep.checkpoint.passes)
        sweep.step(FOR_EVER)

    assert sweep.checkpoint.unverified == (busy,)
    assert list(sweep.findings()) == []


def test_a_sweep_whose_correction_comes_too_late_counts_again(shop: Workshop) -> None:
    spoil(shop)
    sweep = shop.sweep()
    while not sweep.checkpoint.order:
        sweep.step(FOR_EVER)
    _move(shop, more=99)
    finish(sweep)

    assert [finding.what for finding in sweep.findings()] == ["OWNER alice"]
    assert sweep.checkpoint.found["MISCOUNTED"] == sweep.checkpoint.corrected == 1
    assert sweep.checkpoint.unverified == ()
    assert verify(shop.world.report, SHARDS) == Recount()


def _move(shop: Workshop, more: int) -> None:
    """Let an object of the first key's shard count for some bytes more."""
    shop.put(KEYS[0], body=any_picture(8, 8) + bytes(more))


def _move_whenever_scanned(shop: Workshop, monkeypatch: pytest.MonkeyPatch, times: int) -> None:
    table, left = shop.world.report, list(range(1, times + 1))
    scan = table.scan

    def meanwhile(**arguments: Any) -> Any:
        found = scan(**arguments)
        if left:
            _move(shop, more=left.pop())
        return found

    monkeypatch.setattr(table, "scan", meanwhile)
