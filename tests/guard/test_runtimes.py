"""A runtime that AWS deprecates is found by the audit in time, and never by `make check`."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from guard import findings as tools
from guard import runtimes
from guard.audit import __main__ as audit
from guard.findings import GuardError

DATES = {"deprecated": "2029-06-30", "create-block": "2029-07-31", "update-block": "2029-08-31"}
DATED = {"W2531", "E2531", "E2533"}  # cfn-lint: deprecated, no new function, no update
NOTHING = {"dependencies": [{"name": "a", "version": "1", "vulns": []}], "vulnerabilities": {}}


@pytest.fixture
def template(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Write a template of one function, and know when its runtime ends."""
    monkeypatch.setattr(runtimes, "lifecycles", lambda: {"python3.13": DATES})
    file = tmp_path / "any.template.json"
    file.write_text(json.dumps({"Resources": {"Any": function("python3.13")}}))
    return file


@pytest.mark.parametrize(
    ("today", "arguments", "code"),
    [
        ("2029-03-31", [], 0),
        ("2029-04-01", [], 1),
        ("2029-04-01", [audit.IF_REACHABLE], 0),
        ("2029-06-29", [audit.IF_REACHABLE], 0),
        ("2029-06-30", [audit.IF_REACHABLE], 1),
    ],
)
def test_the_audit_fails_90_days_before_and_stops_a_delivery_from_the_day_on(
    monkeypatch: pytest.MonkeyPatch,
    template: Path,
    today: str,
    arguments: list[str],
    code: int,
) -> None:
    class Today(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
            return datetime.fromisoformat(today).replace(tzinfo=UTC)

    monkeypatch.setattr(audit, "datetime", Today)
    monkeypatch.setattr(audit, "run", lambda *_: NOTHING)
    monkeypatch.setattr(audit, "synthesize", lambda *_: None)
    monkeypatch.setattr(audit, "templates", lambda _: [template])
    assert audit.main(arguments) == code


def test_a_runtime_is_named_with_its_dates(template: Path) -> None:
    [line] = runtimes.deprecated([template], datetime(2030, 1, 1, tzinfo=UTC).date())
    assert line.startswith("Lambda's python3.13: no security updates after 2029-06-30")


def test_without_dates_it_is_unchecked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runtimes, "TOOLS", tools.ROOT / "nowhere" / "bin" / "python")
    with pytest.raises(GuardError, match="make setup"):
        runtimes.lifecycles()


@pytest.mark.exhaustive  # cfn-lint takes seconds a run
def test_what_cfn_lint_finds_in_a_template_does_not_depend_on_the_day(tmp_path: Path) -> None:
    file = tmp_path / "ended.template.json"
    ended = ("python2.7", "python3.8")  # updates are refused; or soon will be
    functions = {f"Ended{n}": function(runtime) for n, runtime in enumerate(ended)}
    file.write_text(json.dumps({"Resources": functions}))
    assert not {each.rule for each in tools.lint([file])} & DATED
    assert {*ended} <= {*runtimes.lifecycles()}


def function(runtime: str) -> dict[str, Any]:
    """Return a function that cfn-lint takes, but for its runtime."""
    properties = {"Handler": "a.b", "Code": {"ZipFile": "any"}, "Role": "arn:aws:iam::1:role/a"}
    return {"Type": "AWS::Lambda::Function", "Properties": {**properties, "Runtime": runtime}}
