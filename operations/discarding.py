"""Dead letters that an operator throws away, and the record that is kept of each."""

import base64
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from operations.answers import as_plain
from operations.connection import App
from operations.dead_letters import Discarded, Letter

FOLDER = "discarded/"


class Records:
    """Writes the records into the reports bucket, which keeps them for ``reports_days``."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._bucket = app.output("ReportsBucket")

    def keep(self, letter: Letter, body: bytes, attributes: Mapping[str, Any]) -> Discarded:
        """Write all that is known of a dead letter: before it is deleted, never after."""
        now = datetime.now(UTC)
        record = {
            "place": letter.place,
            "id": letter.id,
            "discarded_at": now.isoformat(),
            "discarded_by": self._operator,
            "keys": letter.keys,
            "age_seconds": round(letter.age_seconds),
            "receives": letter.receives,
            "reason": letter.reason,
            "attributes": attributes,
            **_as_text(body),
        }
        name = f"{FOLDER}{letter.place}/{now.isoformat()}.json"
        self._app.client("s3").put_object(
            Bucket=self._bucket,
            Key=name,
            Body=json.dumps(record, indent=2, default=as_plain).encode(),
            ContentType="application/json",
        )
        return Discarded(letter.place, letter.id, letter.keys, f"s3://{self._bucket}/{name}")

    @cached_property
    def _operator(self) -> str:
        return str(self._app.client("sts").get_caller_identity()["Arn"])


def _as_text(body: bytes) -> dict[str, str]:
    try:
        return {"body": body.decode()}
    except UnicodeDecodeError:
        return {"body_base64": base64.b64encode(body).decode()}
