"""`why KEY`: all that is known about one key, and what follows from it."""

from argparse import Namespace
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from darkroom.items import LONGEST_KEY_BYTES
from darkroom.reconciliation.findings import LEDGER, Finding
from darkroom.reconciliation.inspection import Inspection, Inspector
from operations.answers import FINE, FOUND, age, printable, table
from operations.connection import App
from operations.dead_letter_places import places
from operations.dead_letters import Letter, tries_in_words
from operations.deployment import places_of
from operations.errors import WrongUsage
from operations.failed_announcements import CONSUMER as ANNOUNCER
from operations.feeds import Pause, switched_off
from operations.missing_grants import MissingGrant, missing_grants
from operations.progress import Progress
from operations.queues import under_way
from operations.verdict import (
    BAD,
    NEVER_SEEN,
    Surroundings,
    Verdict,
    of_this_version,
    verdict,
)

SAMPLE = 100


@dataclass(frozen=True)
class Version:
    """A version of the object, or a delete marker."""

    version_id: str
    is_current: bool
    is_delete_marker: bool
    bytes: int | None
    last_modified: str


@dataclass(frozen=True)
class Known:
    """The answer of `why`."""

    inspection: Inspection
    versions: Sequence[Version]
    letters: Sequence[Letter]
    findings: Sequence[Finding]
    messages_under_way: int
    pause: Pause
    verdict: Verdict
    missing: Sequence[MissingGrant] = ()

    @property
    def exit_code(self) -> int:
        """Return whether something is wrong or held up, or nothing is known at all."""
        bad = self.verdict.word in BAD or self.letters
        return FOUND if bad else FINE

    def as_json(self) -> Any:
        """Return everything; ``thumbnails`` by name with the bytes stored and named."""
        return {
            "key": self.inspection.key,
            "verdict": self.verdict.word,
            "because": self.verdict.because,
            "versions": [asdict(version) for version in self.versions],
            "facets": self.inspection.facets,
            "thumbnails": {
                name: {"bytes_stored": stored, "bytes_named": named}
                for name, stored, named in _thumbnails(self.inspection)
            },
            "ledger": self.inspection.entries,
            "ledger_agrees": not any(found.what.startswith(LEDGER) for found in self.findings),
            "dead_letters": [asdict(letter) for letter in self.letters],
            "dead_letters_looked_at_in_each_queue": SAMPLE,
            "missing_grants": [asdict(grant) for grant in self.missing],
            "messages_under_way": self.messages_under_way,
            "paused": self.pause.as_json(),
            "findings": [asdict(finding) for finding in self.findings],
        }

    def lines(self) -> Iterator[str]:
        """Yield the verdict, then what it rests on."""
        told = f"{self.inspection.key}: {self.verdict.word}: {self.verdict.because}"
        yield printable(told)
        yield from self.pause.lines()
        if self.verdict.word == NEVER_SEEN:
            return
        yield from _section("VERSIONS", _versions_table(self.versions))
        yield from _section("FACETS", _facets_table(self.inspection.facets))
        yield from _section("THUMBNAILS", _thumbnails_table(self.inspection))
        yield from _section("LEDGER", _ledger_lines(self.inspection.entries))
        yield from _section("DEAD LETTERS", _letters_lines(self.letters))
        if self.missing:
            yield from _section("MISSING GRANTS", _grants_lines(self.missing))
        if self.findings:
            rows = ((f.kind, f.what, f.detail) for f in self.findings)
            yield from _section("FINDINGS", table(("KIND", "WHAT", "DETAIL"), rows))


def why(app: App, options: Namespace) -> Known:
    """Find out all that is known about a key."""
    key = checked(options.key)
    deployed = places_of(app)
    with Progress(f"Looking for {printable(key)}") as progress:
        busy, pause = under_way(app), switched_off(app)
        inspection = Inspector(deployed, app.client("s3"), app.dynamodb).inspect(key)
        progress.tell("versions")
        versions = list(_versions(app, key))
        progress.tell("dead letters")
        letters, unread = _letters_about(app, key)
        missing = list(missing_grants(app, key, letters))
    findings = inspection.findings(deployed.facets)
    around = Surroundings(
        busy=busy,
        letters=[each for each in letters if _explains(each, versions)],
        unread=unread,
        pause=pause,
        seen=bool(versions or letters),
    )
    conclusion = verdict(inspection, findings, around)
    return Known(inspection, versions, letters, findings, busy, pause, conclusion, missing)


