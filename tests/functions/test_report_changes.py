"""The report is a ledger: no order and no repetition of the stream changes what it adds up to."""

import itertools
from typing import Any

import pytest
from botocore.exceptions import ClientError

from darkroom.ledger import ATTEMPTS
from functions.report_changes import handler as report_changes
from tests.functions.conftest import World
from tests.messages import Context, stream_record

ALICE = "alice/cat.jpg"


def facet(bytes: int = 100, state: str = "READY", owner: str = "alice") -> dict[str, Any]:
    """Return a METADATA facet with what the report reads of it."""
    return {
        "state": state,
        "version_id": "v",
        "owner": owner,
        "bytes": bytes,
        "format": "PNG",
        "reason": "EMPTY",
        "uploaded_at": "2026-11-21T10:20:30.000Z",
        "rev": 1,
    }


def shelved(*sizes: int, state: str = "READY", owner: str = "alice") -> dict[str, Any]:
    """Return a THUMBNAILS facet with variants of these many bytes."""
    found = facet(state=state, owner=owner)
    del found["format"]
    if state == "READY":
        small = {"key": "f/1-v/s.jpg", "width": 16, "height": 9}
        found["variants"] = {f"v{n}": {**small, "bytes": size} for n, size in enumerate(sizes)}
    return found


def thumbnails(facet: dict[str, Any] | None, position: int, key: str = ALICE) -> dict[str, Any]:
    """Return a record of a THUMBNAILS facet."""
    return stream_record(facet, position=position, key=key, facet="THUMBNAILS")


GONE = {"state": "GONE", "rev": 2, "expires_at": 1}


def deliver(*records: dict[str, Any]) -> list[str]:
    """Hand a batch to the handler; return the failed records' sequence numbers."""
    context: Any = Context()
    answer = report_changes.handler({"Records": list(records)}, context)
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def line(**kinds: tuple[int, int]) -> dict[str, int]:
    """Return a line of the report from the objects and bytes of each kind."""
    made = {"objects": 0, "bytes": 0, "rejected": 0}
    for kind, (objects, size) in kinds.items():
        state = "REJECTED" if kind == "EMPTY" else "READY"
        made[f"objects {state} {kind}"], made[f"bytes {state} {kind}"] = objects, size
        made["objects"] += objects
        made["bytes"] += size
        made["rejected"] += objects * (state == "REJECTED")
    return {measure: amount for measure, amount in made.items() if amount}


def test_a_live_object_counts_for_its_owner_its_day_and_in_all(world: World) -> None:
    deliver(
        stream_record(facet(100), position=1),
        stream_record(facet(30, "REJECTED", "bob"), position=2, key="bob/x.txt"),
    )

    assert world.totals() == {
        ("ALL", "ALL"): line(PNG=(1, 100), EMPTY=(1, 30)),
        ("OWNER", "alice"): line(PNG=(1, 100)),
        ("OWNER", "bob"): line(EMPTY=(1, 30)),
        ("DAY", "2026-11-21"): line(PNG=(1, 100), EMPTY=(1, 30)),
    }


def test_any_order_and_any_repetition_of_the_records_adds_up_to_the_same(world: World) -> None:
    history = [facet(100), facet(250), GONE, facet(70, "REJECTED")]
    for number, order in enumerate(itertools.permutations(range(4))):
        key = f"alice/{number}"
        records = [stream_record(history[i], position=i + 8, key=key) for i in order]
        deliver(*records, *records[::-1])

    assert world.totals()["ALL", "ALL"] == line(EMPTY=(24, 24 * 70))


def test_positions_are_compared_as_numbers_and_not_as_text(world: World) -> None:
    deliver(stream_record(facet(2), position=10**20))
    deliver(stream_record(facet(1), position=9 * 10**18))

    assert world.totals()["ALL", "ALL"]["bytes"] == 2


def test_a_lost_batch_is_healed_by_the_next_change(world: World) -> None:
    deliver(stream_record(facet(100), position=1))
    # position 2 made it 250 bytes and was lost
    deliver(stream_record(facet(70), position=3))

    assert world.totals()["OWNER", "alice"] == line(PNG=(1, 70))


def test_a_deleted_object_counts_for_nothing(world: World) -> None:
    deliver(stream_record(facet(100), position=1), stream_record(GONE, position=2))

    assert world.totals() == {}


def test_the_ledger_forgets_a_deleted_object_in_time(world: World) -> None:
    deliver(stream_record(facet(100), position=1), stream_record(GONE, position=2))

    entry = world.report.get_item(Key={"pk": f"LEDGER#{ALICE}", "sk": "METADATA"})["Item"]
    assert entry["expires_at"] > 0
    assert "counted" not in entry


def test_an_expired_tombstone_counts_for_nothing(world: World) -> None:
    deliver(stream_record(facet(100), position=1), stream_record(GONE, position=2))
    deliver(stream_record(None, position=3))

    assert world.totals() == {}


