"""A version's test of itself: it passes where all is well, and says what is not."""

import importlib
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from darkroom import smoke
from darkroom.observability import observed
from darkroom.smoke import EVENT, is_smoke_test, smoke_test
from darkroom.tiny_picture import HEIGHT, WIDTH, tiny_picture
from functions.index_metadata import handler as index_metadata
from functions.make_thumbnails import handler as make_thumbnails
from functions.make_thumbnails import thumbnails
from functions.query_catalog import handler as query_catalog
from functions.report_changes import handler as report_changes
from functions.report_changes import smoke as report_smoke
from stacks.constructs.python_function import function_folders
from tests.functions.conftest import World
from tests.messages import Context
from tests.pictures import decoded

CONTEXT: Any = Context()
HANDLERS: list[Callable[..., dict[str, Any]]] = [
    index_metadata.handler,
    make_thumbnails.handler,
    report_changes.handler,
    query_catalog.handler,
]


@pytest.mark.parametrize("handler", HANDLERS)
def test_a_good_version_passes_and_writes_nothing(
    world: World, handler: Callable[..., dict[str, Any]]
) -> None:
    answer = handler(EVENT, CONTEXT)

    assert answer["failed"] == {}
    assert len(answer["checked"]) >= 2
    assert not world.catalog.scan()["Items"]
    assert not world.report.scan()["Items"]
    assert not world.thumbnails()


@pytest.mark.parametrize("folder", function_folders())
def test_every_function_has_a_smoke_test(folder: str) -> None:
    assert callable(importlib.import_module(f"functions.{folder}.handler").smoke)


def test_a_missing_variable_is_told(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REPORT_TABLE")

    failed = report_changes.handler(EVENT, CONTEXT)["failed"]

    assert "REPORT_TABLE is not set" in failed["settings"]


def test_a_core_that_makes_too_little_is_told(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def shrink(*arguments: Any) -> Any:
        made = real(*arguments)
        made.thumbnails.pop()
        return made

    real = thumbnails.shrink
    monkeypatch.setattr(make_thumbnails, "shrink", shrink)
    monkeypatch.setattr(make_thumbnails, "decoder", lambda: Here())

    assert list(make_thumbnails.handler(EVENT, CONTEXT)["failed"]) == ["shrinks a picture"]


class Here:
    """Calls in this process, where the test can change what is called."""

    def call(self, function: Callable[..., Any], *arguments: Any) -> Any:
        return function(*arguments)


def test_sums_that_do_not_add_up_are_told(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report_smoke, "differences", lambda *_: {})

    assert list(report_changes.handler(EVENT, CONTEXT)["failed"]) == ["counts a change"]


def test_a_refused_read_is_told_and_an_absent_thing_is_not(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    smoke.may_get_object("originals")
    client = boto3.client("s3")
    monkeypatch.setattr(smoke, "s3", lambda: client)
    client.meta.events.register("before-call.s3.GetObject", lambda **_: _denied())

    with pytest.raises(ClientError, match="AccessDenied"):
        smoke.may_get_object("originals")


def _denied() -> Any:
    error = {"Error": {"Code": "AccessDenied", "Message": "no"}}
    return type("Answer", (), {"status_code": 403, "headers": {}})(), error


def test_work_never_looks_like_a_smoke_test() -> None:
    assert is_smoke_test({"darkroom": "smoke-test"})
    events: list[dict[str, Any]] = [{}, {"Records": []}, {"start": True}, {"darkroom": "work"}]
    for event in events:
        assert not is_smoke_test(event)


def test_an_event_for_a_smoke_test_never_reaches_the_handler() -> None:
    def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
        raise AssertionError(event)

    answer = observed(smoke=lambda: {"any": lambda: None})(handler)(EVENT, CONTEXT)

    assert answer == smoke_test(lambda: {"any": lambda: None})


def test_the_tiny_picture_is_what_it_says() -> None:
    image = decoded(tiny_picture((200, 80, 40)))
    assert image.size == (WIDTH, HEIGHT)
    assert image.getextrema() == ((200, 200), (80, 80), (40, 40))
