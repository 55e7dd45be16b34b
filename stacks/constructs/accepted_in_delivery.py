"""Findings in what CDK Pipelines makes by itself, each accepted where it is found."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, cast

from aws_cdk import Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from constructs import IConstruct

from stacks.constructs.accepted import accept

BUILD = {
    r"Action::s3:(GetObject|GetBucket|List)\*": "CDK's own grant to read the artifacts bucket.",
    r"Action::kms:(GenerateDataKey|ReEncrypt)\*": "CDK's own grant of the artifacts' key.",
    r"Resource::<Artifacts\w+\.Arn>/\*": "CodePipeline names the artifacts, anew in every run.",
    r"Resource::arn:[\w-]+:logs:[^*]*/aws/codebuild/<\w+>:\*": "The project's own log streams.",
    r"Resource::arn:[\w-]+:codebuild:[^*]*report-group/<\w+>-\*": "The project's own reports.",
}
WRITES = {
    r"Action::s3:(Abort|DeleteObject)\*": "CDK's own grant to write the artifacts bucket.",
}
END_TO_END = {
    r"Resource::arn:<AWS::Partition>:iam::\d{12}:role/Sandbox-Processing-EndToEnd\*": "One role: "
    "CloudFormation ends its name with letters of its own.",
}
SELF_MUTATION = {
    r"Resource::arn:\*:iam::\d{12}:role/\*": "Only bootstrapped roles: a condition asks for the "
    "tag that `cdk bootstrap` gives them, of three kinds.",
    r"Resource::\*": "DescribeStacks and ListBucket, with which the command line looks for the "
    "bootstrap stack; it reads no object by them.",
}
PUBLISHING = {
    r"Resource::arn:[\w-]+:logs:[^*]*/aws/codebuild/\*": "CDK shares one role among its "
    "publishers, which are named when they are made.",
    r"Resource::arn:[\w-]+:codebuild:[^*]*report-group/\*": "The same: reports of its publishers.",
    r"Resource::\*": "CDK lets its publishers start builds of any project and gives no way to "
    "narrow it: the pipeline's account should hold nothing else (docs/delivery.md).",
}
SECURITY_CHECK = {
    r"Resource::\*": "AssumeRole of CDK's deployment roles, which a condition knows by their tag, "
    "to compare the permissions with those that are deployed.",
    r"Resource::<\w+AutoApprove\w+\.Arn>:\*": "Any version of that one function.",
}
AUTO_APPROVE = {
    r"Resource::\*": "It approves in the one pipeline that carries its tag: a condition says so.",
}
ROLES: dict[str, Mapping[str, str]] = {
    "Pipeline/Pipeline/Role": BUILD | WRITES,
    "Pipeline/Pipeline/Source/Code/CodePipelineActionRole": BUILD | WRITES,
    "Pipeline/Pipeline/Build/Build/CdkBuildProject/Role": BUILD | WRITES,
    "Pipeline/Pipeline/Sandbox/TestRest/TestRest/Role": BUILD,
    "Pipeline/Pipeline/Sandbox/EndToEnd/EndToEnd/Role": BUILD | END_TO_END,
    "Pipeline/Pipeline/Production/Approval/CodePipelineActionRole": BUILD,
    "Pipeline/UpdatePipeline/SelfMutation/Role": BUILD | SELF_MUTATION,
    "Pipeline/Assets/FileRole": BUILD | PUBLISHING,
    "Pipeline/PipelinesSecurityCheck/CDKSecurityCheck/Role": BUILD | SECURITY_CHECK,
    "Pipeline/PipelinesSecurityCheck/CDKPipelinesAutoApprove/ServiceRole": AUTO_APPROVE,
    "PullRequests/Project/Role": BUILD,
}
CDKS_OWN = "CDK Pipelines makes it, and gives no way to say otherwise"
PUSH_AGAIN = "It starts a run on a push; one that is missed comes with the next, or by hand."
LOGS_ENCRYPTED = "CloudWatch encrypts it with a key of its own; it holds the output of builds."
# By construct and finding; some are there for one source only.
OTHERS = (
    (
        "Artifacts",
        ("AwsSolutions-S1", "CKV_AWS_18"),
        "CodePipeline and its builds alone read and write it; it keeps their history.",
    ),
    (
        "Artifacts",
        ("CKV_AWS_21",),
        "Every run writes under names of its own; nothing is overwritten.",
    ),
    ("Pipeline/Pipeline", ("E3703",), f"A style of writing, not an error. {CDKS_OWN}."),
    ("Pipeline/Pipeline", ("W3005",), f"It waits for its role twice. {CDKS_OWN}."),
    ("Builds", ("CKV_AWS_158",), LOGS_ENCRYPTED),
    ("Checks", ("CKV_AWS_158",), LOGS_ENCRYPTED),
    (
        "Pipeline/PipelinesSecurityCheck/CDKPipelinesAutoApprove/LogGroup",
        ("CKV_AWS_158",),
        LOGS_ENCRYPTED,
    ),
    (
        "Pipeline/Assets/FileRole/DefaultPolicy",
        ("CKV_AWS_111",),
        f"Publishing is writing. {CDKS_OWN}.",
    ),
    (
        "Pipeline/PipelinesSecurityCheck/CDKPipelinesAutoApprove",
        (
            "CKV_AWS_115",
            "CKV_AWS_116",
            "CKV_AWS_117",
            "Serverless-LambdaDLQ",
            "Serverless-LambdaDefaultMemorySize",
            "Serverless-LambdaTracing",
            "W3005",
        ),
        f"It answers one call of a build, which fails if it does not. {CDKS_OWN}.",
    ),
    (
        "Pipeline/PipelinesSecurityCheck/CDKPipelinesAutoApprove/ServiceRole",
        (
            "AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/"
            "AWSLambdaBasicExecutionRole]",
        ),
        f"It writes its log by it. {CDKS_OWN}.",
    ),
    (
        "PullRequests/Project",
        ("AwsSolutions-CB4",),
        "It puts out nothing but its log and its test reports: there is no artifact to encrypt.",
    ),
    (
        "Alarms/StageFailed",
        ("Serverless-EventBusDLQ",),
        "It tells people of a failure that the pipeline shows, too; a lost mail loses no work.",
    ),
)


def accept_in_delivery(stack: Stack) -> None:
    """Accept them on the stack's constructs, when all of them are there."""
    for path, reasons in ROLES.items():
        accept_wildcards(find(stack, path), reasons)
    for path, findings, because in OTHERS:
        accept(find(stack, path), *findings, because=because)
    # CodeCommit's rules start something; GitHub needs none.
    for rule in stack.node.find_all():
        if isinstance(rule, events.Rule):
            accept(rule, "Serverless-EventBusDLQ", because=PUSH_AGAIN)


