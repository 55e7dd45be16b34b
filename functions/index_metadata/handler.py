"""Messages about uploads in; the METADATA facet out."""

from contextlib import suppress
from functools import cache
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from darkroom.catalog import Fence
from darkroom.catalog_indexes import of_metadata
from darkroom.convergence import Convergence
from darkroom.isolation import Isolated
from darkroom.observability import observed
from darkroom.originals import Original
from darkroom.pictures.memory import WEBP_COPIES
from darkroom.refusals import Refused
from darkroom.settings import from_environment
from darkroom.smoke import Checks
from darkroom.uploads import consume
from functions.index_metadata.hashed_body import HEAD, HashedBody
from functions.index_metadata.header import comes_first
from functions.index_metadata.metadata import read_metadata
from functions.index_metadata.settings import Settings
from functions.index_metadata.smoke import checks
from functions.index_metadata.webp import is_webp, thinned

# No header of the corpus takes 10 ms. A picture may be read twice, its head and the whole, and each
# of these be tried twice. The function must outlive that.
READING_SECONDS = 5
# Copies of the largest file, which AVIF's and HEIC's decoders make of it.
READING_BYTES = 256 << 20


def smoke() -> Checks:
    """Return what this version must be able to do before it gets any traffic."""
    return checks(settings(), read)


@observed(smoke=smoke)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer an SQS event with the messages to deliver again."""
    return consume(event, context, index_metadata)


def index_metadata(key: str) -> None:
    """Make the metadata of *key* those of its current version, or a tombstone."""
    convergence().converge(key, describe)


def describe(original: Original, fence: Fence) -> dict[str, Any]:
    """Return what the facet says of *original*; a refused one still has its hash."""
    body = HashedBody(original.stream(settings().max_bytes))
    try:
        return read_thrifty(body, original) | {"sha256": body.finish()}
    except Refused as refused:
        refused.known["sha256"] = body.finish()
        raise


def read_thrifty(body: HashedBody, original: Original) -> dict[str, Any]:
    """Read the metadata from the first bytes where these tell all, else from what is needed."""
    if original.size > HEAD and comes_first(body.head()):
        # A profile or a preview may push the header further in, which looks like damage here.
        with suppress(Refused):
            return read(body.head(), original.content_type)
    if original.size > HEAD and is_webp(body.head()):
        thin = thinned(body.take, original.size)
        return read(thin, original.content_type, original.size - len(thin))
    return read(body.whole(), original.content_type)


def read(content: bytes, declared: str, left_out: int = 0) -> dict[str, Any]:
    """Read metadata apart from this process; *left_out* are the bytes that a WebP has besides."""
    needs = settings()
    memory = needs.max_memory - WEBP_COPIES * left_out
    return reader().call(read_metadata, content, memory, declared=declared, gps=needs.gps)


@cache
def reader() -> Isolated:
    """Return the child process that reads headers: a hostile one costs its own picture only."""
    return Isolated(max_memory=READING_BYTES, seconds=READING_SECONDS)


@cache
def settings() -> Settings:
    """Read the environment, once."""
    return from_environment(Settings)


@cache
def convergence() -> Convergence:
    """Return the rules by which the METADATA facet is written."""
    return Convergence.of("METADATA", settings(), of_metadata)
