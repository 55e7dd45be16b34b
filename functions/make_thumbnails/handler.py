"""Messages about uploads in; thumbnails and their facet out."""

from functools import cache
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from darkroom.aws import s3
from darkroom.catalog import Fence
from darkroom.convergence import Convergence
from darkroom.observability import observed
from darkroom.originals import Original
from darkroom.settings import from_environment
from darkroom.uploads import consume
from functions.make_thumbnails.settings import Settings
from functions.make_thumbnails.shelf import Shelf
from functions.make_thumbnails.thumbnails import shrink


@observed
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer an SQS event with the messages to deliver again."""
    return consume(event, context, make_thumbnails)


def make_thumbnails(key: str) -> None:
    """Make the thumbnails of *key* those of its current version, or none."""
    facet = convergence().converge(key, describe)
    shelf().clear(facet)


def describe(original: Original, fence: Fence) -> dict[str, Any]:
    """Store the thumbnails of *original*; return the facet's ``variants`` by name."""
    needs = settings()
    content = original.read(needs.max_bytes)
    made = shrink(content, needs.variants, needs.max_pixels)
    return {
        "variants": {
            thumbnail.variant.name: shelf().put(thumbnail, fence, original.version_id)
            for thumbnail in made
        }
    }


@cache
def settings() -> Settings:
    """Read the environment, once."""
    return from_environment(Settings)


@cache
def convergence() -> Convergence:
    """Return the rules by which the THUMBNAILS facet is written."""
    return Convergence.of("THUMBNAILS", settings())


@cache
def shelf() -> Shelf:
    """Return the thumbnails bucket."""
    return Shelf(settings().thumbnails_bucket, s3())