def accept_wildcards(role: IConstruct, reasons: Mapping[str, str]) -> None:
    """Accept those wildcards of a role's policy that a pattern describes, one by one."""
    for wildcard in set(wildcards(role)):
        for pattern, because in reasons.items():
            if re.fullmatch(pattern, wildcard):
                accept(role, f"AwsSolutions-IAM5[{wildcard}]", because=because)


def wildcards(role: IConstruct) -> Iterator[str]:
    """Yield them as cdk-nag names them."""
    policy = cast(iam.Policy, role.node.find_child("DefaultPolicy"))
    for statement in Stack.of(role).resolve(policy.document)["Statement"]:
        for kind in ("Action", "Resource"):
            texts = statement[kind] if isinstance(statement[kind], list) else [statement[kind]]
            yield from (f"{kind}::{flat(each)}" for each in texts if "*" in flat(each))


def flat(value: Any) -> str:
    match value:
        case {"Fn::Join": [str(between), list(parts)]}:
            return between.join(map(flat, parts))
        case {"Fn::GetAtt": [str(target), str(attribute)]}:
            return f"<{target}.{attribute}>"
        case {"Ref": str(target)}:
            return f"<{target}>"
    return str(value)


def find(stack: Stack, path: str) -> IConstruct:
    found: IConstruct = stack
    for id_ in path.split("/"):
        found = found.node.find_child(id_)
    return found
