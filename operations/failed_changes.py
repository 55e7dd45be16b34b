"""The bucket of catalog changes that the stream's consumer gave up on."""

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from operations.connection import App
from operations.dead_letters import Discarded, Letter, Redriven, Summary, seconds_since
from operations.deployment import repairs_of
from operations.discarding import Records
from operations.progress import Progress

COUNTED = 10_000


@dataclass(frozen=True)
class Failure:
    """A batch of changes as Lambda left it; ``keys`` is ``None`` where it cannot be read."""

    name: str
    at: float
    keys: list[str] | None
    reason: str
    tries: int | None


class FailedChanges:
    """One on-failure bucket. What lies there is sent again as keys: the ledger recounts them."""

    def __init__(self, app: App, consumer: str, bucket: str) -> None:
        self.name = f"{consumer}Failures"
        self.consumer = consumer
        self._bucket = bucket
        self._s3 = app.client("s3")
        self._app = app

    def count(self) -> int:
        """Count the objects, up to `COUNTED`."""
        return sum(1 for _ in islice(self._objects(), COUNTED))

    def summary(self) -> Summary:
        """Count the objects, and find the oldest."""
        ages = [
            seconds_since(found["LastModified"].timestamp())
            for found in islice(self._objects(), COUNTED)
        ]
        return Summary(
            place=self.name,
            count=len(ages),
            oldest_seconds=max(ages, default=None),
            is_sample=len(ages) == COUNTED,
            source="the catalog's stream",
            redrive="no",
        )

    def letters(self, most: int) -> list[Letter]:
        """Return up to *most* batches."""
        return [self._letter(failure) for failure in islice(self._failures(), most)]

    def _letter(self, failure: Failure) -> Letter:
        return Letter(
            place=self.name,
            id=failure.name,
            keys=failure.keys,
            age_seconds=seconds_since(failure.at),
            receives=failure.tries,
            reason=failure.reason,
        )

    def discard(self, ids: Collection[str], records: Records) -> Iterator[Discarded]:
        """Keep a record of each batch, then delete it."""
        for name in ids:
            try:
                answer = self._s3.get_object(Bucket=self._bucket, Key=name)
            except self._s3.exceptions.NoSuchKey:
                continue
            with answer["Body"] as stream:
                body = stream.read()
            failure = read_failure(name, answer["LastModified"].timestamp(), body)
            yield records.keep(self._letter(failure), body, {})
            self._s3.delete_object(Bucket=self._bucket, Key=name)

    def redrive(self, limit: int | None) -> Redriven:
        """Announce the keys of each batch for repair, then delete it; never the other way."""
        moved, left, repairs = 0, [], repairs_of(self._app)
        with Progress(f"Sending the keys of {self.name} again") as progress:
            for failure in islice(self._failures(), limit):
                if failure.keys is None:
                    left.append(f"{failure.name} names no keys: read it")
                    continue
                repairs.send(failure.keys)
                self._s3.delete_object(Bucket=self._bucket, Key=failure.name)
                moved += 1
                progress.tell(f"{moved} batches")
        return Redriven(self.name, moved, "as keys, to the repairs topic", left)

    def _objects(self) -> Iterator[dict[str, Any]]:
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=self._bucket)
        return (found for page in pages for found in page.get("Contents", []))

    def _failures(self) -> Iterator[Failure]:
        for found in self._objects():
            answer = self._s3.get_object(Bucket=self._bucket, Key=found["Key"])
            with answer["Body"] as body:
                yield read_failure(found["Key"], found["LastModified"].timestamp(), body.read())


def read_failure(name: str, at: float, body: bytes) -> Failure:
    """Read what Lambda wrote: JSON, with the records as JSON in its ``payload``."""
    try:
        record = json.loads(body)
        payload = json.loads(record["payload"])
        keys = [_key_of(change) for change in payload["Records"]]
        context = record.get("requestContext", {})
        said = str(context.get("condition", "unknown"))
        error = record.get("responseContext", {}).get("functionError")
        reason = f"{said} ({error})" if error else said
        told = context.get("approximateInvokeCount")
        tries = told if isinstance(told, int) else None
        return Failure(name, at, list(dict.fromkeys(keys)), reason, tries)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        return Failure(name, at, None, f"not to be read: {error!r}", None)


def _key_of(change: dict[str, Any]) -> str:
    key = change["dynamodb"]["Keys"]["pk"]["S"]
    if not isinstance(key, str):
        raise TypeError(f"{key!r} is no key")
    return key
