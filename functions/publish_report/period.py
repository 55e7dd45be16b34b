"""Which days a report is of, and where it lies."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

LONGEST_DAYS = 366
USUAL_DAYS = 30
DAILY, ON_DEMAND = "daily/", "ranges/"


class NoPeriod(ValueError):
    """A report was asked for days that it cannot be of; the message says why."""


@dataclass(frozen=True)
class Period:
    """Days of upload in UTC, the last one included."""

    first: date
    last: date
    folder: str

    def days(self) -> Iterator[str]:
        """Yield each day as the ledger names it."""
        for number in range((self.last - self.first).days + 1):
            yield (self.first + timedelta(days=number)).isoformat()

    def name(self, suffix: str) -> str:
        """Return the key of the report in the reports bucket."""
        return f"{self.folder}report.{suffix}"


def daily(today: date) -> Period:
    """Return the report of yesterday, with the month before it."""
    last = today - timedelta(days=1)
    return Period(last - timedelta(days=USUAL_DAYS - 1), last, f"{DAILY}{last:%Y/%m/%d}/")


def asked(event: Mapping[str, Any], today: date) -> Period:
    """Return the days that an event asks for: ``from`` included, ``to`` not; or the usual ones.

    Raises:
        NoPeriod: if they are no days, out of order, or too many.
    """
    if event.get("from") is None and event.get("to") is None:
        return daily(today)
    first, end = _day(event, "from"), _day(event, "to")
    if not 0 < (end - first).days <= LONGEST_DAYS:
        raise NoPeriod(f"`to` must be 1 to {LONGEST_DAYS} days after `from`: {first} to {end}")
    last = end - timedelta(days=1)
    return Period(first, last, f"{ON_DEMAND}{first}_{last}/")


def _day(event: Mapping[str, Any], name: str) -> date:
    try:
        return date.fromisoformat(event[name])
    except (KeyError, TypeError, ValueError) as error:
        raise NoPeriod(f"`{name}` must be a day such as 2026-11-21: {error}") from error
