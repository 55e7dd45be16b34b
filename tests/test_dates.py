"""The tests pass at another date, at midnight, and in another time zone."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.exhaustive
ROOT = Path(__file__).parents[1]
# Python gets their rules (POSIX), for a machine may lack the database of their names.
ZONES = {
    "America/St_Johns": "NST3:30NDT,M3.2.0,M11.1.0",
    "Pacific/Auckland": "NZST-12NZDT,M9.5.0,M4.1.0/3",
    "UTC": "UTC0",
}
DATES = [("2028-02-29T23:59:59Z", "Pacific/Auckland"), ("2031-01-01T00:00:00Z", "America/St_Johns")]
# These read the clock, or what they check does.
READ_THE_CLOCK = [
    "functions/test_metadata_time_and_place.py",
    "functions/test_publish_report.py",
    "functions/test_query_pictures.py",
    "functions/test_query_report.py",
    "functions/test_query_uploads.py",
    "functions/test_reconcile.py",
    "functions/test_report_changes.py",
    "functions/test_service_level.py",
    "layers/test_latency.py",
    "operations/test_why.py",
]


def run_at(date: str, zone: str, folder: Path, *tests: str) -> subprocess.CompletedProcess[str]:
    """Run *tests* of *folder* by the plugin of tests/dates.py."""
    plugins = ["-p", "tests.dates", "-p", "no:cacheprovider"]
    files = [str(folder / file) for file in tests]
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", *plugins, "--date", date, *files],
        cwd=ROOT,
        env={**os.environ, "TZ": ZONES[zone]},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(("date", "zone"), DATES)
def test_the_tests_pass_at_another_date(date: str, zone: str) -> None:
    done = run_at(date, zone, ROOT / "tests", *READ_THE_CLOCK)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(("date", "zone"), DATES)
def test_the_pages_tests_pass_at_another_date(date: str, zone: str) -> None:
    done = subprocess.run(
        ["npm", "test", "--silent", "--", "--reporter=dot"],
        cwd=ROOT / "gallery",
        env={**os.environ, "TZ": zone, "TEST_DATE": date},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


PLANTED = """
from datetime import UTC, date, datetime, timedelta

IMPORTED = datetime.now(UTC).date()


def test_a_day_that_ages() -> None:
    assert datetime.now(UTC).date() - date(2026, 11, 21) < timedelta(455)


def test_a_day_that_was_remembered() -> None:
    assert datetime.now(UTC).date() == IMPORTED


def test_a_local_day() -> None:
    assert datetime.now().date() == datetime.now(UTC).date()
"""


def test_a_test_that_breaks_with_time_fails_there(tmp_path: Path) -> None:
    (tmp_path / "test_planted.py").write_text(PLANTED)
    ages = run_at("2028-02-29T12:00:00Z", "UTC", tmp_path, "test_planted.py")
    midnight = run_at("2026-12-01T00:00:00Z", "UTC", tmp_path, "test_planted.py")
    abroad = run_at("2026-12-01T12:00:00Z", "Pacific/Auckland", tmp_path, "test_planted.py")
    failed = [
        [line.split("::")[1].split(" ")[0] for line in run.stdout.splitlines() if "FAILED" in line]
        for run in (ages, midnight, abroad)
    ]
    assert failed == [
        ["test_a_day_that_ages"],
        ["test_a_day_that_was_remembered"],
        ["test_a_local_day"],
    ], ages.stdout + ages.stderr
