"""Pictures out of the catalog: by one query on an index, a bounded number of items at a time."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from boto3.dynamodb.conditions import Key

from darkroom.batches import get_all
from darkroom.catalog import is_hash, read_facet
from darkroom.catalog_indexes import BY_BAND, BY_CONTENT, Index, bands_of, owned
from darkroom.items import UnreadableItem
from darkroom.observability import logger
from functions.query_catalog.questions import REJECTED, Question
from functions.query_catalog.tiles import Facet, live, plain, tile

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

MOST_SCANNED = 500
STEP = 100
MOST_ALIKE = 50
FARTHEST = 10
METADATA, THUMBNAILS = "METADATA", "THUMBNAILS"

Facets = Mapping[str, Facet]
Place = tuple[str, str, str]


@dataclass
class Page:
    """Tiles, where the next page begins, and how many items of the index were read."""

    tiles: list[dict[str, Any]] = field(default_factory=list)
    rest: Place | None = None
    scanned: int = 0


class Pages:
    """Reads the catalog's indexes and items; never a whole table."""

    def __init__(self, table: "Table", now: float) -> None:
        self._table = table
        self._now = now

    def page(self, question: Question, limit: int, after: Sequence[str] | None) -> Page:
        """Read until *limit* tiles fit the question, or enough has been read for one request."""
        page = Page(rest=(after[0], after[1], after[2]) if after else None)
        while len(page.tiles) < limit and page.scanned < MOST_SCANNED:
            wanted = STEP if question.filters else limit - len(page.tiles)
            rows = self._rows(question, min(wanted, MOST_SCANNED - page.scanned), page)
            if self._take(rows, question, limit, page) or page.rest is None:
                break
        return page

    def _rows(self, question: Question, wanted: int, page: Page) -> list[Facet]:
        index = question.index
        request: dict[str, Any] = {
            "IndexName": index.name,
            "KeyConditionExpression": _condition(question),
            "ScanIndexForward": not question.newest_first,
            "Limit": wanted,
        }
        if page.rest:
            request["ExclusiveStartKey"] = _start(question, page.rest)
        found = self._table.query(**request)
        page.scanned += found["ScannedCount"]
        rest = found.get("LastEvaluatedKey")
        page.rest = _place(rest, index) if rest else None
        return list(found["Items"])

    def _take(self, rows: list[Facet], question: Question, limit: int, page: Page) -> bool:
        """Add the tiles of *rows*; tell whether there are more than were wanted."""
        readable = {(row["pk"], row["sk"]): row for row in _readable(rows, of_an_index=True)}
        facets = self._of_rows(list(readable.values()))
        for at, row in enumerate(rows):
            known = readable.get((row["pk"], row["sk"]))
            found = self._tile(known, facets[row["pk"]]) if known else None
            if found and question.fits(found):
                page.tiles.append(found)
            if len(page.tiles) == limit:
                if at + 1 < len(rows):
                    page.rest = _place(row, question.index)
                return True
        return False

    def _of_rows(self, rows: list[Facet]) -> dict[str, dict[str, Facet]]:
        """Return the facets of each row's picture: the row itself is one of them."""
        found: dict[str, dict[str, Facet]] = {row["pk"]: {row["sk"]: row} for row in rows}
        wanted = [(row["pk"], _other(row["sk"])) for row in rows]
        for key, facets in self.facets(dict.fromkeys(wanted)).items():
            for name, facet in facets.items():
                found[key].setdefault(name, facet)
        return found

    def _tile(self, row: Facet, facets: Facets) -> dict[str, Any] | None:
        if live(row, self._now) is None:
            return None
        metadata = live(facets.get(METADATA), self._now)
        thumbnails = live(facets.get(THUMBNAILS), self._now)
        if row["sk"] == THUMBNAILS and _told_by_metadata(row, facets):
            return None
        return tile(row["pk"], metadata, thumbnails)

    def facets(
        self, wanted: Iterable[tuple[str, str]], *, consistent: bool = False
    ) -> dict[str, dict[str, Facet]]:
        """Get items by key and facet; return those that there are by key, then by facet.

        Raises:
            Throttled: if DynamoDB has no time for all of them.
        """
        keys = ({"pk": key, "sk": facet} for key, facet in wanted)
        found: dict[str, dict[str, Facet]] = {}
        for item in _readable(get_all(self._table, keys, consistent=consistent)):
            found.setdefault(item["pk"], {})[item["sk"]] = item
        return found

    def same_content(self, key: str, metadata: Facet) -> list[dict[str, Any]]:
        """Return the tiles of the owner's other pictures with the same bytes."""
        if "sha256" not in metadata:
            return []
        partition = owned(metadata["owner"], metadata["sha256"])
        rows = self._all(BY_CONTENT, partition, MOST_ALIKE + 1)
        return self.tiles([row["pk"] for row in rows if row["pk"] != key][:MOST_ALIKE])

    def near(self, key: str, thumbnails: Facet) -> list[tuple[int, str]]:
        """Return how far the owner's pictures that look alike are, and their keys, nearest first.

        All that differ in at most 3 of 64 bits, unless a band is as crowded as we look; some more.
        """
        ours = str(thumbnails.get("perceptual_hash", ""))
        distances: dict[str, int] = {}
        for index, band in zip(BY_BAND, bands_of(ours) if ours else [], strict=bool(ours)):
            for row in self._all(index, owned(thumbnails["owner"], band), STEP):
                if is_hash(theirs := str(row.get("perceptual_hash"))):
                    distances[row["pk"]] = (int(theirs, 16) ^ int(ours, 16)).bit_count()
        distances.pop(key, None)
        close = sorted((bits, other) for other, bits in distances.items() if bits <= FARTHEST)
        return close[:MOST_ALIKE]

    def _all(self, index: Index, partition: str, most: int) -> list[Facet]:
        found = self._table.query(
            IndexName=index.name,
            KeyConditionExpression=Key(index.partition).eq(partition),
            Limit=most,
        )
        return list(found["Items"])

    def tiles(self, keys: Sequence[str]) -> list[dict[str, Any]]:
        """Return the tiles of *keys* in that order, of those that there are."""
        facets = self.facets((key, name) for key in keys for name in (METADATA, THUMBNAILS))
        found = []
        for key in keys:
            of_key = {n: live(facet, self._now) for n, facet in facets.get(key, {}).items()}
            found.append(tile(key, of_key.get(METADATA), of_key.get(THUMBNAILS)))
        return [each for each in found if each]


