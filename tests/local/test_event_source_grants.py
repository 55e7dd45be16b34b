"""Contract of local/emulator/repairs/event_source_grants.py."""

import json

import pytest
from botocore.exceptions import ClientError

from tests.local.workbench import Workbench, any_name, eventually, statement

ACKNOWLEDGE = "def handler(event, context):\n    pass\n"
CONSUME = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")
READ = (
    "dynamodb:GetRecords",
    "dynamodb:GetShardIterator",
    "dynamodb:DescribeStream",
    "dynamodb:ListStreams",
)
KEEP = ("s3:ListBucket", "s3:PutObject")


@pytest.mark.parametrize("missing", CONSUME)
def test_a_queue_is_refused_without_any_of_the_grants(bench: Workbench, missing: str) -> None:
    role = bench.role(*(action for action in CONSUME if action != missing))
    function = bench.function(ACKNOWLEDGE, Role=role)

    with pytest.raises(ClientError, match=f"does not have permissions to call {missing}"):
        bench.lambda_.create_event_source_mapping(
            FunctionName=function, EventSourceArn=bench.queue()[1]
        )

    assert not bench.lambda_.list_event_source_mappings(FunctionName=function)[
        "EventSourceMappings"
    ]


@pytest.mark.parametrize("missing", READ)
def test_a_stream_is_refused_without_any_of_the_grants(bench: Workbench, missing: str) -> None:
    role = bench.role(*(action for action in READ if action != missing))
    function = bench.function(ACKNOWLEDGE, Role=role)

    with pytest.raises(ClientError, match=f"does not have permissions to call {missing}"):
        bench.stream_to(function, bench.table()[1])


@pytest.mark.parametrize("missing", KEEP)
def test_a_stream_is_refused_if_its_failures_could_not_be_kept(
    bench: Workbench, missing: str
) -> None:
    role = bench.role(*READ, *(action for action in KEEP if action != missing))
    function = bench.function(ACKNOWLEDGE, Role=role)
    failures = {"OnFailure": {"Destination": f"arn:aws:s3:::{bench.bucket()}"}}

    with pytest.raises(ClientError, match=f"does not have permissions to call {missing}"):
        bench.stream_to(function, bench.table()[1], DestinationConfig=failures)


def test_a_template_with_a_missing_grant_fails(bench: Workbench) -> None:
    function = bench.function(ACKNOWLEDGE)
    properties = {"FunctionName": function, "EventSourceArn": bench.queue()[1]}
    mapping = {"Type": "AWS::Lambda::EventSourceMapping", "Properties": properties}
    stack = any_name("stack")

    bench.cloud.client("cloudformation").create_stack(
        StackName=stack, TemplateBody=json.dumps({"Resources": {"Mapping": mapping}})
    )

    eventually(lambda: bench.cloud.stacks()[stack] == "ROLLBACK_COMPLETE")


def test_a_grant_taken_away_stops_the_deliveries_and_given_back_resumes_them(
    bench: Workbench,
) -> None:
    url, arn = bench.queue()
    role = bench.role(*CONSUME).rsplit("/", 1)[-1]
    function = bench.function(ACKNOWLEDGE, Role=bench.iam.get_role(RoleName=role)["Role"]["Arn"])
    mapping = bench.lambda_.create_event_source_mapping(FunctionName=function, EventSourceArn=arn)
    send = {"QueueUrl": url, "MessageBody": "cat.jpg"}

    bench.iam.delete_role_policy(RoleName=role, PolicyName="allow")
    eventually(lambda: "PROBLEM: " in result_of(bench, mapping["UUID"]))
    bench.cloud.client("sqs").send_message(**send)
    assert not bench.is_empty(url)

    policy = statement(list(CONSUME), Resource="*")
    bench.iam.put_role_policy(RoleName=role, PolicyName="allow", PolicyDocument=policy)
    eventually(lambda: bench.is_empty(url))


def result_of(bench: Workbench, mapping: str) -> str:
    result: str = bench.lambda_.get_event_source_mapping(UUID=mapping)["LastProcessingResult"]
    return result
