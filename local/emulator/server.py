"""Serve ministack on one loopback port until it is told to stop, and keep its state saved.

ministack's own `main` does the same but also takes 127.0.0.1:443 when TLS is on, for which two
clones would compete, and keeps a process id file outside of our home.
"""

import asyncio
import asyncio.constants
import resource

from hypercorn.asyncio import serve as hypercorn_serve  # type: ignore[import-not-found]
from hypercorn.config import Config  # type: ignore[import-not-found]
from ministack.core import lambda_runtime

from local.emulator.draining import until_drained
from local.emulator.saving import Saver
from local.emulator.settings import Settings


def serve(settings: Settings, saver: Saver) -> None:
    raise_file_limit()
    # Idle clients do not answer the end of TLS, and the default is to wait half a minute for it.
    asyncio.constants.SSL_SHUTDOWN_TIMEOUT = 0.5
    config = Config()
    config.bind = [f"127.0.0.1:{settings.port}"]
    config.certfile = str(settings.certificate)
    config.keyfile = str(settings.key)
    config.keep_alive_timeout = 75
    config.loglevel = "INFO"
    try:
        asyncio.run(run(config, saver))
    finally:
        lambda_runtime.reset()


async def run(config: Config, saver: Saver) -> None:
    async def until_stopped() -> None:
        await until_drained()
        await saver.close()

    saving = asyncio.create_task(saver.keep_saved())
    await hypercorn_serve(saver.app, config, shutdown_trigger=until_stopped)
    saving.cancel()


def raise_file_limit() -> None:
    """A burst of uploads holds more sockets open than the usual limit of 1,024."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
