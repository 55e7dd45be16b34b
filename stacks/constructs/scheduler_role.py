"""The role in which EventBridge Scheduler does what a schedule is for."""

from aws_cdk import Aws
from aws_cdk import aws_iam as iam
from constructs import Construct

# The scheduler names a schedule's group as its source, not the schedule.
DEFAULT_GROUP = (
    f"arn:{Aws.PARTITION}:scheduler:{Aws.REGION}:{Aws.ACCOUNT_ID}:schedule-group/default"
)


def scheduler_role(scope: Construct, *may: iam.PolicyStatement) -> iam.Role:
    """Make a role that may do just that; CDK's own would be allowed more."""
    return iam.Role(
        scope,
        "SchedulerRole",
        assumed_by=iam.ServicePrincipal(
            "scheduler.amazonaws.com",
            conditions={
                "StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID},
                "ArnLike": {"aws:SourceArn": DEFAULT_GROUP},
            },
        ),
        inline_policies={"Tick": iam.PolicyDocument(statements=list(may))},
    )
