"""Queues: how full they are, and a look at their messages that takes none of them away."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from darkroom.uploads import MalformedMessage, keys_in
from operations.connection import App

# Long enough to read a hundred messages; who is interrupted gives them back after it at the latest.
HOLD_SECONDS = 60
WAIT_SECONDS = 1  # without waiting, SQS asks only some of its servers
BATCH = 10  # the most that SQS gives or takes at once


@dataclass(frozen=True)
class Depth:
    """How many messages a queue holds, about: visible, being handled, and not yet visible."""

    visible: int
    in_flight: int
    delayed: int

    @property
    def total(self) -> int:
        """All of them."""
        return self.visible + self.in_flight + self.delayed


@dataclass(frozen=True)
class Message:
    """A message as it was received; ``sent_at`` in epoch seconds."""

    id: str
    body: str
    receipt: str
    sent_at: float
    source_arn: str | None
    attributes: dict[str, Any]

    @classmethod
    def of(cls, received: dict[str, Any]) -> "Message":
        """Read what ReceiveMessage answers."""
        system = received.get("Attributes", {})
        return cls(
            id=received["MessageId"],
            body=received["Body"],
            receipt=received["ReceiptHandle"],
            sent_at=int(system.get("SentTimestamp", 0)) / 1000,
            source_arn=system.get("DeadLetterQueueSourceArn"),
            attributes=received.get("MessageAttributes", {}),
        )

    @property
    def keys(self) -> list[str] | None:
        """The keys that the body names; ``None`` if it is no notification."""
        try:
            return keys_in(self.body)
        except MalformedMessage:
            return None


class Queue:
    """One queue, by its URL."""

    def __init__(self, app: App, url: str) -> None:
        self.url = url
        self._sqs = app.client("sqs")
        self._held: dict[str, None] = {}  # receipts, in order

    def attributes(self) -> dict[str, str]:
        """Return all that SQS says of the queue."""
        answer = self._sqs.get_queue_attributes(QueueUrl=self.url, AttributeNames=["All"])
        return dict(answer["Attributes"])

    def depth(self) -> Depth:
        """Count the messages, about: SQS promises no exact number."""
        said, name = self.attributes(), "ApproximateNumberOfMessages"
        return Depth(*(int(said.get(name + kind, 0)) for kind in ("", "NotVisible", "Delayed")))

    def dead_letters_go_to(self) -> str | None:
        """Return the ARN of its dead-letter queue."""
        target = _policy(self.attributes()).get("deadLetterTargetArn")
        return str(target) if target else None

    def tries(self) -> tuple[str, int | None]:
        """Return its ARN, and how often it delivers a message before it gives the message up."""
        attributes = self.attributes()
        tries = _policy(attributes).get("maxReceiveCount")
        return attributes["QueueArn"], int(tries) if tries else None

    def peek(self, most: int) -> list[Message]:
        """Return up to *most* messages; they stay, and are there for others at once."""
        with self.held() as batches:
            messages: dict[str, Message] = {}
            for message in batches:
                if message.id in messages:
                    break
                messages[message.id] = message
                if len(messages) >= most:
                    break
        return list(messages.values())

    @contextmanager
    def held(self) -> Iterator[Iterator[Message]]:
        """Give messages one by one, hidden from others; those not deleted come back in the end."""

        def receive() -> Iterator[Message]:
            while received := self._receive():
                self._held |= dict.fromkeys(message.receipt for message in received)
                yield from received

        try:
            yield receive()
        finally:
            self._release(list(self._held))
            self._held.clear()

    def _receive(self) -> list[Message]:
        answer = self._sqs.receive_message(
            QueueUrl=self.url,
            MaxNumberOfMessages=BATCH,
            VisibilityTimeout=HOLD_SECONDS,
            WaitTimeSeconds=WAIT_SECONDS,
            AttributeNames=["All"],
            MessageAttributeNames=["All"],
        )
        return [Message.of(received) for received in answer.get("Messages", [])]

    def _release(self, receipts: list[str]) -> None:
        # Entries that fail were deleted meanwhile, or are visible again already.
        for start in range(0, len(receipts), BATCH):
            entries = [
                {"Id": str(number), "ReceiptHandle": receipt, "VisibilityTimeout": 0}
                for number, receipt in enumerate(receipts[start : start + BATCH])
            ]
            self._sqs.change_message_visibility_batch(QueueUrl=self.url, Entries=entries)

    def send(self, message: Message) -> str:
        """Send a copy with the very same body; return its id."""
        attributes = {
            name: {
                k: v for k, v in value.items() if k in ("DataType", "StringValue", "BinaryValue")
            }
            for name, value in message.attributes.items()
        }
        answer = self._sqs.send_message(
            QueueUrl=self.url, MessageBody=message.body, MessageAttributes=attributes
        )
        return str(answer["MessageId"])

    def delete(self, message: Message) -> None:
        """Delete a message that was received."""
        self._sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message.receipt)
        self._held.pop(message.receipt, None)


def _policy(attributes: dict[str, str]) -> dict[str, Any]:
    return dict(json.loads(attributes.get("RedrivePolicy", "{}")))


def work_queues(app: App) -> dict[str, Queue]:
    """Return the queues that consumers work through, by their outputs' names."""
    return {f"{name}Queue": Queue(app, url) for name, url in app.ending("Queue").items()}


def under_way(app: App) -> int:
    """Return how many messages wait or are being handled, about."""
    return sum(queue.depth().total for queue in work_queues(app).values())
