"""Items of a table, read as the types that we write; any other type is an error that names it."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from boto3.dynamodb.conditions import Attr, ConditionBase

LONGEST_KEY_BYTES = 1024  # of S3's keys, and of a sort key, which a name in the report is
# Above any size, revision in milliseconds or expiry; events write a revision in 15 digits.
MAX_WHOLE = 10**15 - 1
SHOWN_CHARACTERS = 40
ABSENT = object()  # an attribute that an item lacks

Rule = Callable[[Any], bool]
Rules = Mapping[str, Rule]


class UnreadableItem(ValueError):
    """An item lacks an attribute or has one of another type than we write.

    ``problem`` names the attribute; the message names the key as well.
    """

    def __init__(self, key: str, what: str, problem: str) -> None:
        super().__init__(f"{what} of {key!r} cannot be read: {problem}")
        self.key = key
        self.what = what
        self.problem = problem


def check(
    key: str, what: str, item: Mapping[str, Any], rules: Rules, needed: Iterable[str]
) -> None:
    """Check the attributes that *rules* know, and that there are those *needed*.

    Raises:
        UnreadableItem: for the first that is wrong, or if S3 cannot have the *key*.
    """
    if not is_key(key):
        raise UnreadableItem(key, what, "no object can have this key")
    for name in needed:
        if name not in item:
            raise UnreadableItem(key, what, f"it lacks {name}")
    for name, is_right in rules.items():
        if name in item and not is_right(item[name]):
            raise UnreadableItem(key, what, f"{name} is {shown(item[name])}")


def plain(value: Any) -> Any:
    """Return *value*, which was checked, as JSON can hold it: our numbers are whole."""
    if isinstance(value, Mapping):
        return {name: plain(each) for name, each in value.items()}
    return int(value) if isinstance(value, Decimal) else value


def revision_of(item: Mapping[str, Any]) -> int:
    """Return the revision of an item; 0 if it has none that can be read."""
    rev = item.get("rev")
    return int(rev) if is_whole(rev) else 0  # type: ignore[arg-type]


def unchanged(name: str, stored: Any) -> ConditionBase:
    """Return the condition that an attribute is as it was read, of whatever type, or `ABSENT`."""
    return Attr(name).not_exists() if stored is ABSENT else Attr(name).eq(stored)


def shown(value: Any) -> str:
    """Return the beginning of a wrong value and its type, in ASCII."""
    text = ascii(str(value) if isinstance(value, Decimal) else value)
    short = text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]}..."
    return f"{short} ({type(value).__name__})"


def is_key(value: Any) -> bool:
    """Return whether S3 can have the key; a name in the report has the same bounds."""
    return is_text(value) and 0 < len(value.encode()) <= LONGEST_KEY_BYTES


def is_text(value: Any) -> bool:
    """Return whether *value* is text that UTF-8 can hold."""
    return isinstance(value, str) and not re.search("[\ud800-\udfff]", value)


def is_whole(value: Any) -> bool:
    """Return whether *value* is a whole number from 0 to `MAX_WHOLE`."""
    return is_integer(value) and 0 <= value <= MAX_WHOLE


def is_integer(value: Any) -> bool:
    """Return whether *value* is a whole number, of either sign."""
    if isinstance(value, Decimal):
        return value.is_finite() and value == value.to_integral_value()
    return isinstance(value, int) and not isinstance(value, bool)


def is_day(value: Any) -> bool:
    """Return whether *value* is a day such as ``2026-11-21``."""
    if not (isinstance(value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value)):
        return False
    return _is_parsed(date.fromisoformat, value)


def is_moment(value: Any) -> bool:
    """Return whether *value* is a time with its zone, which begins with its day."""
    if not (isinstance(value, str) and is_day(value[:10])):
        return False
    return _is_parsed(datetime.fromisoformat, value) and bool(datetime.fromisoformat(value).tzinfo)


def _is_parsed(parse: Callable[[str], Any], value: str) -> bool:
    try:
        parse(value)
    except ValueError:
        return False
    return True
