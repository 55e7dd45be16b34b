"""What speaks against a new version, and only against it.

Old and new work side by side. Where Lambda or DynamoDB are down, or a message is poison, both fail
alike: so it is asked whether the new one does worse *for each time it runs*. Alone, it is compared
with nothing.
"""

from collections.abc import Mapping

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from stacks.constructs.alarms import alarm
from stacks.constructs.python_function import PythonFunction

# As long as the default deployment lets both versions work. Evaluated every minute.
WINDOW = Duration.minutes(5)
# A poison message comes back every six minutes, so that two of them stay below.
FAILURES = 3
TIMES_WORSE = 2
# A version's first runs are slow: its environments are new.
RUNS = 50
TIMES_SLOWER = 3

BAD = "(FILL(errors, 0) + FILL(failed, 0))"
BAD_BESIDES = f"(FILL(all_errors, 0) + FILL(all_failed, 0) - {BAD})"
RAN = "FILL(ran, 0)"
RAN_BESIDES = f"(FILL(all_ran, 0) - {RAN})"
WORSE = (
    f"IF({BAD} >= {FAILURES} AND {BAD} * ({RAN_BESIDES} + 1) > "
    f"{TIMES_WORSE} * {BAD_BESIDES} * ({RAN} + 1), 1, 0)"
)
TOOK = "FILL(took, 0)"
TOOK_BESIDES = f"(FILL(all_took, 0) - {TOOK})"
SLOWER = (
    f"IF({RAN} >= {RUNS} AND {RAN_BESIDES} >= {RUNS} AND "
    f"{TOOK} * {RAN_BESIDES} > {TIMES_SLOWER} * {TOOK_BESIDES} * {RAN}, 1, 0)"
)
LOSING = f"IF(FILL(lost, 0) > 0 AND {BAD} > 0, 1, 0)"


def worse_alarm(scope: Construct, each: PythonFunction) -> cloudwatch.Alarm:
    metrics = {
        **_bad(each),
        "ran": _of_new(each, "Invocations"),
        "all_errors": _of_all(each, "Errors"),
        "all_failed": _failed(each),
        "all_ran": _of_all(each, "Invocations"),
    }
    because = f"The new version of {each.folder} fails more often than the one it replaces."
    return _alarm(scope, each, "Worse", WORSE, metrics, because)


def slower_alarm(scope: Construct, each: PythonFunction) -> cloudwatch.Alarm:
    metrics = {
        "took": _of_new(each, "Duration"),
        "ran": _of_new(each, "Invocations"),
        "all_took": _of_all(each, "Duration"),
        "all_ran": _of_all(each, "Invocations"),
    }
    because = f"The new version of {each.folder} takes {TIMES_SLOWER} times as long as the old one."
    return _alarm(scope, each, "Slower", SLOWER, metrics, because)


def losing_alarm(
    scope: Construct, each: PythonFunction, lost: cloudwatch.IMetric
) -> cloudwatch.Alarm:
    """Raise an alarm when something is given up on while the new version fails.

    Five tries take half an hour: a deployment that is over sooner did not cause it.
    """
    because = f"Something is given up on while the new version of {each.folder} fails."
    return _alarm(scope, each, "Losing", LOSING, {**_bad(each), "lost": lost}, because)


def _alarm(
    scope: Construct,
    each: PythonFunction,
    name: str,
    expression: str,
    metrics: Mapping[str, cloudwatch.IMetric],
    because: str,
) -> cloudwatch.Alarm:
    judged = cloudwatch.MathExpression(
        expression=expression, using_metrics=dict(metrics), period=WINDOW, label=name.lower()
    )
    owner = each.node.path.split("/")[-2]
    return alarm(scope, f"{owner}{name}Alarm", judged, at_least=1, because=because)


def _bad(each: PythonFunction) -> dict[str, cloudwatch.IMetric]:
    version = each.function.current_version.version
    return {"errors": _of_new(each, "Errors"), "failed": _failed(each, version=version)}


def _of_new(each: PythonFunction, name: str) -> cloudwatch.Metric:
    """What Lambda measures of the version that is being deployed, when the alias runs it."""
    return _of_all(each, name, ExecutedVersion=each.function.current_version.version)


def _of_all(each: PythonFunction, name: str, **narrower: str) -> cloudwatch.Metric:
    function = each.function.function_name
    live = {"FunctionName": function, "Resource": f"{function}:live", **narrower}
    return _sum("AWS/Lambda", name, live)


def _failed(each: PythonFunction, **narrower: str) -> cloudwatch.Metric:
    """Messages and records that were reported as failed: to Lambda, such a run is no error."""
    return _sum(each.config.metrics_namespace, "Failed", {"service": each.folder, **narrower})


def _sum(namespace: str, name: str, dimensions: dict[str, str]) -> cloudwatch.Metric:
    return cloudwatch.Metric(
        namespace=namespace,
        metric_name=name,
        dimensions_map=dimensions,
        statistic="Sum",
        period=WINDOW,
    )
