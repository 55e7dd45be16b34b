"""Save the emulator's state while it runs: after each quiet moment, and every few seconds.

A forked child writes what its parent held at that instant, so requests neither wait for the save
nor change what it sees.
"""

import asyncio
import http
import logging
import os
import signal
import time
from pathlib import Path
from typing import Any, NoReturn

from ministack import app as ministack
from ministack.services import cloudformation

from local.emulator.settings import SAVE_PATH, SAVE_SECONDS, Settings
from local.emulator.snapshot import Snapshot

QUIET_SECONDS = 1.0  # without a request
LONGEST_SECONDS = 5.0  # that a change waits to be saved while requests go on
READS = {"GET", "HEAD", "OPTIONS"}

logger = logging.getLogger("saving")


class NotSaved(Exception):
    """The message gives the reason."""


class Saver:
    """Saves the state of all services, and counts the requests that may have changed it."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.snapshot = Snapshot(settings.snapshot)
        self.lock = asyncio.Lock()
        # The first save shows whether the disk takes one.
        self.oldest_change: float | None = time.monotonic()
        self.last_change = time.monotonic()

    async def app(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve ministack, and the requests to save."""
        if scope["type"] == "http" and scope["path"] == SAVE_PATH:
            return await self._respond(send)
        try:
            await ministack.app(scope, receive, send)
        finally:
            if scope.get("method") not in READS:
                self._note_change()
        return None

    def _note_change(self) -> None:
        self.last_change = time.monotonic()
        self.oldest_change = self.oldest_change or self.last_change

    async def _respond(self, send: Any) -> None:
        status, message = http.HTTPStatus.OK, ""
        try:
            await self.save()
        except NotSaved as error:
            status, message = http.HTTPStatus.INTERNAL_SERVER_ERROR, str(error)
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": message.encode()})

    async def keep_saved(self) -> None:
        """Save whenever it is time, for ever; log what prevents it."""
        while True:
            await asyncio.sleep(QUIET_SECONDS / 2)
            if self._is_time():
                try:
                    await self.save()
                except NotSaved as error:
                    logger.error("The state could not be saved: %s", error)

    def _is_time(self) -> bool:
        if self.oldest_change is None or deployments():
            return False
        now = time.monotonic()
        quiet = now - self.last_change >= QUIET_SECONDS
        return quiet or now - self.oldest_change >= LONGEST_SECONDS

    async def save(self) -> None:
        """Save the state of this moment; raise NotSaved."""
        async with self.lock:
            since, self.oldest_change = self.oldest_change, None
            try:
                child = self._start_save()
                await asyncio.to_thread(wait_for, *child)
            except NotSaved:
                self.oldest_change = self.oldest_change or since or time.monotonic()
                raise

    async def close(self) -> None:
        """Let the save under way end, and begin no other."""
        await self.lock.acquire()

    def save_last(self, _: object = None) -> None:
        """Save when all requests have ended, and leave a file as the evidence."""
        try:
            wait_for(*self._start_save())
            self.settings.stopped.touch()
        except (NotSaved, OSError) as error:
            logger.error("The state could not be saved: %s", error)

    def _start_save(self) -> tuple[int, int]:
        """Fork the child that saves; return its process id and the pipe with its error."""
        if names := deployments():
            # Nobody would finish a deployment that is restored half done.
            raise NotSaved(f"{', '.join(names)} is being deployed")
        reader, writer = os.pipe()
        parent = os.getpid()
        pid = os.fork()
        if pid == 0:
            self._save_in_child(parent, writer)
        os.close(writer)
        return pid, reader

    def _save_in_child(self, parent: int, writer: int) -> NoReturn:
        try:
            signal.alarm(SAVE_SECONDS)
            close_files_except(writer)
            services = ministack._build_persistence_save_dict()
            states = {name: get_state() for name, get_state in services.items()}
            # A child that outlives its parent must not overwrite what the next one saves.
            self.snapshot.write(states, is_wanted=lambda: os.getppid() == parent)
            os._exit(0)
        except BaseException as error:
            os.write(writer, str(error).encode())
            os._exit(1)


def deployments() -> list[str]:
    """Return the names of the stacks that are being created, changed or deleted."""
    return [
        str(stack["StackName"])
        for stack in cloudformation._stacks._data.values()
        # A stack in review waits for somebody to execute its change set.
        if str(stack["StackStatus"]).endswith("_IN_PROGRESS")
        and stack["StackStatus"] != "REVIEW_IN_PROGRESS"
    ]


def close_files_except(kept: int) -> None:
    """Close the parent's sockets and its lock, which the child would hold open."""
    for file in list(Path("/dev/fd").iterdir()):
        descriptor = int(file.name)
        if descriptor > 2 and descriptor != kept:
            try:
                os.close(descriptor)
            except OSError:  # the one that read the folder
                continue


def wait_for(pid: int, reader: int) -> None:
    """Wait until the child has saved; raise NotSaved with its reason."""
    with os.fdopen(reader) as pipe:
        reason = pipe.read()
    _, status = os.waitpid(pid, 0)
    if os.WIFSIGNALED(status):
        raise NotSaved(reason or f"it took longer than {SAVE_SECONDS} s")
    if status:
        raise NotSaved(reason)
