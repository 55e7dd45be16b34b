"""`report`: the totals, their recount, and the pause that always ends."""

import json
import signal
from collections.abc import Callable
from typing import Any

import pytest

from operations import pausing
from operations.errors import OperationsError
from operations.pausing import paused
from tests.operations.conftest import Deployed

UUID = "3f8e4a52-6f0e-4d8e-9c3b-0f6f0a1b2c3d"
MAPPING = {"UUID": UUID, "FunctionArn": "arn:aws:lambda:r:1:function:counter:live"}


class Mappings:
    """Lambda's event source mappings, of which moto has no state; each change takes a while."""

    def __init__(self) -> None:
        self.state = "Enabled"
        self.asked: list[bool] = []
        self.busy = 0
        self.is_slow = True

    def hook(self, name: str, answer: Callable[[dict[str, Any]], dict[str, Any]], to: Any) -> None:
        """Let *to* answer the action *name* so."""

        def respond(params: dict[str, Any], **_: Any) -> Any:
            found = answer(json.loads(params["body"] or b"{}"))
            status = 400 if "Error" in found else 200
            return type("Answer", (), {"status_code": status})(), found

        to.meta.events.register_first(f"before-call.lambda.{name}", respond)

    def serve(self, client: Any) -> None:
        """Answer what `pausing` asks."""
        self.hook(
            "ListEventSourceMappings", lambda _: {"EventSourceMappings": [self.now()]}, client
        )
        self.hook("GetEventSourceMapping", lambda _: self.now(), client)
        self.hook("UpdateEventSourceMapping", self.update, client)

    def now(self) -> dict[str, Any]:
        """Return the mapping; what was changing has changed by the next look."""
        shown = {**MAPPING, "State": self.state}
        self.state = {"Disabling": "Disabled"}.get(self.state, self.state)
        return shown

    def update(self, wanted: dict[str, Any]) -> dict[str, Any]:
        """Take the order, unless still busy with the one before."""
        if wanted["Enabled"] and self.busy:
            self.busy -= 1
            return {"Error": {"Code": "ResourceInUseException", "Message": "wait"}}
        self.asked.append(wanted["Enabled"])
        disabled = "Disabling" if self.is_slow else "Disabled"
        self.state = "Enabled" if wanted["Enabled"] else disabled
        return {**MAPPING, "State": self.state}


@pytest.fixture
def mappings(deployed: Deployed, monkeypatch: pytest.MonkeyPatch) -> Mappings:
    """Feed the report from a stream that can be paused."""
    made = Mappings()
    made.serve(deployed.app.client("lambda"))
    deployed.app.outputs["ReportChangesFunction"] = "counter"  # type: ignore[index]
    monkeypatch.setattr(pausing, "POLL_SECONDS", 0)
    monkeypatch.setattr(pausing, "_stream_of", lambda _: "arn:aws:dynamodb:r:1:table/t/stream/s")
    return made


def break_totals(deployed: Deployed) -> None:
    """Let a line say what its ledger does not, behind everybody's back."""
    lines = deployed.world.report.scan()["Items"]
    [line, *_] = [item for item in lines if item["pk"].startswith("OWNER#")]
    deployed.world.report.put_item(Item={**line, "objects": 7})


def test_show_sums_the_lines_over_their_shards(deployed: Deployed) -> None:
    for number in range(9):
        deployed.put(f"alice/{number}.jpg")
    deployed.put("bob/text.jpg", b"no pixels")

    answer = deployed.run("report", "show")
    told = answer.as_json()

    owners = {line["name"]: line for line in told["OWNER"]}
    assert owners["alice"]["objects"] == 9
    assert owners["alice"]["objects READY JPEG"] == 9
    assert owners["bob"]["rejected"] == 1
    [everything] = told["ALL"]
    assert everything["objects"] == 10
    assert {("ALL", "ALL"): everything["bytes"]} == {
        line: sums["bytes"] for line, sums in deployed.world.totals().items() if line[0] == "ALL"
    }
    text = "\n".join(answer.lines())
    assert "REJECTED  NOT_AN_IMAGE" in text
    assert answer.exit_code == 0


def test_show_of_an_empty_report_is_an_empty_table(deployed: Deployed) -> None:
    assert len(list(deployed.run("report", "show").lines())) == 1


def test_verify_finds_a_wrong_line_and_fix_corrects_it(deployed: Deployed) -> None:
    deployed.put("alice/cat.jpg")
    assert deployed.run("report", "verify").exit_code == 0
    right = deployed.world.totals()
    break_totals(deployed)

    found = deployed.run("report", "verify")
    fixed = deployed.run("report", "verify", "--fix")

    assert found.exit_code == 1
    [wrong] = found.as_json()["wrong_lines"]
    assert wrong["what"] == "OWNER alice"
    assert fixed.exit_code == 0
    assert fixed.as_json()["fixed"] is True
    assert deployed.world.totals() == right
    assert deployed.run("report", "verify").exit_code == 0


def test_verify_says_which_shards_it_cannot_tell_of(
    deployed: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    deployed.put("alice/cat.jpg")
    monkeypatch.setattr("darkroom.reconciliation.recount.still", lambda *_: {})

    answer = deployed.run("report", "verify")

    assert answer.exit_code == 1
    assert answer.as_json()["unverified_shards"] == [0, 1, 2, 3]
    assert any("--pause" in line for line in answer.lines())


def test_a_pause_lets_changes_wait_while_it_counts(deployed: Deployed, mappings: Mappings) -> None:
    deployed.put("alice/cat.jpg")

    with paused(deployed.app, "ReportChanges"):
        assert mappings.state == "Disabled"
    assert deployed.run("report", "verify", "--pause").exit_code == 0

    assert mappings.asked == [False, True, False, True]


@pytest.mark.parametrize("end", [KeyboardInterrupt, RuntimeError, SystemExit])
def test_whatever_ends_it_changes_go_on(
    deployed: Deployed, mappings: Mappings, end: type[BaseException]
) -> None:
    with pytest.raises(end), paused(deployed.app, "ReportChanges"):
        raise end

    assert mappings.asked == [False, True]


def test_a_second_ctrl_c_does_not_keep_changes_waiting(
    deployed: Deployed, mappings: Mappings, monkeypatch: pytest.MonkeyPatch
) -> None:
    mappings.busy = 3
    mappings.is_slow = False
    monkeypatch.setattr("time.sleep", lambda _: signal.raise_signal(signal.SIGINT))

    with pytest.raises(KeyboardInterrupt), paused(deployed.app, "ReportChanges"):
        raise KeyboardInterrupt

    assert mappings.asked == [False, True]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_how_to_end_the_pause_by_hand_is_said_beforehand(
    deployed: Deployed, mappings: Mappings, capsys: pytest.CaptureFixture[str]
) -> None:
    with paused(deployed.app, "ReportChanges"):
        told = capsys.readouterr().err

    assert f"aws lambda update-event-source-mapping --uuid {UUID} --enabled" in told


def test_what_is_paused_already_is_left_alone(deployed: Deployed, mappings: Mappings) -> None:
    mappings.state = "Disabled"

    with pytest.raises(OperationsError, match="paused already"):
        deployed.run("report", "verify", "--pause")

    assert mappings.asked == []
