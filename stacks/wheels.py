"""Wheels for a target that need not be this machine, installed by pip and kept: no Docker."""

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

# Raise this when the same wheels would be laid out in another way.
RECIPE = 1


class WheelsError(RuntimeError):
    """pip could not install a layer's requirements; the message ends with pip's own last lines."""


@dataclass(frozen=True)
class Wheels:
    """What a hash-locked requirements file names, for one target."""

    requirements: Path
    target: Target

    @cached_property
    def digest(self) -> str:
        """Change when what would be installed changes, and only then."""
        platforms = self.target.platforms or (sysconfig.get_platform(),)
        what = (RECIPE, self.target.python, self.target.architecture, platforms, self.compiled)
        return hashlib.sha256(repr(what).encode() + self.requirements.read_bytes()).hexdigest()

    @property
    def compiled(self) -> bool:
        """Tell whether there is a Python here whose bytecode the target's Python can read."""
        return interpreter(self.target.python) is not None

    def built(self, cache: Path) -> Path:
        """Return a folder with `python/` in it, as Lambda mounts a layer under /opt.

        Raises:
            WheelsError: if pip could not install what is named.
        """
        home = cache / f"{self.requirements.parent.name}-{self.digest[:16]}"
        return built_once(home, lambda made: self._install(made / "python"))

    def _install(self, into: Path) -> None:
        run("pip", "install", *self._options(), "--target", str(into), "-r", str(self.requirements))
        # Scripts: nobody runs them in a layer.
        shutil.rmtree(into / "bin", ignore_errors=True)
        if self.compiled:
            compile_all(into, self.target.python)

    def _options(self) -> list[str]:
        options = ["--quiet", "--no-input", "--disable-pip-version-check", "--require-hashes"]
        options += ["--only-binary=:all:", "--no-compile"]
        if self.target.platforms:
            options += ["--implementation", "cp", "--python-version", self.target.python]
        for name in self.target.platforms:
            options += ["--platform", name]
        return options


def run(*module_and_arguments: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", *module_and_arguments], capture_output=True, text=True, check=False
    )
    if done.returncode:
        last = "\n".join((done.stdout + done.stderr).strip().splitlines()[-15:])
        raise WheelsError(f"python -m {' '.join(module_and_arguments)} failed:\n{last}")
