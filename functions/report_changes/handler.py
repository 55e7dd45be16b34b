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
from darkroom.contribution import contribution_of
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
        except Exception:
            failed()
            logger.exception("record failed; it will be delivered again")
            raise


def version_of(record: DynamoDBRecord) -> str | None:
    """Return the version that a facet describes, or described before its object was gone.

    Traces end at the stream: this id, which the consumers log as well, goes through it.
    """
    stream = record.dynamodb
    images = (stream.new_image, stream.old_image) if stream else ()
    return next((image["version_id"] for image in images if image and "version_id" in image), None)


def change_of(record: DynamoDBRecord) -> Change:
    """Read a stream record; a removed item counts for nothing.

    Raises:
        ValueError: if the record is not of a facet with all that the report needs.
    """
    stream = record.dynamodb
    if stream is None or stream.keys is None or stream.sequence_number is None:
        raise ValueError("not a record of the catalog's stream")
    key, facet = stream.keys["pk"], stream.keys["sk"]
    try:
        contribution = contribution_of(facet, stream.new_image)
    except KeyError as error:
        raise ValueError(f"the facet {facet} lacks {error}") from error
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
