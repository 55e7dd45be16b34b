"""Changes of the catalog in; events for other systems out."""

from collections import defaultdict
from collections.abc import Sequence
from functools import cache
from typing import Any

import boto3
from aws_lambda_powertools.utilities.data_classes.dynamo_db_stream_event import DynamoDBRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from darkroom.aws import table
from darkroom.catalog import read_facet
from darkroom.catalog_stream import images_of, leave_to_sweep
from darkroom.items import UnreadableItem, is_key
from darkroom.observability import count, failed, logger, observed
from darkroom.originals import owner_of
from darkroom.settings import from_environment
from darkroom.smoke import Checks
from functions.announce_changes.bus import Bus
from functions.announce_changes.facets import facets_of
from functions.announce_changes.pictures import Change, Event, Facet, Facets, event_of
from functions.announce_changes.settings import Settings
from functions.announce_changes.smoke import checks


def smoke() -> Checks:
    """Return what this version must be able to do before it gets any traffic."""
    return checks(settings())


@observed(smoke=smoke)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer a stream event with the records to deliver again."""
    failures = announce_changes([DynamoDBRecord(record) for record in event["Records"]])
    return {"batchItemFailures": [{"itemIdentifier": position} for position in failures]}


def announce_changes(records: Sequence[DynamoDBRecord]) -> list[str]:
    """Say what is true of the pictures that changed; return the positions of what failed.

    All records were written before they were delivered: one look at a picture answers all of
    its records, and what they give the same event for is said once.
    """
    seen: dict[str, Facets] = {}
    due: dict[Event, list[str]] = defaultdict(list)
    failures = []
    for record in records:
        position = position_of(record)
        with logger.append_context_keys(position=position, key=None, version=None):
            try:
                if event := _event(record, seen):
                    due[event].append(position)
            except UnreadableItem as error:
                leave_to_sweep(error)
            except Exception:  # one bad record must not take its batch along
                logger.exception("record failed; it will be delivered again")
                failures.append(position)
    refused = bus().put(list(due))
    count("Announced", len(due) - len(refused))
    failures += [position for event in refused for position in due[event]]
    for _ in failures:
        failed()
    return failures


def _event(record: DynamoDBRecord, seen: dict[str, Facets]) -> Event | None:
    change = change_of(record)
    logger.append_keys(key=change.key, version=(change.after or {}).get("version_id"))
    if not change.is_news or change.facet not in settings().facets:
        return None
    if change.key not in seen:
        catalog = table(settings().catalog_table)
        seen[change.key] = facets_of(catalog, change.key, settings().facets)
    event = event_of(change, seen[change.key], settings().facets)
    logger.info("picture looked at", extra={"event": event.kind if event else "none yet"})
    return event


def position_of(record: DynamoDBRecord) -> str:
    """Return a record's sequence number, without which it could not be asked for again.

    Raises:
        ValueError: if it has none.
    """
    if record.dynamodb is None or record.dynamodb.sequence_number is None:
        raise ValueError("not a record of the catalog's stream")
    return record.dynamodb.sequence_number


def change_of(record: DynamoDBRecord) -> Change:
    """Read a stream record; an image that belongs to others is returned as it is.

    Raises:
        UnreadableItem: if the facet is not as its consumer writes it.
        ValueError: if the record is not of the catalog's stream.
    """
    before, after = images_of(record)
    place = before or after or {"pk": "", "sk": ""}
    key, facet = str(place["pk"]), str(place["sk"])
    if facet not in settings().facets:
        return Change(key, facet, before, after)
    return Change(key, facet, readable_part(before), read_facet(after) if after else None)


def readable_part(before: Facet | None) -> Facet | None:
    """Return the facet that was replaced; of an unreadable one, which version it described.

    It differs from any facet that replaces it, so that one is announced, perhaps again.
    """
    try:
        return read_facet(before) if before else None
    except UnreadableItem as error:
        if before is None or not is_key(before.get("version_id")):
            return None
        owner = owner_of(error.key)
        return {"state": "UNREADABLE", "owner": owner, "version_id": before["version_id"]}


@cache
def settings() -> Settings:
    """Read the environment, once."""
    return from_environment(Settings)


@cache
def bus() -> Bus:
    """Return the bus that other systems listen to."""
    return Bus(boto3.client("events"), settings().event_bus)
