"""What a hot owner costs: a simulation of changes that all add to the same totals.

`python -m bench.hot_totals` lets report_changes write 1,000 changes a second, all of one owner and
one day. DynamoDB cancels a transaction that meets another one on the same item; here they meet on
the lines of their shard, for as long as a transaction takes. Retries and pauses are the ledger's.
"""

import heapq
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from darkroom.backoff import BASE_SECONDS, LONGEST_SECONDS
from darkroom.ledger import ATTEMPTS

CHANGES_A_SECOND = 1000
# What a consistent read and a transaction of four items take, from Lambda in the same region.
READ_SECONDS = 0.004
TRANSACTION_SECONDS = 0.012
SECONDS = 60
SHARDS = (1, 2, 4, 8, 16, 32, 64)


@dataclass(frozen=True)
class Outcome:
    """What became of the changes: ``cancelled`` transactions and ``contended`` changes in percent.

    A contended one has lost every attempt and comes back with the next delivery. ``workers`` is
    how many batches are handled at once, in the mean.
    """

    shards: int
    cancelled: float
    contended: float
    attempts: float
    workers: float


def simulate(shards: int, rate: float = CHANGES_A_SECOND, seconds: float = SECONDS) -> Outcome:
    """Let changes arrive at random, each of an object that counts in a shard of its own."""
    chance = random.Random(shards)  # noqa: S311  (the same arrivals each time)
    counts: Counter[str] = Counter()
    busy_until = [0.0] * shards
    busy_seconds = 0.0
    events = [(at, 0, chance.randrange(shards)) for at in _arrivals(rate, seconds, chance)]
    heapq.heapify(events)
    while events:
        at, attempt, shard = heapq.heappop(events)
        counts["attempts"] += 1
        begun = at + READ_SECONDS
        busy_seconds += READ_SECONDS + TRANSACTION_SECONDS
        if begun >= busy_until[shard]:
            busy_until[shard] = begun + TRANSACTION_SECONDS
            counts["written"] += 1
        elif attempt + 1 == ATTEMPTS:
            counts["contended"] += 1
        else:
            counts["cancelled"] += 1
            pause = chance.uniform(0, min(LONGEST_SECONDS, BASE_SECONDS * 2 ** (attempt + 1)))
            busy_seconds += pause
            heapq.heappush(events, (begun + pause, attempt + 1, shard))
    changes = counts["written"] + counts["contended"]
    lost = counts["cancelled"] + counts["contended"]
    return Outcome(
        shards,
        100 * lost / counts["attempts"],
        100 * counts["contended"] / changes,
        counts["attempts"] / changes,
        busy_seconds / seconds,
    )


def _arrivals(rate: float, seconds: float, chance: random.Random) -> Iterator[float]:
    at = chance.expovariate(rate)
    while at < seconds:
        yield at
        at += chance.expovariate(rate)


def main() -> None:
    print(f"{CHANGES_A_SECOND} changes a second of one owner on one day, {SECONDS} s")
    print("shards  cancelled %  contended %  attempts a change  workers at once")
    for shards in SHARDS:
        now = simulate(shards)
        print(
            f"{now.shards:6}  {now.cancelled:11.1f}  {now.contended:11.2f}"
            f"  {now.attempts:17.2f}  {now.workers:15.0f}"
        )


if __name__ == "__main__":
    main()
