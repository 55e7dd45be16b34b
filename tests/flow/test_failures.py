"""What goes wrong in the deployed app: nothing is lost, nobody else suffers, and it heals."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.flow.conftest import App, wait_until
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
        with _without(app, "MakeThumbnailsFunction", "s3:PutObject"):
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


def test_a_stream_record_that_cannot_be_counted_goes_to_the_failures_bucket_and_stops_no_other(
    app: App,
) -> None:
    bad = {"pk": "stream/bad.jpg", "sk": "METADATA", "rev": 1, "state": "READY"}
    mapping = _stream_mapping(app)
    lambda_ = app.client("lambda")
    usual = mapping["MaximumRetryAttempts"]
    lambda_.update_event_source_mapping(UUID=mapping["UUID"], MaximumRetryAttempts=1)

    app.catalog.put_item(Item=bad)
    app.put("stream/good.jpg")

    bucket = app.outputs["ReportChangesFailures"]
    wait_until(lambda: bool(_objects(app, bucket)), lambda: "the failures bucket is empty")
    [failure] = _objects(app, bucket)
    record = json.loads(app.client("s3").get_object(Bucket=bucket, Key=failure)["Body"].read())
    assert "stream/bad.jpg" in json.dumps(record)
    app.catalog.delete_item(Key={"pk": bad["pk"], "sk": bad["sk"]})
    app.client("s3").delete_object(Bucket=bucket, Key=failure)
    lambda_.update_event_source_mapping(UUID=mapping["UUID"], MaximumRetryAttempts=usual)
    app.wait_until_quiet()


def test_each_function_runs_with_its_own_role_and_cannot_write_the_originals(app: App) -> None:
    roles = {}
    for name in ("MakeThumbnailsFunction", "IndexMetadataFunction", "ReportChangesFunction"):
        roles[name] = _role(app, name)
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


@contextmanager
def _without(app: App, function: str, action: str) -> Iterator[None]:
    """Take one action from a function's role, and give it back."""
    iam, role = app.client("iam"), _role(app, function)
    for policy in iam.list_role_policies(RoleName=role)["PolicyNames"]:
        document = iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]
        if isinstance(document, str):
            document = json.loads(document)
        less = json.loads(json.dumps(document))
        for statement in less["Statement"]:
            actions = statement["Action"]
            actions = [actions] if isinstance(actions, str) else actions
            statement["Action"] = [name for name in actions if name != action]
        if less == document:
            continue
        less["Statement"] = [s for s in less["Statement"] if s["Action"]]
        where = {"RoleName": role, "PolicyName": policy}
        iam.put_role_policy(**where, PolicyDocument=json.dumps(less))
        yield
        iam.put_role_policy(**where, PolicyDocument=json.dumps(document))
        return
    raise AssertionError(f"{function} is not granted {action}")


def _role(app: App, function: str) -> str:
    found = app.client("lambda").get_function_configuration(FunctionName=app.outputs[function])
    return str(found["Role"]).rpartition("/")[2]


def _logs(app: App, function: str, text: str) -> str:
    found = app.client("lambda").get_function_configuration(FunctionName=app.outputs[function])
    events = app.client("logs").filter_log_events(
        logGroupName=found["LoggingConfig"]["LogGroup"], filterPattern=f'"{text}"'
    )["events"]
    return "\n".join(event["message"] for event in events)


def _stream_mapping(app: App) -> dict[str, Any]:
    mappings = app.client("lambda").list_event_source_mappings()["EventSourceMappings"]
    [mapping] = [m for m in mappings if app.outputs["ReportChangesFunction"] in m["FunctionArn"]]
    return dict(mapping)


def _objects(app: App, bucket: str) -> list[str]:
    listing = app.client("s3").list_objects_v2(Bucket=bucket)
    return [found["Key"] for found in listing.get("Contents", [])]
