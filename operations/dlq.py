"""`dlq`: what the app gave up on, and why, and back with it."""

from argparse import Namespace
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from operations.answers import FINE, FOUND, age, plural, table
from operations.connection import App
from operations.dead_letter_places import chosen
from operations.dead_letters import Letter, Place, Redriven, Summary
from operations.progress import Progress


@dataclass(frozen=True)
class Waiting:
    """The answer of `dlq ls`."""

    summaries: Sequence[Summary]

    @property
    def exit_code(self) -> int:
        """Say whether anything waits."""
        return FOUND if any(summary.count for summary in self.summaries) else FINE

    def as_json(self) -> Any:
        """Return a list of places."""
        return [asdict(summary) for summary in self.summaries]

    def lines(self) -> Iterator[str]:
        """Yield a table."""
        header = ("QUEUE", "WAITING", "OLDEST", "FROM", "REDRIVE UNDER WAY")
        yield from table(header, map(_summary_row, self.summaries))


def _summary_row(summary: Summary) -> tuple[object, ...]:
    oldest = "-" if summary.oldest_seconds is None else age(summary.oldest_seconds)
    at_least = "at least " if summary.is_sample and summary.oldest_seconds is not None else ""
    return summary.place, summary.count, at_least + oldest, summary.source, summary.redrive


@dataclass(frozen=True)
class Letters:
    """The answer of `dlq show`."""

    letters: Sequence[Letter]
    limit: int

    @property
    def exit_code(self) -> int:
        """Say whether anything waits."""
        return FOUND if self.letters else FINE

    def as_json(self) -> Any:
        """Return a list of what waits; ``keys`` is null where none can be read."""
        return [asdict(letter) for letter in self.letters]

    def lines(self) -> Iterator[str]:
        """Yield a table."""
        if not self.letters:
            yield "No dead letters."
            return
        header = ("QUEUE", "KEYS", "AGE", "TRIES", "REASON", "ID")
        yield from table(header, map(_letter_row, self.letters))
        yield f"At most {self.limit} of each queue are shown; --limit shows more."


def _letter_row(letter: Letter) -> tuple[object, ...]:
    keys = "(no notification)" if letter.keys is None else ", ".join(letter.keys) or "(none)"
    tries = "?" if letter.receives is None else letter.receives
    return letter.place, keys, age(letter.age_seconds), tries, letter.reason, letter.id


@dataclass(frozen=True)
class Redrive:
    """The answer of `dlq redrive`."""

    redriven: Sequence[Redriven]
    dry_run: bool

    @property
    def exit_code(self) -> int:
        """Say whether anything could not be moved."""
        return FOUND if any(redriven.left for redriven in self.redriven) else FINE

    def as_json(self) -> Any:
        """Return what was moved, place by place."""
        places = [asdict(redriven) for redriven in self.redriven]
        return {"dry_run": self.dry_run, "places": places}

    def lines(self) -> Iterator[str]:
        """Yield what was moved and what to do next."""
        would = "would move" if self.dry_run else "moved"
        for redriven in self.redriven:
            yield f"{redriven.place}: {would} {redriven.moved} ({redriven.how})"
            yield from (f"  left: {left}" for left in redriven.left)
        if self.dry_run:
            yield "Nothing was moved: this was a dry run."
        elif any(redriven.moved for redriven in self.redriven):
            yield "When the queues are empty, `doctor` tells whether all is well."


def ls(app: App, _: Namespace) -> Waiting:
    """Count what waits in each place."""
    summaries = []
    with Progress("Looking at the dead letters") as progress:
        for place in chosen(app, None):
            progress.tell(place.name)
            summaries.append(place.summary())
    return Waiting(summaries)


def show(app: App, options: Namespace) -> Letters:
    """Show what waits, some of each place."""
    letters: list[Letter] = []
    with Progress("Reading the dead letters and the logs") as progress:
        for place in chosen(app, options.queue):
            progress.tell(place.name)
            letters += place.letters(options.limit)
    return Letters(letters, options.limit)


def redrive(app: App, options: Namespace) -> Redrive:
    """Move what waits back to where it came from."""
    places = chosen(app, options.queue)
    left, redriven = options.limit, []
    for place in places:
        would = options.dry_run
        redriven.append(_would_move(place, left) if would else place.redrive(left))
        if left is not None:
            left -= redriven[-1].moved
    return Redrive(redriven, options.dry_run)


def _would_move(place: Place, limit: int | None) -> Redriven:
    summary = place.summary()
    count = summary.count if limit is None else min(limit, summary.count)
    how = f"{plural(summary.count, 'message')} from {summary.source}"
    return Redriven(summary.place, count, how)
