"""Functions that do to a process what decoders do."""

import ctypes
import os
import resource
import signal
import sys
from typing import Any, NoReturn

import pytest

from darkroom.isolation import Isolated
from darkroom.refusals import Reason, Refused

MIB = 1 << 20
NEVER = 60.0  # seconds; nothing here takes as long unless it hangs


def refusal(isolated: Isolated, function: Any, *args: Any) -> Refused:
    with pytest.raises(Refused) as refused:
        isolated.call(function, *args)
    return refused.value


def spin() -> NoReturn:
    while True:
        pass


def spin_in_c() -> int:
    """Hold the interpreter's lock for hours: no signal handler, no other thread gets a turn."""
    return sum(range(1 << 60))


def announce_and_spin() -> None:
    """Write a line into the parent's own output, which ours reaches after the call only."""
    output = os.open(f"/proc/{os.getppid()}/fd/1", os.O_WRONLY)
    os.write(output, b"spinning\n")
    spin_in_c()


def chatter(line: str, count: int) -> int:
    """Write lines as Python and as libraries in C do, in turn; return how many bytes."""
    text = f"{line}\n"
    for _ in range(count):
        sys.stderr.write(text)
        os.write(1, text.encode())
    return 2 * count * len(text)


def mutter_and_die() -> NoReturn:
    os.write(2, b"malloc(): corrupted top size\n")
    os.abort()


def spin_deaf() -> NoReturn:
    signal.pthread_sigmask(signal.SIG_BLOCK, set(range(1, 32)))
    spin()


def hoard() -> NoReturn:
    kept = []
    while True:
        kept.append(bytearray(16 * MIB))


def allocate(size: int) -> int:
    return len(bytearray(size))


def allocate_in_c(size: int) -> bool:
    """Return whether C's own malloc was refused."""
    malloc = ctypes.CDLL(None).malloc
    malloc.restype = ctypes.c_void_p
    return malloc(ctypes.c_size_t(size)) is None


def inflate(size: int) -> bytes:
    return bytes(size)


def die_of(number: int) -> None:
    os.kill(os.getpid(), number)


def die_if_used(marker: dict[str, int] = {}) -> int:  # noqa: B006
    """Die like a decoder that an earlier call left damaged."""
    marker["calls"] = marker.get("calls", 0) + 1
    if marker["calls"] > 1:
        os.abort()
    return os.getpid()


def refuse() -> NoReturn:
    refused = Refused(Reason.TRUNCATED, "half of it")
    refused.known = {"width": 3}
    raise refused


class Awkward(Exception):
    """Can be pickled, but not made again."""

    def __init__(self, one: str, two: str) -> None:
        super().__init__(f"{one} and {two}")


def raise_awkward() -> NoReturn:
    raise Awkward("this", "that")


def size_and_reverse(content: bytes) -> tuple[int, bytes]:
    return len(content), content[: 8 * MIB][::-1]


def pages_of_the_same_memory_again() -> int:
    """Free memory as a progressive JPEG's decoder does; return what using it again costs."""
    for _ in range(3):
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
        _ = [bytes(bytearray(20 * MIB)) for _ in range(2)]
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before
