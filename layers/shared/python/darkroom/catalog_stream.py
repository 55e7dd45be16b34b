"""Records of the catalog's stream: the item that changed, before and after."""

from typing import Any

from aws_lambda_powertools.utilities.data_classes.dynamo_db_stream_event import DynamoDBRecord

from darkroom.items import UnreadableItem, is_key
from darkroom.observability import count, failed, logger

Image = dict[str, Any]


def images_of(record: DynamoDBRecord) -> tuple[Image | None, Image | None]:
    """Return the item as it was and as it is, each with its key; ``None`` where there is none.

    Raises:
        UnreadableItem: if an image is not in DynamoDB's JSON, or S3 cannot have the key.
        ValueError: if the record is not of the catalog's stream.
    """
    stream = record.dynamodb
    if stream is None or not stream.keys:
        raise ValueError("not a record of the catalog's stream")
    place = {name: stream.keys[name] for name in ("pk", "sk")}
    if not is_key(place["pk"]):
        raise UnreadableItem(place["pk"], place["sk"], "no object can have this key")
    try:
        images = stream.old_image, stream.new_image
    except (TypeError, ValueError, AttributeError, IndexError, ArithmeticError) as error:
        raise UnreadableItem(place["pk"], place["sk"], f"no item: {error!r}") from error
    before, after = ({**image, **place} if image else None for image in images)
    return before, after


def leave_to_sweep(error: UnreadableItem) -> None:
    """Log and count an item that cannot be read; its record needs no other delivery.

    That would bring the same image. The sweep finds the item and has its consumer write it again,
    and that change comes through the stream.
    """
    failed()
    count("Unreadable")
    told = {"key": error.key, "facet": error.what, "problem": error.problem}
    logger.error("item cannot be read; it is left to the sweep", extra=told)
