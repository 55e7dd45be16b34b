"""The page itself: what `make gallery` made, what it is told, and whom it may talk to."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from aws_cdk import Aws, RemovalPolicy, Stack, Token
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_s3_deployment as deployment
from constructs import Construct

from stacks.access_stack import AccessStack
from stacks.config import LOG_RETENTION, StageConfig
from stacks.constructs.accepted import accept, accept_objects
from stacks.constructs.python_function import ROOT
from stacks.gallery_stack import GalleryStack
from stacks.storage_stack import StorageStack

DIST = ROOT / "gallery" / "dist"
# S3 takes parts of at least 5 MiB; below this, one request is quicker than three.
MULTIPART_FROM_BYTES = 16 * 1024 * 1024
UPLOADER = (
    "CDK's own, for files of ours: it runs when a stack is deployed, and CloudFormation waits for "
    "it and says what failed."
)
ASSETS = (
    "CDK keeps assets under the hashes of what is in them, which it knows only when it has packed "
    "them. There are templates and code in that bucket, and nothing of anybody's."
)
ALL_FILES = "It replaces all files of the page and deletes those of the last one: that is its task."


class PageStack(Stack):
    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        config: StageConfig,
        gallery: GalleryStack,
        storage: StorageStack,
        access: AccessStack,
        api: str,
    ) -> None:
        """Put the page into the gallery's bucket; `api` is the URL of the API for people."""
        super().__init__(scope, id_, tags=config.tags, termination_protection=config.keep_data)
        buckets = [bucket_url(each) for each in (storage.originals, storage.thumbnails)]
        partners = partners_of(api, access.login_url, *buckets)
        made = built(DIST, required=self.bundling_required)
        told = deployment.Source.json_data("config.json", configuration(config, access, api))
        page = deployment.Source.data("index.html", confined(made.index, partners))
        self._deploy(config, gallery, [made.files, told, page])

    def _deploy(
        self, config: StageConfig, gallery: GalleryStack, sources: Sequence[deployment.ISource]
    ) -> None:
        group = logs.LogGroup(
            self,
            "Logs",
            retention=logs.RetentionDays[LOG_RETENTION[config.log_days]],
            removal_policy=RemovalPolicy.RETAIN if config.keep_data else RemovalPolicy.DESTROY,
        )
        accept(group, "CKV_AWS_158", because="CloudWatch encrypts it; it names files of the page.")
        deployment.BucketDeployment(
            self,
            "Content",
            sources=list(sources),
            destination_bucket=cast(s3.IBucket, gallery.page),
            distribution=cast(cloudfront.IDistribution, gallery.distribution),
            # Files with a hash in their name stay right for ever; these two change in place.
            distribution_paths=["/index.html", "/config.json"],
            # CDK's own policy would let it read and delete what it likes of any version.
            role=self._role(gallery, group).without_policy_updates(),
            log_group=group,
            memory_limit=256,
        )
        [handler] = [
            child for child in self.node.children if child.node.id.startswith("Custom::CDKBucket")
        ]
        accept(handler, "AwsSolutions-L1", "Serverless-LambdaLatestVersion", because=UPLOADER)
        accept(handler, "Serverless-LambdaDLQ", "Serverless-LambdaTracing", because=UPLOADER)
        checkov = ("CKV_AWS_115", "CKV_AWS_116", "CKV_AWS_117", "CKV_AWS_173", "W3005")
        accept(handler, *checkov, because=UPLOADER)

    def _role(self, gallery: GalleryStack, group: logs.LogGroup) -> iam.Role:
        """The role of CDK's function: these files, to this bucket, and the cache told of it."""
        role = iam.Role(
            self, "ContentRole", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com")
        )
        assets = s3.Bucket.from_bucket_name(self, "Assets", self._assets())
        page, distribution = gallery.page, gallery.distribution.distribution_arn
        allowed = {
            ("s3:GetObject",): assets.arn_for_objects("*"),
            ("s3:DeleteObject", "s3:GetObject", "s3:PutObject"): page.arn_for_objects("*"),
            ("s3:ListBucket",): page.bucket_arn,
            ("cloudfront:CreateInvalidation", "cloudfront:GetInvalidation"): distribution,
            ("logs:CreateLogStream", "logs:PutLogEvents"): group.log_group_arn,
        }
        for actions, resource in allowed.items():
            role.add_to_policy(iam.PolicyStatement(actions=list(actions), resources=[resource]))
        accept_objects(role, gallery.page, because=ALL_FILES)
        known = not Token.is_unresolved(self.partition)
        partition = self.partition if known else "<AWS::Partition>"
        found = f"arn:{partition}:s3:::{self._assets('<AWS::AccountId>', '<AWS::Region>')}/*"
        accept(role, f"AwsSolutions-IAM5[Resource::{found}]", because=ASSETS)
        return role

    def _assets(self, account: str = Aws.ACCOUNT_ID, region: str = Aws.REGION) -> str:
        qualifier = self.synthesizer.bootstrap_qualifier or "hnb659fds"
        return f"cdk-{qualifier}-assets-{account}-{region}"


class Built:
    """The files of the page, but for its `index.html`, and the text of that."""

    def __init__(self, files: deployment.ISource, index: str) -> None:
        self.files = files
        self.index = index


def built(dist: Path, *, required: bool) -> Built:
    """Return what was built. Raises ValueError if it is not there and somebody will deploy it."""
    index = dist / "index.html"
    if index.is_file():
        return Built(deployment.Source.asset(str(dist), exclude=["index.html"]), index.read_text())
    if required:
        raise ValueError(
            f"{index} is missing: run `make gallery`, which builds the page, or deploy a stage "
            "whose `gallery` is off"
        )
    # `cdk ls` and unit tests need no page: they get one that says so.
    return Built(deployment.Source.data("unbuilt", "run make gallery"), "<head></head>")


def partners_of(api: str, login: str, originals: str, thumbnails: str) -> dict[str, list[str]]:
    """Return whom the page may ask and upload to, show pictures of, and send a form to."""
    return {
        "connect-src": [api, login, originals],
        "img-src": [originals, thumbnails],
        "form-action": [login],
    }


def bucket_url(bucket: s3.Bucket) -> str:
    return f"https://{bucket.bucket_regional_domain_name}"


def confined(index: str, partners: Mapping[str, Sequence[str]]) -> str:
    """Return the page with a policy of its own: these partners, and nobody else.

    It stands in the page because the headers are made before the partners are (gallery_stack.py).
    Raises ValueError if the page has no head to hold it.
    """
    if index.count("<head>") != 1:
        raise ValueError("index.html has no <head> to hold the page's policy")
    own = {
        "default-src": ["'self'"],
        "connect-src": ["'self'", *partners["connect-src"]],
        "img-src": ["'self'", "data:", "blob:", *partners["img-src"]],
        "form-action": ["'self'", *partners["form-action"]],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
    }
    policy = "; ".join(f"{name} {' '.join(hosts)}" for name, hosts in own.items())
    meta = f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    return index.replace("<head>", f"<head>{meta}")


def configuration(config: StageConfig, access: AccessStack, api: str) -> dict[str, Any]:
    """Return what the page reads first: where all is, and what it may offer."""
    return {
        "api": api,
        "issuer": access.issuer,
        "authorize_url": f"{access.login_url}/oauth2/authorize",
        "token_url": f"{access.login_url}/oauth2/token",
        "logout_url": f"{access.login_url}/logout",
        "client_id": access.client_id,
        "scope": "openid email profile",
        "max_bytes": config.max_bytes,
        "multipart_from_bytes": MULTIPART_FROM_BYTES,
        "stage": config.name,
    }
