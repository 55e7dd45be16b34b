"""CodeDeploy's hooks: which version they judge, and a verdict whatever happens.

CodeDeploy itself is played by botocore's Stubber, which checks each request against its API;
tests/flow/test_hooks.py judges real versions.
"""

import io
import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from darkroom import deployments
from darkroom.probe import ProbeFailed
from functions.check_after_traffic import handler as after
from functions.check_before_traffic import handler as before
from functions.check_before_traffic.revision import Version, new_versions
from tests.messages import Context

CONTEXT: Any = Context()
EVENT = {"DeploymentId": "d-ABCDEF123", "LifecycleEventHookExecutionId": "execution"}
# As CloudFormation writes it for an alias with an update policy.
APP_SPEC = {
    "version": "0.0",
    "Resources": [
        {
            "resource-0": {
                "Type": "AWS::Lambda::Function",
                "Properties": {
                    "Name": "shrinker",
                    "Alias": "live",
                    "CurrentVersion": "7",
                    "TargetVersion": "8",
                },
            }
        }
    ],
    "Hooks": [{"BeforeAllowTraffic": "before"}, {"AfterAllowTraffic": "after"}],
}
GOOD = {"darkroom": "smoke-test", "checked": ["any"], "failed": {}}


@pytest.fixture
def codedeploy(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stubber]:
    client = boto3.client("codedeploy")
    monkeypatch.setattr(deployments, "codedeploy", lambda: client)
    monkeypatch.setattr(before, "codedeploy", lambda: client)
    with Stubber(client) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


def expect_verdict(codedeploy: Stubber, status: str) -> None:
    codedeploy.add_response(
        "put_lifecycle_event_hook_execution_status",
        {},
        {
            "deploymentId": "d-ABCDEF123",
            "lifecycleEventHookExecutionId": "execution",
            "status": status,
        },
    )


def expect_deployment(codedeploy: Stubber, content: str) -> None:
    # GetDeployment leaves the content out.
    hashed = {"revisionType": "String", "string": {"sha256": "abc"}}
    codedeploy.add_response(
        "get_deployment",
        {"deploymentInfo": {"applicationName": "app", "revision": hashed}},
        {"deploymentId": "d-ABCDEF123"},
    )
    whole = {"revisionType": "String", "string": {"sha256": "abc", "content": content}}
    codedeploy.add_response(
        "get_application_revision",
        {"applicationName": "app", "revision": whole},
        {"applicationName": "app", "revision": hashed},
    )


class Versions:
    """Answers for a version, and remembers which."""

    def __init__(self, said: Any, **more: Any) -> None:
        self.said, self.more = said, more
        self.asked: list[dict[str, Any]] = []

    def invoke(self, **request: Any) -> dict[str, Any]:
        self.asked.append(request)
        return {"Payload": io.BytesIO(json.dumps(self.said).encode()), **self.more}


def test_the_new_version_is_asked_and_may_get_traffic(
    codedeploy: Stubber, monkeypatch: pytest.MonkeyPatch
) -> None:
    versions = Versions(GOOD)
    monkeypatch.setattr(before, "lambda_client", lambda: versions)
    expect_deployment(codedeploy, json.dumps(APP_SPEC))
    expect_verdict(codedeploy, "Succeeded")

    assert before.handler(EVENT, CONTEXT)["status"] == "Succeeded"

    [asked] = versions.asked
    assert (asked["FunctionName"], asked["Qualifier"]) == ("shrinker", "8")
    assert json.loads(asked["Payload"]) == {"darkroom": "smoke-test"}


@pytest.mark.parametrize(
    "versions",
    [
        Versions({**GOOD, "failed": {"any": "AccessDenied"}}),
        Versions({**GOOD, "checked": []}),
        Versions({"batchItemFailures": []}),
        Versions({"errorMessage": "No module"}, FunctionError="Unhandled"),
        Versions({**GOOD}, FunctionError="Unhandled"),
        Versions(None),
    ],
)
def test_a_version_that_does_not_pass_gets_none(
    codedeploy: Stubber, monkeypatch: pytest.MonkeyPatch, versions: Versions
) -> None:
    monkeypatch.setattr(before, "lambda_client", lambda: versions)
    expect_deployment(codedeploy, json.dumps(APP_SPEC))
    expect_verdict(codedeploy, "Failed")

    assert before.handler(EVENT, CONTEXT)["status"] == "Failed"


@pytest.mark.parametrize("content", ["", "no JSON", "{}", '{"Resources": []}', "[]"])
def test_a_deployment_that_does_not_say_its_version_is_refused(
    codedeploy: Stubber, content: str
) -> None:
    expect_deployment(codedeploy, content)
    expect_verdict(codedeploy, "Failed")

    before.handler(EVENT, CONTEXT)


def test_either_kind_of_revision_is_understood() -> None:
    content = {"content": json.dumps(APP_SPEC)}
    for kind in ("string", "appSpecContent"):
        assert new_versions({kind: content}) == [Version("shrinker", "8")]


def test_codedeploy_that_cannot_be_asked_is_a_refusal(codedeploy: Stubber) -> None:
    codedeploy.add_client_error("get_deployment", "AccessDeniedException")
    expect_verdict(codedeploy, "Failed")

    before.handler(EVENT, CONTEXT)


@pytest.mark.parametrize(
    ("failure", "status"),
    [(None, "Succeeded"), (ProbeFailed("no facets"), "Failed"), (KeyError("bug"), "Failed")],
)
def test_a_deployment_stays_if_a_picture_comes_through(
    codedeploy: Stubber,
    monkeypatch: pytest.MonkeyPatch,
    failure: Exception | None,
    status: str,
) -> None:
    class Probe:
        def __init__(self, places: object, name: str) -> None:
            assert name == "d-ABCDEF123"

        def run(self) -> float:
            if failure:
                raise failure
            return 1.0

    monkeypatch.setattr(after, "settings", lambda: None)
    monkeypatch.setattr(after, "Probe", Probe)
    expect_verdict(codedeploy, status)

    assert after.handler(EVENT, CONTEXT)["status"] == status
