"""What is wrong with a request, as RFC 9457 has it: what, where, and what is allowed.

Problem
├── Unknown        404
├── NotYours       403
├── WrongRequest   400, with all that is wrong at once
└── Conflicting    409
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from http import HTTPStatus
from typing import Any


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong: ``where`` as in ``query.limit``."""

    where: str
    what: str
    allowed: Sequence[str] = ()

    def as_json(self) -> dict[str, Any]:
        """Return it without what it does not tell."""
        return {name: value for name, value in asdict(self).items() if value}


@dataclass
class Problem(Exception):
    """An answer that is no success."""

    status: int
    detail: str
    allowed: Sequence[str] = ()
    errors: Sequence[Fault] = ()
    more: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return the body of the answer."""
        found = {
            "type": "about:blank",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.detail,
            **self.more,
        }
        if self.allowed:
            found["allowed"] = list(self.allowed)
        if self.errors:
            found["errors"] = [fault.as_json() for fault in self.errors]
        return found


class Unknown(Problem):
    """There is no such thing, or it is another's: both look alike."""

    def __init__(self, detail: str, **more: Any) -> None:
        super().__init__(404, detail, more=more)


class NotYours(Problem):
    """The caller may not see this; that it exists is told to nobody."""

    def __init__(self, detail: str, allowed: Sequence[str] = ()) -> None:
        super().__init__(403, detail, allowed)


class WrongRequest(Problem):
    """The request cannot be understood, or asks what no index answers."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        errors = list(faults)
        detail = "; ".join(f"{fault.where}: {fault.what}" for fault in errors)
        allowed = errors[0].allowed if len(errors) == 1 else ()
        super().__init__(400, detail, allowed, errors)


class Conflicting(Problem):
    """What is asked for does not fit what there is."""

    def __init__(self, detail: str) -> None:
        super().__init__(409, detail)
