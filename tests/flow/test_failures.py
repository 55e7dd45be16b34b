"""What goes wrong in the deployed app: nothing is lost, nobody else suffers, and it heals."""

import json
from typing import Any

from tests.flow.conftest import App, wait_until
from tests.flow.grants import role_of, without
from tests.messages import notification


def test_a_poison_message_ends_in_the_dead_letters_while_its_nine_neighbours_succeed(
    app: App,
) -> None:
    keys = [f"poison/{number}.jpg" for number in range(9)]
    versions = {key: app.put(key) for key in keys}
    for key, version in versions.items():
        app.wait_for_version(key, version)
    before = {key: app.facet(key, "THUMBNAILS")["rev"] for key in keys}
    bodies = [json.dumps(notification(key)) for key in keys]
    bodies.insert(4, "{ poison")

    with app.quick_retries("MakeThumbnails"):
        app.client("sqs").send_message_batch(
            QueueUrl=app.outputs["MakeThumbnailsQueue"],
            Entries=[{"Id": str(n), "MessageBody": body} for n, body in enumerate(bodies)],
        )
        wait_until(
            lambda: app.count_messages("MakeThumbnailsDeadLetters") == 1,
            lambda: f"dead letters: {app.inspector.dead_letters()}",
        )

    assert all(app.facet(key, "THUMBNAILS")["rev"] > before[key] for key in keys)
    [dead] = _receive_and_delete(app, "MakeThumbnailsDeadLetters")
    assert dead["Body"] == "{ poison"
    app.wait_until_quiet()


def test_a_missing_grant_fails_as_on_aws_and_a_redrive_heals_what_it_did(app: App) -> None:
    key = "grants/1.jpg"

    with app.quick_retries("MakeThumbnails"):
        with without(app, "MakeThumbnailsFunction", "s3:PutObject"):
            app.put(key)
            wait_until(
                lambda: app.count_messages("MakeThumbnailsDeadLetters") == 1,
                lambda: f"{app.facet(key, 'THUMBNAILS')} {app.inspector.dead_letters()}",
            )
        assert app.facet(key, "THUMBNAILS") == {}
        assert "AccessDenied" in _logs(app, "MakeThumbnailsFunction", "PutObject")

        _redrive(app, "MakeThumbnails")
        wait_until(
            lambda: app.facet(key, "THUMBNAILS").get("state") == "READY",
            lambda: str(app.facet(key, "THUMBNAILS")),
        )
    app.wait_until_quiet()
    assert app.inspector.dead_letters() == {}


def test_an_unreadable_item_is_logged_by_the_report_and_stops_no_other(app: App) -> None:
    bad = {"pk": "stream/bad.jpg", "sk": "METADATA", "rev": 1, "state": "READY"}
    app.catalog.put_item(Item=bad)
    app.put("stream/good.jpg")

    wait_until(
        lambda: "stream/bad.jpg" in _logs(app, "ReportChangesFunction", "item cannot be read"),
        lambda: "the log does not name the item",
    )
    app.catalog.delete_item(Key={"pk": bad["pk"], "sk": bad["sk"]})
    app.wait_until_quiet()
    assert _objects(app, app.outputs["ReportChangesFailures"]) == []


def test_each_function_runs_with_its_own_role_and_cannot_write_the_originals(app: App) -> None:
    roles = {}
    for name in ("MakeThumbnailsFunction", "IndexMetadataFunction", "ReportChangesFunction"):
        roles[name] = role_of(app, name)
    assert len(set(roles.values())) == 3

    simulate = app.client("iam").simulate_principal_policy
    for name, role in roles.items():
        arn = app.client("iam").get_role(RoleName=role)["Role"]["Arn"]
        answer = simulate(
            PolicySourceArn=arn,
            ActionNames=["s3:PutObject", "s3:DeleteObject"],
            ResourceArns=[f"arn:aws:s3:::{app.originals}/any"],
        )
        decisions = {result["EvalDecision"] for result in answer["EvaluationResults"]}
        assert "allowed" not in decisions, name


def _receive_and_delete(app: App, output: str) -> list[dict[str, Any]]:
    sqs, url = app.client("sqs"), app.outputs[output]
    found: list[dict[str, Any]] = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)[
        "Messages"
    ]
    for message in found:
        sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return found


def _redrive(app: App, consumer: str) -> None:
    # By hand: the local cloud has no StartMessageMoveTask, which does just this.
    for message in _receive_and_delete(app, f"{consumer}DeadLetters"):
        url = app.outputs[f"{consumer}Queue"]
        app.client("sqs").send_message(QueueUrl=url, MessageBody=message["Body"])


def _logs(app: App, function: str, text: str) -> str:
    found = app.client("lambda").get_function_configuration(FunctionName=app.outputs[function])
    events = app.client("logs").filter_log_events(
        logGroupName=found["LoggingConfig"]["LogGroup"], filterPattern=f'"{text}"'
    )["events"]
    return "\n".join(event["message"] for event in events)


def _objects(app: App, bucket: str) -> list[str]:
    listing = app.client("s3").list_objects_v2(Bucket=bucket)
    return [found["Key"] for found in listing.get("Contents", [])]
