"""A function that hears of every upload: subscription, queue, dead letters, function, alarms.

It hears of repairs, too, by a queue of their own: however many there are, uploads do not wait.
"""

from typing import Unpack

from aws_cdk import Duration, Names
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_lambda_event_sources as sources
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from stacks.constructs.accepted import accept
from stacks.constructs.alarms import alarm
from stacks.constructs.outputs import output
from stacks.constructs.python_function import FunctionProps, PythonFunction

# Fewer tries would send a message to the dead letters for a throttled minute.
TRIES = 5
# In a batch, a message waits for those before it, and its tries run out with theirs: see
# docs/decisions.md, 2026-11-28.
BATCH_SIZE = 1
LATE = Duration.minutes(15)
REPAIRS_LATE = Duration.days(1)
SQS_ENCRYPTS = (
    "SQS encrypts it with a key of its own (checkov knows KMS only). Messages hold keys and "
    "versions, no pictures, and whoever may read the queue could read under our key, too."
)
REDRIVEN = (
    "A mapping of a queue cannot have a destination: what fails stays in the queue, and goes to "
    "its dead letters after five tries."
)
REPAIRS_CONCURRENCY = 2  # an SQS event source takes no less


class Consumer(Construct):
    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        facet: str,
        topic: sns.Topic,
        repairs: sns.Topic,
        **function: Unpack[FunctionProps],
    ) -> None:
        """Feed a function that owns `facet` of each object with what the topics announce."""
        super().__init__(scope, id_)
        self.facet = facet
        traced = function["config"].trace_uploads
        self.function = PythonFunction(self, "Function", traced=traced, **function)
        self.dead_letters = dead_letters(self, "DeadLetters", of_a_queue=True)
        self.undelivered = dead_letters(self, "Undelivered")
        self.queue = self._queue("Queue")
        self.repairs = self._queue("Repairs")
        self._subscribe(self.queue, topic)
        self._subscribe(self.repairs, repairs)
        self.mappings = [
            self._feed(self.queue, function["config"].max_concurrency),
            self._feed(self.repairs, REPAIRS_CONCURRENCY),
        ]
        self._alarms()
        output(self, f"{id_}Queue", self.queue.queue_url)
        output(self, f"{id_}RepairsQueue", self.repairs.queue_url)
        output(self, f"{id_}DeadLetters", self.dead_letters.queue_url)
        output(self, f"{id_}Undelivered", self.undelivered.queue_url)

    def _queue(self, id_: str) -> sqs.Queue:
        queue = sqs.Queue(
            self,
            id_,
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            retention_period=Duration.days(4),
            # AWS's advice: room for Lambda to retry a throttled batch before others see it again.
            visibility_timeout=Duration.seconds(6 * self.function.timeout.to_seconds()),
            dead_letter_queue=sqs.DeadLetterQueue(queue=self.dead_letters, max_receive_count=TRIES),
        )
        accept(queue, "CKV_AWS_27", because=SQS_ENCRYPTS)
        return queue

    def _subscribe(self, queue: sqs.Queue, topic: sns.Topic) -> None:
        topic.add_subscription(
            subscriptions.SqsSubscription(
                queue, raw_message_delivery=True, dead_letter_queue=self.undelivered
            )
        )

    def _feed(self, queue: sqs.Queue, max_concurrency: int) -> str:
        """Feed the function from a queue; return the mapping's id."""
        source = sources.SqsEventSource(
            queue,
            batch_size=BATCH_SIZE,
            report_batch_item_failures=True,
            max_concurrency=max_concurrency,
        )
        self.function.live.add_event_source(source)
        for child in self.function.live.node.children:
            if child.node.id.endswith(Names.node_unique_id(queue.node)):
                accept(child, "Serverless-LambdaEventSourceMappingDestination", because=REDRIVEN)
        return source.event_source_mapping_id

    def lost(self) -> cloudwatch.IMetric:
        """Return how many dead letters came: their number alone says nothing of today."""
        dead = self.dead_letters.metric_approximate_number_of_messages_visible(statistic="Maximum")
        return cloudwatch.MathExpression(
            expression="DIFF(dead)", using_metrics={"dead": dead}, label="new dead letters"
        )

    def _alarms(self) -> None:
        folder = self.function.folder
        alarm(
            self,
            "DeadLettersAlarm",
            self.dead_letters.metric_approximate_number_of_messages_visible(statistic="Maximum"),
            at_least=1,
            because=f"{folder} gave up on a message after {TRIES} tries: read its log, redrive.",
        )
        alarm(
            self,
            "UndeliveredAlarm",
            self.undelivered.metric_approximate_number_of_messages_visible(statistic="Maximum"),
            at_least=1,
            because=f"A topic could not reach a queue of {folder}: check its policy.",
        )
        alarm(
            self,
            "LateAlarm",
            self.queue.metric_approximate_age_of_oldest_message(),
            at_least=LATE.to_seconds(),
            because=f"{folder} is {LATE.to_minutes()} minutes behind its uploads.",
        )
        alarm(
            self,
            "RepairsLateAlarm",
            self.repairs.metric_approximate_age_of_oldest_message(),
            at_least=REPAIRS_LATE.to_seconds(),
            because=f"{folder} is a day behind with what the sweep sent it.",
        )


def dead_letters(scope: Construct, id_: str, *, of_a_queue: bool = False) -> sqs.Queue:
    """Make a queue for what a queue, or else a topic or a schedule, could not bring home."""
    queue = sqs.Queue(
        scope,
        id_,
        encryption=sqs.QueueEncryption.SQS_MANAGED,
        enforce_ssl=True,
        retention_period=Duration.days(14),
    )
    accept(queue, "CKV_AWS_27", because=SQS_ENCRYPTS)
    accept(queue, "Serverless-SQSRedrivePolicy", because="It is where dead letters end.")
    if not of_a_queue:
        accept(queue, "AwsSolutions-SQS3", because="Dead letters of what is no queue: an end.")
    return queue
