"""The reasons why a picture is refused for good."""

from enum import StrEnum
from typing import Any


class Reason(StrEnum):
    """The codes that a refused facet carries in its ``reason``."""

    FOLDER_MARKER = "FOLDER_MARKER"
    EMPTY = "EMPTY"
    TOO_LARGE_BYTES = "TOO_LARGE_BYTES"
    TOO_MANY_PIXELS = "TOO_MANY_PIXELS"
    TOO_MANY_FRAMES = "TOO_MANY_FRAMES"
    NOT_AN_IMAGE = "NOT_AN_IMAGE"
    UNSUPPORTED_FORMAT = "UNSUPPORTED_FORMAT"
    ENCRYPTED_OR_ENCODED = "ENCRYPTED_OR_ENCODED"
    TRUNCATED = "TRUNCATED"
    CORRUPT = "CORRUPT"
    TIMED_OUT = "TIMED_OUT"
    OUT_OF_MEMORY = "OUT_OF_MEMORY"


class Refused(Exception):
    """This version of the picture can never succeed: a result to record, not an error to retry."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else str(reason))
        self.reason = reason
        self.detail = detail
        self.known: dict[str, Any] = {}  # what was found out before; recorded all the same
