"""`doctor`: names whatever is wrong, repairs it by the app's own queues, and looks again."""

import json
from collections.abc import Callable
from threading import Event, Thread
from typing import Any

import pytest

from operations import doctor
from operations.answers import as_plain
from tests.operations.conftest import Deployed, repaired


def told(answer: Any) -> dict[str, Any]:
    """Return what a program would read."""
    return dict(json.loads(json.dumps(answer.as_json(), default=as_plain)))


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for hardly anything."""
    monkeypatch.setattr(doctor, "POLL_SECONDS", 0.05)
    monkeypatch.setattr(doctor, "PAUSE_SECONDS", 0)


def damage(deployed: Deployed) -> set[tuple[str, str, str]]:
    """Take away one of everything; return the kind, key and place of what must be found."""
    for name in ("catalog", "thumbnail", "ledger", "fine"):
        deployed.put(f"alice/{name}.jpg")
    world = deployed.world
    world.catalog.delete_item(Key={"pk": "alice/catalog.jpg", "sk": "THUMBNAILS"})
    variants = world.facet("alice/thumbnail.jpg", "THUMBNAILS")["variants"]
    lost = variants["small"]["key"]
    world.s3.delete_object(Bucket="thumbnails", Key=lost)
    world.report.delete_item(Key={"pk": "LEDGER#alice/ledger.jpg", "sk": "METADATA"})
    return {
        ("MISSING", "alice/catalog.jpg", "THUMBNAILS"),
        ("MISSING", "alice/thumbnail.jpg", lost),
        ("MISCOUNTED", "alice/ledger.jpg", "LEDGER"),
    }


def consume_repairs(deployed: Deployed, until: Event) -> None:
    """Do what the consumers do with the repairs that are sent to them."""
    while not until.is_set():
        bodies = deployed.take("MakeThumbnailsRepairsQueue")
        deployed.take("IndexMetadataRepairsQueue")
        for body in bodies:
            deployed.announce(repaired(body))
        until.wait(0.05)


def with_consumers(deployed: Deployed, act: Callable[[], Any]) -> Any:
    """Run *act* while the consumers work."""
    until = Event()
    thread = Thread(target=consume_repairs, args=(deployed, until))
    thread.start()
    try:
        return act()
    finally:
        until.set()
        thread.join()


def test_an_app_in_agreement_is_fine(deployed: Deployed) -> None:
    deployed.put("alice/cat.jpg")
    deployed.put("text.jpg", b"no pixels")
    deployed.put("gone.jpg")
    deployed.delete("gone.jpg")

    answer = deployed.run("doctor")

    assert answer.exit_code == 0
    assert told(answer)["findings"] == []
    assert told(answer)["objects"] == 2
    assert next(iter(answer.lines())).startswith("Nothing is wrong: 2 objects")


def test_whatever_was_taken_away_is_named_and_nothing_else(deployed: Deployed) -> None:
    expected = damage(deployed)

    answer = deployed.run("doctor")

    findings = told(answer)["findings"]
    assert answer.exit_code == 1
    named = {(each["kind"], each["key"], each["what"]) for each in findings}
    assert expected <= named
    # What follows from it is named as well: thumbnails that no facet names, and totals that do
    # not add up to a ledger without the entry.
    assert {key for _, key, _ in named - expected} <= {"", "alice/catalog.jpg"}
    assert all("fine" not in line for line in answer.lines())
    assert deployed.take("MakeThumbnailsRepairsQueue") == []  # it only looked


def test_fix_repairs_all_and_a_second_look_finds_nothing(deployed: Deployed) -> None:
    damage(deployed)
    totals = deployed.world.totals()

    fixed = with_consumers(deployed, lambda: deployed.run("doctor", "--fix"))

    assert fixed.exit_code == 0, list(fixed.lines())
    fix = told(fixed)["fix"]
    assert fix["keys_sent"] == 3
    assert fix["came_to_rest"] is True
    assert fix["after"]["findings"] == []
    assert deployed.world.totals() == totals
    assert deployed.run("doctor").exit_code == 0


def test_fix_says_what_remains_when_nobody_repairs(
    deployed: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    damage(deployed)
    monkeypatch.setattr(doctor, "SECONDS_OF_A_MINUTE", 0.5)

    answer = deployed.run("doctor", "--fix", "--wait", "1")

    assert answer.exit_code == 1
    assert told(answer)["fix"]["came_to_rest"] is False
    assert told(answer)["fix"]["after"]["found"]["MISSING"] == 2
    assert any("not empty in time" in line for line in answer.lines())


def test_messages_under_way_and_dead_letters_are_told(deployed: Deployed) -> None:
    deployed.put("cat.jpg")
    deployed.send("IndexMetadataQueue", "any")
    deployed.give_up_on("{ poison")

    answer = deployed.run("doctor")

    assert answer.exit_code == 0
    assert told(answer)["messages_under_way"] == 1
    assert told(answer)["dead_letters"] == {"MakeThumbnailsDeadLetters": 1}
    text = "\n".join(answer.lines())
    assert "work in progress" in text
    assert "dlq redrive" in text


def test_grace_leaves_alone_what_changed_lately(deployed: Deployed) -> None:
    deployed.world.put("cat.jpg", b"")

    assert deployed.run("doctor").exit_code == 1
    assert deployed.run("doctor", "--grace", "5").exit_code == 0
