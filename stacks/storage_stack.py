"""What holds data: buckets, tables, the topics that feed the consumers, and the topics' key."""

from collections.abc import Sequence
from typing import Any, cast

from aws_cdk import Aws, CfnResource, Duration, RemovalPolicy, Stack
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sns as sns
from constructs import Construct

from stacks.catalog_indexes import INDEXES, Index
from stacks.config import StageConfig
from stacks.constructs.accepted import accept
from stacks.constructs.outputs import output
from stacks.constructs.private_bucket import UNLOGGED_STAGE, PrivateBucket

# A sweep takes hours at most, and is given up after two days.
SPOOL_DAYS = 7
MADE_ANEW = (
    "It holds what is made from the originals, which are versioned: thumbnails under a name for "
    "every attempt, reports under one for every sweep. What is lost is made anew."
)
# All that can change what consumers find. A restore from an archive ends with ObjectRestore:
# Completed: from then on, what was refused as ARCHIVED can be read. These change nothing, and are
# left out: ObjectRestore:Post (a restore begins), ObjectRestore:Delete (a restored copy has
# expired), LifecycleTransition and IntelligentTiering (an object goes into an archive). The version
# stays the same: what was found in its bytes stays true, and what was not yet read is found
# archived by its own announcement. A message for each picture that gets colder would cost, though.
ANNOUNCED = (
    "s3:ObjectCreated:*",
    "s3:ObjectRemoved:*",
    "s3:LifecycleExpiration:*",
    "s3:ObjectRestore:Completed",
)


