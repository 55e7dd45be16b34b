"""What reconcile needs from its environment."""

from dataclasses import dataclass, field

from darkroom.reconciliation.inspection import Places
from darkroom.settings import comma_separated, days_or_never


@dataclass(frozen=True)
class Settings:
    """A sweep begins ``sweep_hours`` after the last one ended.

    What changed in the last ``sweep_grace_minutes`` is left alone: it may be under way.
    ``thumbnails_days``: after how many days thumbnails expire.
    """

    originals_bucket: str
    thumbnails_bucket: str
    catalog_table: str
    report_table: str
    report_shards: int
    reports_bucket: str
    repairs_topic: str
    sweep_hours: int
    sweep_grace_minutes: int
    thumbnails_days: int | None = field(metadata={"parse": days_or_never})
    facets: tuple[str, ...] = field(metadata={"parse": comma_separated})

    @property
    def places(self) -> Places:
        """Where everything is kept."""
        return Places(
            self.originals_bucket,
            self.thumbnails_bucket,
            self.catalog_table,
            self.report_table,
            self.facets,
            self.report_shards,
            self.thumbnails_days,
        )
