"""A consumer's queue and its dead letters, as SQS behaves: at least once, in any order."""

import json
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import quote_plus

from tests.messages import example

MAX_RECEIVES = 3


@dataclass(eq=False)
class Message:
    """A message under one id; *key* is empty in one that is no notification."""

    name: str
    key: str
    body: str
    claims: dict[str, Any]
    receives: int = 0
    holders: int = 0
    done: bool = False
    forsaken: bool = False
    reason: BaseException | None = None


@dataclass
class Queue:
    """Messages that wait, and those that were given up with the reason of their last failure."""

    consumer: str
    waiting: list[Message] = field(default_factory=list)
    dead: list[Message] = field(default_factory=list)
    sent: int = 0
    acknowledged: int = 0
    redriven: int = 0

    def send(self, message: Message) -> None:
        """Add a message."""
        self.sent += 1
        self.waiting.append(message)

    def receive(self, message: Message, twice: bool = False) -> None:
        """Hand a message out; *twice*: it stays for another receiver."""
        message.receives += 1
        message.holders += 1
        if not twice:
            self.waiting.remove(message)

    def acknowledge(self, message: Message) -> bool:
        """Delete a message; to do so again is no error.

        Returns:
            Whether all who held it came to an end of their own: else nobody will look again at
            what the others left behind.
        """
        message.holders -= 1
        if not message.done:
            message.done = True
            self.acknowledged += 1
        if message in self.waiting:
            self.waiting.remove(message)
        return not message.forsaken

    def give_back(self, message: Message, reason: BaseException | None) -> bool:
        """Let a message that was not acknowledged come back, or give it up.

        Returns:
            Whether somebody will look at it again: not if another receiver acknowledged it.
        """
        message.holders -= 1
        if message.done:
            return False
        message.reason = reason
        message.forsaken = True
        if not message.holders and message not in self.waiting and message not in self.dead:
            message.forsaken = False
            given_up = message.receives >= MAX_RECEIVES
            (self.dead if given_up else self.waiting).append(message)
        return True

    def redrive(self, message: Message) -> Message:
        """Send a dead letter again, under an id of its own."""
        self.dead.remove(message)
        self.redriven += 1
        again = Message(f"{message.name}'", message.key, message.body, message.claims)
        self.waiting.append(again)
        return again


def body_of(key: str, claims: dict[str, Any]) -> str:
    """Return S3's notification about *key*."""
    template = _template()
    told = {name: claim for name, claim in claims.items() if name != "eventName"}
    claimed = {**template["s3"]["object"], **told, "key": quote_plus(key, safe="/")}
    event = {**template["s3"], "object": claimed}
    record = {**template, "eventName": claims["eventName"], "s3": event}
    return json.dumps({"Records": [record]})


def event_of(message: Message) -> dict[str, Any]:
    """Return the event by which Lambda hands a message over: each comes alone."""
    template = _sqs_template()
    counted = {**template["attributes"], "ApproximateReceiveCount": str(message.receives)}
    record = {**template, "messageId": message.name, "body": message.body, "attributes": counted}
    return {"Records": [record]}


@cache
def _template() -> dict[str, Any]:
    record: dict[str, Any] = example("s3_object_created_put")["Records"][0]
    return record


@cache
def _sqs_template() -> dict[str, Any]:
    message: dict[str, Any] = example("sqs_message")
    return message