class StorageStack(Stack):
    def __init__(
        self, scope: Construct, id_: str, *, config: StageConfig, origins: Sequence[str] = ()
    ) -> None:
        """Make it; `origins` are those of the page, beside the configured ones."""
        super().__init__(scope, id_, tags=config.tags, termination_protection=config.keep_data)
        self.config = config
        self.origins = [*config.cors_origins, *origins]
        self.key = self._topics_key()
        self.uploads = self._uploads_topic()
        # Whoever is granted it in the processing stack may publish here.
        self.repairs = sns.Topic(self, "Repairs", master_key=self.key, enforce_ssl=True)
        self.access_logs = self._access_logs() if config.access_log_days else UNLOGGED_STAGE
        self.originals = self._originals_bucket()
        self.thumbnails = PrivateBucket(
            self,
            "Thumbnails",
            config=config,
            expires_days=config.thumbnails_days,
            access_logs=self.access_logs,
        )
        accept(self.thumbnails, "CKV_AWS_21", because=MADE_ANEW)
        self.reports = self._reports_bucket()
        self.catalog = self._table("Catalog", stream=dynamodb.StreamViewType.NEW_AND_OLD_IMAGES)
        self.indexes = INDEXES[: config.catalog_indexes]
        for index in self.indexes:
            self.catalog.add_global_secondary_index(**secondary(index))
        self.report = self._table("Report")
        self._announce_uploads()
        self._outputs()

    def _topics_key(self) -> kms.Key:
        """A key of our own: S3 and CloudWatch cannot publish to a topic under SNS's own key."""
        key = kms.Key(
            self,
            "TopicsKey",
            description="Darkroom's topics",
            enable_key_rotation=True,
            pending_window=Duration.days(30 if self.config.keep_data else 7),
            removal_policy=self._removal,
        )
        for service in ("s3", "cloudwatch"):
            key.add_to_resource_policy(
                iam.PolicyStatement(
                    principals=[iam.ServicePrincipal(f"{service}.amazonaws.com")],
                    actions=["kms:GenerateDataKey*", "kms:Decrypt"],
                    resources=["*"],
                    conditions={"StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID}},
                )
            )
        return key

    def _uploads_topic(self) -> sns.Topic:
        topic = sns.Topic(self, "Uploads", master_key=self.key, enforce_ssl=True)
        # The bucket's own ARN here would close a circle: the bucket waits for this policy, because
        # S3 tries the topic as soon as it is told of it. CloudFormation names a bucket
        # <stack>-<logical id>-<random>, in lower case: the stack's name is as near as one can get.
        topic.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[iam.ServicePrincipal("s3.amazonaws.com")],
                actions=["sns:Publish"],
                resources=[topic.topic_arn],
                conditions={
                    "StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID},
                    "ArnLike": {
                        "aws:SourceArn": f"arn:{Aws.PARTITION}:s3:::{self.stack_name.lower()}-*"
                    },
                },
            )
        )
        return topic

    def _access_logs(self) -> s3.Bucket:
        bucket = PrivateBucket(
            self,
            "AccessLogs",
            config=self.config,
            expires_days=self.config.access_log_days,
            access_logs=None,
        )
        accept(bucket, "CKV_AWS_18", because="It is the log: to log itself would never end.")
        accept(bucket, "CKV_AWS_21", because="S3 adds files to it and changes none.")
        return bucket

    def _originals_bucket(self) -> s3.Bucket:
        bucket = PrivateBucket(
            self,
            "Originals",
            config=self.config,
            versioned=True,
            access_logs=self.access_logs,
            cors_origins=self.origins,
        )
        if self.config.cold_after_days is not None:
            bucket.add_lifecycle_rule(
                id="colder",
                transitions=[
                    s3.Transition(
                        storage_class=s3.StorageClass(self.config.cold_class),
                        transition_after=Duration.days(self.config.cold_after_days),
                    )
                ],
            )
        bucket.add_lifecycle_rule(
            id="old-versions",
            noncurrent_version_expiration=Duration.days(self.config.noncurrent_days),
            expired_object_delete_marker=True,
        )
        return bucket

    def _reports_bucket(self) -> s3.Bucket:
        bucket = PrivateBucket(
            self,
            "Reports",
            config=self.config,
            expires_days=self.config.reports_days,
            access_logs=self.access_logs,
        )
        accept(bucket, "CKV_AWS_21", because=MADE_ANEW)
        bucket.add_lifecycle_rule(id="spool", prefix="spool/", expiration=Duration.days(SPOOL_DAYS))
        return bucket

    def _table(
        self, id_: str, *, stream: dynamodb.StreamViewType | None = None
    ) -> dynamodb.TableV2:
        return dynamodb.TableV2(
            self,
            id_,
            partition_key=dynamodb.Attribute(name="pk", type=dynamodb.AttributeType.STRING),
            sort_key=dynamodb.Attribute(name="sk", type=dynamodb.AttributeType.STRING),
            billing=dynamodb.Billing.on_demand(),
            # Always encrypted; a key of our own would cost per request and protect from nobody new.
            encryption=dynamodb.TableEncryptionV2.dynamo_owned_key(),
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            time_to_live_attribute="expires_at",
            dynamo_stream=stream,
            deletion_protection=self.config.keep_data,
            removal_policy=self._removal,
        )

    def _announce_uploads(self) -> None:
        """Tell the topic of all that can change a key, without CDK's custom resource for it."""
        bucket = cast(s3.CfnBucket, self.originals.node.default_child)
        self._check_name(bucket)
        bucket.notification_configuration = s3.CfnBucket.NotificationConfigurationProperty(
            topic_configurations=[
                s3.CfnBucket.TopicConfigurationProperty(event=event, topic=self.uploads.topic_arn)
                for event in ANNOUNCED
            ]
        )
        self.originals.node.add_dependency(self.uploads.node.find_child("Policy"))

    def _check_name(self, bucket: CfnResource) -> None:
        logical_id = self.resolve(bucket.logical_id)
        longest = len(f"{self.stack_name}-{logical_id}-") + RANDOM_SUFFIX
        if longest > 63:
            raise ValueError(
                f"the stack's name {self.stack_name!r} is {longest - 63} too long: CloudFormation "
                "would shorten the bucket's name, and the uploads topic would not know it"
            )

    def _outputs(self) -> None:
        output(self, "OriginalsBucket", self.originals.bucket_name)
        output(self, "ThumbnailsBucket", self.thumbnails.bucket_name)
        output(self, "CatalogTable", self.catalog.table_name)
        output(self, "ReportTable", self.report.table_name)
        output(self, "ReportsBucket", self.reports.bucket_name)
        output(self, "UploadsTopic", self.uploads.topic_arn)
        output(self, "RepairsTopic", self.repairs.topic_arn)

    @property
    def _removal(self) -> RemovalPolicy:
        return RemovalPolicy.RETAIN if self.config.keep_data else RemovalPolicy.DESTROY


RANDOM_SUFFIX = 13


def secondary(index: Index) -> dict[str, Any]:
    """What CDK calls an index: on demand as its table is, with the attributes that it names."""
    text = dynamodb.AttributeType.STRING
    keys = {"partition_key": dynamodb.Attribute(name=index.hash_key, type=text)}
    if index.range_key:
        keys["sort_key"] = dynamodb.Attribute(name=index.range_key, type=text)
    return {
        "index_name": index.name,
        "projection_type": dynamodb.ProjectionType.INCLUDE,
        "non_key_attributes": list(index.attributes),
        **keys,
    }
