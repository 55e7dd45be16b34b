"""How long a loser of a race waits before it tries again."""

import random
import time
from collections.abc import Iterator

BASE_SECONDS = 0.02
LONGEST_SECONDS = 1.0


def attempts(most: int) -> Iterator[int]:
    """Yield 0, 1, … up to *most* attempts, with a pause before all but the first.

    The pause is random up to a bound that doubles ("full jitter"): rivals in step would go on
    losing to one another.
    """
    for attempt in range(most):
        if attempt:
            bound = min(LONGEST_SECONDS, BASE_SECONDS * 2**attempt)
            time.sleep(random.uniform(0, bound))  # noqa: S311 - a pause, not a secret
        yield attempt
