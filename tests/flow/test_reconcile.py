"""The deployed sweep, under its own role: what was spoilt behind the app's back is made good."""

import json
import time
from typing import Any

from tests.flow.conftest import App

KEYS = [f"swept/{number} {name}.jpg" for number, name in enumerate(("a+b", "Zürich", "%41", "d"))]


def sweep(app: App) -> dict[str, Any]:
    """Sweep on demand, to the end; return the report that was left."""
    outcome = "to be continued"
    while outcome.startswith("to be continued"):
        answer = app.client("lambda").invoke(
            FunctionName=f"{app.outputs['ReconcileFunction']}:live",
            Payload=json.dumps({"start": True}),
        )
        payload = json.loads(answer["Payload"].read())
        assert "FunctionError" not in answer, payload
        outcome = payload["sweep"]
    assert outcome == "finished"
    s3, bucket = app.client("s3"), app.outputs["ReportsBucket"]
    listing = s3.list_objects_v2(Bucket=bucket, Prefix="sweeps/")["Contents"]
    last = max(found["Key"] for found in listing if found["Key"].endswith(".json"))
    report: dict[str, Any] = json.loads(s3.get_object(Bucket=bucket, Key=last)["Body"].read())
    return report


def spoil(app: App) -> None:
    """Delete some of everything, and change a total, behind the app's back."""
    no_metadata, no_thumbnails, no_pixels, not_counted = KEYS
    app.catalog.delete_item(Key={"pk": no_metadata, "sk": "METADATA"})
    app.catalog.delete_item(Key={"pk": no_thumbnails, "sk": "THUMBNAILS"})
    bucket = app.outputs["ThumbnailsBucket"]
    for variant in app.facet(no_pixels, "THUMBNAILS")["variants"].values():
        app.client("s3").delete_object(Bucket=bucket, Key=variant["key"])
    app.client("s3").put_object(Bucket=bucket, Key="stray.txt", Body=b"nobody's")
    report = app.cloud.resource("dynamodb").Table(app.outputs["ReportTable"])
    report.delete_item(Key={"pk": f"LEDGER#{not_counted}", "sk": "METADATA"})
    report.update_item(
        Key={"pk": "OWNER#0", "sk": "nobody"},
        UpdateExpression="ADD objects :n",
        ExpressionAttributeValues={":n": 3},
    )


def test_a_sweep_finds_and_heals_all_that_was_spoilt_and_the_next_finds_nothing(app: App) -> None:
    for key in KEYS:
        app.put(key)
    app.wait_until_quiet()
    spoil(app)
    time.sleep(2.1)  # S3 tells in whole seconds when something was stored: "before" must be certain

    first = sweep(app)

    wrong = {(each["kind"], each["key"]) for each in first["findings"]}
    no_metadata, no_thumbnails, no_pixels, not_counted = KEYS
    assert wrong >= {
        ("MISSING", no_metadata),
        ("MISSING", no_thumbnails),
        ("MISSING", no_pixels),
        ("MISCOUNTED", not_counted),
        ("MISCOUNTED", ""),
        ("ORPHANED", ""),
    }
    assert {key for _, key in wrong} == {*KEYS, ""}
    assert first["repairs"]["keys_sent_to_their_consumers"] == len(KEYS)

    app.wait_until_quiet()
    second = sweep(app)
    assert second["findings"] == []
    assert not any(second["found"].values())
    assert second["shards_not_verified"] == []
