"""Schemathesis against the deployed API: gateway, authorizer, function and role together."""

from typing import Any

import pytest
import schemathesis

from tests.api_clients import Api
from tests.conformance import CHECKS, a_few
from tests.flow.conftest import App
from tests.functions.querying import DOCUMENT
from tests.pictures import any_picture

# What answers them otherwise than people of an owner.
FOR_ADMINISTRATORS = ["/images", "/owners", "/owners/{owner}/usage", "/report"]

schema = schemathesis.openapi.from_dict(DOCUMENT)


@pytest.fixture(scope="module", autouse=True)
def a_picture(app: App) -> None:
    """Have one that is found."""
    app.wait_for_version("alice/a.jpg", app.put("alice/a.jpg", any_picture()))


def check(case: Any, api: Api) -> None:
    """Send a request of somebody; hold the answer to the document."""
    bearer = {"Authorization": f"Bearer {api.token}"}
    case.call_and_validate(
        base_url=api.base, headers=bearer, verify=api.web.certificate, checks=CHECKS
    )


def test_what_is_served_is_what_is_tested(nobody: Api) -> None:
    assert nobody.get("/openapi.json").json == DOCUMENT


@schema.parametrize()
@a_few
def test_whatever_a_user_sends_is_answered_as_documented(case: Any, alice: Api) -> None:
    check(case, alice)


@schema.include(path=FOR_ADMINISTRATORS).parametrize()
@a_few
def test_whatever_an_administrator_sends_is_answered_as_documented(case: Any, admin: Api) -> None:
    check(case, admin)
