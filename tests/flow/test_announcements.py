"""Other systems hear of pictures, through the rule that the docs show."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.announcements import check
from tests.flow.conftest import App, wait_until

DOCS = Path(__file__).parents[2] / "docs" / "events.md"


class Listener:
    """Another system's queue, and all that has come to it."""

    def __init__(self, app: App, queue: str) -> None:
        self.app, self.queue = app, queue
        self.heard: list[tuple[str, dict[str, Any]]] = []

    def about(self, key: str) -> list[tuple[str, dict[str, Any]]]:
        """Return what was said of a picture."""
        sqs = self.app.client("sqs")
        for message in sqs.receive_message(QueueUrl=self.queue, MaxNumberOfMessages=10).get(
            "Messages", []
        ):
            event = json.loads(message["Body"])
            assert event["source"] == "darkroom"
            check(event["detail-type"], event["detail"])
            self.heard.append((event["detail-type"], event["detail"]))
            sqs.delete_message(QueueUrl=self.queue, ReceiptHandle=message["ReceiptHandle"])
        return [(kind, detail) for kind, detail in self.heard if detail["key"] == key]

    def wait_for(self, key: str, kind: str) -> dict[str, Any]:
        """Wait until the last thing that was said of a picture is *kind*."""
        wait_until(
            lambda: [said for said, _ in self.about(key)][-1:] == [kind],
            lambda: f"{key!r}: {self.about(key)}",
        )
        return self.about(key)[-1][1]


@pytest.fixture(scope="module")
def listener(app: App) -> Listener:
    """Deploy the docs' rule, as another system would."""
    [template] = re.findall(r"```yaml\n(.*?)```", DOCS.read_text(), re.DOTALL)
    cloudformation = app.client("cloudformation")
    cloudformation.create_stack(
        StackName="listener",
        TemplateBody=template,
        Parameters=[{"ParameterKey": "Bus", "ParameterValue": app.outputs["EventBus"]}],
    )
    cloudformation.get_waiter("stack_create_complete").wait(
        StackName="listener", WaiterConfig={"Delay": 1}
    )
    [stack] = cloudformation.describe_stacks(StackName="listener")["Stacks"]
    [output] = stack["Outputs"]
    return Listener(app, output["OutputValue"])


def test_a_picture_is_ready_then_removed(app: App, listener: Listener) -> None:
    key = "heard/ü +%41.jpg"
    version = app.put(key)

    detail = listener.wait_for(key, "image.ready")

    assert (detail["version_id"], detail["owner"]) == (version, "heard")
    # Its thumbnails can be fetched at once by the names that it gives.
    for variant in detail["variants"].values():
        found = app.client("s3").get_object(
            Bucket=app.outputs["ThumbnailsBucket"], Key=variant["key"]
        )
        assert found["ContentLength"] == variant["bytes"]

    app.delete(key)
    removed = listener.wait_for(key, "image.removed")
    assert removed["version_id"] == version
    assert removed["rev"] > detail["rev"]


def test_a_refused_picture_is_rejected(app: App, listener: Listener) -> None:
    version = app.put("heard/refused.jpg", b"no pixels")
    detail = listener.wait_for("heard/refused.jpg", "image.rejected")
    assert (detail["version_id"], detail["reason"]) == (version, "NOT_AN_IMAGE")


def test_a_picture_that_changes_is_ready_again(app: App, listener: Listener) -> None:
    key = "heard/changing.png"
    versions = []
    for _ in range(2):
        versions.append(app.put(key))
        wait_until(
            lambda: [d["version_id"] for _, d in listener.about(key)][-1:] == versions[-1:],
            lambda: f"{listener.about(key)}, wanted {versions}",
        )
    assert [kind for kind, _ in listener.about(key)] == ["image.ready"] * len(listener.about(key))


def test_the_probes_pictures_are_not_heard_of(app: App, listener: Listener) -> None:
    version = app.put("darkroom-probe/flow.png")
    app.put("heard/after.jpg")
    listener.wait_for("heard/after.jpg", "image.ready")
    app.wait_until_quiet()
    assert listener.about("darkroom-probe/flow.png") == []
    app.delete("darkroom-probe/flow.png", version)