def checked(key: str) -> str:
    """Return *key* if S3 could have it.

    Raises:
        WrongUsage: if it is empty, too long or no Unicode.
    """
    try:
        size = len(key.encode())
    except UnicodeEncodeError as error:
        raise WrongUsage("The key is not UTF-8, and so no key of S3.") from error
    if not 0 < size <= LONGEST_KEY_BYTES:
        raise WrongUsage(f"The key has {size} bytes: S3's have 1 to {LONGEST_KEY_BYTES}.")
    return key


def _versions(app: App, key: str) -> Iterator[Version]:
    """Yield versions and delete markers, the newest first."""
    pages = (
        app.client("s3")
        .get_paginator("list_object_versions")
        .paginate(Bucket=app.output("OriginalsBucket"), Prefix=key)
    )
    found: list[dict[str, Any]] = []
    for page in pages:
        every = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
        # S3 lists by key: behind its own versions, nothing of this key comes.
        own = [version for version in every if version["Key"] == key]
        found += own
        if len(own) < len(every):
            break
    found.sort(key=lambda version: (version["IsLatest"], version["LastModified"]), reverse=True)
    for version in found:
        yield Version(
            version_id=version["VersionId"],
            is_current=version["IsLatest"],
            is_delete_marker="Size" not in version,
            bytes=version.get("Size"),
            last_modified=version["LastModified"].isoformat(),
        )


def _letters_about(app: App, key: str) -> tuple[list[Letter], int]:
    """Return the dead letters about *key*, and how many of all were not looked at."""
    about: list[Letter] = []
    unread = 0
    for place in places(app):
        found = place.letters(SAMPLE)
        about += [letter for letter in found if key in (letter.keys or [])]
        unread += max(0, place.count() - SAMPLE) if len(found) == SAMPLE else 0
    return about, unread


def _explains(letter: Letter, versions: Sequence[Version]) -> bool:
    """Return whether *letter* is why catalog or report lag behind the newest of *versions*."""
    newest = versions[0].last_modified if versions else None
    changed_at = datetime.fromisoformat(newest) if newest else None
    return not letter.place.startswith(ANNOUNCER) and of_this_version(letter, changed_at)


def _thumbnails(inspection: Inspection) -> Iterator[tuple[str, int | None, int | None]]:
    stored, named = inspection.thumbnails, inspection.named_thumbnails()
    for name in sorted(stored.keys() | named.keys()):
        yield name, stored.get(name), named.get(name)


def _section(title: str, lines: Iterator[str]) -> Iterator[str]:
    yield ""
    yield title
    yield from (f"  {line}" for line in lines)


def _versions_table(versions: Sequence[Version]) -> Iterator[str]:
    if not versions:
        return iter(["none"])
    rows = (
        (
            version.version_id,
            "delete marker" if version.is_delete_marker else f"{version.bytes} bytes",
            version.last_modified,
            "current" if version.is_current else "",
        )
        for version in versions
    )
    return table(("VERSION", "WHAT", "AT", ""), rows)


def _facets_table(facets: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    if not facets:
        return iter(["none"])
    names = ("state", "reason", "detail", "rev", "version_id", "recorded_at")
    rows = ((name, *(item.get(n, "-") for n in names)) for name, item in sorted(facets.items()))
    return table(("FACET", "STATE", "REASON", "DETAIL", "REV", "VERSION", "RECORDED"), rows)


def _thumbnails_table(inspection: Inspection) -> Iterator[str]:
    rows = [
        (name, *("-" if size is None else size for size in sizes))
        for name, *sizes in _thumbnails(inspection)
    ]
    return table(("NAME", "BYTES STORED", "BYTES NAMED"), rows) if rows else iter(["none"])


def _ledger_lines(entries: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    if not entries:
        yield "no entry"
    for name, entry in sorted(entries.items()):
        counted = entry.get("counted")
        facts = ", ".join(f"{n} {v}" for n, v in sorted(counted.items())) if counted else "nothing"
        position = str(entry["position"]).lstrip("0")
        yield printable(f"{name} counts {facts}; up to position {position}")


def _letters_lines(letters: Sequence[Letter]) -> Iterator[str]:
    if letters:
        rows = ((x.place, age(x.age_seconds), tries_in_words(x), x.reason) for x in letters)
        yield from table(("QUEUE", "AGE", "TRIES", "REASON"), rows)
    yield f"{'these' if letters else 'none'} among up to {SAMPLE} looked at in each queue"


def _grants_lines(missing: Sequence[MissingGrant]) -> Iterator[str]:
    yield from table(("QUEUE", "ACTION", "KEY"), ((m.place, m.action, m.key) for m in missing))
    yield "name the key in `decrypt_keys` (stacks/config.py) and deploy, then `dlq redrive`"
