"""Contract of local/emulator/repairs/missing_objects.py."""

from typing import Any

import pytest

from tests.local.workbench import Workbench

READ = """
import boto3, botocore.exceptions

def handler(event, context):
    try:
        boto3.client("s3").get_object(Bucket=event["bucket"], Key=event["key"])
    except botocore.exceptions.ClientError as error:
        return error.response["Error"]["Code"]
    return "found"
"""


def read(bench: Workbench, key: str, *actions: str) -> Any:
    """Let a function whose role allows *actions* read a key of a bucket that has only `cat`."""
    bucket = bench.bucket()
    bench.s3.put_object(Bucket=bucket, Key="cat", Body=b"")
    function = bench.function(READ, Role=bench.role(*actions), Timeout=20)
    return bench.invoke(function, {"bucket": bucket, "key": key}).result


def test_who_may_list_the_bucket_is_told_that_the_object_is_missing(bench: Workbench) -> None:
    assert read(bench, "dog", "s3:GetObject", "s3:ListBucket") == "NoSuchKey"


def test_who_may_not_is_denied(bench: Workbench) -> None:
    assert read(bench, "dog", "s3:GetObject") == "AccessDenied"


def test_an_object_that_is_there_can_be_read_without_listing(bench: Workbench) -> None:
    assert read(bench, "cat", "s3:GetObject") == "found"


LIST_PARTS = READ.replace(
    'get_object(Bucket=event["bucket"], Key=event["key"])',
    'list_parts(Bucket=event["bucket"], Key="cat", UploadId="none")',
)


def test_who_may_list_parts_is_told_that_the_upload_is_missing(bench: Workbench) -> None:
    function = bench.function(
        LIST_PARTS, Role=bench.role("s3:ListMultipartUploadParts"), Timeout=20
    )
    assert bench.invoke(function, {"bucket": bench.bucket()}).result == "NoSuchUpload"


def test_the_root_user_is_always_told(bench: Workbench) -> None:
    with pytest.raises(bench.s3.exceptions.NoSuchKey):
        bench.s3.get_object(Bucket=bench.bucket(), Key="dog")
