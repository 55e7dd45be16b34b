"""What announce_changes needs from its environment."""

from dataclasses import dataclass, field

from darkroom.settings import comma_separated


@dataclass(frozen=True)
class Settings:
    """``facets``: all that must say the same of a picture before anything is said of it."""

    catalog_table: str
    event_bus: str
    facets: tuple[str, ...] = field(metadata={"parse": comma_separated})
