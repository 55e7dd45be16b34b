"""A function's messages to people, through the topic that alarms go to."""

import jsii
from aws_cdk import IStableStringProducer, Lazy, Stack
from aws_cdk import aws_kms as kms
from constructs import IConstruct

from stacks.constructs.permissions import allow_arn
from stacks.constructs.python_function import PythonFunction
from stacks.constructs.watch import Watch


def allow_messages(function: PythonFunction, *, key: kms.Key) -> None:
    """Let a function publish to the alarms' topic, which is made when all functions are there."""
    topic = Lazy.string(AlarmTopic(Stack.of(function)))
    function.function.add_environment("MESSAGES_TOPIC", topic)
    allow_arn(function, ["sns:Publish"], topic)
    # What publishing to a topic under a key of our own takes.
    allow_arn(function, ["kms:Decrypt", "kms:GenerateDataKey"], key.key_arn)


@jsii.implements(IStableStringProducer)
class AlarmTopic:
    def __init__(self, scope: IConstruct) -> None:
        self.scope = scope

    def produce(self) -> str:
        [watch] = [child for child in self.scope.node.find_all() if isinstance(child, Watch)]
        return watch.topic.topic_arn
