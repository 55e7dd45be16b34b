"""What the command line takes, and how it explains itself."""

from argparse import (
    SUPPRESS,
    ArgumentParser,
    ArgumentTypeError,
    Namespace,
    RawDescriptionHelpFormatter,
)
from collections.abc import Callable
from pathlib import Path
from typing import Any

from operations import dlq, doctor, report, switching, why
from operations.connection import STAGES

DESCRIPTION = "Look at a deployed Darkroom, find what is wrong, and put it right."
CODES = "Exit codes: 0 all is well, 1 something was found or failed, 2 wrong usage."
WHERE = {"local": False, "home": None, "stage": None, "profile": None, "region": None}
EXAMPLES = {
    None: ["doctor --local", "why --local alice/cat.jpg", "dlq ls --stage production"],
    "doctor": ["doctor", "doctor --local --fix", "doctor --stage production --grace 15 --json"],
    "why": ["why --local alice/cat.jpg", "why 'bob/a b+c.png' --json", "why $'odd\\nname.jpg'"],
    "dlq": ["dlq ls --local", "dlq show make_thumbnails", "dlq redrive --dry-run"],
    "dlq ls": ["dlq ls", "dlq ls --local --json"],
    "dlq show": ["dlq show", "dlq show make_thumbnails --limit 50 --json"],
    "dlq discard": [
        "dlq discard MakeThumbnailsDeadLetters 0b1c2d3e-0000-4000-8000-0123456789ab",
        "dlq discard ReportChangesFailures aws/lambda/0b1c2d3e/shardId-0/2026/11/28/x --local",
    ],
    "dlq redrive": ["dlq redrive MakeThumbnailsDeadLetters --dry-run", "dlq redrive --limit 1"],
    "report": ["report show --local", "report verify --pause"],
    "report verify": ["report verify", "report verify --pause --fix --local"],
    "cost": ["cost", "cost --uploads 1e6 --megapixels 24", "cost --uploads 5e4 --json"],
    "report show": ["report show", "report show --local --json"],
    "pause": ["pause --stage production", "pause --local --json"],
    "resume": ["resume --stage production", "resume --local"],
}
DOCTOR = (
    "compare bucket, catalog, thumbnails and report, and list every disagreement",
    "It does what the scheduled sweep does, here and now. --fix has each key done again by the "
    "app's own queues, waits until they are empty, recounts the totals and looks again.",
)
WHY = (
    "tell all that is known about one key",
    "Versions, facets, thumbnails, ledger entry, dead letters, and what follows from them. Of the "
    "dead letters it looks at some only, and takes none away.",
)
DLQ = ("look at what the app gave up on, send it back, or delete it", "")
LS = (
    "count what waits in each dead-letter queue",
    "With the age of the oldest, where it came from, and whether a redrive is under way.",
)
SHOW = (
    "show what waits: its keys, age, tries and last error",
    "Nothing is taken away. The error is looked up in the function's log.",
)
REDRIVE = (
    "move what waits back to where it came from",
    "Without --limit SQS itself moves it, where it can. Otherwise one by one: each is sent, then "
    "deleted, so that none can be lost. Mend what made them fail first.",
)
DISCARD = (
    "delete what can never succeed, and keep a record of it",
    "The record has the message itself, its reason and who deleted it. It lies below discarded/ "
    "in the reports bucket; the answer names it.",
)
REPORT = ("show the report, or recount it", "")
VERIFY = (
    "recount the totals from the ledger, shard by shard",
    "A shard in which changes were counted meanwhile cannot be verified: try again, or --pause.",
)
COST = (
    "reckon what pictures cost in a month, by service",
    "From list prices, requests counted and times measured; it asks AWS nothing. Without "
    "--uploads: ten thousand, a million and a billion.",
)
TOTALS = ("print the report's totals, summed over their shards", "")
PAUSE = (
    "switch off all that feeds the functions; uploads and changes wait",
    "Uploads wait in the queues for four days, changes in the stream for one: nothing is lost "
    "before. It is what the breaker does when the app runs away.",
)
RESUME = (
    "switch on again what `pause`, or the breaker, switched off",
    "Find first why it was stopped: what has waited is handled at once.",
)
QUEUE = "as `dlq ls` names it, or a consumer, such as make_thumbnails (default: all)"


def parser() -> ArgumentParser:
    """Return the whole command line."""
    top = _explained(ArgumentParser(prog="python3 -m operations"), None, ("", DESCRIPTION))
    _add_where(top, dict(WHERE))
    commands = top.add_subparsers(required=True, metavar="COMMAND")
    look = _command(commands, "doctor", DOCTOR, doctor.doctor)
    look.add_argument("--fix", action="store_true", help="repair what is found, and look again")
    look.add_argument(
        "--grace",
        type=_whole_number,
        default=0,
        metavar="MINUTES",
        help="leave alone what changed less than this long ago (0)",
    )
    _add_time_limit(look)
    tell = _command(commands, "why", WHY, why.why)
    tell.add_argument("key", metavar="KEY", help="the object's key, as it is, not URL-encoded")
    _add_dlq(_group(commands, "dlq", DLQ))
    _add_report(_group(commands, "report", REPORT))
    _command(commands, "pause", PAUSE, switching.pause)
    _command(commands, "resume", RESUME, switching.resume)
    _add_cost(commands)
    return top


