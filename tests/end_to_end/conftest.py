"""A deployed Darkroom, on AWS or in the local cloud, seen through a role that may do little.

The environment says where: the stack outputs named in `stacks/delivery_stack.py`, and whatever
credentials may assume the role. Without it there is nothing to test, and nothing is collected.
"""

import os
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.pictures import any_picture

collect_ignore_glob = [] if "END_TO_END_ROLE" in os.environ else ["test_*.py"]

FACETS = ("METADATA", "THUMBNAILS")
# A cold start of each function, one after the other, with time to spare; but less than it takes
# for a failed message to come back: that would hide the failure.
PATIENCE_SECONDS = 120


@pytest.fixture(autouse=True, scope="session")
def no_network() -> None:
    """Take the place of the other tests' guard: these are here to reach AWS."""


@dataclass
class Deployed:
    """The app as its users see it; every key is in `folder`, which is this test's alone."""

    session: boto3.Session
    folder: str
    used: set[str] = field(default_factory=set)

    @cached_property
    def s3(self) -> Any:
        return self.session.client("s3")

    @cached_property
    def dynamodb(self) -> Any:
        return self.session.resource("dynamodb")

    def key(self, name: str) -> str:
        return f"{self.folder}/{name}"

    def put(self, name: str, body: bytes | None = None) -> str:
        """Upload a picture; return its version."""
        key = self.key(name)
        self.used.add(key)
        answer = self.s3.put_object(
            Bucket=os.environ["ORIGINALS_BUCKET"],
            Key=key,
            Body=any_picture() if body is None else body,
        )
        return str(answer["VersionId"])

    def delete(self, name: str) -> None:
        self.s3.delete_object(Bucket=os.environ["ORIGINALS_BUCKET"], Key=self.key(name))
        self.used.discard(self.key(name))

    def delete_all(self) -> None:
        for key in sorted(self.used):
            self.delete(key.removeprefix(f"{self.folder}/"))

    def facet(self, name: str, facet: str) -> dict[str, Any]:
        """Return a facet of the catalog; empty if there is none."""
        table = self.dynamodb.Table(os.environ["CATALOG_TABLE"])
        found = table.get_item(Key={"pk": self.key(name), "sk": facet}, ConsistentRead=True)
        return dict(found.get("Item", {}))

    def wait_for(self, name: str, version: str) -> None:
        """Wait until both facets describe *version*."""
        wait_until(
            lambda: all(self.facet(name, f).get("version_id") == version for f in FACETS),
            lambda: f"{name!r}: {[self.facet(name, f) for f in FACETS]}, wanted {version}",
        )

    def wait_until_gone(self, name: str) -> None:
        """Wait until both facets are tombstones."""
        wait_until(
            lambda: all(self.facet(name, f).get("state") == "GONE" for f in FACETS),
            lambda: f"{name!r}: {[self.facet(name, f) for f in FACETS]}",
        )

    def thumbnails(self, name: str) -> dict[str, bytes]:
        """Return the stored bytes of each variant that the facet names."""
        variants = self.facet(name, "THUMBNAILS").get("variants", {})
        return {variant: self.thumbnail(found["key"]) for variant, found in variants.items()}

    def thumbnail(self, key: str) -> bytes:
        answer = self.s3.get_object(Bucket=os.environ["THUMBNAILS_BUCKET"], Key=key)
        return bytes(answer["Body"].read())

    def counted(self) -> dict[str, int]:
        """Return what the report counts for the owner that is this test."""
        table = self.dynamodb.Table(os.environ["REPORT_TABLE"])
        total = dict.fromkeys(("objects", "bytes", "rejected"), 0)
        for shard in range(int(os.environ["REPORT_SHARDS"])):
            key = {"pk": f"OWNER#{shard}", "sk": self.folder}
            line = table.get_item(Key=key, ConsistentRead=True).get("Item", {})
            for measure in total:
                total[measure] += int(line.get(measure, 0))
        return total


def wait_until(condition: Callable[[], bool], explain: Callable[[], str]) -> None:
    """Wait for *condition*; fail with what *explain* says if it does not come about."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            pytest.fail(f"not within {PATIENCE_SECONDS} s: {explain()}")
        time.sleep(0.5)


def refusal(call: Callable[[], Any]) -> str:
    """Return the code with which AWS refuses *call*; fail if it does not."""
    with pytest.raises(ClientError) as refused:
        call()
    return str(refused.value.response["Error"]["Code"])


@pytest.fixture(scope="session")
def session(no_network: None) -> boto3.Session:
    """Return a session of the tests' own role, which lasts an hour."""
    answer = boto3.client("sts").assume_role(
        RoleArn=os.environ["END_TO_END_ROLE"], RoleSessionName="end-to-end"
    )
    found = answer["Credentials"]
    return boto3.Session(
        aws_access_key_id=found["AccessKeyId"],
        aws_secret_access_key=found["SecretAccessKey"],
        aws_session_token=found["SessionToken"],
    )


@pytest.fixture
def deployed(session: boto3.Session) -> Iterator[Deployed]:
    """Return the app with a new folder, and so a new owner; delete what is in it in the end."""
    app = Deployed(session, f"end-to-end-{uuid.uuid4().hex[:12]}")
    yield app
    app.delete_all()
