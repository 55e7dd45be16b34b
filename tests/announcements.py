"""What the tests of announcements have in common: records with both images, and the schemas."""

import json
from pathlib import Path
from typing import Any

import jsonschema_rs
from boto3.dynamodb.types import TypeSerializer

from tests.messages import stream_record

SCHEMAS = Path(__file__).parents[1] / "docs" / "events"
KINDS = ("image.ready", "image.rejected", "image.removed")


def change(
    facet: str,
    before: dict[str, Any] | None,
    after: dict[str, Any] | None,
    *,
    position: int,
    key: str = "alice/cat.jpg",
) -> dict[str, Any]:
    """Return a record of the catalog's stream with both of its images."""
    record = stream_record(after, position=position, key=key)
    record["dynamodb"]["Keys"]["sk"] = {"S": facet}
    if before:
        record["dynamodb"]["OldImage"] = TypeSerializer().serialize(before)["M"]
    return record


def check(kind: str, detail: dict[str, Any]) -> None:
    """Hold an event's detail to its schema, as published, with no word more."""
    schema = json.loads((SCHEMAS / f"{kind}.schema.json").read_text())
    jsonschema_rs.Draft202012Validator(schema).validate(detail)
    assert detail.keys() <= schema["properties"].keys()