def _add_dlq(commands: Any) -> None:
    _command(commands, "ls", LS, dlq.ls, of="dlq")
    show = _command(commands, "show", SHOW, dlq.show, of="dlq")
    show.add_argument("queue", nargs="?", metavar="QUEUE", help=QUEUE)
    limit: dict[str, Any] = {"type": _positive_number, "metavar": "N"}
    show.add_argument("--limit", default=10, help="messages of each queue (10)", **limit)
    away = _command(commands, "discard", DISCARD, dlq.discard, of="dlq")
    away.add_argument("queue", metavar="QUEUE", help=QUEUE.partition(" (")[0])
    away.add_argument("ids", nargs="+", metavar="ID", help="as `dlq show` prints it")
    redrive = _command(commands, "redrive", REDRIVE, dlq.redrive, of="dlq")
    redrive.add_argument("queue", nargs="?", metavar="QUEUE", help=QUEUE)
    redrive.add_argument("--limit", help="messages in all (no limit)", **limit)
    redrive.add_argument("--dry-run", action="store_true", help="only say what would be moved")


def _add_report(commands: Any) -> None:
    verify = _command(commands, "verify", VERIFY, report.verify, of="report")
    verify.add_argument("--fix", action="store_true", help="set wrong totals right")
    verify.add_argument(
        "--pause", action="store_true", help="let no change be counted meanwhile; they wait"
    )
    _command(commands, "show", TOTALS, report.show, of="report")


def _add_cost(commands: Any) -> None:
    added = _explained(commands.add_parser("cost", help=COST[0]), "cost", COST)
    added.add_argument("--uploads", type=_amount, metavar="N", help="a month, such as 1e6")
    added.add_argument("--megapixels", type=_size, default=12, metavar="N", help="of each (12)")
    added.add_argument(
        "--variants", type=_positive_number, default=3, metavar="N", help="thumbnails of each (3)"
    )
    added.add_argument(
        "--traced", action="store_true", help="with `trace_uploads`, which production has off"
    )
    added.add_argument("--json", action="store_true", default=SUPPRESS, help="print JSON")
    added.set_defaults(command=_cost, needs_app=False)


def _cost(app: None, options: Namespace) -> Any:
    # Only here: who looks at a deployed app needs no prices, which the stacks have.
    from operations.cost import cost

    return cost(app, options)


def _group(commands: Any, name: str, texts: tuple[str, str]) -> Any:
    added = _explained(commands.add_parser(name, help=texts[0]), name, texts)
    return added.add_subparsers(required=True, metavar="COMMAND")


def _command(
    commands: Any, name: str, texts: tuple[str, str], run: Callable[..., Any], of: str = ""
) -> ArgumentParser:
    added = _explained(commands.add_parser(name, help=texts[0]), f"{of} {name}".strip(), texts)
    # Where the app is may be said before the command or behind it.
    _add_where(added, dict.fromkeys([*WHERE, "json"], SUPPRESS))
    added.set_defaults(command=run)
    return added


def _explained(added: ArgumentParser, name: str | None, texts: tuple[str, str]) -> ArgumentParser:
    summary, details = texts
    first = f"{summary[0].upper()}{summary[1:]}. " if summary else ""
    examples = "\n".join(f"  python3 -m operations {line}" for line in EXAMPLES[name])
    added.description = f"{first}{details}".strip()
    added.epilog = f"examples:\n{examples}\n\n{CODES}"
    added.formatter_class = Formatter
    return added


class Formatter(RawDescriptionHelpFormatter):
    """Wraps the description, which is prose, and leaves the examples as they are."""

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        if text.startswith("examples:"):
            return super()._fill_text(text, width, indent)
        return super(RawDescriptionHelpFormatter, self)._fill_text(text, width, indent)


def _add_where(added: ArgumentParser, defaults: dict[str, Any]) -> None:
    where = added.add_argument_group("where the app is")
    add = where.add_argument

    def default(name: str) -> Any:
        return defaults.get(name, False)

    add("--local", action="store_true", default=default("local"), help="in the local cloud")
    add("--home", type=Path, metavar="FOLDER", default=default("home"), help="of it (.local)")
    add("--stage", choices=STAGES, default=default("stage"), help="on AWS: which stage (sandbox)")
    add("--profile", metavar="NAME", default=default("profile"), help="on AWS: whose credentials")
    add("--region", metavar="NAME", default=default("region"), help="on AWS: where")
    added.add_argument(
        "--json", action="store_true", default=default("json"), help="print JSON, for programs"
    )


def _add_time_limit(added: ArgumentParser) -> None:
    added.add_argument(
        "--wait",
        type=_positive_number,
        default=30,
        metavar="MINUTES",
        help="how long --fix may wait for the queues to empty (30)",
    )


def _whole_number(text: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise ArgumentTypeError(f"{text!r} is no whole number")
    return int(text)


def _amount(text: str) -> int:
    number = _size(text)
    if number != int(number):
        raise ArgumentTypeError(f"{text!r} is no whole number")
    return int(number)


def _size(text: str) -> float:
    try:
        number = float(text)
    except ValueError as error:
        raise ArgumentTypeError(f"{text!r} is no number") from error
    if not 0 < number < 1e15:
        raise ArgumentTypeError("it must be more than 0")
    return number


def _positive_number(text: str) -> int:
    if not (number := _whole_number(text)):
        raise ArgumentTypeError("it must be 1 or more")
    return number
