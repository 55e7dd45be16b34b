"""What a function tells about itself: JSON log lines and embedded metrics."""

import os
from collections.abc import Callable
from typing import Any

from aws_lambda_powertools import Logger, Metrics, single_metric
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from darkroom.smoke import Checks, is_smoke_test, smoke_test

Handler = Callable[[dict[str, Any], LambdaContext], dict[str, Any]]

logger = Logger(use_rfc3339=True, utc=True, serialize_stacktrace=False)
metrics = Metrics()


def observed(*, smoke: Callable[[], Checks]) -> Callable[[Handler], Handler]:
    """Give each log line of a handler its invocation, and send its metrics when it ends.

    An event that asks for a smoke test never reaches the handler: the checks of *smoke* answer it.
    """

    def wrap(handler: Handler) -> Handler:
        @logger.inject_lambda_context
        def invoke(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
            if is_smoke_test(event):
                return smoke_test(smoke)
            try:
                return handler(event, context)
            finally:
                if metrics.metric_set:
                    metrics.flush_metrics()

        return invoke

    return wrap


def count(name: str, times: int = 1) -> None:
    """Add *times* to the metric *name* of this invocation."""
    metrics.add_metric(name=name, unit=MetricUnit.Count, value=times)


def failed() -> None:
    """Count a message or record that failed, of this version as well.

    An invocation that reports its failures is no error to Lambda: only this tells whether a new
    version fails more often than the one that it replaces.
    """
    count("Failed")
    version = os.environ.get("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
    with single_metric(name="Failed", unit=MetricUnit.Count, value=1) as metric:
        metric.add_dimension("service", metrics.provider.service or "")
        metric.add_dimension("version", version)
