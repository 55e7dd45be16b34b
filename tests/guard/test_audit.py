"""An audit that could not ask is no audit."""

import re
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import pytest

from guard.audit import __main__ as audit
from guard.licences import PAGE, page, permissive
from guard.pins import IN_THE_PAGE, LOCKS, NODE_LOCKS, ROOT, pins
from guard.sbom import bill

LOCK = ROOT / "requirements.txt"
VULNERABLE = {"vulnerabilities": {"a": {"severity": "high"}}}


def answer(monkeypatch: pytest.MonkeyPatch, said: dict[str, Any]) -> None:
    monkeypatch.setattr(audit, "run", lambda *_: said)
    monkeypatch.setattr(audit, "deprecated_runtimes", lambda by: iter(()))


def test_a_vulnerability_is_told_with_its_fix(monkeypatch: pytest.MonkeyPatch) -> None:
    known = {"id": "PYSEC-1", "fix_versions": ["2"]}
    answer(monkeypatch, {"dependencies": [{"name": "a", "version": "1", "vulns": [known]}]})
    assert [*audit.python_vulnerabilities(LOCK)] == ["a 1: PYSEC-1, fixed in 2"]


@pytest.mark.parametrize(
    "said", [{}, {"dependencies": [{"name": "a", "skip_reason": "Dependency not found on PyPI"}]}]
)
def test_a_package_that_nobody_knows_is_unchecked(
    monkeypatch: pytest.MonkeyPatch, said: dict[str, Any]
) -> None:
    answer(monkeypatch, said)
    with pytest.raises(audit.Unchecked, match=r"PyPI says nothing of"):
        list(audit.python_vulnerabilities(LOCK))


def test_a_registry_that_refuses_is_unchecked(monkeypatch: pytest.MonkeyPatch) -> None:
    answer(monkeypatch, {"message": "405 Method Not Allowed"})
    with pytest.raises(audit.Unchecked, match="405"):
        list(audit.node_vulnerabilities(ROOT / "package-lock.json"))


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"dependencies": [{"name": "a", "version": "1", "vulns": []}], "vulnerabilities": {}}, 0),
        (VULNERABLE, 1),
        ({}, 3),
    ],
)
def test_each_outcome_has_an_exit_code(
    monkeypatch: pytest.MonkeyPatch, said: dict[str, Any], code: int
) -> None:
    answer(monkeypatch, said)
    assert audit.main() == code


@pytest.mark.parametrize(
    ("said", "code", "told"),
    [({}, 0, "NOT AUDITED"), (VULNERABLE, 1, "vulnerable: a")],
)
def test_a_build_goes_on_without_an_index_but_says_so(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    said: dict[str, Any],
    code: int,
    told: str,
) -> None:
    answer(monkeypatch, said)
    assert audit.main([audit.IF_REACHABLE]) == code
    assert told in capsys.readouterr().out


def test_what_was_accepted_with_a_reason_is_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    known = {"id": "PYSEC-1", "fix_versions": []}
    answer(monkeypatch, {"dependencies": [{"name": "a", "version": "1", "vulns": [known]}]})
    monkeypatch.setitem(audit.ACCEPTED, "PYSEC-1", "what it concerns is not called")
    assert not [*audit.python_vulnerabilities(LOCK)]


def test_a_tool_that_is_missing_is_unchecked() -> None:
    with pytest.raises(audit.Unchecked):
        audit.run(["/nowhere/pip-audit"])


def test_every_lock_file_is_audited() -> None:
    kept = {"functions", "layers", "local", "bench", "guard"}
    found = {str(file.relative_to(ROOT)) for file in ROOT.glob("requirements*.txt")}
    for room in kept:
        found |= {str(file.relative_to(ROOT)) for file in (ROOT / room).rglob("requirements.txt")}
    assert found == set(LOCKS)
    nodes = {*ROOT.glob("package-lock.json"), *ROOT.glob("*/package-lock.json")}
    assert {str(file.relative_to(ROOT)) for file in nodes} == set(NODE_LOCKS)


def test_every_package_that_is_pinned_is_in_the_table_of_licences() -> None:
    rows = {tuple(line.split(" | ")[:2]) for line in PAGE.read_text().splitlines()}
    for pin in pins():
        assert (f"| {pin.name}", pin.version) in rows, f"{pin.name}: make licences"


@pytest.mark.parametrize(
    ("licence", "fine"),
    [
        ("MIT", True),
        ("Apache-2.0 AND MIT", True),
        ("GPL-3.0 OR MIT", True),
        ("MPL-2.0 AND MIT", False),
        ("GNU Lesser General Public License v3 (LGPLv3)", False),
        ("", False),
    ],
)
def test_only_permissive_licences_are_taken_unseen(licence: str, fine: bool) -> None:
    assert permissive(licence) is fine


def test_a_licence_that_nobody_accepted_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("guard.licences.licences", dict)
    _, wrong = page()
    assert any(each.startswith("pillow 13.0.0: no licence") for each in wrong)


@pytest.mark.parametrize(
    ("used", "said"),
    [
        ("in Lambda", "**In Lambda, one package is not permissive: pi-heif**"),
        (IN_THE_PAGE, "**In the page, the two fonts are OFL-1.1**"),
    ],
)
def test_what_is_deployed_and_not_permissive_is_explained(used: str, said: str) -> None:
    lines = [line.strip("| ").split(" | ") for line in PAGE.read_text().splitlines()]
    deployed = [cells for cells in lines if len(cells) > 3 and used in cells[3]]
    assert len(deployed) > 3
    others = {name: licence for name, _, licence, *_ in deployed if not permissive(licence)}
    if used == IN_THE_PAGE:
        assert {*others.values()} == {"OFL-1.1"}
        assert len(others) == 2
    else:
        assert [*others] == ["pi-heif"]
    assert said in PAGE.read_text()


def test_the_wheel_says_what_the_page_says_of_it() -> None:
    [told] = [
        file.read_text()
        for file in distribution("pi-heif").files or []
        if file.name == "LICENSES_bundled.txt"
    ]
    libraries = dict(re.findall(r"^Name: (\S+)\nLicense: (\S+)", told, re.MULTILINE))
    assert libraries == {"libheif": "LGPLv3", "libde265": "LGPLv3"}


def test_the_bill_names_every_package_once_and_what_is_deployed() -> None:
    parts = bill()["components"]
    assert len({part["purl"] for part in parts}) == len(parts) == len(pins())
    [pillow] = [part for part in parts if part["name"] == "pillow"]
    assert pillow["purl"] == "pkg:pypi/pillow@13.0.0"
    assert pillow["scope"] == "required"
    scopes = {part["name"]: part["scope"] for part in parts}
    assert (scopes["ruff"], scopes["vite"]) == ("excluded", "excluded")
    assert scopes["preact"] == "required"


def test_locks_are_read_whole() -> None:
    lines = Path(ROOT / "requirements.txt").read_text().splitlines()
    wanted = [line for line in lines if "==" in line and not line.startswith((" ", "#"))]
    assert len([pin for pin in pins() if "to synthesize" in pin.used]) == len(wanted)
