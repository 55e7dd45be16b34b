"""What a seed stands for: a programme, a manner of choosing, and how much may go wrong."""

import random
from collections import Counter
from dataclasses import dataclass, field

from tests.convergence.programme import WEIGHTS, Operation, any_operation

KEYS = ["alice/a.jpg", "alice/b c.png", "bob/ü.jpg"]
# Each kind of fault by the most that one schedule may have of it.
FAULTS = {
    "park": 3,
    "duplicate": 3,
    "crash": 4,
    "fail": 6,
    "coalesce": 2,
    "drop": 1,
    "replay": 4,
    "drop batch": 1,
    "expire": 2,
    "redrive": 2,
    "ahead": 1,
    "poison": 1,
}


@dataclass(frozen=True)
class Profile:
    """A kind of schedule: how many keys and operations, and which faults it has most of.

    *script* names the kinds of its operations, where it takes certain ones to come far enough, and
    *lulls* those before which all must be quiet; before the one at *calm_until* nothing fails.
    """

    name: str
    keys: tuple[int, int]
    operations: tuple[int, int]
    favoured: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ("ahead",)
    script: tuple[str, ...] = ()
    lulls: tuple[int, ...] = ()
    calm_until: int = 0


# What only shows after a death and an expiry is rare: it takes this one, and it twice.
_AGEING = Profile(
    "ageing",
    (1, 1),
    (3, 3),
    ("expire", "crash", "duplicate", "park"),
    ("ahead", "coalesce", "drop", "replay", "drop batch", "redrive", "poison"),
    ("put", "put", "delete"),
    (1, 2),
    2,
)
PROFILES = [
    Profile("duel", (1, 1), (2, 6)),
    Profile("duel", (1, 1), (3, 8), ("duplicate",)),
    Profile("storm", (2, 3), (4, 10)),
    Profile("replays", (1, 2), (2, 7), ("replay", "drop batch")),
    Profile("losses", (1, 2), (2, 6), ("drop", "drop batch", "coalesce")),
    Profile("crashes", (1, 2), (1, 5), ("crash", "fail", "redrive")),
    _AGEING,
    _AGEING,
    # Where a clock may be wrong, nothing else is left to it: what a dead worker left behind under
    # a revision of the far future, only the sweep can know for garbage.
    Profile(
        "clocks",
        (1, 1),
        (3, 4),
        ("expire", "ahead"),
        ("duplicate", "drop", "drop batch"),
        ("put", "delete", "put", "delete"),
        (2,),
    ),
]


@dataclass
class Plan:
    """What is drawn before a schedule begins."""

    seed: int
    profile: str
    keys: list[str]
    operations: list[Operation]
    lulls: set[int]
    calm_until: int
    budget: Counter[str]
    fault_rate: float
    stickiness: float
    tick_ms: int
    patience: int
    choose: random.Random = field(repr=False)


def plan(seed: int) -> Plan:
    """Draw a plan: a third without faults or with one, the rest with several kinds at once."""
    choose = random.Random(seed)  # noqa: S311 - it must be possible to repeat
    profile = choose.choice(PROFILES)
    keys = KEYS[: choose.randint(*profile.keys)]
    number = choose.randint(*profile.operations)
    script = profile.script or choose.choices(list(WEIGHTS), list(WEIGHTS.values()), k=number)
    operations = [any_operation(choose, kind, keys) for kind in script[:number]]
    return Plan(
        seed,
        profile.name,
        keys,
        operations,
        _lulls(choose, profile, number),
        profile.calm_until,
        _budget(choose, profile),
        fault_rate=choose.choice((0.05, 0.15, 0.4)),
        stickiness=choose.choice((0.0, 0.0, 0.5, 0.8, 0.95)),
        tick_ms=choose.choice((0, 0, 1, 1000)),
        patience=choose.choice((80, 150, 400)),
        choose=choose,
    )


def _lulls(choose: random.Random, profile: Profile, number: int) -> set[int]:
    if profile.script:
        return set(profile.lulls)
    return {each for each in range(number) if choose.random() < 0.3}


def _budget(choose: random.Random, profile: Profile) -> Counter[str]:
    allowed = [fault for fault in FAULTS if fault not in profile.forbidden]
    mood = choose.random()
    if mood < 0.1:
        return Counter()
    if mood < 0.3:
        return Counter({choose.choice(profile.favoured or allowed): 1})
    drawn = {f: choose.randint(0, FAULTS[f]) for f in allowed if choose.random() < 0.5}
    return Counter(drawn | {f: choose.randint(1, FAULTS[f]) for f in profile.favoured})
