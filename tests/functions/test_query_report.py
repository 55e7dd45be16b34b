"""Owners, usage and the report, out of the ledger that the real function writes."""

from typing import Any

import pytest

from darkroom.latency import Latency, Waited
from functions.query_catalog import report_routes
from functions.query_catalog.ledger import Report
from functions.report_changes import handler as report_changes
from tests.functions.conftest import World
from tests.functions.querying import ADMIN, PROGRAM, Api, usage_path
from tests.messages import Context, stream_record

DAY = "2026-01-02"


@pytest.fixture
def api(world: World) -> Api:
    """Count some pictures of three owners."""
    pictures = [
        ("alice", "JPEG", 10, DAY),
        ("alice", "JPEG", 20, "2026-01-03"),
        ("alice", "CORRUPT", 5, DAY),
        ("bob", "PNG", 7, DAY),
        ("ü#%25", "PNG", 1, "2025-01-01"),
    ]
    records = []
    for number, (owner, kind, size, day) in enumerate(pictures, 1):
        facet = {"owner": owner, "bytes": size, "uploaded_at": f"{day}T00:00:00.000Z"}
        facet |= {"rev": 1, "version_id": "v"}
        refused = kind == "CORRUPT"
        facet |= (
            {"state": "REJECTED", "reason": kind} if refused else {"state": "READY", "format": kind}
        )
        records.append(stream_record(facet, position=number, key=f"{owner}/{number}"))
    small = {"key": "f/1-v/s.jpg", "width": 16, "height": 9, "bytes": 3}
    shelved = {**facet, "owner": "alice", "variants": {"small": small}}
    records.append(stream_record(shelved, position=9, key="alice/1", facet="THUMBNAILS"))
    context: Any = Context()
    assert report_changes.handler({"Records": records}, context) == {"batchItemFailures": []}
    return Api(world)


def test_usage_tells_what_an_owner_stores(api: Api) -> None:
    for who in ("alice", ADMIN, PROGRAM):
        assert api.get(usage_path("alice"), who).body == {
            "owner": "alice",
            "objects": 3,
            "bytes": 35,
            "rejected": 1,
            "thumbnails_bytes": 3,
            "by_state": {
                "READY": {"JPEG": {"objects": 2, "bytes": 30}},
                "REJECTED": {"CORRUPT": {"objects": 1, "bytes": 5}},
            },
        }


def test_an_owner_s_name_may_hold_anything(api: Api) -> None:
    assert api.get(usage_path("ü#%25"), ADMIN).body["objects"] == 1
    assert api.get(usage_path("nobody"), ADMIN).body["objects"] == 0
    assert api.get(usage_path(".."), ADMIN).status == 404


def test_admins_see_all_owners_and_others_themselves(api: Api) -> None:
    names = [each["owner"] for each in api.get("/owners", ADMIN).body["owners"]]
    assert names == ["alice", "bob", "ü#%25"]
    [own] = api.get("/owners").body["owners"]
    assert own == {"owner": "alice", "objects": 3, "bytes": 35, "rejected": 1}


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_owners_come_page_by_page_with_all_that_they_have(api: Api, limit: int) -> None:
    whole = api.get("/owners", ADMIN).body["owners"]
    found: list[Any] = []
    more: dict[str, str] = {}
    for _ in range(20):
        body = api.get("/owners", ADMIN, limit=limit, **more).body
        found += body["owners"]
        if body["cursor"] is None:
            break
        more = {"cursor": body["cursor"]}
    assert found == whole


def test_owners_go_on_behind_one_as_long_as_a_key_allows(world: World) -> None:
    names = ["ü" * 511, "\u4e00"]
    for name in names:
        world.report.put_item(Item={"pk": "OWNER#0", "sk": name, "objects": 1, "bytes": 2})
    api = Api(world)
    first = api.get("/owners", ADMIN, limit=1).body
    second = api.get("/owners", ADMIN, limit=1, cursor=first["cursor"]).body
    assert [each["owner"] for each in first["owners"] + second["owners"]] == names


