"""HTTP APIs before a function, and pools of users, for the contract tests."""

from dataclasses import dataclass
from typing import Any

from tests.api_clients import PASSWORD, Api, Web, any_user, base_of
from tests.local.workbench import Workbench, any_name

ECHO = """import json
def handler(event, context):
    return {"statusCode": 200, "body": json.dumps(event)}
"""


@dataclass(frozen=True)
class Pool:
    """A pool with a client, whose users sign in by password."""

    id: str
    client: str
    issuer: str


def any_pool(bench: Workbench, **client: Any) -> Pool:
    cognito = bench.cloud.client("cognito-idp")
    schema = [{"Name": "owner", "AttributeDataType": "String", "Mutable": True}]
    pool = cognito.create_user_pool(PoolName=any_name("pool"), Schema=schema)["UserPool"]["Id"]
    flows = ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
    made = cognito.create_user_pool_client(
        UserPoolId=pool, ClientName=any_name("client"), ExplicitAuthFlows=flows, **client
    )
    issuer = f"https://cognito-idp.us-east-1.amazonaws.com/{pool}"
    return Pool(pool, made["UserPoolClient"]["ClientId"], issuer)


def tokens_of(bench: Workbench, pool: Pool, owner: str = "alice") -> dict[str, str]:
    """Sign a new user of an owner in; return the tokens by Cognito's names."""
    email = any_user(bench.cloud, owner, pool=pool.id)
    found: dict[str, str] = bench.cloud.client("cognito-idp").initiate_auth(
        ClientId=pool.client,
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": email, "PASSWORD": PASSWORD},
    )["AuthenticationResult"]
    return found


def any_api(bench: Workbench, pool: Pool | None, *, source: str | None = "*") -> Api:
    """Make an API before a function, for a pool's tokens or for roles.

    Its routes are `GET /me` and `GET /of/{any}`. Its function takes calls of `source`, below the
    API's own ARN; `None`: it takes none.
    """
    gateway, function = bench.cloud.client("apigatewayv2"), bench.function(ECHO)
    arn = bench.lambda_.get_function_configuration(FunctionName=function)["FunctionArn"]
    api = gateway.create_api(Name=any_name("api"), ProtocolType="HTTP")
    id_ = api["ApiId"]
    gateway.create_stage(ApiId=id_, StageName="$default", AutoDeploy=True)
    to_function = gateway.create_integration(
        ApiId=id_, IntegrationType="AWS_PROXY", IntegrationUri=arn, PayloadFormatVersion="2.0"
    )
    allowed: dict[str, str] = {"AuthorizationType": "AWS_IAM"}
    if pool:
        authorizer = gateway.create_authorizer(
            ApiId=id_,
            Name="tokens",
            AuthorizerType="JWT",
            IdentitySource=["$request.header.Authorization"],
            JwtConfiguration={"Issuer": pool.issuer, "Audience": [pool.client]},
        )
        allowed = {"AuthorizationType": "JWT", "AuthorizerId": authorizer["AuthorizerId"]}
    target = f"integrations/{to_function['IntegrationId']}"
    for route in ("GET /me", "GET /of/{any}"):
        gateway.create_route(ApiId=id_, RouteKey=route, Target=target, **allowed)
    if source is not None:
        bench.lambda_.add_permission(
            FunctionName=function,
            StatementId="api",
            Action="lambda:InvokeFunction",
            Principal="apigateway.amazonaws.com",
            SourceArn=f"arn:aws:execute-api:us-east-1:{arn.split(':')[4]}:{id_}/{source}",
        )
    web = Web(str(bench.cloud.settings.certificate))
    return Api(web, base_of(bench.cloud, api["ApiEndpoint"]))
