"""Whether anything feeds the deployed functions: what waits for them would wait in vain."""

from local.cloud import Cloud
from local.errors import AppPaused

OFF = ("Disabling", "Disabled")


def require_fed(cloud: Cloud) -> None:
    """Check that the app is not paused.

    Raises:
        AppPaused: if one of its event source mappings is off.
    """
    client = cloud.client("lambda")
    uuids = cloud.outputs()["EventSourceMappings"].split(",")
    if any(client.get_event_source_mapping(UUID=uuid)["State"] in OFF for uuid in uuids):
        raise AppPaused(
            "The app is paused, by `pause` or by its breaker: no picture would be processed. "
            f"Run `python3 -m operations resume --local --home {cloud.home_as_typed}` first."
        )
