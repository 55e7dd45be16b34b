"""The pipeline: a merge is tested, deployed, tested again, approved and taken to production.

CDK Pipelines, not `aws_codepipeline` by hand: it deploys the very Stage of a sandbox deploy, keeps
the pipeline in step with the app by itself, and knows CDK's roles in other accounts.
"""

import re
from dataclasses import replace

from aws_cdk import Aws, CfnOutput, Duration, Environment, RemovalPolicy, Stack, Tags, pipelines
from aws_cdk import aws_codebuild as codebuild
from aws_cdk import aws_codecommit as codecommit
from aws_cdk import aws_codepipeline as codepipeline
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from constructs import Construct

from stacks.config import LOG_RETENTION, StageConfig, production, require, sandbox
from stacks.constructs import builds
from stacks.constructs.accepted_in_delivery import accept_in_delivery
from stacks.constructs.delivery_alarms import DeliveryAlarms
from stacks.constructs.pull_requests import PullRequestChecks
from stacks.constructs.rebuild import WeeklyRebuild
from stacks.delivery_config import DeliveryConfig
from stacks.pins import cdk_version
from stacks.stage import DarkroomStage

SOURCE = "Code"
# The end-to-end tests' settings, in upper case, by the outputs of the stack that they are of.
TESTED = {
    "Storage": {
        "ORIGINALS_BUCKET": "OriginalsBucket",
        "THUMBNAILS_BUCKET": "ThumbnailsBucket",
        "CATALOG_TABLE": "CatalogTable",
        "REPORT_TABLE": "ReportTable",
    },
    "Processing": {"REPORT_SHARDS": "ReportShards", "END_TO_END_ROLE": "EndToEndRole"},
}


