"""Read the saved state before ministack is imported, which restores every bucket on disk."""

import shutil
from pathlib import Path

from ministack.core.responses import AccountScopedDict

from local.emulator.settings import Settings
from local.emulator.snapshot import Snapshot, States, Unreadable

Bucket = tuple[str, str]
"""The account and the name."""


def read_state(settings: Settings) -> States | None:
    """Return the saved state; None if it has ministack's own form. Raise Unreadable.

    A bucket that it does not know is younger, and deleted: its stack is not there either.
    """
    snapshot = Snapshot(settings.snapshot)
    if not snapshot.file.exists():
        if any(settings.state.glob("*.json")):
            return None
        if any(settings.objects.glob("*/*")):
            raise Unreadable(f"{snapshot.file} is missing")
        snapshot.write({})
    states = snapshot.read()
    known = known_buckets(states)
    for folder in (settings.objects, settings.objects / ".versions"):
        delete_buckets_except(known, folder)
    return states


def known_buckets(states: States) -> set[Bucket]:
    buckets = states.get("s3", {}).get("buckets_meta", AccountScopedDict())
    return set(buckets._data)


def delete_buckets_except(known: set[Bucket], folder: Path) -> None:
    for bucket in folder.glob("[0-9]*/*"):
        if (bucket.parent.name, bucket.name) not in known:
            shutil.rmtree(bucket)
