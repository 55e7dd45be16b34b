"""What computes: one short method per function, named like its folder in `functions/`.

Each method holds everything about one function: its trigger, its environment and its grants.
"""

from collections.abc import Sequence

from aws_cdk import Stack
from constructs import Construct

from stacks.access_stack import AccessStack
from stacks.config import StageConfig
from stacks.constructs.consumer import Consumer
from stacks.constructs.domain_events import DomainEvents
from stacks.constructs.end_to_end_role import EndToEndRole
from stacks.constructs.facets import Facets
from stacks.constructs.fleet import Fleet
from stacks.constructs.guarding import guard
from stacks.constructs.http_api import Tokens
from stacks.constructs.layers import Layers
from stacks.constructs.messages import allow_messages
from stacks.constructs.outputs import output
from stacks.constructs.permissions import (
    allow,
    allow_arn,
    allow_decrypt,
    allow_numbers,
    allow_originals,
)
from stacks.constructs.probing import allow_probe, probe_alarms, probe_environment
from stacks.constructs.python_function import PythonFunction, function_folders
from stacks.constructs.query_apis import QueryApis
from stacks.constructs.report_alarms import report_alarms
from stacks.constructs.scheduled_function import ScheduledFunction
from stacks.constructs.stream_consumer import StreamConsumer
from stacks.constructs.sweep_alarms import sweep_alarms
from stacks.constructs.watching import watch
from stacks.storage_stack import StorageStack


