"""Contract of local/emulator/repairs/python_runtime.py."""

import sys

from tests.local.workbench import HOST_RUNTIME, Workbench, eventually

TELL_PATHS = """
import os, sys, shade
def handler(event, context):
    return {"shade": shade.COLOUR, "opt": os.environ["PYTHONPATH"], "path": sys.path}
"""
TELL_ENVIRONMENT = """
import os
def handler(event, context):
    return dict(os.environ)
"""


def test_an_error_arrives_with_its_own_type_and_stack_trace(bench: Workbench) -> None:
    function = bench.function("def handler(event, context):\n    raise KeyError('cat.jpg')\n")

    invocation = bench.invoke(function)

    assert invocation.failed
    assert invocation.result["errorType"] == "KeyError"
    assert "handler.py" in "".join(invocation.result["stackTrace"])


def test_the_functions_own_modules_come_before_those_of_its_layers(bench: Workbench) -> None:
    layer = bench.layer({"python/shade.py": "COLOUR = 'of the layer'"})
    own = {"handler.py": TELL_PATHS, "shade.py": "COLOUR = 'of the function'"}

    invocation = bench.invoke(bench.function(own, Layers=[layer]))

    assert invocation.result["shade"] == "of the function"


def test_a_later_layer_wins_and_all_functions_of_a_layer_set_share_one_place(
    bench: Workbench,
) -> None:
    layers = [
        bench.layer({"python/shade.py": f"COLOUR = 'of the {which}'"})
        for which in ("first", "second")
    ]

    one, other = (bench.invoke(bench.function(TELL_PATHS, Layers=layers)) for _ in range(2))

    assert one.result["shade"] == "of the second"
    assert one.result["opt"] == other.result["opt"]


def test_a_function_sees_lambdas_variables_and_none_of_the_emulators(bench: Workbench) -> None:
    logging = {"LogGroup": "/darkroom/some-function", "LogFormat": "JSON"}
    function = bench.function(
        TELL_ENVIRONMENT,
        MemorySize=1769,
        LoggingConfig=logging,
        Environment={"Variables": {"QUALITY": "82"}},
    )

    seen = bench.invoke(function).result

    assert seen["QUALITY"] == "82"
    assert seen["AWS_LAMBDA_FUNCTION_NAME"] == function
    assert seen["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] == "1769"
    assert seen["AWS_LAMBDA_LOG_GROUP_NAME"] == logging["LogGroup"]
    assert seen["AWS_LAMBDA_LOG_FORMAT"] == "JSON"
    assert seen["AWS_EXECUTION_ENV"] == f"AWS_Lambda_{HOST_RUNTIME}"
    assert seen["TZ"] == ":UTC"
    assert not {"STATE_DIR", "GATEWAY_PORT", "AUTH", "TMPDIR"} & seen.keys()


def test_what_a_function_prints_arrives_in_its_log_group(bench: Workbench) -> None:
    group = "/darkroom/printing-function"
    bench.cloud.client("logs").create_log_group(logGroupName=group)
    function = bench.function(
        "def handler(event, context):\n    print('developing', event)\n",
        LoggingConfig={"LogGroup": group},
    )

    bench.invoke(function, "cat.jpg")

    eventually(lambda: "developing cat.jpg" in bench.log_messages(group))


def test_a_function_that_exceeds_its_timeout_is_ended(bench: Workbench) -> None:
    sleeping = "import time\ndef handler(event, context):\n    time.sleep(60)\n"

    invocation = bench.invoke(bench.function(sleeping, Timeout=1))

    assert invocation.failed
    assert "timed out after 1.00 seconds" in invocation.result["errorMessage"]


def test_a_function_for_another_python_is_refused(bench: Workbench) -> None:
    another = "python3.13" if sys.version_info.minor != 13 else "python3.12"
    function = bench.function("def handler(event, context):\n    return 1\n", Runtime=another)

    invocation = bench.invoke(function)

    assert invocation.failed
    assert HOST_RUNTIME in invocation.result["errorMessage"]
    assert another in invocation.result["errorMessage"]
