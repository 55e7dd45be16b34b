"""Who may log in, what they may change of themselves, and where a login leads back to."""

from typing import Any

import pytest

from stacks.access_stack import ADMINS, OWNER
from stacks.config import ConfigError, production, sandbox
from tests.stacks.synthesis import Deployment, synthesize


def pool(stage: Deployment) -> dict[str, Any]:
    [found] = stage.all("AWS::Cognito::UserPool")
    return found.properties


def client(stage: Deployment) -> dict[str, Any]:
    [found] = stage.all("AWS::Cognito::UserPoolClient")
    return found.properties


@pytest.mark.exhaustive
def test_users_sign_in_by_address_and_none_registers_unasked(stage: Deployment) -> None:
    assert pool(stage)["UsernameAttributes"] == ["email"]
    assert pool(stage)["UsernameConfiguration"] == {"CaseSensitive": False}
    assert pool(stage)["AdminCreateUserConfig"]["AllowAdminCreateUserOnly"] is True
    opened = synthesize(stage.config, sign_up=True)
    assert pool(opened)["AdminCreateUserConfig"]["AllowAdminCreateUserOnly"] is False


def test_a_user_cannot_choose_an_owner(stage: Deployment) -> None:
    schema = {each["Name"]: each for each in pool(stage)["Schema"]}
    assert schema[OWNER]["AttributeDataType"] == "String"
    # Left out, it would mean everything.
    assert client(stage)["WriteAttributes"] == ["email"]
    assert f"custom:{OWNER}" in client(stage)["ReadAttributes"]
    assert "aws.cognito.signin.user.admin" not in client(stage)["AllowedOAuthScopes"]


def test_a_new_address_counts_when_it_is_verified(stage: Deployment) -> None:
    assert pool(stage)["UserAttributeUpdateSettings"] == {
        "AttributesRequireVerificationBeforeUpdate": ["email"]
    }


def test_passwords_are_long_and_a_second_factor_is_no_text_message(stage: Deployment) -> None:
    policy = pool(stage)["Policies"]["PasswordPolicy"]
    assert policy["MinimumLength"] >= 12
    kinds = ("Lowercase", "Uppercase", "Numbers", "Symbols")
    assert all(policy[f"Require{kind}"] for kind in kinds)
    assert pool(stage)["MfaConfiguration"] == "OPTIONAL"
    assert pool(stage)["EnabledMfas"] == ["SOFTWARE_TOKEN_MFA"]


def test_the_page_has_no_secret_and_gets_codes_only(stage: Deployment) -> None:
    assert client(stage)["GenerateSecret"] is False
    assert client(stage)["AllowedOAuthFlows"] == ["code"]
    assert "ExplicitAuthFlows" not in client(stage)
    assert client(stage)["PreventUserExistenceErrors"] == "ENABLED"
    assert client(stage)["EnableTokenRevocation"] is True


def test_tokens_are_short(stage: Deployment) -> None:
    units = client(stage)["TokenValidityUnits"]
    assert set(units.values()) == {"minutes"}
    for kind in ("Access", "Id"):
        assert client(stage)[f"{kind}TokenValidity"] == stage.config.token_minutes <= 60
    assert client(stage)["RefreshTokenValidity"] == stage.config.session_hours * 60 <= 24 * 60


def test_a_login_leads_back_to_the_page_and_nowhere_else(stage: Deployment) -> None:
    wanted = [f"{origin}/" for origin in stage.config.page_origins]
    wanted += ["https://Distribution.DomainName/"] if stage.config.gallery else []
    for name in ("CallbackURLs", "LogoutURLs"):
        assert [*map(stage.named, client(stage)[name])] == (wanted or ["http://localhost/"])


def test_production_trusts_no_page_on_anybodys_machine(production: Deployment) -> None:
    assert "localhost" not in str(client(production))


def test_there_are_administrators_and_pages_with_a_style(stage: Deployment) -> None:
    [group] = stage.all("AWS::Cognito::UserPoolGroup")
    assert group.properties["GroupName"] == ADMINS
    [domain] = stage.all("AWS::Cognito::UserPoolDomain")
    assert domain.properties["ManagedLoginVersion"] == 2
    assert "AWS::StackId" in str(domain.properties["Domain"])
    [style] = stage.all("AWS::Cognito::ManagedLoginBranding")
    assert stage.named(style.properties["ClientId"]) == "UsersPage"


def test_production_keeps_its_users(stage: Deployment) -> None:
    keep = stage.config.keep_data
    assert pool(stage)["DeletionProtection"] == ("ACTIVE" if keep else "INACTIVE")
    [body] = [each.body for each in stage.all("AWS::Cognito::UserPool")]
    assert body["DeletionPolicy"] == ("Retain" if keep else "Delete")


@pytest.mark.parametrize(
    "origin",
    ["http://example.com", "https://*.example.com", "https://a.example/path", "http://127.0.0.1:1"],
)
def test_an_origin_that_a_login_may_not_lead_to_is_refused(origin: str) -> None:
    with pytest.raises(ConfigError, match="page_origins"):
        synthesize(sandbox(), page_origins=(origin,))


def test_tokens_that_live_for_days_are_refused() -> None:
    with pytest.raises(ConfigError, match="token_minutes"):
        synthesize(production(), token_minutes=3000)


@pytest.mark.exhaustive
def test_people_may_come_by_another_provider_without_choosing_their_owner() -> None:
    stage = synthesize(production(), identity_providers=("Company",))
    [client] = stage.all("AWS::Cognito::UserPoolClient")
    assert client.properties["SupportedIdentityProviders"] == ["COGNITO", "Company"]
    assert client.properties["WriteAttributes"] == ["email"]
