"""What the calculator reckons with is what the code does and what the template has."""

import json
import re
from collections import Counter
from typing import Any
from unittest.mock import Mock

import pytest
from botocore.client import BaseClient

from functions.announce_changes import handler as announce_changes
from functions.announce_changes.settings import Settings
from operations import uploads_cost as of
from operations.command_line import main
from operations.cost import Plan, bill, shrinking_ms
from operations.options import parser
from stacks import prices
from stacks.catalog_indexes import INDEXES, Index
from tests.announcements import change
from tests.messages import notification, sqs_event
from tests.operations.conftest import CONTEXT, HANDLERS, Deployed
from tests.pictures import any_picture, exif
from tests.stacks.synthesis import ROOT, Deployment, deployment

FACETS = ("METADATA", "THUMBNAILS")
README = (ROOT / "README.md").read_text()


@pytest.fixture(scope="module")
def production() -> Deployment:
    return deployment("production")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, Any]]]:
    """Record each call of any client, and let it through."""
    calls: list[tuple[str, dict[str, Any]]] = []
    call = BaseClient._make_api_call  # type: ignore[attr-defined]

    def recorded(self: BaseClient, operation: str, arguments: dict[str, Any]) -> Any:
        calls.append((f"{self.meta.service_model.service_name} {operation}", arguments))
        return call(self, operation, arguments)

    monkeypatch.setattr(BaseClient, "_make_api_call", recorded)
    return calls


def test_an_upload_takes_as_many_requests_as_are_reckoned(
    deployed: Deployed, asked: list[tuple[str, dict[str, Any]]]
) -> None:
    variants = 2  # of the tests' environment
    deployed.world.put("warm/first.jpg", b"no pixels")
    deployed.announce("warm/first.jpg")  # its day and owner have lines now, as on any other day
    asked.clear()

    deployed.put("alice/cat.jpg")

    mine = Counter(name for name, _ in asked)
    mine["dynamodb GetItem"] -= len(FACETS)  # the test's own look at them
    per = of.REQUESTS
    assert mine.pop("s3 GetObject") == per.s3_reads
    assert mine.pop("s3 PutObject") + mine.pop("s3 ListObjectsV2") == (
        per.s3_writes_besides_variants + variants
    )
    assert mine.pop("dynamodb GetItem") == per.read_units
    moved = [arguments for name, arguments in asked if name == "dynamodb TransactWriteItems"]
    lines = sum(len(arguments["TransactItems"]) for arguments in moved)
    assert mine.pop("dynamodb PutItem") + 2 * lines == per.write_units
    assert not mine - Counter({"dynamodb TransactWriteItems": len(FACETS)})


def test_a_facet_takes_one_write_unit(deployed: Deployed) -> None:
    deployed.put("alice/cat.jpg")
    for facet in ("METADATA", "THUMBNAILS"):
        item = deployed.world.facet("alice/cat.jpg", facet)
        assert len(json.dumps(item, default=str)) <= 1024


def test_an_upload_of_a_camera_lies_in_every_index(deployed: Deployed) -> None:
    deployed.put("alice/cat.jpg", from_a_camera())
    facets = [deployed.world.facet("alice/cat.jpg", name) for name in ("METADATA", "THUMBNAILS")]
    held = [
        (each.name, {n: facet[n] for n in (*each.attributes, *keys_of(each)) if n in facet})
        for each in INDEXES
        for facet in facets
        if keys_of(each) <= facet.keys()
    ]
    assert sorted(name for name, _ in held) == sorted(each.name for each in INDEXES)
    assert len(held) == of.REQUESTS.index_write_units
    sizes = [len(json.dumps(item, default=str)) + 100 for _, item in held]
    assert max(sizes) <= 1024  # one write unit each
    assert sum(sizes) <= of.INDEXED_BYTES


def keys_of(index: Index) -> set[str]:
    return {"pk", "sk", index.hash_key, *([index.range_key] if index.range_key else [])}


