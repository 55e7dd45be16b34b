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
    ARCHIVED = "ARCHIVED"
    UNREADABLE = "UNREADABLE"


# S3 keeps these bytes from us: the refusal says nothing of what they are.
UNREAD = frozenset({Reason.ARCHIVED, Reason.UNREADABLE})

MEANINGS = {
    Reason.FOLDER_MARKER: "an empty object whose key ends in a slash",
    Reason.EMPTY: "an empty file",
    Reason.TOO_LARGE_BYTES: "more bytes than are taken",
    Reason.TOO_MANY_PIXELS: "a picture whose decoding would take more memory than is allowed",
    Reason.TOO_MANY_FRAMES: "more frames, pages, scans or parts than are taken",
    Reason.NOT_AN_IMAGE: "no picture",
    Reason.UNSUPPORTED_FORMAT: "a picture, document or archive of a format that is not taken",
    Reason.ENCRYPTED_OR_ENCODED: "a picture in a wrapping such as gzip",
    Reason.TRUNCATED: "a picture that ends too early",
    Reason.CORRUPT: "a picture that cannot be decoded",
    Reason.TIMED_OUT: "a picture that takes too long to decode",
    Reason.OUT_OF_MEMORY: "a picture whose decoding took more memory than its header let expect",
    Reason.ARCHIVED: "a file in an archive of S3: it develops once it is restored",
    Reason.UNREADABLE: "a file under a key that its uploader kept (SSE-C)",
}


class Refused(Exception):
    """This version of the picture can never succeed: a result to record, not an error to retry."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else str(reason))
        self.reason = reason
        self.detail = detail
        self.known: dict[str, Any] = {}  # what was found out before; recorded all the same
