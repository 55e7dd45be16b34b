"""How long uploads wait for their facets: what the service level is reckoned from."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from aws_lambda_powertools.metrics import MetricUnit

from darkroom.observability import count, metrics

# S3 and SNS bring a message within seconds. Five tries take longer than this, so a message that
# comes to its queue so long after its upload comes from the dead letters.
GIVEN_UP_AFTER = timedelta(minutes=15)


@dataclass(frozen=True)
class Announcement:
    """What an event claims about a key: for logs and metrics only, for the bucket is the truth.

    ``created_at`` is None unless S3 announces an upload: a removal can bring an old version back,
    and a repair concerns a picture of any age.
    """

    key: str
    version_id: str | None = None
    created_at: datetime | None = None


@dataclass(frozen=True)
class Delivery:
    """One of the times that a queue delivers a message.

    ``is_last``: if it fails, the message goes to the dead letters. ``sent_at`` is when the message
    came to the queue: from its topic, or from its dead letters.
    """

    is_last: bool
    sent_at: datetime


@dataclass
class _Wait:
    """An upload that waits for its facet; ``is_over``: it has it, now or since an earlier try."""

    announcement: Announcement
    delivery: Delivery
    is_over: bool = False

    @property
    def counts(self) -> bool:
        """Whether nobody has counted it: a redriven message counted when it was given up."""
        created_at = self.announcement.created_at
        return bool(created_at and self.delivery.sent_at - created_at < GIVEN_UP_AFTER)


_heard: ContextVar[_Wait | None] = ContextVar("heard", default=None)


@contextmanager
def waiting(announcement: Announcement, delivery: Delivery) -> Iterator[None]:
    """Let `answered` know what is being answered; count an upload that is given up as late.

    A failure before the last counts nothing: the next delivery answers or fails.
    """
    wait = _Wait(announcement, delivery)
    token = _heard.set(wait)
    try:
        yield
    except Exception:
        if delivery.is_last and wait.counts and not wait.is_over:
            count("Late")
        raise
    finally:
        _heard.reset(token)


def answered(uploaded_at: str | None, within_seconds: float) -> int | None:
    """Measure a version's first facet, if what led to it was an upload's announcement.

    *uploaded_at* is None if the facet described that version before, or if the object is gone.
    ``UploadLatency`` in milliseconds, for percentiles; ``Late`` as 0 or 1, whose average is the
    share that missed the service level. S3's LastModified has no fractions of a second, and of a
    multipart upload it is the beginning; the event's time is the end, so the later one counts.

    Returns:
        The latency.
    """
    wait = _heard.get()
    if wait is None:
        return None
    wait.is_over = True
    if uploaded_at is None or wait.announcement.created_at is None:
        return None
    since = max(datetime.fromisoformat(uploaded_at), wait.announcement.created_at)
    waited = max(0, round((datetime.now(UTC) - since).total_seconds() * 1000))
    metrics.add_metric(name="UploadLatency", unit=MetricUnit.Milliseconds, value=waited)
    if wait.counts:
        count("Late", int(waited > within_seconds * 1000))
    return waited
