"""What computes: one short method per function, named like its folder in `functions/`.

Each method holds everything about one function: its trigger, its environment and its grants.
"""

from aws_cdk import Stack
from constructs import Construct

from stacks.config import StageConfig
from stacks.constructs.consumer import Consumer
from stacks.constructs.layers import Layers
from stacks.constructs.panels import columns
from stacks.constructs.permissions import allow
from stacks.constructs.python_function import function_folders
from stacks.constructs.stream_consumer import StreamConsumer
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
        for folder in function_folders():
            self._deploy(folder)
        self._watch()

    def make_thumbnails(self) -> None:
        consumer = Consumer(
            self,
            "MakeThumbnails",
            folder="make_thumbnails",
            topic=self.storage.uploads,
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
            topic=self.storage.uploads,
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
            ),
        )
