"""What guards the deployed app: hooks that refuse a bad version, the probe, the breaker."""

import io
import json
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import urllib3

from darkroom.smoke import EVENT
from functions.check_before_traffic import handler as check_before_traffic
from functions.check_before_traffic.handler import smoke_test
from functions.check_before_traffic.revision import Version
from local.agreement import FACETS
from tests.flow.conftest import App, operate, wait_until
from tests.flow.grants import without

TESTED = (
    *("MakeThumbnails", "IndexMetadata", "ReportChanges", "AnnounceChanges"),
    *("Reconcile", "PublishReport", "ProbeFlow"),
)


@pytest.fixture(autouse=True)
def invokes_here(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the hook's code invoke versions in the local cloud."""
    client = app.client("lambda")
    monkeypatch.setattr(check_before_traffic, "lambda_client", lambda: client)


def invoke(app: App, name: str, event: dict[str, Any]) -> dict[str, Any]:
    """Run a deployed function by its alias, under its own role; return its answer."""
    answer = app.client("lambda").invoke(
        FunctionName=app.outputs[f"{name}Function"], Qualifier="live", Payload=json.dumps(event)
    )
    said = json.loads(answer["Payload"].read())
    assert "FunctionError" not in answer, said
    return dict(said)


def publish(app: App, name: str) -> Version:
    """Publish what is not live yet."""
    function = app.outputs[f"{name}Function"]
    return Version(function, app.client("lambda").publish_version(FunctionName=function)["Version"])


@contextmanager
def changed_configuration(app: App, name: str, **change: Any) -> Iterator[None]:
    """Change what the next version will be, and change it back."""
    function, client = app.outputs[f"{name}Function"], app.client("lambda")
    found = client.get_function_configuration(FunctionName=function)
    layers = [layer["Arn"] for layer in found["Layers"]]
    client.update_function_configuration(FunctionName=function, **change)
    yield
    client.update_function_configuration(FunctionName=function, Layers=layers)


@contextmanager
def changed_code(app: App, name: str, file: str, old: str, new: str) -> Iterator[None]:
    """Change a line of the next version, and change it back."""
    function, client = app.outputs[f"{name}Function"], app.client("lambda")
    usual = _code(app, function)
    client.update_function_code(FunctionName=function, ZipFile=_edited(usual, file, old, new))
    yield
    client.update_function_code(FunctionName=function, ZipFile=usual)


def _code(app: App, function: str) -> bytes:
    where = app.client("lambda").get_function(FunctionName=function)["Code"]["Location"]
    where = where.replace("http://", "https://")  # ministack forgets that it speaks TLS
    with urllib3.PoolManager(ca_certs=app.cloud.environment()["AWS_CA_BUNDLE"]) as pool:
        content: bytes = pool.request("GET", where).data
    return content


def _edited(code: bytes, file: str, old: str, new: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(code)) as usual, zipfile.ZipFile(made, "w") as edited:
        for name in usual.namelist():
            content = usual.read(name)
            if name == file:
                assert old in content.decode()
                content = content.decode().replace(old, new).encode()
            edited.writestr(name, content)
    return made.getvalue()


@pytest.mark.parametrize("name", TESTED)
def test_a_good_version_passes_its_smoke_test_and_writes_nothing(app: App, name: str) -> None:
    app.wait_until_quiet()
    before = app.inspector.look()

    smoke_test(Version(app.outputs[f"{name}Function"], "live"))

    after = app.inspector.look()
    assert (after.originals, after.facets, after.report) == (
        before.originals,
        before.facets,
        before.report,
    )


def test_a_version_without_its_layers_is_refused(app: App) -> None:
    with changed_configuration(app, "IndexMetadata", Layers=[]):
        broken = publish(app, "IndexMetadata")

    with pytest.raises(Exception, match="No module"):
        smoke_test(broken)


def test_a_version_whose_core_is_broken_is_refused(app: App) -> None:
    file = "functions/make_thumbnails/thumbnails.py"
    with changed_code(
        app,
        "MakeThumbnails",
        file,
        "credit) for each in variants]",
        "credit) for each in variants[1:]]",
    ):
        broken = publish(app, "MakeThumbnails")

    with pytest.raises(Exception, match="shrinks a picture"):
        smoke_test(broken)


@pytest.mark.parametrize(
    ("name", "action", "check"),
    [
        ("MakeThumbnails", "s3:GetObject", "reads originals"),
        ("IndexMetadata", "dynamodb:GetItem", "reads the catalog"),
    ],
)
def test_a_version_without_a_grant_is_refused(app: App, name: str, action: str, check: str) -> None:
    with (
        without(app, f"{name}Function", action),
        pytest.raises(Exception, match=f"{check}.*AccessDenied"),
    ):
        smoke_test(Version(app.outputs[f"{name}Function"], "live"))


def test_a_version_that_takes_the_smoke_test_for_work_is_refused(app: App) -> None:
    file = "functions/report_changes/handler.py"
    with changed_code(app, "ReportChanges", file, "@observed(smoke=smoke)", ""):
        broken = publish(app, "ReportChanges")

    with pytest.raises(Exception, match=broken.function):
        smoke_test(broken)


def test_the_probe_sends_a_picture_all_the_way_and_leaves_nothing(app: App) -> None:
    assert invoke(app, "ProbeFlow", {}) == {"probe": "came through"}

    findings = app.wait_until_quiet()
    assert not [key for key in findings.originals if key.startswith("darkroom-probe/")]
    assert ("OWNER", "darkroom-probe") not in findings.report
    versions = app.client("s3").list_object_versions(Bucket=app.originals, Prefix="darkroom-probe/")
    assert not versions.get("Versions")
    assert not versions.get("DeleteMarkers")


def test_the_probe_may_write_below_its_own_prefix_only(app: App) -> None:
    found = app.client("lambda").get_function_configuration(
        FunctionName=app.outputs["ProbeFlowFunction"]
    )
    answer = app.client("iam").simulate_principal_policy(
        PolicySourceArn=found["Role"],
        ActionNames=["s3:PutObject", "s3:DeleteObjectVersion"],
        ResourceArns=[f"arn:aws:s3:::{app.originals}/alice/cat.jpg"],
    )
    assert "allowed" not in {each["EvalDecision"] for each in answer["EvaluationResults"]}


def test_the_breaker_stops_the_app_and_a_person_lets_it_go_on(app: App) -> None:
    key = "runaway/waits.jpg"
    mappings = app.outputs["EventSourceMappings"].split(",")

    assert invoke(app, "BreakRunaway", {"alarmData": {"alarmName": "any"}}) == {
        "disabled": mappings
    }
    assert invoke(app, "BreakRunaway", {}) == {"disabled": []}
    version = app.put(key)
    wait_until(lambda: app.count_messages("IndexMetadataQueue") == 1, lambda: "nothing waits")
    assert app.facet(key, FACETS[0]) == {}

    operate(app, "resume")
    app.wait_for_version(key, version)
    app.wait_until_quiet()


def test_the_breaker_passes_its_own_smoke_test(app: App) -> None:
    assert invoke(app, "BreakRunaway", EVENT)["failed"] == {}
