"""Chromium, wherever it comes from: named, unpacked from its npm package, or found on PATH."""

import os
import platform
import shutil
import subprocess
import tarfile
from dataclasses import dataclass
from pathlib import Path

GALLERY = Path(__file__).parents[2] / "gallery"
PACKED = GALLERY / "node_modules/@sparticuz/chromium/bin"
UNPACKED = Path(__file__).parents[2] / ".build/chromium"
NAMES = ("chromium", "chromium-browser", "google-chrome")
# Node has Brotli, Python does not.
INFLATE = """
const [from, to] = process.argv.slice(1), fs = require("fs"), zlib = require("zlib");
fs.createReadStream(from).pipe(zlib.createBrotliDecompress()).pipe(fs.createWriteStream(to));
"""


@dataclass(frozen=True)
class Chromium:
    """A browser's program and the environment that it needs."""

    program: str
    environment: dict[str, str]


def find_chromium() -> Chromium | None:
    """Return the browser to test with: CHROMIUM, the pinned package's, or any on PATH."""
    if named := os.environ.get("CHROMIUM"):
        return Chromium(named, {})
    if PACKED.is_dir() and platform.system() == "Linux" and platform.machine() == "x86_64":
        return _unpacked()
    found = next(filter(None, map(shutil.which, NAMES)), None)
    return Chromium(found, {}) if found else None


def _unpacked() -> Chromium:
    """Unpack the browser of @sparticuz/chromium, with the libraries and fonts that it brings."""
    version = str(int((PACKED / "chromium.br").stat().st_mtime))
    home = UNPACKED / version
    if not home.is_dir():
        partial = UNPACKED / f"{version}.{os.getpid()}"
        partial.mkdir(parents=True)
        _inflate("chromium.br", partial / "chromium").chmod(0o755)
        for name in ("al2023", "fonts", "swiftshader"):
            with tarfile.open(_inflate(f"{name}.tar.br", partial / f"{name}.tar")) as archive:
                archive.extractall(partial, filter="data")
        _move_into_place(partial, home)
    libraries = f"{home / 'lib'}:{home}"
    return Chromium(
        str(home / "chromium"),
        {"LD_LIBRARY_PATH": libraries, "FONTCONFIG_PATH": str(home / "fonts")},
    )


def _inflate(name: str, to: Path) -> Path:
    subprocess.run(["node", "-e", INFLATE, str(PACKED / name), str(to)], check=True)
    return to


def _move_into_place(partial: Path, home: Path) -> None:
    try:
        partial.rename(home)
    except OSError:  # another process was faster
        shutil.rmtree(partial)
