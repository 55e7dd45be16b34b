"""The next consumer costs one folder and one method, and is fed and watched like the others.

This really adds one, to a copy of the project.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from stacks.config import sandbox
from tests.stacks.synthesis import ROOT, Deployment, read_templates

HANDLER = '''"""Upload in, a count of its colours out."""


def handler(event: dict[str, object], context: object) -> dict[str, object]:
    return {"batchItemFailures": []}
'''
METHOD = """
    def count_colours(self) -> None:
        consumer = Consumer(
            self,
            "CountColours",
            folder="count_colours",
            facet="COLOURS",
            topic=self.storage.uploads,
            repairs=self.storage.repairs,
            config=self.config,
            layers=[self.layers.shared, self.layers.powertools, self.layers.imaging],
            environment={"ORIGINALS_BUCKET": self.storage.originals.bucket_name},
            memory_mb=512,
            timeout_seconds=20,
        )
        allow(consumer.function, "s3:GetObject", on=self.storage.originals)

    def _deploy("""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("project")
    clean = shutil.ignore_patterns("__pycache__")
    for name in ("functions", "layers", "stacks"):
        shutil.copytree(ROOT / name, root / name, ignore=clean)
    shutil.copytree(ROOT / "gallery" / "dist", root / "gallery" / "dist")
    shutil.copy(ROOT / "app.py", root)
    new = root / "functions" / "count_colours"
    new.mkdir()
    (new / "handler.py").write_text(HANDLER)
    return root


def run_app(root: Path) -> subprocess.CompletedProcess[str]:
    context = json.loads((ROOT / "cdk.json").read_text())["context"]
    context["aws:cdk:bundling-stacks"] = []
    environment = {
        **os.environ,
        "CDK_OUTDIR": str(root / "out"),
        "CDK_CONTEXT_JSON": json.dumps(context),
    }
    return subprocess.run(
        [sys.executable, "app.py"],
        cwd=root,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_a_folder_without_a_method_is_not_forgotten(project: Path) -> None:
    done = run_app(project)
    assert done.returncode != 0
    assert "functions/count_colours is not deployed" in done.stderr


@pytest.fixture(scope="module")
def four(project: Path) -> Deployment:
    stack = project / "stacks" / "processing_stack.py"
    stack.write_text(stack.read_text().replace("\n    def _deploy(", METHOD, 1))
    done = run_app(project)
    assert done.returncode == 0, done.stderr
    return Deployment(sandbox(), read_templates(project / "out"))


def test_a_folder_and_a_method_are_a_deployed_consumer(four: Deployment) -> None:
    function = four.functions()["count_colours"]
    assert function.properties["Handler"] == "functions.count_colours.handler.handler"
    assert four.outputs("Processing").keys() >= {
        "CountColoursFunction",
        "CountColoursQueue",
        "CountColoursDeadLetters",
    }


def test_it_is_subscribed_and_fed(four: Deployment) -> None:
    subscriptions = four.all("AWS::SNS::Subscription")
    assert "CountColoursQueue" in {
        four.named(each.properties["Endpoint"]) for each in subscriptions
    }
    mappings = four.all("AWS::Lambda::EventSourceMapping")
    assert "CountColoursQueue" in {
        four.named(each.properties["EventSourceArn"]) for each in mappings
    }


def test_it_is_watched_without_anyone_asking(four: Deployment) -> None:
    alarms = [each for each in four.all("AWS::CloudWatch::Alarm") if "CountColours" in each.id]
    assert {
        alarm.properties["MetricName"] for alarm in alarms if "MetricName" in alarm.properties
    } == {
        "Errors",
        "Throttles",
        "ApproximateAgeOfOldestMessage",
        "ApproximateNumberOfMessagesVisible",
    }
    halves = [each for each in alarms if "Half of" in each.properties["AlarmDescription"]]
    assert all(each.properties["AlarmActions"] for each in alarms if each not in halves)
    [dashboard] = four.all("AWS::CloudWatch::Dashboard")
    assert "count_colours: queue" in four.named(dashboard.properties["DashboardBody"])


def test_its_neighbours_and_the_layers_stay_as_they_are(
    four: Deployment, sandbox: Deployment
) -> None:
    newcomer = {each.id for each in four if "CountColours" in each.id}
    rest = {each.id: each.body for each in four if each.id not in newcomer}
    before = {each.id: each.body for each in sandbox}
    changed = rest.keys() ^ before.keys()
    changed |= {
        name
        for name in rest.keys() & before.keys()
        if without_metadata(rest[name]) != without_metadata(before[name])
    }
    # The sweep looks for one facet more: its function has another environment and version.
    swept = {name for name in changed if name.startswith("ReconcileFunction")}
    # Probes wait for it, the breaker can stop it, the hook tests it.
    guards = ("ProbeFlow", "CheckAfterTraffic", "CheckBeforeTraffic", "BreakRunaway", "Breaker")
    # Whoever waits for all facets of a picture, or shows them.
    others = ("ServiceLevel", "Queries", "QueryCatalog", "AnnounceChanges", "PublishReport")
    swept |= {name for name in changed if name.startswith(guards + others)}
    assert {name[:14] for name in changed - swept} <= {"WatchDashboard"}


def test_the_sweep_looks_for_its_facet_and_repairs_it(four: Deployment) -> None:
    variables = four.functions()["reconcile"].properties["Environment"]["Variables"]
    assert variables["FACETS"] == "COLOURS,METADATA,THUMBNAILS"
    [repairs] = [
        each.properties
        for each in four.all("AWS::SNS::Subscription")
        if four.named(each.properties["Endpoint"]) == "CountColoursRepairs"
    ]
    assert four.named(repairs["TopicArn"]) == "Repairs"


def without_metadata(body: dict[str, object]) -> dict[str, object]:
    return {key: value for key, value in body.items() if key != "Metadata"}
