"""What DynamoDB would make of an item."""

import json
from collections.abc import Mapping
from typing import Any

from boto3.dynamodb.types import TypeSerializer


def size_in_the_table(attributes: Mapping[str, Any]) -> int:
    """Return about the bytes that *attributes* take; raise for what DynamoDB does not know."""
    item = {name: TypeSerializer().serialize(value) for name, value in attributes.items()}
    return len(json.dumps(item, ensure_ascii=False).encode())
