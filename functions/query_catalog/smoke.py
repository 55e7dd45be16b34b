"""What a version of query_catalog must be able to do before it gets any traffic."""

from datetime import UTC, datetime

from darkroom.contribution import ALL
from darkroom.smoke import (
    ABSENT,
    Checks,
    may_list_versions,
    require,
)
from functions.query_catalog.cursors import decode, encode
from functions.query_catalog.identifiers import id_of, key_of
from functions.query_catalog.questions import question_of
from functions.query_catalog.resources import pages, report
from functions.query_catalog.settings import Settings


def checks(needs: Settings) -> Checks:
    """Return its checks: ids and cursors in memory, and each grant to read."""

    def queries() -> None:
        page = pages().page(question_of(ABSENT, {}), 1, None)
        require(not page.tiles, f"there are pictures of {ABSENT}")

    return {
        "reads ids and cursors": reads,
        "queries the catalog": queries,
        "gets facets": lambda: pages().facets([(ABSENT, needs.facets[0])]),
        "reads the report": lambda: report().line(ALL),
        "queries the report": lambda: report().days(*[datetime.now(UTC).date().isoformat()] * 2),
        "lists versions": lambda: may_list_versions(needs.originals_bucket),
    }


def reads() -> None:
    """Name a picture and a position, and read both names again."""
    key, position = "anyone/näme.jpg", ["2026-11-21", "anyone/näme.jpg", "METADATA"]
    require(key_of(id_of(key)) == key, "an id does not lead back to its key")
    require(decode(encode("any", position), "any", 3) == position, "a cursor loses its position")
