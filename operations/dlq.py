"""`dlq`: what the app gave up on, and why; back with it, or away with it."""

from argparse import Namespace
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from operations.answers import FINE, FOUND, age, plural, printable, table
from operations.connection import App
from operations.dead_letter_places import chosen
from operations.dead_letters import (
    Discarded,
    Letter,
    Place,
    Redriven,
    Summary,
    tries_in_words,
)
from operations.discarding import Records
from operations.feeds import Pause, switched_off
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
        yield "`dlq redrive` sends them back, `dlq discard QUEUE ID` deletes what cannot succeed."


def _letter_row(letter: Letter) -> tuple[object, ...]:
    keys = _keys_in_words(letter.keys)
    tries = tries_in_words(letter)
    return letter.place, keys, age(letter.age_seconds), tries, letter.reason, letter.id


def _keys_in_words(keys: Sequence[str] | None) -> str:
    """Return the keys of a dead letter; an empty one is not nothing: a message can name it."""
    if keys is None:
        return "(no notification)"
    return ", ".join(key or '""' for key in keys) or "(none)"


@dataclass(frozen=True)
class Discard:
    """The answer of `dlq discard`; ``left`` has the ids that were not found."""

    discarded: Sequence[Discarded]
    left: Sequence[str]

    @property
    def exit_code(self) -> int:
        """Return whether an id was not found."""
        return FOUND if self.left else FINE

    def as_json(self) -> Any:
        """Return what was deleted, with the address of each record."""
        return {"discarded": [asdict(each) for each in self.discarded], "left": list(self.left)}

    def lines(self) -> Iterator[str]:
        """Yield a line for each id."""
        for each in self.discarded:
            keys = _keys_in_words(each.keys)
            yield printable(f"{each.place}: discarded {each.id}, {keys}: {each.record}")
        yield from (f"left: {printable(id_)} was not found" for id_ in self.left)


@dataclass(frozen=True)
class Redrive:
    """The answer of `dlq redrive`."""

    redriven: Sequence[Redriven]
    dry_run: bool
    pause: Pause

    @property
    def exit_code(self) -> int:
        """Say whether anything could not be moved."""
        return FOUND if any(redriven.left for redriven in self.redriven) else FINE

    def as_json(self) -> Any:
        """Return what was moved, place by place."""
        places = [asdict(redriven) for redriven in self.redriven]
        return {"dry_run": self.dry_run, "places": places, "paused": self.pause.as_json()}

    def lines(self) -> Iterator[str]:
        """Yield what was moved and what to do next."""
        would = "would move" if self.dry_run else "moved"
        for redriven in self.redriven:
            yield f"{redriven.place}: {would} {redriven.moved} ({redriven.how})"
            yield from (f"  left: {left}" for left in redriven.left)
        if self.dry_run:
            yield "Nothing was moved: this was a dry run."
        elif self.pause:
            yield from self.pause.lines()
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
    return Redrive(redriven, options.dry_run, switched_off(app))


def discard(app: App, options: Namespace) -> Discard:
    """Delete dead letters by their ids, and keep a record of each."""
    left, discarded, records = dict.fromkeys(options.ids), [], Records(app)
    with Progress("Looking for the dead letters") as progress:
        for place in chosen(app, options.queue):
            progress.tell(place.name)
            found = list(place.discard(list(left), records)) if left else []
            discarded += found
            left = {id_: None for id_ in left if id_ not in {each.id for each in found}}
    return Discard(discarded, list(left))


def _would_move(place: Place, limit: int | None) -> Redriven:
    summary = place.summary()
    count = summary.count if limit is None else min(limit, summary.count)
    how = f"{plural(summary.count, 'message')} from {summary.source}"
    return Redriven(summary.place, count, how)
