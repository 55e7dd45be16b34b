"""Turn the metrics embedded in log lines into CloudWatch metrics.

Gap: ministack stores a function's log lines and does not look for the embedded metric format. It
drops old values without a lock, and a value that is recorded meanwhile with them.
Consequence: no metric of the app's own exists, for alarms, for the dashboard or to look at.
Repair: read each line on its way to CloudWatch Logs, and lock the values.
"""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

from ministack.services import cloudwatch, lambda_svc


def apply() -> None:
    lock = threading.Lock()
    cloudwatch.record_metric = locked(cloudwatch.record_metric, lock)
    cloudwatch._evict_old_metrics = locked(cloudwatch._evict_old_metrics, lock)
    emit = lambda_svc._emit_lambda_logs

    def emit_with_metrics(
        function: Any, request_id: str, text: str, *rest: Any, **options: Any
    ) -> None:
        for line in text.splitlines():
            record_metrics(line)
        emit(function, request_id, text, *rest, **options)

    lambda_svc._emit_lambda_logs = emit_with_metrics


def locked(change: Callable[..., None], lock: threading.Lock) -> Callable[..., None]:
    def change_alone(*arguments: Any, **options: Any) -> None:
        with lock:
            change(*arguments, **options)

    return change_alone


def record_metrics(line: str) -> None:
    with suppress(AttributeError, KeyError, TypeError):  # not of the format after all
        for namespace, name, value, unit, dimensions in embedded_metrics(line):
            cloudwatch.record_metric(namespace, name, value, unit, dimensions)


def embedded_metrics(line: str) -> Iterator[tuple[str, str, float, str, dict[str, str]]]:
    """Yield (namespace, name, value, unit, dimensions) for each value in a log line.

    The format: "Specification: Embedded metric format" in the CloudWatch user guide. A line that
    is not of it is a log line like any other, as on AWS.
    """
    document = parsed(line)
    for directive in document.get("_aws", {}).get("CloudWatchMetrics", []):
        for metric in directive["Metrics"]:
            value = document[metric["Name"]]
            for names in directive.get("Dimensions") or [[]]:
                dimensions = {name: str(document[name]) for name in names}
                for each in value if isinstance(value, list) else [value]:
                    unit = metric.get("Unit", "None")
                    yield directive["Namespace"], metric["Name"], each, unit, dimensions


def parsed(line: str) -> dict[str, Any]:
    if '"CloudWatchMetrics"' not in line:
        return {}
    try:
        document = json.loads(line)
    except json.JSONDecodeError:
        return {}
    return document if isinstance(document, dict) else {}
