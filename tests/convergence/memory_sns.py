"""SNS's client in memory: what is published is delivered, as it is."""

from collections.abc import Callable
from typing import Any

from tests.convergence.gate import Gate, straight


class MemorySNS:
    """A topic whose subscriptions are raw; *deliver* takes each message."""

    def __init__(self, deliver: Callable[[str], None], gate: Gate = straight) -> None:
        self._deliver = deliver
        self._gate = gate

    def publish(self, **request: Any) -> dict[str, Any]:
        return self._gate("Publish", self._publish, request)  # type: ignore[no-any-return]

    def _publish(self, TopicArn: str, Message: str) -> dict[str, Any]:
        self._deliver(Message)
        return {"MessageId": "published"}
