"""How long uploads wait for their facets: what the service level is reckoned from."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime

from aws_lambda_powertools.metrics import MetricUnit

from darkroom.observability import count, metrics


@dataclass(frozen=True)
class Announcement:
    """What an event claims about a key: for logs and metrics only, for the bucket is the truth.

    ``created_at`` is None unless S3 announces an upload: a removal can bring an old version back,
    and a repair concerns a picture of any age.
    """

    key: str
    version_id: str | None = None
    created_at: datetime | None = None


_heard: ContextVar[tuple[Announcement, bool] | None] = ContextVar("heard", default=None)


@contextmanager
def waiting(announcement: Announcement, *, first_try: bool) -> Iterator[None]:
    """Let `answered` know what is being answered; count an upload whose first try fails as late.

    It is: the message comes back only after minutes.
    """
    token = _heard.set((announcement, first_try))
    try:
        yield
    except Exception:
        if announcement.created_at and first_try:
            count("Late")
        raise
    finally:
        _heard.reset(token)


def answered(uploaded_at: str, within_seconds: float) -> int | None:
    """Measure a version's first facet, if what led to it was an upload's announcement.

    ``UploadLatency`` in milliseconds, for percentiles; ``Late`` as 0 or 1, whose average is the
    share that missed the service level. S3's LastModified has no fractions of a second, and of a
    multipart upload it is the beginning; the event's time is the end, so the later one counts.

    Returns:
        The latency.
    """
    heard = _heard.get()
    if heard is None or heard[0].created_at is None:
        return None
    since = max(datetime.fromisoformat(uploaded_at), heard[0].created_at)
    waited = max(0, round((datetime.now(UTC) - since).total_seconds() * 1000))
    metrics.add_metric(name="UploadLatency", unit=MetricUnit.Milliseconds, value=waited)
    if heard[1]:  # else its first try has counted it
        count("Late", int(waited > within_seconds * 1000))
    return waited
