"""What a command answers: as text for a reader, as JSON for a program, with an exit code."""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol

from boto3.dynamodb.types import Binary

FINE, FOUND, WRONG_USAGE = 0, 1, 2


class Answer(Protocol):
    """All that is known once the work is done."""

    @property
    def exit_code(self) -> int: ...

    def as_json(self) -> Any: ...

    def lines(self) -> Iterable[str]: ...


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """Yield aligned lines; whatever a key holds, a row stays a line."""
    cells = [list(header), *([printable(str(cell)) for cell in row] for row in rows)]
    widths = [max(map(_columns, column)) for column in zip(*cells, strict=True)]
    for row in cells:
        padded = zip(row, widths, strict=True)
        yield "  ".join(cell + " " * (width - _columns(cell)) for cell, width in padded).rstrip()


def printable(text: str) -> str:
    """Return *text* with what would break a line or steer a terminal escaped."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


def _columns(text: str) -> int:
    """Return how many columns a terminal takes for *text*: Chinese characters take two each."""
    return sum(1 + (unicodedata.east_asian_width(character) in "WF") for character in text)


def age(seconds: float) -> str:
    """Return a duration in its two largest units."""
    whole = max(0, round(seconds))
    for size, unit, below, smaller in ((86_400, "d", 3_600, "h"), (3_600, "h", 60, "min")):
        if whole >= size:
            return f"{whole // size} {unit} {whole % size // below} {smaller}"
    return f"{whole // 60} min {whole % 60} s" if whole >= 60 else f"{whole} s"


def plural(count: int, noun: str) -> str:
    """Return ``1 message``, ``2 messages``."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def as_plain(value: object) -> object:
    """Return what JSON has no type for as one that it has; for ``json.dumps(default=…)``."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, bytes | bytearray | Binary):
        return bytes(value).hex()  # type: ignore[arg-type]
    if isinstance(value, set | frozenset):
        return sorted(value, key=repr)
    raise TypeError(f"{type(value).__name__} is no JSON")
