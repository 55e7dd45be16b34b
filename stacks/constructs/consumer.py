"""A function that hears of every upload: subscription, queue, dead letters, function, alarms.

It hears of repairs, too, by a queue of their own: however many there are, uploads do not wait.
"""

from typing import Unpack

from aws_cdk import Duration
from aws_cdk import aws_lambda_event_sources as sources
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from stacks.constructs.alarms import alarm
from stacks.constructs.outputs import output
from stacks.constructs.python_function import FunctionProps, PythonFunction

# Fewer tries would send a message to the dead letters for a throttled minute.
TRIES = 5
LATE = Duration.minutes(15)
REPAIRS_LATE = Duration.days(1)
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
        self.function = PythonFunction(self, "Function", **function)
        self.dead_letters = dead_letters(self, "DeadLetters")
        self.undelivered = dead_letters(self, "Undelivered")
        self.queue = self._queue("Queue")
        self.repairs = self._queue("Repairs")
        self._subscribe(self.queue, topic)
        self._subscribe(self.repairs, repairs)
        self._feed(self.queue, function["config"].max_concurrency)
        self._feed(self.repairs, REPAIRS_CONCURRENCY)
        self._alarms()
        output(self, f"{id_}Queue", self.queue.queue_url)
        output(self, f"{id_}RepairsQueue", self.repairs.queue_url)
        output(self, f"{id_}DeadLetters", self.dead_letters.queue_url)
        output(self, f"{id_}Undelivered", self.undelivered.queue_url)

    def _queue(self, id_: str) -> sqs.Queue:
        return sqs.Queue(
            self,
            id_,
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            retention_period=Duration.days(4),
            # AWS's advice: room for Lambda to retry a throttled batch before others see it again.
            visibility_timeout=Duration.seconds(6 * self.function.timeout.to_seconds()),
            dead_letter_queue=sqs.DeadLetterQueue(queue=self.dead_letters, max_receive_count=TRIES),
        )

    def _subscribe(self, queue: sqs.Queue, topic: sns.Topic) -> None:
        topic.add_subscription(
            subscriptions.SqsSubscription(
                queue, raw_message_delivery=True, dead_letter_queue=self.undelivered
            )
        )

    def _feed(self, queue: sqs.Queue, max_concurrency: int) -> None:
        self.function.live.add_event_source(
            sources.SqsEventSource(
                queue,
                batch_size=10,
                report_batch_item_failures=True,
                max_concurrency=max_concurrency,
            )
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


def dead_letters(scope: Construct, id_: str) -> sqs.Queue:
    return sqs.Queue(
        scope,
        id_,
        encryption=sqs.QueueEncryption.SQS_MANAGED,
        enforce_ssl=True,
        retention_period=Duration.days(14),
    )
