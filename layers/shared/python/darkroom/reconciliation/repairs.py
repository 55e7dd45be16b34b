"""How what was found wrong is put right: through the consumers, and else as little as possible."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from darkroom.deletions import delete_objects
from darkroom.reconciliation.inspection import Places
from darkroom.reconciliation.recount import correct
from darkroom.reconciliation.wrong_line import WrongLine
from darkroom.uploads import hint

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import DynamoDBServiceResource
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sns import SNSClient


class Repairs(Protocol):
    """Each of them is safe to repeat."""

    def send(self, keys: Sequence[str]) -> None:
        """Let the consumers look at these keys."""

    def delete(self, names: Sequence[str]) -> Mapping[str, str]:
        """Delete these thumbnails, which no key leads to; return why some were not."""

    def correct(self, lines: Sequence[WrongLine]) -> set[int]:
        """Write these lines anew; return the shards which have moved since."""


class NoRepairs:
    """For a sweep that only looks."""

    def send(self, keys: Sequence[str]) -> None: ...

    def delete(self, names: Sequence[str]) -> Mapping[str, str]:
        """Pretend that all went."""
        return {}

    def correct(self, lines: Sequence[WrongLine]) -> set[int]:
        """Pretend that nothing stood in the way."""
        return set()


class RealRepairs:
    """Sends keys to the topic that feeds the consumers' queues of repairs."""

    def __init__(
        self,
        places: Places,
        topic: str,
        sns: "SNSClient",
        s3: "S3Client",
        dynamodb: "DynamoDBServiceResource",
    ) -> None:
        self._places = places
        self._topic = topic
        self._sns = sns
        self._s3 = s3
        self._report = dynamodb.Table(places.report_table)

    def send(self, keys: Sequence[str]) -> None:
        """Publish each key in a message of its own, so that none takes another along."""
        for key in keys:
            message = hint(self._places.originals_bucket, key)
            self._sns.publish(TopicArn=self._topic, Message=message)

    def delete(self, names: Sequence[str]) -> Mapping[str, str]:
        """Delete them as `delete_objects` does; what is left, the next sweep finds again."""
        return delete_objects(self._s3, self._places.thumbnails_bucket, names)

    def correct(self, lines: Sequence[WrongLine]) -> set[int]:
        """Correct the lines as `recount.correct` does."""
        return correct(self._report, lines)
