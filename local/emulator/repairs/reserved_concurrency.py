"""Throttle a function's versions and aliases by what is reserved for the function.

Gap: ministack looks for the reserved concurrency in the record that is invoked, and that of a
published version has none.
Consequence: a function that is switched off, by reserving nothing, goes on behind its alias.
Repair: look into the function's own record.
"""

from typing import Any

from ministack.services import lambda_svc


def apply() -> None:
    reserved = lambda_svc._reserved_concurrency

    def reserved_for_function(record: dict[str, Any], config: dict[str, Any]) -> int | None:
        function = lambda_svc._functions.get(config.get("FunctionName"))
        found: int | None = reserved(function or record, config)
        return found

    lambda_svc._reserved_concurrency = reserved_for_function