def _readable(items: Iterable[Facet], *, of_an_index: bool = False) -> Iterator[dict[str, Any]]:
    """Yield the facets that can be read; the sweep finds the others and has them written again."""
    for item in items:
        try:
            if item["sk"] in (METADATA, THUMBNAILS):
                yield plain(read_facet(item, of_an_index=of_an_index))
        except UnreadableItem as error:
            logger.error("item cannot be read", extra={"key": error.key, "problem": str(error)})


def _told_by_metadata(row: Facet, facets: Facets) -> bool:
    """Tell whether METADATA speaks for itself of what this row of THUMBNAILS says."""
    metadata = facets.get(METADATA)
    if metadata is None:
        return False
    other: bool = metadata.get("version_id") != row["version_id"]
    return other or metadata["state"] == REJECTED


def _other(facet: str) -> str:
    return METADATA if facet == THUMBNAILS else THUMBNAILS


def _condition(question: Question) -> Any:
    within, place = Key(question.index.partition).eq(question.partition), Key(question.index.sort)
    if question.least and question.most:
        return within & place.between(question.least, question.most)
    if question.least:
        return within & place.gte(question.least)
    return within & place.lte(question.most) if question.most else within


def _start(question: Question, place: Place) -> dict[str, str]:
    """Return where to begin: the partition is the question's, whatever the cursor says."""
    sorted_by, key, facet = place
    index = question.index
    return {index.partition: question.partition, index.sort: sorted_by, "pk": key, "sk": facet}


def _place(item: Mapping[str, Any], index: Index) -> Place:
    return str(item[index.sort]), str(item["pk"]), str(item["sk"])
