"""Who may use it: a pool of users, the client of the page, and where both log in."""

from collections.abc import Sequence

from aws_cdk import Aws, Duration, Fn, RemovalPolicy, Stack
from aws_cdk import aws_cognito as cognito
from constructs import Construct

from stacks.config import StageConfig
from stacks.constructs.accepted import accept
from stacks.constructs.outputs import output

ADMINS = "admins"
OWNER = "owner"  # a claim `custom:owner` of the ID token
FEWER_RULES = (
    "Twelve characters of all kinds, and the second factor is optional: what it guards are "
    "pictures of one owner. An identity provider of one's own brings its own rules."
)
NOT_PLUS = (
    "Threat protection is a feature of the Plus plan, $0.02 a month and user: where it is wanted, "
    "it is a change of this line. Sign-in attempts are limited by Cognito in every plan."
)


class AccessStack(Stack):
    def __init__(
        self, scope: Construct, id_: str, *, config: StageConfig, origins: Sequence[str] = ()
    ) -> None:
        """Make it; `origins` are those of the page, beside the configured ones."""
        super().__init__(scope, id_, tags=config.tags, termination_protection=config.keep_data)
        self.config = config
        self.pool = self._pool()
        self.client = self._client([f"{each}/" for each in (*config.page_origins, *origins)])
        self.login_url = self._login()
        cognito.CfnUserPoolGroup(
            self,
            "Admins",
            user_pool_id=self.pool.user_pool_id,
            group_name=ADMINS,
            description="They see the pictures of all owners, and the report.",
        )
        self._outputs()

    @property
    def issuer(self) -> str:
        """What tokens of the pool name as theirs."""
        return f"https://{self.pool.user_pool_provider_name}"

    @property
    def client_id(self) -> str:
        return self.client.user_pool_client_id

    def _pool(self) -> cognito.UserPool:
        keep = self.config.keep_data
        pool = cognito.UserPool(
            self,
            "Users",
            sign_in_aliases=cognito.SignInAliases(email=True),
            sign_in_case_sensitive=False,
            self_sign_up_enabled=self.config.sign_up,
            auto_verify=cognito.AutoVerifiedAttrs(email=True),
            # A new address counts when it is verified; until then the old one signs in.
            keep_original=cognito.KeepOriginalAttrs(email=True),
            standard_attributes=cognito.StandardAttributes(
                email=cognito.StandardAttribute(required=True, mutable=True)
            ),
            custom_attributes={OWNER: cognito.StringAttribute(mutable=True, max_len=256)},
            password_policy=cognito.PasswordPolicy(
                min_length=12,
                require_digits=True,
                require_lowercase=True,
                require_symbols=True,
                require_uppercase=True,
                temp_password_validity=Duration.days(3),
            ),
            mfa=cognito.Mfa.OPTIONAL,
            # A text message costs money, and a number can be taken over.
            mfa_second_factor=cognito.MfaSecondFactor(sms=False, otp=True),
            account_recovery=cognito.AccountRecovery.EMAIL_ONLY,
            feature_plan=cognito.FeaturePlan.ESSENTIALS,
            deletion_protection=keep,
            removal_policy=RemovalPolicy.RETAIN if keep else RemovalPolicy.DESTROY,
        )
        accept(pool, "AwsSolutions-COG2", because=FEWER_RULES)
        accept(pool, "AwsSolutions-COG8", because=NOT_PLUS)
        return pool

    def _client(self, pages: Sequence[str]) -> cognito.UserPoolClient:
        """The page's: in a browser, where nothing is secret, hence PKCE and no secret.

        What it may write is named, or it could write all: users would choose their owner.
        """
        email = cognito.ClientAttributes().with_standard_attributes(email=True)
        reads = email.with_standard_attributes(email=True, email_verified=True)
        return self.pool.add_client(
            "Page",
            generate_secret=False,
            prevent_user_existence_errors=True,
            enable_token_revocation=True,
            access_token_validity=Duration.minutes(self.config.token_minutes),
            id_token_validity=Duration.minutes(self.config.token_minutes),
            refresh_token_validity=Duration.hours(self.config.session_hours),
            read_attributes=reads.with_custom_attributes(OWNER),
            write_attributes=email,
            supported_identity_providers=[
                cognito.UserPoolClientIdentityProvider.COGNITO,
                *map(cognito.UserPoolClientIdentityProvider.custom, self.config.identity_providers),
            ],
            o_auth=cognito.OAuthSettings(
                flows=cognito.OAuthFlows(authorization_code_grant=True),
                scopes=[
                    cognito.OAuthScope.OPENID,
                    cognito.OAuthScope.EMAIL,
                    cognito.OAuthScope.PROFILE,
                ],
                # Cognito wants one: a stage without a page gets it from whoever serves that.
                callback_urls=list(pages) or ["http://localhost/"],
                logout_urls=list(pages) or ["http://localhost/"],
            ),
        )

    def _login(self) -> str:
        """Cognito's own pages; their name must be unique in a region, as the stack's id is."""
        stack_uuid = Fn.select(2, Fn.split("/", self.stack_id))
        domain = cognito.CfnUserPoolDomain(
            self,
            "Login",
            user_pool_id=self.pool.user_pool_id,
            domain=f"darkroom-{stack_uuid}",
            managed_login_version=2,
        )
        # Without a style of its own, a client has no pages of this version.
        style = cognito.CfnManagedLoginBranding(
            self,
            "Style",
            user_pool_id=self.pool.user_pool_id,
            client_id=self.client_id,
            use_cognito_provided_values=True,
        )
        style.add_resource_dependency(domain)
        return f"https://{domain.ref}.auth.{Aws.REGION}.amazoncognito.com"

    def _outputs(self) -> None:
        output(self, "UserPool", self.pool.user_pool_id)
        output(self, "UserPoolClient", self.client_id)
        output(self, "LoginUrl", self.login_url)
