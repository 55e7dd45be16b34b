"""What other systems were not told of is handed to its function again, as it was."""

import json
from io import BytesIO
from typing import Any

import pytest

from operations.failed_announcements import FailedAnnouncements
from tests.operations.conftest import Deployed

RECORDS = json.dumps({"Records": [{"dynamodb": {"Keys": {"pk": {"S": "ü.jpg"}}}}]})


class Function:
    """Stands for Lambda: notes what it is given, and answers."""

    def __init__(self, answer: dict[str, Any], error: str | None = None) -> None:
        self.given: list[tuple[str, Any]] = []
        self._answer, self._error = answer, error

    def invoke(self, *, FunctionName: str, Payload: bytes) -> dict[str, Any]:  # noqa: N803
        """Answer as Lambda does."""
        self.given.append((FunctionName, json.loads(Payload)))
        failed = {"FunctionError": self._error} if self._error else {}
        return {"Payload": BytesIO(json.dumps(self._answer).encode()), **failed}


def redrive(
    deployed: Deployed, function: Function, monkeypatch: pytest.MonkeyPatch
) -> tuple[Any, int]:
    """Leave a batch, redrive it; return the answer, and how many batches lie there then."""
    client = deployed.app.client

    def of(service: str) -> Any:
        return function if service == "lambda" else client(service)

    monkeypatch.setattr(type(deployed.app), "client", lambda _, service: of(service))
    deployed.app.outputs["AnnounceChangesFunction"] = "announcer"  # type: ignore[index]
    body = json.dumps({"payload": RECORDS})
    deployed.world.s3.put_object(Bucket="failures", Key="a/1", Body=body)
    place = FailedAnnouncements(deployed.app, "AnnounceChanges", "failures")
    return place.redrive(None), place.count()


def test_the_records_are_handed_over_as_they_were_and_then_deleted(
    deployed: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    function = Function({"batchItemFailures": []})
    answer, count = redrive(deployed, function, monkeypatch)
    assert function.given == [("announcer:live", json.loads(RECORDS))]
    assert (answer.moved, answer.left, count) == (1, [], 0)


@pytest.mark.parametrize(
    ("function", "why"),
    [
        (Function({"batchItemFailures": [{"itemIdentifier": "1"}]}), "1 of its changes failed"),
        (Function({"errorMessage": "no memory"}, "Unhandled"), "no memory"),
    ],
)
def test_what_it_does_not_take_is_left(
    deployed: Deployed, monkeypatch: pytest.MonkeyPatch, function: Function, why: str
) -> None:
    answer, count = redrive(deployed, function, monkeypatch)
    assert (answer.moved, count) == (0, 1)
    assert why in answer.left[0]
