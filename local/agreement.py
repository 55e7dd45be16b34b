"""Whether all that Darkroom keeps agrees with the originals bucket.

Knows nothing of the functions' code: it reads the deployed tables and buckets as any client may.
What must hold once all is quiet:

I1  catalog: each live object has a facet per consumer that describes its current version; every
    other key has tombstones or nothing.
I2  thumbnails: exactly those that the facets name exist (`local.likeness` looks into them).
I3  report: each line is the sum over the live objects, to the byte, and the ledger remembers them.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from local.cloud import Cloud

FACETS = ("METADATA", "THUMBNAILS")
BYTES = {"METADATA": "bytes", "THUMBNAILS": "thumbnails_bytes"}
NO_MEASURES = {"pk", "sk", "moves"}
LEDGER = "LEDGER#"
SWEEP = "SWEEP"

Report = dict[tuple[str, str], dict[str, int]]
Ledger = dict[tuple[str, str], int | None]


@dataclass(frozen=True)
class Live:
    """The current version of an original."""

    version_id: str
    size: int
    uploaded_at: datetime


@dataclass(frozen=True)
class Findings:
    """What was found at one moment; nothing is ``wrong`` with any invariant when all is well.

    ``ledger`` has the bytes that are counted for each key and facet, a picture's own or those of
    its thumbnails; ``None``: it counts no more.
    """

    originals: dict[str, Live]
    facets: dict[tuple[str, str], dict[str, Any]]
    thumbnails: dict[str, int]
    report: Report
    ledger: Ledger
    wrong: dict[str, list[str]]

    @property
    def disagreements(self) -> list[str]:
        """All that is wrong."""
        return [error for errors in self.wrong.values() for error in errors]

    def facet(self, key: str, facet: str) -> dict[str, Any]:
        """Return a facet; empty if the catalog has none."""
        return self.facets.get((key, facet), {})


class Inspector:
    """Reads the deployed app as a whole: for a demo's or a test's worth of objects."""

    def __init__(self, cloud: Cloud) -> None:
        outputs = cloud.outputs()
        self._names = outputs
        self._s3, self._sqs = cloud.client("s3"), cloud.client("sqs")
        dynamodb = cloud.resource("dynamodb")
        self._catalog = dynamodb.Table(outputs["CatalogTable"])
        self._report = dynamodb.Table(outputs["ReportTable"])

    def look(self) -> Findings:
        """Read everything once and compare it."""
        originals, thumbnails = dict(self._originals()), dict(self._thumbnails())
        facets = {(item["pk"], item["sk"]): item for item in _scan(self._catalog)}
        report, ledger = self._totals()
        report_errors = _report_errors(originals, facets, report)
        wrong = {
            "I1": list(_catalog_errors(originals, facets)),
            "I2": list(_thumbnail_errors(facets, thumbnails)),
            "I3": [*report_errors, *_ledger_errors(originals, facets, ledger)],
        }
        return Findings(originals, facets, thumbnails, report, ledger, wrong)

    def waiting(self) -> int:
        """Return how many messages are in the queues, waiting or being handled."""
        return sum(self._messages(name) for name in self._names if name.endswith("Queue"))

    def dead_letters(self) -> dict[str, int]:
        """Return how many messages lie in each dead-letter queue, where there are any."""
        queues = (name for name in self._names if name.endswith("DeadLetters"))
        counts = {name: self._messages(name) for name in queues}
        return {name: count for name, count in counts.items() if count}

    def _messages(self, output: str) -> int:
        names = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
        answer = self._sqs.get_queue_attributes(
            QueueUrl=self._names[output], AttributeNames=list(names)
        )
        return sum(int(answer["Attributes"][name]) for name in names)

    def _originals(self) -> Iterator[tuple[str, Live]]:
        pages = self._s3.get_paginator("list_object_versions").paginate(
            Bucket=self._names["OriginalsBucket"]
        )
        for version in (version for page in pages for version in page.get("Versions", [])):
            if version["IsLatest"]:
                uploaded_at = version["LastModified"].astimezone(UTC)
                yield version["Key"], Live(version["VersionId"], version["Size"], uploaded_at)

    def _thumbnails(self) -> Iterator[tuple[str, int]]:
        pages = self._s3.get_paginator("list_objects_v2").paginate(
            Bucket=self._names["ThumbnailsBucket"]
        )
        return ((found["Key"], found["Size"]) for p in pages for found in p.get("Contents", []))

    def _totals(self) -> tuple[Report, Ledger]:
        lines: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
        ledger: Ledger = {}
        for item in _scan(self._report):
            if item["pk"].startswith(LEDGER):
                counted = item.get("counted")
                key = item["pk"].removeprefix(LEDGER), item["sk"]
                measure = BYTES.get(item["sk"], "bytes")
                ledger[key] = int(counted[measure]) if counted else None
            elif item["pk"] != SWEEP:
                measures = {name: int(item[name]) for name in item.keys() - NO_MEASURES}
                lines[item["pk"].partition("#")[0], item["sk"]].update(measures)
        return _nonzero(lines), ledger


def _scan(table: Any) -> Iterator[dict[str, Any]]:
    for page in table.meta.client.get_paginator("scan").paginate(
        TableName=table.name, ConsistentRead=True
    ):
        yield from page["Items"]


def _catalog_errors(
    originals: dict[str, Live], facets: dict[tuple[str, str], dict[str, Any]]
) -> Iterator[str]:
    for key, live in originals.items():
        for facet in FACETS:
            described = facets.get((key, facet), {}).get("version_id")
            if described != live.version_id:
                yield f"{facet} of {key!r} describes {described}, current is {live.version_id}"
    for (key, facet), item in facets.items():
        if key not in originals and item.get("state") != "GONE":
            yield f"{facet} of {key!r} is {item.get('state')}, but the object is gone"


def _thumbnail_errors(
    facets: dict[tuple[str, str], dict[str, Any]], thumbnails: dict[str, int]
) -> Iterator[str]:
    named = {
        variant["key"]: int(variant["bytes"])
        for item in facets.values()
        for variant in item.get("variants", {}).values()
    }
    for name in sorted(named.keys() | thumbnails.keys()):
        if named.get(name) != thumbnails.get(name):
            yield f"thumbnail {name}: {named.get(name)} bytes named, {thumbnails.get(name)} stored"


def _report_errors(
    originals: dict[str, Live], facets: dict[tuple[str, str], dict[str, Any]], report: Report
) -> Iterator[str]:
    expected: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for key, live in originals.items():
        owner, slash, _ = key.partition("/")
        facet = facets.get((key, "METADATA"), {})
        rejected = facet.get("state") == "REJECTED"
        kind = f"{facet.get('state')} {facet.get('reason' if rejected else 'format')}"
        measures = {
            "objects": 1,
            "bytes": live.size,
            "rejected": int(rejected),
            f"objects {kind}": 1,
            f"bytes {kind}": live.size,
        }
        owner = owner if slash and owner else "unowned"
        day = live.uploaded_at.date().isoformat()
        for line in (("ALL", "ALL"), ("OWNER", owner), ("DAY", day)):
            expected[line].update(measures)
        for line in (("ALL", "ALL"), ("OWNER", owner)):
            expected[line]["thumbnails_bytes"] += _shelved(facets, key)
    wanted = _nonzero(expected)
    for line in sorted(wanted.keys() | report.keys()):
        if wanted.get(line) != report.get(line):
            name = " ".join(line)
            yield f"report {name}: {report.get(line)} counted, {wanted.get(line)} in the bucket"


def _shelved(facets: dict[tuple[str, str], dict[str, Any]], key: str) -> int:
    """Return the bytes of a key's thumbnails: those that are stored, if I2 holds."""
    variants = facets.get((key, "THUMBNAILS"), {}).get("variants", {})
    return sum(int(variant["bytes"]) for variant in variants.values())


def _ledger_errors(
    originals: dict[str, Live], facets: dict[tuple[str, str], dict[str, Any]], ledger: Ledger
) -> Iterator[str]:
    expected = {(key, "METADATA"): live.size for key, live in originals.items()}
    shelved = {key: _shelved(facets, key) for key in originals}
    expected |= {(key, "THUMBNAILS"): size for key, size in shelved.items() if size}
    counted = {entry: size for entry, size in ledger.items() if size is not None}
    for key, facet in sorted(expected.keys() | counted.keys()):
        wanted, found = expected.get((key, facet)), counted.get((key, facet))
        if wanted != found:
            yield f"ledger of {facet} of {key!r}: {found} bytes counted, {wanted} in the bucket"


def _nonzero(lines: dict[tuple[str, str], Counter[str]]) -> Report:
    kept = {line: {m: n for m, n in counts.items() if n} for line, counts in lines.items()}
    return {line: counts for line, counts in kept.items() if counts}
