"""What our boto3 code sees of S3.

Each function whose name begins with ``a_``, ``an_`` or ``the_`` is one rule.
"""

from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

from tests.convergence.scratch import Ports, code_of


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


def an_archived_object_is_refused_and_described(ports: Ports) -> None:
    where = {"Bucket": ports.bucket, "Key": "a"}
    written = ports.s3.put_object(**where, Body=b"one", StorageClass="DEEP_ARCHIVE")
    with pytest.raises(ClientError) as refused:
        ports.s3.get_object(**where)
    assert refused.value.response["Error"]["Code"] == "InvalidObjectState"
    assert refused.value.response["Error"]["StorageClass"] == "DEEP_ARCHIVE"  # type: ignore[typeddict-item]
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403
    head = ports.s3.head_object(**where)
    assert (head["VersionId"], head["ContentLength"]) == (written["VersionId"], 3)
    asked = {"OptionalObjectAttributes": ["RestoreStatus"], "Prefix": "a"}
    [listed] = ports.s3.list_object_versions(Bucket=ports.bucket, **asked)["Versions"]
    assert (listed["StorageClass"], listed["Size"]) == ("DEEP_ARCHIVE", 3)
    assert "RestoreStatus" not in listed


def a_restored_object_can_be_read_and_is_the_same_version(ports: Ports) -> None:
    where = {"Bucket": ports.bucket, "Key": "a"}
    written = ports.s3.put_object(**where, Body=b"one", StorageClass="GLACIER")
    ports.s3.restore_object(**where, RestoreRequest={"Days": 1})
    ports.wait_until(lambda: 'ongoing-request="false"' in ports.s3.head_object(**where)["Restore"])
    assert ports.read("a") == b"one"
    assert ports.s3.get_object(**where)["VersionId"] == written["VersionId"]


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


def a_part_of_an_object_can_be_read(ports: Ports) -> None:
    ports.put("a", b"abcdef")
    assert ports.read("a", Range="bytes=2-3") == b"cd"
    assert ports.read("a", Range="bytes=0-") == b"abcdef"
    assert ports.read("a", Range="bytes=4-9") == b"ef"
    found = ports.s3.get_object(Bucket=ports.bucket, Key="a", Range="bytes=1-1")
    assert found["ContentLength"] == 1


def a_listing_begins_after_any_name(ports: Ports) -> None:
    for key in ("a/1", "a/2", "b/1"):
        ports.put(key, b"one")

    def listed(**request: Any) -> list[str]:
        pages = ports.s3.get_paginator("list_objects_v2").paginate(
            Bucket=ports.bucket, MaxKeys=1, **request
        )
        return [found["Key"] for page in pages for found in page.get("Contents", [])]

    assert listed(StartAfter="") == ["a/1", "a/2", "b/1"]
    assert listed(StartAfter="a/1") == ["a/2", "b/1"]
    assert listed(StartAfter="a/\U0010ffff") == ["b/1"]
    assert listed(StartAfter="c") == []


def a_listing_of_versions_begins_with_the_latest_of_the_first_key(ports: Ports) -> None:
    for key in ("a b", "a b", "a bc"):
        ports.put(key, b"one")
    asked = {"Bucket": ports.bucket, "Prefix": "a b", "MaxKeys": 1}
    found = ports.s3.list_object_versions(**asked)
    assert [(v["Key"], v["IsLatest"], v["Size"]) for v in found["Versions"]] == [("a b", True, 3)]
    ports.s3.delete_object(Bucket=ports.bucket, Key="a b")
    found = ports.s3.list_object_versions(**asked)
    assert [(v["Key"], v["IsLatest"]) for v in found["DeleteMarkers"]] == [("a b", True)]
    assert "Versions" not in found
    assert found["DeleteMarkers"][0]["LastModified"].tzinfo is not None


def a_deletion_of_many_is_silent_about_those_that_are_not_there(ports: Ports) -> None:
    for key in ("a", "ü b", "c"):
        ports.put(key, b"one")
    names = [{"Key": key} for key in ("a", "ü b", "none")]
    asked = {"Bucket": ports.bucket, "Delete": {"Objects": names, "Quiet": True}}
    for _ in range(2):
        assert "Errors" not in ports.s3.delete_objects(**asked)
    left = ports.s3.list_objects_v2(Bucket=ports.bucket)["Contents"]
    assert [found["Key"] for found in left] == ["c"]
