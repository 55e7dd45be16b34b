"""A bucket that only its own account can reach, over TLS, and that cleans up after itself."""

from collections.abc import Sequence

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_s3 as s3
from constructs import Construct

from stacks.config import StageConfig


class PrivateBucket(s3.Bucket):
    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        config: StageConfig,
        versioned: bool = False,
        expires_days: int | None = None,
        cors_origins: Sequence[str] = (),
    ) -> None:
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
            cors=[browser_uploads(cors_origins)] if cors_origins else None,
        )
        self.add_lifecycle_rule(
            id="unfinished-uploads",
            abort_incomplete_multipart_upload_after=Duration.days(config.multipart_days),
        )
        if expires_days is not None:
            self.add_lifecycle_rule(id="expiry", expiration=Duration.days(expires_days))


def browser_uploads(origins: Sequence[str]) -> s3.CorsRule:
    methods = s3.HttpMethods
    return s3.CorsRule(
        allowed_origins=list(origins),
        allowed_methods=[methods.GET, methods.HEAD, methods.PUT, methods.POST],
        allowed_headers=["*"],
        exposed_headers=["ETag", "x-amz-version-id"],
        max_age=3600,
    )
