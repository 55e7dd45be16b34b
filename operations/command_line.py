"""Runs one command, and says in a line what went wrong."""

import json
import os
import signal
import sys
from argparse import Namespace
from collections.abc import Callable

from botocore.exceptions import BotoCoreError, ClientError

from operations.answers import FOUND, WRONG_USAGE, Answer, as_plain
from operations.connection import App, aws_app, local_app
from operations.errors import OperationsError, WrongUsage, explained
from operations.options import parser

Command = Callable[[App | None, Namespace], Answer]


def main(arguments: list[str] | None = None) -> int:
    """Return the exit code; 2 for wrong usage, which the parser itself ends with as well."""
    try:
        return _run(arguments)
    except BrokenPipeError:
        return FOUND
    finally:
        _drop_unread_output()


def _run(arguments: list[str] | None) -> int:
    try:
        options = parser().parse_args(arguments)
        _end_like_ctrl_c()
        return _answer(options)
    except OperationsError as error:
        print(error, file=sys.stderr)
        return WRONG_USAGE if isinstance(error, WrongUsage) else FOUND
    except (BotoCoreError, ClientError) as error:
        print(explained(error), file=sys.stderr)
    except KeyboardInterrupt:
        print("\nInterrupted.", file=sys.stderr)
    finally:
        sys.stdout.flush()
    return FOUND


def _drop_unread_output() -> None:
    """Redirect a stream whose reader closed the pipe: Python flushes once more at its end."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _end_like_ctrl_c() -> None:
    """Clean up on these signals as well: what is paused must go on."""
    for name in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(name) == signal.SIG_DFL:
            signal.signal(name, signal.default_int_handler)


def _answer(options: Namespace) -> int:
    command: Command = options.command
    app = _app(options) if getattr(options, "needs_app", True) else None
    answer = command(app, options)
    if options.json:
        print(json.dumps(answer.as_json(), indent=2, default=as_plain))
    else:
        encoding = sys.stdout.encoding or "ascii"
        for line in answer.lines():
            print(line.encode(encoding, "backslashreplace").decode(encoding))
    return answer.exit_code


def _app(options: Namespace) -> App:
    if not options.local:
        if options.home:
            raise WrongUsage("--home is the local cloud's: it goes with --local.")
        return aws_app(options.stage or "sandbox", options.profile, options.region)
    if options.stage or options.profile or options.region:
        raise WrongUsage("--stage, --profile and --region are AWS's: they do not go with --local.")
    return local_app(options.home)
