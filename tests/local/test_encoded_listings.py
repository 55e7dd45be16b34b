"""Contract of local/emulator/repairs/encoded_listings.py."""

import pytest

from tests.local.workbench import Workbench


@pytest.mark.parametrize("key", ["a b+c%20.jpg", "<ü&\r\n>", "a\x01", "a\x00", "\uffff"])
def test_versions_are_listed_whatever_their_key_holds(bench: Workbench, key: str) -> None:
    bucket = bench.bucket()
    nothing = bench.s3.list_object_versions(Bucket=bucket, Prefix=key)
    assert (nothing["Prefix"], nothing.get("Versions")) == (key, None)

    bench.s3.put_object(Bucket=bucket, Key=key, Body=b"")
    [found] = bench.s3.list_object_versions(Bucket=bucket, Prefix=key)["Versions"]
    assert found["Key"] == key
