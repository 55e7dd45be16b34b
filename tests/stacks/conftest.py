"""Every rule is asked of every stage; each is synthesized once per run."""

import pytest

from tests.stacks.synthesis import STAGES, Deployment, deployment


@pytest.fixture(scope="session", params=STAGES)
def stage(request: pytest.FixtureRequest) -> Deployment:
    return deployment(str(request.param))


@pytest.fixture(scope="session")
def sandbox() -> Deployment:
    return deployment("sandbox")


@pytest.fixture(scope="session")
def local() -> Deployment:
    return deployment("local")


@pytest.fixture(scope="session")
def production() -> Deployment:
    return deployment("production")
