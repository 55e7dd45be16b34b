"""Asks the deployed API of a local cloud of its own: `python -m bench.query_cloud ROUNDS`.

Each function runs under its own role there, in a process of its own, as on AWS; tables and buckets
are the emulator's, so these are times of this machine and no forecast of AWS.
"""

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.httpsession import URLLib3Session

from bench.catalog import Facets
from bench.contest import ROOT
from bench.query import Trip
from bench.routes import MIDDLE, OTHER, PART, Ask, p50_and_p95, parsed, timed
from functions.query_catalog.identifiers import key_of
from local.cloud import REGION, ROOT_KEY, Cloud
from local.progress import Progress
from local.samples import samples

HOME = ROOT / ".build/bench/cloud"
PICTURES = 1_000
PATIENCE_SECONDS = 120
APIS = ("ProgramsApi", "Api")
ANONYMOUS = ("/health", "/openapi.json")  # which the API for people has


def trips(rounds: int) -> list[Trip]:
    """Ask every route of a cloud of the bench's own *rounds* times."""
    with a_cloud() as cloud:
        client = Client(cloud)
        fill(cloud, client)
        with Progress("Asking the API") as progress:
            spent = timed(rounds, client.send, client.put)
            progress.done(f"{sum(map(len, spent.values())):,} requests")
    return [Trip(route, *p50_and_p95(times)) for route, times in spent.items()]


@contextmanager
def a_cloud() -> Iterator[Cloud]:
    """Start and deploy; leave nothing behind."""
    cloud = Cloud(HOME)
    cloud.delete()  # what a run left that was killed
    try:
        cloud.start()
        cloud.deploy()
        yield cloud
    finally:
        cloud.delete()


class Client:
    """A program of the account that signs what it asks for."""

    def __init__(self, cloud: Cloud) -> None:
        self._endpoint, outputs = cloud.endpoint, cloud.outputs()
        self._apis = [urlsplit(outputs[api]).netloc.split(".")[0] for api in APIS]
        self._sign = SigV4Auth(Credentials(ROOT_KEY, ROOT_KEY), "execute-api", REGION)
        certificate: Any = str(cloud.settings.certificate)
        self._session = URLLib3Session(verify=certificate)

    def send(self, asked: Ask) -> tuple[Any, float]:
        """Return the answer, and milliseconds.

        Raises:
            RuntimeError: if it is no success.
        """
        api = self._apis[asked.path in ANONYMOUS]
        url = f"{self._endpoint}/_aws/execute-api/{api}{asked.path}"
        url += f"?{asked.query}" if asked.query else ""
        headers = {"Accept-Encoding": "gzip", "Content-Type": "application/json"}
        body = json.dumps(asked.body).encode() if asked.body else b""
        request = AWSRequest(asked.method, url, headers=headers, data=body)
        self._sign.add_auth(request)
        begun = time.perf_counter()
        answer = self._session.send(request.prepare())
        milliseconds = 1000 * (time.perf_counter() - begun)
        if answer.status_code >= 300:
            raise RuntimeError(f"{asked.route}: {answer.status_code} {answer.text}")
        packed = answer.headers.get("Content-Encoding") == "gzip"
        return parsed(answer.content, packed=packed), milliseconds

    def put(self, url: str) -> str:
        """Upload a part; return its ETag."""
        answer = self._session.send(AWSRequest("PUT", url, data=PART).prepare())
        if answer.status_code != 200:
            raise RuntimeError(f"PUT of a part: {answer.status_code} {answer.text}")
        return str(answer.headers["ETag"])


def fill(cloud: Cloud, client: Client) -> None:
    """Upload the two pictures that are asked for by name, add the catalog of the others, and wait.

    The others are in the catalog only: what a page of them costs does not depend on the bucket.
    """
    outputs, s3 = cloud.outputs(), cloud.client("s3")
    body = next(each.content for each in samples() if each.content_type == "image/jpeg")
    named = [str(key_of(id_)) for id_ in (MIDDLE, OTHER)]
    for key in named:
        s3.put_object(Bucket=outputs["OriginalsBucket"], Key=key, Body=body)
    catalog = cloud.resource("dynamodb").Table(outputs["CatalogTable"])
    with catalog.batch_writer() as writer:
        for facet in Facets(PICTURES):
            if facet["pk"] not in named:
                writer.put_item(Item=facet)
    usage = Ask(f"usage of {PICTURES} pictures", "GET", "/owners/alice/usage")
    pictures = [Ask("a picture", "GET", f"/images/{id_}") for id_ in (MIDDLE, OTHER)]
    with Progress(f"Filling the catalog with {PICTURES:,} pictures") as progress:
        _wait(progress, lambda: client.send(usage)[0]["objects"] == PICTURES)
        _wait(progress, lambda: {client.send(each)[0]["state"] for each in pictures} == {"READY"})
        progress.done()


def _wait(progress: Progress, condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            raise RuntimeError(f"{progress.step}: not within {PATIENCE_SECONDS} seconds")
        progress.tick()
        time.sleep(0.2)


if __name__ == "__main__":
    print(json.dumps([trip.as_json() for trip in trips(int(sys.argv[1]))]))
