"""A bucket that only its own account can reach, over TLS, and that cleans up after itself."""

from collections.abc import Sequence
from typing import cast

from aws_cdk import CfnResource, Duration, RemovalPolicy, Stack
from aws_cdk import aws_s3 as s3
from constructs import Construct

from stacks.config import StageConfig
from stacks.constructs.accepted import accept

UNLOGGED_STAGE = (
    "This stage is thrown away with all that is in it; where data is kept, accesses are logged."
)
EMPTIER = "CDK's own, in sandboxes only: it runs when the stack goes, and CloudFormation waits."


class PrivateBucket(s3.Bucket):
    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        config: StageConfig,
        versioned: bool = False,
        expires_days: int | None = None,
        access_logs: s3.Bucket | str | None,
        cors_origins: Sequence[str] = (),
    ) -> None:
        """Make a bucket; `access_logs`: where it logs accesses, or why not; `None`: it is one."""
        logged = isinstance(access_logs, s3.Bucket)
        super().__init__(
            scope,
            id_,
            versioned=versioned,
            encryption=s3.BucketEncryption.S3_MANAGED,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            enforce_ssl=True,
            minimum_tls_version=1.2,
            removal_policy=RemovalPolicy.RETAIN if config.keep_data else RemovalPolicy.DESTROY,
            auto_delete_objects=config.empty_buckets,
            server_access_logs_bucket=access_logs if isinstance(access_logs, s3.Bucket) else None,
            server_access_logs_prefix=f"{id_}/" if logged else None,
            cors=[browser_uploads(cors_origins)] if cors_origins else None,
        )
        self.add_lifecycle_rule(
            id="unfinished-uploads",
            abort_incomplete_multipart_upload_after=Duration.days(config.multipart_days),
        )
        if expires_days is not None:
            self.add_lifecycle_rule(id="expiry", expiration=Duration.days(expires_days))
        if isinstance(access_logs, str):
            accept(self, "AwsSolutions-S1", "CKV_AWS_18", because=access_logs)
        if config.empty_buckets:
            accept_emptier(Stack.of(self))


def accept_emptier(stack: Stack) -> None:
    """Accept CDK's function that empties buckets; a stack has one, for all of them."""
    provider = stack.node.find_child("Custom::S3AutoDeleteObjectsCustomResourceProvider")
    handler = cast(CfnResource, provider.node.find_child("Handler"))
    if not handler.get_metadata("checkov"):
        accept(handler, "CKV_AWS_115", "CKV_AWS_116", "CKV_AWS_117", "W3005", because=EMPTIER)


def browser_uploads(origins: Sequence[str]) -> s3.CorsRule:
    methods = s3.HttpMethods
    return s3.CorsRule(
        allowed_origins=list(origins),
        allowed_methods=[methods.GET, methods.HEAD, methods.PUT, methods.POST],
        allowed_headers=["*"],
        exposed_headers=["ETag", "x-amz-version-id"],
        max_age=3600,
    )
