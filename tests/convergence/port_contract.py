"""What boto3 code sees of S3 and DynamoDB: held by the ports in memory, moto and the local cloud.

Each function whose name begins with ``a_``, ``an_`` or ``the_`` is one rule.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from boto3.dynamodb.conditions import Attr, Key
from botocore.exceptions import ClientError

NAME = {"pk": "a", "sk": "F"}


@dataclass
class Ports:
    """A client of S3 with an empty versioned bucket, and an empty table."""

    s3: Any
    bucket: str
    table: Any

    def put(self, key: str, body: bytes) -> Any:
        """Write an object."""
        return self.s3.put_object(Bucket=self.bucket, Key=key, Body=body)

    def read(self, key: str, **version: str) -> bytes:
        """Read an object's bytes."""
        found = self.s3.get_object(Bucket=self.bucket, Key=key, **version)
        body: bytes = found["Body"].read()
        return body

    def item(self, **name: str) -> Any:
        """Read an item."""
        return self.table.get_item(Key=name or NAME, ConsistentRead=True).get("Item")


def scratch_bucket(s3: Any) -> str:
    """Make a versioned bucket."""
    name, region = f"scratch-{uuid4()}", _region(s3)
    where: dict[str, Any] = {"CreateBucketConfiguration": {"LocationConstraint": region}}
    s3.create_bucket(Bucket=name, **({} if region == "us-east-1" else where))
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    return name


def _region(s3: Any) -> str:
    return str(s3.meta.region_name) if hasattr(s3, "meta") else "eu-west-1"


def scratch_table(dynamodb: Any, **settings: Any) -> Any:
    """Make a table with the app's kind of key."""
    made = dynamodb.create_table(
        TableName=f"scratch-{uuid4()}",
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[
            {"AttributeName": "pk", "KeyType": "HASH"},
            {"AttributeName": "sk", "KeyType": "RANGE"},
        ],
        AttributeDefinitions=[
            {"AttributeName": "pk", "AttributeType": "S"},
            {"AttributeName": "sk", "AttributeType": "S"},
        ],
        **settings,
    )
    made.wait_until_exists()
    return made


def code_of(call: Callable[..., Any], **request: Any) -> str:
    """Return the code that a call is refused with."""
    with pytest.raises(ClientError) as refused:
        call(**request)
    return str(refused.value.response["Error"]["Code"])


def a_missing_key_is_no_such_key(ports: Ports) -> None:
    where = {"Bucket": ports.bucket, "Key": "none"}
    assert code_of(ports.s3.get_object, **where) == "NoSuchKey"
    assert code_of(ports.s3.head_object, **where) == "404"
    assert code_of(ports.s3.get_object, **where, VersionId=str(uuid4())) in MISSING_VERSION


MISSING_VERSION = {"NoSuchVersion", "InvalidArgument"}  # the latter if it is not S3's own form


def a_plain_read_finds_the_latest_version_and_what_it_is(ports: Ports) -> None:
    first, second = ports.put("a", b"one"), ports.put("a", b"three")
    found = ports.s3.get_object(Bucket=ports.bucket, Key="a")
    assert found["VersionId"] == second["VersionId"] != first["VersionId"]
    assert found["ContentLength"] == 5
    assert found["ETag"] == second["ETag"] == '"35d6d33467aae9a2e3dccb4b6b027878"'
    assert found["LastModified"].tzinfo is not None
    assert ports.read("a", VersionId=first["VersionId"]) == b"one"
    assert ports.s3.head_object(Bucket=ports.bucket, Key="a")["VersionId"] == second["VersionId"]


def a_delete_marker_hides_and_its_removal_brings_back(ports: Ports) -> None:
    written = ports.put("a", b"one")
    where = {"Bucket": ports.bucket, "Key": "a"}
    marker = ports.s3.delete_object(**where)
    assert code_of(ports.s3.get_object, **where) == "NoSuchKey"
    assert ports.read("a", VersionId=written["VersionId"]) == b"one"
    ports.s3.delete_object(**where, VersionId=marker["VersionId"])
    assert ports.read("a") == b"one"


