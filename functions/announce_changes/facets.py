"""What the catalog says of a picture now."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from boto3.dynamodb.conditions import Key

from darkroom.batches import query_all
from darkroom.catalog import read_facets
from functions.announce_changes.pictures import Facets

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table


def facets_of(catalog: "Table", key: str, ours: Sequence[str]) -> Facets:
    """Read the facets of *key*, consistently: none is older than the change that is answered.

    One that cannot be read is left out. When it is written again, that is a change to announce.
    """
    items = query_all(catalog, KeyConditionExpression=Key("pk").eq(key), ConsistentRead=True)
    return read_facets(items, ours)[0]
