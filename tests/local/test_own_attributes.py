"""Contract of local/emulator/repairs/own_attributes.py."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.api_clients import PASSWORD
from tests.local.doors import Pool, any_pool, tokens_of
from tests.local.workbench import Workbench

OWNER = [{"Name": "custom:owner", "Value": "bob"}]
REFUSED = "A client attempted to write unauthorized attribute"


def change(bench: Workbench, pool: Pool, attributes: list[dict[str, str]]) -> None:
    token = tokens_of(bench, pool)["AccessToken"]
    cognito = bench.cloud.client("cognito-idp")
    cognito.update_user_attributes(AccessToken=token, UserAttributes=attributes)


def register(bench: Workbench, pool: Pool, attributes: list[dict[str, str]]) -> Any:
    return bench.cloud.client("cognito-idp").sign_up(
        ClientId=pool.client, Username="new", Password=PASSWORD, UserAttributes=attributes
    )


def test_a_user_writes_what_the_client_may_write_and_nothing_else(bench: Workbench) -> None:
    pool = any_pool(bench, WriteAttributes=["name"])

    change(bench, pool, [{"Name": "name", "Value": "Alice"}])

    with pytest.raises(ClientError, match=REFUSED):
        change(bench, pool, OWNER)


def test_a_client_that_names_nothing_may_write_everything(bench: Workbench) -> None:
    change(bench, any_pool(bench), OWNER)


def test_whoever_registers_chooses_only_what_the_client_may_write(bench: Workbench) -> None:
    pool = any_pool(bench, WriteAttributes=["name"])

    with pytest.raises(ClientError, match=REFUSED):
        register(bench, pool, OWNER)

    assert register(bench, pool, [{"Name": "name", "Value": "Alice"}])["UserSub"]


def test_nobody_registers_where_administrators_do_it(bench: Workbench) -> None:
    pool = any_pool(bench)
    closed = {"AllowAdminCreateUserOnly": True}
    bench.cloud.client("cognito-idp").update_user_pool(
        UserPoolId=pool.id, AdminCreateUserConfig=closed
    )

    with pytest.raises(ClientError, match="SignUp is not permitted"):
        register(bench, pool, [])
