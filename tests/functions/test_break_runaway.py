"""The breaker: everything off, once, and as much as is possible."""

from typing import Any

import pytest

from darkroom.observability import logger
from functions.break_runaway import handler as breaker
from functions.break_runaway.settings import Settings
from tests.messages import Context

CONTEXT: Any = Context()
ALARM = {"alarmData": {"alarmName": "Volume"}}


class Mappings:
    """Lambda's event source mappings; ``busy`` are those that take no order now."""

    def __init__(self, **states: str) -> None:
        self.states = states
        self.busy: set[str] = set()

    def get_event_source_mapping(self, *, UUID: str) -> dict[str, str]:  # noqa: N803
        return {"State": self.states[UUID]}

    def update_event_source_mapping(self, *, UUID: str, Enabled: bool) -> None:  # noqa: N803
        assert not Enabled
        if UUID in self.busy:
            raise RuntimeError(f"{UUID} is in use")
        self.states[UUID] = "Disabling"


@pytest.fixture
def mappings(monkeypatch: pytest.MonkeyPatch) -> Mappings:
    made = Mappings(queue="Enabled", stream="Creating", off="Disabled")
    monkeypatch.setattr(breaker, "lambda_client", lambda: made)
    monkeypatch.setattr(breaker, "settings", lambda: Settings(("queue", "stream", "off")))
    return made


def test_all_that_is_on_goes_off_and_only_once(mappings: Mappings) -> None:
    assert breaker.handler(ALARM, CONTEXT) == {"disabled": ["queue", "stream"]}
    assert breaker.handler(ALARM, CONTEXT) == {"disabled": []}
    assert set(mappings.states.values()) == {"Disabling", "Disabled"}


def test_one_that_takes_no_order_saves_no_other_and_is_tried_again(mappings: Mappings) -> None:
    mappings.busy = {"queue"}

    with pytest.raises(ExceptionGroup) as raised:
        breaker.handler(ALARM, CONTEXT)
    assert "queue is in use" in str(raised.value.exceptions)
    assert mappings.states["stream"] == "Disabling"

    mappings.busy = set()
    assert breaker.handler(ALARM, CONTEXT) == {"disabled": ["queue"]}


def test_who_pulled_it_is_logged(mappings: Mappings, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[Any] = []
    monkeypatch.setattr(logger, "warning", lambda *_, extra: told.append(extra))

    breaker.handler(ALARM, CONTEXT)

    assert {"alarm": "Volume"} in told
