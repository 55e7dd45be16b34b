"""Thumbnails carry the version in their name: whoever is late, slow or dead spoils nothing."""

from base64 import b64decode
from typing import Any

import pytest

from functions.make_thumbnails import handler as make_thumbnails
from functions.make_thumbnails.shelf import Shelf
from tests.functions.conftest import World, once_before_writing
from tests.messages import Context, notification, sqs_event
from tests.pictures import any_picture, decoded

KEY = "alice/cat.jpg"


def deliver(key: str = KEY) -> bool:
    """Hand a message about *key* to the handler; return whether it was acknowledged."""
    context: Any = Context()
    answer = make_thumbnails.handler(sqs_event(notification(key)), context)
    return not answer["batchItemFailures"]


def named(world: World, key: str = KEY) -> set[str]:
    """Return the thumbnails that the facet names."""
    variants = world.facet(key, "THUMBNAILS").get("variants", {})
    return {variant["key"] for variant in variants.values()}


def crash(*_: Any) -> None:
    """Stand in for a call at which the worker dies."""
    raise ConnectionError


def test_every_variant_of_the_settings_is_stored_as_its_facet_says(world: World) -> None:
    world.put(KEY, any_picture(200, 100))

    deliver()

    variants = world.facet(KEY, "THUMBNAILS")["variants"]
    assert {name: (v["width"], v["height"]) for name, v in variants.items()} == {
        "small": (16, 8),
        "large": (64, 32),
    }
    for variant in variants.values():
        head = world.s3.head_object(Bucket="thumbnails", Key=variant["key"])
        assert head["ContentLength"] == variant["bytes"]
        assert head["ContentType"] == variant["content_type"]
        assert "immutable" in head["CacheControl"]
    assert world.thumbnails() == named(world)


def test_the_facet_holds_what_stands_for_the_picture_meanwhile(world: World) -> None:
    world.put(KEY, any_picture(200, 100))

    deliver()

    facet = world.facet(KEY, "THUMBNAILS")
    assert 5 <= len(b64decode(facet["placeholder"])) <= 30
    assert len(facet["perceptual_hash"]) == 16
    assert facet["dominant_colour"].startswith("#")
    assert facet["notes"] == []


def test_names_are_short_plain_and_tell_nothing_of_the_key(world: World) -> None:
    key = "alice/" + "\u00e9" * 500 + "\n.jpg"
    world.put(key, any_picture())

    deliver(key)

    assert len(world.thumbnails()) == 2
    assert all(name.isascii() and len(name) < 120 for name in world.thumbnails())


def test_an_overwritten_picture_leaves_no_thumbnail_of_its_former_version(world: World) -> None:
    world.put(KEY, any_picture())
    deliver()
    former = world.thumbnails()
    world.put(KEY, any_picture(30, 40))

    deliver()

    assert world.thumbnails() == named(world)
    assert not world.thumbnails() & former


def test_a_picture_that_is_now_refused_leaves_no_thumbnail(world: World) -> None:
    world.put(KEY, any_picture())
    deliver()
    world.put(KEY, b"no pixels")

    deliver()

    assert world.facet(KEY, "THUMBNAILS")["state"] == "REJECTED"
    assert world.thumbnails() == set()


def test_a_late_clearing_does_not_touch_the_picture_that_is_coming(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.put(KEY, any_picture())
    late: list[Any] = []
    with monkeypatch.context() as paused:
        paused.setattr(Shelf, "clear", lambda self, facet: late.append(facet))
        deliver()
    world.put(KEY, any_picture(30, 40))
    once_before_writing(monkeypatch, lambda: make_thumbnails.shelf().clear(late[0]))

    deliver()

    assert len(named(world)) == 2
    assert world.thumbnails() == named(world)


def test_a_late_clearing_does_not_touch_a_picture_that_came_back(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.put(KEY, any_picture())
    deliver()
    marker = world.delete(KEY)
    late: list[Any] = []
    with monkeypatch.context() as paused:
        paused.setattr(Shelf, "clear", lambda self, facet: late.append(facet))
        deliver()
    world.delete(KEY, version=marker)
    deliver()

    make_thumbnails.shelf().clear(late[0])

    assert len(named(world)) == 2
    assert world.thumbnails() == named(world)


def test_a_late_worker_cannot_overwrite_a_newer_picture_even_if_it_dies_then(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.put(KEY, any_picture(200, 100))

    decoder = make_thumbnails.decoder()
    decode = decoder.call

    def overtaken(*arguments: Any) -> Any:
        made = decode(*arguments)
        monkeypatch.setattr(decoder, "call", decode)
        world.put(KEY, any_picture(100, 200))
        assert deliver()
        monkeypatch.setattr("darkroom.catalog.Catalog.write", crash)
        return made

    monkeypatch.setattr(decoder, "call", overtaken)
    assert not deliver()

    sizes = {decoded(world.thumbnail(name)).size for name in named(world)}
    assert sizes == {(8, 16), (32, 64)}


def test_nothing_is_left_of_a_crash_between_thumbnails_and_facet(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.put(KEY, any_picture())
    with monkeypatch.context() as broken:
        broken.setattr("darkroom.catalog.Catalog.write", crash)
        assert not deliver()
    world.put(KEY, any_picture(30, 40))

    deliver()

    assert world.thumbnails() == named(world)


def test_nothing_is_left_of_a_crash_between_facet_and_clearing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.put(KEY, any_picture())
    deliver()
    world.delete(KEY)
    with monkeypatch.context() as broken:
        broken.setattr(Shelf, "clear", crash)
        assert not deliver()

    deliver()

    assert world.thumbnails() == set()
