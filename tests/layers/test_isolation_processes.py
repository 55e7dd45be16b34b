"""Isolation leaves no process, no descriptor and no lock behind."""

import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from darkroom.isolation import Isolated
from tests.layers.misbehaviour import (
    MIB,
    NEVER,
    die_of,
    refusal,
)

ROOT = Path(__file__).parents[2]


def open_sockets() -> list[str]:
    return [
        target
        for entry in descriptors()
        if int(entry.name) > 2 and (target := link(entry)).startswith(("socket", "anon_inode"))
    ]


def descriptors() -> set[Path]:
    return set(Path("/proc/self/fd").iterdir())


def link(entry: Path) -> str:
    try:
        return str(entry.readlink())
    except FileNotFoundError:  # of the listing itself
        return ""


def runs(pid: int) -> bool:
    """Tell whether a process is there and no zombie."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rpartition(")")[2].split()[0] not in "ZX"


def children() -> set[int]:
    listed = Path(f"/proc/{os.getpid()}/task").glob("*/children")
    return {int(pid) for task in listed for pid in task.read_text().split()}


def wait_until_gone(pid: int) -> None:
    deadline = time.monotonic() + NEVER
    while runs(pid):
        assert time.monotonic() < deadline, f"{pid} outlived its parent"
        time.sleep(0.02)


def test_no_process_and_no_descriptor_is_left(isolated: Isolated) -> None:
    before = children(), descriptors()
    for _ in range(5):
        refusal(isolated, die_of, signal.SIGABRT)
    isolated.call(abs, -1)
    isolated.close()
    isolated.close()

    assert (children(), descriptors()) == before


def test_a_forgotten_child_is_reaped() -> None:
    isolated = Isolated(max_memory=MIB, seconds=NEVER)
    pid = isolated.call(os.getpid)
    del isolated

    assert pid not in children()


def test_the_child_holds_no_connection_of_the_parent(isolated: Isolated) -> None:
    with socket.socket(), socket.create_server(("127.0.0.1", 0)):
        assert isolated.call(open_sockets) == []


ORPHANS = """
import os, sys
from darkroom.isolation import Isolated
from tests.layers.misbehaviour import announce_and_spin

isolated = Isolated(max_memory=1 << 28, seconds=1)
print(isolated.call(os.getpid), flush=True)
if sys.argv[1] == "busy":
    isolated.call(announce_and_spin)
print(flush=True)
sys.stdin.read()
"""


@pytest.mark.parametrize("state", ["idle", "busy"])
def test_the_death_of_the_parent_ends_the_child(state: str) -> None:
    path = os.pathsep.join([str(ROOT), str(ROOT / "layers/shared/python")])
    with subprocess.Popen(
        [sys.executable, "-c", ORPHANS, state],
        env={**os.environ, "PYTHONPATH": path},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as parent:
        assert parent.stdout
        child = int(parent.stdout.readline())
        assert parent.stdout.readline()  # the child spins, or the parent is done with it
        assert runs(child)
        parent.kill()

    wait_until_gone(child)


def test_threads_may_call_at_once_and_hold_locks_while_the_child_is_born(
    isolated: Isolated,
) -> None:
    log, stop, results = logging.getLogger("busy"), threading.Event(), []

    def work() -> None:
        while not stop.is_set():
            log.debug("takes and leaves the locks that a fork may find taken")
            bytearray(MIB)

    def call(number: int) -> None:
        results.append(isolated.call(abs, -number))
        refusal(isolated, os._exit, 1)

    workers = [threading.Thread(target=work) for _ in range(2)]
    callers = [threading.Thread(target=call, args=[number]) for number in range(4)]
    for thread in workers + callers:
        thread.start()
    for thread in callers:
        thread.join()
    stop.set()
    for thread in workers:
        thread.join()

    assert sorted(results) == list(range(4))
