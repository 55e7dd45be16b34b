"""The bucket of changes that other systems were not told of; they are handed over once more."""

import json
from itertools import islice

from operations.dead_letters import Redriven
from operations.failed_changes import FailedChanges
from operations.progress import Progress

CONSUMER = "AnnounceChanges"


class FailedAnnouncements(FailedChanges):
    """One on-failure bucket. A key alone would not do: a repair writes the same facets again.

    What the function says of the records is what is true by then, not what was true when it failed.
    """

    def redrive(self, limit: int | None) -> Redriven:
        """Hand each batch to the function, then delete it; one that it does not take is left."""
        moved, left = 0, []
        with Progress(f"Handing over what is in {self.name} again") as progress:
            for failure in islice(self._failures(), limit):
                if failure.keys is None:
                    left.append(f"{failure.name} names no keys: read it")
                elif refused := self._hand_over(failure.name):
                    left.append(f"{failure.name}: {refused}")
                else:
                    self._s3.delete_object(Bucket=self._bucket, Key=failure.name)
                    moved += 1
                    progress.tell(f"{moved} batches")
        return Redriven(self.name, moved, "as they were, to the function", left)

    def _hand_over(self, name: str) -> str | None:
        """Return why the function has not taken all of a batch."""
        with self._s3.get_object(Bucket=self._bucket, Key=name)["Body"] as body:
            records = json.loads(body.read())["payload"]
        answer = self._app.client("lambda").invoke(
            FunctionName=f"{self._app.output(f'{self.consumer}Function')}:live",
            Payload=records.encode(),
        )
        told = json.loads(answer["Payload"].read())
        if "FunctionError" in answer:
            return f"the function failed: {told.get('errorMessage')}"
        failed = len(told["batchItemFailures"])
        return f"{failed} of its changes failed again" if failed else None
