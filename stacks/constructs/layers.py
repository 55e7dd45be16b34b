"""The layers: our own code, Powertools, and what decodes pictures."""

from pathlib import Path

from aws_cdk import Annotations, Stack
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from stacks.bytecode import CompiledSource
from stacks.config import StageConfig, Target
from stacks.constructs.python_function import ROOT, architecture, runtime
from stacks.wheels import Wheels

LAYERS = ROOT / "layers"
BUILT = ROOT / ".build" / "layers"


class Layers(Construct):
    """`shared` and `powertools` hold nothing compiled; `resizing` is `imaging` and a resampler."""

    def __init__(self, scope: Construct, id_: str, *, config: StageConfig) -> None:
        super().__init__(scope, id_)
        home, resizing = config.target, config.resizing_target
        self.shared = self._layer("Shared", self._own("shared", home), home, resizing)
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

    def _own(self, name: str, target: Target) -> lambda_.Code:
        """Our modules in `layers/<name>`, with bytecode where the target's Python is at hand."""
        source = CompiledSource(LAYERS / name, target)
        if not source.compiled:
            # No warning: `--strict` would refuse to deploy what works, only slower.
            Annotations.of(self).add_info_v2("darkroom:bytecode", NO_BYTECODE.format(target))
        return self._code(LAYERS / name, source)

    def _wheels(self, name: str, target: Target) -> lambda_.Code:
        """What `layers/<name>/requirements.txt` names, installed for the target."""
        wheels = Wheels(LAYERS / name / "requirements.txt", target)
        return self._code(LAYERS / name, wheels)

    def _code(self, source: Path, layer: Wheels | CompiledSource) -> lambda_.Code:
        """A layer as it is built, or the source where nobody will deploy it.

        `cdk ls`, `cdk destroy` and unit tests need no bundles (CDK says so by `bundling_required`):
        they get the folder itself, under another hash, so that nobody takes it for the real one.
        """
        if not Stack.of(self).bundling_required:
            return lambda_.Code.from_asset(str(source), asset_hash=f"unbuilt-{layer.digest}")
        return lambda_.Code.from_asset(str(layer.built(BUILT)), asset_hash=layer.digest)


NO_BYTECODE = (
    "There is no python{0.python} here, so the layers hold no bytecode and a cold start's imports "
    "take 2.7 times as long. Install it, or deploy through the pipeline, which has it."
)
