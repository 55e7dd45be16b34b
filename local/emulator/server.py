"""Serve ministack on one loopback port until SIGTERM, then save its state.

ministack's own `main` does the same but also takes 127.0.0.1:443 when TLS is on, for which two
clones would compete, and keeps a process id file outside of our home.
"""

import asyncio
import resource

from hypercorn.asyncio import serve as hypercorn_serve
from hypercorn.config import Config
from ministack.app import app
from ministack.core import lambda_runtime

from local.emulator.settings import Settings


def serve(settings: Settings) -> None:
    raise_file_limit()
    config = Config()
    config.bind = [f"127.0.0.1:{settings.port}"]
    config.certfile = settings.environment()["MINISTACK_SSL_CERT"]
    config.keyfile = settings.environment()["MINISTACK_SSL_KEY"]
    config.keep_alive_timeout = 75
    config.loglevel = "INFO"
    try:
        asyncio.run(hypercorn_serve(app, config))
    finally:
        lambda_runtime.reset()


def raise_file_limit() -> None:
    """A burst of uploads holds more sockets open than the usual limit of 1,024."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
