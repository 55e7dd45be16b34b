"""Changes of the catalog in; the report's ledger and totals out."""

from functools import cache
from typing import Any

from aws_lambda_powertools.utilities.batch import (
    BatchProcessor,
    EventType,
    process_partial_response,
)
from aws_lambda_powertools.utilities.data_classes.dynamo_db_stream_event import DynamoDBRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from darkroom.aws import table
from darkroom.catalog import read_facet
from darkroom.catalog_stream import images_of, leave_to_sweep
from darkroom.contribution import COUNTED, contribution_of
from darkroom.items import UnreadableItem
from darkroom.ledger import Change, Ledger
from darkroom.observability import count, failed, logger, observed
from darkroom.settings import from_environment
from darkroom.smoke import Checks
from functions.report_changes.settings import Settings
from functions.report_changes.smoke import checks


def smoke() -> Checks:
    """Return what this version must be able to do before it gets any traffic."""
    return checks(settings())


@observed(smoke=smoke)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer a stream event with the records to deliver again."""
    # An invocation that fails as a whole says less than the list of what failed.
    processor = BatchProcessor(EventType.DynamoDBStreams, raise_on_entire_batch_failure=False)
    return dict(process_partial_response(event, _handle, processor, context))


def report_changes(change: Change) -> None:
    """Count what *change* says, once."""
    moved = ledger().move(change)
    count("Counted" if moved else "Replayed")
    logger.info("change counted" if moved else "change known already")


def _handle(record: DynamoDBRecord) -> None:
    with logger.append_context_keys(key=None, position=None, version=None):
        try:
            logger.append_keys(version=version_of(record))
            change = change_of(record)
            logger.append_keys(key=change.key, position=change.position)
            report_changes(change)
        except UnreadableItem as error:
            leave_to_sweep(error)
        except Exception:
            failed()
            logger.exception("record failed; it will be delivered again")
            raise


def version_of(record: DynamoDBRecord) -> str | None:
    """Return the version that a facet describes, or described before its object was gone.

    Traces end at the stream: this id, which the consumers log as well, goes through it.
    """
    before, after = images_of(record)
    images = [image for image in (after, before) if image and "version_id" in image]
    return images[0]["version_id"] if images else None


def change_of(record: DynamoDBRecord) -> Change:
    """Read a stream record; a removed item counts for nothing.

    Raises:
        UnreadableItem: if it is not of a facet as its consumer writes it.
        ValueError: if it is not of the catalog's stream.
    """
    _, after = images_of(record)
    stream = record.dynamodb
    if stream is None or stream.sequence_number is None:
        raise ValueError("not a record of the catalog's stream")
    key, facet = stream.keys["pk"], stream.keys["sk"]
    if facet not in COUNTED:
        raise UnreadableItem(key, facet, "no facet that the report counts")
    contribution = contribution_of(facet, read_facet(after) if after else None)
    return Change(key, facet, stream.sequence_number, contribution)


@cache
def settings() -> Settings:
    """Read the environment, once."""
    return from_environment(Settings)


@cache
def ledger() -> Ledger:
    """Return the report table."""
    return Ledger(
        table(settings().report_table), settings().report_shards, settings().tombstone_days
    )
