"""Calls a function in a child process, so that what it does to a process costs that call only.

The child is forked from the function's own process, on purpose: everything is imported there, so
a replaced child is as warm as the first. Measured (`make bench`) with a handler and two of boto3's
clients in memory: a fork and its first call take 4 to 8 ms and 2 MB of private memory. A new
interpreter (`python -m …`) takes 15 ms, 50 to 100 ms with the decoders imported, and 22 MB: at
each cold start, and again after each death.
What speaks against forking, and why it is no harm here:

- A lock that another thread holds stays locked in the child. Lambda's runtime and boto3's clients
  run on one thread (all but `upload_file` and its like). Elsewhere CPython renews its own locks
  and glibc those of its allocator, and the child takes no others.
- The child inherits connections. It puts /dev/null in the place of each at once, so it can neither
  write into one nor keep one open. Records for a pipe of Lambda's are lost with them: the result
  carries what matters. Of its stdout and stderr, the parent logs the first few KB of each call.
- It inherits credentials. So does every process of an environment: same user, same /proc. This
  guards against accidents in a decoder, not against an attacker's code that runs in one.
"""

import os
import pickle
import signal
import threading
import warnings
import weakref
from collections.abc import Callable
from contextlib import suppress
from typing import BinaryIO, ParamSpec, TypeVar, cast

from darkroom.confinement import Limits, Reply, Work, live
from darkroom.refusals import Reason, Refused
from darkroom.supervision import Supervision

P = ParamSpec("P")
T = TypeVar("T")


class Isolated:
    """Runs functions in a child that the first call starts and the next ones use again.

    *max_memory* is what a call may allocate, in bytes, besides its arguments and what was there
    before it. *seconds* count during a call only: Lambda freezes processes in between. *prepare*
    runs once, in this process, before the first child is started: all children then start with
    what it imported. It must not start threads.

    A call that ends a child which others have used is repeated once in a new one, unless its time
    is up: what an earlier file did to the child is not put down to this one.
    """

    def __init__(
        self, *, max_memory: int, seconds: float, prepare: Callable[[], None] | None = None
    ) -> None:
        self._limits = Limits(max_memory, seconds)
        self._prepare = prepare
        self._child: _Child | None = None
        self._one_at_a_time = threading.Lock()

    def call(self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Return what *function* returns and raise what it raises; all of it must be picklable.

        Raises:
            Refused: TIMED_OUT, OUT_OF_MEMORY, or CORRUPT with the name of the signal or the exit
                status that a decoder ended the child with.
        """
        with self._one_at_a_time:
            reply = self._ask((function, args, kwargs))
        if reply.error is not None:
            raise reply.error
        return cast(T, reply.value)

    def close(self) -> None:
        """End the child; the next call starts another."""
        with self._one_at_a_time:
            if self._child is not None:
                self._child.end()
            self._child = None

    def _ask(self, work: Work) -> Reply:
        used, self._child = self._child, None
        if used is not None:
            reply = self._ask_child(used, work)
            # It may have been dead before, or an earlier call has damaged or filled it: a file is
            # to blame only if it ends a child that has seen no other.
            if not (reply.spent and _may_be_inherited(reply.error)):
                return reply
        return self._ask_child(self._start(), work)

    def _start(self) -> "_Child":
        if self._prepare is not None:
            self._prepare()
            self._prepare = None
        return _Child(self._limits)

    def _ask_child(self, child: "_Child", work: Work) -> Reply:
        # Held nowhere else meanwhile: if we are interrupted, a child with half a call goes with us.
        reply = child.ask(work)
        if reply.spent:
            child.end()
        else:
            self._child = child
        return reply


def _may_be_inherited(error: Exception | None) -> bool:
    return isinstance(error, Refused) and error.reason in (Reason.OUT_OF_MEMORY, Reason.CORRUPT)


class _Child:
    """The parent's end of one child process."""

    def __init__(self, limits: Limits) -> None:
        requests, replies, output = os.pipe(), os.pipe(), os.pipe()
        self._limits = limits
        self._pid = _fork()
        if self._pid == 0:
            live(requests[0], replies[1], output[1], limits)
        for theirs in (requests[0], replies[1], output[1]):
            os.close(theirs)
        self._requests, self._replies = os.fdopen(requests[1], "wb"), os.fdopen(replies[0], "rb")
        self._output = os.fdopen(output[0], "rb")
        ours = self._requests, self._replies, self._output
        self._end = weakref.finalize(self, _end, self._pid, *ours)

    def end(self) -> int:
        """Kill and reap the child; return its exit code, negative for a signal."""
        return cast(int, self._end())

    def ask(self, work: Work) -> Reply:
        """Do *work* in the child; a child that is no more by then counts as spent."""
        with Supervision(self._pid, self._output.fileno(), self._limits.seconds) as supervision:
            reply = self._exchange(work)
        if reply is None:
            error = _verdict(self.end(), supervision.expired, self._limits)
            return Reply(error=error, spent=True)
        return reply._replace(spent=True) if supervision.expired else reply

    def _exchange(self, work: Work) -> Reply | None:
        with suppress(BrokenPipeError):  # it may have said why before it went
            pickle.dump(work, self._requests, pickle.HIGHEST_PROTOCOL)
            self._requests.flush()
        try:
            return cast(Reply, pickle.load(self._replies))  # noqa: S301  (written by our own fork)
        except (EOFError, pickle.UnpicklingError):
            return None


def _end(pid: int, *pipes: BinaryIO) -> int:
    os.kill(pid, signal.SIGKILL)  # no harm to one that has ended: only we reap it
    status = os.waitpid(pid, 0)[1]
    for pipe in pipes:
        with suppress(BrokenPipeError):  # what it never read
            pipe.close()
    return os.waitstatus_to_exitcode(status)


def _verdict(code: int, expired: bool, limits: Limits) -> Refused:
    if expired or code == -signal.SIGALRM:
        return Refused(Reason.TIMED_OUT, f"after {limits.seconds:g} s")
    if code == -signal.SIGKILL:  # we did not; the kernel does when memory runs out
        return Refused(Reason.OUT_OF_MEMORY, "killed")
    if code < 0:
        return Refused(Reason.CORRUPT, signal.Signals(-code).name)
    return Refused(Reason.CORRUPT, f"exit status {code}")


def _fork() -> int:
    with warnings.catch_warnings():
        # Python 3.12 and later warn if there are threads; see the top of this file.
        warnings.simplefilter("ignore", DeprecationWarning)
        return os.fork()
