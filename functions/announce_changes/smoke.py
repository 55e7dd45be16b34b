"""What a version of announce_changes must be able to do before it gets any traffic."""

import json

from darkroom.aws import table
from darkroom.smoke import ABSENT, Checks, require
from functions.announce_changes.facets import facets_of
from functions.announce_changes.pictures import READY, Change, event_of
from functions.announce_changes.settings import Settings

FACET = {"state": "READY", "version_id": "v1", "owner": "anyone", "rev": 1}


def checks(needs: Settings) -> Checks:
    """Return its checks: an event made in memory, and the grant to read."""

    def says_ready() -> None:
        change = Change("anyone/1", needs.facets[0], None, FACET)
        event = event_of(change, dict.fromkeys(needs.facets, FACET), needs.facets)
        require(event is not None and event.kind == READY, f"of a new picture it says {event}")
        if event:
            require(json.loads(event.detail)["version_id"] == "v1", f"it says {event.detail}")

    return {
        "says that a picture is ready": says_ready,
        "reads the catalog": lambda: facets_of(table(needs.catalog_table), ABSENT, needs.facets),
    }
