"""Lambda's event source mappings, of which moto has no state."""

import json
from datetime import UTC, datetime
from typing import Any

STREAM = "arn:aws:dynamodb:eu-west-1:111122223333:table/catalog/stream/2026-11-28T00:00:00.000"


class Mappings:
    """The app's mappings by uuid, with the state of each; a change takes one look."""

    def __init__(self, client: Any, sources: dict[str, tuple[str, str]]) -> None:
        """Serve *client*; *sources* has the source's ARN and the function of each mapping."""
        self.sources = sources
        self.states = dict.fromkeys(sources, "Enabled")
        self.changed_at = datetime.now(UTC)
        self.busy = 0
        self.is_stuck = False
        for name, answer in (("Get", self.get), ("Update", self.update)):
            client.meta.events.register(f"before-call.lambda.{name}EventSourceMapping", answer)

    def switch_off(self, *sources: str) -> None:
        """Switch mappings off by the ends of their sources' or functions' names; none: all."""
        for uuid, names in self.sources.items():
            if not sources or any(name.endswith(sources) for name in names):
                self.states[uuid] = "Disabled"

    def get(self, params: dict[str, Any], **_: Any) -> Any:
        """Answer GetEventSourceMapping."""
        uuid = params["url_path"].rpartition("/")[2]
        source, function = self.sources[uuid]
        shown = {
            "UUID": uuid,
            "State": self.states[uuid],
            "EventSourceArn": source,
            "FunctionArn": f"arn:aws:lambda:eu-west-1:111122223333:function:{function}:live",
            "LastModified": self.changed_at,
        }
        if not self.is_stuck:
            settled = {"Disabling": "Disabled", "Enabling": "Enabled"}
            self.states[uuid] = settled.get(self.states[uuid], self.states[uuid])
        return self._answer(shown)

    def update(self, params: dict[str, Any], **_: Any) -> Any:
        """Answer UpdateEventSourceMapping."""
        if self.busy:
            self.busy -= 1
            error = {"Code": "ResourceInUseException", "Message": "wait"}
            return self._answer({"Error": error}, 400)
        enabled = json.loads(params["body"])["Enabled"]
        uuid = params["url_path"].rpartition("/")[2]
        self.states[uuid] = "Enabling" if enabled else "Disabling"
        return self._answer({"State": self.states[uuid]})

    def _answer(self, body: dict[str, Any], status: int = 200) -> Any:
        return type("Answer", (), {"status_code": status})(), body
