"""Messages about uploads in; the METADATA facet out."""

from functools import cache
from hashlib import sha256
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from darkroom.catalog import Fence
from darkroom.convergence import Convergence
from darkroom.observability import observed
from darkroom.originals import Original
from darkroom.refusals import Refused
from darkroom.settings import from_environment
from darkroom.uploads import consume
from functions.index_metadata.metadata import read_metadata
from functions.index_metadata.settings import Settings


@observed
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer an SQS event with the messages to deliver again."""
    return consume(event, context, index_metadata)


def index_metadata(key: str) -> None:
    """Make the metadata of *key* those of its current version, or a tombstone."""
    convergence().converge(key, describe)


def describe(original: Original, fence: Fence) -> dict[str, Any]:
    """Return what the facet says of *original*; a refused one still has its hash."""
    content = original.read(settings().max_bytes)
    digest = {"sha256": sha256(content).hexdigest()}
    try:
        return digest | read_metadata(content, settings().max_pixels)
    except Refused as refused:
        refused.known |= digest
        raise


@cache
def settings() -> Settings:
    """Read the environment, once."""
    return from_environment(Settings)


@cache
def convergence() -> Convergence:
    """Return the rules by which the METADATA facet is written."""
    return Convergence.of("METADATA", settings())
