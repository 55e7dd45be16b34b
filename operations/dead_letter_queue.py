"""A dead-letter queue: of a consumer's queue, or of its subscription to a topic."""

import time
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from botocore.exceptions import ClientError

from operations.connection import App
from operations.dead_letters import Discarded, Letter, Redriven, Summary, seconds_since
from operations.discarding import Records
from operations.errors import is_unknown_action
from operations.progress import Progress
from operations.queues import Message, Queue, work_queues
from operations.reasons import Reasons

SAMPLE = 100
POLL_SECONDS = 1.0
PATIENCE_SECONDS = 600


class DeadLetterQueue:
    """One of the app's dead-letter queues, known by the name of its output."""

    def __init__(self, app: App, name: str, consumer: str, url: str) -> None:
        self.name = name
        self.consumer = consumer
        self._app = app
        self._queue = Queue(app, url)
        self._sqs = app.client("sqs")

    def count(self) -> int:
        """Count what waits, about."""
        return self._queue.depth().total

    def summary(self) -> Summary:
        """Count what waits and look at some of it for the oldest."""
        count = self.count()
        messages = self._queue.peek(SAMPLE) if count else []
        count = max(count, len(messages))
        return Summary(
            place=self.name,
            count=count,
            oldest_seconds=max((seconds_since(m.sent_at) for m in messages), default=None),
            is_sample=len(messages) < count,
            source=", ".join(self.sources()) or "a subscription of a topic",
            redrive=self._moving() or "no",
        )

    def letters(self, most: int) -> list[Letter]:
        """Return up to *most* messages, each with what its function's log says of it."""
        messages = self._queue.peek(most) if self.count() else []
        return self._letters_of(messages)

    def _letters_of(self, messages: Sequence[Message]) -> list[Letter]:
        """Describe messages. The count that SQS has of each rises with every look: it is not used.

        SQS gives a message up once its queue has delivered it ``maxReceiveCount`` times. A message
        that has no source came from SNS or from a person.
        """
        reasons = Reasons(self._app, self.consumer).of(messages)
        tries = dict(queue.tries() for queue in self.sources().values()) if messages else {}
        return [
            Letter(
                place=self.name,
                id=message.id,
                keys=message.keys,
                age_seconds=seconds_since(message.sent_at),
                receives=tries.get(str(message.source_arn)),
                reason=reasons[message.id],
            )
            for message in messages
        ]

    def discard(self, ids: Collection[str], records: Records) -> Iterator[Discarded]:
        """Keep a record of each, then delete it: an interruption may double a record, no more."""
        with self._queue.held() as messages:
            found = self._find(ids, messages)
            for letter in self._letters_of(list(found.values())):
                message = found[letter.id]
                yield records.keep(letter, message.body.encode(), message.attributes)
                self._queue.delete(message)

    def _find(self, ids: Collection[str], messages: Iterator[Message]) -> dict[str, Message]:
        """Return the wanted messages; look until all are found or one comes for the second time."""
        found: dict[str, Message] = {}
        seen: set[str] = set()
        for message in messages:
            if message.id in seen:
                break
            seen.add(message.id)
            if message.id in ids:
                found[message.id] = message
                if len(found) == len(ids):
                    break
        return found

    def sources(self) -> dict[str, Queue]:
        """Return the queues whose dead letters come here, by their outputs' names."""
        arn = self._arn()
        queues = work_queues(self._app).items()
        return {name: queue for name, queue in queues if queue.dead_letters_go_to() == arn}

    def redrive(self, limit: int | None) -> Redriven:
        """Move messages back to where they came from: all by SQS itself if it can, else by hand."""
        if limit is None and self.sources():
            try:
                return self._move_by_sqs()
            except ClientError as error:
                if not is_unknown_action(error):
                    raise
        return self._move_by_hand(limit)

    def _move_by_sqs(self) -> Redriven:
        expected = self._queue.depth().visible
        if not expected:
            return Redriven(self.name, 0, "by SQS")
        self._sqs.start_message_move_task(SourceArn=self._arn())
        give_up = time.monotonic() + PATIENCE_SECONDS
        with Progress(f"SQS moves {self.name}") as progress:
            while (task := self._last_task())["Status"] in ("RUNNING", "CANCELLING"):
                moved = task.get("ApproximateNumberOfMessagesMoved", 0)
                progress.tell(f"{moved} of {expected} messages")
                if time.monotonic() > give_up:
                    return Redriven(self.name, moved, "by SQS, which goes on", ())
                time.sleep(POLL_SECONDS)
        failed = [task["FailureReason"]] if task.get("FailureReason") else []
        return Redriven(
            self.name, task.get("ApproximateNumberOfMessagesMoved", 0), "by SQS", failed
        )

    def _last_task(self) -> dict[str, Any]:
        answer = self._sqs.list_message_move_tasks(SourceArn=self._arn(), MaxResults=1)
        return dict(answer["Results"][0])

    def _moving(self) -> str | None:
        try:
            tasks = self._sqs.list_message_move_tasks(SourceArn=self._arn())["Results"]
        except ClientError as error:
            if not is_unknown_action(error):
                raise
            return None
        running = (task for task in tasks if task["Status"] == "RUNNING")
        return next(
            (f"{t.get('ApproximateNumberOfMessagesMoved', 0)} moved" for t in running), None
        )

    def _move_by_hand(self, limit: int | None) -> Redriven:
        """Receive, send, delete, in that order: an interruption may double one, and lose none."""
        sent: set[str] = set()
        with Progress(f"Moving {self.name}") as progress, self._queue.held() as messages:
            if limit == 0 or not self.count():
                return Redriven(self.name, 0, "one by one")
            for message in messages:
                if message.id in sent:
                    break  # it was moved, failed anew, and is here again
                sent.add(self._source_of(message).send(message))
                self._queue.delete(message)
                progress.tell(f"{len(sent)} messages")
                if len(sent) == limit:
                    break
        return Redriven(self.name, len(sent), "one by one")

    def _source_of(self, message: Message) -> Queue:
        """SQS tells where a message came from, SNS does not: there it is the consumer's queue."""
        if message.source_arn:
            name = message.source_arn.rpartition(":")[2]
            return Queue(self._app, self._sqs.get_queue_url(QueueName=name)["QueueUrl"])
        return Queue(self._app, self._app.output(f"{self.consumer}Queue"))

    def _arn(self) -> str:
        return self._queue.attributes()["QueueArn"]
