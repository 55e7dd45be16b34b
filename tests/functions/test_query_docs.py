"""The examples of docs/api.md, sent as they stand there."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.functions.conftest import a_world
from tests.functions.querying import ADMIN, DOCUMENT, Answer, Api
from tests.pictures import any_picture

PAGE = (Path(__file__).parents[2] / "docs/api.md").read_text()
BLOCKS = re.findall(r"```http\n(.*?)```\n(?:\n```json\n(.*?)```)?", PAGE, re.DOTALL)


@pytest.fixture(scope="module")
def api() -> Iterator[Api]:
    with a_world() as world:
        made = Api(world)
        made.upload("alice/cat.jpg", any_picture())
        yield made


def sent(api: Api, request: str) -> Answer:
    """Send an example; admins' ones as an admin."""
    head, _, body = request.strip().partition("\n\n")
    method, target = head.splitlines()[0].split(" ")
    path, _, query = target.partition("?")
    who = ADMIN if path == "/report" else "alice"
    return api.call(method, path, who, query=query, body=body or None)


@pytest.mark.parametrize(("block", "answer"), BLOCKS)
def test_an_example_is_answered_as_it_says(api: Api, block: str, answer: str) -> None:
    requests = [block] if "\n\n" in block else block.strip().splitlines()
    for request in requests:
        told = sent(api, request)
        if answer:
            assert told.body == json.loads(answer)
        else:
            assert told.status < 300, told.body


def test_all_parameters_of_pictures_are_explained() -> None:
    for parameter in DOCUMENT["paths"]["/images"]["get"]["parameters"]:
        assert f"`{parameter['name']}`" in PAGE
