"""The parameters of a query string, read as a whole: every bad one is named at once."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

from functions.query_catalog.problems import Fault, WrongRequest

MOST = 50
LONGEST = 7000
# A cursor behind the longest of keys has 1,431.
LONGEST_TEXT_BYTES = 1500
DIGITS = 15
MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"(T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,3})?)?(Z|[+-][0-9]{2}:[0-9]{2})?)?"
)
MOMENTS = ("2026-11-21", "2026-11-21T10:20:30Z")

Read = Callable[[str], Any]


class Unreadable(ValueError):
    """A value means nothing; *allowed* says what would."""

    def __init__(self, what: str, allowed: Sequence[str] = ()) -> None:
        super().__init__(what)
        self.allowed = allowed


def read_query(raw: str, readers: Mapping[str, Read], faults: list[Fault]) -> dict[str, Any]:
    """Read a query string; add what is wrong to *faults*, what cannot be read is left out."""
    found: dict[str, Any] = {}
    for name, value in _pairs(raw, faults):
        where = f"query.{name}"
        if name not in readers:
            faults.append(Fault(where[:100], "is unknown", sorted(readers)))
        elif name in found:
            faults.append(Fault(where, "is given twice"))
        else:
            found[name] = None
            try:
                found[name] = readers[name](value)
            except Unreadable as error:
                faults.append(Fault(where, str(error), error.allowed))
    return {name: value for name, value in found.items() if value is not None}


def only(raw: str, **readers: Read) -> dict[str, Any]:
    """Read a query string that may hold no more than *readers*.

    Raises:
        WrongRequest: with every bad parameter.
    """
    faults: list[Fault] = []
    found = read_query(raw, readers, faults)
    if faults:
        raise WrongRequest(faults)
    return found


def _pairs(raw: str, faults: list[Fault]) -> list[tuple[str, str]]:
    if len(raw) > LONGEST:
        faults.append(Fault("query", f"is longer than {LONGEST} characters"))
        return []
    try:
        pairs = parse_qsl(raw, keep_blank_values=True, errors="strict", max_num_fields=MOST)
        # Texts that came here undecoded may hold half characters all the same.
        "".join(name + value for name, value in pairs).encode()
    except ValueError:
        faults.append(Fault("query", f"is no UTF-8, or more than {MOST} parameters"))
        return []
    return pairs


def text(value: str) -> str:
    """Read a text that is not empty."""
    if not value or len(value.encode()) > LONGEST_TEXT_BYTES or "\x00" in value:
        raise Unreadable(f"must be a text of 1 to {LONGEST_TEXT_BYTES:,} bytes")
    return value


def one_of(*words: str) -> Read:
    """Return what reads one of *words*."""

    def read(value: str) -> str:
        if value not in words:
            raise Unreadable("is none of those that there are", words)
        return value

    return read


def number(least: int, most: int) -> Read:
    """Return what reads a whole number from *least* to *most*."""

    def read(value: str) -> int:
        found: int | str = value
        if re.fullmatch("[0-9]+", value):
            found = int(value) if len(value) <= DIGITS else most + 1
        if fault := fault_of_number(found, least, most):
            raise Unreadable(fault, [f"{least} to {most}"])
        return int(found)

    return read


def fault_of_number(value: object, least: int, most: int) -> str | None:
    """Return what keeps *value* from being a whole number from *least* to *most*."""
    if not isinstance(value, int) or isinstance(value, bool):
        return "must be a whole number"
    if value < least:
        return f"must be at least {least:,}"
    return f"must be at most {most:,}" if value > most else None


def day(value: str) -> date:
    """Read a day."""
    if re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise Unreadable("must be a day", MOMENTS[:1])


def moment(value: str) -> datetime:
    """Read a day, whose midnight is meant, or a moment; in UTC unless it says otherwise."""
    try:
        if not MOMENT.fullmatch(value):
            raise ValueError
        found = datetime.fromisoformat(value)
        found = found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
        _ = found - timedelta(days=1)  # what ends before the first of days cannot be told
    except (ValueError, OverflowError) as error:
        raise Unreadable("must be a day or a moment", MOMENTS) from error
    return found


def local_moment(value: str) -> datetime:
    """Read a moment as a camera's clock shows it, which knows no zone: a ``Z`` says nothing.

    It shows whole seconds: between two of them, the next is meant.
    """
    if re.search("[+-][0-9]{2}:[0-9]{2}$", value) and "T" in value:
        raise Unreadable("is by the camera's clock: it has no offset", MOMENTS)
    try:
        return (moment(value) + timedelta(microseconds=999_999)).replace(microsecond=0)
    except OverflowError as error:
        raise Unreadable("must be a day or a moment", MOMENTS) from error
