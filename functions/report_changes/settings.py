"""What report_changes needs from its environment."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    """``report_shards`` items share the writing of each total."""

    report_table: str
    report_shards: int
    tombstone_days: int
