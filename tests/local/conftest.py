"""One emulator for all contract tests, in a folder of its own."""

from collections.abc import Iterator

import pytest

from local.cloud import Cloud
from tests.local.workbench import Workbench


@pytest.fixture(scope="session")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    cloud = Cloud(tmp_path_factory.mktemp("cloud"))
    cloud.start()
    yield cloud
    cloud.stop()


@pytest.fixture(scope="session")
def bench(emulator: Cloud) -> Workbench:
    return Workbench(emulator)
