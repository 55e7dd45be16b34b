"""`pause` and `resume`: all of the app's mappings, and no command that is done too early."""

import pytest

from operations import switching
from operations.errors import TimeLimit
from tests.operations.conftest import Deployed
from tests.operations.mappings import Mappings

ONE, TWO, OTHER = ("1" * 36, "2" * 36, "3" * 36)


@pytest.fixture
def mappings(deployed: Deployed, monkeypatch: pytest.MonkeyPatch) -> Mappings:
    """Return mappings of which two are the app's."""
    monkeypatch.setattr(switching, "POLL_SECONDS", 0)
    deployed.app.outputs["EventSourceMappings"] = f"{ONE},{TWO}"  # type: ignore[index]
    made = deployed.mappings
    made.sources = {uuid: (f"arn:aws:sqs:r:1:{uuid}-queue", "any") for uuid in (ONE, TWO, OTHER)}
    made.states = {ONE: "Enabled", TWO: "Disabled", OTHER: "Enabled"}
    return made


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
