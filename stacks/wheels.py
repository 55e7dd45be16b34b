"""Wheels for a target that need not be this machine, installed by pip and kept: no Docker."""

import hashlib
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

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
        """Tell whether this Python can write bytecode that the target's Python can read."""
        return self.target.python == f"{sys.version_info.major}.{sys.version_info.minor}"

    def installed(self, cache: Path) -> Path:
        """Return a folder with `python/` in it, as Lambda mounts a layer under /opt.

        A failed or interrupted installation leaves nothing behind; two at once do no harm.
        """
        home = cache / f"{self.requirements.parent.name}-{self.digest[:16]}"
        if not home.exists():
            cache.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=cache, prefix=".") as scratch:
                made = Path(scratch, "layer")
                self._install(made / "python")
                keep(made, home)
        return home

    def _install(self, into: Path) -> None:
        run("pip", "install", *self._options(), "--target", str(into), "-r", str(self.requirements))
        # Scripts: nobody runs them in a layer.
        shutil.rmtree(into / "bin", ignore_errors=True)
        if self.compiled:
            compile_all(into)

    def _options(self) -> list[str]:
        options = ["--quiet", "--no-input", "--disable-pip-version-check", "--require-hashes"]
        options += ["--only-binary=:all:", "--no-compile"]
        if self.target.platforms:
            options += ["--implementation", "cp", "--python-version", self.target.python]
        for name in self.target.platforms:
            options += ["--platform", name]
        return options


def compile_all(folder: Path) -> None:
    """Bytecode cuts imports to a third. A zip changes dates, so Python must not compare them."""
    unchecked = ("--invalidation-mode", "unchecked-hash")
    run("compileall", "-q", *unchecked, "-s", str(folder), "-p", "/opt/python", str(folder))


def keep(made: Path, home: Path) -> None:
    try:
        made.rename(home)
    except OSError:
        if not home.exists():
            raise


def run(*module_and_arguments: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", *module_and_arguments], capture_output=True, text=True, check=False
    )
    if done.returncode:
        last = "\n".join((done.stdout + done.stderr).strip().splitlines()[-15:])
        raise WheelsError(f"python -m {' '.join(module_and_arguments)} failed:\n{last}")
