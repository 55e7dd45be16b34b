"""What publish_report needs from its environment."""

from dataclasses import dataclass, field

from darkroom.settings import comma_separated


@dataclass(frozen=True)
class Settings:
    """Up to ``recount_objects`` objects are recounted, of more a sample.

    ``consumers``: the functions that measure how long uploads wait.
    ``messages_topic``: where people are told of a report; empty where nobody is.
    """

    catalog_table: str
    report_table: str
    report_shards: int
    reports_bucket: str
    recount_objects: int
    stage: str
    consumers: tuple[str, ...] = field(metadata={"parse": comma_separated})
    messages_topic: str = ""