def from_a_camera() -> bytes:
    tags = exif(Make="Leica", Model="Q2", DateTimeOriginal="2026:11:20 10:00:00")
    return any_picture(format="JPEG", exif=tags)


def test_a_picture_is_looked_at_for_each_facet_and_told_once(
    deployed: Deployed, asked: list[tuple[str, dict[str, Any]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    bus = Mock(put=Mock(return_value=[]))
    monkeypatch.setattr(announce_changes, "bus", lambda: bus)
    needs = Settings(catalog_table="catalog", event_bus="bus", facets=FACETS)
    monkeypatch.setattr(announce_changes, "settings", lambda: needs)
    deployed.world.put("alice/cat.jpg", any_picture())
    looks = 0
    for handle, facet in zip(HANDLERS, FACETS, strict=True):
        handle(sqs_event(notification("alice/cat.jpg")), CONTEXT)
        asked.clear()
        item = deployed.world.facet("alice/cat.jpg", facet)
        news = change(facet, None, item, position=1, key="alice/cat.jpg")
        assert not announce_changes.handler({"Records": [news]}, CONTEXT)["batchItemFailures"]
        looks += sum(name == "dynamodb Query" for name, _ in asked)
    assert looks == of.REQUESTS.announcing_read_units
    told = [event for call in bus.put.call_args_list for event in call.args[0]]
    assert len(told) == of.REQUESTS.events


def test_what_stands_idle_is_what_production_has(production: Deployment) -> None:
    rest = of.AT_REST
    alarms = [each.properties for each in production.all("AWS::CloudWatch::Alarm")]
    watched = [[m for m in a.get("Metrics", [a]) if "Expression" not in m] for a in alarms]
    assert rest.alarm_metrics == sum(map(len, watched))
    assert f"| Alarms | {len(alarms)} that look at {rest.alarm_metrics} metrics" in README
    assert rest.composite_alarms == len(production.all("AWS::CloudWatch::CompositeAlarm"))
    assert rest.keys == len(production.all("AWS::KMS::Key"))
    mappings = production.all("AWS::Lambda::EventSourceMapping")
    assert rest.polled_queues == len([m for m in mappings if "ScalingConfig" in m.properties])


def test_messages_come_alone_as_reckoned(production: Deployment) -> None:
    mappings = production.all("AWS::Lambda::EventSourceMapping")
    queues = [each for each in mappings if "ScalingConfig" in each.properties]
    assert {each.properties["BatchSize"] for each in queues} == {1}
    assert of.REQUESTS.queue_requests == 3 * len(FACETS)


def test_clocks_tick_as_often_as_reckoned(production: Deployment) -> None:
    rates = [each.properties for each in production.all("AWS::Scheduler::Schedule")]
    said = {each["Description"].split()[1]: int(each["Description"].split()[3]) for each in rates}
    assert {name: 60 // minutes for name, minutes in said.items()} == of.AT_REST.runs_an_hour


def test_functions_are_as_large_as_reckoned(production: Deployment) -> None:
    for name, memory in of.MEMORY_GB.items():
        properties = production.functions()[name].properties
        assert properties["MemorySize"] == memory * 1024
        kind = "x86_64" if name == "make_thumbnails" else "arm64"
        assert properties["Architectures"] == [kind]


def test_uploads_are_traced_as_reckoned(production: Deployment) -> None:
    modes = {
        folder: production.functions()[folder].properties["TracingConfig"]["Mode"]
        for folder in of.MEMORY_GB
    }
    assert set(modes.values()) == {"Active" if of.TRACED else "PassThrough"}


def test_traces_cost_what_the_readme_says() -> None:
    million = bill(Plan(1_000_000, 12, 3, traced=True)).handling["X-Ray"]
    assert f"traces: ${million:.0f} at a million uploads a month" in README
    assert not bill(Plan(1_000_000, 12, 3, traced=False)).handling["X-Ray"]


def test_metrics_at_rest_are_metrics_that_the_code_sends() -> None:
    code = [*ROOT.glob("functions/**/*.py"), *ROOT.glob("layers/shared/**/*.py")]
    text = "\n".join(file.read_text() for file in code)
    sent = set(re.findall(r'count\(\s*"(\w+)"', text)) | set(re.findall(r'name="(\w+)"', text))
    sent |= {"Ready", "Rejected", "Gone", "Counted", "Replayed"}  # made of states and words
    for names in of.METRICS.values():
        assert set(names) <= sent


def test_times_lie_on_lines_between_those_that_were_measured() -> None:
    for megapixels, milliseconds in of.SHRINKING_MS.items():
        assert shrinking_ms(megapixels) == pytest.approx(milliseconds)
    assert of.SHRINKING_MS[12] < shrinking_ms(18) < of.SHRINKING_MS[24]
    assert shrinking_ms(96) > of.SHRINKING_MS[48]


@pytest.mark.parametrize(("uploads", "more"), [(10_000, 1), (1_000_000, 1), (10**9, 1)])
def test_handling_grows_with_uploads_and_rest_does_not(uploads: int, more: int) -> None:
    one, two = bill(Plan(uploads, 12, 3)), bill(Plan(2 * uploads, 12, 3))
    assert one.at_rest == two.at_rest
    for service, dollars in one.handling.items():
        if service == "X-Ray" and not of.TRACED:
            continue
        assert dollars < two.handling[service] <= 2 * dollars * (1 + 1e-9)


def test_a_variant_costs_a_put() -> None:
    three, four = bill(Plan(1_000_000, 12, 3)), bill(Plan(1_000_000, 12, 4))
    more = four.handling["S3 requests"] - three.handling["S3 requests"]
    assert more == pytest.approx(1_000_000 * prices.S3_WRITE)


def test_the_command_asks_nobody(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("it made a client")

    monkeypatch.setattr("boto3.Session", refuse)
    assert main(["cost", "--uploads", "1e6", "--megapixels", "24", "--json"]) == 0
    [told] = json.loads(capsys.readouterr().out)["bills"]
    wanted = {"uploads": 1_000_000, "megapixels": 24, "variants": 3, "traced": of.TRACED}
    assert told["plan"] == wanted
    assert told["total"] > sum(told["handling"].values())
    assert main(["cost"]) == 0
    assert "1,000,000,000 uploads" in capsys.readouterr().out


@pytest.mark.parametrize("wrong", ["0", "-3", "many", "1.5", "nan", "inf", "1e40"])
def test_no_number_of_uploads_is_refused(wrong: str) -> None:
    with pytest.raises(SystemExit) as ended:
        parser().parse_args(["cost", "--uploads", wrong])
    assert ended.value.code == 2


def rows(of_part: str) -> dict[str, float]:
    """Return what README says of each service."""
    section = README.split("\n## What it costs\n")[1].split("\n## ")[0]
    table = section.split(of_part)[1].split("\n\n")[1]
    cells = [[c.strip() for c in line.strip("|").split("|")] for line in table.splitlines()[2:]]
    return {cell[0].strip("*"): float(cell[-1].strip("*$").replace(",", "")) for cell in cells}


def test_the_readme_says_what_the_calculator_says() -> None:
    thousand = bill(Plan(1_000, 12, 3))
    told = rows("thousand uploads")
    assert told.pop("together") == round(sum(thousand.handling.values()), 2)
    assert told == {name: round(dollars, 4) for name, dollars in thousand.handling.items()}
    idle = rows("At rest")
    assert idle.pop("together") == round(sum(thousand.at_rest.values()), 2)
    assert idle == {name: round(dollars, 2) for name, dollars in thousand.at_rest.items()}


def test_the_readme_says_what_each_scale_costs() -> None:
    told = rows("By scale")
    for uploads in (10_000, 1_000_000, 10**9):
        assert told[f"{uploads:,}"] == round(bill(Plan(uploads, 12, 3)).total)
