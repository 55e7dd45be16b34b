"""Dice that fall alike for the same seed; the machine's threads do not."""

import secrets
from random import Random


def dice(seed: int, *of: object) -> Random:
    """Return dice of their own for each purpose."""
    return Random(" ".join(map(str, (seed, *of))))  # noqa: S311 - chance, not a secret


def thrown_seed() -> int:
    """Return a seed that is easy to type."""
    return secrets.randbelow(10_000)
