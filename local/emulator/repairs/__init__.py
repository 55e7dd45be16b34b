"""What ministack 1.5.33 lacks and the app needs: one module per gap, one contract test per module.

Each `apply` replaces functions of ministack in this process. A repair goes as soon as its test
in tests/local passes without it.
"""

from local.emulator.repairs import (
    alarms_and_queries,
    dynamodb_streams,
    embedded_metrics,
    event_source_grants,
    log_grants,
    mapping_actions,
    missing_objects,
    policy_wildcards,
    python_runtime,
    reserved_concurrency,
    role_credentials,
    saved_streams,
    table_settings,
)
from local.emulator.settings import Settings


def apply_all(settings: Settings) -> None:
    python_runtime.apply(settings)
    role_credentials.apply(settings)
    event_source_grants.apply()
    dynamodb_streams.apply(settings)
    saved_streams.apply()
    table_settings.apply()
    alarms_and_queries.apply()
    embedded_metrics.apply()
    log_grants.apply()
    missing_objects.apply()
    reserved_concurrency.apply()
    policy_wildcards.apply()
    mapping_actions.apply()
