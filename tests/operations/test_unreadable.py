"""What cannot be read is named by every command, which goes on to the rest."""

import json
from decimal import Decimal
from typing import Any

import pytest

from operations import doctor
from operations.answers import Answer, as_plain
from tests.malformed import LINE
from tests.operations.conftest import Deployed
from tests.operations.test_doctor import with_consumers

NESTED = "[" * 50_000
FACET = {"state": "READY", "rev": 5, "version_id": "x", "owner": "poison"}
BAD_FACETS: dict[str, tuple[str, dict[str, Any]]] = {
    "poison/1.jpg": ("METADATA", {"rev": 1}),
    "poison/3.jpg": ("THUMBNAILS", {**FACET, "variants": "oops"}),
    "poison/4.jpg": ("METADATA", {**FACET, "recorded_at": "yesterday"}),
    "poison/5.jpg": ("METADATA", {"state": "GONE", "rev": Decimal("1.5")}),
}
BAD_ENTRIES: dict[str, dict[str, Any]] = {
    "poison/6.jpg": {},
    "poison/7.jpg": {"position": "0" * 40, "counted": {"owner": "x"}},
}


def told(answer: Answer) -> Any:
    """Return what a program would read."""
    return json.loads(json.dumps(answer.as_json(), default=as_plain))


def spoil(deployed: Deployed) -> None:
    """Put items into both tables as nobody of ours writes them."""
    world = deployed.world
    for key, (facet, item) in BAD_FACETS.items():
        world.catalog.put_item(Item={"pk": key, "sk": facet, **item})
    world.catalog.put_item(Item={"pk": "poison/2.jpg", "sk": "NOTES", "text": "mine"})
    for key, entry in BAD_ENTRIES.items():
        world.report.put_item(Item={"pk": f"LEDGER#{key}", "sk": "METADATA", **entry})
    world.report.put_item(Item={**LINE, "pk": "OWNER#2", "sk": "zz", "objects": "three"})


def test_doctor_names_each_unreadable_item_and_fix_mends_what_is_ours(
    deployed: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "POLL_SECONDS", 0.05)
    monkeypatch.setattr(doctor, "PAUSE_SECONDS", 0)
    deployed.put("alice/well.jpg")
    totals = deployed.world.totals()
    spoil(deployed)

    fixed = with_consumers(deployed, lambda: deployed.run("doctor", "--fix"))

    found = told(fixed)["findings"]
    assert {each["key"] for each in found} == {*BAD_FACETS, *BAD_ENTRIES, ""}
    assert {each["kind"] for each in found} == {"UNREADABLE_ITEM"}
    assert fixed.exit_code == 0, list(fixed.lines())
    assert deployed.world.totals() == totals
    assert deployed.world.facet("poison/2.jpg", "NOTES")["text"] == "mine"


@pytest.mark.parametrize("key", [*BAD_FACETS, *BAD_ENTRIES])
def test_why_names_what_cannot_be_read_of_its_key(deployed: Deployed, key: str) -> None:
    spoil(deployed)

    answer = deployed.run("why", key)

    assert answer.exit_code == 1
    assert [each["kind"] for each in told(answer)["findings"]] == ["UNREADABLE_ITEM"]
    assert any("UNREADABLE_ITEM" in line for line in answer.lines())


def test_why_of_another_key_is_answered_as_ever(deployed: Deployed) -> None:
    deployed.put("alice/well.jpg")
    spoil(deployed)
    deployed.give_up_on(NESTED)

    answer = deployed.run("why", "alice/well.jpg")

    assert (answer.exit_code, told(answer)["verdict"]) == (0, "READY")


def test_report_verify_says_what_is_wrong_with_an_entry_and_a_total(deployed: Deployed) -> None:
    spoil(deployed)

    answer = deployed.run("report", "verify")

    assert answer.exit_code == 1
    assert {(each["key"], each["detail"]) for each in told(answer)["unreadable_entries"]} == {
        ("poison/6.jpg", "it lacks position"),
        ("poison/7.jpg", "it lacks day"),
    }
    text = "\n".join(answer.lines())
    assert "poison/7.jpg" in text
    assert "it lacks day" in text
    assert "objects is 'three' (str), not 0" in text

    fixed = deployed.run("report", "verify", "--fix")
    assert fixed.exit_code == 1  # the entries are mended by their consumers
    assert told(deployed.run("report", "verify"))["wrong_lines"] == []


def test_report_show_leaves_out_what_it_cannot_read_and_names_it(deployed: Deployed) -> None:
    deployed.put("alice/well.jpg")
    spoil(deployed)

    answer = deployed.run("report", "show")

    assert answer.exit_code == 1
    [unreadable] = told(answer)["unreadable"]
    assert (unreadable["what"], unreadable["detail"]) == (
        "OWNER zz",
        "shard 2: objects is 'three' (str)",
    )
    assert {line["name"] for line in told(answer)["OWNER"]} == {"alice", "zz"}
    assert any("objects is 'three'" in line for line in answer.lines())


@pytest.mark.parametrize("body", [NESTED, '{"Records":' * 20_000, "9" * 10_000, "NaN", "\\ud800"])
def test_a_dead_letter_of_any_text_is_shown_among_the_others(deployed: Deployed, body: str) -> None:
    deployed.give_up_on(body)

    answer = deployed.run("dlq", "show")

    assert [letter["keys"] for letter in told(answer)] == [None]
    assert any("(no notification)" in line for line in answer.lines())


def test_a_failed_change_of_any_text_is_shown_among_the_others(deployed: Deployed) -> None:
    deployed.fail_changes_of("alice/well.jpg")
    for name, body in {"nested": NESTED, "wrapped": json.dumps({"payload": NESTED})}.items():
        deployed.world.s3.put_object(Bucket="failures", Key=name, Body=body.encode())

    letters = told(deployed.run("dlq", "show"))

    assert sorted(letter["keys"] or [] for letter in letters) == [[], [], ["alice/well.jpg"]]


def test_a_binary_attribute_can_be_shown_as_json(deployed: Deployed) -> None:
    deployed.put("alice/well.jpg")
    item = deployed.world.facet("alice/well.jpg", "METADATA")
    deployed.world.catalog.put_item(Item={**item, "theirs": b"\xff", "tags": {b"\x01"}})

    facets = told(deployed.run("why", "alice/well.jpg"))["facets"]

    assert facets["METADATA"]["theirs"] == "ff"
