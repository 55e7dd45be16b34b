"""The pictures of the small world, and what stands in for decoding them."""

from hashlib import sha256
from typing import Any

from darkroom.refusals import Reason, Refused
from functions.make_thumbnails.thumbnails import Shrunk
from functions.make_thumbnails.variants import Thumbnail, Variant
from tests.convergence.gate import Gate

MAX_BYTES = 200
# Two texts with one MD5, by Wang et al. (2004): different pictures, equal ETags.
_COMMON = (
    "d131dd02c5e6eec4693d9a0698aff95c2fcab5{}712467eab4004583eb8fb7f8955ad340609f4b30283e4888325{}"
    "1415a085125e8f7cdc99fd91dbd{}280373c5bd8823e3156348f5bae6dacd436c919c6dd53e2{}487da03fd02396306"
    "d248cda0e99f33420f577ee8ce54b67080{}80d1ec69821bcb6a8839396f965{}b6ff72a70"
)
TWINS = [
    bytes.fromhex(_COMMON.format("8", "7", "f", "b", "a", "2")),
    bytes.fromhex(_COMMON.format("0", "f", "7", "3", "2", "a")),
]
PICTURES = [b"JPEG cat", b"PNG dog!!", b"JPEG bird in a tree", *TWINS]
UNFIT = [b"?notes", b"", b"JPEG" + b"x" * MAX_BYTES]


def format_of(content: bytes) -> str:
    """Return the format that a picture is taken for."""
    return "PNG" if content.startswith(b"PNG") else "JPEG"


def refusal_by_size(content: bytes) -> Reason | None:
    """Return why a content is refused unread, by the real code."""
    if not content:
        return Reason.EMPTY
    return Reason.TOO_LARGE_BYTES if len(content) > MAX_BYTES else None


def refusal_of(content: bytes) -> Reason | None:
    """Return why a content is refused for good."""
    unfit = Reason.NOT_AN_IMAGE if content.startswith(b"?") else None
    return refusal_by_size(content) or unfit


def thumbnail_of(content: bytes, variant: str) -> bytes:
    """Return the thumbnail that a content has."""
    return variant.encode() + b" of " + content


class StandIn:
    """Answers for the child process that decodes: at once, and by the content alone."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate

    def call(self, function: Any, content: bytes, *arguments: Any, **_: Any) -> Any:
        """Do what *function* is known to do."""
        work = _shrink if function.__name__ == "shrink" else _read
        return self._gate("Decode", work, {"content": content, "arguments": arguments})


def _shrink(content: bytes, arguments: tuple[Any, ...]) -> Shrunk:
    _refuse(content)
    variants: tuple[Variant, ...] = arguments[0]
    made = [Thumbnail(each, thumbnail_of(content, each.name), 8, 6) for each in variants]
    return Shrunk(made, b"placeholder", "#ffffff", "0" * 16, [])


def _read(content: bytes, arguments: tuple[Any, ...]) -> dict[str, Any]:
    _refuse(content)
    return {"format": format_of(content), "width": 8, "height": 6}


def _refuse(content: bytes) -> None:
    reason = refusal_of(content)
    if reason:
        raise Refused(reason)


def digest_of(content: bytes) -> str:
    """Return what the METADATA facet says of a content."""
    return sha256(content).hexdigest()
