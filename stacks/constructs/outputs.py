"""Stack outputs under exactly the names that people and scripts rely on."""

from aws_cdk import CfnOutput, Stack
from constructs import Construct


def output(scope: Construct, name: str, value: str) -> None:
    CfnOutput(Stack.of(scope), name, value=value).override_logical_id(name)
