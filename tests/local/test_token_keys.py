"""Contract of local/emulator/repairs/token_keys.py."""

from dataclasses import replace

import pytest

from tests.api_clients import Api
from tests.local.doors import Pool, any_api, any_pool, tokens_of
from tests.local.workbench import Workbench
from tests.tokens import any_key, bad_tokens, key_of


@pytest.fixture(scope="module")
def pool(bench: Workbench) -> Pool:
    return any_pool(bench)


@pytest.fixture(scope="module")
def api(bench: Workbench, pool: Pool) -> Api:
    return any_api(bench, pool)


def test_a_user_of_the_pool_comes_in_with_the_claims_of_the_token(
    bench: Workbench, pool: Pool, api: Api
) -> None:
    token = tokens_of(bench, pool, "alice")["IdToken"]

    answer = replace(api, token=token).get("/me")

    assert answer.status == 200
    claims = answer.json["requestContext"]["authorizer"]["jwt"]["claims"]
    assert claims["custom:owner"] == "alice"


def test_nobody_comes_in_without_a_token(api: Api) -> None:
    assert api.get("/me").status == 401


@pytest.mark.parametrize("what", bad_tokens("e30.e30.e30", any_key()))
def test_a_token_that_is_not_the_pools_is_refused(
    bench: Workbench, pool: Pool, api: Api, what: str
) -> None:
    good = tokens_of(bench, pool)["IdToken"]
    key = key_of(bench.cloud.home / "state", pool.id)

    assert replace(api, token=bad_tokens(good, key)[what]).get("/me").status == 401


def test_a_token_of_another_pool_is_refused(bench: Workbench, api: Api) -> None:
    foreign = tokens_of(bench, any_pool(bench))["IdToken"]

    assert replace(api, token=foreign).get("/me").status == 401
