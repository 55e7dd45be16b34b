"""Every route asks who calls, is limited, logged and watched, and is one of the document's."""

import json
from typing import Any

import pytest

from stacks.constructs.routes import routes_of
from tests.stacks.synthesis import ROOT, Deployment, Resource, synthesize

ANONYMOUS = {"GET /health", "GET /openapi.json"}
PEOPLE, PROGRAMS = "QueryCatalogApi", "QueryCatalogProgramsApi"


def routes(stage: Deployment, api: str) -> dict[str, Resource]:
    found = stage.all("AWS::ApiGatewayV2::Route")
    return {r.properties["RouteKey"]: r for r in found if of(stage, r) == api}


def of(stage: Deployment, resource: Resource) -> str:
    return stage.named(resource.properties["ApiId"])


def documented() -> set[str]:
    document = json.loads((ROOT / "functions/query_catalog/openapi.json").read_text())
    return {
        f"{method.upper()} {path}"
        for path, operations in document["paths"].items()
        for method in operations
        if method in {"get", "post", "put", "delete", "patch", "head"}
    }


def test_both_apis_offer_what_the_document_says_and_nothing_else(stage: Deployment) -> None:
    assert routes(stage, PEOPLE).keys() == documented()
    assert routes(stage, PROGRAMS).keys() == documented() - ANONYMOUS
    assert "$default" not in routes(stage, PEOPLE)


def test_two_routes_are_open_and_no_others(stage: Deployment) -> None:
    for key, route in routes(stage, PEOPLE).items():
        kind = route.properties["AuthorizationType"]
        assert kind == ("NONE" if key in ANONYMOUS else "JWT"), key
        assert ("AuthorizerId" in route.properties) == (kind == "JWT")
    for key, route in routes(stage, PROGRAMS).items():
        assert route.properties["AuthorizationType"] == "AWS_IAM", key


def test_tokens_must_be_of_this_pool_and_made_for_this_page(stage: Deployment) -> None:
    [authorizer] = stage.all("AWS::ApiGatewayV2::Authorizer")
    assert authorizer.properties["IdentitySource"] == ["$request.header.Authorization"]
    jwt = authorizer.properties["JwtConfiguration"]
    assert stage.named(jwt["Issuer"]) == "https://Users.ProviderName"
    assert [*map(stage.named, jwt["Audience"])] == ["UsersPage"]


def test_every_route_leads_to_the_live_alias(stage: Deployment) -> None:
    integrations = {each.id: each for each in stage.all("AWS::ApiGatewayV2::Integration")}
    for integration in integrations.values():
        assert stage.named(integration.properties["IntegrationUri"]) == "QueryCatalogFunctionLive"
        assert integration.properties["PayloadFormatVersion"] == "2.0"
    for route in stage.all("AWS::ApiGatewayV2::Route"):
        [_, [_, target]] = route.properties["Target"]["Fn::Join"]
        assert of(stage, integrations[target["Ref"]]) == of(stage, route)


def test_nobody_but_these_apis_may_call_the_function(stage: Deployment) -> None:
    found = [
        each.properties
        for each in stage.all("AWS::Lambda::Permission")
        if each.properties["Principal"] == "apigateway.amazonaws.com"
    ]
    assert {stage.named(each["FunctionName"]) for each in found} == {"QueryCatalogFunctionLive"}
    assert {stage.named(each["SourceArn"]).rpartition(":")[2] for each in found} == {
        f"{PEOPLE}/*/*",
        f"{PROGRAMS}/*/*",
    }


def stages(stage: Deployment) -> list[dict[str, Any]]:
    return [each.properties for each in stage.all("AWS::ApiGatewayV2::Stage")]


def test_every_api_is_limited(stage: Deployment) -> None:
    assert len(stages(stage)) == 2
    for each in stages(stage):
        assert each["DefaultRouteSettings"] == {
            "ThrottlingRateLimit": stage.config.api_rate,
            "ThrottlingBurstLimit": stage.config.api_burst,
        }


def test_every_request_is_logged_without_its_token(stage: Deployment) -> None:
    groups = {group.id: group for group in stage.all("AWS::Logs::LogGroup")}
    for each in stages(stage):
        settings = each["AccessLogSettings"]
        [group, _] = settings["DestinationArn"]["Fn::GetAtt"]
        assert groups[group].properties["RetentionInDays"] == stage.config.log_days
        line = json.loads(settings["Format"])
        assert {"requestId", "route", "status", "milliseconds", "ip"} <= line.keys()
        assert all(value.startswith("$context.") for value in line.values())
        assert "header" not in settings["Format"]


def test_a_page_calls_from_its_own_origin_and_programs_from_none(stage: Deployment) -> None:
    apis = {stage.named({"Ref": each.id}): each for each in stage.all("AWS::ApiGatewayV2::Api")}
    assert "CorsConfiguration" not in apis[PROGRAMS].properties
    cors = apis[PEOPLE].properties.get("CorsConfiguration", {})
    wanted = [*stage.config.page_origins]
    wanted += ["https://Distribution.DomainName"] if stage.config.gallery else []
    assert [*map(stage.named, cors.get("AllowOrigins", []))] == wanted
    assert not cors.get("AllowCredentials")
    if cors:
        assert "authorization" in cors["AllowHeaders"]
        assert {"etag", "retry-after"} <= set(cors["ExposeHeaders"])


def test_every_api_is_watched_for_failures_slowness_and_refusals(stage: Deployment) -> None:
    for api, id_ in ((PEOPLE, "Api"), (PROGRAMS, "ProgramsApi")):
        alarms = [
            each.properties
            for each in stage.all("AWS::CloudWatch::Alarm")
            if each.id.startswith(f"{api}Failed")
            or each.id.startswith(f"{api}Slow")
            or each.id.startswith(f"{api}Throttled")
        ]
        metrics = {each["MetricName"] for each in alarms}
        assert metrics == {"5xx", "Latency", f"{id_}Throttled"}
    for found in stage.all("AWS::Logs::MetricFilter"):
        assert found.properties["FilterPattern"] == "{ $.status = 429 }"


def test_it_costs_nothing_while_nobody_asks(stage: Deployment) -> None:
    for alias in stage.all("AWS::Lambda::Alias"):
        assert "ProvisionedConcurrencyConfig" not in alias.properties


@pytest.mark.exhaustive
def test_limits_are_the_stages() -> None:
    from stacks.config import sandbox

    for each in stages(synthesize(sandbox(), api_rate=7, api_burst=9)):
        assert each["DefaultRouteSettings"]["ThrottlingRateLimit"] == 7


def test_a_function_without_a_document_is_refused() -> None:
    with pytest.raises(ValueError, match=r"no functions/make_thumbnails/openapi\.json"):
        routes_of("make_thumbnails")