def a_deleted_version_uncovers_the_one_below(ports: Ports) -> None:
    ports.put("a", b"one")
    last = ports.put("a", b"two")["VersionId"]
    ports.s3.delete_object(Bucket=ports.bucket, Key="a", VersionId=last)
    assert ports.read("a") == b"one"


def a_delete_of_nothing_is_no_error(ports: Ports) -> None:
    where = {"Bucket": ports.bucket, "Key": "none"}
    ports.s3.delete_object(**where)
    assert code_of(ports.s3.get_object, **where) == "NoSuchKey"


def a_copy_is_a_version_of_its_own(ports: Ports) -> None:
    ports.put("a", b"one")
    source = {"Bucket": ports.bucket, "Key": "a"}
    copied = ports.s3.copy_object(Bucket=ports.bucket, Key="b", CopySource=source)
    assert ports.read("b", VersionId=copied["VersionId"]) == b"one"


def a_multipart_upload_is_there_when_it_is_complete(ports: Ports) -> None:
    where = {"Bucket": ports.bucket, "Key": "a"}
    upload = {**where, "UploadId": ports.s3.create_multipart_upload(**where)["UploadId"]}
    parts = [b"a" * (5 << 20), b"b"]
    sent = [
        {"PartNumber": n, "ETag": ports.s3.upload_part(**upload, PartNumber=n, Body=p)["ETag"]}
        for n, p in enumerate(parts, 1)
    ]
    assert code_of(ports.s3.get_object, **where) == "NoSuchKey"
    ports.s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": sent})
    assert ports.read("a") == b"".join(parts)


def a_listing_has_what_a_read_would_find_by_page(ports: Ports) -> None:
    for key in ("x/b", "x/a", "x/c", "y"):
        ports.put(key, b"one")
    ports.s3.delete_object(Bucket=ports.bucket, Key="x/b")
    pages = list(
        ports.s3.get_paginator("list_objects_v2").paginate(
            Bucket=ports.bucket, Prefix="x/", MaxKeys=1
        )
    )
    assert [found["Key"] for page in pages for found in page["Contents"]] == ["x/a", "x/c"]
    assert [found["Size"] for found in pages[0]["Contents"]] == [3]
    assert "Contents" not in ports.s3.list_objects_v2(Bucket=ports.bucket, Prefix="z")


def a_listing_of_versions_can_be_taken_up_anywhere(ports: Ports) -> None:
    for body in (b"1", b"2"):
        ports.put("a", body)
        ports.put("b", body)
    ports.s3.delete_object(Bucket=ports.bucket, Key="a")
    seen: list[tuple[str, bool, bool]] = []
    marker: dict[str, str] = {}
    while True:
        page = ports.s3.list_object_versions(Bucket=ports.bucket, MaxKeys=2, **marker)
        seen += [(v["Key"], v["IsLatest"], "Size" in v) for v in _listed(page)]
        if not page["IsTruncated"]:
            break
        marker = {"KeyMarker": page["NextKeyMarker"]}
        if page.get("NextVersionIdMarker"):
            marker["VersionIdMarker"] = page["NextVersionIdMarker"]
    assert sorted(seen) == sorted(
        [
            ("a", True, False),
            ("a", False, True),
            ("a", False, True),
            ("b", True, True),
            ("b", False, True),
        ]
    )


def _listed(page: Any) -> list[Any]:
    return [*page.get("Versions", []), *page.get("DeleteMarkers", [])]


def a_condition_is_checked_before_the_write(ports: Ports) -> None:
    absent, same = Attr("rev").not_exists(), Attr("rev").eq(1)
    ports.table.put_item(Item={**NAME, "rev": 1}, ConditionExpression=absent)
    lost = code_of(ports.table.put_item, Item={**NAME, "rev": 9}, ConditionExpression=absent)
    assert lost == "ConditionalCheckFailedException"
    assert ports.item()["rev"] == 1
    ports.table.put_item(Item={**NAME, "rev": 2}, ConditionExpression=same)
    assert code_of(ports.table.delete_item, Key=NAME, ConditionExpression=same) == lost
    assert ports.item() == {**NAME, "rev": 2}


