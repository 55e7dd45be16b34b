"""A pytest plugin that runs tests at another date.

    python -m pytest -p tests.dates --date 2028-02-29T23:59:59Z tests/functions

The clock shows that date when the first test of a file starts, and runs on. The tests are imported
an hour earlier: at midnight, a date that a module remembers is yesterday's. Other processes keep
the machine's clock, and so does `time.monotonic`.
"""

from collections.abc import Iterator
from datetime import datetime

import pytest
from time_machine import travel

EARLIER_SECONDS = 3600


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the date, which must have an offset."""
    parser.addoption("--date", type=_moment, required=True, help="when each file starts, ISO 8601")


def pytest_configure(config: pytest.Config) -> None:
    """Import the tests an hour before the date."""
    before = travel(config.getoption("date") - EARLIER_SECONDS)
    before.start()
    config.add_cleanup(before.stop)


@pytest.fixture(autouse=True, scope="module")
def another_date(request: pytest.FixtureRequest) -> Iterator[None]:
    """Start the file at the date; what its tests share grows older, never younger."""
    with travel(request.config.getoption("date")):
        yield


def _moment(text: str) -> float:
    """Return epoch seconds, with which `travel` leaves the time zone as it is."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text} has no offset")
    return moment.timestamp()
