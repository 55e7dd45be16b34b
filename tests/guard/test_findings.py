"""What cfn-lint and checkov find is found, and what cannot be judged is never called fine."""

import json
from pathlib import Path
from typing import Any

import pytest

from guard import findings as tools
from guard.findings import GuardError, findings

pytestmark = pytest.mark.exhaustive  # cfn-lint and checkov take seconds a run


def template(folder: Path, properties: dict[str, Any], metadata: dict[str, Any]) -> Path:
    queue = {"Type": "AWS::SQS::Queue", "Properties": properties, "Metadata": metadata}
    file = folder / "planted.template.json"
    file.write_text(json.dumps({"Resources": {"Planted": queue}}))
    return file


def test_both_tools_see_what_was_planted(tmp_path: Path) -> None:
    file = template(tmp_path, {"VisibilityTimeOut": 3}, {})
    found = {(each.resource, each.rule) for each in findings([file])}
    assert found == {("Planted", "E3002"), ("Planted", "CKV_AWS_27")}


def test_what_is_accepted_in_the_template_is_not_found_again(tmp_path: Path) -> None:
    checkov = {"skip": [{"id": "CKV_AWS_27", "comment": "a test"}]}
    lint = {"config": {"ignore_checks": ["E3002"]}}
    accepted = {"checkov": checkov, "cfn-lint": lint}
    assert findings([template(tmp_path, {"VisibilityTimeOut": 3}, accepted)]) == []


def test_no_templates_are_not_fine() -> None:
    with pytest.raises(GuardError, match="no templates"):
        findings([])


def test_what_cannot_be_read_is_not_fine(tmp_path: Path) -> None:
    file = tmp_path / "torn.template.json"
    file.write_text('{"Resources": {')
    with pytest.raises(GuardError):
        findings([file])


def test_missing_tools_are_not_fine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tools, "TOOLS", tools.ROOT / "nowhere")
    with pytest.raises(GuardError, match="nowhere is missing"):
        findings([Path("any")])
