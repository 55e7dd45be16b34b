"""A version's own test of itself, before it gets any traffic: it reads a little, writes nothing."""

from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import ClientError

from darkroom.aws import s3, table

EVENT = {"darkroom": "smoke-test"}
# Nobody uploads it: it is asked for to see whether asking is allowed.
ABSENT = "darkroom-probe/absent"

Checks = Mapping[str, Callable[[], object]]


class SmokeTestFailed(Exception):
    """A version cannot do what it is for; the message says which of its checks failed, and how."""


def is_smoke_test(event: Mapping[str, Any]) -> bool:
    """Tell whether an event asks for a smoke test instead of work."""
    return {name: event.get(name) for name in EVENT} == EVENT


def smoke_test(checks: Callable[[], Checks]) -> dict[str, Any]:
    """Run all of the checks; return the ``checked`` and what ``failed`` of them, with its error.

    *checks* itself may fail: what it names can be missing from the environment.
    """
    try:
        every = checks()
    except Exception as error:
        return {**EVENT, "checked": [], "failed": {"settings": repr(error)}}
    failed = {name: told for name, check in every.items() if (told := _error_of(check))}
    return {**EVENT, "checked": list(every), "failed": failed}


def _error_of(check: Callable[[], object]) -> str | None:
    try:
        check()
    except Exception as error:  # whatever it is, it is this version's
        return repr(error)
    return None


def require(condition: bool, otherwise: str) -> None:
    """Let a check fail if *condition* does not hold.

    Raises:
        SmokeTestFailed: with *otherwise*.
    """
    if not condition:
        raise SmokeTestFailed(otherwise)


def may_get_object(bucket: str) -> None:
    """Ask for an object that is not there: without the grants S3 says 403 instead of 404."""
    try:
        s3().get_object(Bucket=bucket, Key=ABSENT)
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchKey":
            raise


def may_list(bucket: str) -> None:
    """Ask for objects where none are."""
    s3().list_objects_v2(Bucket=bucket, Prefix=ABSENT, MaxKeys=1)


def may_list_versions(bucket: str) -> None:
    """Ask for versions where none are."""
    s3().list_object_versions(Bucket=bucket, Prefix=ABSENT, MaxKeys=1)


def may_get_item(name: str) -> None:
    """Ask for an item that is not there."""
    table(name).get_item(Key={"pk": ABSENT, "sk": ABSENT})
