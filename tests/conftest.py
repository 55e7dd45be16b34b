"""What all tests live by: no network but loopback, no one's credentials."""

import ctypes
import os
import signal
import socket
import sys
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

# Powertools reads these when a handler is first imported.
os.environ |= {"POWERTOOLS_SERVICE_NAME": "tests", "POWERTOOLS_METRICS_NAMESPACE": "Darkroom"}

# A shell that starts the tests in the background has them ignore it, and what they start as well.
signal.signal(signal.SIGINT, signal.default_int_handler)

# Return large pieces of memory to the system when they are freed: else what some tests decode in
# this process leaves room that a child's memory limit, in other tests, does not see.
if sys.platform == "linux":
    M_MMAP_THRESHOLD = -3
    ctypes.CDLL(None).mallopt(M_MMAP_THRESHOLD, 1 << 20)

LOOPBACK = {"127.0.0.1", "::1", "localhost"}

# Folders whose tests share what is slow to set up: a deployed app, a browser, a synthesis.
TOGETHER = ("flow", "gallery", "local", "stacks")
# It has a cloud of its own.
APART = "tests/flow/test_chaos.py"
SLOWEST = (
    "flow",
    APART,
    "tests/convergence/test_schedules.py",
    "tests/test_dates.py",
    "gallery",
    "local",
    "stacks",
    "tests/functions/test_sweep.py",
    "tests/convergence/test_defects.py",
)


def _worker_scope(nodeid: str) -> str:
    """Return the folder or file whose tests one worker runs, this test among them."""
    file = PurePosixPath(nodeid.partition("::")[0])
    together = file.parent.name in TOGETHER and str(file) != APART
    return file.parent.name if together else str(file)


class Together(LoadScopeScheduling):  # type: ignore[misc]
    """Gives each worker of ``pytest -n`` whole files, or whole folders of `TOGETHER`.

    ``--dist=loadgroup`` would do, but pytest-xdist 3.8.0 cannot name groups under pytest 9.2.
    """

    def _split_scope(self, nodeid: str) -> str:
        return _worker_scope(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Together:
    """Take ours, whatever ``--dist`` says."""
    return Together(config, log)


# The folders and files that `make test` leaves to `make test-rest`, beside tests that are marked.
REST = (
    "tests/flow/test_announcements.py",
    "tests/flow/test_api_schema.py",
    "tests/flow/test_chaos.py",
    "tests/flow/test_daily_report.py",
    "tests/flow/test_delivery.py",
    "tests/flow/test_end_to_end.py",
    "tests/flow/test_hooks.py",
    "tests/flow/test_killing.py",
    "tests/flow/test_operations.py",
    "tests/flow/test_ports.py",
    "tests/flow/test_reconcile.py",
    "tests/flow/test_storm.py",
    "tests/flow/test_uploads.py",
    "tests/flow/test_watching.py",
    "tests/functions/test_query_schema.py",
    "tests/functions/test_query_unreadable.py",
    "tests/functions/test_recount.py",
    "tests/functions/test_sweep.py",
    "tests/gallery/test_races.py",
    "tests/gallery/test_size.py",
    "tests/gallery/test_uploads.py",
    "tests/gallery/test_views.py",
    "tests/gallery/test_visit.py",
    "tests/layers/test_pictures_memory.py",
    "tests/local/",
    "tests/operations/test_unreadable.py",
    "tests/stacks/test_app.py",
    "tests/stacks/test_fourth_consumer.py",
    "tests/test_bench.py",
    "tests/test_conftest.py",
)

# The markers of the tests that use a fixture.
NEEDS = {"app": "cloud", "emulator": "cloud", "browser": "browser"}


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Do not even read the files that `make test` leaves out: one takes ten seconds."""
    file = collection_path.relative_to(config.rootpath).as_posix()
    is_left = config.option.markexpr == "not exhaustive" and f"{file}/".startswith(REST)
    return True if is_left else None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests by their needs, and begin with the longest."""
    for item in items:
        fixtures = getattr(item, "fixturenames", ())
        for name in NEEDS.keys() & set(fixtures):
            item.add_marker(NEEDS[name])
        if item.nodeid.startswith(REST):
            item.add_marker("exhaustive")
    items.sort(key=_rank)


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Print which tests were left out, so that these are not taken for all."""
    if config.option.markexpr == "not exhaustive":
        terminalreporter.line(f"\n{LEFT}")


LEFT = """\
Left to `make test-all` (about 20 minutes): 18,000 more schedules of the convergence tests, chaos,
sweeps, storms, deployments that roll back, the emulator's own contract, the gallery's views."""


def _rank(item: pytest.Item) -> int:
    scope = _worker_scope(item.nodeid)
    return SLOWEST.index(scope) if scope in SLOWEST else len(SLOWEST)


@pytest.fixture(autouse=True, scope="session")
def no_network() -> Any:
    """Refuse any connection that leaves this machine."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in LOOPBACK:
            raise AssertionError(f"a test tried to reach {address}")
        connect(self, address)

    patch = pytest.MonkeyPatch()
    patch.setattr(socket.socket, "connect", guarded)
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_SESSION_TOKEN"):
        patch.delenv(name, raising=False)
    patch.setenv("AWS_ACCESS_KEY_ID", "testing")
    patch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    patch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    patch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    yield
    patch.undo()
