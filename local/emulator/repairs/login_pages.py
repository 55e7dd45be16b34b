"""Take the style of a login page, and let it rest.

Gap: CloudFormation knows no `AWS::Cognito::ManagedLoginBranding`.
Consequence: a stack with one cannot be deployed; without one, a client has no login page on AWS.
Repair: it is created as a name. That each client has one is asked of the template.
"""

from ministack.services.cloudformation import provisioners

from local.emulator.repairs.alarms_and_queries import only_named


def apply() -> None:
    style = only_named("ManagedLoginBrandingId")
    provisioners._RESOURCE_HANDLERS["AWS::Cognito::ManagedLoginBranding"] = style
