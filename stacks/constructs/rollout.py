"""New versions get traffic little by little, and lose it again if they are worse."""

from collections.abc import Mapping, Sequence

from aws_cdk import Aws, Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_codedeploy as codedeploy
from aws_cdk import aws_iam as iam
from constructs import Construct

from stacks.config import DEPLOYMENTS
from stacks.constructs.accepted import accept
from stacks.constructs.consumer import Consumer
from stacks.constructs.fleet import Fed
from stacks.constructs.permissions import allow_arn
from stacks.constructs.python_function import PythonFunction
from stacks.constructs.rollout_alarms import losing_alarm, slower_alarm, worse_alarm
from stacks.constructs.scheduled_function import ScheduledFunction

ANY_VERSION = (
    "Versions are numbered as they are published: the one to be tested is not known before, and a "
    "rollback goes to an earlier one."
)


class Rollout(Construct):
    """Deploys what gets traffic; what CodeDeploy or an alarm runs is replaced at once.

    CodeDeploy watches alarms about the new version only. One that rings already keeps it from
    beginning: with the dead letters' own alarm, nobody could deploy what would mend them.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        deployment: str,
        fed: Sequence[Fed],
        before: PythonFunction,
        after: PythonFunction,
    ) -> None:
        super().__init__(scope, id_)
        self.application = codedeploy.LambdaApplication(self, "Application")
        watched = {each.function: self._alarms(each) for each in fed}
        role = self._role(watched, [before, after])
        config = getattr(codedeploy.LambdaDeploymentConfig, DEPLOYMENTS[deployment])
        for function, alarms in watched.items():
            group = codedeploy.LambdaDeploymentGroup(
                self,
                function.node.path.split("/")[-2],
                application=self.application,
                alias=function.live,
                alarms=alarms,
                auto_rollback=codedeploy.AutoRollbackConfig(
                    failed_deployment=True, stopped_deployment=True, deployment_in_alarm=True
                ),
                deployment_config=config,
                pre_hook=before.function,
                post_hook=after.function,
                # CDK's own policy would let CodeDeploy change every function's aliases.
                role=role.without_policy_updates(),
            )
            allow_arn(before, ["codedeploy:GetDeployment"], group.deployment_group_arn)
        allow_arn(before, ["codedeploy:GetApplicationRevision"], self.application.application_arn)

    def _alarms(self, each: Fed) -> list[cloudwatch.Alarm]:
        alarms = [worse_alarm(self, each.function)]
        if not isinstance(each, ScheduledFunction):
            alarms.append(slower_alarm(self, each.function))
        if isinstance(each, Consumer):
            alarms.append(losing_alarm(self, each.function, each.lost()))
        return alarms

    def _role(
        self,
        watched: Mapping[PythonFunction, Sequence[cloudwatch.Alarm]],
        hooks: Sequence[PythonFunction],
    ) -> iam.Role:
        """CodeDeploy's role for all of them: these aliases, these alarms, these hooks."""
        arns = [each.function.function_arn for each in watched]
        lives = [f"{arn}:live" for arn in arns]
        rings = [alarm.alarm_arn for alarms in watched.values() for alarm in alarms]
        allowed = {
            ("lambda:GetAlias", "lambda:UpdateAlias"): [*arns, *lives],
            ("lambda:GetProvisionedConcurrencyConfig",): lives,
            ("lambda:InvokeFunction",): [hook.function.function_arn for hook in hooks],
            ("cloudwatch:DescribeAlarms",): rings,
        }
        group = Stack.of(self).format_arn(service="codedeploy", resource="deploymentgroup:*")
        role = iam.Role(
            self,
            "Role",
            assumed_by=iam.ServicePrincipal(
                "codedeploy.amazonaws.com",
                conditions={
                    "StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID},
                    "ArnLike": {"aws:SourceArn": group},
                },
            ),
        )
        # Not inline: the groups need the role, the hooks the groups, and this policy the hooks.
        for actions, resources in allowed.items():
            role.add_to_policy(iam.PolicyStatement(actions=list(actions), resources=resources))
        return role


def allow_smoke_tests(tester: PythonFunction, functions: Sequence[PythonFunction]) -> None:
    """Let a function invoke any version of others, which test themselves then."""
    stack = Stack.of(tester)
    for each in functions:
        arn = each.function.function_arn
        allow_arn(tester, ["lambda:InvokeFunction"], f"{arn}:*")
        logical_id = stack.resolve(arn)["Fn::GetAtt"][0]
        finding = f"AwsSolutions-IAM5[Resource::<{logical_id}.Arn>:*]"
        accept(tester.role, finding, because=ANY_VERSION)
