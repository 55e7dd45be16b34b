"""Who asks the deployed APIs: people of an owner, administrators, programs, and nobody."""

import json
from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from botocore.credentials import Credentials

from tests.api_clients import Api, Web, any_user, base_of, log_in

if TYPE_CHECKING:
    from tests.flow.conftest import App


@pytest.fixture(scope="module")
def web(app: "App") -> Web:
    return Web(str(app.cloud.settings.certificate))


@pytest.fixture(scope="module")
def nobody(app: "App", web: Web) -> Api:
    return Api(web, base_of(app.cloud, app.outputs["Api"]))


def page_of(app: "App") -> str:
    """Return where a login may come back to now: what opens a gallery changes it."""
    pool, client = app.outputs["UserPool"], app.outputs["UserPoolClient"]
    found = app.client("cognito-idp").describe_user_pool_client(UserPoolId=pool, ClientId=client)
    return str(found["UserPoolClient"]["CallbackURLs"][0])


def user(app: "App", web: Web, nobody: Api, owner: str | None, *groups: str) -> Api:
    """Make a user and log in."""
    email = any_user(app.cloud, owner, *groups)
    client = app.outputs["UserPoolClient"]
    tokens = log_in(web, app.cloud.endpoint, client, page_of(app), email)
    return replace(nobody, token=tokens["id_token"])


@pytest.fixture(scope="module")
def alice(app: "App", web: Web, nobody: Api) -> Api:
    return user(app, web, nobody, "alice")


@pytest.fixture(scope="module")
def bob(app: "App", web: Web, nobody: Api) -> Api:
    return user(app, web, nobody, "bob")


@pytest.fixture(scope="module")
def admin(app: "App", web: Web, nobody: Api) -> Api:
    return user(app, web, nobody, None, "admins")


@pytest.fixture(scope="module")
def program(app: "App", web: Web) -> Api:
    """Make a program that may use every route of its API."""
    iam, name = app.client("iam"), f"program-{uuid4().hex[:8]}"
    base = base_of(app.cloud, app.outputs["ProgramsApi"])
    arn = f"arn:aws:execute-api:*:*:{base.rpartition('/')[2]}/*"
    allow = {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": arn}
    iam.create_user(UserName=name)
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    iam.put_user_policy(UserName=name, PolicyName="may", PolicyDocument=policy)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return Api(web, base, credentials=Credentials(key["AccessKeyId"], key["SecretAccessKey"]))
