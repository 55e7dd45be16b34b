"""The GitHub workflow: the same make targets as the pipeline, and nothing that it need not have."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from stacks.constructs.builds import CHECK, RUNTIMES, TEST, TEST_REST

ROOT = Path(__file__).resolve().parents[1]
TEXT = (ROOT / ".github" / "workflows" / "ci.yml").read_text()


@pytest.fixture
def jobs() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(TEXT)["jobs"]
    return found


def runs(job: dict[str, Any]) -> list[str]:
    return [step["run"] for step in job["steps"] if "run" in step]


def commands(job: dict[str, Any]) -> list[str]:
    """Return what a job runs, for each combination of its matrix."""
    each = job.get("strategy", {}).get("matrix", {}).get("tests", [])
    return [one for line in runs(job) for one in (each if "matrix.tests" in line else [line])]


def test_it_runs_what_the_pipeline_runs(jobs: dict[str, Any]) -> None:
    assert commands(jobs["check"]) == [CHECK, "make synth"]
    assert commands(jobs["test"]) == [TEST, TEST_REST]


def test_whatever_it_runs_is_a_make_target(jobs: dict[str, Any]) -> None:
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    for job in jobs.values():
        for line in commands(job):
            assert re.match(r"make ([a-z-]+)( [A-Z]+=(\S+|'[^']+'))?$", line), line
            assert line.split()[1] in targets


def test_actions_are_pinned_by_commit_and_say_which_release_that_is() -> None:
    used = re.findall(r"^\s*- uses: (.*)$", TEXT, re.MULTILINE)
    assert len(used) == 11
    for action in used:
        assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", action), action
    # One release of each.
    assert len({action.split("@")[0] for action in used}) == len(set(used))


def test_it_may_read_the_code_and_only_a_deployment_may_ask_for_a_token(
    jobs: dict[str, Any],
) -> None:
    assert yaml.safe_load(TEXT)["permissions"] == {}
    for name in ("check", "test"):
        assert jobs[name]["permissions"] == {"contents": "read"}
    assert jobs["deploy"]["permissions"] == {"contents": "read", "id-token": "write"}
    assert "secrets." not in TEXT


def test_a_deployment_is_off_until_somebody_names_its_role(jobs: dict[str, Any]) -> None:
    condition = jobs["deploy"]["if"]
    for part in (
        "github.event_name == 'push'",
        "github.ref == 'refs/heads/main'",
        "vars.DEPLOY_ROLE != ''",
    ):
        assert part in condition
    assert "||" not in condition
    assert jobs["deploy"]["needs"] == ["check", "test"]


def versions(job: dict[str, Any]) -> dict[str, str]:
    return {
        k: v for step in job["steps"] for k, v in step.get("with", {}).items() if "version" in k
    }


def test_versions_are_those_of_the_pipeline(jobs: dict[str, Any]) -> None:
    for name in ("check", "deploy"):
        found = versions(jobs[name])
        assert found["python-version"] == RUNTIMES["python"]
        assert found["node-version"] == RUNTIMES["nodejs"]


def test_tests_run_on_the_oldest_and_the_newest_that_set_up_takes(jobs: dict[str, Any]) -> None:
    python, node = (
        [each[name] for each in jobs["test"]["strategy"]["matrix"]["versions"]]
        for name in ("python", "node")
    )
    makefile = (ROOT / "Makefile").read_text()
    assert f"Darkroom needs Python {python[0]} to {python[-1]}" in makefile
    assert f"Darkroom needs Node {node[0]} or newer" in makefile
