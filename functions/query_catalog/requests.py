"""The request that is being answered, as the routes see it."""

from collections.abc import Mapping
from typing import Any, cast

from darkroom.originals import owner_of
from functions.query_catalog.bodies import Reading, read_body
from functions.query_catalog.callers import Caller
from functions.query_catalog.identifiers import key_of
from functions.query_catalog.problems import Unknown


def raw(app: Any) -> Mapping[str, Any]:
    """Return the event as API Gateway sent it."""
    return cast(Mapping[str, Any], app.current_event.raw_event)


def query(app: Any) -> str:
    """Return the query string as it was sent: API Gateway joins what is given twice by commas."""
    return raw(app).get("rawQueryString") or ""


def caller(app: Any) -> Caller:
    """Return who calls."""
    return cast(Caller, app.context["caller"])


def own_key(app: Any, id_: str) -> str:
    """Return the key with this id.

    Raises:
        Unknown: if there can be none, or if it is another owner's.
    """
    key = key_of(id_)
    if key is None or not caller(app).may_see(owner_of(key)):
        raise Unknown("there is no such picture")
    return key


def reading(app: Any) -> Reading:
    """Return the fields of the body.

    Raises:
        Problem: as `read_body` does.
    """
    return Reading(body(app))


def body(app: Any) -> dict[str, Any]:
    """Return the body.

    Raises:
        Problem: as `read_body` does.
    """
    event = raw(app)
    declared = app.current_event.headers.get("content-type", "")
    return read_body(
        event.get("body"), encoded=bool(event.get("isBase64Encoded")), content_type=declared
    )
