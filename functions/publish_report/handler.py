"""A tick of the schedule, or a wish for some days, in; the report of these days out."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any

import boto3
from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.exceptions import ClientError

from darkroom.aws import s3, table
from darkroom.convergence import timestamp
from darkroom.latency import waited
from darkroom.observability import count, logger, observed
from darkroom.settings import from_environment
from darkroom.smoke import Checks
from functions.publish_report.as_data import as_csv, as_json
from functions.publish_report.clock import Deadline
from functions.publish_report.drift import last_drift
from functions.publish_report.figures import Report, Verdict
from functions.publish_report.lines import Lines
from functions.publish_report.message import message
from functions.publish_report.page import as_page
from functions.publish_report.period import NoPeriod, Period, asked
from functions.publish_report.recount import recount
from functions.publish_report.second_look import Tables
from functions.publish_report.settings import Settings
from functions.publish_report.smoke import checks

# What is left of an invocation for drawing and storing.
RESERVE_SECONDS = 30
# The share of the time that owners may take; the recount has the rest.
OWNERS_SHARE = 0.4


def smoke() -> Checks:
    """Return what this version must be able to do before it gets any traffic."""
    return checks(settings())


@observed(smoke=smoke)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer with where the report lies, or why there is none."""
    seconds = context.get_remaining_time_in_millis() / 1000 - RESERVE_SECONDS
    try:
        return publish_report(event, seconds)
    except NoPeriod as refusal:
        return {"report": None, "because": str(refusal)}


def publish_report(event: Mapping[str, Any], seconds: float) -> dict[str, Any]:
    """Publish the report that *event* asks for; by the clock, only what is not there yet.

    Raises:
        NoPeriod: if it asks for days that no report can be of.
    """
    now = datetime.now(UTC)
    period = asked(event, now.date())
    if event.get("tick") and _is_there(period):
        return {"report": period.name("html"), "because": "it was there already"}
    try:
        report = report_of(period, now, seconds)
        _store(report, period)
    except Exception:
        count("ReportOverdueHours", now.hour)
        raise
    _measure(report)
    return {"report": period.name("html"), "verdict": report.check.verdict}


def report_of(period: Period, now: datetime, seconds: float) -> Report:
    """Read everything, for less than *seconds*."""
    needs, (until_owners, until) = settings(), _deadlines(seconds)
    lines = Lines(dynamodb_client(), needs.report_table, needs.report_shards)
    totals, kinds, thumbnails_bytes = lines.everything()
    days = lines.days(period)
    return Report(
        stage=needs.stage,
        made_at=timestamp(now),
        first_day=days[0].name,
        last_day=days[-1].name,
        totals=totals,
        days=days,
        kinds=kinds,
        owners=lines.owners(until_owners),
        drift=last_drift(table(needs.report_table)),
        check=recount(tables(), totals.objects, needs.recount_objects, until),
        thumbnails_bytes=thumbnails_bytes,
        waited=waited(period.first, period.last, needs.consumers),
    )


def _deadlines(seconds: float) -> tuple[Deadline, Deadline]:
    return Deadline.after(OWNERS_SHARE * seconds), Deadline.after(seconds)


def _is_there(period: Period) -> bool:
    try:
        s3().head_object(Bucket=settings().reports_bucket, Key=period.name("json"))
    except ClientError as error:
        if error.response["Error"]["Code"] not in ("404", "NoSuchKey"):
            raise
        return False
    return True


def _store(report: Report, period: Period) -> None:
    """Store it and tell of it. The JSON comes last: it says that all the rest is done."""
    _put(period.name("csv"), "text/csv; charset=utf-8; header=present", as_csv(report))
    _put(period.name("html"), "text/html; charset=utf-8", as_page(report))
    if topic := settings().messages_topic:
        told = message(report, settings().reports_bucket, period.name("html"))
        sns().publish(TopicArn=topic, Subject=told.subject, Message=told.text)
    _put(period.name("json"), "application/json", as_json(report))


def _put(key: str, kind: str, body: bytes) -> None:
    s3().put_object(Bucket=settings().reports_bucket, Key=key, Body=body, ContentType=kind)


def _measure(report: Report) -> None:
    check = report.check
    count("ReportsPublished")
    count("ReportOverdueHours", 0)
    count("ReportDisagrees", int(check.verdict is Verdict.DISAGREES))
    logger.info(
        "report published",
        extra={"verdict": check.verdict, "compared": check.compared, "gaps": check.gaps},
    )


@cache
def settings() -> Settings:
    """Read the environment, once."""
    return from_environment(Settings)


def tables() -> Tables:
    """Return where facets, entries and lines are."""
    needs = settings()
    return Tables(table(needs.catalog_table), table(needs.report_table), needs.report_shards)


@cache
def dynamodb_client() -> Any:
    """Return the client that reads lines."""
    return boto3.client("dynamodb")


@cache
def sns() -> Any:
    """Return the client that publishes messages."""
    return boto3.client("sns")
