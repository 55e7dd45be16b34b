"""What a function needs from its environment, read once and checked as a whole."""

import os
from collections.abc import Iterator
from dataclasses import MISSING, Field, fields
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    Settings = TypeVar("Settings", bound=DataclassInstance)
else:
    Settings = TypeVar("Settings")


class SettingsError(ValueError):
    """The environment lacks a variable or holds one that cannot be read; all of them are named."""


def from_environment(cls: type[Settings]) -> Settings:
    """Build the dataclass *cls* from environment variables.

    A field's name in upper case is its variable's name. The text is read by the field's type, or
    by the function in its metadata's ``parse``. A field with a default may be left out.

    Raises:
        SettingsError: with one line per missing or unreadable variable.
    """
    values: dict[str, Any] = {}
    problems = []
    for field, text in _declared(cls):
        if text is None:
            problems.append(f"{field.name.upper()} is not set")
            continue
        try:
            values[field.name] = field.metadata.get("parse", field.type)(text)
        except (ValueError, TypeError, KeyError) as error:
            problems.append(f"{field.name.upper()} cannot be read: {error}")
    if problems:
        raise SettingsError("\n".join(problems))
    return cls(**values)


def _declared(cls: type[Any]) -> Iterator[tuple[Field[Any], str | None]]:
    for field in fields(cls):
        text = os.environ.get(field.name.upper())
        if text is None and field.default is not MISSING:
            continue
        yield field, text or None


def comma_separated(text: str) -> tuple[str, ...]:
    """Read names with commas between them; the ``parse`` of a field."""
    found = tuple(name.strip() for name in text.split(","))
    if not all(found):
        raise ValueError(f"{text!r} has a name that is empty")
    return found


def days_or_never(text: str) -> int | None:
    """Read a number of days, or ``never``; the ``parse`` of a field."""
    return None if text == "never" else int(text)
