"""What cfn-lint and checkov find in templates. Both run in an environment of their own."""

import json
import subprocess
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TOOLS = ROOT / ".venv-guard" / "bin" / "python"
CFN_LINT = ("-c", "from cfnlint.runner import main; main()")
# They depend on the day, and a template must not: `make audit` reads the same dates.
DATED_RULES = ("W2531", "E2531", "E2533")
CHECKOV = ("-m", "checkov.main")


class GuardError(RuntimeError):
    """A tool could not judge; the message says why. It is never taken for "found nothing"."""


@dataclass(frozen=True)
class Finding:
    rule: str
    resource: str
    template: str
    words: str

    def __str__(self) -> str:
        return f"{self.template}: {self.resource}: {self.rule} {self.words}"


def findings(templates: Sequence[Path]) -> list[Finding]:
    """Return what both tools find and nobody accepted.

    Raises:
        GuardError: if one of them is not installed or failed, or there is nothing to judge.
    """
    if not TOOLS.exists():
        raise GuardError(f"{TOOLS.relative_to(ROOT)} is missing: make setup")
    if not templates:
        raise GuardError("there are no templates to judge")
    with ThreadPoolExecutor() as both:
        linted = both.submit(lambda: list(lint(templates)))
        checked = both.submit(lambda: list(check(templates)))
        return linted.result() + checked.result()


def lint(templates: Sequence[Path]) -> Iterator[Finding]:
    """cfn-lint: would CloudFormation take it?"""
    options = ["--format", "json", "--non-zero-exit-code", "none", "--regions", "us-east-1"]
    options += ["--ignore-checks", *DATED_RULES]
    said = run(*CFN_LINT, *options, "--", *map(str, templates))
    for each in json.loads(said or "[]"):
        path = each["Location"]["Path"] or []
        resource = path[1] if len(path) > 1 else "template"
        yield Finding(
            each["Rule"]["Id"], str(resource), Path(each["Filename"]).name, each["Message"]
        )


def check(templates: Sequence[Path]) -> Iterator[Finding]:
    """checkov: would a security review? Offline: its rules come with it."""
    files = [argument for file in templates for argument in ("--file", str(file))]
    options = ["--framework", "cloudformation", "--output", "json", "--compact", "--quiet"]
    said = json.loads(run(*CHECKOV, *files, *options, "--skip-download", "--soft-fail"))
    if "results" not in said or said["summary"]["parsing_errors"]:
        raise GuardError(f"checkov could not read them all: {said.get('summary', said)}")
    for each in said["results"]["failed_checks"]:
        yield Finding(
            each["check_id"],
            each["resource"].split(".")[-1],
            Path(each["file_path"]).name,
            each["check_name"],
        )


def run(*arguments: str) -> str:
    done = subprocess.run(
        [str(TOOLS), *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    if done.returncode or (done.stderr and not done.stdout):
        raise GuardError(f"{arguments[1]} failed:\n{(done.stdout + done.stderr)[-2000:]}")
    return done.stdout
