"""One picture of the fake catalog, and what the API would tell of it."""

import base64
import hashlib
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from io import BytesIO
from typing import Any
from urllib.parse import quote

from PIL import Image

from functions.make_thumbnails.placeholder import thumb_hash
from tests.gallery.scenes import scene

SCENES = 36
TOLD = ("id", "key", "state", "reason", "hint")
OF_METADATA = {
    "owner", "version_id", "state", "reason", "format", "width", "height", "bytes", "content_type",
    "camera", "taken_at", "uploaded_at",
}  # fmt: skip
EXIF = {
    "lens": "Summicron 35", "exposure": "1/250 s", "f_number": 5.6, "iso": 400,
    "focal_length_mm": 35, "mode": "RGB", "bit_depth": 8, "profile_name": "sRGB",
}  # fmt: skip
VARIANTS = {"small": 128, "medium": 512, "large": 1024}


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
    kept: bool = True
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
            return known | {"reason": self.reason, "hint": "no picture"}
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

    def described(self) -> dict[str, Any]:
        """Return the answer of the picture's own route: facets, and nothing of the tile's."""
        tile = self.tile()
        told = {
            name: tile[name] for name in ("id", "key", "state", "reason", "hint") if name in tile
        }
        facets: dict[str, Any] = {"metadata": None, "thumbnails": None}
        if self.state != "DEVELOPING":
            facets["metadata"] = {n: v for n, v in tile.items() if n in OF_METADATA} | self._exif()
        if self.state == "READY":
            shown = {name: tile[name] for name in ("placeholder", "dominant_colour")}
            facets["thumbnails"] = {**shown, "perceptual_hash": "c3a1f00d12345678"}
        original = {"url": f"/s3/originals/{quote(self.key)}"}
        more = {"variants": self.variants(), "versions": self._versions(), "original": original}
        return told | facets | more

    def _exif(self) -> dict[str, Any]:
        found = {"sha256": hashlib.sha256(self.key.encode()).hexdigest(), "rev": 3}
        return found | (EXIF if self.scene is not None else {})

    def _versions(self) -> list[dict[str, Any]]:
        return [
            {"version_id": version, "size": self.bytes, "last_modified": self.uploaded_at,
             "is_latest": version == self.versions[-1], "delete_marker": False}
            for version in reversed(self.versions)
        ]  # fmt: skip