def a_condition_may_be_a_text(ports: Ports) -> None:
    names, values = {"#position": "position"}, {":seen": "5", ":low": 1, ":high": 3}
    ports.table.put_item(Item={**NAME, "position": "5", "n": 2, "m": {"n": "x"}})
    true = [
        "#position = :seen",
        "attribute_exists(pk) AND NOT attribute_exists(rev)",
        "attribute_not_exists(pk) OR (n >= :low AND n < :high)",
        "n BETWEEN :low AND :high",
        "begins_with(#position, :seen)",
        "attribute_exists(m.n)",
        "rev <> :low",
    ]
    for text in true:
        used = {name: value for name, value in values.items() if name in text}
        named = {"ExpressionAttributeNames": names} if "#" in text else {}
        valued = {"ExpressionAttributeValues": used} if used else {}
        request = {**named, **valued, "Key": NAME, "UpdateExpression": "REMOVE nothing"}
        ports.table.update_item(ConditionExpression=text, **request)
        refused = code_of(ports.table.update_item, ConditionExpression=f"NOT ({text})", **request)
        assert refused == "ConditionalCheckFailedException", text


def a_number_comes_back_as_a_decimal_that_equals_it(ports: Ports) -> None:
    ports.table.put_item(Item={**NAME, "deep": {"list": [1, {"n": 2}]}, "yes": True})
    found = ports.item()
    assert found["deep"]["list"] == [1, {"n": 2}]
    assert type(found["deep"]["list"][0]).__name__ == "Decimal"
    assert found["yes"] is True


def a_projection_shows_no_more(ports: Ports) -> None:
    ports.table.put_item(Item={**NAME, "rev": 1, "more": 2})
    found = ports.table.get_item(Key=NAME, ProjectionExpression="rev")
    assert found["Item"] == {"rev": 1}
    assert "Item" not in ports.table.get_item(Key={"pk": "none", "sk": "F"})


def an_addition_starts_from_nothing(ports: Ports) -> None:
    request = {
        "UpdateExpression": "ADD #0 :0, #1 :1",
        "ExpressionAttributeNames": {"#0": "objects READY PNG", "#1": "bytes"},
        "ExpressionAttributeValues": {":0": 1, ":1": -5},
    }
    for _ in range(2):
        ports.table.update_item(Key=NAME, **request)
    assert ports.item() == {**NAME, "objects READY PNG": 2, "bytes": -10}


def an_update_sets_and_removes_by_what_was_there(ports: Ports) -> None:
    ports.table.put_item(Item={**NAME, "a": 1, "b": 2})
    answer = ports.table.update_item(
        Key=NAME,
        UpdateExpression="SET a = b, c = if_not_exists(c, :zero) + :one REMOVE b",
        ExpressionAttributeValues={":zero": 0, ":one": 1},
        ReturnValues="ALL_NEW",
    )
    assert answer["Attributes"] == ports.item() == {**NAME, "a": 2, "c": 1}


def a_transaction_happens_as_a_whole(ports: Ports) -> None:
    ports.table.put_item(Item={**NAME, "position": "1"})
    ports.table.put_item(Item={"pk": "gone", "sk": "F"})
    ports.table.meta.client.transact_write_items(TransactItems=_transaction(ports, seen="1"))
    assert ports.item() == {**NAME, "position": "2"}
    assert ports.item(pk="total", sk="F")["bytes"] == 7
    assert ports.item(pk="gone", sk="F") is None


