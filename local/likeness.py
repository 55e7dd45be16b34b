"""Whether thumbnails show what their original shows now: for pictures of a single colour.

A colour of its own for each picture proves which version a thumbnail was made of.
"""

import json
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property, partial
from io import BytesIO
from typing import Any

from botocore.exceptions import ClientError
from PIL import Image, UnidentifiedImageError

from local.agreement import Findings
from local.cloud import Cloud

READERS = 4
# There is none, it is in an archive, or it is under a key of SSE-C.
NO_BYTES = {"NoSuchKey", "InvalidObjectState", "InvalidRequest"}
TOLERANCE = 12  # of 255: what JPEG's coarser colours may change

Size = tuple[int, int]
Colour = tuple[int, ...]


class Likeness:
    """Reads originals and thumbnails, and compares what they show."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._outputs = cloud.outputs()
        self._s3 = cloud.client("s3")

    def errors(self, findings: Findings, keys: Iterable[str]) -> list[str]:
        """Return what is wrong with the facets and thumbnails of the live ones among *keys*."""
        live = [key for key in keys if key in findings.originals]
        with ThreadPoolExecutor(READERS) as readers:
            found = readers.map(partial(self._errors_of, findings), live)
            return [error for errors in found for error in errors]

    @cached_property
    def variants(self) -> dict[str, int]:
        """The long edge of each variant that the deployed function makes."""
        function = self._cloud.client("lambda").get_function_configuration(
            FunctionName=self._outputs["MakeThumbnailsFunction"]
        )
        variants = json.loads(function["Environment"]["Variables"]["VARIANTS"])
        return {variant["name"]: variant["long_edge"] for variant in variants}

    def _errors_of(self, findings: Findings, key: str) -> list[str]:
        version = findings.originals[key].version_id
        original = self._read("OriginalsBucket", key, VersionId=version)
        metadata, thumbnails = findings.facet(key, "METADATA"), findings.facet(key, "THUMBNAILS")
        seen, shown = header(original), colour_of(original)
        states = {
            "METADATA": (metadata.get("state"), "READY" if seen else "REJECTED"),
            "THUMBNAILS": (thumbnails.get("state"), "READY" if shown else "REJECTED"),
        }
        wrong = [
            f"{facet} of {key!r} is {actual}, but its bytes are {wanted}"
            for facet, (actual, wanted) in states.items()
            if actual != wanted
        ]
        if seen and shown:
            wrong += self._thumbnail_errors(key, seen, shown, thumbnails.get("variants", {}))
        return wrong

    def _thumbnail_errors(
        self, key: str, size: Size, colour: Colour, made: dict[str, Any]
    ) -> Iterator[str]:
        if made.keys() != self.variants.keys():
            yield f"{key!r} has the thumbnails {sorted(made)}, not {sorted(self.variants)}"
        for name, variant in made.items():
            content = self._read("ThumbnailsBucket", variant["key"])
            wanted = fitted(size, self.variants.get(name, 0))
            if header(content) != wanted:
                yield f"{name} of {key!r} is of {header(content)}, not {wanted}"
            shown = colour_of(content)
            if shown is None or distance(shown, colour) > TOLERANCE:
                yield f"{name} of {key!r} shows {shown}, the current version {colour}"

    def _read(self, bucket: str, key: str, **which: str) -> bytes:
        """Return an object's bytes; none where there is no such object or S3 keeps them from us."""
        try:
            found = self._s3.get_object(Bucket=self._outputs[bucket], Key=key, **which)
        except ClientError as error:
            if error.response["Error"]["Code"] not in NO_BYTES:
                raise
            return b""
        return bytes(found["Body"].read())


def header(content: bytes) -> Size | None:
    """Return width and height; ``None`` if it is no picture."""
    try:
        return Image.open(BytesIO(content)).size
    except UnidentifiedImageError:
        return None


def colour_of(content: bytes) -> Colour | None:
    """Return the mean colour; ``None`` if it cannot be decoded."""
    try:
        picture = Image.open(BytesIO(content)).convert("RGB")
    except (OSError, SyntaxError):
        return None
    mean: Any = picture.resize((1, 1), Image.Resampling.BOX).getpixel((0, 0))
    return tuple(mean)


def distance(one: Colour, other: Colour) -> int:
    return max(abs(a - b) for a, b in zip(one, other, strict=True))


def fitted(size: Size, edge: int) -> Size:
    """Return the size at which a picture of *size* fits a square of *edge*, never enlarged."""
    scale = min(1.0, edge / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))
