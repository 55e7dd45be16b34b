"""`pause` and `resume`: all of the app's mappings, and no command that is done too early."""

import json
from typing import Any

import pytest

from operations import switching
from operations.errors import TimeLimit
from tests.operations.conftest import Deployed

ONE, TWO, OTHER = ("1" * 36, "2" * 36, "3" * 36)


class Mappings:
    """Lambda's event source mappings, of which moto has no state; each change takes a look."""

    def __init__(self, client: Any, states: dict[str, str]) -> None:
        self.states = states
        self.busy = 0
        self.is_stuck = False
        for name, answer in (("Get", self.get), ("Update", self.update)):
            client.meta.events.register(f"before-call.lambda.{name}EventSourceMapping", answer)

    def get(self, params: dict[str, Any], **_: Any) -> Any:
        uuid = params["url_path"].rpartition("/")[2]
        shown = self.states[uuid]
        if not self.is_stuck:
            settled = {"Disabling": "Disabled", "Enabling": "Enabled"}
            self.states[uuid] = settled.get(shown, shown)
        return self._answer({"State": shown, "EventSourceArn": f"arn:aws:sqs:r:1:{uuid}-queue"})

    def update(self, params: dict[str, Any], **_: Any) -> Any:
        if self.busy:
            self.busy -= 1
            error = {"Code": "ResourceInUseException", "Message": "wait"}
            return self._answer({"Error": error}, 400)
        enabled = json.loads(params["body"])["Enabled"]
        uuid = params["url_path"].rpartition("/")[2]
        self.states[uuid] = "Enabling" if enabled else "Disabling"
        return self._answer({"State": self.states[uuid]})

    def _answer(self, body: dict[str, Any], status: int = 200) -> Any:
        return type("Answer", (), {"status_code": status})(), body


@pytest.fixture
def mappings(deployed: Deployed, monkeypatch: pytest.MonkeyPatch) -> Mappings:
    monkeypatch.setattr(switching, "POLL_SECONDS", 0)
    deployed.app.outputs["EventSourceMappings"] = f"{ONE},{TWO}"  # type: ignore[index]
    return Mappings(
        deployed.app.client("lambda"), {ONE: "Enabled", TWO: "Disabled", OTHER: "Enabled"}
    )


def test_a_pause_switches_off_the_apps_mappings_and_a_resume_on(
    deployed: Deployed, mappings: Mappings
) -> None:
    paused = deployed.run("pause")

    assert mappings.states == {ONE: "Disabled", TWO: "Disabled", OTHER: "Enabled"}
    assert paused.exit_code == 0
    assert [each["before"] for each in paused.as_json()["mappings"]] == ["Enabled", "Disabled"]
    assert "1 mapping switched" in list(paused.lines())[-1]

    resumed = deployed.run("resume")

    assert mappings.states == {ONE: "Enabled", TWO: "Enabled", OTHER: "Enabled"}
    assert resumed.as_json()["now"] == "Enabled"
    assert "2 mappings switched" in list(resumed.lines())[-1]


def test_a_mapping_that_is_changing_is_waited_for(deployed: Deployed, mappings: Mappings) -> None:
    mappings.busy = 3

    deployed.run("pause")

    assert mappings.states[ONE] == "Disabled"


def test_a_mapping_that_never_changes_is_told(
    deployed: Deployed, mappings: Mappings, monkeypatch: pytest.MonkeyPatch
) -> None:
    mappings.is_stuck = True
    monkeypatch.setattr(switching, "PATIENCE_SECONDS", 0)

    with pytest.raises(TimeLimit, match=f"{ONE} is still Disabling"):
        deployed.run("pause")
