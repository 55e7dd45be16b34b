"""What runs functions in a child process, with limits that only what runs wild meets."""

from collections.abc import Iterator

import pytest

from darkroom.isolation import Isolated
from tests.layers.misbehaviour import MIB, NEVER


@pytest.fixture
def isolated() -> Iterator[Isolated]:
    made = Isolated(max_memory=256 * MIB, seconds=NEVER)
    yield made
    made.close()
