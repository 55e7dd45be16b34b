"""Mistakes about what S3 keeps from us, and gives back."""

from collections.abc import Iterator
from unittest.mock import patch

from darkroom import originals
from darkroom.convergence import Convergence
from darkroom.reconciliation import inspection, sources
from functions.make_thumbnails.shelf import Shelf
from tests.convergence.planting import defect


@defect("worker that downgrades what it can no longer read")
def _downgrading() -> Iterator[None]:
    """A version that was read, and is in an archive since, is refused."""
    with patch.object(Convergence, "_known", lambda *_: None):
        yield


@defect("archived object raised")
def _archived_raised() -> Iterator[None]:
    """What S3 does not give is an error like any other."""
    with patch.object(originals, "refusal_in", lambda _: None):
        yield


@defect("facet that goes on naming lost thumbnails")
def _unseen() -> Iterator[None]:
    """What was made of an archived picture is taken for stored."""
    with patch.object(Shelf, "holds", lambda *_: True):
        yield


@defect("sweep that resends for ever what is archived")
def _resending() -> Iterator[None]:
    """Each sweep lets the consumers try whether an archived object can be read by now."""
    with (
        patch.object(inspection, "is_readable", lambda *_: True),
        patch.object(sources, "is_readable", lambda *_: True),
    ):
        yield


@defect("sweep that leaves alone what is restored")
def _left_archived() -> Iterator[None]:
    """An object that was archived once is archived for ever, unless an event says otherwise."""
    with (
        patch.object(inspection, "is_readable", lambda *_: False),
        patch.object(sources, "is_readable", lambda *_: False),
    ):
        yield
