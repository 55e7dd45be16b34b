"""The buckets and tables of the app on moto, and the real handlers over them."""

import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import boto3
import pytest
from moto import mock_aws

from darkroom import aws
from darkroom.catalog_indexes import INDEXES, Index, projected
from darkroom.convergence import Convergence
from functions.index_metadata import handler as index_metadata
from functions.make_thumbnails import handler as make_thumbnails
from functions.query_catalog import resources
from functions.report_changes import handler as report_changes
from tests.corpus import TINY

ENVIRONMENT = {
    "ORIGINALS_BUCKET": "originals",
    "THUMBNAILS_BUCKET": "thumbnails",
    "CATALOG_TABLE": "catalog",
    "REPORT_TABLE": "report",
    "REPORT_SHARDS": "4",
    "MAX_BYTES": "200000",
    "MAX_MEMORY": str(8 << 20),
    "TOMBSTONE_DAYS": "45",
    "SLO_READY_SECONDS": "60",
    "REPORTS_BUCKET": "reports",
    "FACETS": "METADATA,THUMBNAILS",
    "CONSUMERS": "index_metadata,make_thumbnails",
    "KEEP_CREDITS": "no",
    "VARIANTS": json.dumps(
        [
            {"name": "small", "long_edge": 16, "format": "JPEG", "quality": 80},
            {"name": "large", "long_edge": 64, "format": "WEBP", "quality": 80},
        ]
    ),
}
MADE_ONCE = [
    aws.s3,
    aws.table,
    make_thumbnails.settings,
    make_thumbnails.convergence,
    make_thumbnails.shelf,
    make_thumbnails.decoder,
    index_metadata.settings,
    index_metadata.convergence,
    index_metadata.reader,
    report_changes.settings,
    report_changes.ledger,
    resources.settings,
    resources.signer,
    resources.thumbnail_url,
]


@dataclass
class World:
    """What a test puts in and looks at."""

    s3: Any
    catalog: Any
    report: Any

    def put(self, key: str, body: bytes, content_type: str = "image/jpeg") -> str:
        """Upload an original; return its version."""
        answer = self.s3.put_object(
            Bucket="originals", Key=key, Body=body, ContentType=content_type
        )
        return str(answer["VersionId"])

    def delete(self, key: str, version: str | None = None) -> str:
        """Delete an original, or one version of it; return the version that is now gone or made."""
        which = {"VersionId": version} if version else {}
        return str(self.s3.delete_object(Bucket="originals", Key=key, **which)["VersionId"])

    def facet(self, key: str, facet: str) -> dict[str, Any]:
        """Return a facet of the catalog; empty if there is none."""
        item = self.catalog.get_item(Key={"pk": key, "sk": facet}).get("Item", {})
        return dict(item)

    def thumbnails(self) -> set[str]:
        """Return the names of all thumbnails."""
        listing = self.s3.list_objects_v2(Bucket="thumbnails")
        return {found["Key"] for found in listing.get("Contents", [])}

    def thumbnail(self, name: str) -> bytes:
        """Return a thumbnail's bytes."""
        body: bytes = self.s3.get_object(Bucket="thumbnails", Key=name)["Body"].read()
        return body

    def totals(self) -> dict[tuple[str, str], dict[str, int]]:
        """Return what is not zero of the report's lines, summed over their shards."""
        lines: dict[tuple[str, str], dict[str, int]] = {}
        for item in self.report.scan()["Items"]:
            dimension = item["pk"].partition("#")[0]
            if dimension in ("LEDGER", "SWEEP"):
                continue
            line = lines.setdefault((dimension, item["sk"]), {})
            for measure in item.keys() - {"pk", "sk", "moves"}:
                line[measure] = line.get(measure, 0) + int(item[measure])
        kept = {name: {m: n for m, n in line.items() if n} for name, line in lines.items()}
        return {name: line for name, line in kept.items() if line}


@pytest.fixture
def world() -> Iterator[World]:
    """Make the app's buckets and tables, empty."""
    with a_world() as made:
        yield made


@contextmanager
def a_world() -> Iterator[World]:
    """Make the app's buckets and tables for as long as a test, or a file of them, lives."""
    with (
        patch.dict(os.environ, ENVIRONMENT),
        mock_aws(config={"core": {"reset_boto3_session": False}}),
    ):
        for once in MADE_ONCE:
            once.cache_clear()
        s3, dynamodb = boto3.client("s3"), boto3.resource("dynamodb")
        for bucket in ("originals", "thumbnails"):
            s3.create_bucket(
                Bucket=bucket,
                CreateBucketConfiguration={"LocationConstraint": "eu-west-1"},
            )
        s3.put_bucket_versioning(Bucket="originals", VersioningConfiguration={"Status": "Enabled"})
        yield World(s3, _table(dynamodb, "catalog", INDEXES), _table(dynamodb, "report"))
    for once in MADE_ONCE:
        once.cache_clear()


def _table(dynamodb: Any, name: str, indexes: Sequence[Index] = ()) -> Any:
    """Make a table of ours; no other place of the tests over moto knows its keys and indexes."""
    keys = {"pk", "sk", *(name for each in indexes for name in (each.partition, each.sort))}
    more = {"GlobalSecondaryIndexes": [_index(each) for each in indexes]} if indexes else {}
    return dynamodb.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=_key_schema("pk", "sk"),
        AttributeDefinitions=[
            {"AttributeName": each, "AttributeType": "S"} for each in sorted(keys)
        ],
        **more,
    )


def _index(index: Index) -> dict[str, Any]:
    kept = {"ProjectionType": "INCLUDE", "NonKeyAttributes": list(projected(index))}
    keys = _key_schema(index.partition, index.sort)
    return {"IndexName": index.name, "KeySchema": keys, "Projection": kept}


def _key_schema(partition: str, sort: str) -> list[dict[str, str]]:
    return [
        {"AttributeName": partition, "KeyType": "HASH"},
        {"AttributeName": sort, "KeyType": "RANGE"},
    ]


def once_before_writing(monkeypatch: pytest.MonkeyPatch, act: Callable[[], None]) -> None:
    """Run *act* between the first worker's work and its write."""
    find = Convergence._find

    def overtaken(self: Convergence, *args: Any) -> Any:
        found = find(self, *args)
        monkeypatch.setattr(Convergence, "_find", find)
        act()
        return found

    monkeypatch.setattr(Convergence, "_find", overtaken)


# A folder of other pictures may be named; it is not part of the project.
OTHERS = os.environ.get("DARKROOM_CORPUS")


@pytest.fixture(scope="session", params=["tiny", "others"] if OTHERS else ["tiny"])
def corpus(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of good and bad files: ten tiny ones, then the folder that is named."""
    if request.param == "others":
        assert Path(str(OTHERS)).is_dir(), f"DARKROOM_CORPUS names no folder: {OTHERS}"
        return Path(str(OTHERS))
    folder = tmp_path_factory.mktemp("corpus")
    for name, (content, _) in TINY.items():
        (folder / name).write_bytes(content)
    return folder
