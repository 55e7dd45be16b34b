"""A catalog in memory: what the API would answer, for the tests of the page alone."""

import base64
import hashlib
import random
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from io import BytesIO
from typing import Any

from PIL import Image, UnidentifiedImageError

from functions.make_thumbnails.placeholder import thumb_hash
from tests.gallery.scenes import scene

SCENES = 36
VARIANTS = {"small": 128, "medium": 512, "large": 1024}
CAMERAS = ("Darkroom Pinhole 1", "Leica M6", "FUJIFILM X-T5", None)
FORMATS = ("JPEG",) * 7 + ("PNG", "WEBP", "HEIF", "AVIF")
REASONS = ("TRUNCATED", "NOT_AN_IMAGE", "CORRUPT")
DEVELOPS_SECONDS = 1.2


def id_of(key: str) -> str:
    return base64.urlsafe_b64encode(key.encode()).decode().rstrip("=")


def text_of(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass(frozen=True)
class Print:
    """A developed picture: its variants as JPEG, and what stands for it."""

    size: tuple[int, int]
    variants: dict[str, tuple[bytes, tuple[int, int]]]
    placeholder: str
    colour: str


def print_of(picture: Image.Image) -> Print:
    rgb, variants = picture.convert("RGB"), {}
    for name, edge in VARIANTS.items():
        small = rgb.copy()
        small.thumbnail((edge, edge))
        encoded = BytesIO()
        small.save(encoded, "JPEG", quality=84)
        variants[name] = (encoded.getvalue(), small.size)
    red, green, blue = rgb.resize((1, 1)).getpixel((0, 0))  # type: ignore[misc]
    colour = f"#{red:02x}{green:02x}{blue:02x}"
    return Print(picture.size, variants, base64.b64encode(thumb_hash(rgb)).decode(), colour)


@cache
def print_of_scene(number: int) -> Print:
    return print_of(scene(number))


def draw_scenes() -> None:
    """Draw them all before somebody waits for them."""
    for number in range(SCENES):
        print_of_scene(number)


@dataclass
class Record:
    """An object under its key, as the catalog knows it."""

    key: str
    uploaded_at: str
    bytes: int
    scene: int | None = None
    format: str = "JPEG"
    camera: str | None = None
    taken_at: str | None = None
    reason: str | None = None
    ready_from: float = 0.0
    own: Print | None = None
    deleted: bool = False
    versions: list[str] = field(default_factory=lambda: ["v1"])

    @property
    def owner(self) -> str:
        return self.key.split("/")[0]

    @property
    def print(self) -> Print | None:
        return self.own if self.scene is None else print_of_scene(self.scene)

    @property
    def state(self) -> str:
        if time.time() < self.ready_from:
            return "DEVELOPING"
        return "REJECTED" if self.reason else "READY"

    def tile(self) -> dict[str, Any]:
        known = {
            "id": id_of(self.key), "key": self.key, "owner": self.owner, "state": self.state,
            "version_id": self.versions[-1], "bytes": self.bytes, "uploaded_at": self.uploaded_at,
        }  # fmt: skip
        if self.state == "REJECTED":
            return known | {"reason": self.reason, "hint": "Upload it once more."}
        if not self.print or self.state == "DEVELOPING":
            return known
        url, size = f"/s3/thumbnails/{id_of(self.key)}", self.print.variants["medium"][1]
        known |= {"format": self.format, "placeholder": self.print.placeholder}
        known |= {"dominant_colour": self.print.colour, "camera": self.camera}
        known |= {"taken_at": self.taken_at, "content_type": f"image/{self.format.lower()}"}
        thumbnail = {"url": f"{url}/medium", "width": size[0], "height": size[1]}
        width, height = self.print.size
        scale = 6 if self.scene is not None else 1
        return known | {"width": width * scale, "height": height * scale, "thumbnail": thumbnail}

    def variants(self) -> dict[str, Any]:
        if self.state != "READY" or not self.print:
            return {}
        return {
            name: {
                "url": f"/s3/thumbnails/{id_of(self.key)}/{name}", "width": size[0],
                "height": size[1], "bytes": len(content), "content_type": "image/jpeg",
            }
            for name, (content, size) in self.print.variants.items()
        }  # fmt: skip


class FakeCatalog:
    """Records by key; pages of an owner's, newest first."""

    def __init__(self) -> None:
        self.records: dict[str, Record] = {}
        self.lock = threading.RLock()
        self.slow_seconds = 0.0

    def seed(self, owner: str, count: int, days: int, refused: int = 0) -> None:
        """Fill an owner's album with scenes, the newest a minute ago."""
        chance, now = random.Random(owner), datetime.now(UTC)  # noqa: S311
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
        counts: dict[str, dict[str, dict[str, int]]] = {"READY": {}, "REJECTED": {}}
        for each in self.of(owner):
            if each.state == "DEVELOPING":
                continue
            kinds = counts[each.state]
            line = kinds.setdefault(each.reason or each.format, {"objects": 0, "bytes": 0})
            line["objects"] += 1
            line["bytes"] += each.bytes
        return {**self.totals(owner), "thumbnails_bytes": 31_000, "by_state": counts}

    def totals(self, owner: str) -> dict[str, Any]:
        records = [each for each in self.of(owner) if each.state != "DEVELOPING"]
        return {
            "owner": owner, "objects": len(records), "bytes": sum(each.bytes for each in records),
            "rejected": sum(each.reason is not None for each in records),
        }  # fmt: skip

    def owners(self) -> list[str]:
        return sorted({each.owner for each in self.records.values()})

    def report(self, first: str, last: str) -> dict[str, Any]:
        days: dict[str, Counter[str]] = {}
        begin, end = datetime.fromisoformat(first), datetime.fromisoformat(last)
        for offset in range((end - begin).days):
            days[(begin + timedelta(days=offset)).strftime("%Y-%m-%d")] = Counter()
        refusals: Counter[str] = Counter()
        for each in self.records.values():
            if (day := days.get(each.uploaded_at[:10])) is None:
                continue
            day.update(objects=1, bytes=each.bytes, rejected=int(each.reason is not None))
            refusals.update([each.reason] if each.reason else [])
        sums = sum(days.values(), Counter())
        return {
            "totals": _counts(sums),
            "days": [{"day": day, **_counts(counts)} for day, counts in days.items()],
            "refusals": dict(refusals), "latency": {"p50": 1430, "p95": 3120, "p99": 6870},
            "drift": {"swept_at": text_of(datetime.now(UTC)), "findings": 0, "objects": 1421},
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
