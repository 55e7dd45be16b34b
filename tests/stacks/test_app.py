"""The app as people run it: the real command line, no AWS account anywhere near."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.stacks.synthesis import ROOT, read_templates

CDK = ROOT / "node_modules" / ".bin" / "cdk"


def cdk(*arguments: str, out: Path) -> subprocess.CompletedProcess[str]:
    """Run the pinned command line without credentials, region or network, CDK's validation on."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("AWS_") and name != "CDK_VALIDATION"
    }
    app = f"{sys.executable} app.py"
    return subprocess.run(
        [str(CDK), *arguments, "--app", app, "--output", str(out), "--no-notices"],
        cwd=ROOT,
        env={**environment, "AWS_EC2_METADATA_DISABLED": "true", "CI": "true"},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


@pytest.fixture(scope="module", autouse=True)
def needs_the_command_line() -> None:
    assert CDK.exists(), "the CDK command line is missing: make setup"


def test_ls_names_the_sandboxs_stacks(tmp_path: Path) -> None:
    done = cdk("ls", out=tmp_path)
    assert done.returncode == 0, done.stderr
    assert [line.split()[0] for line in done.stdout.splitlines()] == [
        "Sandbox/Gallery",
        "Sandbox/Storage",
        "Sandbox/Access",
        "Sandbox/Processing",
        "Sandbox/Page",
    ]


@pytest.fixture(scope="module")
def synthesized(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("synthesized")
    done = cdk("synth", "--quiet", "--strict", out=out)
    assert done.returncode == 0, done.stdout + done.stderr
    return out


def test_synth_passes_cdks_own_validation_without_credentials(synthesized: Path) -> None:
    stacks = {"Gallery", "Storage", "Access", "Processing", "Page"}
    assert read_templates(synthesized).keys() == stacks
    # Written only if the validation ran, and empty only if it found nothing.
    report = json.loads((synthesized / "validation-report.json").read_text())
    assert report["pluginReports"] == []


def test_a_synth_ships_the_layers_that_were_built(synthesized: Path) -> None:
    shipped = {folder.name for folder in synthesized.glob("asset.*/python/*")}
    assert {"PIL", "aws_lambda_powertools", "darkroom"} <= shipped


def test_an_unknown_stage_is_refused_with_the_names_of_those_there_are(tmp_path: Path) -> None:
    done = cdk("ls", "-c", "stage=staging", out=tmp_path)
    assert done.returncode != 0
    assert "ConfigError: stage must be one of local, sandbox, production" in done.stderr


def test_the_app_is_run_by_the_projects_own_environment() -> None:
    assert json.loads((ROOT / "cdk.json").read_text())["app"] == "make --silent app"
