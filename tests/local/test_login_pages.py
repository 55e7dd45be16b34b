"""Contract of local/emulator/repairs/login_pages.py."""

import json

from tests.local.workbench import Workbench, any_name, eventually

TEMPLATE = {
    "Resources": {
        "Users": {"Type": "AWS::Cognito::UserPool", "Properties": {}},
        "Page": {
            "Type": "AWS::Cognito::UserPoolClient",
            "Properties": {"UserPoolId": {"Ref": "Users"}},
        },
        "Style": {
            "Type": "AWS::Cognito::ManagedLoginBranding",
            "Properties": {
                "UserPoolId": {"Ref": "Users"},
                "ClientId": {"Ref": "Page"},
                "UseCognitoProvidedValues": True,
            },
        },
    }
}


def test_a_login_page_with_a_style_is_deployed(bench: Workbench) -> None:
    stack, formation = any_name("stack"), bench.cloud.client("cloudformation")

    formation.create_stack(StackName=stack, TemplateBody=json.dumps(TEMPLATE))

    eventually(lambda: bench.cloud.stacks()[stack] == "CREATE_COMPLETE")
