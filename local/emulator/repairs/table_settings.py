"""Take a table's time to live and point-in-time recovery from the template.

Gap: CloudFormation creates and updates tables without these two settings.
Consequence: both read as disabled, so nothing shows whether the template sets them.
Repair: after each create and update, set what the template says.
"""

from collections.abc import Callable
from typing import Any

from ministack.services import dynamodb
from ministack.services.cloudformation import provisioners

Properties = dict[str, Any]


def apply() -> None:
    for table_type in ("AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable"):
        handlers = provisioners._RESOURCE_HANDLERS[table_type]
        handlers["create"] = with_settings(handlers["create"], properties_at=1)
        handlers["update"] = with_settings(handlers["update"], properties_at=2)


def with_settings(provision: Callable[..., Any], *, properties_at: int) -> Callable[..., Any]:
    def provision_with_settings(*arguments: Any, **options: Any) -> Any:
        result = provision(*arguments, **options)
        set_time_to_live(result[0], arguments[properties_at])
        set_point_in_time_recovery(result[0], arguments[properties_at])
        return result

    return provision_with_settings


def set_time_to_live(table: str, properties: Properties) -> None:
    specification = properties.get("TimeToLiveSpecification")
    if not specification:
        dynamodb._ttl_settings.pop(table, None)
        return
    dynamodb._ttl_settings[table] = {
        "TimeToLiveStatus": "ENABLED" if is_true(specification["Enabled"]) else "DISABLED",
        "AttributeName": specification["AttributeName"],
    }


def set_point_in_time_recovery(table: str, properties: Properties) -> None:
    # A global table has the setting in each replica; here there is one.
    place = (properties.get("Replicas") or [properties])[0]
    specification = place.get("PointInTimeRecoverySpecification") or {}
    enabled = is_true(specification.get("PointInTimeRecoveryEnabled", False))
    dynamodb._pitr_settings[table] = enabled


def is_true(value: bool | str) -> bool:
    """CloudFormation takes a boolean or its name."""
    return str(value).lower() == "true"
