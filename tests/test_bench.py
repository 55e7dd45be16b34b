"""The bench measures what it says, and knows its targets."""

import json
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from bench import sources
from bench.catalog import Facets
from bench.contest import Result, compete
from bench.contestants import EDGES, takes
from bench.hot_totals import simulate
from bench.imports import ImportTime, by_package
from bench.memory import ITSELF, MemoryTable, Meter
from bench.quality import psnr, ssim
from bench.query import Request, Trip, measured, query_table, trips_table
from bench.query import missed as grown
from bench.query_worker import api
from bench.routes import MIDDLE, OTHER, changes, reads
from bench.sources import Source, photograph
from bench.tables import costs_table, imports_table, results_table
from bench.targets import missed, ratios
from darkroom.catalog_indexes import INDEXES, projected
from darkroom.pictures import open_picture
from functions.query_catalog import handler
from functions.query_catalog.identifiers import id_of

DOCUMENT = Path(handler.__file__).with_name("openapi.json")
TINY = Source(0.2, "JPEG")


def any_result(
    contestant: str, cpu_ms: float, source: str = "12 MP JPEG", **other: float
) -> Result:
    return Result(source, contestant, cpu_ms, **{"peak_mb": 50.0} | other)


def on_target() -> list[Result]:
    return [any_result("ours", 20), any_result("naive", 100), any_result("floor", 16)]


def test_a_contest_is_measured_and_laid_out(tmp_path: Path) -> None:
    assert list(sources.make((TINY,), tmp_path)) == [TINY]
    assert not list(sources.make((TINY,), tmp_path))  # they are kept

    results = compete(TINY, tmp_path, rounds=1)

    assert {result.contestant for result in results} >= {"ours", "naive", "draft"}
    assert all(result.cpu_ms > 0 and 5 < result.peak_mb < 500 for result in results)
    assert all(abs(result.psnr_gain) < 3 for result in results)
    assert ("0.2 MP JPEG", "naive") in ratios(results)
    header, _, *rows = results_table(results).splitlines()
    assert header.split("  ")[0] == "source"
    assert len(rows) == len(results)


def test_a_heic_is_made_and_measured_by_those_who_read_it(tmp_path: Path) -> None:
    source = Source(0.2, "HEIC")
    assert list(sources.make((source,), tmp_path)) == [source]
    assert open_picture(source.path(tmp_path).read_bytes(), 1 << 30).format == "HEIF"

    results = compete(source, tmp_path, rounds=1)

    assert {result.contestant for result in results} == {"ours", "naive", "draft"}
    assert all(abs(result.psnr_gain) < 3 for result in results)


def test_who_cannot_read_a_source_has_dashes() -> None:
    results = [*on_target(), any_result("ours", 30, "12 MP HEIC")]

    *_, naive, floor = results_table(results).splitlines()

    assert naive.split() == ["12", "MP", "HEIC", "naive", "-", "-", "-", "-"]
    assert floor.split() == ["12", "MP", "HEIC", "floor", "-", "-", "-", "-"]


def test_a_ratio_is_our_time_over_the_others() -> None:
    assert ratios(on_target()) == {("12 MP JPEG", "naive"): 0.2, ("12 MP JPEG", "floor"): 1.25}
    assert ratios([any_result("naive", 1)]) == {}


def test_nothing_is_missed_on_target() -> None:
    assert missed(on_target()) == []
    assert missed([]) == []


@pytest.mark.parametrize(
    ("results", "complaint"),
    [
        ([any_result("ours", 30), any_result("naive", 100)], "0.30 times the CPU time of naive"),
        ([any_result("ours", 30), any_result("floor", 20)], "1.50 times the CPU time of floor"),
        ([any_result("ours", 30), any_result("pyvips", 20)], "behind pyvips"),
        ([any_result("ours", 30, peak_mb=65)], "65 MB at most, 64 MB wanted"),
        ([any_result("ours", 30, psnr_gain=-0.2)], "0.20 dB lost"),
        ([any_result("ours", 30, psnr_gain=float("nan"))], "nan dB lost"),
    ],
)
def test_a_missed_target_is_named(results: list[Result], complaint: str) -> None:
    [line] = missed(results)

    assert complaint in line


def test_a_picture_is_like_itself_and_less_like_a_blurred_one() -> None:
    picture = photograph((256, 192))
    blurred = picture.resize((64, 48)).resize((256, 192))

    assert psnr(picture, picture) == float("inf")
    assert ssim(picture, picture) == pytest.approx(1)
    assert 15 < psnr(picture, blurred) < 40
    assert 0 < ssim(picture, blurred) < 0.9


def test_likeness_is_measured_in_the_usual_units() -> None:
    black, grey = (Image.new("RGB", (16, 16), (value,) * 3) for value in (0, 16))

    assert psnr(black, grey) == pytest.approx(24.05, abs=0.01)  # 20 log10(255 / 16)


