"""A function that runs by the clock: schedule, dead letters, alarms."""

from collections.abc import Mapping
from typing import Unpack, cast

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_scheduler_targets as targets
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from stacks.constructs.alarms import alarm
from stacks.constructs.consumer import dead_letters
from stacks.constructs.python_function import FunctionProps, PythonFunction
from stacks.constructs.scheduler_role import scheduler_role


class ScheduledFunction(Construct):
    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        every_minutes: int | None,
        tick: Mapping[str, object] | None = None,
        **function: Unpack[FunctionProps],
    ) -> None:
        """Run a function every so many minutes, with `None` only when someone invokes it.

        `tick` is the event by which it knows that it was the clock.
        """
        super().__init__(scope, id_)
        self.tick = tick
        self.function = PythonFunction(self, "Function", **function)
        if every_minutes is not None:
            self._schedule(every_minutes)

    def _schedule(self, minutes: int) -> None:
        missed = dead_letters(self, "Missed")
        scheduler.Schedule(
            self,
            "Schedule",
            description=f"Runs {self.function.folder} every {minutes} minutes.",
            schedule=scheduler.ScheduleExpression.rate(Duration.minutes(minutes)),
            target=targets.LambdaInvoke(
                cast(lambda_.IFunction, self.function.live),
                # A tick that comes late is as good as the next one.
                max_event_age=Duration.minutes(max(1, minutes)),
                retry_attempts=3,
                input=scheduler.ScheduleTargetInput.from_object(self.tick) if self.tick else None,
                dead_letter_queue=missed,
                role=self._role(missed).without_policy_updates(),
            ),
        )
        self._alarms(missed, minutes)

    def _role(self, missed: sqs.Queue) -> iam.Role:
        """CDK's would let it invoke every version, too."""
        invoke = iam.PolicyStatement(
            actions=["lambda:InvokeFunction"], resources=[self.function.live.function_arn]
        )
        keep = iam.PolicyStatement(actions=["sqs:SendMessage"], resources=[missed.queue_arn])
        return scheduler_role(self, invoke, keep)

    def _alarms(self, missed: sqs.Queue, minutes: int) -> None:
        folder = self.function.folder
        alarm(
            self,
            "MissedAlarm",
            missed.metric_approximate_number_of_messages_visible(statistic="Maximum"),
            at_least=1,
            because=f"The schedule could not run {folder}: check its role.",
        )
        # No data is no alarm, so what must not happen is turned into a number first.
        invocations = self.function.function.metric_invocations()
        silence = cloudwatch.MathExpression(
            expression="IF(FILL(invocations, 0) > 0, 0, 1)",
            using_metrics={"invocations": invocations},
            period=Duration.minutes(12 * minutes),
            label="silent",
        )
        alarm(
            self,
            "SilentAlarm",
            silence,
            at_least=1,
            because=f"{folder} has not run for {12 * minutes} minutes: is its schedule on?",
        )
