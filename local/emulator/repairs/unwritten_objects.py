"""Refuse an upload that cannot be written.

Gap: ministack logs that it could not write an object, and answers that it is stored.
Consequence: on a full disk the cloud accepts pictures, which the next start does not find.
Repair: answer 500, InternalError, so that the client tries again and then knows. As after a lost
answer, the object may be there until the stop.
"""

import logging
from contextvars import ContextVar
from typing import Any

from ministack.services import s3

Response = tuple[int, dict[str, str], Any]

failures: ContextVar[list[OSError] | None] = ContextVar("failures", default=None)
logger = logging.getLogger("unwritten_objects")


def apply() -> None:
    handle, write = s3.handle_request, s3._atomic_write

    def write_or_note(path: str, data: bytes, *, text: bool = False) -> None:
        try:
            write(path, data, text=text)
        except OSError as error:
            noted = failures.get()
            if noted is not None:
                noted.append(error)
            raise

    async def handle_or_refuse(*arguments: Any, **options: Any) -> Response:
        noted: list[OSError] = []
        failures.set(noted)
        response: Response = await handle(*arguments, **options)
        return refusal(noted[0]) if noted else response

    s3._atomic_write = write_or_note
    s3.handle_request = handle_or_refuse


def refusal(error: OSError) -> Response:
    logger.error("An object could not be written: %s", error)
    response: Response = s3._error(
        "InternalError", f"The object could not be written: {error.strerror}", 500
    )
    return response
