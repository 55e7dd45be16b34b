"""Why a message failed, as far as it can be found without reading whole logs."""

import json
from collections.abc import Sequence
from itertools import islice
from typing import Any

from botocore.exceptions import ClientError

from operations.connection import App
from operations.queues import Message

PAGES = 10  # of the log, each of up to a megabyte or 10,000 lines
MILLISECONDS = 1000


class Reasons:
    """The last error of each message that a consumer's function logged."""

    def __init__(self, app: App, consumer: str) -> None:
        self._app = app
        self._consumer = consumer

    def of(self, messages: Sequence[Message]) -> dict[str, str]:
        """Return by message id what is known; for the rest, where to look."""
        if not messages:
            return {}
        try:
            group = self._log_group()
            logged = self._logged(group, min(message.sent_at for message in messages))
        except ClientError as error:
            unknown = f"unknown: its log cannot be read ({error.response['Error']['Code']})"
            return {message.id: delivery_error(message) or unknown for message in messages}
        elsewhere = f"unknown: no error of this message in {group}; a time-out names none"
        return {
            message.id: delivery_error(message) or logged.get(message.id, elsewhere)
            for message in messages
        }

    def _log_group(self) -> str:
        function = self._app.output(f"{self._consumer}Function")
        found = self._app.client("lambda").get_function_configuration(FunctionName=function)
        return str(found["LoggingConfig"]["LogGroup"])

    def _logged(self, group: str, since: float) -> dict[str, str]:
        pages = (
            self._app.client("logs")
            .get_paginator("filter_log_events")
            .paginate(
                logGroupName=group,
                startTime=int(since * MILLISECONDS),
                filterPattern='"message failed"',
            )
        )
        lines = [event["message"] for page in islice(pages, PAGES) for event in page["events"]]
        return dict(filter(None, map(_error_in, lines)))


def delivery_error(message: Message) -> str | None:
    """Return why SNS could not deliver the message, which it says in attributes."""
    said: dict[str, Any] = message.attributes
    values = [said.get(name, {}).get("StringValue") for name in ("ErrorCode", "ErrorMessage")]
    return ": ".join(filter(None, values)) or None


def _error_in(line: str) -> tuple[str, str] | None:
    """Return message id and error of a line that `darkroom.uploads` logged."""
    try:
        said = json.loads(line)
        lines = [text for text in said["exception"].splitlines() if text.strip()]
        return str(said["message_id"]), lines[-1].strip()
    except (ValueError, KeyError, IndexError, AttributeError, TypeError, RecursionError):
        return None
