"""Any order, any duplicate, any crash, any lost event: all agrees in the end."""

import json
import os
import subprocess
import sys
from collections import Counter
from hashlib import md5

import pytest

from tests.convergence import contents, soaking
from tests.convergence.crowd import chunks, crowd
from tests.convergence.defects import DEFECTS
from tests.convergence.plans import FAULTS
from tests.convergence.runs import find, repeat
from tests.convergence.seams import installed


@pytest.mark.parametrize(
    ("first", "schedules"), [(0, 2_000), pytest.param(2_000, 18_000, marks=pytest.mark.exhaustive)]
)
def test_all_agrees_after_every_schedule(first: int, schedules: int) -> None:
    done, faults = 0, Counter[str]()
    for outcome in crowd(chunks(first, schedules)):
        assert outcome.failure is None, str(outcome.failure)
        done += outcome.schedules
        faults.update(outcome.faults)

    assert done == schedules
    # Each kind happened often, or the schedules prove less than they seem to.
    assert {fault for fault, count in faults.items() if count > schedules / 100} == set(FAULTS)


def test_a_failing_schedule_is_told_with_its_seed_and_as_short_as_can_be() -> None:
    with installed() as ports, DEFECTS["no fence"]():
        failure = next(found for seed in range(500) if (found := find(ports, seed)))
        again, _ = repeat(ports, failure.seed, failure.actions)
        shorter = [
            failure.actions[:n] + failure.actions[n + 1 :] for n in range(len(failure.actions))
        ]

        assert again == failure.problems != []
        assert not any(repeat(ports, failure.seed, actions)[0] for actions in shorter)

    assert str(failure).startswith(f"seed {failure.seed}, profile ")
    assert "PutItem {'pk': 'alice/a.jpg'" in str(failure)


@pytest.mark.exhaustive
def test_the_same_seed_is_the_same_schedule() -> None:
    with installed() as ports, DEFECTS["counters with ADD"]():
        found = [find(ports, seed) for seed in range(40) for _ in range(2)]

    assert any(found)
    assert [str(each) for each in found[::2]] == [str(each) for each in found[1::2]]


def test_two_of_the_pictures_have_one_etag() -> None:
    first, second = contents.TWINS

    assert first != second
    digests = {md5(each, usedforsecurity=False).digest() for each in (first, second)}
    assert len(digests) == 1


@pytest.mark.exhaustive
def test_the_soak_is_a_command() -> None:
    outside = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    command = [sys.executable, "-m", "tests.convergence.soak", "--schedules", "20", "--json"]
    told = subprocess.run(command, env=outside, capture_output=True, check=True)

    assert json.loads(told.stdout)["schedules"] == 20


def test_the_soak_tells_what_it_did(capsys: pytest.CaptureFixture[str]) -> None:
    assert soaking.main(["--schedules", "40", "--processes", "1", "--seed", "7"]) == 0

    told = capsys.readouterr().out
    assert told.startswith("40 schedules in ")
    assert "I1 to I5 hold in all of them" in told
