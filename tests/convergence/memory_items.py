"""Items as they go in and out of a table: whole, copied, or as much as was asked for."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from tests.convergence.memory_expressions import Item, Words, path


def kept(value: Any) -> Any:
    """Return *value* as DynamoDB keeps it, or refuse it as boto3 does."""
    if isinstance(value, dict):
        return {name: kept(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [kept(each) for each in value]
    if isinstance(value, float):
        raise TypeError("Float types are not supported. Use Decimal types instead.")
    return Decimal(value) if type(value) is int else value


def copied(value: Any) -> Any:
    """Return a copy that the caller may change."""
    if isinstance(value, dict):
        return {name: copied(each) for name, each in value.items()}
    return [copied(each) for each in value] if isinstance(value, list) else value


def shown(item: Item, request: Mapping[str, Any]) -> Item:
    """Return of *item* what the request projects."""
    asked = request.get("ProjectionExpression")
    if asked is None:
        return copied(item)  # type: ignore[no-any-return]
    words = Words.of(request)
    names: Iterator[str] = (path(name.strip(), words) for name in asked.split(","))
    return {name: copied(item[name]) for name in names if name in item}
