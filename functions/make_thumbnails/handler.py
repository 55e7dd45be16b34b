"""Messages about uploads in; thumbnails and their facet out."""

from base64 import b64encode
from functools import cache
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from darkroom.aws import s3
from darkroom.catalog import Fence
from darkroom.catalog_indexes import of_thumbnails
from darkroom.convergence import Convergence
from darkroom.isolation import Isolated
from darkroom.observability import observed
from darkroom.originals import Original
from darkroom.settings import from_environment
from darkroom.smoke import Checks
from darkroom.uploads import consume
from functions.make_thumbnails.settings import Settings
from functions.make_thumbnails.shelf import Shelf
from functions.make_thumbnails.smoke import checks
from functions.make_thumbnails.thumbnails import Shrunk, shrink

# The largest picture that fits the budget takes a few. A decoding may be tried twice, and the
# function must outlive that.
DECODING_SECONDS = 20
# What the sum over a picture's header does not know of.
MARGIN_BYTES = 64 << 20


def smoke() -> Checks:
    """Return what this version must be able to do before it gets any traffic."""
    return checks(settings(), shrunk)


@observed(smoke=smoke)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer an SQS event with the messages to deliver again."""
    return consume(event, context, make_thumbnails)


def make_thumbnails(key: str) -> None:
    """Make the thumbnails of *key* those of its current version, or none."""
    facet = convergence().converge(key, describe)
    shelf().clear(facet)


def describe(original: Original, fence: Fence) -> dict[str, Any]:
    """Store the thumbnails of *original*; return what the facet says of them.

    ``variants`` by name, ``placeholder`` (a ThumbHash, in base64), ``dominant_colour``,
    ``perceptual_hash`` and ``notes``.
    """
    made = shrunk(original.read(settings().max_bytes))
    return {
        "variants": {
            thumbnail.variant.name: shelf().put(thumbnail, fence, original.version_id)
            for thumbnail in made.thumbnails
        },
        "placeholder": b64encode(made.placeholder).decode(),
        "dominant_colour": made.dominant_colour,
        "perceptual_hash": made.perceptual_hash,
        "notes": made.notes,
    }


def shrunk(content: bytes) -> Shrunk:
    """Make the thumbnails apart from this process."""
    needs = settings()
    return decoder().call(shrink, content, needs.variants, needs.max_memory, needs.keep_credits)


@cache
def decoder() -> Isolated:
    """Return the child process that decodes: what a picture does to it costs that picture only."""
    limit = settings().max_memory + MARGIN_BYTES
    return Isolated(max_memory=limit, seconds=DECODING_SECONDS)


@cache
def settings() -> Settings:
    """Read the environment, once."""
    return from_environment(Settings)


@cache
def convergence() -> Convergence:
    """Return the rules by which the THUMBNAILS facet is written."""
    return Convergence.of("THUMBNAILS", settings(), of_thumbnails, shelf().holds)


@cache
def shelf() -> Shelf:
    """Return the thumbnails bucket."""
    return Shelf(settings().thumbnails_bucket, s3())
