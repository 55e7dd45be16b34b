"""Run Python functions under AWS's own runtime client.

Gap: ministack runs Python functions in an executor of its own, always on its own interpreter.
Consequence: the declared runtime is ignored, layers hide the function's own modules, each worker
unpacks every layer anew, functions see the emulator's environment, and errors have other types
and no stack trace. Its server for the Runtime API delays each event.
Repair: take the path that ministack has for `provided` runtimes, the Lambda Runtime API, with
awslambdaric as the program: code before layers, one merged /opt for each set of layers, and the
variables that Lambda sets. A function for another Python than this one is refused.
"""

import hashlib
import io
import os
import shlex
import sys
import threading
import zipfile
from pathlib import Path
from typing import Any

from ministack.core import lambda_runtime
from ministack.services import lambda_svc

from local.emulator.settings import Settings

HOST_RUNTIME = f"python{sys.version_info.major}.{sys.version_info.minor}"
BOOTSTRAP = f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m awslambdaric "$_HANDLER"\n'

Config = dict[str, Any]

_unpacking = threading.Lock()


def apply(settings: Settings) -> None:
    run_python_on_the_runtime_api()
    send_events_at_once()
    add_bootstrap_to_code()
    replace_environment(settings)


def run_python_on_the_runtime_api() -> None:
    worker_class_for = lambda_runtime._worker_class_for
    execute_warm = lambda_svc._execute_function_warm

    def worker_class(config: Config) -> type:
        if is_python(config):
            return lambda_runtime.ProvidedWorker  # type: ignore[no-any-return]
        return worker_class_for(config)  # type: ignore[no-any-return]

    def execute(function: dict[str, Any], event: Any, request_id: str) -> Any:
        config = function.get("config") or function
        if not is_python(config):
            return execute_warm(function, event, request_id)
        if config["Runtime"] != HOST_RUNTIME:
            return refusal(config["Runtime"])
        return lambda_svc._execute_function_provided_warm(function, event, request_id)

    lambda_runtime._worker_class_for = worker_class
    lambda_svc._execute_function_warm = execute


def send_events_at_once() -> None:
    """Send an event's body right behind its header.

    With Nagle's algorithm it would wait until the runtime acknowledges the header, which Linux
    delays by 40 ms: most of what a warm invocation took.
    """
    build = lambda_runtime.ProvidedWorker._build_handler_class

    def build_without_delay(*of_worker: Any) -> Any:
        handler = build(*of_worker)
        handler.disable_nagle_algorithm = True
        return handler

    lambda_runtime.ProvidedWorker._build_handler_class = build_without_delay


def is_python(config: Config) -> bool:
    return str(config.get("Runtime", "")).startswith("python")


def refusal(runtime: str) -> dict[str, Any]:
    message = f"This cloud runs {HOST_RUNTIME}, the Python it was set up with, and not {runtime}."
    body = {"errorType": "Runtime.Unsupported", "errorMessage": message}
    return {"body": body, "error": True, "log": message}


def add_bootstrap_to_code() -> None:
    """Give each unpacked package the `bootstrap` that a `provided` runtime starts."""
    unpack = lambda_svc._provided_runtime_code_dir

    def unpack_with_bootstrap(code: bytes) -> str:
        directory: str = unpack(code)
        bootstrap = Path(directory, "bootstrap")
        # A process forked while the file is open for writing makes starting it fail (ETXTBSY).
        with lambda_svc._provided_code_lock:
            if not bootstrap.exists():
                bootstrap.write_text(BOOTSTRAP)
                bootstrap.chmod(0o755)
        return directory

    lambda_svc._provided_runtime_code_dir = unpack_with_bootstrap


def replace_environment(settings: Settings) -> None:
    inherit = lambda_svc._provided_worker_env

    def worker_environment(config: Config, code: str, port: int) -> dict[str, str]:
        if not is_python(config):
            return inherit(config, code, port)  # type: ignore[no-any-return]
        return {
            **shell_variables(settings, config),
            **lambda_svc._runtime_env_vars(config),
            **runtime_variables(config, code, port),
            **lambda_runtime.execution_credentials(config),
            "AWS_ENDPOINT_URL": settings.endpoint,
            "AWS_CA_BUNDLE": str(settings.certificate),
        }

    lambda_svc._provided_worker_env = worker_environment


def shell_variables(settings: Settings, config: Config) -> dict[str, str]:
    """The variables that a function may override, as on AWS."""
    opt = unpacked_layers(settings, config)
    packages = (opt / "python" / "lib" / config["Runtime"] / "site-packages", opt / "python")
    return {
        "LANG": "en_US.UTF-8",
        "LD_LIBRARY_PATH": str(opt / "lib"),
        "PATH": os.pathsep.join((str(opt / "bin"), os.environ["PATH"])),
        "PYTHONPATH": os.pathsep.join(map(str, packages)),
        "PYTHONUNBUFFERED": "1",
        "TZ": ":UTC",
    }


def runtime_variables(config: Config, code: str, port: int) -> dict[str, str]:
    """Lambda's reserved variables (Lambda developer guide, "Defined runtime variables")."""
    _, region = lambda_runtime._account_region_from_function_config(config)
    name = config["FunctionName"]
    logging = config.get("LoggingConfig") or {}
    return {
        "_HANDLER": config["Handler"],
        "AWS_DEFAULT_REGION": region,
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{config['Runtime']}",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(config.get("MemorySize", 128)),
        "AWS_LAMBDA_FUNCTION_NAME": name,
        "AWS_LAMBDA_FUNCTION_VERSION": config.get("Version", "$LATEST"),
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_FORMAT": logging.get("LogFormat", "Text"),
        "AWS_LAMBDA_LOG_GROUP_NAME": logging.get("LogGroup") or f"/aws/lambda/{name}",
        "AWS_LAMBDA_LOG_STREAM_NAME": lambda_svc.new_uuid(),
        "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{port}",
        "AWS_REGION": region,
        # Nothing listens there: trace segments are sent by UDP and are lost without harm.
        "AWS_XRAY_DAEMON_ADDRESS": "127.0.0.1:2000",
        "AWS_XRAY_CONTEXT_MISSING": "LOG_ERROR",
        "LAMBDA_TASK_ROOT": code,
    }


def unpacked_layers(settings: Settings, config: Config) -> Path:
    """Merge a function's layers into the one directory that all its workers share as /opt."""
    archives = [lambda_svc._resolve_layer_zip(layer) for layer in config.get("Layers") or []]
    content = [archive for archive in archives if archive]
    digest = hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in content))
    opt = settings.scratch / "opt" / digest.hexdigest()
    with _unpacking:
        if not opt.exists():
            partial = opt.with_suffix(".partial")
            partial.mkdir(parents=True)
            for part in content:
                with zipfile.ZipFile(io.BytesIO(part)) as archive:
                    lambda_svc._extract_zip_preserving_mode(archive, str(partial))
            partial.rename(opt)
    return opt
