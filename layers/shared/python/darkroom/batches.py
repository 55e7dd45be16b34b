"""Many items of a table: all that there are, or an error."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any

from darkroom.backoff import attempts

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

AT_ONCE = 100  # what BatchGetItem takes
ATTEMPTS = 6


class Throttled(Exception):
    """DynamoDB had no time for all that was asked for, however often."""


def query_all(table: "Table", **arguments: Any) -> Iterator[dict[str, Any]]:
    """Yield the items of all pages that a query has."""
    while True:
        page = table.query(**arguments)
        yield from page["Items"]
        if "LastEvaluatedKey" not in page:
            return
        arguments["ExclusiveStartKey"] = page["LastEvaluatedKey"]


def get_all(
    table: "Table", keys: Iterable[Mapping[str, str]], *, consistent: bool
) -> Iterator[dict[str, Any]]:
    """Yield those items that there are, in no order; no key may come twice.

    DynamoDB answers with what it has time for, 16 MB at most; the rest is asked for again.

    Raises:
        Throttled: if some of them stayed unread.
    """
    rest = iter(keys)
    while some := list(islice(rest, AT_ONCE)):
        left: Any = {table.name: {"Keys": some, "ConsistentRead": consistent}}
        for _ in attempts(ATTEMPTS):
            answer = table.meta.client.batch_get_item(RequestItems=left)
            yield from answer["Responses"].get(table.name, [])
            left = answer.get("UnprocessedKeys")
            if not left:
                break
        else:
            raise Throttled(f"{table.name} did not give {len(left[table.name]['Keys'])} items")
