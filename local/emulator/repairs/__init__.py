"""What ministack 1.5.33 lacks and the app needs: one module per gap, one contract test per module.

Each `apply` replaces functions of ministack in this process. A repair goes as soon as its test
in tests/local passes without it.
"""

from local.emulator.repairs import (
    alarms_and_queries,
    api_grants,
    dynamodb_streams,
    embedded_metrics,
    encoded_listings,
    event_source_grants,
    function_logs,
    log_grants,
    login_pages,
    mapping_actions,
    missing_objects,
    own_attributes,
    policy_wildcards,
    python_runtime,
    reserved_concurrency,
    role_credentials,
    saved_streams,
    signed_requests,
    table_settings,
    token_keys,
    unwritten_objects,
)
from local.emulator.settings import Settings


def apply_all(settings: Settings) -> None:
    python_runtime.apply(settings)
    function_logs.apply()
    role_credentials.apply(settings)
    event_source_grants.apply()
    dynamodb_streams.apply(settings)
    saved_streams.apply()
    table_settings.apply()
    alarms_and_queries.apply()
    embedded_metrics.apply()
    log_grants.apply()
    missing_objects.apply()
    encoded_listings.apply()
    reserved_concurrency.apply()
    policy_wildcards.apply()
    mapping_actions.apply()
    token_keys.apply()
    login_pages.apply()
    own_attributes.apply()
    api_grants.apply()
    signed_requests.apply()
    unwritten_objects.apply()
