"""What a function tells about itself: JSON log lines and embedded metrics."""

from collections.abc import Callable
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

Handler = Callable[[dict[str, Any], LambdaContext], dict[str, Any]]

logger = Logger(use_rfc3339=True, utc=True, serialize_stacktrace=False)
metrics = Metrics()


def observed(handler: Handler) -> Handler:
    """Give each log line of *handler* its invocation, and send its metrics when it ends."""

    @logger.inject_lambda_context
    def invoke(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
        try:
            return handler(event, context)
        finally:
            if metrics.metric_set:
                metrics.flush_metrics()

    return invoke


def count(name: str, times: int = 1) -> None:
    """Add *times* to the metric *name* of this invocation."""
    metrics.add_metric(name=name, unit=MetricUnit.Count, value=times)
