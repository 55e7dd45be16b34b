"""Stops the app when it runs away, before it costs: alarms, and a function that pulls the plug."""

from collections.abc import Sequence
from typing import cast

from aws_cdk import ArnFormat, Duration, Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from stacks.config import StageConfig
from stacks.constructs.alarms import alarm
from stacks.constructs.consumer import Consumer
from stacks.constructs.permissions import allow_arn
from stacks.constructs.python_function import PythonFunction
from stacks.constructs.stream_consumer import StreamConsumer

WINDOW = Duration.minutes(15)
# Below that many invocations in a window, whatever the ratio, it is a matter of cents.
CENTS = 10_000
RUNAWAY = (
    f"IF(ran > {CENTS} AND ran > {{}} * (FILL(announced, 0) + FILL(repaired, 0) + "
    "FILL(waiting, 0) + FILL(repairs, 0)), 1, 0)"
)
STOPPED = "All event source mappings are being switched off; messages wait. "
RESUME = "Find the cause, then: python3 -m operations resume"


class Breaker(Construct):
    """Lets a function switch off all event source mappings when there is far too much to do."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        function: PythonFunction,
        consumers: Sequence[Consumer],
        streams: Sequence[StreamConsumer],
        topics: Sequence[sns.Topic],
        config: StageConfig,
    ) -> None:
        super().__init__(scope, id_)
        self.function = function
        self.mappings = [id_ for consumer in consumers for id_ in consumer.mappings]
        self.mappings += [stream.mapping.event_source_mapping_id for stream in streams]
        self._allow()
        self._tell()
        most = config.runaway_per_hour * WINDOW.to_minutes() // 60
        for consumer in consumers:
            # Each message is a run: of a backlog that is worked off there may be any number.
            came = consumer.queue.metric_number_of_messages_sent(period=WINDOW, statistic="Sum")
            self._limit(consumer.function, "got {} messages", came, most)
        for stream in streams:
            ran = stream.function.function.metric_invocations(period=WINDOW, statistic="Sum")
            self._limit(stream.function, "ran {} times", ran, most)
        if config.runaway_ratio is not None:
            for consumer in consumers:
                self._compare(consumer, topics, config.runaway_ratio)

    def _allow(self) -> None:
        self.function.function.add_environment("MAPPINGS", ",".join(self.mappings))
        for mapping in self.mappings:
            arn = Stack.of(self).format_arn(
                service="lambda",
                resource="event-source-mapping",
                resource_name=mapping,
                arn_format=ArnFormat.COLON_RESOURCE_NAME,
            )
            verbs = ("lambda:GetEventSourceMapping", "lambda:UpdateEventSourceMapping")
            allow_arn(self.function, verbs, arn)

    def _tell(self) -> None:
        disabled = self.function.metric("MappingsDisabled")
        because = f"The app ran away and was stopped: nothing is consumed, messages wait. {RESUME}"
        alarm(self, "StoppedAlarm", disabled, at_least=1, because=because)

    def _limit(
        self, fed: PythonFunction, did: str, metric: cloudwatch.IMetric, most: float
    ) -> None:
        because = f"{fed.folder} {did.format(most)} in {WINDOW.to_minutes()} minutes. "
        self._break_on(f"{fed.folder}Volume", metric, most, because)

    def _compare(self, consumer: Consumer, topics: Sequence[sns.Topic], ratio: int) -> None:
        """Compare runs with all that could be a reason for one: what came, and what waited.

        What was announced before and waits until now is no runaway, but a backlog.
        """
        ran = consumer.function.function.metric_invocations(period=WINDOW, statistic="Sum")
        uploads, repairs = topics
        expected: dict[str, cloudwatch.IMetric] = {
            "announced": uploads.metric_number_of_messages_published(period=WINDOW),
            "repaired": repairs.metric_number_of_messages_published(period=WINDOW),
            "waiting": _most_waiting(consumer.queue),
            "repairs": _most_waiting(consumer.repairs),
        }
        judged = cloudwatch.MathExpression(
            expression=RUNAWAY.format(ratio),
            using_metrics={"ran": ran, **expected},
            period=WINDOW,
            label="runaway",
        )
        folder = consumer.function.folder
        because = f"{folder} ran {ratio} times for each thing that it was told of. "
        self._break_on(f"{folder}Ratio", judged, 1, because)

    def _break_on(
        self, name: str, metric: cloudwatch.IMetric, at_least: float, because: str
    ) -> None:
        raised = alarm(self, name, metric, at_least=at_least, because=f"{because}{STOPPED}{RESUME}")
        live = cast(lambda_.IAlias, self.function.live)
        raised.add_alarm_action(actions.LambdaAction(live))


def _most_waiting(queue: sqs.Queue) -> cloudwatch.IMetric:
    return queue.metric_approximate_number_of_messages_visible(period=WINDOW, statistic="Maximum")
