"""Take alarms over several metrics, alarms over alarms, and saved queries, and let them rest.

Gap: CloudFormation refuses `Metrics` of an alarm, and knows neither composite alarms nor Logs
Insights' query definitions.
Consequence: a stack with any of them cannot be deployed.
Repair: an alarm watches the first of its metrics; the other two are created as names. Nothing
evaluates alarms or lists queries here: that they are right is asked of the template.
"""

from typing import Any

from ministack.services.cloudformation import provisioners

Properties = dict[str, Any]
ONLY_NAMED = {
    "AWS::CloudWatch::CompositeAlarm": "AlarmName",
    "AWS::Logs::QueryDefinition": "Name",
}


def apply() -> None:
    record = provisioners._cw_metric_alarm_record
    provisioners._cw_metric_alarm_record = lambda name, props: record(name, of_one_metric(props))
    for resource_type, name in ONLY_NAMED.items():
        provisioners._RESOURCE_HANDLERS[resource_type] = only_named(name)


def of_one_metric(properties: Properties) -> Properties:
    """Return an alarm's properties with its first metric in place of all."""
    stats = [each["MetricStat"] for each in properties.get("Metrics") or [] if "MetricStat" in each]
    if not stats:
        return properties
    metric = stats[0]["Metric"]
    first = {
        "Namespace": metric["Namespace"],
        "MetricName": metric["MetricName"],
        "Dimensions": metric.get("Dimensions", []),
        "Period": stats[0]["Period"],
        "Statistic": stats[0]["Stat"],
    }
    rest = {name: value for name, value in properties.items() if name != "Metrics"}
    return rest | first


def only_named(name: str) -> dict[str, Any]:
    """Return the handlers of a type that is nothing but its name."""

    def create(logical_id: str, properties: Properties, stack: str) -> tuple[str, dict[str, str]]:
        physical_id = str(properties.get(name) or f"{stack}-{logical_id}")
        return physical_id, {"Arn": physical_id}

    def update(
        physical_id: str, before: Properties, after: Properties, stack: str
    ) -> tuple[str, dict[str, str]]:
        return physical_id, {"Arn": physical_id}

    return {"create": create, "update": update, "delete": lambda physical_id, properties: None}
