"""Who calls, and what that one may see: from what the API's authorizer has verified, never else."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from functions.query_catalog.problems import Fault, NotYours, Problem, WrongRequest

ADMINS = "admins"
ANY_OWNER = ("the name of an owner; GET /owners lists them",)


@dataclass(frozen=True)
class Caller:
    """A user of one owner, an admin, or a program of the account, which is as good as an admin."""

    owner: str | None
    admin: bool

    @classmethod
    def of(cls, context: Mapping[str, Any]) -> "Caller":
        """Read an event's ``requestContext``.

        Raises:
            Problem: 401 if no authorizer has seen it, 403 if its user belongs nowhere.
        """
        authorizer = context.get("authorizer") or {}
        claims = (authorizer.get("jwt") or {}).get("claims")
        if claims:
            return cls._of_claims(claims)
        if authorizer.get("iam"):
            return cls(None, admin=True)
        challenge = {"WWW-Authenticate": "Bearer"}
        raise Problem(401, "no authorizer has verified who calls", headers=challenge)

    @classmethod
    def _of_claims(cls, claims: Mapping[str, Any]) -> "Caller":
        owner = claims.get("custom:owner") or None
        admin = ADMINS in groups(claims.get("cognito:groups"))
        if owner is not None and not is_owner(owner):
            raise NotYours("the claim custom:owner is no owner's name")
        if owner is None and not admin:
            raise NotYours("the user belongs to no owner and is no admin")
        return cls(owner, admin)

    def may_see(self, owner: str) -> bool:
        """Tell whether what belongs to *owner* is this caller's business."""
        return self.admin or (self.owner is not None and self.owner == owner)

    def owner_asked_for(self, asked: str | None, where: str) -> str:
        """Return whose things the request is about; *asked* is whose it names, if it does.

        Raises:
            NotYours: if it is another's.
            WrongRequest: if an admin must name one.
        """
        owner = asked if asked is not None else self.owner
        if owner is None:
            raise WrongRequest([Fault(where, "an admin must name an owner", ANY_OWNER)])
        if not self.may_see(owner):
            raise NotYours("these belong to another owner", [str(self.owner)])
        return owner

    def require_admin(self) -> None:
        """Refuse everyone else.

        Raises:
            NotYours: if the caller is no admin.
        """
        if not self.admin:
            raise NotYours("only admins see what concerns all owners")


def is_owner(name: object) -> bool:
    """Tell whether *name* can be a key's first segment, and the only one it is."""
    if not isinstance(name, str) or not name or name in (".", "..") or "/" in name:
        return False
    return name.isprintable() and len(name.encode()) <= 1000


def groups(claim: object) -> list[str]:
    """Read the groups, which an HTTP API hands over as ``[admins other]``."""
    if isinstance(claim, list):
        return [str(name) for name in claim]
    text = str(claim or "")
    if text.startswith("[") and text.endswith("]"):
        text = text[1:-1]
    return text.split()
