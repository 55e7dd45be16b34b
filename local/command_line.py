"""The local cloud: start it, deploy the app to it, send pictures through, look at it, stop it."""

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path

from local import logs
from local.cloud import HOME, Cloud
from local.demo_output import print_gallery
from local.errors import CloudError

EPILOG = "Exit codes: 0 done, 1 failed, 2 wrong usage."
UP = "Run it again after a change: it deploys what changed and keeps the data."
DEMO = "It prints what became of each picture and checks it against what should have."
DOWN = "Its state is kept: the next `up` continues where it ended."
STATUS = "The outputs are the names that scripts may rely on; they are in outputs.json as well."
STORM = "It prints how fast they went and checks that nothing is lost, to the byte and the pixel."
CHAOS = "It has a cloud of its own, which is kept only if something was found wrong."
LOGS = "For example: python -m local logs make_thumbnails --follow"

Command = Callable[[Cloud, argparse.Namespace], int]


def main(arguments: list[str] | None = None) -> int:
    try:
        return _run(arguments)
    except BrokenPipeError:
        return 1
    finally:
        _drop_unread_output()


def _run(arguments: list[str] | None) -> int:
    try:
        options = parser().parse_args(arguments)
        command: Command = options.command
        return command(Cloud(options.home, options.port), options)
    except CloudError as error:
        print(error, file=sys.stderr)
    except KeyboardInterrupt:
        print("\nInterrupted.", file=sys.stderr)
    finally:
        sys.stdout.flush()
    return 1


def _drop_unread_output() -> None:
    """Redirect a stream whose reader closed the pipe: Python flushes once more at its end."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="python -m local", description=__doc__, epilog=EPILOG)
    top.add_argument(
        "--home", type=Path, default=HOME, metavar="FOLDER", help="where it keeps all (.local)"
    )
    commands = top.add_subparsers(required=True, metavar="COMMAND")

    def add(command: Command, name: str, summary: str, details: str) -> argparse.ArgumentParser:
        description = f"{summary.capitalize()}. {details}"
        added = commands.add_parser(name, help=summary, description=description, epilog=EPILOG)
        added.set_defaults(command=command, port=None)
        return added

    start = add(up, "up", "start the cloud and deploy the app", UP)
    start.add_argument(
        "--port", type=port, metavar="N", help="the cloud's port (a free one, then kept)"
    )
    add(demo, "demo", "start, deploy, and send sample pictures through the app", DEMO)
    many = add(storm, "storm", "start, deploy, and upload many pictures at once", STORM)
    many.add_argument("--pictures", type=int, default=1000, metavar="N", help="how many (1000)")
    disrupt = add(chaos, "chaos", "let everything go wrong at once, and check the end", CHAOS)
    disrupt.add_argument("--minutes", type=float, default=1.0, help="how long things go wrong (1)")
    disrupt.add_argument("--seed", type=int, metavar="N", help="the dice (thrown anew)")
    disrupt.add_argument("--json", action="store_true", help="print the outcome as JSON")
    end = add(down, "down", "stop the cloud", DOWN)
    end.add_argument("--delete", action="store_true", help="forget all that it holds, too")
    add(status, "status", "tell whether it runs, where, and what is deployed", STATUS)
    read = add(show_logs, "logs", "print what a function, or the emulator, logged", LOGS)
    read.add_argument("function", nargs="?", help="a folder of functions/; none: the emulator")
    read.add_argument("--follow", action="store_true", help="go on until Ctrl-C")
    return top


def port(text: str) -> int:
    """Read a port; those below 1024 are the system's."""
    if not text.isascii() or not text.isdigit() or not 1024 <= int(text) <= 65_535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port: 1024 to 65535")
    return int(text)


def up(cloud: Cloud, _: argparse.Namespace) -> int:
    cloud.up()
    env_file = cloud.home_as_typed / "env.sh"
    print(f"The cloud is up at {cloud.endpoint}. For any AWS client: source {env_file}")
    print_gallery(cloud)
    return 0


def demo(cloud: Cloud, _: argparse.Namespace) -> int:
    from local.demo import run

    cloud.up()
    code = run(cloud)
    print_gallery(cloud)
    return code


def storm(cloud: Cloud, options: argparse.Namespace) -> int:
    from local.storm import run

    cloud.up()
    return run(cloud, options.pictures)


def chaos(_: Cloud, options: argparse.Namespace) -> int:
    from local.chaos.dice import thrown_seed
    from local.chaos.output import print_json, print_outcome
    from local.chaos.run import run

    seed = thrown_seed() if options.seed is None else options.seed
    outcome, kept = run(options.minutes, seed)
    (print_json if options.json else print_outcome)(outcome, kept)
    return 0 if outcome.held else 1


def down(cloud: Cloud, options: argparse.Namespace) -> int:
    if options.delete:
        cloud.delete()
        print("The cloud is stopped and its state deleted.")
        return 0
    cloud.stop()
    if cloud.emulator.is_saved():
        print("The cloud is stopped. Its state is kept: `python -m local up` continues it.")
    elif saved_at := cloud.emulator.last_save():
        print(f"The cloud was killed. `python -m local up` continues from {saved_at}.")
    else:
        print("The cloud was never started. `python -m local up` starts it.")
    return 0


def status(cloud: Cloud, _: argparse.Namespace) -> int:
    if not cloud.is_running():
        print("The cloud is not running. `python -m local up` starts it.")
        return 0
    print(f"running   process {cloud.emulator.pid()}, {cloud.endpoint}")
    if cloud.gallery.is_running():
        print(f"gallery   process {cloud.gallery.pid()}, {cloud.gallery.address}")
    for name, state in cloud.stacks().items():
        print(f"stack     {name}: {state}")
    for name, value in cloud.outputs().items():
        print(f"output    {name} = {value}")
    return 0


def show_logs(cloud: Cloud, options: argparse.Namespace) -> int:
    if options.function is None:
        lines = logs.of_emulator(cloud, follow=options.follow)
    else:
        lines = logs.of_function(cloud, options.function, follow=options.follow)
    for line in lines:
        print(line, flush=True)
    return 0
