"""Asks the real function of catalogs in memory: `python -m bench.query_worker ROUNDS SIZE …`."""

import json
import os
import sys
import time
from base64 import b64decode
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

from bench.catalog import Facets, lines
from bench.imports import NAMES
from bench.memory import MemoryBucket, MemoryTable, Meter
from bench.query import Request
from bench.routes import Ask, p50_and_p95, parsed, timed
from darkroom.catalog_indexes import INDEXES, projected

SHARDS = 8
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


def ask_all(size: int, rounds: int) -> Iterator[Request]:
    """Ask every route of a catalog of *size* pictures, *rounds* times."""
    units = {}
    with api(size) as (ask, meter):

        def send(asked: Ask) -> tuple[Any, float]:
            meter.units = 0.0
            begun = time.process_time()
            answer = ask(asked)
            milliseconds = 1000 * (time.process_time() - begun)
            units[asked.route] = meter.units
            return _read(answer), milliseconds

        for route, spent in timed(rounds, send, lambda _: "0" * 32).items():
            yield Request(route, size, *p50_and_p95(spent), units[route])


@contextmanager
def api(size: int) -> Iterator[tuple[Any, Meter]]:
    """Let the real function live on a catalog in memory."""
    meter = Meter()
    indexes = {index: projected(index) for index in INDEXES}
    catalog = MemoryTable("catalog", meter, Facets(size), indexes)
    tables = {"catalog": catalog, "report": MemoryTable("report", meter, lines(SHARDS))}
    with ExitStack() as stack:
        stack.enter_context(patch.dict(os.environ, ENVIRONMENT))
        from darkroom import latency
        from functions.query_catalog import handler, resources

        resources.settings.cache_clear()
        resources.signer.cache_clear()
        for owner, name, new in (
            (resources, "table", tables.__getitem__),
            (resources, "s3", MemoryBucket().itself),
            (latency, "cloudwatch", lambda: NoNumbers()),
        ):
            stack.enter_context(patch.object(owner, name, new))

        def ask(asked: Ask) -> dict[str, Any]:
            context: Any = Context()
            answer = handler.handler(_event(asked), context)
            if answer["statusCode"] >= 300:
                raise RuntimeError(f"{asked.route}: {answer['body']}")
            return answer

        yield ask, meter


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


def _read(answer: dict[str, Any]) -> Any:
    packed = answer["isBase64Encoded"]
    body = b64decode(answer["body"]) if packed else answer["body"].encode()
    return parsed(body, packed=packed)


def _event(asked: Ask) -> dict[str, Any]:
    return {
        "version": "2.0",
        "routeKey": asked.route,
        "rawPath": asked.path,
        "rawQueryString": asked.query,
        "headers": {"content-type": "application/json", "accept-encoding": "gzip"},
        "requestContext": {
            "requestId": "bench",
            "stage": "$default",
            "http": {"method": asked.method, "path": asked.path},
            "authorizer": {"jwt": {"claims": {"cognito:groups": "[admins]"}}},
        },
        "body": json.dumps(asked.body) if asked.body else None,
        "isBase64Encoded": False,
    }


if __name__ == "__main__":
    rounds, *sizes = map(int, sys.argv[1:])
    requests = []
    for size in sizes:
        print(f"measuring the API with {size:,} pictures ...", file=sys.stderr)
        requests += [each.as_json() for each in ask_all(size, rounds)]
    print(json.dumps(requests))
