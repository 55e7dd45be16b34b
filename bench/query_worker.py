"""Asks the real function of catalogs in memory: `python -m bench.query_worker ROUNDS SIZE …`."""

import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from statistics import median, quantiles
from typing import Any
from unittest.mock import patch

from bench.imports import NAMES
from bench.memory import MemoryDynamoDB, MemoryTable, Meter
from bench.query import ROUTES, Request
from darkroom.catalog_indexes import INDEXES, of_metadata, of_thumbnails, projected

SHARDS = 8
NOW = datetime(2026, 11, 21, tzinfo=UTC)
CAMERAS = ("Leica Q2", "Canon EOS R5", "NIKON Z 6")
ENVIRONMENT = {
    "ORIGINALS_BUCKET": "originals",
    "THUMBNAILS_BUCKET": "thumbnails",
    "CATALOG_TABLE": "catalog",
    "REPORT_TABLE": "report",
    "REPORT_SHARDS": str(SHARDS),
    "MAX_BYTES": "50000000",
    "FACETS": "METADATA,THUMBNAILS",
    "CONSUMERS": "index_metadata,make_thumbnails",
    "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_ACCESS_KEY_ID": "nobody",
    "AWS_SECRET_ACCESS_KEY": "nothing",
    "POWERTOOLS_LOG_LEVEL": "CRITICAL",
    **NAMES,
}
UPLOAD = {"files": [{"name": "a.jpg", "bytes": 7, "content_type": "image/jpeg"}], "owner": "alice"}
OWNER_NAMED = ("/images",)


def ask_all(size: int, rounds: int) -> Iterator[Request]:
    """Ask every route of a catalog of *size* pictures, *rounds* times."""
    with api(size) as (ask, meter):
        for name, (method, path, query) in ROUTES.items():
            spent = []
            for _ in range(rounds + 1):  # the first one makes clients, and is left out
                meter.units = 0.0
                begun = time.process_time()
                ask(method, path, query)
                spent.append(1000 * (time.process_time() - begun))
            times = spent[1:]
            late = quantiles(times, n=20)[-1] if len(times) > 1 else times[0]
            yield Request(name, size, median(times), late, meter.units)


@contextmanager
def api(size: int) -> Iterator[tuple[Any, Meter]]:
    """Let the real function live on a catalog in memory."""
    meter = Meter()
    indexes = {index: projected(index) for index in INDEXES}
    catalog = MemoryTable("catalog", meter, _facets(size), indexes)
    tables = MemoryDynamoDB(catalog, MemoryTable("report", meter, _lines()))
    with ExitStack() as stack:
        stack.enter_context(patch.dict(os.environ, ENVIRONMENT))
        from darkroom import latency
        from functions.query_catalog import handler, resources

        resources.settings.cache_clear()
        resources.signer.cache_clear()
        for owner, name, new in (
            (resources, "dynamodb", lambda: tables),
            (resources, "table", tables.Table),
            (resources, "s3", lambda: NoVersions()),
            (latency, "cloudwatch", lambda: NoNumbers()),
        ):
            stack.enter_context(patch.object(owner, name, new))

        def ask(method: str, path: str, query: str) -> None:
            context: Any = Context()
            answer = handler.handler(_event(method, path, query), context)
            if answer["statusCode"] != 200:
                raise RuntimeError(f"{method} {path}?{query}: {answer['body']}")

        yield ask, meter


class NoVersions:
    """A bucket of which nothing but the endpoint is known."""

    class meta:  # noqa: N801 - as boto3 has it
        endpoint_url = "https://s3.eu-west-1.amazonaws.com"

    def list_object_versions(self, **_: Any) -> dict[str, Any]:
        """Answer as for one version."""
        one = {"Key": "alice/500.jpg", "VersionId": "v", "Size": 7, "IsLatest": True}
        return {"Versions": [{**one, "LastModified": NOW}]}


class NoNumbers:
    """CloudWatch without any."""

    def get_metric_data(self, **_: Any) -> dict[str, Any]:
        """Answer with nothing."""
        return {"MetricDataResults": []}