def test_owners_in_many_shards_are_summed_whatever_the_page(world: World) -> None:
    for number in range(12):
        for shard in range(4):
            if (number + shard) % 3:
                item = {"pk": f"OWNER#{shard}", "sk": f"o{number:02}", "objects": 1, "bytes": 2}
                world.report.put_item(Item=item)
    report, after = Report(world.report, 4), ""
    found: dict[str, int] = {}
    while True:
        lines, rest = report.owners(after, 2)
        assert not lines.keys() & found.keys()
        found |= {name: line["objects"] for name, line in lines.items()}
        if rest is None:
            break
        after = rest
    whole, _ = report.owners("", 200)
    assert found == {name: line["objects"] for name, line in whole.items()}


def test_the_report_tells_days_totals_and_refusals(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    none = Waited(missing="CloudWatch has no uploads of these days")
    monkeypatch.setattr(report_routes, "waited", lambda *_: none)
    body = api.get("/report", ADMIN, **{"from": DAY, "to": "2026-01-31"}).body
    assert [(day["day"], day["objects"], day["bytes"]) for day in body["days"]] == [
        (DAY, 3, 22),
        ("2026-01-03", 1, 20),
    ]
    assert (body["totals"]["objects"], body["totals"]["rejected"]) == (4, 1)
    assert body["refusals"] == {"CORRUPT": 1}
    assert body["owners"] == api.get("/owners", ADMIN).body["owners"]
    assert body["owners_cursor"] is None
    assert (body["latency"], body["drift"]) == (None, None)
    assert body["latency_missing"] == "CloudWatch has no uploads of these days"


def test_the_report_tells_how_long_uploads_waited(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    def numbers(first: Any, last: Any, consumers: Any) -> Waited:
        assert (str(first), str(last)) == (DAY, "2026-01-31")
        assert consumers == ("index_metadata", "make_thumbnails")
        return Waited(Latency(900, 2000, 3100))

    monkeypatch.setattr(report_routes, "waited", numbers)
    body = api.get("/report", ADMIN, **{"from": DAY, "to": "2026-01-31"}).body
    assert body["latency"] == {"p50": 900, "p95": 2000, "p99": 3100}
    assert body["latency_missing"] is None


def test_owners_that_the_report_has_no_room_for_are_where_its_cursor_says(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report_routes, "DEFAULT_LIMIT", 2)
    body = api.get("/report", ADMIN).body
    assert [each["owner"] for each in body["owners"]] == ["alice", "bob"]
    rest = api.get("/owners", ADMIN, cursor=body["owners_cursor"]).body
    assert ([each["owner"] for each in rest["owners"]], rest["cursor"]) == (["ü#%25"], None)


@pytest.mark.parametrize(
    "asked",
    [
        {"from": "2026-01-02", "to": "2026-01-01"},
        {"from": "2025-01-01", "to": "2026-01-02"},
        {"from": "yesterday"},
        {"to": "2026-02-30"},
        {"days": "7"},
    ],
)
def test_days_that_cannot_be_are_refused(api: Api, asked: dict[str, str]) -> None:
    assert api.get("/report", ADMIN, **asked).status == 400


def test_the_first_and_the_last_of_days_are_days(api: Api) -> None:
    assert api.get("/report", ADMIN, to="0001-01-01").body["days"] == []
    assert api.get("/report", ADMIN, to="9999-12-31").body["days"] == []
    whole_year = {"from": "2026-01-01", "to": "2027-01-01"}
    assert api.get("/report", ADMIN, **whole_year).status == 200


def test_the_report_tells_what_the_last_sweep_found(api: Api) -> None:
    from darkroom.reconciliation.checkpoint import Checkpoint, Checkpoints, Phase

    done = Checkpoint(
        started_at="2026-01-01T00:00:00+00:00",
        finished_at="2026-01-02T00:00:00+00:00",
        phase=Phase.DONE,
    )
    kept = Checkpoints(api.world.report)
    kept.save(
        kept.load(),
        Checkpoint(started_at="2026-01-03T00:00:00+00:00"),
        leased_until=0,
        previous=done,
    )
    drift = api.get("/report", ADMIN).body["drift"]
    assert drift["finished_at"] == "2026-01-02T00:00:00+00:00"
    assert set(drift["found"].values()) == {0}