def a_transaction_that_fails_says_which_part_and_changes_nothing(ports: Ports) -> None:
    ports.table.put_item(Item={**NAME, "position": "9"})
    with pytest.raises(ClientError) as refused:
        ports.table.meta.client.transact_write_items(TransactItems=_transaction(ports, seen="1"))
    answer: Any = refused.value.response
    assert answer["Error"]["Code"] == "TransactionCanceledException"
    codes = [reason.get("Code", "None") for reason in answer["CancellationReasons"]]
    assert codes == ["ConditionalCheckFailed", "None", "None", "None"]
    assert ports.item() == {**NAME, "position": "9"}
    assert ports.item(pk="total", sk="F") is None


def _transaction(ports: Ports, seen: str) -> list[Any]:
    table = {"TableName": ports.table.name}
    return [
        {
            "Put": {
                **table,
                "Item": {**NAME, "position": "2"},
                "ConditionExpression": "#p = :seen",
                "ExpressionAttributeNames": {"#p": "position"},
                "ExpressionAttributeValues": {":seen": seen},
            }
        },
        {
            "Update": {
                **table,
                "Key": {"pk": "total", "sk": "F"},
                "UpdateExpression": "ADD #0 :0",
                "ExpressionAttributeNames": {"#0": "bytes"},
                "ExpressionAttributeValues": {":0": 7},
            }
        },
        {
            "ConditionCheck": {
                **table,
                "Key": {"pk": "none", "sk": "F"},
                "ConditionExpression": "attribute_not_exists(pk)",
            }
        },
        {"Delete": {**table, "Key": {"pk": "gone", "sk": "F"}}},
    ]


def a_query_is_in_order_and_by_page(ports: Ports) -> None:
    for sk in "cab":
        ports.table.put_item(Item={"pk": "a", "sk": sk, "odd": sk in "ac"})
    ports.table.put_item(Item={"pk": "b", "sk": "a"})
    wanted = Key("pk").eq("a")
    first = ports.table.query(KeyConditionExpression=wanted, Limit=2, ConsistentRead=True)
    rest = ports.table.query(
        KeyConditionExpression=wanted, ExclusiveStartKey=first["LastEvaluatedKey"]
    )
    assert [item["sk"] for item in (*first["Items"], *rest["Items"])] == ["a", "b", "c"]
    assert "LastEvaluatedKey" not in rest
    last = ports.table.query(KeyConditionExpression=wanted, ScanIndexForward=False, Limit=1)
    assert [item["sk"] for item in last["Items"]] == ["c"]
    odd = ports.table.query(KeyConditionExpression=wanted, FilterExpression=Attr("odd").eq(True))
    assert (odd["Count"], odd["ScannedCount"]) == (2, 3)
    begun = wanted & Key("sk").begins_with("b")
    assert ports.table.query(KeyConditionExpression=begun)["Count"] == 1


def a_scan_sees_every_item_once_by_page(ports: Ports) -> None:
    names = {(f"key-{number}", "F") for number in range(7)}
    for pk, sk in names:
        ports.table.put_item(Item={"pk": pk, "sk": sk, "n": 1})
    seen: list[tuple[str, str]] = []
    start: dict[str, Any] = {}
    for _ in range(9):
        page = ports.table.scan(Limit=3, ConsistentRead=True, **start)
        assert len(page["Items"]) <= 3
        seen += [(item["pk"], item["sk"]) for item in page["Items"]]
        if "LastEvaluatedKey" not in page:
            break
        start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}
    assert len(seen) == 7
    assert set(seen) == names


def a_batch_of_reads_gives_what_there_is(ports: Ports) -> None:
    ports.table.put_item(Item={**NAME, "n": 1})
    keys = [NAME, {"pk": "none", "sk": "F"}]
    answer = ports.table.meta.client.batch_get_item(RequestItems={ports.table.name: {"Keys": keys}})
    assert answer["Responses"][ports.table.name] == [{**NAME, "n": 1}]
    assert not answer["UnprocessedKeys"]


RULES = [
    each
    for name, each in vars(sys.modules[__name__]).items()
    if name.startswith(("a_", "an_", "the_"))
]
