"""Alarms: silent while there is no data, loud at the first bad data point."""

from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct


def alarm(
    scope: Construct,
    id_: str,
    metric: cloudwatch.IMetric,
    *,
    at_least: float,
    because: str,
    kind: type[cloudwatch.Alarm] = cloudwatch.Alarm,
) -> cloudwatch.Alarm:
    """Raise an alarm when the metric reaches a value; `because` is what its reader gets."""
    return kind(
        scope,
        id_,
        metric=metric,
        threshold=at_least,
        evaluation_periods=1,
        comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        alarm_description=because,
    )
