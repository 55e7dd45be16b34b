"""One topic that every alarm acts on, and one dashboard that shows the flow from left to right."""

from collections.abc import Iterable, Sequence
from typing import cast

from aws_cdk import Aws, Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct, IConstruct

from stacks.constructs.accepted import MAIL, accept
from stacks.constructs.answers import Row, title
from stacks.constructs.panels import Column
from stacks.constructs.service_level import Window


class Watch(Construct):
    """Watch everything that its scope holds: create it last."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        key: kms.Key,
        email: str | None,
        columns: Sequence[Column],
        rows: Iterable[Row],
    ) -> None:
        super().__init__(scope, id_)
        self.topic = self._topic(key, email)
        alarms = all_alarms(scope)
        for alarm in alarms:
            alarm.add_alarm_action(actions.SnsAction(self.topic))
        self._dashboard(alarms, columns, rows)

    def _topic(self, key: kms.Key, email: str | None) -> sns.Topic:
        topic = sns.Topic(self, "Alarms", master_key=key, enforce_ssl=True)
        stack = Stack.of(self)
        topic.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[iam.ServicePrincipal("cloudwatch.amazonaws.com")],
                actions=["sns:Publish"],
                resources=[topic.topic_arn],
                conditions={
                    "StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID},
                    "ArnLike": {
                        "aws:SourceArn": stack.format_arn(service="cloudwatch", resource="alarm:*")
                    },
                },
            )
        )
        if email:
            mail = topic.add_subscription(subscriptions.EmailSubscription(email))
            accept(mail, "Serverless-SNSRedrivePolicy", because=MAIL)
        return topic

    def _dashboard(
        self,
        alarms: Sequence[cloudwatch.AlarmBase],
        columns: Sequence[Column],
        rows: Iterable[Row],
    ) -> None:
        dashboard = cloudwatch.Dashboard(self, "Dashboard")
        dashboard.add_widgets(
            cloudwatch.AlarmStatusWidget(title="Alarms", alarms=list(alarms), width=24, height=3)
        )
        widgets = [cast(cloudwatch.IWidget, column.widget()) for column in columns]
        dashboard.add_widgets(title("Is it flowing?"))
        dashboard.add_widgets(*widgets)
        for row in rows:
            dashboard.add_widgets(*(cast(cloudwatch.IWidget, widget) for widget in row))


def all_alarms(scope: IConstruct) -> list[cloudwatch.AlarmBase]:
    """All that is worth telling, which half of a composite alarm is not."""
    alarms = [node for node in scope.node.find_all() if isinstance(node, cloudwatch.AlarmBase)]
    return [alarm for alarm in alarms if not isinstance(alarm, Window)]
