"""Whoever runs the pipeline hears of it when one of its stages fails, with a link to look."""

import json

from aws_cdk import Aws, Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct

from stacks.constructs.accepted import MAIL, accept

EVENTS = iam.ServicePrincipal("events.amazonaws.com")


class DeliveryAlarms(Construct):
    def __init__(self, scope: Construct, id_: str, *, key: kms.Key, email: str | None) -> None:
        super().__init__(scope, id_)
        self.topic = sns.Topic(self, "Topic", master_key=key, enforce_ssl=True)
        if email:
            mail = self.topic.add_subscription(subscriptions.EmailSubscription(email))
            accept(mail, "Serverless-SNSRedrivePolicy", because=MAIL)
        self._let_rules_use(key)

    def tell_of_failures(self, pipeline: str) -> None:
        """Announce every failed stage of *pipeline*, a name."""
        # CDK's own target would let the rules of any account publish to the topic.
        rule = events.CfnRule(
            self,
            "StageFailed",
            description="A stage of the delivery pipeline failed.",
            event_pattern={
                "source": ["aws.codepipeline"],
                "detail-type": ["CodePipeline Stage Execution State Change"],
                "detail": {"pipeline": [pipeline], "state": ["FAILED"]},
            },
            targets=[
                events.CfnRule.TargetProperty(
                    arn=self.topic.topic_arn, id="Topic", input_transformer=message()
                )
            ],
        )
        self.topic.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[EVENTS],
                actions=["sns:Publish"],
                resources=[self.topic.topic_arn],
                conditions=from_here(rule.attr_arn),
            )
        )

    def _let_rules_use(self, key: kms.Key) -> None:
        # Any rule of this account: the one rule needs the topic, and the topic needs this key.
        rules = Stack.of(self).format_arn(service="events", resource="rule", resource_name="*")
        key.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[EVENTS],
                actions=["kms:Decrypt", "kms:GenerateDataKey"],
                resources=["*"],
                conditions=from_here(rules),
            )
        )


def from_here(arn: str) -> dict[str, dict[str, str]]:
    return {
        "StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID},
        "ArnLike": {"aws:SourceArn": arn},
    }


def message() -> events.CfnRule.InputTransformerProperty:
    link = (
        f"https://{Aws.REGION}.console.aws.amazon.com/codesuite/codepipeline/pipelines/<pipeline>"
        f"/executions/<execution>/timeline?region={Aws.REGION}"
    )
    return events.CfnRule.InputTransformerProperty(
        input_paths_map={
            "stage": "$.detail.stage",
            "pipeline": "$.detail.pipeline",
            "execution": "$.detail.execution-id",
        },
        input_template=json.dumps(f"Stage <stage> of the pipeline <pipeline> failed: {link}"),
    )
