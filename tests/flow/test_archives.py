"""Objects that S3 keeps from the consumers, and one that it gives back, through the whole app."""

from typing import Any

from tests.flow.conftest import App, operate, wait_until
from tests.pictures import any_picture

FACETS = ("METADATA", "THUMBNAILS")
KEY = "0" * 32


def states(app: App, key: str) -> set[tuple[str | None, str | None]]:
    """Return state and reason of each facet of *key*."""
    found = [app.facet(key, facet) for facet in FACETS]
    return {(each.get("state"), each.get("reason")) for each in found}


def wait_for(app: App, key: str, state: str, reason: str | None = None) -> None:
    """Wait until both facets of *key* say so."""
    wait_until(lambda: states(app, key) == {(state, reason)}, lambda: str(states(app, key)))


def test_an_archived_object_is_refused_and_develops_once_it_is_restored(app: App) -> None:
    s3, where = app.client("s3"), {"Bucket": app.originals, "Key": "archives/cold.jpg"}
    s3.put_object(**where, Body=any_picture(), StorageClass="GLACIER")
    wait_for(app, "archives/cold.jpg", "REJECTED", "ARCHIVED")
    app.wait_until_quiet()
    operate(app, "doctor")

    s3.restore_object(**where, RestoreRequest={"Days": 1})

    wait_for(app, "archives/cold.jpg", "READY")
    app.wait_until_quiet()


def test_an_object_under_its_uploaders_key_is_refused(app: App) -> None:
    encrypted: Any = {"SSECustomerAlgorithm": "AES256", "SSECustomerKey": KEY}
    app.client("s3").put_object(
        Bucket=app.originals, Key="archives/secret.jpg", Body=any_picture(), **encrypted
    )

    wait_for(app, "archives/secret.jpg", "REJECTED", "UNREADABLE")
    app.wait_until_quiet()
    operate(app, "doctor")
