"""Wheels for a target that need not be this machine, installed by uv and kept: no Docker."""

import hashlib
import shutil
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from stacks.built_once import built_once
from stacks.bytecode import compile_all, interpreter
from stacks.config import Target

UV = Path(__file__).resolve().parents[1] / ".venv-uv" / "bin" / "uv"
# Raise this when the same wheels would be laid out in another way.
RECIPE = 2


class WheelsError(RuntimeError):
    """uv could not install a layer's requirements; the message ends with uv's own last lines."""


@dataclass(frozen=True)
class Wheels:
    """The packages of a hash-locked requirements file, for one target."""

    requirements: Path
    target: Target

    @cached_property
    def digest(self) -> str:
        """Change when what would be installed changes, and only then."""
        platform = self.target.platform or sysconfig.get_platform()
        what = (RECIPE, self.target.python, self.target.architecture, platform, self.compiled)
        return hashlib.sha256(repr(what).encode() + self.requirements.read_bytes()).hexdigest()

    @property
    def compiled(self) -> bool:
        """Tell whether there is a Python here whose bytecode the target's Python can read."""
        return interpreter(self.target.python) is not None

    def built(self, cache: Path) -> Path:
        """Return a folder with `python/` in it, as Lambda mounts a layer under /opt.

        Raises:
            WheelsError: if uv is missing or could not install the packages.
        """
        home = cache / f"{self.requirements.parent.name}-{self.digest[:16]}"
        return built_once(home, lambda made: self._install(made / "python"))

    def _install(self, into: Path) -> None:
        into.mkdir(parents=True)
        run("pip", "sync", *self._options(), "--target", str(into), str(self.requirements))
        # A layer needs neither scripts nor uv's lock.
        shutil.rmtree(into / "bin", ignore_errors=True)
        (into / ".lock").unlink(missing_ok=True)
        if self.compiled:
            compile_all(into, self.target.python)

    def _options(self) -> list[str]:
        # Copied: a layer that shared uv's files would change with its cache.
        options = ["--quiet", "--require-hashes", "--only-binary=:all:", "--link-mode=copy"]
        if self.target.platform is None:
            return [*options, "--python", sys.executable]
        platform = ["--python-platform", self.target.platform]
        return [*options, *platform, "--python-version", self.target.python]


def run(*arguments: str) -> None:
    if not UV.exists():
        raise WheelsError(f"{UV} is missing. Run `make setup`, which installs it.")
    done = subprocess.run([str(UV), *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        last = "\n".join((done.stdout + done.stderr).strip().splitlines()[-15:])
        raise WheelsError(f"uv {' '.join(arguments)} failed:\n{last}")