class Context:
    """Lambda's context object with what our handlers ask of it."""

    function_name = "query_catalog"
    memory_limit_in_mb = 1024
    invoked_function_arn = "arn:aws:lambda:eu-west-1:111122223333:function:query_catalog:live"
    aws_request_id = "bench"


def _event(method: str, path: str, query: str) -> dict[str, Any]:
    if path in OWNER_NAMED:
        query = f"owner=alice&{query}" if query else "owner=alice"
    return {
        "version": "2.0",
        "routeKey": f"{method} {path}",
        "rawPath": path,
        "rawQueryString": query,
        "headers": {"content-type": "application/json", "accept-encoding": "gzip"},
        "requestContext": {
            "requestId": "bench",
            "stage": "$default",
            "http": {"method": method, "path": path},
            "authorizer": {"jwt": {"claims": {"cognito:groups": "[admins]"}}},
        },
        "body": json.dumps(UPLOAD) if method == "POST" else None,
        "isBase64Encoded": False,
    }


def _facets(size: int) -> Iterator[dict[str, Any]]:
    for number in range(size):
        common = _common(number, size)
        metadata = {**common, "sk": "METADATA", "format": ("JPEG", "PNG")[number % 2]}
        metadata |= {"width": 1000 * (number % 4 + 1), "height": 3000, "sha256": _hash(number)}
        metadata |= {"camera_model": CAMERAS[number % 3], "taken_at": common["uploaded_at"][:19]}
        yield metadata | of_metadata(metadata)
        shelved = {**common, "sk": "THUMBNAILS", "perceptual_hash": _hash(number)[:16]}
        shelved |= {"placeholder": "p" * 32, "dominant_colour": "#aabbcc", "variants": _variants()}
        yield shelved | of_thumbnails(shelved)


def _common(number: int, size: int) -> dict[str, Any]:
    # However many there are, a hundred of them are of the last day.
    minutes = 14.4 * (size - number)
    moment = (NOW - timedelta(minutes=minutes)).isoformat(timespec="milliseconds")
    return {
        "pk": f"alice/{number}.jpg",
        "rev": 1795283816680,
        "state": "READY",
        "version_id": "v" * 32,
        "owner": "alice",
        "bytes": 4_800_000,
        "content_type": "image/jpeg",
        "uploaded_at": moment.replace("+00:00", "Z"),
        "recorded_at": moment.replace("+00:00", "Z"),
    }


def _variants() -> dict[str, Any]:
    name = f"{'f' * 64}/{'1' * 16}-{'a' * 12}/"
    of = {"width": 256, "height": 171, "bytes": 9000, "content_type": "image/webp"}
    return {each: {"key": f"{name}{each}.webp", **of} for each in ("small", "medium", "large")}


def _lines() -> Iterator[dict[str, Any]]:
    kinds = ("READY JPEG", "READY PNG", "READY WEBP", "REJECTED CORRUPT", "REJECTED EMPTY")
    counts = {f"{what} {kind}": 10**6 for kind in kinds for what in ("objects", "bytes")}
    counts |= {"objects": 10**7, "bytes": 10**12, "rejected": 10**4}
    for shard in range(SHARDS):
        yield {"pk": f"ALL#{shard}", "sk": "ALL", "moves": 10**7, **counts}
        yield from ({"pk": f"OWNER#{shard}", "sk": f"o{n:03}", **counts} for n in range(300))
        yield {"pk": f"OWNER#{shard}", "sk": "alice", **counts}
        days = ((NOW - timedelta(days=n)).date().isoformat() for n in range(60))
        yield from ({"pk": f"DAY#{shard}", "sk": day, **counts} for day in days)


def _hash(number: int) -> str:
    return sha256(str(number).encode()).hexdigest()


if __name__ == "__main__":
    rounds, *sizes = map(int, sys.argv[1:])
    print(json.dumps([each.as_json() for size in sizes for each in ask_all(size, rounds)]))
