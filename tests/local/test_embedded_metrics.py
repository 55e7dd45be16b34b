"""Contract of local/emulator/repairs/embedded_metrics.py."""

import json
from datetime import UTC, datetime, timedelta

from tests.local.workbench import Workbench, eventually

PRINT = "def handler(event, context):\n    print(event)\n"
LINE = {
    "_aws": {
        "Timestamp": 1_790_000_000_000,
        "CloudWatchMetrics": [
            {
                "Namespace": "Darkroom",
                "Dimensions": [["service"]],
                "Metrics": [
                    {"Name": "Shrunk", "Unit": "Count"},
                    {"Name": "Duration", "Unit": "Milliseconds"},
                ],
            }
        ],
    },
    "service": "make_thumbnails",
    "Shrunk": 3,
    "Duration": [20.0, 40.0],
}


def test_metrics_in_a_log_line_become_metrics(bench: Workbench) -> None:
    bench.invoke(bench.function(PRINT), json.dumps(LINE))

    assert eventually(lambda: statistics(bench, "Shrunk")) == (1, 3)
    assert eventually(lambda: statistics(bench, "Duration")) == (2, 60)


def test_a_line_that_only_looks_like_metrics_is_a_log_line(bench: Workbench) -> None:
    function = bench.function(PRINT)

    bench.invoke(function, '{"CloudWatchMetrics": ')
    bench.invoke(function, '{"_aws": {"CloudWatchMetrics": [{"Metrics": [{"Name": "Lost"}]}]}}')

    eventually(lambda: any("Lost" in m for m in bench.log_messages(f"/aws/lambda/{function}")))


def statistics(bench: Workbench, metric: str) -> tuple[float, float] | None:
    now = datetime.now(UTC)
    points = bench.cloud.client("cloudwatch").get_metric_statistics(
        Namespace="Darkroom",
        MetricName=metric,
        Dimensions=[{"Name": "service", "Value": "make_thumbnails"}],
        StartTime=now - timedelta(hours=1),
        EndTime=now + timedelta(minutes=1),
        Period=86_400,
        Statistics=["Sum", "SampleCount"],
    )["Datapoints"]
    if not points:
        return None
    return sum(each["SampleCount"] for each in points), sum(each["Sum"] for each in points)
