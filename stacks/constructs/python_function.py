"""One folder of `functions/` as a Lambda: role, log group, version, alias `live`, alarms."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NotRequired, TypedDict

from aws_cdk import Duration, IgnoreMode, RemovalPolicy
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from stacks.config import LOG_RETENTION, StageConfig, Target
from stacks.constructs.accepted import accept
from stacks.constructs.alarms import alarm
from stacks.constructs.outputs import output
from stacks.constructs.permissions import allow_arn

ROOT = Path(__file__).resolve().parents[2]


LATEST = "3.14"  # of those that CDK knows
ACCEPTED = {
    ("Serverless-LambdaDLQ", "CKV_AWS_116"): "What calls it keeps what fails: a queue, a "
    "stream or a schedule in dead letters of its own, CodeDeploy by rolling back, an alarm by "
    "staying on.",
    ("CKV_AWS_115",): "What calls it caps how many copies run: a mapping's own limit, or a caller "
    "that comes one at a time. Reserving would take them from the others; a new account has ten.",
    ("CKV_AWS_117",): "It reaches AWS's own APIs over TLS and nothing else: in a network of our "
    "own it would gain a NAT gateway and lose nothing that anyone could reach.",
    ("CKV_AWS_173",): "Its variables are names and limits, no secrets; Lambda encrypts them with a "
    "key of its own.",
    ("W3005",): "CDK makes it wait for its role and the role's policy. The first is redundant, the "
    "second is not, and CDK knows only both.",
}
UNTRACED = (
    "Lambda samples by a rate of its own that nobody can set, for more than the time itself costs. "
    "Without X-Ray's SDK a trace says no more than metrics do; log lines are joined by the version."
)


class FunctionProps(TypedDict):
    """What every function must say about itself, whatever triggers it."""

    folder: str
    config: StageConfig
    layers: Sequence[lambda_.ILayerVersion]
    environment: Mapping[str, str]
    memory_mb: int
    timeout_seconds: int
    target: NotRequired[Target]
    """Where it runs, if not where the stage's functions do."""


class PythonFunction(Construct):
    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        folder: str,
        config: StageConfig,
        layers: Sequence[lambda_.ILayerVersion],
        environment: Mapping[str, str],
        memory_mb: int,
        timeout_seconds: int,
        target: Target | None = None,
        traced: bool = True,
    ) -> None:
        super().__init__(scope, id_)
        self.folder = folder
        self.config = config
        self.memory_mb = memory_mb
        self.architecture = (target or config.target).architecture
        self.timeout = Duration.seconds(timeout_seconds)
        self.role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
        self.logs = self._log_group(config)
        self.function = lambda_.Function(
            self,
            "Function",
            code=function_code(folder),
            handler=f"functions.{folder}.handler.handler",
            runtime=runtime(target or config.target),
            architecture=architecture(target or config.target),
            layers=list(layers),
            environment={**powertools(folder, config), **environment},
            memory_size=memory_mb,
            timeout=self.timeout,
            role=self.role,
            log_group=self.logs,
            logging_format=lambda_.LoggingFormat.JSON,
            # Lambda drops lines below this level, and takes metrics (EMF lines) for INFO.
            application_log_level_v2=getattr(
                lambda_.ApplicationLogLevel, "DEBUG" if config.log_level == "DEBUG" else "INFO"
            ),
            # Lambda reads no sampling rule: this is the one switch that it has for X-Ray.
            tracing=lambda_.Tracing.ACTIVE if traced else lambda_.Tracing.PASS_THROUGH,
        )
        self.live = lambda_.Alias(
            self, "Live", alias_name="live", version=self.function.current_version
        )
        self._accept(target or config.target, traced)
        self._alarms()
        output(self, f"{scope.node.id}Function", self.function.function_name)

    def metric(
        self, name: str, statistic: str = "Sum", label: str | None = None
    ) -> cloudwatch.Metric:
        """Return what the function itself counts under that name."""
        return cloudwatch.Metric(
            namespace=self.config.metrics_namespace,
            metric_name=name,
            dimensions_map={"service": self.folder},
            statistic=statistic,
            label=label,
        )

    def _log_group(self, config: StageConfig) -> logs.LogGroup:
        group = logs.LogGroup(
            self,
            "Logs",
            retention=logs.RetentionDays[LOG_RETENTION[config.log_days]],
            removal_policy=RemovalPolicy.RETAIN if config.keep_data else RemovalPolicy.DESTROY,
        )
        allow_arn(self, ["logs:CreateLogStream", "logs:PutLogEvents"], group.log_group_arn)
        return group

    def _accept(self, target: Target, traced: bool) -> None:
        for findings, reason in ACCEPTED.items():
            accept(self.function, *findings, because=reason)
        if not traced:
            accept(self.function, "Serverless-LambdaTracing", because=UNTRACED)
        if target.python != LATEST:
            accept(
                self.function,
                "AwsSolutions-L1",
                "Serverless-LambdaLatestVersion",
                because=f"Python {target.python} is chosen for the stage and gets security fixes "
                "for years; a newer one is a change of StageConfig, built and tested as one.",
            )
        accept(
            self.role,
            "AwsSolutions-IAM5[Resource::*]",
            because="X-Ray's two actions know no resource, nor does GetMetricData. Tests refuse "
            "any other action on it.",
        )
        accept(
            self.logs,
            "CKV_AWS_158",
            because="CloudWatch encrypts it with a key of its own. Log lines hold keys of objects "
            "and reasons, no pictures; a key of ours would cost more than it protects.",
        )

    def _alarms(self) -> None:
        alarm(
            self,
            "Errors",
            self.function.metric_errors(),
            at_least=1,
            because=f"{self.folder} failed as a whole: a timeout, no memory left, or a bug.",
        )
        alarm(
            self,
            "Throttles",
            self.function.metric_throttles(),
            at_least=1,
            because=f"{self.folder} was refused a start: the account's concurrency is used up.",
        )


def function_folders(*, root: Path = ROOT) -> list[str]:
    return sorted(handler.parent.name for handler in root.glob("functions/*/handler.py"))


def function_code(folder: str, *, root: Path = ROOT) -> lambda_.Code:
    """One folder of `functions/`, packed under its own dotted path.

    Everything else is left out of the asset, so that its hash changes with this folder only.
    Raises ValueError if there is no such folder with a handler.
    """
    if not (root / "functions" / folder / "handler.py").is_file():
        raise ValueError(f"no functions/{folder}/handler.py: a function is named by its folder")
    return lambda_.Code.from_asset(
        str(root),
        ignore_mode=IgnoreMode.GIT,
        exclude=[
            "/*",
            "!/functions",
            "/functions/*",
            f"!/functions/{folder}",
            "__pycache__",
            "*.pyc",
        ],
    )


def powertools(folder: str, config: StageConfig) -> dict[str, str]:
    return {
        "POWERTOOLS_SERVICE_NAME": folder,
        "POWERTOOLS_METRICS_NAMESPACE": config.metrics_namespace,
        "POWERTOOLS_LOG_LEVEL": config.log_level,
    }


def runtime(target: Target) -> lambda_.Runtime:
    return lambda_.Runtime(f"python{target.python}", lambda_.RuntimeFamily.PYTHON)


def architecture(target: Target) -> lambda_.Architecture:
    arm = target.architecture == "arm64"
    return lambda_.Architecture.ARM_64 if arm else lambda_.Architecture.X86_64
