"""The layers: our own code, Powertools, and what decodes pictures."""

from aws_cdk import Stack
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from stacks.config import StageConfig, Target
from stacks.constructs.python_function import ROOT, architecture, runtime
from stacks.wheels import Wheels

LAYERS = ROOT / "layers"


class Layers(Construct):
    """`shared` and `powertools` hold nothing compiled; `resizing` is `imaging` and a resampler."""

    def __init__(self, scope: Construct, id_: str, *, config: StageConfig) -> None:
        super().__init__(scope, id_)
        home, resizing = config.target, config.resizing_target
        shared = lambda_.Code.from_asset(
            str(LAYERS / "shared"), exclude=["**/__pycache__", "*.pyc"]
        )
        self.shared = self._layer("Shared", shared, home, resizing)
        self.powertools = self._layer(
            "Powertools", self._wheels("powertools", home), home, resizing
        )
        self.imaging = self._layer("Imaging", self._wheels("imaging", home), home)
        # Nobody builds the resampler for arm64; there, Pillow's own has to do.
        kind = "resizing" if resizing.architecture == "x86_64" else "imaging"
        self.resizing = self._layer("Resizing", self._wheels(kind, resizing), resizing)

    def _layer(self, id_: str, code: lambda_.Code, *targets: Target) -> lambda_.LayerVersion:
        architectures = {target.architecture: architecture(target) for target in targets}
        return lambda_.LayerVersion(
            self,
            id_,
            code=code,
            compatible_runtimes=[runtime(targets[0])],
            compatible_architectures=list(architectures.values()),
        )

    def _wheels(self, name: str, target: Target) -> lambda_.Code:
        """What `layers/<name>/requirements.txt` names, installed for the target.

        `cdk ls`, `cdk destroy` and unit tests need no bundles (CDK says so by `bundling_required`):
        they get the folder itself, under another hash, so that nobody takes it for the real one.
        """
        source = LAYERS / name
        wheels = Wheels(source / "requirements.txt", target)
        if not Stack.of(self).bundling_required:
            return lambda_.Code.from_asset(str(source), asset_hash=f"unbuilt-{wheels.digest}")
        built = str(wheels.installed(ROOT / ".build" / "layers"))
        return lambda_.Code.from_asset(built, asset_hash=wheels.digest)
