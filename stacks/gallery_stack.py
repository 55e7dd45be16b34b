"""Where the page is served from: a private bucket behind CloudFront.

It knows nothing of what the page talks to, so that all of that can know the page's address: a login
calls it back, an API and a bucket answer its origin. What it may talk to, `page_stack.py` says.
"""

from typing import Any, cast

from aws_cdk import Duration, Stack
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_cloudfront_origins as cloudfront_origins
from aws_cdk import aws_s3 as s3
from constructs import Construct

from stacks.config import StageConfig
from stacks.constructs.accepted import accept
from stacks.constructs.outputs import output
from stacks.constructs.private_bucket import PrivateBucket

MADE_ANEW = "It holds what `make gallery` makes, and every deployment puts all of it there again."
PUBLIC_PAGE = (
    "It is a page without pictures or names in it, for anybody anywhere: what they may see, the "
    "API decides. A log of its readers would be personal data without a use."
)
NO_FIREWALL = (
    "Static files, cached: there is nothing behind them to attack, and AWS WAF costs $5 a month "
    "before its first request. The API has limits of its own."
)
OWN_CERTIFICATE = (
    "Under CloudFront's own name, CloudFront chooses the oldest TLS itself (browsers that run the "
    "page take 1.2 or newer). A name of one's own comes with a certificate and a minimum."
)
# What holds whatever the page talks to: no frame, no plugin, no code and no style but its own. The
# page itself narrows it: `<meta>` of its `index.html`, for the policy there is by then.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; "
    "manifest-src 'self'; worker-src 'self'; img-src 'self' data: blob: https:; "
    "connect-src 'self' https:; form-action 'self' https:; base-uri 'none'; "
    "frame-ancestors 'none'; object-src 'none'"
)
ONE_YEAR = Duration.days(365)


class GalleryStack(Stack):
    def __init__(self, scope: Construct, id_: str, *, config: StageConfig) -> None:
        super().__init__(scope, id_, tags=config.tags, termination_protection=config.keep_data)
        self.config = config
        self.page = PrivateBucket(self, "Page", config=config, access_logs=PUBLIC_PAGE)
        accept(self.page, "CKV_AWS_21", because=MADE_ANEW)
        self.distribution = self._distribution()
        output(self, "GalleryUrl", f"{self.origin}/")

    @property
    def origin(self) -> str:
        name = self.config.gallery_domain or self.distribution.distribution_domain_name
        return f"https://{name}"

    def _distribution(self) -> cloudfront.Distribution:
        distribution = cloudfront.Distribution(
            self,
            "Distribution",
            comment="Darkroom's gallery",
            default_root_object="index.html",
            http_version=cloudfront.HttpVersion.HTTP2_AND_3,
            **self._name(),
            price_class=cloudfront.PriceClass.PRICE_CLASS_100,
            default_behavior=cloudfront.BehaviorOptions(
                origin=cloudfront_origins.S3BucketOrigin.with_origin_access_control(
                    cast(s3.IBucket, self.page)
                ),
                allowed_methods=cloudfront.AllowedMethods.ALLOW_GET_HEAD,
                viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
                cache_policy=cloudfront.CachePolicy.CACHING_OPTIMIZED,
                compress=True,
                response_headers_policy=self._headers(),
            ),
            # Addresses within the page are the page's own: S3 knows none of them.
            error_responses=[
                cloudfront.ErrorResponse(
                    http_status=status,
                    response_http_status=200,
                    response_page_path="/index.html",
                    ttl=Duration.seconds(0),
                )
                for status in (403, 404)
            ],
        )
        accept(distribution, "AwsSolutions-CFR1", "AwsSolutions-CFR3", because=PUBLIC_PAGE)
        accept(distribution, "CKV_AWS_86", because=PUBLIC_PAGE)
        accept(distribution, "AwsSolutions-CFR2", "CKV_AWS_68", because=NO_FIREWALL)
        if not self.config.gallery_domain:
            accept(distribution, "AwsSolutions-CFR4", "CKV_AWS_174", because=OWN_CERTIFICATE)
        return distribution

    def _name(self) -> dict[str, Any]:
        """What a name of one's own brings: its certificate, and the oldest TLS that is taken."""
        if not (self.config.gallery_domain and self.config.gallery_certificate):
            return {}
        found = acm.Certificate.from_certificate_arn(
            self, "Certificate", self.config.gallery_certificate
        )
        return {
            "domain_names": [self.config.gallery_domain],
            "certificate": found,
            "minimum_protocol_version": cloudfront.SecurityPolicyProtocol.TLS_V1_2_2021,
        }

    def _headers(self) -> cloudfront.ResponseHeadersPolicy:
        return cloudfront.ResponseHeadersPolicy(
            self,
            "Headers",
            comment="Darkroom's gallery",
            security_headers_behavior=cloudfront.ResponseSecurityHeadersBehavior(
                content_security_policy=cloudfront.ResponseHeadersContentSecurityPolicy(
                    content_security_policy=POLICY, override=True
                ),
                content_type_options=cloudfront.ResponseHeadersContentTypeOptions(override=True),
                frame_options=cloudfront.ResponseHeadersFrameOptions(
                    frame_option=cloudfront.HeadersFrameOption.DENY, override=True
                ),
                referrer_policy=cloudfront.ResponseHeadersReferrerPolicy(
                    referrer_policy=cloudfront.HeadersReferrerPolicy.NO_REFERRER, override=True
                ),
                strict_transport_security=cloudfront.ResponseHeadersStrictTransportSecurity(
                    access_control_max_age=ONE_YEAR, include_subdomains=True, override=True
                ),
            ),
        )
