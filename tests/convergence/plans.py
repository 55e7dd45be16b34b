"""What a seed stands for: a programme, a manner of choosing, and how much may go wrong."""

import random
from collections import Counter
from dataclasses import dataclass, field

from tests.convergence.programme import WEIGHTS, Operation, any_operation
from tests.convergence.seams import Manner

KEYS = ["alice/a.jpg", "alice/b c.png", "bob/ü.jpg"]
# In how many of the schedules a sweep must find nothing in the end.
SWEPT_ANYWAY = 0.1
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
    "astray": 1,
    "poison": 1,
    "decay": 2,
    "sweep": 6,
}
RARE = ("ahead", "astray", "decay", "sweep")


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
    forbidden: tuple[str, ...] = RARE
    script: tuple[str, ...] = ()
    lulls: tuple[int, ...] = ()
    calm_until: int = 0
    patience: tuple[int, ...] = (80, 150, 400)


# What only shows after a death and an expiry is rare: it takes this one, and it thrice.
_AGEING = Profile(
    "ageing",
    (1, 1),
    (3, 3),
    ("expire", "crash", "duplicate", "park"),
    (*RARE, "coalesce", "drop", "replay", "drop batch", "redrive", "poison"),
    ("put", "put", "delete"),
    (1, 2),
    2,
)
SWEPT = ("ahead", "astray", "decay")
_WELL_KEPT = (*SWEPT, "drop", "drop batch")
# Handlers that stand still while a sweep goes by, and little else.
_BESIDES = Profile(
    "sweeps",
    (1, 1),
    (1, 3),
    ("sweep", "park", "duplicate"),
    tuple({*FAULTS} - {"sweep", "park", "duplicate", "crash"}),
    patience=(400,),
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
    _AGEING,
    Profile("sweeps", (1, 2), (2, 6), ("sweep",), _WELL_KEPT, patience=(150, 400)),
    Profile("sweeps", (1, 2), (2, 5), ("sweep", "park", "crash"), SWEPT, patience=(400,)),
    _BESIDES,
    Profile(
        "archives",
        (1, 1),
        (4, 4),
        ("park", "duplicate", "drop"),
        (*RARE, "coalesce", "drop batch", "redrive", "poison"),
        ("put archived", "restore", "expire the copy of", "restore"),
    ),
    Profile(
        "archives",
        (1, 1),
        (4, 4),
        ("decay", "duplicate", "park"),
        ("ahead", "astray", "poison"),
        ("put", "archive", "restore", "expire the copy of"),
        (1,),
        patience=(400,),
    ),
    Profile("decay", (1, 3), (2, 6), ("decay",), ("ahead", "astray", "sweep")),
    Profile("decay", (1, 2), (2, 5), ("decay", "sweep"), ("ahead", "astray"), patience=(400,)),
    # What a dead worker left behind under a revision of the far future, only the sweep can know for
    # garbage: where it may not be needed, nothing but the clock is wrong.
    Profile(
        "clocks",
        (1, 1),
        (3, 4),
        ("expire", "ahead"),
        ("duplicate", "drop", "drop batch", "astray", "decay", "sweep"),
        ("put", "delete", "put", "delete"),
        (2,),
    ),
    Profile(
        "astray",
        (1, 1),
        (3, 4),
        ("astray", "expire", "duplicate", "park", "crash"),
        ("ahead", "decay", "coalesce", "poison"),
        ("put", "delete", "put", "put"),
        (2,),
    ),
]


@dataclass
class Plan:
    """What is drawn before a schedule begins; *swept*: though nothing may be lost, and again."""

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
    manner: Manner
    swept: bool
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
        manner=_manner(choose),
        swept=choose.random() < SWEPT_ANYWAY,
        patience=choose.choice(profile.patience),
        choose=choose,
    )


def _manner(choose: random.Random) -> Manner:
    return Manner(
        grace_minutes=choose.choice((0, 0, 60)),
        page_size=choose.choice((1, 2, 1000)),
        buffer=choose.choice((1, 100_000)),
        digits=int(choose.random() < 0.05),
        lag=choose.choice((0, 0, 1, 3)),
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
