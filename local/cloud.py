"""The local cloud as its users see it: the command line, the demo and the tests."""

import json
import os
import shlex
import shutil
import sys
from functools import cached_property
from pathlib import Path
from typing import Any

import boto3
import botocore.session
from botocore.config import Config

from local import ports, tls, tools
from local.deployment import Deployment
from local.emulator.settings import Settings
from local.emulator_process import EmulatorProcess
from local.errors import CloudError, NotDeployed, NotRunning
from local.gallery_process import GalleryProcess

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / ".local"
REGION = "us-east-1"
BOOTSTRAP_STACK = "CDKToolkit"
KILLED = (
    "The cloud was killed. It continues from {}, when its state was last saved. This brings the\n"
    "rest into agreement with the uploaded pictures: python -m operations doctor --local --fix"
)
ROOT_KEY = "test"  # ministack's access key of the account's root user, and its secret


class Cloud:
    """One emulator with its state in `home`; clouds of different homes run side by side.

    Without a port, a free one is chosen the first time and kept. `root` is the repository that
    holds the app, `cdk` the command that deploys it, `deploy_seconds` its time limit, and
    `credentials_lifetime` the seconds after which a function's credentials expire.
    """

    def __init__(
        self,
        home: Path = HOME,
        port: int | None = None,
        *,
        root: Path = ROOT,
        cdk: Path | None = None,
        deploy_seconds: float = 600,
        credentials_lifetime: int = 3600,
    ) -> None:
        self.home = home.resolve()
        self.root = root.resolve()
        self.wanted_port = port
        self.cdk = cdk or self.root / "node_modules" / ".bin" / "cdk"
        self.deploy_seconds = deploy_seconds
        self.credentials_lifetime = credentials_lifetime

    @cached_property
    def settings(self) -> Settings:
        port = self.wanted_port or ports.remembered_port(self.home) or ports.free_port()
        return Settings(self.home, port, self.credentials_lifetime)

    @cached_property
    def emulator(self) -> EmulatorProcess:
        return EmulatorProcess(self.settings, python=self.python, root=self.root)

    @cached_property
    def gallery(self) -> GalleryProcess:
        return GalleryProcess(self.home, root=self.root)

    @property
    def home_as_typed(self) -> Path:
        """The home as a reader would type it where he is."""
        here = Path.cwd()
        return self.home.relative_to(here) if self.home.is_relative_to(here) else self.home

    @property
    def python(self) -> Path:
        return self.root / ".venv-cloud" / "bin" / "python"

    @property
    def endpoint(self) -> str:
        return self.settings.endpoint

    def up(self) -> None:
        """Start, deploy, open the gallery; an interruption ends what was started here."""
        started = self.start()
        try:
            self.deploy()
            self.gallery.open(self)
            self.emulator.save()
        except KeyboardInterrupt:
            if started:
                self.stop()
            raise

    def start(self) -> bool:
        """Start the cloud unless it runs already; return whether it was this call."""
        self.check_tools()
        if self.is_running():
            self.check_port()
            self.check_certificate()
            return False
        ports.require_free(self.settings.port)
        ports.remember_port(self.home, self.settings.port)
        tls.ensure_certificate(self.settings.certificate, self.settings.key)
        saved_at = None if self.emulator.is_saved() else self.emulator.last_save()
        self.emulator.start()
        self.write_env_file()
        if saved_at:
            print(KILLED.format(saved_at), file=sys.stderr)
        return True

    def check_tools(self) -> None:
        tools.require_file(self.python)
        tools.require_file(self.cdk)
        tools.require_program("node")
        tools.require_program("openssl")

    def check_port(self) -> None:
        running = ports.remembered_port(self.home)
        if self.settings.port != running:
            raise CloudError(
                f"The cloud runs on port {running}; `python -m local down` it to change its port."
            )

    def check_certificate(self) -> None:
        """Refuse a running cloud whose certificate no client accepts; a restart makes a new one."""
        if not tls.is_valid(self.settings.certificate):
            raise CloudError(
                "The running cloud's certificate is not valid at this machine's date. Run"
                " `python -m local down`, then `python -m local up`, which makes a new one."
            )

    def stop(self) -> None:
        """End all of the cloud's processes; raise EmulatorFailed if its state is not saved."""
        was_running = self.is_running()
        self.end()
        if was_running:
            self.emulator.check_saved()

    def end(self) -> None:
        """End all of the cloud's processes."""
        self.gallery.stop()
        self.emulator.stop()

    def delete(self) -> None:
        """Stop the cloud and forget all that it held."""
        self.end()
        shutil.rmtree(self.home, ignore_errors=True)

    def is_running(self) -> bool:
        return self.emulator.is_running()

    def require_running(self) -> None:
        if not self.is_running():
            raise NotRunning("The cloud is not running. Start it with `python -m local up`.")

    def environment(self) -> dict[str, str]:
        """The variables with which any AWS client or tool talks to this cloud."""
        bypass = [os.environ.get("NO_PROXY"), "127.0.0.1"]
        return {
            "AWS_ACCESS_KEY_ID": ROOT_KEY,
            "AWS_SECRET_ACCESS_KEY": ROOT_KEY,
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_CA_BUNDLE": str(self.settings.certificate),
            "AWS_EC2_METADATA_DISABLED": "true",
            "NO_PROXY": ",".join(filter(None, bypass)),
        }

    def write_env_file(self) -> None:
        """Write `env.sh`, to be sourced by a shell."""
        exports = (f"export {k}={shlex.quote(v)}" for k, v in self.environment().items())
        unset = "unset AWS_PROFILE AWS_DEFAULT_PROFILE AWS_SESSION_TOKEN"
        file = self.home / "env.sh"
        file.touch(mode=0o600)
        file.write_text("\n".join([*exports, unset, ""]))

    @cached_property
    def session(self) -> boto3.Session:
        # AWS_PROFILE would be looked up, though nothing of it is used, and may not exist.
        without_profile = botocore.session.Session(session_vars={"profile": (None,) * 4})
        return boto3.Session(
            aws_access_key_id=ROOT_KEY,
            aws_secret_access_key=ROOT_KEY,
            region_name=REGION,
            botocore_session=without_profile,
        )

    def client(self, service: Any, **options: Any) -> Any:
        """Return a boto3 client of the account's root user."""
        return self.session.client(service, **self.connection(), **options)

    def resource(self, service: Any, **options: Any) -> Any:
        """Return a boto3 resource of the account's root user."""
        return self.session.resource(service, **self.connection(), **options)

    def connection(self) -> dict[str, Any]:
        return {
            "endpoint_url": self.endpoint,
            "verify": str(self.settings.certificate),
            "config": Config(proxies={}),
        }

    def deploy(self) -> None:
        """Deploy the repository's app, or what changed of it, and write `outputs.json`."""
        self.require_running()
        deployment = Deployment(
            home=self.home,
            root=self.root,
            cdk=self.cdk,
            environment=self.environment(),
            seconds=self.deploy_seconds,
            emulator_log=self.emulator.log_tail,
        )
        if BOOTSTRAP_STACK not in self.stacks():
            account = self.client("sts").get_caller_identity()["Account"]
            deployment.bootstrap(f"aws://{account}/{REGION}")
        outputs = deployment.deploy()
        self.outputs_file.write_text(json.dumps(outputs, indent=2) + "\n")

    def outputs(self) -> dict[str, str]:
        """The outputs of all stacks by name, as of the last deployment."""
        if not self.outputs_file.exists():
            raise NotDeployed("The app is not deployed. Deploy it with `python -m local up`.")
        outputs: dict[str, str] = json.loads(self.outputs_file.read_text())
        return outputs

    @property
    def outputs_file(self) -> Path:
        return self.home / "outputs.json"

    def stacks(self) -> dict[str, str]:
        """The state of each stack by the stack's name."""
        stacks = self.client("cloudformation").describe_stacks()["Stacks"]
        return {stack["StackName"]: stack["StackStatus"] for stack in stacks}
