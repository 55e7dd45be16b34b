"""A slow picture costs itself and nobody else: the templates' numbers, by a simulated clock."""

import random

import pytest

from darkroom import service_level
from darkroom.uploads import TRIES
from functions.index_metadata.handler import READING_SECONDS
from functions.make_thumbnails.handler import DECODING_SECONDS
from tests.layers.event_source import FIRST_POLLERS, MORE_A_SECOND, Picture, Simulation, Source
from tests.stacks.synthesis import deployment

QUICK, SLOW = 0.2, float(DECODING_SECONDS)
MANY = 1_000
LATE = 60
# How long a message may keep its consumer busy: a decoding is tried twice; index_metadata reads the
# head of a picture, then all of it; S3 and DynamoDB take their time.
LONGEST = {"MakeThumbnails": 2 * DECODING_SECONDS + 5, "IndexMetadata": 4 * READING_SECONDS + 5}


@pytest.fixture(params=["sandbox", "production"])
def stage(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def source(stage: str) -> Source:
    """Return the queue, mapping and function that all consumers have, by the stage's templates."""
    [alike] = {Source.of(deployment(stage), f"{consumer}Queue") for consumer in LONGEST}
    return alike


def mix(share: float, many: int = MANY, *, every: float = 0, seed: int = 4) -> list[Picture]:
    """Return pictures that come *every* so many seconds, a *share* of them slow."""
    dice = random.Random(seed)  # noqa: S311
    return [
        Picture(f"{number:04}", number * every, SLOW if dice.random() < share else QUICK)
        for number in range(many)
    ]


def quick(pictures: list[Picture]) -> list[Picture]:
    return [picture for picture in pictures if picture.seconds == QUICK]


def waits(source: Source, pictures: list[Picture]) -> dict[str, float]:
    """Return how long *pictures* wait if there are no others."""
    others = [Picture(each.name, each.arrived, each.seconds) for each in pictures]
    Simulation(source, others).run()
    assert all(len(each.tries) == each.receives == 1 for each in others)  # none is put off
    return {each.name: each.waited for each in others}


def delay(source: Source, pictures: list[Picture]) -> float:
    """Return by how much the slow ones delay the quick ones, at most."""
    together, alone = waits(source, pictures), waits(source, quick(pictures))
    return max(together[name] - alone[name] for name in alone)


def test_quick_pictures_wait_no_minute_for_slow_ones_while_nine_of_ten_copies_are_busy(
    source: Source,
) -> None:
    work = 0.4 * SLOW + 0.6 * QUICK
    assert delay(source, mix(0.4, every=work / (0.9 * source.concurrency))) < LATE


@pytest.mark.parametrize("stage", ["production"], indirect=True)
def test_production_has_copies_enough_for_a_thousand_at_once(source: Source) -> None:
    assert delay(source, mix(0.4)) < LATE


def test_of_a_thousand_at_once_quick_ones_wait_for_a_free_copy_and_for_nothing_else(
    source: Source,
) -> None:
    pictures = mix(0.4)
    work = sum(picture.seconds - QUICK for picture in pictures) / source.concurrency
    starting = (source.concurrency - FIRST_POLLERS) / MORE_A_SECOND
    assert delay(source, pictures) < work + starting + SLOW


@pytest.mark.parametrize("share", [0.05, 0.4, 0.9])
def test_a_slow_picture_delays_no_other_by_more_than_it_takes(source: Source, share: float) -> None:
    pictures = mix(share, 150)
    one = next(picture for picture in pictures if picture.seconds == SLOW)
    together = waits(source, pictures)
    without = waits(source, [picture for picture in pictures if picture is not one])
    assert max(together[name] - without[name] for name in without) <= SLOW


def test_no_message_is_given_up_before_it_was_tried_five_times(source: Source) -> None:
    pictures = mix(0.4, 300)
    for number, picture in enumerate(pictures):
        picture.fails = 9 if number % 7 == 0 else 0
        picture.hangs = 9 if number % 11 == 0 else 0
    Simulation(source, pictures).run()
    for picture in pictures:
        is_bad = picture.fails or picture.hangs
        assert (picture.dead is not None, len(picture.tries)) == (
            (True, 5) if is_bad else (False, 1)
        )


def test_every_upload_counts_once_in_time_or_late(
    source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    pictures = mix(0.4, 300)
    for number, picture in enumerate(pictures):
        picture.fails = number % 7 if number % 3 == 0 else 0
        picture.hangs = number % 5 if number % 4 == 0 else 0
    simulation = Simulation(source, pictures)
    simulation.counts(monkeypatch)
    simulation.run()
    for picture in pictures:
        is_late = picture.dead is not None or picture.waited > LATE
        assert picture.counted == [int(is_late)], picture


@pytest.mark.parametrize("consumer", LONGEST)
def test_a_function_outlives_all_that_it_gets_at_once(source: Source, consumer: str) -> None:
    assert source.batch_size * LONGEST[consumer] <= source.timeout


def test_consumers_know_when_their_queues_give_up(source: Source) -> None:
    assert source.tries == TRIES
    lived = (source.tries - 1) * source.visibility
    assert service_level.GIVEN_UP_AFTER.total_seconds() < lived
