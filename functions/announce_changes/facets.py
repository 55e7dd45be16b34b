"""What the catalog says of a picture now."""

from typing import TYPE_CHECKING

from boto3.dynamodb.conditions import Key

from functions.announce_changes.pictures import Facets

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

NEEDED = ("sk", "rev", "state", "version_id", "owner", "reason", "detail", "variants")


def facets_of(catalog: "Table", key: str) -> Facets:
    """Read all facets of *key*, consistently: none is older than the change that is answered."""
    names = {f"#{name}": name for name in NEEDED}
    found = catalog.query(
        KeyConditionExpression=Key("pk").eq(key),
        ConsistentRead=True,
        ProjectionExpression=", ".join(names),
        ExpressionAttributeNames=names,
    )
    return {str(item["sk"]): item for item in found["Items"]}
