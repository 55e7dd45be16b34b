"""Write a function's log lines only if its role may.

Gap: ministack writes them itself, whatever the role allows.
Consequence: a function whose role lacks a grant on its log group is silent on AWS, not here.
Repair: ask the role's policies first.
"""

from typing import Any

from ministack.services import cloudwatch_logs, lambda_svc

from local.emulator.repairs.role_policies import role_allows

NEEDED = ("logs:CreateLogStream", "logs:PutLogEvents")


def apply() -> None:
    emit = lambda_svc._emit_lambda_logs

    def emit_if_allowed(function: Any, *arguments: Any, **options: Any) -> None:
        config = function.get("config") or function
        group = (config.get("LoggingConfig") or {}).get("LogGroup")
        name = group or f"/aws/lambda/{config['FunctionName']}"
        stream = f"{cloudwatch_logs._make_group_arn(name).removesuffix(':*')}:log-stream:any"
        if all(role_allows(config, action, stream) for action in NEEDED):
            emit(function, *arguments, **options)

    lambda_svc._emit_lambda_logs = emit_if_allowed
