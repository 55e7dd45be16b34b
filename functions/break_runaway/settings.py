"""What break_runaway needs from its environment."""

from dataclasses import dataclass, field

from darkroom.settings import comma_separated


@dataclass(frozen=True)
class Settings:
    """``mappings``: the ids of all of the app's event source mappings."""

    mappings: tuple[str, ...] = field(metadata={"parse": comma_separated})
