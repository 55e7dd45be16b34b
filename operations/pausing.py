"""Lets the catalog's changes wait a while, and go on whatever happens meanwhile."""

import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from botocore.exceptions import ClientError

from operations.connection import App
from operations.errors import OperationsError, TimeLimit
from operations.progress import Progress

POLL_SECONDS = 1.0
PATIENCE_SECONDS = 180
BUSY = {"ResourceInUseException", "ResourceConflictException", "TooManyRequestsException"}


@contextmanager
def paused(app: App, consumer: str) -> Iterator[None]:
    """Disable the stream mappings of *consumer*; enable them again in any case.

    Its changes wait in the stream, which forgets after a day. Only SIGKILL can leave a mapping
    disabled: how to enable it by hand is said beforehand.

    Raises:
        OperationsError: if there is no mapping that is enabled.
    """
    client = app.client("lambda")
    uuids = _enabled_mappings(app, app.output(f"{consumer}Function"))
    if not uuids:
        raise OperationsError(
            f"{consumer} is paused already: run it without --pause, or `resume` first."
        )
    try:
        for uuid in uuids:
            by_hand = f"aws lambda update-event-source-mapping --uuid {uuid} --enabled"
            print(f"Pausing {consumer}. Should this be killed: {by_hand}", file=sys.stderr)
            client.update_event_source_mapping(UUID=uuid, Enabled=False)
        for uuid in uuids:
            _wait_until_disabled(client, uuid)
        yield
    finally:
        with _undisturbed():
            for uuid in uuids:
                _enable(client, uuid)


def _enabled_mappings(app: App, function: str) -> list[str]:
    every = app.client("lambda").get_paginator("list_event_source_mappings")
    return [
        mapping["UUID"]
        for page in every.paginate(EventSourceArn=_stream_of(app))
        for mapping in page["EventSourceMappings"]
        if function in mapping["FunctionArn"].split(":") and mapping["State"] != "Disabled"
    ]


def _stream_of(app: App) -> str:
    found = app.client("dynamodb").describe_table(TableName=app.output("CatalogTable"))
    return str(found["Table"]["LatestStreamArn"])


def _wait_until_disabled(client: Any, uuid: str) -> None:
    give_up = time.monotonic() + PATIENCE_SECONDS
    with Progress("Waiting until the stream's mapping is paused"):
        while client.get_event_source_mapping(UUID=uuid)["State"] != "Disabled":
            if time.monotonic() > give_up:
                raise TimeLimit(f"The mapping {uuid} was not paused within {PATIENCE_SECONDS} s.")
            time.sleep(POLL_SECONDS)


def _enable(client: Any, uuid: str) -> None:
    """Enable a mapping; while it is still changing its state, AWS takes no order."""
    give_up = time.monotonic() + PATIENCE_SECONDS
    with Progress("Letting the stream's mapping go on"):
        while True:
            try:
                client.update_event_source_mapping(UUID=uuid, Enabled=True)
                return
            except ClientError as error:
                if error.response["Error"]["Code"] not in BUSY or time.monotonic() > give_up:
                    print(f"The mapping {uuid} IS STILL DISABLED: enable it.", file=sys.stderr)
                    raise
            time.sleep(POLL_SECONDS)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Let no second Ctrl-C come between."""
    names = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    former = {name: signal.signal(name, signal.SIG_IGN) for name in names}
    try:
        yield
    finally:
        for name, handler in former.items():
            signal.signal(name, handler)
