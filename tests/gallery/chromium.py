"""Chromium, wherever it comes from: named, unpacked from its npm package, or found on PATH."""

import os
import platform
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

GALLERY = Path(__file__).parents[2] / "gallery"
PACKED = GALLERY / "node_modules/@sparticuz/chromium/bin"
UNPACKED = Path(__file__).parents[2] / ".build/chromium"
NAMES = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = ("--no-sandbox", "--font-render-hinting=none", "--disable-gpu")
# Node has Brotli, Python does not.
INFLATE = """
const [from, to] = process.argv.slice(1), fs = require("fs"), zlib = require("zlib");
fs.createReadStream(from).pipe(zlib.createBrotliDecompress()).pipe(fs.createWriteStream(to));
"""


class NoChromium(Exception):
    """There is no browser to test with; the message says what to do."""


@dataclass(frozen=True)
class Chromium:
    """A browser's program and the environment that it needs."""

    program: str
    environment: dict[str, str]

    @contextmanager
    def launched(self, *, scrollbars: bool = False) -> Iterator[Browser]:
        """Run it. (Of a browser type, Playwright always tells its own default's path.)"""
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=self.program,
                env={**os.environ, **self.environment},
                args=[*ARGUMENTS],
                ignore_default_args=["--hide-scrollbars"] if scrollbars else None,
            )
            try:
                yield browser
            finally:
                browser.close()


def find_chromium() -> Chromium:
    """Return the browser to test with: CHROMIUM, the pinned package's, or any on PATH."""
    if named := os.environ.get("CHROMIUM"):
        if not shutil.which(named):
            raise NoChromium(f"CHROMIUM is {named!r}, which is no program.")
        return Chromium(named, {})
    if not _is_packed_for_this_machine():
        if found := next(filter(None, map(shutil.which, NAMES)), None):
            return Chromium(found, {})
        raise NoChromium(
            f"The package @sparticuz/chromium brings a browser for x86-64 Linux, and this is "
            f"{platform.machine()} {platform.system()}. Install Chromium and say where it is: "
            "CHROMIUM=/path/to/chromium."
        )
    if not PACKED.is_dir():
        raise NoChromium("Run `npm ci` in gallery/: it brings the browser to test with.")
    return _unpacked()


def _is_packed_for_this_machine() -> bool:
    return platform.system() == "Linux" and platform.machine() == "x86_64"


def _unpacked() -> Chromium:
    """Unpack the browser of @sparticuz/chromium, with the libraries and fonts that it brings."""
    version = (PACKED.parent / "package.json").read_bytes()
    home = UNPACKED / sha256(version).hexdigest()[:16]
    if not home.is_dir():
        partial = UNPACKED / f"{home.name}.{os.getpid()}"
        partial.mkdir(parents=True)
        _inflate("chromium.br", partial / "chromium").chmod(0o755)
        for name in ("al2023", "fonts", "swiftshader"):
            packed = _inflate(f"{name}.tar.br", partial / f"{name}.tar")
            with tarfile.open(packed) as archive:
                archive.extractall(partial, filter="data")
            packed.unlink()
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
