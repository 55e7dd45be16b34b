"""The child's side of `darkroom.isolation`: leaves the parent, answers calls within limits."""

import ctypes
import gc
import os
import pickle
import resource
import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, NoReturn

from darkroom.refusals import Reason, Refused

Work = tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]]

# The parent kills a child in time. The child's own alarm is for one whose parent is no more: an
# idle orphan reads the end of its pipe, a spinning one reads nothing.
GRACE_SECONDS = 1.0

# mallopt(3), malloc.h. 32 MiB is as much as glibc takes for the second.
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3
KEPT_BYTES, LARGEST_KEPT_BYTES = 64 << 20, 32 << 20


class Limits(NamedTuple):
    """Of one call; ``max_memory`` in bytes."""

    max_memory: int
    seconds: float


class Reply(NamedTuple):
    """What a call came to; ``spent`` if the child has to be replaced after it."""

    value: Any = None
    error: Exception | None = None
    spent: bool = False


def live(requests: int, replies: int, output: int, limits: Limits) -> NoReturn:
    """Be the child to the end. Nothing of the parent's may run then: no atexit, no flush."""
    code = 1
    try:
        _settle({requests, replies}, output)
        # Never closed before the end: the parent takes a closed pipe for a child that has ended.
        calls, answers = os.fdopen(requests, "rb"), os.fdopen(replies, "wb")
        _serve(calls, answers, limits)
        code = 0
    except SystemExit as leaving:
        code = leaving.code if isinstance(leaving.code, int) else 1
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


def _settle(pipes: set[int], output: int) -> None:
    """Let go of all that is the parent's, and stand first in line when the kernel must kill."""
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGALRM):
        signal.signal(number, signal.SIG_DFL)
    gc.freeze()  # the parent's garbage, sockets among it, is not ours to finish
    for standard in (1, 2):
        os.dup2(output, standard)
    # Without the parent's buffers, which may hold text of its own.
    sys.stdout = sys.stderr = os.fdopen(2, "w", 1, errors="backslashreplace", closefd=False)
    nothing = os.open(os.devnull, os.O_RDWR)
    # Overwritten, not closed: a number that is free again would be handed to a new file, and closed
    # by the parent's object that had it.
    for descriptor in _descriptors() - pipes - {0, 1, 2, nothing}:
        os.dup2(nothing, descriptor, inheritable=False)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    keep_freed_memory()
    with suppress(OSError):  # macOS has no such file
        Path("/proc/self/oom_score_adj").write_text("1000")


def keep_freed_memory() -> None:
    """Let malloc keep what a picture has freed for the next one.

    Handed back to the kernel, it has to be cleared and mapped again page by page: 15 % of the time
    of a progressive JPEG of 12 megapixels.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt:  # of glibc, which is Lambda's; musl and macOS have none
        mallopt(M_TRIM_THRESHOLD, KEPT_BYTES)
        mallopt(M_MMAP_THRESHOLD, LARGEST_KEPT_BYTES)


def _descriptors() -> set[int]:
    listed = Path("/proc/self/fd")  # Lambda has no /dev/fd, macOS no /proc
    return {int(each.name) for each in (listed if listed.is_dir() else Path("/dev/fd")).iterdir()}


def _serve(requests: BinaryIO, replies: BinaryIO, limits: Limits) -> None:
    """Answer calls until the parent closes its end of the pipe, which its death does too."""
    while answer := _answer(requests, limits):
        try:
            replies.write(answer)
            replies.flush()
        except BrokenPipeError:
            return


def _answer(requests: BinaryIO, limits: Limits) -> bytes:
    """Return the pickled reply to the next call; nothing if there will be none."""
    try:
        work = pickle.load(requests)  # noqa: S301  (written by our own parent)
    except EOFError:
        return b""
    except Exception as error:
        return _told(error, spent=True)  # what is left of the call is still in the pipe
    signal.setitimer(signal.ITIMER_REAL, limits.seconds + GRACE_SECONDS)
    answer = _work(work, limits)
    signal.setitimer(signal.ITIMER_REAL, 0)
    return answer


def _work(work: Work, limits: Limits) -> bytes:
    function, args, kwargs = work
    arguments = sum(map(sys.getsizeof, (*args, *kwargs.values())))
    try:
        with _at_most(limits.max_memory + arguments):
            return pickle.dumps(Reply(function(*args, **kwargs)), pickle.HIGHEST_PROTOCOL)
    except MemoryError as error:
        traceback.clear_frames(error.__traceback__)
        beyond = f"more than {limits.max_memory >> 20} MiB"
        return _told(Refused(Reason.OUT_OF_MEMORY, beyond), spent=True)
    except Exception as error:
        return _told(error)


def _told(error: Exception, spent: bool = False) -> bytes:
    """Return *error* pickled, in words if it cannot travel as itself."""
    if not isinstance(error, Refused):
        error.add_note("In the child:\n" + "".join(traceback.format_exception(error)))
    try:
        answer = pickle.dumps(Reply(error=error, spent=spent))
        pickle.loads(answer)  # noqa: S301  (many an exception is pickled, but not made again)
    except Exception:
        return pickle.dumps(Reply(error=RuntimeError(repr(error)[:1000]), spent=spent))
    return answer


@contextmanager
def _at_most(memory: int) -> Iterator[None]:
    """Let this process allocate *memory* bytes more.

    RLIMIT_DATA counts what is private and writable (Linux 4.7 and later). RLIMIT_AS would count
    the libraries as well, and 64 MiB of address space for each thread that a decoder starts.
    """
    hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
    resource.setrlimit(resource.RLIMIT_DATA, (_allocated() + memory, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (hard, hard))


def _allocated() -> int:
    """Return what counts towards RLIMIT_DATA (proc(5), statm: data, in pages)."""
    try:
        pages = Path("/proc/self/statm").read_text().split()[5]
    except FileNotFoundError:  # macOS, which does not enforce the limit either
        return 0
    return int(pages) * resource.getpagesize()
