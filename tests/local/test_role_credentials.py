"""Contract of local/emulator/repairs/role_credentials.py."""

import time
from collections.abc import Iterator

import boto3
import pytest
from botocore.exceptions import ClientError

from local.cloud import REGION, Cloud
from tests.local.workbench import Workbench

WHO_AM_I = """
import os, boto3
NAMES = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
def handler(event, context):
    identity = boto3.client("sts").get_caller_identity()
    return {"arn": identity["Arn"], "keys": [os.environ[name] for name in NAMES]}
"""
PUT = """
import boto3
def handler(bucket, context):
    boto3.client("s3").put_object(Bucket=bucket, Key="cat.jpg", Body=b"miaow")
"""
LIFETIME = 4


@pytest.fixture
def short_lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workbench]:
    cloud = Cloud(tmp_path_factory.mktemp("short-lived"), credentials_lifetime=LIFETIME)
    cloud.start()
    yield Workbench(cloud)
    cloud.stop()


def test_a_function_acts_as_its_own_role(bench: Workbench) -> None:
    role = bench.role()

    identity = bench.invoke(bench.function(WHO_AM_I, Role=role, Timeout=20)).result

    assert f":assumed-role/{role.rsplit('/')[-1]}/" in identity["arn"]


def test_a_missing_grant_fails_and_a_given_one_works(bench: Workbench) -> None:
    bucket = bench.bucket()
    without = bench.function(PUT, Timeout=20)
    granted = bench.function(PUT, Timeout=20, Role=bench.role("s3:PutObject"))

    refused = bench.invoke(without, bucket)

    assert refused.failed
    assert "AccessDenied" in refused.result["errorMessage"]
    assert "s3:PutObject" in refused.result["errorMessage"]
    assert not bench.invoke(granted, bucket).failed
    assert bench.objects(bucket) == ["cat.jpg"]


def test_a_role_that_does_not_trust_lambda_is_refused(bench: Workbench) -> None:
    role = bench.role(service="ec2.amazonaws.com")

    invocation = bench.invoke(bench.function(WHO_AM_I, Role=role))

    assert invocation.failed
    assert "cannot be assumed by Lambda" in invocation.result["errorMessage"]


def test_credentials_expire_and_the_function_has_new_ones_before(short_lived: Workbench) -> None:
    function = short_lived.function(WHO_AM_I, Timeout=20)
    started = time.monotonic()
    first = short_lived.invoke(function).result["keys"]
    seen = [first]

    while time.monotonic() - started < LIFETIME + 1:
        invocation = short_lived.invoke(function)
        assert not invocation.failed, invocation.result
        seen.append(invocation.result["keys"])
        time.sleep(0.1)

    assert len({key for key, *_ in seen}) > 1
    assert refusal_of(short_lived.cloud, first) in {"ExpiredToken", "InvalidAccessKeyId"}


def refusal_of(cloud: Cloud, credentials: list[str]) -> str:
    key, secret, token = credentials
    s3 = boto3.client(
        "s3",
        region_name=REGION,
        aws_access_key_id=key,
        aws_secret_access_key=secret,
        aws_session_token=token,
        **cloud.connection(),
    )
    try:
        s3.list_buckets()
    except ClientError as error:
        return error.response["Error"]["Code"]
    return "none"
