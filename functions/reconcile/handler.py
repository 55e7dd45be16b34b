"""A tick of the schedule, or ``{"start": true}``, in; another stretch of the sweep done."""

import itertools
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import boto3
from aws_lambda_powertools.utilities.typing import LambdaContext

from darkroom.aws import s3, table
from darkroom.observability import count, logger, observed
from darkroom.reconciliation.checkpoint import Checkpoint, Checkpoints, LeaseLost, Saved
from darkroom.reconciliation.repairs import RealRepairs
from darkroom.reconciliation.spool import BucketSpool
from darkroom.reconciliation.sweep import Sweep, begin
from darkroom.settings import from_environment
from darkroom.smoke import Checks
from functions.reconcile.settings import Settings
from functions.reconcile.smoke import checks
from functions.reconcile.summary import LISTED, as_json, as_text, summary

# The longest that a step takes over its deadline: a partition to load, or an order's messages.
RESERVE_SECONDS = 30
# Before the bucket's lifecycle takes away what it has put aside.
TOO_OLD = timedelta(days=2)
SPOOL = "spool/"
REPORTS = "sweeps/"


def smoke() -> Checks:
    """Return what this version must be able to do before it gets any traffic."""
    return checks(settings())


@observed(smoke=smoke)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer with what became of the sweep."""
    seconds = context.get_remaining_time_in_millis() / 1000
    return {"sweep": reconcile(start=bool(event.get("start")), seconds=seconds)}


def reconcile(*, start: bool, seconds: float) -> str:
    """Go on with the sweep, or begin one if it is time or wanted, for less than *seconds*."""
    seen = checkpoints().load()
    count("SweepAgeMinutes", _age_minutes(seen))
    if seen.leased:
        return "at work elsewhere"
    current = seen.checkpoint
    if current and current.done and not start and not _due(current):
        return "not due"
    try:
        return _go_on(seen, seconds)
    except LeaseLost:
        logger.info("another invocation goes on with the sweep")
        return "at work elsewhere"


def _go_on(seen: Saved, seconds: float) -> str:
    deadline = time.monotonic() + seconds - RESERVE_SECONDS
    leased_until = time.time() + seconds
    checkpoint, previous = seen.checkpoint, seen.previous
    if checkpoint is None or checkpoint.done or _since(checkpoint) > TOO_OLD:
        checkpoint, previous = begin(settings().places, dynamodb()), _remembered(checkpoint)
    saved = checkpoints().save(seen, checkpoint, leased_until=leased_until, previous=previous)
    sweep = sweep_from(checkpoint)
    while not checkpoint.done:
        checkpoint = sweep.step(deadline)
        if checkpoint.done:
            _report(sweep)
        over = checkpoint.done or time.monotonic() >= deadline
        until = 0 if over else leased_until
        saved = checkpoints().save(saved, checkpoint, leased_until=until, previous=previous)
        if over:
            break
    if not checkpoint.done:
        return f"to be continued: {checkpoint.phase}"
    _measure(checkpoint, previous)
    return "finished"


def sweep_from(checkpoint: Checkpoint) -> Sweep:
    """Return the sweep as it stood at *checkpoint*."""
    needs = settings()
    return Sweep(
        needs.places,
        s3(),
        dynamodb(),
        spool(),
        RealRepairs(needs.places, needs.repairs_topic, sns(), s3(), dynamodb()),
        checkpoint,
        grace_seconds=needs.sweep_grace_minutes * 60,
    )


def _report(sweep: Sweep) -> None:
    """Leave what was found where a person finds it."""
    findings = list(itertools.islice(sweep.findings(), LISTED))
    told = summary(sweep.checkpoint, findings)
    name = f"{REPORTS}{sweep.checkpoint.started_at}"
    for suffix, kind, body in (
        ("json", "application/json", as_json(told)),
        ("txt", "text/plain; charset=utf-8", as_text(told)),
    ):
        s3().put_object(
            Bucket=settings().reports_bucket, Key=f"{name}.{suffix}", Body=body, ContentType=kind
        )


def _measure(sweep: Checkpoint, previous: Checkpoint | None) -> None:
    """Make numbers of what was found; what the last sweep found as well should have been healed."""
    for kind, found in sweep.found.items():
        count(f"Drift{kind.title().replace('_', '')}", found)
    before = previous.found if previous else {}
    count("DriftPersisting", sum(min(n, before.get(kind, 0)) for kind, n in sweep.found.items()))
    count("SweepUnverifiedShards", len(sweep.unverified))
    count("SweepsFinished")
    logger.info("sweep finished", extra={"objects": sweep.objects, "found": sweep.found})


def _remembered(sweep: Checkpoint | None) -> Checkpoint | None:
    return replace(sweep, runs=(), sums=(), orders=()) if sweep else None


def _due(sweep: Checkpoint) -> bool:
    return _since(sweep) >= timedelta(hours=settings().sweep_hours)


def _age_minutes(seen: Saved) -> int:
    """Return how long ago a sweep last ended; if none ever did, how long ago the first began."""
    sweeps = [sweep for sweep in (seen.checkpoint, seen.previous) if sweep]
    ended = [sweep for sweep in sweeps if sweep.finished_at]
    return min((int(_since(sweep).total_seconds() // 60) for sweep in ended or sweeps), default=0)


def _since(sweep: Checkpoint) -> timedelta:
    return datetime.now(UTC) - datetime.fromisoformat(sweep.finished_at or sweep.started_at)


@cache
def settings() -> Settings:
    """Read the environment, once."""
    return from_environment(Settings)


@cache
def checkpoints() -> Checkpoints:
    """Return where the sweep's checkpoint is kept."""
    return Checkpoints(table(settings().report_table))


@cache
def spool() -> BucketSpool:
    """Return where the sweep puts aside what it reads."""
    return BucketSpool(s3(), settings().reports_bucket, SPOOL)


@cache
def dynamodb() -> Any:
    """Return the resource that makes tables."""
    return boto3.resource("dynamodb")


@cache
def sns() -> Any:
    """Return the client that publishes repairs."""
    return boto3.client("sns")
