"""The demo: real pictures through the real app, and proof that all of it adds up."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

from PIL import Image

from local.agreement import Findings, Inspector
from local.cloud import Cloud
from local.demo_output import (
    print_next_steps,
    print_pictures,
    print_report,
    print_verdict,
    sizes,
)
from local.feeds import require_fed
from local.likeness import Likeness, fitted
from local.progress import Progress
from local.samples import Sample, replacement, samples, short_lived

PATIENCE_SECONDS = 300  # a busy machine is no defect


@dataclass(frozen=True)
class Expectation:
    """What must become of a key, and when its last change was made; no sample: it was deleted."""

    key: str
    sample: Sample | None
    changed_at: datetime


def run(cloud: Cloud) -> int:
    """Send the samples through; return 0 if every expectation held, else 1."""
    require_fed(cloud)
    inspector, bucket = Inspector(cloud), cloud.outputs()["OriginalsBucket"]
    variants = Likeness(cloud).variants
    expectations = _change_the_bucket(cloud.client("s3"), bucket)
    findings, problems = _wait(inspector, expectations, variants)
    problems += _thumbnail_problems(cloud, findings, expectations)
    problems += [f"{n} messages in {name}" for name, n in inspector.dead_letters().items()]
    print_pictures(findings, {each.key: each.changed_at for each in expectations})
    print_report(findings.report)
    print_verdict(findings, problems)
    print_next_steps(cloud, bucket)
    return 1 if problems else 0


def _change_the_bucket(s3: Any, bucket: str) -> list[Expectation]:
    """Upload every sample, overwrite the first and delete one more."""
    first, *others = samples()
    _upload(s3, bucket, first)
    expectations = [_upload(s3, bucket, sample) for sample in others]
    expectations.insert(0, _upload(s3, bucket, replacement()))
    deleted = short_lived()
    _upload(s3, bucket, deleted)
    s3.delete_object(Bucket=bucket, Key=deleted.key)
    print(f"Uploaded {len(others) + 2} files, overwrote {first.key}, deleted {deleted.key}.")
    return [*expectations, Expectation(deleted.key, None, datetime.now(UTC))]


def _upload(s3: Any, bucket: str, sample: Sample) -> Expectation:
    s3.put_object(
        Bucket=bucket, Key=sample.key, Body=sample.content, ContentType=sample.content_type
    )
    return Expectation(sample.key, sample, datetime.now(UTC))


def _wait(
    inspector: Inspector, expectations: list[Expectation], variants: dict[str, int]
) -> tuple[Findings, list[str]]:
    """Look until the pipeline is quiet and all is as expected, or patience ends."""
    progress = Progress("Waiting until the pipeline is quiet")
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        findings = inspector.look()
        problems = [*findings.disagreements, *_problems(findings, expectations, variants)]
        waiting = inspector.waiting()
        if not (problems or waiting):
            progress.done("quiet")
            return findings, []
        if time.monotonic() > deadline:
            return findings, [*problems, f"{waiting} messages are still in the queues"]
        progress.tick(f"{waiting} messages, {len(problems)} things not yet as they should be")
        time.sleep(0.3)


def _problems(
    findings: Findings, expectations: list[Expectation], variants: dict[str, int]
) -> Iterator[str]:
    for expected in expectations:
        actual = _actual(findings, expected.key)
        wanted = _wanted(expected.sample, variants)
        for what in wanted:
            if actual.get(what) != wanted[what]:
                yield f"{expected.key}: {what} is {actual.get(what)}, expected {wanted[what]}"


def _actual(findings: Findings, key: str) -> dict[str, Any]:
    metadata, thumbnails = findings.facet(key, "METADATA"), findings.facet(key, "THUMBNAILS")
    return {
        "metadata": metadata.get("reason", metadata.get("state")),
        "thumbnails": thumbnails.get("reason", thumbnails.get("state")),
        "size": (metadata.get("width"), metadata.get("height")),
        "thumbnail sizes": sizes(thumbnails),
    }


def _wanted(sample: Sample | None, variants: dict[str, int]) -> dict[str, Any]:
    if sample is None:
        return {"metadata": "GONE", "thumbnails": "GONE", "thumbnail sizes": {}}
    wanted: dict[str, Any] = {
        "metadata": sample.refusal or "READY",
        "thumbnails": sample.thumbnail_refusal or "READY",
        "thumbnail sizes": {},
    }
    if sample.size:
        wanted["size"] = sample.size
        if not sample.thumbnail_refusal:
            edges = variants.items()
            wanted["thumbnail sizes"] = {name: fitted(sample.size, edge) for name, edge in edges}
    return wanted


def _thumbnail_problems(
    cloud: Cloud, findings: Findings, expectations: list[Expectation]
) -> list[str]:
    """Open each thumbnail that a facet names: it must be what the facet says, with no metadata."""
    s3, bucket = cloud.client("s3"), cloud.outputs()["ThumbnailsBucket"]
    problems = []
    for key in (expected.key for expected in expectations):
        for made in findings.facet(key, "THUMBNAILS").get("variants", {}).values():
            if made["key"] not in findings.thumbnails:
                continue  # a disagreement already
            stored = s3.get_object(Bucket=bucket, Key=made["key"])["Body"].read()
            picture = Image.open(BytesIO(stored))
            if picture.size != (made["width"], made["height"]) or picture.getexif():
                problems.append(f"{key}: thumbnail {made['key']} is not what its facet says")
    return problems
