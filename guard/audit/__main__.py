"""Look for known vulnerabilities of every pin, and for Lambda runtimes that AWS deprecates.

A runtime counts from 90 days before AWS deprecates it, with `--if-reachable` from that day on.
Ends with 0 if there are none, 1 if there are, and 3 if any pin could not be checked: no index is
no proof. With `--if-reachable` the last ends with 0, and is said all the same: a build without a
way to the indexes must go on, but nobody is to take it for an audit.
"""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from guard.findings import GuardError
from guard.pins import LOCKS, NODE_LOCKS, ROOT
from guard.runtimes import deprecated
from guard.synthesis import synthesize, templates

TOOL = ROOT / ".venv-audit" / "bin" / "python"
NOTHING, VULNERABLE, UNCHECKED = 0, 1, 3
IF_REACHABLE = "--if-reachable"
NOTICE = timedelta(days=90)
SYNTHESIZED = ROOT / ".build" / "audit"
# Those that do not concern us, by id, each with its reason: else one without a fix stops delivery.
ACCEPTED: dict[str, str] = {}


class Unchecked(RuntimeError):
    """Nobody could be asked; the message says whom and why."""


def python_vulnerabilities(lock: Path) -> Iterator[str]:
    """Yield what PyPI knows of the packages of a lock file.

    Raises:
        Unchecked: if it does not know one of them, for pip-audit calls that "no vulnerabilities".
    """
    options = ["--disable-pip", "--require-hashes", "--format", "json", "--progress-spinner", "off"]
    said = run([str(TOOL), "-m", "pip_audit", "--requirement", str(lock), *options])
    packages = said.get("dependencies", [])
    skipped = [each["name"] for each in packages if "skip_reason" in each]
    if skipped or not packages:
        raise Unchecked(f"{lock}: PyPI says nothing of {', '.join(skipped[:3]) or 'any'} ...")
    for each in packages:
        for vulnerability in each["vulns"]:
            if vulnerability["id"] in ACCEPTED:
                continue
            fixed = ", ".join(vulnerability["fix_versions"]) or "no version yet"
            yield f"{each['name']} {each['version']}: {vulnerability['id']}, fixed in {fixed}"


def node_vulnerabilities(lock: Path) -> Iterator[str]:
    """Yield what npm knows of the packages of a package-lock.json. Raises Unchecked."""
    said = run(["npm", "audit", "--package-lock-only", "--json"], lock.parent)
    if "vulnerabilities" not in said:
        raise Unchecked(f"{lock}: npm says {str(said.get('message', said))[:200]}")
    for name, each in said["vulnerabilities"].items():
        yield f"{name}: {each['severity']}"


def deprecated_runtimes(by: date) -> Iterator[str]:
    """Yield the runtimes of what would be deployed that are deprecated on the day *by*.

    Raises:
        Unchecked: if the sandbox, which has every function, is refused, or cfn-lint is missing.
    """
    if refused := synthesize("sandbox", SYNTHESIZED / "sandbox"):
        raise Unchecked(f"{refused.name} is refused: python -m guard")
    try:
        lines = [*deprecated(templates(SYNTHESIZED), by)]
    except GuardError as error:
        raise Unchecked(str(error)) from error
    yield from (line for line in lines if not any(each in line for each in ACCEPTED))


def run(command: list[str], root: Path = ROOT) -> dict[str, Any]:
    try:
        done = subprocess.run(
            command, cwd=root, capture_output=True, text=True, check=False, timeout=600
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Unchecked(str(error)) from error
    start = done.stdout.find("{")
    try:
        found: dict[str, Any] = json.loads(done.stdout[max(start, 0) :])
    except ValueError as error:
        raise Unchecked(f"{command[0]} failed: {done.stderr.strip()[-300:]}") from error
    return found


def main(arguments: Sequence[str] = ()) -> int:
    found: list[str] = []
    unchecked: list[str] = []
    urgent = IF_REACHABLE in arguments
    today = datetime.now(UTC).date()
    asked: list[tuple[Any, Any]] = [(python_vulnerabilities, ROOT / lock) for lock in LOCKS]
    asked += [(node_vulnerabilities, ROOT / lock) for lock in NODE_LOCKS]
    asked += [(deprecated_runtimes, today if urgent else today + NOTICE)]
    for ask, what in asked:
        try:
            found += ask(what)
        except Unchecked as error:
            unchecked.append(str(error))
    for line in sorted(set(found)):
        print(f"vulnerable: {line}")
    for line in unchecked:
        print(f"could not be checked: {line}", file=sys.stderr)
    if found:
        return VULNERABLE
    if unchecked and urgent:
        print(f"NOT AUDITED: {len(unchecked)} of {len(asked)} could not be checked")
        return NOTHING
    return UNCHECKED if unchecked else NOTHING


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
