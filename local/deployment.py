"""Bootstrap and deploy by the CDK command line, which may fail or hang, but not silently."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from local.errors import DeployFailed, DeployTimedOut
from local.progress import Progress

# "Storage |  3/12 | 10:43:24 | CREATE_COMPLETE | AWS::S3::Bucket | …": stack, done. The total
# is that of one stack, and in an update of those that change, so it says little.
RESOURCE_EVENT = re.compile(r"^(\S+)\s*\|\s*(\d+)/\d+\s*\|", re.MULTILINE)
KEEP_LINES = 30


@dataclass(frozen=True)
class Deployment:
    home: Path
    root: Path
    cdk: Path
    environment: dict[str, str]
    seconds: float
    emulator_log: Callable[[], str]

    def bootstrap(self, target: str) -> None:
        # Away from cdk.json: the command line would synthesize the app, and needs nothing of it.
        self.run("Preparing the account", ["bootstrap", target], self.home)

    def deploy(self) -> dict[str, str]:
        """Deploy all stacks and return their outputs by name."""
        by_stack = self.home / "outputs-by-stack.json"
        by_stack.unlink(missing_ok=True)
        options = ["**", "--require-approval", "never", "--outputs-file", str(by_stack)]
        app = ["-c", "stage=local", "--output", str(self.home / "cdk.out")]
        self.run("Deploying the app", ["deploy", *options, "--progress", "events", *app], self.root)
        return flat(json.loads(by_stack.read_text()) if by_stack.exists() else {})

    def run(self, step: str, arguments: list[str], folder: Path) -> None:
        log = self.home / f"cdk-{arguments[0]}.log"
        with log.open("wb") as stream:
            process = subprocess.Popen(
                [str(self.cdk), *arguments, "--no-notices"],
                cwd=folder,
                env=self.cdk_environment(),
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=stream,
                start_new_session=True,
            )
        try:
            self.watch(step, process, log)
        finally:
            end(process)

    def cdk_environment(self) -> dict[str, str]:
        """Ours without any AWS setting, which could lead to a real account, plus the cloud's."""
        ours = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
        tools = (str(Path(sys.executable).parent), ours.get("PATH", os.defpath))
        return {
            **ours,
            **self.environment,
            # The app is run by the Python that runs this, whether or not its environment is active.
            "PATH": os.pathsep.join(tools),
            # The command line caches account ids by access key, and every home has the same key.
            "CDK_HOME": str(self.home / "cdk"),
            # Validation is most of a synth; `make synth` and tests/stacks/test_app.py have it on.
            "CDK_VALIDATION": "false",
            "CDK_DISABLE_CLI_TELEMETRY": "true",
            "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "20",
            "NO_COLOR": "1",
        }

    def watch(self, step: str, process: subprocess.Popen[bytes], log: Path) -> None:
        deadline = time.monotonic() + self.seconds
        with Progress(step) as progress:
            while process.poll() is None:
                progress.tick(resource_counts(log.read_text(errors="replace")) or "…")
                if time.monotonic() > deadline:
                    limit = f"{self.seconds:.0f} s"
                    raise DeployTimedOut(self.report(f"did not end within {limit}", log))
                time.sleep(0.2)
            if process.returncode:
                raise DeployFailed(self.report(f"failed with code {process.returncode}", log))
            progress.done(resource_counts(log.read_text(errors="replace")) or "done")

    def report(self, what: str, log: Path) -> str:
        lines = log.read_text(errors="replace").splitlines()[-KEEP_LINES:]
        return "\n".join(
            [
                f"{self.cdk.name} {what}. The end of {log}:",
                *(f"  {line}" for line in lines),
                self.emulator_log(),
            ]
        )


def resource_counts(log: str) -> str:
    """Say how many resources are through, over all stacks that the log tells of."""
    done = {found[1]: int(found[2]) for found in RESOURCE_EVENT.finditer(log)}
    return f"{sum(done.values())} resources" if done else ""


def end(process: subprocess.Popen[bytes]) -> None:
    """End the command line and the app that it may have started."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def flat(by_stack: dict[str, dict[str, str]]) -> dict[str, str]:
    """Leave out what CDK exports from one stack to another."""
    return {
        name: value
        for outputs in by_stack.values()
        for name, value in sorted(outputs.items())
        if not name.startswith("ExportsOutput")
    }
