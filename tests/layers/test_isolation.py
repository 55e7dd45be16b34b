"""A function that spins, eats memory or dies costs its own call and nothing else."""

import os
import pickle
import resource
import signal
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from darkroom.isolation import Isolated
from darkroom.refusals import Reason
from tests.layers.misbehaviour import (
    MIB,
    NEVER,
    allocate,
    allocate_in_c,
    die_if_used,
    die_of,
    hoard,
    inflate,
    pages_of_the_same_memory_again,
    raise_awkward,
    refusal,
    refuse,
    size_and_reverse,
    spin,
    spin_deaf,
    spin_in_c,
)


@pytest.fixture
def impatient() -> Iterator[Isolated]:
    """Return a time limit that can be waited for."""
    made = Isolated(max_memory=256 * MIB, seconds=1)
    yield made
    made.close()


def test_a_result_comes_back_from_another_process_which_is_kept(isolated: Isolated) -> None:
    first, second = isolated.call(os.getpid), isolated.call(os.getpid)

    assert first == second != os.getpid()


def test_what_a_call_freed_is_there_for_the_next_one(isolated: Isolated) -> None:
    assert isolated.call(pages_of_the_same_memory_again) < 20 * MIB / resource.getpagesize()


def test_arguments_by_name_are_passed_on(isolated: Isolated) -> None:
    assert isolated.call(int, "ff", base=16) == 255


def test_a_whole_upload_goes_in_and_megabytes_come_out(isolated: Isolated) -> None:
    content = os.urandom(MIB) * 64

    size, reverse = isolated.call(size_and_reverse, content)

    assert size == 64 * MIB
    assert reverse == content[: 8 * MIB][::-1]


def test_arguments_do_not_count_towards_the_memory() -> None:
    isolated = Isolated(max_memory=24 * MIB, seconds=NEVER)

    assert isolated.call(size_and_reverse, bytes(64 * MIB))[0] == 64 * MIB
    isolated.close()


@pytest.mark.parametrize("spinner", [spin, spin_in_c, spin_deaf])
def test_what_spins_is_timed_out_and_the_next_call_works(impatient: Isolated, spinner: Any) -> None:
    assert impatient.call(abs, -1) == 1
    assert refusal(impatient, spinner).reason is Reason.TIMED_OUT
    assert impatient.call(abs, -1) == 1


def test_the_time_between_calls_does_not_count(impatient: Isolated) -> None:
    pid = impatient.call(os.getpid)
    time.sleep(1.2)

    assert impatient.call(os.getpid) == pid


@pytest.mark.parametrize(("function", "args"), [(hoard, ()), (allocate, (512 * MIB,))])
def test_what_eats_memory_is_refused_and_the_next_call_works(
    isolated: Isolated, function: Any, args: tuple[int, ...]
) -> None:
    refused = refusal(isolated, function, *args)

    assert (refused.reason, refused.detail) == (Reason.OUT_OF_MEMORY, "more than 256 MiB")
    assert isolated.call(allocate, 128 * MIB) == 128 * MIB


def test_a_result_that_is_too_large_is_out_of_memory(isolated: Isolated) -> None:
    assert refusal(isolated, inflate, 200 * MIB).reason is Reason.OUT_OF_MEMORY


def test_memory_is_limited_for_libraries_in_c(isolated: Isolated) -> None:
    assert isolated.call(allocate_in_c, 512 * MIB)


def test_the_parent_is_not_limited(isolated: Isolated) -> None:
    refusal(isolated, allocate, 512 * MIB)

    assert allocate(512 * MIB) == 512 * MIB


@pytest.mark.parametrize(
    ("number", "reason", "detail"),
    [
        (signal.SIGABRT, Reason.CORRUPT, "SIGABRT"),
        (signal.SIGSEGV, Reason.CORRUPT, "SIGSEGV"),
        (signal.SIGKILL, Reason.OUT_OF_MEMORY, "killed"),  # as the kernel does
    ],
)
def test_what_dies_of_a_signal_is_refused_and_the_next_call_works(
    isolated: Isolated, number: int, reason: Reason, detail: str
) -> None:
    refused = refusal(isolated, die_of, number)

    assert (refused.reason, refused.detail) == (reason, detail)
    assert isolated.call(abs, -1) == 1


@pytest.mark.parametrize("leave", [sys.exit, os._exit])
def test_what_exits_is_corrupt(isolated: Isolated, leave: Any) -> None:
    refused = refusal(isolated, leave, 3)

    assert (refused.reason, refused.detail) == (Reason.CORRUPT, "exit status 3")
    assert isolated.call(abs, -1) == 1


def test_a_call_that_dies_of_an_earlier_one_is_repeated_in_a_new_child(isolated: Isolated) -> None:
    assert isolated.call(die_if_used) != isolated.call(die_if_used)


def test_a_child_that_died_while_nobody_looked_is_replaced(isolated: Isolated) -> None:
    pid = isolated.call(os.getpid)
    os.kill(pid, signal.SIGKILL)

    assert isolated.call(os.getpid) != pid


def test_a_refusal_comes_back_with_all_it_knows(isolated: Isolated) -> None:
    refused = refusal(isolated, refuse)

    assert (refused.reason, refused.detail) == (Reason.TRUNCATED, "half of it")
    assert refused.known == {"width": 3}
    assert str(refused) == "TRUNCATED: half of it"


def test_any_other_exception_comes_back_as_itself_with_its_traceback(isolated: Isolated) -> None:
    pid = isolated.call(os.getpid)
    with pytest.raises(ValueError, match="invalid literal") as raised:
        isolated.call(int, "x")

    assert "In the child:" in raised.value.__notes__[0]
    assert isolated.call(os.getpid) == pid


def test_an_exception_that_cannot_travel_comes_back_in_words(isolated: Isolated) -> None:
    with pytest.raises(RuntimeError, match=r"Awkward.*this and that"):
        isolated.call(raise_awkward)


def test_what_cannot_be_pickled_is_the_callers_mistake(isolated: Isolated) -> None:
    with pytest.raises((pickle.PicklingError, AttributeError)):
        isolated.call(lambda: 1)
    with pytest.raises(TypeError, match="pickle"):
        isolated.call(threading.Lock)
    assert isolated.call(abs, -1) == 1


def test_preparation_is_done_once_for_all_children() -> None:
    prepared: list[int] = []
    isolated = Isolated(max_memory=MIB, seconds=NEVER, prepare=lambda: prepared.append(os.getpid()))
    assert not prepared  # nothing happens before the first call

    refusal(isolated, os._exit, 1)
    isolated.call(abs, -1)

    assert prepared == [os.getpid()]
    isolated.close()
