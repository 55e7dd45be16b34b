"""Numbers out of other people's files, made fit for a table: DynamoDB knows no NaN, no floats."""

from collections.abc import Sequence
from decimal import Context, Decimal
from math import isfinite

from PIL.TiffImagePlugin import IFDRational

SIX_DIGITS = Context(prec=6)
SMALLEST = Decimal("1e-9")


def positive(value: object, below: int) -> Decimal | None:
    """Return *value*, or the first of several, to six digits; nothing if it is not in range."""
    found = exact(next(iter(several(value)), None))
    if found is None or not SMALLEST <= found < below:
        return None
    return SIX_DIGITS.plus(found)


def several(value: object) -> Sequence[object]:
    """Return *value*'s parts; Pillow unwraps what is alone, whatever the standard says."""
    return value if isinstance(value, tuple | list) else (value,)


def exact(value: object) -> Decimal | None:
    """Return *value* as it stands; nothing for x/0, NaN, infinity and what is no number."""
    if isinstance(value, IFDRational):
        return _quotient(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return Decimal(value) if isfinite(value) else None


def _quotient(value: IFDRational) -> Decimal | None:
    over, under = value.numerator, value.denominator
    if not (isinstance(over, int) and isinstance(under, int) and under):
        return None
    return Decimal(over) / Decimal(under)
