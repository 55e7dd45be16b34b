"""A catalog in memory: what the API would answer, for the tests of the page alone."""

import hashlib
import random
import threading
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

from PIL import Image, UnidentifiedImageError

from tests.gallery.fake_record import SCENES, Record, print_of, text_of

CAMERAS = ("Darkroom Pinhole 1", "Leica M6", "FUJIFILM X-T5", None)
FORMATS = ("JPEG",) * 7 + ("PNG", "WEBP", "HEIF", "AVIF")
REASONS = ("TRUNCATED", "NOT_AN_IMAGE", "CORRUPT")
DEVELOPS_SECONDS = 1.2


class FakeCatalog:
    """Records by key; pages of an owner's, newest first."""

    def __init__(self) -> None:
        self.records: dict[str, Record] = {}
        self.lock = threading.RLock()

    def seed(
        self, owner: str, count: int, days: float, refused: int = 0, now: datetime | None = None
    ) -> None:
        """Fill an owner's album with scenes, the newest a minute ago."""
        chance, now = random.Random(owner), now or datetime.now(UTC)  # noqa: S311
        for number in range(count):
            at = now - timedelta(seconds=60 + number * days * 86400 / count)
            key = f"{owner}/{at:%Y}/{NAMES[number % len(NAMES)]}-{number + 1:04}.jpg"
            taken = (at - timedelta(days=chance.randint(0, 30))).strftime("%Y-%m-%dT%H:%M:%S")
            record = Record(
                key, text_of(at), chance.randint(900_000, 9_000_000), number % SCENES,
                chance.choice(FORMATS), chance.choice(CAMERAS), taken,
            )  # fmt: skip
            if refused and number % refused == refused // 2:
                record.scene, record.reason = None, chance.choice(REASONS)
            self.records[key] = record

    def upload(self, key: str, content: bytes, seconds: float = DEVELOPS_SECONDS) -> None:
        """Take an object in and let it develop."""
        record = Record(key, text_of(datetime.now(UTC)), len(content))
        record.ready_from = time.time() + seconds
        try:
            with Image.open(BytesIO(content)) as picture:
                picture.load()
                record.own, record.format = print_of(picture), picture.format or "JPEG"
        except UnidentifiedImageError:
            record.reason = "NOT_AN_IMAGE" if content else "EMPTY"
        except OSError:
            record.reason = "TRUNCATED"
        with self.lock:
            before = self.records.get(key)
            record.versions = [*(before.versions if before else []), _version(key)]
            self.records[key] = record

    def of(self, owner: str) -> list[Record]:
        with self.lock:
            found = [each for each in self.records.values() if each.owner == owner]
        return [each for each in found if not each.deleted]

    def page(self, owner: str, query: dict[str, str]) -> dict[str, Any]:
        records = [each for each in self.of(owner) if _fits(each, query)]
        name = "taken_at" if "taken" in query.get("sort", "") else "uploaded_at"
        newest = query.get("sort", "-uploaded").startswith("-")
        records.sort(key=lambda each: getattr(each, name) or "", reverse=newest)
        start, limit = int(query.get("cursor") or 0), int(query.get("limit") or 100)
        chosen, more = records[start : start + limit], start + limit < len(records)
        tiles = [each.tile() for each in chosen]
        cursor = str(start + limit) if more else None
        return {"images": tiles, "cursor": cursor, "scanned": len(tiles)}

    def usage(self, owner: str) -> dict[str, Any]:
        return {**self.totals(owner), "thumbnails_bytes": 31_000, "by_state": self.kinds(owner)}

    def kinds(self, *owners: str) -> dict[str, dict[str, dict[str, int]]]:
        """Return the figures of some owners, or of all, by state and kind."""
        counts: dict[str, dict[str, dict[str, int]]] = {"READY": {}, "REJECTED": {}}
        for each in (each for owner in owners or self.owners() for each in self.of(owner)):
            if each.state == "DEVELOPING":
                continue
            kinds = counts[each.state]
            line = kinds.setdefault(each.reason or each.format, {"objects": 0, "bytes": 0})
            line["objects"] += 1
            line["bytes"] += each.bytes
        return counts

    def totals(self, owner: str) -> dict[str, Any]:
        records = [each for each in self.of(owner) if each.state != "DEVELOPING"]
        return {
            "owner": owner, "objects": len(records), "bytes": sum(each.bytes for each in records),
            "rejected": sum(each.reason is not None for each in records),
        }  # fmt: skip

    def owners(self) -> list[str]:
        return sorted({each.owner for each in self.records.values()})

    def similar(self, record: Record) -> dict[str, Any]:
        others = [
            each.tile() | {"distance": 2} for each in self.of(record.owner)
            if each.scene is not None and each.scene == record.scene and each is not record
        ]  # fmt: skip
        return {"same_content": others[:2], "near": others[2:7]}

    def report(self, first: str, last: str) -> dict[str, Any]:
        """Return the days from the first to the last on which there was something."""
        days: dict[str, Counter[str]] = {}
        refusals: Counter[str] = Counter()
        for each in self.records.values():
            if not first <= each.uploaded_at[:10] <= last:
                continue
            day = days.setdefault(each.uploaded_at[:10], Counter())
            day.update(objects=1, bytes=each.bytes, rejected=int(each.reason is not None))
            refusals.update([each.reason] if each.reason else [])
        sums = sum(days.values(), Counter())
        return {
            "from": first, "to": last, "totals": {**_counts(sums), "by_state": self.kinds()},
            "days": [{"day": day, **_counts(counts)} for day, counts in sorted(days.items())],
            "owners": [self.totals(owner) for owner in self.owners()], "owners_cursor": None,
            "refusals": dict(refusals), "latency": {"p50": 1430, "p95": 3120, "p99": 6870},
            "drift": {"finished_at": text_of(datetime.now(UTC)), "objects": 1421, "found": {}},
        }  # fmt: skip


def _counts(counts: Counter[str]) -> dict[str, int]:
    return {name: counts[name] for name in ("objects", "bytes", "rejected")}


def _version(key: str) -> str:
    return hashlib.sha256(f"{key}{time.time_ns()}".encode()).hexdigest()[:24]


def _fits(record: Record, query: dict[str, str]) -> bool:
    told = {"state": record.state, "reason": record.reason, "camera": record.camera}
    told["format"] = record.format if record.state == "READY" else None
    if any(name in query and query[name] != value for name, value in told.items()):
        return False
    width = record.tile().get("width", 0) if "min_width" in query else 0
    return (
        query.get("uploaded_from", "") <= record.uploaded_at < query.get("uploaded_to", "~")
        and query.get("taken_from", "") <= (record.taken_at or "") < query.get("taken_to", "~")
        and int(query.get("min_bytes", 0)) <= record.bytes <= int(query.get("max_bytes", 10**15))
        and width >= int(query.get("min_width", 0))
    )


NAMES = ("ridge", "harbour", "fern", "moonrise", "dune", "skyline", "lanterns", "valley", "tide")
