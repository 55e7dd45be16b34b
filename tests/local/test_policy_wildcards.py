"""Contract of local/emulator/repairs/policy_wildcards.py."""

from tests.local.workbench import Workbench, any_name, statement

READ = """
import boto3

def handler(event, context):
    return boto3.client("s3").get_object(**event)["Body"].read().decode()
"""


def test_a_wildcard_covers_keys_with_a_line_break(bench: Workbench) -> None:
    bucket, key = bench.bucket(), "one\ntwo"
    bench.s3.put_object(Bucket=bucket, Key=key, Body=b"found")
    role = bench.role()
    policy = statement(["s3:GetObject"], Resource=f"arn:aws:s3:::{bucket}/*")
    bench.iam.put_role_policy(
        RoleName=role.rsplit("/", 1)[-1], PolicyName=any_name("read"), PolicyDocument=policy
    )

    function = bench.function(READ, Role=role, Timeout=20)

    assert bench.invoke(function, {"Bucket": bucket, "Key": key}).result == "found"
