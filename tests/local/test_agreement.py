"""What the local cloud is checked by finds each kind of disagreement itself."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import boto3
import pytest

from local.agreement import Inspector
from local.cloud import Cloud
from tests.functions.conftest import World, a_world
from tests.functions.sweeping import RecordedRepairs, Workshop
from tests.pictures import any_picture

KEYS = ("alice/cat.jpg", "bob/dog.jpg")
PLACES = {
    "OriginalsBucket": "originals",
    "ThumbnailsBucket": "thumbnails",
    "CatalogTable": "catalog",
    "ReportTable": "report",
}


class Mocked:
    """A cloud that is moto."""

    def outputs(self) -> dict[str, str]:
        """Return where everything is."""
        return PLACES

    def client(self, service: str) -> Any:
        """Return a client."""
        return boto3.client(cast(Any, service))

    def resource(self, service: str) -> Any:
        """Return a resource."""
        return boto3.resource(cast(Any, service))


def wrong(spoil: Callable[[World], None], folder: Path) -> dict[str, list[str]]:
    """Return what is found wrong by invariant after *spoil*."""
    with a_world() as world:
        shop = Workshop(world, folder, RecordedRepairs(world))
        shop.put(*KEYS, body=any_picture())
        shop.put("bob/text.jpg", body=b"text")
        spoil(world)
        return Inspector(cast(Cloud, Mocked())).look().wrong


def test_where_all_agrees_nothing_is_wrong(tmp_path: Path) -> None:
    assert wrong(lambda _: None, tmp_path) == {"I1": [], "I2": [], "I3": []}


@pytest.mark.parametrize("facet", ["METADATA", "THUMBNAILS"])
def test_a_lost_entry_of_either_facet_is_found(tmp_path: Path, facet: str) -> None:
    def spoil(world: World) -> None:
        world.report.delete_item(Key={"pk": f"LEDGER#{KEYS[0]}", "sk": facet})

    found = wrong(spoil, tmp_path)
    assert (found["I1"], found["I2"]) == ([], [])
    [told] = found["I3"]
    assert told.startswith(f"ledger of {facet} of '{KEYS[0]}': None bytes counted, ")


@pytest.mark.parametrize("measure", ["objects", "bytes", "thumbnails_bytes", "bytes READY JPEG"])
def test_a_line_that_counts_too_much_is_found(tmp_path: Path, measure: str) -> None:
    def spoil(world: World) -> None:
        world.report.update_item(
            Key={"pk": "OWNER#3", "sk": "alice"},
            UpdateExpression="ADD #m :n",
            ExpressionAttributeNames={"#m": measure},
            ExpressionAttributeValues={":n": 3},
        )

    [told] = wrong(spoil, tmp_path)["I3"]
    assert told.startswith("report OWNER alice: ")


def test_a_lost_thumbnail_and_a_lost_facet_are_found(tmp_path: Path) -> None:
    def spoil(world: World) -> None:
        world.s3.delete_object(Bucket="thumbnails", Key=sorted(world.thumbnails())[0])
        world.catalog.delete_item(Key={"pk": KEYS[0], "sk": "METADATA"})

    found = wrong(spoil, tmp_path)
    assert len(found["I2"]) == 1
    assert found["I1"] == [f"METADATA of '{KEYS[0]}' describes None, current is {current(found)}"]


def current(found: dict[str, list[str]]) -> str:
    """Return the version that a finding names."""
    return found["I1"][0].rpartition(" ")[2]
