"""Routes of figures: owners, what one of them stores, and the report."""

from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from typing import Any

from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from darkroom.contribution import Total
from darkroom.latency import waited
from functions.query_catalog.callers import is_owner
from functions.query_catalog.cursors import WrongCursor, decode, encode
from functions.query_catalog.ledger import names_of
from functions.query_catalog.lines import counted, usage_of
from functions.query_catalog.lines import report as report_of
from functions.query_catalog.parameters import day, number, only, text
from functions.query_catalog.problems import Fault, NotYours, Unknown, WrongRequest
from functions.query_catalog.questions import DEFAULT_LIMIT, MOST
from functions.query_catalog.requests import caller, query
from functions.query_catalog.resources import report, settings

router = APIGatewayHttpRouter()  # type: ignore[no-untyped-call]
MOST_DAYS = 366
DEFAULT_DAYS = 30
OWNERS = "owners"


@router.get("/owners", compress=True)
def owners() -> dict[str, Any]:
    """Answer with the owners that the caller may see."""
    asked = only(query(router), limit=number(1, MOST), cursor=text)
    after = _after(asked)
    who = caller(router)
    if not who.admin:
        return {"owners": [_owner(str(who.owner))], "cursor": None}
    listed, cursor = _owners(after, asked.get("limit", DEFAULT_LIMIT))
    return {"owners": listed, "cursor": cursor}


def _owners(after: str, limit: int) -> tuple[list[dict[str, Any]], str | None]:
    found, rest = report().owners(after, limit)
    listed = [{"owner": name, **counted(found[name])} for name in names_of(found)]
    return listed, encode(OWNERS, [rest]) if rest else None


def _owner(name: str) -> dict[str, Any]:
    return {"owner": name, **counted(report().line(Total("OWNER", name)))}


def _after(asked: dict[str, Any]) -> str:
    if "cursor" not in asked:
        return ""
    try:
        return decode(asked["cursor"], OWNERS, 1)[0]
    except WrongCursor as error:
        raise WrongRequest([Fault("query.cursor", str(error))]) from error


# An owner's name may hold what no pattern of Powertools lets through.
@router.get("/owners/[^/]+/usage", compress=True)
def usage() -> dict[str, Any]:
    """Answer with what an owner stores."""
    only(query(router))
    # API Gateway has decoded the path, but for the per cent sign.
    owner = router.current_event.path.split("/")[2].replace("%25", "%")
    if not caller(router).may_see(owner):
        raise NotYours("these belong to another owner")
    if not is_owner(owner):
        raise Unknown("there can be no such owner")
    return {"owner": owner, **usage_of(report().line(Total("OWNER", owner)))}


@router.get("/report", compress=True)
def days() -> dict[str, Any]:
    """Answer with the figures of some days."""
    caller(router).require_admin()
    asked = only(query(router), **{"from": day, "to": day})
    last = asked.get("to") or datetime.now(UTC).date()
    first = asked.get("from") or last - min(timedelta(DEFAULT_DAYS - 1), last - date.min)
    if not timedelta(0) <= last - first < timedelta(MOST_DAYS):
        told = f"must be the day of from, or up to {MOST_DAYS - 1} days later"
        raise WrongRequest([Fault("query.to", told)])
    owners, cursor = _owners("", DEFAULT_LIMIT)
    known = waited(first, last, settings().consumers)
    return {
        "from": first.isoformat(),
        "to": last.isoformat(),
        **report_of(report().days(first.isoformat(), last.isoformat())),
        "owners": owners,
        "owners_cursor": cursor,
        "latency": asdict(known.latency) if known.latency else None,
        "latency_missing": known.missing,
        "drift": report().drift(),
    }
