"""Once a week the pipeline runs without a push, for the world around unchanged pins changes.

The build's image and tools do, and so does what is known of holes in what is pinned: a run whose
audit fails is a failed stage, of which people are told.
"""

from typing import cast

from aws_cdk import Duration
from aws_cdk import aws_codepipeline as codepipeline
from aws_cdk import aws_iam as iam
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_scheduler_targets as targets
from constructs import Construct

from stacks.constructs.scheduler_role import scheduler_role

MINUTE, HOUR = "17", "5"  # UTC; full hours are everybody's


class WeeklyRebuild(Construct):
    def __init__(
        self, scope: Construct, id_: str, *, pipeline: codepipeline.Pipeline, on: str
    ) -> None:
        """Start the pipeline on that day of the week, such as `MON`."""
        super().__init__(scope, id_)
        start = iam.PolicyStatement(
            actions=["codepipeline:StartPipelineExecution"], resources=[pipeline.pipeline_arn]
        )
        role = scheduler_role(self, start)
        scheduler.Schedule(
            self,
            "Schedule",
            description="Runs Darkroom's delivery pipeline once a week, whatever was pushed.",
            schedule=scheduler.ScheduleExpression.cron(minute=MINUTE, hour=HOUR, week_day=on),
            target=targets.CodePipelineStartPipelineExecution(
                cast(codepipeline.IPipeline, pipeline),
                role=role.without_policy_updates(),
                # One that is missed for all that comes next week, or with the next push.
                max_event_age=Duration.hours(6),
                retry_attempts=3,
            ),
        )
