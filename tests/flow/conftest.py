"""The whole app, deployed once to a local cloud of the tests' own."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pytest

from local.agreement import FACETS, Findings, Inspector
from local.cloud import Cloud
from operations.command_line import main
from tests.flow.callers import admin, alice, bob, nobody, program, web  # noqa: F401
from tests.gallery.browser import browser, context, page  # noqa: F401
from tests.pictures import any_picture

PATIENCE_SECONDS = 900  # a message that failed comes back after six minutes


@dataclass
class App:
    """The deployed app, as its users and its operators see it."""

    cloud: Cloud
    outputs: dict[str, str]
    clients: dict[str, Any] = field(default_factory=dict)

    def client(self, service: str) -> Any:
        """Return a client of the account's root user."""
        if service not in self.clients:
            self.clients[service] = self.cloud.client(service)
        return self.clients[service]

    @cached_property
    def inspector(self) -> Inspector:
        """Return what reads and compares all that the app keeps."""
        return Inspector(self.cloud)

    @cached_property
    def catalog(self) -> Any:
        """Return the catalog table."""
        return self.cloud.resource("dynamodb").Table(self.outputs["CatalogTable"])

    @property
    def originals(self) -> str:
        """Return the name of the originals bucket."""
        return self.outputs["OriginalsBucket"]

    def put(self, key: str, body: bytes | None = None) -> str:
        """Upload a picture; return its version."""
        answer = self.client("s3").put_object(
            Bucket=self.originals, Key=key, Body=any_picture() if body is None else body
        )
        return str(answer["VersionId"])

    def delete(self, key: str, version: str | None = None) -> str:
        """Delete a key, or one version of it; return the version that is now gone or made."""
        which = {"VersionId": version} if version else {}
        answer = self.client("s3").delete_object(Bucket=self.originals, Key=key, **which)
        return str(answer["VersionId"])

    def facet(self, key: str, facet: str) -> dict[str, Any]:
        """Return a facet of the catalog; empty if there is none."""
        found = self.catalog.get_item(Key={"pk": key, "sk": facet}, ConsistentRead=True)
        return dict(found.get("Item", {}))

    def thumbnails_of(self, key: str) -> dict[str, bytes]:
        """Return the stored bytes of each variant that the facet names."""
        variants = self.facet(key, "THUMBNAILS").get("variants", {})
        bucket = self.outputs["ThumbnailsBucket"]
        get = self.client("s3").get_object
        return {n: get(Bucket=bucket, Key=v["key"])["Body"].read() for n, v in variants.items()}

    def wait_for_version(self, key: str, version: str) -> None:
        """Wait until both facets describe *version*."""
        wait_until(
            lambda: all(self.facet(key, f).get("version_id") == version for f in FACETS),
            lambda: f"{key!r}: {[self.facet(key, f) for f in FACETS]}, wanted {version}",
        )

    def wait_until_gone(self, key: str) -> None:
        """Wait until both facets are tombstones."""
        wait_until(
            lambda: all(self.facet(key, f).get("state") == "GONE" for f in FACETS),
            lambda: f"{key!r}: {[self.facet(key, f) for f in FACETS]}",
        )

    def wait_until_quiet(self) -> Findings:
        """Wait until no message is under way and all agrees with the bucket."""
        wait_until(
            lambda: not self.inspector.waiting() and not self.inspector.look().disagreements,
            lambda: str(self.inspector.look().disagreements),
        )
        return self.inspector.look()

    @contextmanager
    def quick_retries(self, consumer: str, seconds: int = 1) -> Iterator[None]:
        """Let failed messages of *consumer* come back after *seconds* instead of six minutes."""
        sqs, url = self.client("sqs"), self.outputs[f"{consumer}Queue"]
        name = "VisibilityTimeout"
        usual = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=[name])["Attributes"]
        sqs.set_queue_attributes(QueueUrl=url, Attributes={name: str(seconds)})
        yield
        sqs.set_queue_attributes(QueueUrl=url, Attributes=usual)

    def count_messages(self, output: str) -> int:
        """Return how many messages are visible in a queue."""
        name = "ApproximateNumberOfMessages"
        url = self.outputs[output]
        answer = self.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=[name])
        return int(answer["Attributes"][name])


def operate(app: App, *arguments: str) -> None:
    """Run an operator's command on the tests' cloud, which must find nothing wrong."""
    assert main(["--local", "--home", str(app.cloud.home), *arguments]) == 0


def wait_until(condition: Callable[[], bool], explain: Callable[[], str]) -> None:
    """Wait for *condition*; fail with what *explain* says if it does not come about."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            pytest.fail(f"not within {PATIENCE_SECONDS} s: {explain()}")
        time.sleep(0.2)


@pytest.fixture(scope="session")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """Start a cloud, deploy the app by the real command line, stop the cloud in the end."""
    cloud = Cloud(tmp_path_factory.mktemp("cloud"))
    cloud.start()
    try:
        cloud.deploy()
        yield App(cloud, cloud.outputs())
    finally:
        cloud.stop()
