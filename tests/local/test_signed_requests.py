"""Contract of local/emulator/repairs/signed_requests.py."""

from dataclasses import replace

import pytest
from botocore.credentials import Credentials

from tests.api_clients import Api
from tests.local.doors import any_api, any_pool, tokens_of
from tests.local.workbench import Workbench, any_name, statement


@pytest.fixture(scope="module")
def api(bench: Workbench) -> Api:
    return any_api(bench, None)


def program(bench: Workbench, *, may: str | None) -> Credentials:
    name = any_name("user")
    bench.iam.create_user(UserName=name)
    if may:
        policy = statement(["execute-api:Invoke"], Resource=may)
        bench.iam.put_user_policy(UserName=name, PolicyName="may", PolicyDocument=policy)
    key = bench.iam.create_access_key(UserName=name)["AccessKey"]
    return Credentials(key["AccessKeyId"], key["SecretAccessKey"])


def id_of(api: Api) -> str:
    return api.base.rpartition("/")[2]


def test_a_program_that_may_comes_in_and_is_known(bench: Workbench, api: Api) -> None:
    may = f"arn:aws:execute-api:us-east-1:000000000000:{id_of(api)}/$default/GET/me"

    answer = replace(api, credentials=program(bench, may=may)).get("/me")

    assert answer.status == 200
    assert ":user/" in answer.json["requestContext"]["authorizer"]["iam"]["userArn"]


def test_a_program_that_may_not_stays_out(bench: Workbench, api: Api) -> None:
    elsewhere = f"arn:aws:execute-api:us-east-1:000000000000:{id_of(api)}/$default/GET/images"
    for may in (None, elsewhere):
        assert replace(api, credentials=program(bench, may=may)).get("/me").status == 403


def test_a_wrong_signature_is_refused(bench: Workbench, api: Api) -> None:
    right = program(bench, may="*")

    wrong = Credentials(right.access_key, "x" * 40)

    assert replace(api, credentials=wrong).get("/me").status == 403


def test_what_is_not_signed_is_refused(bench: Workbench, api: Api) -> None:
    token = tokens_of(bench, any_pool(bench))["IdToken"]

    assert api.get("/me").status == 403
    assert replace(api, token=token).get("/me").status == 403
    assert replace(api, extra={"Authorization": "Basic YTpi"}).get("/me").status == 403