class DeliveryStack(Stack):
    """`settings` is the file that the configuration was read from, relative to the repository."""

    def __init__(
        self, scope: Construct, id_: str, *, config: DeliveryConfig, settings: str
    ) -> None:
        # The build reads it again, from the repository; and its shell reads the name.
        inside = re.fullmatch(r"(?!/)(?!.*\.\.)[\w./-]+", settings) is not None
        require(inside, "delivery", "be a file in the repository", settings)
        env = Environment(account=config.account, region=config.region)
        super().__init__(scope, id_, env=env, description="Darkroom's delivery pipeline")
        self.config, self.settings = config, settings
        self.key = kms.Key(self, "Key", description="Darkroom's delivery", enable_key_rotation=True)
        self.artifacts = self._artifacts_bucket()
        self.log = self._log_group("Builds")
        self.alarms = DeliveryAlarms(self, "Alarms", key=self.key, email=config.alarm_email)
        self.source = self._source()
        self.pipeline = self._pipeline()
        self._sandbox()
        self._production()
        self.pipeline.build_pipeline()
        self._finish()
        # A log of their own: what strangers write must not be taken for the pipeline's words.
        log = self._log_group("Checks")
        PullRequestChecks(self, "PullRequests", config=config, log=log)
        accept_in_delivery(self)
        for key, value in {"project": "darkroom", "stage": "delivery"}.items():
            Tags.of(self).add(key, value, exclude_resource_types=["AWS::CodePipeline::Webhook"])

    def _log_group(self, id_: str) -> logs.LogGroup:
        return logs.LogGroup(
            self,
            id_,
            retention=logs.RetentionDays[LOG_RETENTION[self.config.log_days]],
            removal_policy=RemovalPolicy.DESTROY,
        )

    def _artifacts_bucket(self) -> s3.Bucket:
        """Under a key, not S3's own: another account's roles must be able to read it."""
        return s3.Bucket(
            self,
            "Artifacts",
            encryption=s3.BucketEncryption.KMS,
            encryption_key=self.key,
            bucket_key_enabled=True,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            enforce_ssl=True,
            minimum_tls_version=1.2,
            lifecycle_rules=[
                s3.LifecycleRule(
                    id="retention",
                    expiration=Duration.days(self.config.artifact_days),
                    abort_incomplete_multipart_upload_after=Duration.days(7),
                )
            ],
        )

    def _source(self) -> pipelines.CodePipelineSource:
        config = self.config
        if config.source == "github":
            return pipelines.CodePipelineSource.connection(
                config.repository,
                config.branch,
                connection_arn=str(config.connection_arn),
                trigger_on_push=True,
                action_name=SOURCE,
            )
        repository = codecommit.Repository.from_repository_name(
            self, "Repository", config.repository
        )
        return pipelines.CodePipelineSource.code_commit(
            repository, config.branch, action_name=SOURCE
        )

    def _pipeline(self) -> pipelines.CodePipeline:
        return pipelines.CodePipeline(
            self,
            "Pipeline",
            synth=self._build(),
            pipeline_type=codepipeline.PipelineType.V2,
            execution_mode=codepipeline.ExecutionMode.SUPERSEDED,
            artifact_bucket=self.artifacts,
            cross_account_keys=True,
            # Without it, the pipeline mutates itself by npm's `latest`, which cannot read the app.
            cli_version=cdk_version(),
            code_build_defaults=builds.build_defaults(self.log),
            # Else each asset is an action of its own, and each change of one changes the pipeline.
            publish_assets_in_parallel=False,
        )

    def _build(self) -> pipelines.CodeBuildStep:
        return pipelines.CodeBuildStep(
            "Build",
            input=self.source,
            commands=[
                builds.CHECK,
                builds.AUDIT,
                builds.TEST,
                f"make synth SYNTH='-c delivery={self.settings}'",
            ],
            primary_output_directory="cdk.out",
            build_environment=builds.environment(codebuild.ComputeType.MEDIUM),
            cache=codebuild.Cache.bucket(self.artifacts, prefix="cache"),
            partial_build_spec=codebuild.BuildSpec.from_object(
                {"version": "0.2", **builds.COVERED_SPEC, **builds.CACHE_SPEC}
            ),
        )

    def _sandbox(self) -> None:
        config = replace(sandbox(), tested_by=self.config.account)
        stage = self._stage(config, self.config.sandbox_account)
        self.pipeline.add_stage(
            stage, pre=[self._rest_of_the_tests()], post=[self._end_to_end(stage)]
        )

    def _rest_of_the_tests(self) -> pipelines.CodeBuildStep:
        """Return the build of what `make test` leaves out; nothing is deployed before it passes."""
        return pipelines.CodeBuildStep(
            "TestRest",
            input=self.source,
            commands=[builds.TEST_REST],
            build_environment=builds.environment(codebuild.ComputeType.MEDIUM),
            partial_build_spec=codebuild.BuildSpec.from_object(
                {"version": "0.2", **builds.TESTS_SPEC}
            ),
        )

    def _end_to_end(self, stage: DarkroomStage) -> pipelines.CodeBuildStep:
        return pipelines.CodeBuildStep(
            "EndToEnd",
            input=self.source,
            commands=[builds.VERIFY],
            env_from_cfn_outputs=outputs_of(stage),
            partial_build_spec=codebuild.BuildSpec.from_object(
                {"version": "0.2", **builds.TESTS_SPEC}
            ),
            role_policy_statements=[
                iam.PolicyStatement(
                    actions=["sts:AssumeRole"],
                    # CloudFormation ends the name with letters of its own.
                    resources=[
                        f"arn:{Aws.PARTITION}:iam::{self.config.sandbox_account}:role/"
                        f"{stage.processing.stack_name}-EndToEnd*"
                    ],
                )
            ],
        )

    def _production(self) -> None:
        stage = self._stage(production(), self.config.production_account)
        topic = self.alarms.topic
        check = pipelines.ConfirmPermissionsBroadening(
            "Permissions", stage=stage, notification_topic=topic
        )
        approval = pipelines.ManualApprovalStep(
            "Approval",
            comment="The sandbox passed its end-to-end tests. Take it to production?",
            notification_topic=topic,
        )
        # After the check, not beside it: who approves has seen whether permissions grow.
        approval.add_step_dependency(check)
        self.pipeline.add_stage(stage, pre=[check, approval])

    def _stage(self, config: StageConfig, account: str) -> DarkroomStage:
        env = Environment(account=account, region=self.config.region)
        return DarkroomStage(self, config.name.capitalize(), config=config, env=env)

    def _finish(self) -> None:
        """Mend and watch what exists only now that the pipeline is built."""
        builds.pin_security_check(self, log=self.log, cdk_version=cdk_version())
        accounts = sorted({self.config.sandbox_account, self.config.production_account})
        builds.publish_by_the_pinned_command_line(
            self, accounts=accounts, cdk_version=cdk_version()
        )
        self.alarms.tell_of_failures(self.pipeline.pipeline.pipeline_name)
        if self.config.rebuild_on:
            pipeline, day = self.pipeline.pipeline, self.config.rebuild_on
            WeeklyRebuild(self, "Rebuild", pipeline=pipeline, on=day)
        if self.config.source == "github":
            self._allow_connection(str(self.config.connection_arn))

    def _allow_connection(self, connection: str) -> None:
        """CDK grants the use by the service's old name alone, whatever the connection's is."""
        service = connection.split(":")[2]
        action = self.pipeline.pipeline.node.find_child("Source").node.find_child(SOURCE)
        role = action.node.find_child("CodePipelineActionRole")
        assert isinstance(role, iam.Role)  # noqa: S101 - what a source action brings along
        role.add_to_policy(
            iam.PolicyStatement(actions=[f"{service}:UseConnection"], resources=[connection])
        )


def outputs_of(stage: DarkroomStage) -> dict[str, CfnOutput]:
    """Return what the end-to-end tests must know, as the variables that carry it."""
    found = {}
    for stack in (stage.storage, stage.processing):
        for variable, name in TESTED[stack.node.id].items():
            output = stack.node.find_child(name)
            assert isinstance(output, CfnOutput)  # noqa: S101 - constructs/outputs.py makes no other
            found[variable] = output
    return found