def test_import_times_are_added_up_by_package() -> None:
    report = """import time: self [us] | cumulative | imported package
import time:       400 |        400 |   PIL._imaging
import time:      1600 |       2000 | PIL
a warning | of | something
import time:       500 |        500 | zlib"""

    assert by_package(report) == {"PIL": 2.0, "zlib": 0.5}
    assert "PIL 2" in imports_table([ImportTime("make_thumbnails", 2.5, by_package(report))])


def test_costs_are_laid_out() -> None:
    assert costs_table({"a call": 0.256}).splitlines()[-1] == "a call        0.26"


def test_not_all_take_every_kind() -> None:
    assert takes("floor", "progressive")
    assert not takes("floor", "PNG")
    assert takes("ours", "PNG")
    assert takes("naive", "HEIC")
    assert not takes("pyvips", "HEIC")
    assert sorted(EDGES, reverse=True) == list(EDGES)  # each is made from the larger one


def test_requests_are_measured_and_laid_out_and_cost_the_same_whatever_the_catalog() -> None:
    requests = measured((1000, 2000), rounds=1)

    assert grown(requests) == []
    units = {each.route: each.units for each in requests}
    assert len(requests) == 2 * len(units)
    assert units["GET /images"] > 100 * 0.5  # a page, and a facet of each of its pictures
    assert units["GET /me"] == 0
    header, _, first, *_ = query_table(requests).splitlines()
    assert header.split("  ")[-1].strip() == "units at 2,000"
    assert first.startswith("GET /health ")


def test_every_route_of_the_document_is_measured() -> None:
    answers: dict[str, Any] = {"id": "any", "upload_id": "any", "urls": {"1": "any"}}
    asked = set()
    for walk in (reads(str), changes(str)):
        ask = next(walk)
        with suppress(StopIteration):
            while True:
                asked.add(ask.route.split(",")[0].split(" by ")[0].split(" of ")[0])
                ask = walk.send(answers)
    paths = json.loads(DOCUMENT.read_text())["paths"].items()
    assert asked == {f"{method.upper()} {path}" for path, of in paths for method in of}


def test_a_route_that_costs_more_the_larger_the_catalog_is_named() -> None:
    requests = [
        Request(route, size, 1.0, 2.0, 54.0 * (size if route == "GET /images" else 1))
        for route in ("GET /images", "GET /report")
        for size in (1, 10)
    ]
    [line] = grown(requests)
    assert line == "GET /images: 540 read units, at most 59.4"


def test_tables_in_memory_answer_as_dynamodb_does() -> None:
    with api(300) as (_, meter):
        from functions.query_catalog.questions import question_of
        from functions.query_catalog.resources import pages

        question = question_of("alice", {"format": "JPEG"})
        first = pages().page(question, 100, None)
        second = pages().page(question, 100, first.rest)
        assert meter.units > 75  # two queries, and a facet of each picture that they found
    keys = [tile["key"] for page in (first, second) for tile in page.tiles]
    assert keys == [f"alice/{number:07}.jpg" for number in range(298, -1, -2)]
    assert second.rest is None
    assert (id_of("alice/0000500.jpg"), id_of("alice/0000400.jpg")) == (MIDDLE, OTHER)


def test_the_catalog_in_memory_comes_in_the_order_of_each_index() -> None:
    indexes = {index: projected(index) for index in INDEXES}
    catalog = MemoryTable("catalog", Meter(), Facets(2000), indexes)
    for index in (ITSELF, *INDEXES):
        partitions = catalog.partitions(index)
        assert partitions
        assert all(places == sorted(places) for places in partitions), index


def test_trips_are_multiples_of_one_that_reads_nothing() -> None:
    *_, last = trips_table([Trip("GET /health", 10, 12), Trip("GET /images", 92, 130)]).splitlines()
    assert last.split() == ["GET", "/images", "92", "130", "x", "9.2"]


def test_the_options_are_explained() -> None:
    command = [sys.executable, "-m", "bench", "--help"]
    root = Path(__file__).parents[1]
    run = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)

    for option in ("--quick", "--json", "--check"):
        assert option in run.stdout


def test_results_can_be_read_by_machines() -> None:
    assert json.loads(json.dumps(any_result("ours", 30).as_json()))["cpu_ms"] == 30


def test_more_shards_make_fewer_changes_meet_on_a_hot_total() -> None:
    few, many = (simulate(shards, rate=200, seconds=5) for shards in (4, 32))
    assert few.cancelled > 2 * many.cancelled
    assert many.contended == 0
    assert 1 <= many.attempts < few.attempts


def test_alone_a_change_meets_nobody() -> None:
    assert simulate(1, rate=0.5, seconds=60).attempts == 1
