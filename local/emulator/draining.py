"""Let the deliveries under way finish before the emulator stops.

Killed with its function, a message would come back only after its visibility timeout, minutes
after the next start, and a stream's batch would be delivered twice.
"""

import asyncio
import signal
import threading
import time

from ministack.services import lambda_svc

PATIENCE_SECONDS = 15.0

stopping = threading.Event()


async def until_drained() -> None:
    """Wait for the signal to stop, then until nothing is being delivered any more."""
    signalled = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, signalled.set)
    await signalled.wait()
    stopping.set()
    lambda_svc._iter_all_esms = lambda: iter(())  # nothing new is read
    deadline = time.monotonic() + PATIENCE_SECONDS
    # The poll thread may be about to dispatch what it has read already.
    await asyncio.sleep(0.2)
    while lambda_svc._esm_inflight and time.monotonic() < deadline:
        await asyncio.sleep(0.05)
