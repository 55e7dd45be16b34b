"""The deployed report, under its own role: on demand, over what is really there."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.flow.conftest import App


def publish(app: App, event: dict[str, str]) -> dict[str, Any]:
    """Invoke the function; return its answer."""
    answer = app.client("lambda").invoke(
        FunctionName=f"{app.outputs['PublishReportFunction']}:live", Payload=json.dumps(event)
    )
    payload: dict[str, Any] = json.loads(answer["Payload"].read())
    assert "FunctionError" not in answer, payload
    return payload


def read(app: App, name: str) -> bytes:
    """Return a report's bytes."""
    bucket = app.outputs["ReportsBucket"]
    body: bytes = app.client("s3").get_object(Bucket=bucket, Key=name)["Body"].read()
    return body


def test_a_report_counts_what_was_uploaded_and_escapes_what_it_is_called(app: App) -> None:
    app.put("<script>alert(1)<_script>/1.jpg")
    app.put("<script>alert(1)<_script>/2.jpg", b"no pixels")
    app.wait_until_quiet()
    today = datetime.now(UTC).date()
    first, end = today - timedelta(days=1), today + timedelta(days=1)  # midnight may be between

    answer = publish(app, {"from": str(first), "to": str(end)})

    name = answer["report"].removesuffix(".html")
    told = json.loads(read(app, f"{name}.json"))
    [owner] = [each for each in told["owners"]["top"] if "script" in each["name"]]
    assert (owner["objects"], owner["rejected"]) == (2, 1)
    assert told["totals"]["objects"] == len(app.inspector.look().originals)
    assert told["check"]["wrong"] == 0
    assert told["check"]["verdict"] in ("AGREES", "AGREES_WHERE_LOOKED")
    page = read(app, answer["report"])
    assert b"<script" not in page
    assert b"&lt;script&gt;alert(1)&lt;_script&gt;" in page
    assert read(app, f"{name}.csv").startswith(b"section,name,state,objects,bytes,rejected\r\n")


def test_the_usual_report_lies_under_yesterday(app: App) -> None:
    before = datetime.now(UTC).date()
    report = publish(app, {})["report"]
    days = {before, datetime.now(UTC).date()}  # two at midnight
    assert report in {f"daily/{day - timedelta(days=1):%Y/%m/%d}/report.html" for day in days}
