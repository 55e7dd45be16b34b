"""An app that is paused is called so at once, and nobody waits for queues that nothing empties."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from operations import doctor, verdict
from operations.answers import as_plain
from tests.messages import notification
from tests.operations.conftest import Deployed
from tests.operations.test_why import long_ago


def told(answer: Any) -> dict[str, Any]:
    """Return what a program would read."""
    return dict(json.loads(json.dumps(answer.as_json(), default=as_plain)))


def forbid_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    def wait(_: float) -> None:
        raise AssertionError("it waits")

    monkeypatch.setattr("operations.doctor.time.sleep", wait)


def test_doctor_says_that_the_app_is_paused_since_when_and_what_waits(deployed: Deployed) -> None:
    deployed.put("cat.jpg")
    deployed.mappings.switch_off()
    deployed.send("IndexMetadataQueue", "any")

    answer = deployed.run("doctor")

    lines = list(answer.lines())
    assert answer.exit_code == 1
    assert lines[0].startswith(f"PAUSED since {deployed.mappings.changed_at:%Y-%m-%d %H:%M:%S}")
    assert "IndexMetadataQueue, IndexMetadataRepairsQueue" in lines[0]
    assert "the catalog's changes for ReportChanges" in lines[0]
    assert "`resume`" in lines[0]
    assert len(told(answer)["paused"]) == 6
    assert not any("under way" in line for line in lines)


def test_doctor_of_a_running_app_does_not_mention_a_pause(deployed: Deployed) -> None:
    deployed.put("cat.jpg")

    answer = deployed.run("doctor")

    assert (answer.exit_code, told(answer)["paused"]) == (0, [])
    assert not any("PAUSED" in line for line in answer.lines())


def test_fix_of_a_paused_app_neither_sends_nor_waits(
    deployed: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    deployed.world.put("new.jpg", b"")
    deployed.mappings.switch_off()
    forbid_waiting(monkeypatch)

    answer = deployed.run("doctor", "--fix")

    assert (answer.exit_code, told(answer)["fix"]) == (1, None)
    assert "`resume`, then `doctor --fix`" in list(answer.lines())[-1]
    assert deployed.take("MakeThumbnailsRepairsQueue") == []


def test_fix_stops_waiting_when_the_breaker_switches_the_app_off(
    deployed: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    deployed.world.put("new.jpg", b"")
    monkeypatch.setattr("operations.doctor.time.sleep", lambda _: deployed.mappings.switch_off())

    answer = deployed.run("doctor", "--fix")

    assert answer.exit_code == 1
    assert told(answer)["fix"]["came_to_rest"] is False
    assert any(line.startswith("PAUSED since") for line in answer.lines())
    assert not any("--wait" in line for line in answer.lines())


def test_a_pause_of_the_announcements_alone_holds_up_no_repair(
    deployed: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    deployed.put("cat.jpg")
    deployed.world.report.delete_item(Key={"pk": "LEDGER#cat.jpg", "sk": "METADATA"})
    deployed.mappings.switch_off("AnnounceChanges-function")
    monkeypatch.setattr(doctor, "SECONDS_OF_A_MINUTE", 0)
    monkeypatch.setattr(doctor, "PAUSE_SECONDS", 0)

    answer = deployed.run("doctor", "--fix", "--wait", "1")

    assert told(answer)["fix"]["keys_sent"] == 1
    assert answer.exit_code == 1


def test_why_says_paused_of_a_key_that_waits_for_a_resume(
    deployed: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    deployed.world.put("new.jpg", b"")
    deployed.mappings.switch_off("MakeThumbnailsQueue")
    monkeypatch.setattr(verdict, "ON_ITS_WAY", timedelta(0))

    answer = deployed.run("why", "new.jpg")

    first, second, *_ = answer.lines()
    assert answer.exit_code == 1
    assert first.startswith("new.jpg: PAUSED: it waits until `resume`")
    assert second.startswith("PAUSED since")


def test_a_pause_does_not_excuse_what_was_wrong_long_before_it(
    deployed: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    deployed.world.put("new.jpg", b"")
    deployed.mappings.switch_off()
    long_ago(monkeypatch)
    deployed.mappings.changed_at = datetime.now(UTC) + timedelta(days=1)

    assert told(deployed.run("why", "new.jpg"))["verdict"] == "WRONG"


def test_a_picture_that_is_ready_stays_so_in_a_pause(deployed: Deployed) -> None:
    deployed.put("cat.jpg")
    deployed.mappings.switch_off()

    assert told(deployed.run("why", "cat.jpg"))["verdict"] == "READY"


def test_redrive_into_queues_that_nothing_reads_says_so(deployed: Deployed) -> None:
    deployed.give_up_on(json.dumps(notification("cat.jpg")))
    deployed.mappings.switch_off()

    answer = deployed.run("dlq", "redrive")

    assert told(answer)["places"]
    assert any(line.startswith("PAUSED since") for line in answer.lines())
    assert not any("doctor" in line for line in answer.lines())
