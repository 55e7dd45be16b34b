"""The three layers: our own code, Powertools, and what decodes pictures."""

from aws_cdk import Stack
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from stacks.config import StageConfig
from stacks.constructs.python_function import ROOT, architecture, runtime
from stacks.wheels import Wheels

LAYERS = ROOT / "layers"


class Layers(Construct):
    def __init__(self, scope: Construct, id_: str, *, config: StageConfig) -> None:
        super().__init__(scope, id_)
        self.config = config
        shared = lambda_.Code.from_asset(
            str(LAYERS / "shared"), exclude=["**/__pycache__", "*.pyc"]
        )
        self.shared = self._layer("Shared", shared)
        self.powertools = self._layer("Powertools", self._installed("powertools"))
        self.imaging = self._layer("Imaging", self._installed("imaging"))

    def _layer(self, id_: str, code: lambda_.Code) -> lambda_.LayerVersion:
        return lambda_.LayerVersion(
            self,
            id_,
            code=code,
            compatible_runtimes=[runtime(self.config)],
            compatible_architectures=[architecture(self.config)],
        )

    def _installed(self, name: str) -> lambda_.Code:
        """What `layers/<name>/requirements.txt` names, installed for the stage's target.

        `cdk ls`, `cdk destroy` and unit tests need no bundles (CDK says so by `bundling_required`):
        they get the folder itself, under another hash, so that nobody takes it for the real one.
        """
        source = LAYERS / name
        wheels = Wheels(source / "requirements.txt", self.config.target)
        if not Stack.of(self).bundling_required:
            return lambda_.Code.from_asset(str(source), asset_hash=f"unbuilt-{wheels.digest}")
        return lambda_.Code.from_asset(
            str(wheels.installed(ROOT / ".build" / "layers")), asset_hash=wheels.digest
        )
