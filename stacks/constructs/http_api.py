"""An HTTP API before a function: routes, who may call them, limits, access log, alarms."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from aws_cdk import ArnFormat, Duration, RemovalPolicy, Stack
from aws_cdk import aws_apigatewayv2 as apigateway
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from stacks.config import LOG_RETENTION, StageConfig
from stacks.constructs.accepted import accept
from stacks.constructs.alarms import alarm
from stacks.constructs.outputs import output
from stacks.constructs.python_function import PythonFunction
from stacks.constructs.routes import Route

OPEN_ROUTE = (
    "Whether it works, and what it offers: neither says anything of anybody, and both are asked "
    "by those who have no account yet."
)
LOGGED_NAMES = (
    "CloudWatch encrypts it with a key of its own. Its lines hold routes, statuses and who asked, "
    "no tokens and no pictures."
)
SLOW_MILLISECONDS = 5000
# Names of context variables: "$context" followed by each.
LOGGED = {
    "requestId": "requestId",
    "time": "requestTime",
    "route": "routeKey",
    "status": "status",
    "bytes": "responseLength",
    "milliseconds": "responseLatency",
    "error": "error.message",
    "refused": "authorizer.error",
    "integration": "integrationErrorMessage",
    "ip": "identity.sourceIp",
    "agent": "identity.userAgent",
    "user": "authorizer.claims.sub",
    "program": "identity.userArn",
}


@dataclass(frozen=True)
class Tokens:
    """Whose JSON web tokens are taken, and made for whom."""

    issuer: str
    client: str


class HttpApi(Construct):
    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        function: PythonFunction,
        routes: Sequence[Route],
        tokens: Tokens | None,
        config: StageConfig,
        origins: Sequence[str] = (),
    ) -> None:
        """Offer routes to whoever has a token, or else (`None`) to roles of the account."""
        super().__init__(scope, id_)
        self.function = function
        self.config = config
        self.api = apigateway.CfnApi(
            self,
            "Api",
            name=f"Darkroom {id_}",
            protocol_type="HTTP",
            cors_configuration=cors(origins) if origins else None,
            # It changes tags from a map to nothing when the app has none.
            tags=config.tags,
        )
        self.logs = self._logs(config)
        self._stage(config)
        target = self._integration()
        authorizer = self._authorizer(tokens) if tokens else None
        for route in routes:
            if authorizer or not route.anonymous:
                self._route(route, target, authorizer)
        self._alarms(id_)
        output(self, id_, self.api.attr_api_endpoint)

    def _logs(self, config: StageConfig) -> logs.LogGroup:
        group = logs.LogGroup(
            self,
            "Access",
            retention=logs.RetentionDays[LOG_RETENTION[config.log_days]],
            removal_policy=RemovalPolicy.RETAIN if config.keep_data else RemovalPolicy.DESTROY,
        )
        accept(group, "CKV_AWS_158", because=LOGGED_NAMES)
        return group

    def _stage(self, config: StageConfig) -> None:
        apigateway.CfnStage(
            self,
            "Stage",
            api_id=self.api.ref,
            stage_name="$default",
            auto_deploy=True,
            default_route_settings=apigateway.CfnStage.RouteSettingsProperty(
                throttling_rate_limit=config.api_rate, throttling_burst_limit=config.api_burst
            ),
            access_log_settings=apigateway.CfnStage.AccessLogSettingsProperty(
                destination_arn=self.logs.log_group_arn,
                format=json.dumps({name: f"$context.{of}" for name, of in LOGGED.items()}),
            ),
            tags=config.tags,
        )

    def _integration(self) -> str:
        live = self.function.live
        integration = apigateway.CfnIntegration(
            self,
            "Integration",
            api_id=self.api.ref,
            integration_type="AWS_PROXY",
            integration_uri=live.function_arn,
            payload_format_version="2.0",
        )
        anything_of_it = Stack.of(self).format_arn(
            service="execute-api",
            resource=self.api.ref,
            resource_name="*/*",
            arn_format=ArnFormat.SLASH_RESOURCE_NAME,
        )
        lambda_.CfnPermission(
            self,
            "Invoke",
            action="lambda:InvokeFunction",
            function_name=live.function_arn,
            principal="apigateway.amazonaws.com",
            source_arn=anything_of_it,
        )
        return f"integrations/{integration.ref}"

    def _authorizer(self, tokens: Tokens) -> apigateway.CfnAuthorizer:
        return apigateway.CfnAuthorizer(
            self,
            "Tokens",
            api_id=self.api.ref,
            name="tokens",
            authorizer_type="JWT",
            identity_source=["$request.header.Authorization"],
            jwt_configuration=apigateway.CfnAuthorizer.JWTConfigurationProperty(
                issuer=tokens.issuer, audience=[tokens.client]
            ),
        )

    def _route(
        self, route: Route, target: str, authorizer: apigateway.CfnAuthorizer | None
    ) -> None:
        kind = "NONE" if route.anonymous else "JWT" if authorizer else "AWS_IAM"
        made = apigateway.CfnRoute(
            self,
            route.name,
            api_id=self.api.ref,
            route_key=route.key,
            target=target,
            authorization_type=kind,
            authorizer_id=authorizer.ref if authorizer and kind == "JWT" else None,
        )
        if kind == "NONE":
            accept(made, "AwsSolutions-APIG4", "CKV_AWS_309", because=OPEN_ROUTE)

    def metric(self, name: str, statistic: str) -> cloudwatch.Metric:
        return cloudwatch.Metric(
            namespace="AWS/ApiGateway",
            metric_name=name,
            dimensions_map={"ApiId": self.api.ref},
            statistic=statistic,
            period=Duration.minutes(5),
        )

    def _throttled(self, id_: str) -> cloudwatch.Metric:
        """Requests over the limit: no metric of API Gateway's own tells them from other 4xx."""
        name = f"{id_}Throttled"
        self.logs.add_metric_filter(
            "Throttled",
            filter_pattern=logs.FilterPattern.number_value("$.status", "=", 429),
            metric_namespace=self.config.metrics_namespace,
            metric_name=name,
            metric_value="1",
        )
        return cloudwatch.Metric(
            namespace=self.config.metrics_namespace, metric_name=name, statistic="Sum"
        )

    def _alarms(self, id_: str) -> None:
        alarm(
            self,
            "FailedAlarm",
            self.metric("5xx", "Sum"),
            at_least=1,
            because=f"{id_} answered that something is wrong here: read the log of its function.",
        )
        alarm(
            self,
            "SlowAlarm",
            self.metric("Latency", "p95"),
            at_least=SLOW_MILLISECONDS,
            because=f"One in twenty requests of {id_} takes {SLOW_MILLISECONDS // 1000} seconds.",
        )
        alarm(
            self,
            "ThrottledAlarm",
            self._throttled(id_),
            at_least=1,
            because=f"{id_} had more requests than it may take, and refused some of them.",
        )


def cors(origins: Sequence[str]) -> apigateway.CfnApi.CorsProperty:
    return apigateway.CfnApi.CorsProperty(
        allow_origins=list(origins),
        allow_methods=["GET", "POST", "DELETE"],
        allow_headers=["authorization", "content-type", "if-none-match"],
        expose_headers=["etag", "retry-after", "x-correlation-id"],
        max_age=3600,
    )
