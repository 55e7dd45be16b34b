"""The page: private behind CloudFront, and confined to those whom it must talk to."""

from pathlib import Path
from typing import Any

import pytest

from stacks.config import ConfigError, local, production
from stacks.gallery_stack import POLICY
from stacks.page_stack import built, confined, partners_of
from tests.stacks.synthesis import Deployment, Resource, statements, synthesize

PARTNERS = partners_of("https://api", "https://login", "https://originals", "https://thumbnails")


def distribution(stage: Deployment) -> dict[str, Any]:
    [found] = stage.all("AWS::CloudFront::Distribution")
    config: dict[str, Any] = found.properties["DistributionConfig"]
    return config


def test_the_local_stage_has_none(local: Deployment) -> None:
    assert local.templates.keys() == {"Storage", "Access", "Processing"}


def test_only_cloudfront_reads_the_page_and_only_for_this_distribution(
    production: Deployment,
) -> None:
    [policy] = [p for p in production.all("AWS::S3::BucketPolicy") if p.stack == "Gallery"]
    [allowed] = [each for each in statements(policy) if each["Effect"] == "Allow"]
    assert allowed["Principal"] == {"Service": "cloudfront.amazonaws.com"}
    assert allowed["Action"] == "s3:GetObject"
    assert "distribution/Distribution" in production.named(
        allowed["Condition"]["StringEquals"]["AWS:SourceArn"]
    )
    [origin] = distribution(production)["Origins"]
    assert "OriginAccessControlId" in origin


def test_it_is_served_by_https_only_and_addresses_within_it_are_its_own(
    production: Deployment,
) -> None:
    config = distribution(production)
    assert config["DefaultCacheBehavior"]["ViewerProtocolPolicy"] == "redirect-to-https"
    assert {
        each["ErrorCode"]: each["ResponsePagePath"] for each in config["CustomErrorResponses"]
    } == {
        403: "/index.html",
        404: "/index.html",
    }


def headers(stage: Deployment) -> Resource:
    [found] = stage.all("AWS::CloudFront::ResponseHeadersPolicy")
    return found


def test_every_answer_says_what_a_browser_may_not_do(production: Deployment) -> None:
    policy = headers(production).properties["ResponseHeadersPolicyConfig"]
    security = policy["SecurityHeadersConfig"]
    assert security["FrameOptions"]["FrameOption"] == "DENY"
    assert security["ContentTypeOptions"]["Override"] is True
    assert security["StrictTransportSecurity"]["AccessControlMaxAgeSec"] >= 31_536_000
    assert security["ContentSecurityPolicy"]["ContentSecurityPolicy"] == POLICY
    used = distribution(production)["DefaultCacheBehavior"]["ResponseHeadersPolicyId"]
    assert production.named(used) == "Headers"


def test_no_policy_lets_foreign_code_run() -> None:
    for policy in (POLICY, policy_of(confined("<head></head>", PARTNERS))):
        directives = dict(each.split(" ", 1) for each in policy.split("; "))
        assert "unsafe" not in policy
        assert "*" not in policy
        assert directives["object-src"] == directives["base-uri"] == "'none'"
        assert directives.get("script-src", directives["default-src"]) == "'self'"


def policy_of(page: str) -> str:
    return page.partition('content="')[2].partition('"')[0]


def test_a_page_may_talk_to_its_partners_and_to_nobody_else() -> None:
    directives = dict(
        each.split(" ", 1) for each in policy_of(confined("<head></head>", PARTNERS)).split("; ")
    )
    assert directives["connect-src"] == "'self' https://api https://login https://originals"
    assert directives["img-src"] == "'self' data: blob: https://originals https://thumbnails"
    assert directives["form-action"] == "'self' https://login"


def test_its_partners_are_the_api_the_login_and_the_buckets(production: Deployment) -> None:
    [content] = production.all("Custom::CDKBucketDeployment")
    markers = [*map(production.named, values(content.properties["SourceMarkers"]))]
    for partner in ("QueryCatalogApi.ApiEndpoint", "Originals.RegionalDomainName", "Login"):
        assert any(partner in marker for marker in markers), markers


def values(markers: Any) -> list[Any]:
    return [value for each in markers for value in each.values()]


@pytest.mark.parametrize("page", ["<body></body>", "<head></head><head></head>"])
def test_a_page_that_cannot_hold_its_policy_is_refused(page: str) -> None:
    with pytest.raises(ValueError, match="no <head>"):
        confined(page, PARTNERS)


def test_a_page_that_is_not_built_is_not_deployed(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="make gallery"):
        built(tmp_path, required=True)
    assert built(tmp_path, required=False).index


@pytest.mark.exhaustive
def test_a_name_of_ones_own_has_a_certificate_and_no_old_tls() -> None:
    certificate = "arn:aws:acm:us-east-1:111122223333:certificate/any"
    named = synthesize(
        production(), gallery_domain="photos.example.com", gallery_certificate=certificate
    )
    viewer = distribution(named)["ViewerCertificate"]
    assert viewer["MinimumProtocolVersion"] == "TLSv1.2_2021"
    assert distribution(named)["Aliases"] == ["photos.example.com"]
    [client] = named.all("AWS::Cognito::UserPoolClient")
    assert client.properties["CallbackURLs"] == ["https://photos.example.com/"]
    with pytest.raises(ConfigError, match="gallery_certificate"):
        synthesize(production(), gallery_domain="photos.example.com")


def test_what_puts_the_page_there_may_do_that_and_no_more(production: Deployment) -> None:
    [policy] = [p for p in production.all("AWS::IAM::Policy") if p.stack == "Page"]
    actions = {a for each in statements(policy) for a in each["Action"] if len(a) > 1}
    assert not [action for action in actions if "*" in action]


def test_a_stage_can_do_without_it() -> None:
    assert "Gallery" not in synthesize(production(), gallery=False).templates
    assert local().gallery is False
