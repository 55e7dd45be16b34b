"""Checks of pull requests: a build that can read the code and nothing else, and deploys nothing.

Not a second pipeline with a pull-request trigger, which CodePipeline would have for GitHub too: a
project of CodeBuild shows its result on the pull request, waits for a maintainer's word before it
runs a stranger's code, and serves CodeCommit as well.
"""

from typing import Any, cast

from aws_cdk import CfnResource, Duration
from aws_cdk import aws_codebuild as codebuild
from aws_cdk import aws_codecommit as codecommit
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from constructs import Construct

from stacks.constructs import builds
from stacks.delivery_config import DeliveryConfig

COMMANDS = (builds.CHECK, builds.TEST, builds.TEST_REST, "make synth")


class PullRequestChecks(Construct):
    def __init__(
        self, scope: Construct, id_: str, *, config: DeliveryConfig, log: logs.ILogGroup
    ) -> None:
        super().__init__(scope, id_)
        self.config, self.log = config, log
        if config.source == "github":
            self.project = self._project(self._github())
            self._connect(str(config.connection_arn))
        else:
            repository = codecommit.Repository.from_repository_name(
                self, "Repository", config.repository
            )
            self.project = self._project(codebuild.Source.code_commit(repository=repository))
            self._build_on_changes(repository)

    def _project(self, source: codebuild.ISource) -> codebuild.Project:
        return codebuild.Project(
            self,
            "Project",
            description="Checks Darkroom's pull requests",
            source=source,
            environment=builds.environment(codebuild.ComputeType.MEDIUM),
            # Here, not in the repository, where a pull request could change it.
            build_spec=codebuild.BuildSpec.from_object(specification()),
            # On the build's own host: a cache that these builds could write to must not be shared.
            cache=codebuild.Cache.local(codebuild.LocalCacheMode.CUSTOM),
            logging=builds.logged_to(self.log),
            timeout=Duration.hours(1),
        )

    def _github(self) -> codebuild.ISource:
        owner, _, name = self.config.repository.partition("/")
        action = codebuild.EventAction
        return codebuild.Source.git_hub(
            owner=owner,
            repo=name,
            clone_depth=1,
            report_build_status=True,
            webhook=True,
            webhook_filters=[
                codebuild.FilterGroup.in_event_of(
                    action.PULL_REQUEST_CREATED,
                    action.PULL_REQUEST_UPDATED,
                    action.PULL_REQUEST_REOPENED,
                ).and_base_branch_is(self.config.branch)
            ],
        )

    def _connect(self, connection: str) -> None:
        """Go through the pipeline's connection: no token of anybody's is kept in CodeBuild."""
        project = cast(codebuild.CfnProject, self.project.node.default_child)
        auth = {"Type": "CODECONNECTIONS", "Resource": connection}
        project.add_property_override("Source.Auth", auth)
        project.add_property_override(
            "Triggers.PullRequestBuildPolicy",
            {"RequiresCommentApproval": "FORK_PULL_REQUESTS"},
        )
        service = connection.split(":")[2]
        # A policy of its own: the role's names the project, and CodeBuild looks at this one when
        # the project is made.
        policy = iam.Policy(
            self,
            "Connection",
            statements=[
                iam.PolicyStatement(
                    actions=[f"{service}:GetConnection", f"{service}:GetConnectionToken"],
                    resources=[connection],
                )
            ],
            roles=[cast(iam.IRole, self.project.role)],
        )
        project.add_resource_dependency(cast(CfnResource, policy.node.default_child))

    def _build_on_changes(self, repository: codecommit.IRepository) -> None:
        commit = events.EventField.from_path("$.detail.sourceCommit")
        repository.on_pull_request_state_change(
            "Changed",
            description="A pull request of Darkroom was made or changed.",
            event_pattern=events.EventPattern(
                detail={
                    "event": ["pullRequestCreated", "pullRequestSourceBranchUpdated"],
                    "destinationReference": [f"refs/heads/{self.config.branch}"],
                }
            ),
            target=cast(
                events.IRuleTarget,
                targets.CodeBuildProject(
                    self.project,
                    event=events.RuleTargetInput.from_object({"sourceVersion": commit}),
                ),
            ),
        )


def specification() -> dict[str, Any]:
    phases = {**builds.RUNTIMES_SPEC["phases"], "build": {"commands": list(COMMANDS)}}
    spec = {**builds.RUNTIMES_SPEC, **builds.COVERED_SPEC, **builds.CACHE_SPEC}
    return {**spec, "phases": phases}
