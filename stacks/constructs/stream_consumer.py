"""A function that hears of every change of a table's items: mapping, failures bucket, alarms."""

from collections.abc import Sequence
from typing import Any, Unpack

import jsii
from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from constructs import Construct

from stacks.constructs.accepted import accept
from stacks.constructs.alarms import alarm
from stacks.constructs.outputs import output
from stacks.constructs.permissions import allow, allow_arn
from stacks.constructs.private_bucket import PrivateBucket
from stacks.constructs.python_function import FunctionProps, PythonFunction

# The stream itself forgets after 24 hours: give up before, while the records can still be kept.
GIVE_UP_AFTER = Duration.hours(20)
RETRIES = 10
FEW_REACH_IT = (
    "Lambda writes it under one role, an operator reads it after an alarm, and it holds copies of "
    "changes for a while. A log in the storage stack would make the stacks wait for each other."
)
WRITTEN_ONCE = "Lambda writes each object once, under a name of its own, and nobody may overwrite."
LATE = Duration.minutes(15)


class StreamConsumer(Construct):
    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        table: dynamodb.TableV2,
        sort_keys: Sequence[str] | None,
        parallelization: int,
        **function: Unpack[FunctionProps],
    ) -> None:
        """Feed a function with the changes of those items whose sort key is one of `sort_keys`.

        `None`: of all items. A stream takes two such functions and no third.
        """
        super().__init__(scope, id_)
        config = function["config"]
        self.function = PythonFunction(self, "Function", traced=config.trace_uploads, **function)
        self.failures = PrivateBucket(
            self,
            "Failures",
            config=config,
            expires_days=config.failures_days,
            access_logs=FEW_REACH_IT,
        )
        accept(self.failures, "CKV_AWS_21", because=WRITTEN_ONCE)
        self.mapping = self._feed(table, sort_keys, parallelization)
        self._alarms()
        output(self, f"{id_}Failures", self.failures.bucket_name)

    def _feed(
        self, table: dynamodb.TableV2, sort_keys: Sequence[str] | None, parallelization: int
    ) -> lambda_.EventSourceMapping:
        stream = table.table_stream_arn
        if stream is None:
            raise ValueError(f"{table.node.path} has no stream to consume")
        # What CDK's DynamoEventSource would grant, but ListStreams on this stream, not on "*".
        allow_arn(self.function, READ_STREAM, stream)
        return self.function.live.add_event_source_mapping(
            "Stream",
            event_source_arn=stream,
            starting_position=lambda_.StartingPosition.TRIM_HORIZON,
            batch_size=100,
            parallelization_factor=parallelization,
            filters=[only(sort_keys)] if sort_keys else None,
            bisect_batch_on_error=True,
            retry_attempts=RETRIES,
            max_record_age=GIVE_UP_AFTER,
            report_batch_item_failures=True,
            on_failure=KeepRecords(self.function, self.failures),
            support_s3_on_failure_destination=True,
            metrics_config=lambda_.MetricsConfig(metrics=[lambda_.MetricType.EVENT_COUNT]),
        )

    def _alarms(self) -> None:
        folder = self.function.folder
        alarm(
            self,
            "LateAlarm",
            self.iterator_age(),
            at_least=LATE.to_milliseconds(),
            because=f"{folder} is {LATE.to_minutes()} minutes behind the table's changes.",
        )
        alarm(
            self,
            "GivenUpAlarm",
            self.given_up(),
            at_least=1,
            because=f"{folder} gave up on changes: they lie in its failures bucket.",
        )
        alarm(
            self,
            "LostAlarm",
            self._mapping_metric("DroppedEventCount"),
            at_least=1,
            because=f"{folder} gave up on changes, and its failures bucket does not have them.",
        )

    def iterator_age(self) -> cloudwatch.Metric:
        """Milliseconds that the last record of a batch had waited."""
        return self.function.function.metric("IteratorAge", statistic="Maximum")

    def given_up(self) -> cloudwatch.Metric:
        return self._mapping_metric("OnFailureDestinationDeliveredEventCount")

    def _mapping_metric(self, name: str) -> cloudwatch.Metric:
        return cloudwatch.Metric(
            namespace="AWS/Lambda",
            metric_name=name,
            dimensions_map={"EventSourceMappingUUID": self.mapping.event_source_mapping_id},
            statistic="Sum",
        )


READ_STREAM = (
    "dynamodb:DescribeStream",
    "dynamodb:GetRecords",
    "dynamodb:GetShardIterator",
    "dynamodb:ListStreams",
)


def only(sort_keys: Sequence[str]) -> dict[str, Any]:
    pattern = {"dynamodb": {"Keys": {"sk": {"S": list(sort_keys)}}}}
    return dict(lambda_.FilterCriteria.filter(pattern))


@jsii.implements(lambda_.IEventSourceDlq)
class KeepRecords:
    """An on-failure bucket. CDK's own would let the function read and delete in it as well."""

    def __init__(self, function: PythonFunction, bucket: s3.Bucket) -> None:
        self.function = function
        self.bucket = bucket

    def bind(
        self, target: lambda_.IEventSourceMapping, target_handler: lambda_.IFunction
    ) -> lambda_.DlqDestinationConfig:
        allow(self.function, "s3:PutObject", "s3:ListBucket", on=self.bucket)
        return lambda_.DlqDestinationConfig(destination=self.bucket.bucket_arn)