class ProcessingStack(Stack):
    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        config: StageConfig,
        storage: StorageStack,
        access: AccessStack,
        origins: Sequence[str] = (),
    ) -> None:
        """Make it; `origins` are those of the page, beside the configured ones."""
        super().__init__(scope, id_, tags=config.tags, termination_protection=config.keep_data)
        self.config = config
        self.storage = storage
        self.access = access
        self.origins = [*config.page_origins, *origins]
        self.layers = Layers(self, "Layers", config=config)
        self.facets, self.consumers = Facets(self).text, Facets(self).consumers
        for folder in function_folders():
            self._deploy(folder)
        # What comes last sees all of it: the next consumer is guarded and watched unasked.
        fleet = Fleet.of(self)
        guard(self, fleet, config=config, storage=storage)
        watch(self, fleet, config=config, storage=storage)
        if config.tested_by:
            EndToEndRole(self, "EndToEnd", storage=storage, trusted_account=config.tested_by)
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
                "SLO_READY_SECONDS": str(self.config.slo_ready_seconds),
            },
            # One whole processor: decoding is bound by it, and below this Lambda gives a share.
            # It also has to hold what decoding takes, twice the largest file, and two Pythons.
            memory_mb=max(1769, self.config.decoding_mb + 512),
            # A decoding takes 20 s at most and may be tried twice; then S3 and DynamoDB.
            timeout_seconds=60,
        )
        function, thumbnails = consumer.function, self.storage.thumbnails
        allow_originals(function, self.storage.originals, self.config.decrypt_keys)
        allow(function, "s3:DeleteObject", "s3:ListBucket", "s3:PutObject", on=thumbnails)
        allow(function, "dynamodb:GetItem", "dynamodb:PutItem", on=self.storage.catalog)

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
                "SLO_READY_SECONDS": str(self.config.slo_ready_seconds),
            },
            # It reads headers and hashes bytes but decodes no pixels: room for the largest file
            # (64 MiB) here, in the child that reads it, and in three copies there.
            memory_mb=1024,
            timeout_seconds=60,
        )
        allow_originals(consumer.function, self.storage.originals, self.config.decrypt_keys)
        allow(consumer.function, "dynamodb:GetItem", "dynamodb:PutItem", on=self.storage.catalog)

    def report_changes(self) -> None:
        consumer = StreamConsumer(
            self,
            "ReportChanges",
            folder="report_changes",
            table=self.storage.catalog,
            sort_keys=["METADATA", "THUMBNAILS"],
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
        verbs = ("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem")
        allow(consumer.function, *verbs, on=self.storage.report)

    def announce_changes(self) -> None:
        speaker = StreamConsumer(
            self,
            "AnnounceChanges",
            folder="announce_changes",
            table=self.storage.catalog,
            # Whichever facet is written last makes a picture ready.
            sort_keys=None,
            parallelization=self.config.report_parallelization,
            config=self.config,
            layers=[self.layers.shared, self.layers.powertools],
            environment={
                "CATALOG_TABLE": self.storage.catalog.table_name,
                "FACETS": self.facets,
            },
            # It only waits for DynamoDB and for the bus.
            memory_mb=256,
            timeout_seconds=60,
        )
        events = DomainEvents(self, "Events", speaker=speaker.function)
        speaker.function.function.add_environment("EVENT_BUS", events.bus.event_bus_name)
        allow(speaker.function, "dynamodb:Query", on=self.storage.catalog)

    def publish_report(self) -> None:
        publisher = ScheduledFunction(
            self,
            "PublishReport",
            folder="publish_report",
            # Once a day; a day that failed is tried again within the hour.
            every_minutes=60 if self.config.sweep_scheduled else None,
            tick={"tick": True},
            config=self.config,
            layers=[self.layers.shared, self.layers.powertools],
            environment={
                "CATALOG_TABLE": self.storage.catalog.table_name,
                "REPORT_TABLE": self.storage.report.table_name,
                "REPORT_SHARDS": str(self.config.report_shards),
                "REPORTS_BUCKET": self.storage.reports.bucket_name,
                "RECOUNT_OBJECTS": str(self.config.recount_objects),
                "STAGE": self.config.name,
                "CONSUMERS": self.consumers,
            },
            # A recount of `recount_objects` at once; a page of owners is small.
            memory_mb=1024,
            timeout_seconds=900,
        )
        function, storage = publisher.function, self.storage
        # ListBucket: without it S3 answers 403, not 404, for a day that is not reported yet.
        allow(function, "s3:GetObject", "s3:ListBucket", "s3:PutObject", on=storage.reports)
        allow(function, "dynamodb:BatchGetItem", "dynamodb:Scan", on=storage.catalog)
        reads = ("dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:Query", "dynamodb:Scan")
        allow(function, *reads, on=storage.report)
        allow_numbers(function)
        report_alarms(publisher)
        if self.config.alarm_email:
            allow_messages(function, key=storage.key)

    def query_catalog(self) -> None:
        self.query = QueryApis(
            self,
            "QueryCatalog",
            tokens=Tokens(issuer=self.access.issuer, client=self.access.client_id),
            origins=self.origins,
            folder="query_catalog",
            config=self.config,
            layers=[self.layers.shared, self.layers.powertools],
            environment={
                "CATALOG_TABLE": self.storage.catalog.table_name,
                "REPORT_TABLE": self.storage.report.table_name,
                "REPORT_SHARDS": str(self.config.report_shards),
                "ORIGINALS_BUCKET": self.storage.originals.bucket_name,
                "THUMBNAILS_BUCKET": self.storage.thumbnails.bucket_name,
                "MAX_BYTES": str(self.config.max_bytes),
                "FACETS": self.facets,
                "CONSUMERS": self.consumers,
                "URL_SECONDS": str(self.config.url_seconds),
            },
            # Somebody waits for it: at this size it has most of a processor.
            memory_mb=1024,
            # API Gateway waits for thirty.
            timeout_seconds=28,
        )
        function, storage = self.query.function, self.storage
        # No table is written: each facet has its owner, and no picture is looked for by a scan.
        for index in storage.indexes:
            arn = f"{storage.catalog.table_arn}/index/{index.name}"
            allow_arn(function, ["dynamodb:Query"], arn)
        allow(function, "dynamodb:BatchGetItem", on=storage.catalog)
        reads = ("dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:Query")
        allow(function, *reads, on=storage.report)
        # What it signs for others it must be allowed itself: uploads, downloads, and undoing.
        allow(
            function,
            "s3:AbortMultipartUpload",
            "s3:DeleteObject",
            "s3:DeleteObjectVersion",
            "s3:GetObject",
            "s3:GetObjectVersion",
            "s3:ListBucketVersions",
            "s3:ListMultipartUploadParts",
            "s3:PutObject",
            on=storage.originals,
        )
        allow_decrypt(function, self.config.decrypt_keys)
        allow(function, "s3:GetObject", on=storage.thumbnails)
        allow_numbers(function)

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
        reads = ("dynamodb:DescribeTable", "dynamodb:Query", "dynamodb:Scan")
        allow(function, *reads, on=self.storage.catalog)
        keeps = ("dynamodb:ConditionCheckItem", "dynamodb:GetItem", "dynamodb:PutItem")
        allow(function, *keeps, "dynamodb:Scan", on=self.storage.report)
        allow_arn(function, ["sns:Publish"], self.storage.repairs.topic_arn)
        # What publishing to a topic under a key of our own takes.
        allow_arn(function, ["kms:Decrypt", "kms:GenerateDataKey"], self.storage.key.key_arn)
        sweep_alarms(sweeper, hours=self.config.sweep_hours)

    def check_before_traffic(self) -> None:
        PythonFunction(
            Construct(self, "CheckBeforeTraffic"),
            "Function",
            folder="check_before_traffic",
            config=self.config,
            layers=[self.layers.shared, self.layers.powertools],
            # A smoke test takes a cold start and a second.
            environment={"PATIENCE_SECONDS": "120"},
            memory_mb=256,
            timeout_seconds=300,
        )

    def check_after_traffic(self) -> None:
        function = PythonFunction(
            Construct(self, "CheckAfterTraffic"),
            "Function",
            folder="check_after_traffic",
            config=self.config,
            # It decodes our own thumbnails.
            layers=[self.layers.shared, self.layers.powertools, self.layers.imaging],
            environment=probe_environment(self.storage, self.config, self.facets),
            memory_mb=512,
            timeout_seconds=900,
        )
        allow_probe(function, self.storage)

    def probe_flow(self) -> None:
        probe = ScheduledFunction(
            self,
            "ProbeFlow",
            folder="probe_flow",
            every_minutes=self.config.probe_minutes,
            config=self.config,
            layers=[self.layers.shared, self.layers.powertools, self.layers.imaging],
            environment=probe_environment(self.storage, self.config, self.facets),
            memory_mb=512,
            timeout_seconds=900,
        )
        allow_probe(probe.function, self.storage)
        probe_alarms(probe, slow_seconds=self.config.slo_ready_seconds)

    def break_runaway(self) -> None:
        # What it may switch off is known when all of it is there.
        PythonFunction(
            Construct(self, "BreakRunaway"),
            "Function",
            folder="break_runaway",
            config=self.config,
            layers=[self.layers.shared, self.layers.powertools],
            environment={},
            memory_mb=256,
            timeout_seconds=60,
        )

    def _deploy(self, folder: str) -> None:
        method = vars(ProcessingStack).get(folder)
        if method is None:
            raise ValueError(
                f"functions/{folder} is not deployed: ProcessingStack has no {folder}()"
            )
        method(self)
