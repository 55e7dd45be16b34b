"""Contract of local/emulator/repairs/alarms_and_queries.py."""

import json
from typing import Any

from tests.local.workbench import Workbench, any_name, eventually


def metric(id: str, name: str) -> dict[str, Any]:
    stat = {"Metric": {"Namespace": "Darkroom", "MetricName": name}, "Period": 300, "Stat": "Sum"}
    return {"Id": id, "MetricStat": stat, "ReturnData": False}


def template(threshold: int) -> str:
    share = {"Id": "share", "Expression": "late / uploads"}
    both = [share, metric("late", "Late"), metric("uploads", "Uploads")]
    half = {
        "Metrics": both,
        "Threshold": threshold,
        "EvaluationPeriods": 1,
        "ComparisonOperator": "GreaterThanOrEqualToThreshold",
    }
    rule = {"Fn::Join": ["", ['ALARM("', {"Fn::GetAtt": ["Half", "Arn"]}, '")']]}
    query = {"Name": f"folder/{threshold}", "QueryString": "fields @message"}
    resources = {
        "Half": {"Type": "AWS::CloudWatch::Alarm", "Properties": half},
        "Whole": {"Type": "AWS::CloudWatch::CompositeAlarm", "Properties": {"AlarmRule": rule}},
        "Query": {"Type": "AWS::Logs::QueryDefinition", "Properties": query},
    }
    return json.dumps({"Resources": resources})


def test_alarms_over_several_metrics_and_saved_queries_come_and_go_with_their_stack(
    bench: Workbench,
) -> None:
    formation, stack = bench.cloud.client("cloudformation"), any_name("stack")

    formation.create_stack(StackName=stack, TemplateBody=template(3))
    eventually(lambda: bench.cloud.stacks()[stack] == "CREATE_COMPLETE")
    [alarm] = alarms(bench, stack)
    assert (alarm["MetricName"], alarm["Statistic"], alarm["Threshold"]) == ("Late", "Sum", 3)

    formation.update_stack(StackName=stack, TemplateBody=template(4))
    eventually(lambda: bench.cloud.stacks()[stack] == "UPDATE_COMPLETE")
    assert alarms(bench, stack)[0]["Threshold"] == 4

    formation.delete_stack(StackName=stack)
    eventually(lambda: not alarms(bench, stack))


def alarms(bench: Workbench, stack: str) -> list[dict[str, Any]]:
    found = bench.cloud.client("cloudwatch").describe_alarms(AlarmNamePrefix=stack)
    return list(found["MetricAlarms"])
