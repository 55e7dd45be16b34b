"""Start ministack, repaired, in this process. People call `python -m local` instead."""

import argparse
import os
import shutil
import sys
from importlib.metadata import version
from pathlib import Path

from local.emulator.settings import Settings

MINISTACK = "1.5.33"
REFUSED = 2


def main(arguments: list[str] | None = None) -> int:
    settings = parse(arguments)
    installed = version("ministack")
    if installed != MINISTACK:
        print(
            f"ministack {installed} is installed, but only {MINISTACK} will do: the repairs in\n"
            "local/emulator/repairs replace parts of that very version. `make setup` brings it\n"
            "back. To try another on purpose, change MINISTACK in local/emulator/__main__.py and\n"
            "let tests/local say which repairs still fit and which are no longer needed.",
            file=sys.stderr,
        )
        return REFUSED
    prepare(settings)
    return start(settings)


def start(settings: Settings) -> int:
    """Serve until the signal to stop; return the exit code."""
    # ministack reads its environment at import, so nothing of it may be imported earlier.
    from local.emulator.restoring import read_state
    from local.emulator.snapshot import Unreadable

    try:
        states = read_state(settings)
    except Unreadable as error:
        print(
            f"The saved state cannot be read: {error}.\n"
            "`python -m local down --delete` deletes what is left of it, so that the next `up`\n"
            f"can start anew. The uploaded pictures lie in {settings.objects}.",
            file=sys.stderr,
        )
        return REFUSED
    from local.emulator import faults, repairs, server
    from local.emulator.repairs import saved_state
    from local.emulator.saving import Saver

    saver = Saver(settings)
    repairs.apply_all(settings)
    saved_state.apply(states, saver.save_last)
    faults.apply(settings)
    server.serve(settings, saver)
    return 0


def parse(arguments: list[str] | None) -> Settings:
    parser = argparse.ArgumentParser(prog="python -m local.emulator", description=__doc__)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--credentials-lifetime", type=int, default=3600, metavar="SECONDS")
    return Settings(**vars(parser.parse_args(arguments)))


def prepare(settings: Settings) -> None:
    settings.stopped.unlink(missing_ok=True)
    shutil.rmtree(settings.scratch, ignore_errors=True)
    settings.scratch.mkdir(parents=True)
    os.environ.update(settings.environment())


if __name__ == "__main__":
    sys.exit(main())
