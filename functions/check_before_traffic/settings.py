"""What check_before_traffic needs from its environment."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    """``patience_seconds``: how long a version's smoke test may take."""

    patience_seconds: int
