"""What publish_report needs from its environment."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    """Up to ``recount_objects`` objects are recounted, of more a sample.

    ``messages_topic``: where people are told of a report; empty where nobody is.
    """

    catalog_table: str
    report_table: str
    report_shards: int
    reports_bucket: str
    recount_objects: int
    stage: str
    messages_topic: str = ""
