"""What computes: one short method per function, named like its folder in `functions/`.

Each method holds everything about one function: its trigger, its environment and its grants.
"""

from aws_cdk import Stack
from constructs import Construct

from stacks.config import StageConfig
from stacks.constructs.consumer import Consumer
from stacks.constructs.facets import Facets
from stacks.constructs.layers import Layers
from stacks.constructs.outputs import output
from stacks.constructs.panels import columns
from stacks.constructs.permissions import allow, allow_arn
from stacks.constructs.python_function import function_folders
from stacks.constructs.scheduled_function import ScheduledFunction
from stacks.constructs.stream_consumer import StreamConsumer
from stacks.constructs.sweep_alarms import sweep_alarms
from stacks.constructs.watch import Watch
from stacks.storage_stack import StorageStack


class ProcessingStack(Stack):
    def __init__(
        self, scope: Construct, id_: str, *, config: StageConfig, storage: StorageStack
    ) -> None:
        super().__init__(scope, id_, tags=config.tags, termination_protection=config.keep_data)
        self.config = config
        self.storage = storage
        self.layers = Layers(self, "Layers", config=config)
        self.facets = Facets(self).text
        for folder in function_folders():
            self._deploy(folder)
        self._watch()
        output(self, "Facets", self.facets)
        output(self, "ReportShards", str(config.report_shards))
        output(self, "ThumbnailsDays", str(config.thumbnails_days or "never"))

    def make_thumbnails(self) -> None:
        consumer = Consumer(
            self,
            "MakeThumbnails",
            folder="make_thumbnails",
            facet="THUMBNAILS",
            topic=self.storage.uploads,
            repairs=self.storage.repairs,
            config=self.config,
            layers=[self.layers.shared, self.layers.powertools, self.layers.resizing],
            target=self.config.resizing_target,
            environment={
                "ORIGINALS_BUCKET": self.storage.originals.bucket_name,
                "THUMBNAILS_BUCKET": self.storage.thumbnails.bucket_name,
                "CATALOG_TABLE": self.storage.catalog.table_name,
                "VARIANTS": self.config.variants_json,
                "KEEP_CREDITS": "yes" if self.config.keep_credits else "no",
                "MAX_BYTES": str(self.config.max_bytes),
                "MAX_MEMORY": str(self.config.max_memory),
                "TOMBSTONE_DAYS": str(self.config.tombstone_days),
            },
            # One whole processor: decoding is bound by it, and below this Lambda gives a share.
            # It also has to hold what decoding takes, twice the largest file, and two Pythons.
            memory_mb=max(1769, self.config.decoding_mb + 512),
            # Ten pictures to a batch, the largest of which take seconds.
            timeout_seconds=60,
        )
        # ListBucket: without it S3 answers 403, not 404, for a key that is gone.
        allow(consumer.function, "s3:GetObject", "s3:ListBucket", on=self.storage.originals)
        allow(
            consumer.function,
            "s3:DeleteObject",
            "s3:ListBucket",
            "s3:PutObject",
            on=self.storage.thumbnails,
        )
        allow(consumer.function, "dynamodb:GetItem", "dynamodb:PutItem", on=self.storage.catalog)

    def index_metadata(self) -> None:
        consumer = Consumer(
            self,
            "IndexMetadata",
            folder="index_metadata",
            facet="METADATA",
            topic=self.storage.uploads,
            repairs=self.storage.repairs,
            config=self.config,
            layers=[self.layers.shared, self.layers.powertools, self.layers.imaging],
            environment={
                "ORIGINALS_BUCKET": self.storage.originals.bucket_name,
                "CATALOG_TABLE": self.storage.catalog.table_name,
                "MAX_BYTES": str(self.config.max_bytes),
                "MAX_MEMORY": str(self.config.max_memory),
                "GPS": self.config.gps,
                "TOMBSTONE_DAYS": str(self.config.tombstone_days),
            },
            # It reads headers and hashes bytes but decodes no pixels: room for the largest file
            # (64 MiB) here, in the child that reads it, and in three copies there.
            memory_mb=1024,
            timeout_seconds=60,
        )
        allow(consumer.function, "s3:GetObject", "s3:ListBucket", on=self.storage.originals)
        allow(consumer.function, "dynamodb:GetItem", "dynamodb:PutItem", on=self.storage.catalog)

    def report_changes(self) -> None:
        consumer = StreamConsumer(
            self,
            "ReportChanges",
            folder="report_changes",
            table=self.storage.catalog,
            sort_keys=["METADATA"],
            parallelization=self.config.report_parallelization,
            config=self.config,
            layers=[self.layers.shared, self.layers.powertools],
            environment={
                "REPORT_TABLE": self.storage.report.table_name,
                "REPORT_SHARDS": str(self.config.report_shards),
                "TOMBSTONE_DAYS": str(self.config.tombstone_days),
            },
            # It only waits for DynamoDB: the least that starts quickly.
            memory_mb=256,
            timeout_seconds=60,
        )
        # Transactions are authorised by the actions that they are made of.
        allow(
            consumer.function,
            "dynamodb:GetItem",
            "dynamodb:PutItem",
            "dynamodb:UpdateItem",
            on=self.storage.report,
        )

    def reconcile(self) -> None:
        sweeper = ScheduledFunction(
            self,
            "Reconcile",
            folder="reconcile",
            every_minutes=5 if self.config.sweep_scheduled else None,
            config=self.config,
            layers=[self.layers.shared, self.layers.powertools],
            environment={
                "ORIGINALS_BUCKET": self.storage.originals.bucket_name,
                "THUMBNAILS_BUCKET": self.storage.thumbnails.bucket_name,
                "CATALOG_TABLE": self.storage.catalog.table_name,
                "REPORT_TABLE": self.storage.report.table_name,
                "REPORT_SHARDS": str(self.config.report_shards),
                "REPORTS_BUCKET": self.storage.reports.bucket_name,
                "REPAIRS_TOPIC": self.storage.repairs.topic_arn,
                "FACETS": self.facets,
                "THUMBNAILS_DAYS": str(self.config.thumbnails_days or "never"),
                "SWEEP_HOURS": str(self.config.sweep_hours),
                "SWEEP_GRACE_MINUTES": str(self.config.sweep_grace_minutes),
            },
            # One partition of fifty thousand keys, or a hundred thousand records on their way.
            memory_mb=1024,
            timeout_seconds=900,
        )
        function = sweeper.function
        allow(function, "s3:ListBucketVersions", on=self.storage.originals)
        allow(function, "s3:DeleteObject", "s3:ListBucket", on=self.storage.thumbnails)
        allow(function, "s3:GetObject", "s3:PutObject", on=self.storage.reports)
        allow(
            function,
            "dynamodb:DescribeTable",
            "dynamodb:Query",
            "dynamodb:Scan",
            on=self.storage.catalog,
        )
        allow(
            function,
            "dynamodb:ConditionCheckItem",
            "dynamodb:GetItem",
            "dynamodb:PutItem",
            "dynamodb:Scan",
            on=self.storage.report,
        )
        allow_arn(function, ["sns:Publish"], self.storage.repairs.topic_arn)
        # What publishing to a topic under a key of our own takes.
        allow_arn(function, ["kms:Decrypt", "kms:GenerateDataKey"], self.storage.key.key_arn)
        sweep_alarms(sweeper, hours=self.config.sweep_hours)

    def _deploy(self, folder: str) -> None:
        method = vars(ProcessingStack).get(folder)
        if method is None:
            raise ValueError(
                f"functions/{folder} is not deployed: ProcessingStack has no {folder}()"
            )
        method(self)

    def _watch(self) -> None:
        children = self.node.children
        Watch(
            self,
            "Watch",
            key=self.storage.key,
            email=self.config.alarm_email,
            columns=columns(
                uploads=self.storage.uploads,
                consumers=[child for child in children if isinstance(child, Consumer)],
                streams=[child for child in children if isinstance(child, StreamConsumer)],
                report=self.storage.report,
                sweeps=[child for child in children if isinstance(child, ScheduledFunction)],
            ),
        )
