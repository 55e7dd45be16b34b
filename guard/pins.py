"""Every package that is pinned, from the lock files: nothing needs to be installed to read them."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
LOCKS = {
    "requirements-uv.txt": "to install",
    "requirements.txt": "to synthesize",
    "requirements-dev.txt": "to develop and test",
    "layers/imaging/requirements.txt": "in Lambda",
    "layers/powertools/requirements.txt": "in Lambda",
    "layers/resizing/requirements.txt": "in Lambda",
    "local/requirements.txt": "local cloud",
    "bench/requirements.txt": "benchmarks",
    "guard/requirements.txt": "guardrails",
    "guard/audit/requirements.txt": "audit",
}
COMMAND_LINE, PAGE = "package-lock.json", "gallery/package-lock.json"
NODE_LOCKS = (COMMAND_LINE, PAGE)
IN_THE_PAGE, PAGE_TOOLS = "in the page", "to build and test the page"
# What runs when all is deployed, in Lambda and in browsers; the rest makes and tests it.
DEPLOYED = {"in Lambda", IN_THE_PAGE}
PINNED = re.compile(r"^(?P<name>[\w.-]+)==(?P<version>[^\s;\\]+)", re.MULTILINE)
HASHED = re.compile(r"--hash=sha256:([0-9a-f]{64})")


@dataclass
class Pin:
    """One version of one package; `used` says for what."""

    ecosystem: str
    name: str
    version: str
    hashes: set[str] = field(default_factory=set)
    used: set[str] = field(default_factory=set)

    @property
    def purl(self) -> str:
        return f"pkg:{self.ecosystem}/{self.name.replace('@', '%40')}@{self.version}"


def pins() -> list[Pin]:
    """Return them by name, each version once."""
    found: dict[str, Pin] = {}
    for pin in [*python_pins(), *node_pins()]:
        known = found.setdefault(pin.purl, pin)
        known.hashes |= pin.hashes
        known.used |= pin.used
    return [found[purl] for purl in sorted(found)]


def python_pins() -> Iterator[Pin]:
    for lock, used in LOCKS.items():
        text = (ROOT / lock).read_text()
        starts = [*PINNED.finditer(text)]
        ends = [each.start() for each in starts[1:]] + [len(text)]
        for each, end in zip(starts, ends, strict=True):
            hashes = set(HASHED.findall(text[each.start() : end]))
            yield Pin("pypi", normal(each["name"]), each["version"], hashes, {used})


def node_pins() -> Iterator[Pin]:
    for lock, name, body in node_packages():
        of_page = PAGE_TOOLS if body.get("dev") else IN_THE_PAGE
        used = of_page if lock == PAGE else "to deploy"
        yield Pin("npm", name, body["version"], used={used})


def node_packages() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield `(lock, name, body)` of each package of npm's lock files."""
    for lock in NODE_LOCKS:
        for path, body in json.loads((ROOT / lock).read_text())["packages"].items():
            if path:
                yield lock, path.rpartition("node_modules/")[2], body


def normal(name: str) -> str:
    return re.sub("[-_.]+", "-", name).lower()