def test_an_unreadable_item_is_logged_and_neither_retried_nor_in_the_way_of_others(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    deliver(stream_record(facet(30), position=1, key="alice/2"))
    failed = deliver(
        stream_record(facet(100), position=2, key="alice/1"),
        stream_record({"state": "READY"}, position=3, key="alice/2"),
        stream_record(facet(100), position=4, key="alice/3"),
    )

    assert failed == []
    [logged] = [record for record in caplog.records if record.levelname == "ERROR"]
    assert vars(logged)["key"] == "alice/2"
    assert vars(logged)["problem"] == "it lacks bytes"
    assert world.totals()["ALL", "ALL"] == line(PNG=(3, 230))

    deliver(stream_record(facet(40), position=5, key="alice/2"))
    assert world.totals()["ALL", "ALL"] == line(PNG=(3, 240))


@pytest.mark.parametrize("counted_before", [False, True])
def test_a_rival_that_moves_the_entry_first_makes_the_ledger_look_again(
    world: World, monkeypatch: pytest.MonkeyPatch, counted_before: bool
) -> None:
    if counted_before:
        deliver(stream_record(facet(30), position=1))
    ledger = report_changes.ledger()
    look = ledger._entry

    def overtaken(change: Any) -> Any:
        entry = look(change)
        monkeypatch.setattr(ledger, "_entry", look)
        deliver(stream_record(facet(250), position=3))
        return entry

    monkeypatch.setattr(ledger, "_entry", overtaken)
    deliver(stream_record(facet(100), position=2))

    assert world.totals()["OWNER", "alice"] == line(PNG=(1, 250))


@pytest.mark.parametrize(("conflicts", "failed"), [(3, []), (ATTEMPTS, ["1"])])
def test_conflicts_are_retried_and_then_left_to_the_next_delivery(
    world: World, monkeypatch: pytest.MonkeyPatch, conflicts: int, failed: list[str]
) -> None:
    client = report_changes.ledger()._table.meta.client
    transact = client.transact_write_items
    answers = iter([_cancelled("TransactionConflict")] * conflicts)
    monkeypatch.setattr("time.sleep", lambda _: None)

    def contended(**arguments: Any) -> Any:
        if conflict := next(answers, None):
            raise conflict
        return transact(**arguments)

    monkeypatch.setattr(client, "transact_write_items", contended)

    assert deliver(stream_record(facet(100), position=1)) == failed
    assert len(world.totals()) == (0 if failed else 3)


def test_a_missing_grant_is_not_mistaken_for_a_lost_race(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = []

    def denied(**_: Any) -> None:
        calls.append(1)
        raise ClientError({"Error": {"Code": "AccessDeniedException"}}, "TransactWriteItems")

    client = report_changes.ledger()._table.meta.client
    monkeypatch.setattr(client, "transact_write_items", denied)

    assert deliver(stream_record(facet(100), position=1)) == ["1"]
    assert len(calls) == 1


def test_thumbnails_count_for_their_owner_and_in_all_and_for_no_day(world: World) -> None:
    deliver(thumbnails(shelved(10, 20, 3), 1), thumbnails(shelved(4, owner="bob"), 2, "bob/1"))

    assert world.totals() == {
        ("ALL", "ALL"): {"thumbnails_bytes": 37},
        ("OWNER", "alice"): {"thumbnails_bytes": 33},
        ("OWNER", "bob"): {"thumbnails_bytes": 4},
    }


def test_a_picture_and_its_thumbnails_are_counted_each_by_itself(world: World) -> None:
    deliver(stream_record(facet(100), position=1), thumbnails(shelved(5), 2))
    assert world.totals()["OWNER", "alice"] == line(PNG=(1, 100)) | {"thumbnails_bytes": 5}
    deliver(stream_record(GONE, position=3))
    assert world.totals() == {
        ("ALL", "ALL"): {"thumbnails_bytes": 5},
        ("OWNER", "alice"): {"thumbnails_bytes": 5},
    }


def test_thumbnails_in_any_order_and_however_often_add_up_to_the_same(world: World) -> None:
    history = [shelved(10, 20), shelved(7, 8), GONE, shelved(1, 2)]
    for number, order in enumerate(itertools.permutations(range(4))):
        records = [thumbnails(history[i], i + 8, f"alice/{number}") for i in order]
        deliver(*records, *records[::-1])

    assert world.totals()["OWNER", "alice"] == {"thumbnails_bytes": 24 * 3}


@pytest.mark.parametrize("after", [GONE, shelved(state="REJECTED"), None])
def test_thumbnails_that_are_no_more_are_taken_back(world: World, after: Any) -> None:
    deliver(thumbnails(shelved(10, 20), 1), thumbnails(after, 2))

    assert world.totals() == {}
    entry = world.report.get_item(Key={"pk": f"LEDGER#{ALICE}", "sk": "THUMBNAILS"})["Item"]
    assert entry["expires_at"] > 0


def test_thumbnails_made_again_take_one_write_besides_what_has_changed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver(thumbnails(shelved(10, 20), 1))
    client = report_changes.ledger()._table.meta.client
    transact, sizes = client.transact_write_items, []

    def counted(**arguments: Any) -> Any:
        sizes.append(len(arguments["TransactItems"]))
        return transact(**arguments)

    monkeypatch.setattr(client, "transact_write_items", counted)
    deliver(thumbnails(shelved(10, 20), 2))
    deliver(thumbnails(shelved(10, 21), 3))
    assert sizes == [1, 3]


def test_a_facet_that_nobody_counts_is_no_record_of_ours(world: World) -> None:
    other = stream_record(facet(100), position=1, facet="FACES")
    assert deliver(other) == []
    assert world.totals() == {}


def _cancelled(code: str) -> ClientError:
    response: Any = {
        "Error": {"Code": "TransactionCanceledException"},
        "CancellationReasons": [{"Code": "None"}, {"Code": code}],
    }
    return ClientError(response, "TransactWriteItems")
