"""A change that is still in the stream is not miscounted; whatever else the ledger lacks is."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.functions.conftest import World
from tests.functions.sweeping import FACETS, RecordedRepairs, Workshop, finish
from tests.functions.test_sweep import forget_entry, told
from tests.pictures import any_picture

LAG_SECONDS = 900
KEY, OTHER = "alice/new.jpg", "bob/old.jpg"


@pytest.fixture
def shop(world: World, tmp_path: Path) -> Workshop:
    """Return a workshop with one picture that is counted."""
    shop = Workshop(world, tmp_path, RecordedRepairs(world))
    shop.put(OTHER, body=any_picture())
    return shop


def stop_the_stream(shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shop, "stream", lambda _: None)


def recorded_long_ago(shop: Workshop, key: str) -> None:
    """Date the facets of a key before the lag."""
    moment = (datetime.now(UTC) - timedelta(seconds=LAG_SECONDS + 1)).isoformat()
    for facet in FACETS:
        item = shop.world.catalog.get_item(Key={"pk": key, "sk": facet})["Item"]
        shop.world.catalog.put_item(Item={**item, "recorded_at": moment})


def test_a_new_object_that_the_report_is_about_to_count_is_under_way(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop_the_stream(shop, monkeypatch)
    shop.put(KEY, body=any_picture())

    assert told(shop.swept()) == [
        ("MISCOUNTED", KEY, "LEDGER"),
        ("MISCOUNTED", KEY, "LEDGER THUMBNAILS"),
    ]
    shop.repairs.keys.clear()
    sweep = shop.sweep(lag_seconds=LAG_SECONDS)
    finish(sweep)
    assert list(sweep.findings()) == []
    assert (sweep.checkpoint.uncounted, shop.repairs.keys) == (1, [])


def test_a_deletion_that_the_report_is_about_to_count_is_under_way(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop_the_stream(shop, monkeypatch)
    shop.world.delete(OTHER)
    shop.consume(OTHER)

    assert shop.swept(lag_seconds=LAG_SECONDS) == []


@pytest.mark.parametrize("facet", FACETS)
def test_a_lost_entry_is_found_at_once_for_its_totals_do_not_add_up(
    shop: Workshop, facet: str
) -> None:
    forget_entry(shop, OTHER, facet)

    what = "LEDGER" if facet == "METADATA" else "LEDGER THUMBNAILS"
    assert ("MISCOUNTED", OTHER, what) in told(shop.swept(lag_seconds=LAG_SECONDS))
    assert shop.repairs.keys == [OTHER]


def test_a_change_that_was_lost_on_its_way_is_found_after_the_lag(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop_the_stream(shop, monkeypatch)
    shop.put(KEY, body=any_picture())
    recorded_long_ago(shop, KEY)

    assert ("MISCOUNTED", KEY, "LEDGER") in told(shop.swept(lag_seconds=LAG_SECONDS))
    assert shop.repairs.keys == [KEY]


def test_an_object_that_lacks_more_than_its_counting_is_found_whole(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop_the_stream(shop, monkeypatch)
    shop.put(KEY, body=any_picture())
    shop.world.catalog.delete_item(Key={"pk": KEY, "sk": "METADATA"})

    assert {("MISSING", KEY, "METADATA"), ("MISCOUNTED", KEY, "LEDGER")} <= set(
        told(shop.swept(lag_seconds=LAG_SECONDS))
    )
