"""Compiled Python for a target that need not be this machine's: imports take a third of the time.

Lambda mounts layers read-only, so what is not compiled is compiled again at every cold start.
"""

import hashlib
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

from stacks.built_once import built_once
from stacks.config import Target

# Raise this when the same modules would be laid out in another way.
RECIPE = 1
MOUNTED = "/opt/python"
UNCOMPILED = shutil.ignore_patterns("__pycache__", "*.pyc")


class CompileError(RuntimeError):
    """Something in a layer is no Python; the message names the file and the line."""


@cache
def interpreter(python: str) -> str | None:
    """Return what writes bytecode that *python*, as in `3.13`, can read; None if nothing here does.

    Bytecode is the same on every processor, but for each minor version of Python another.
    """
    if python == f"{sys.version_info.major}.{sys.version_info.minor}":
        return sys.executable
    found = shutil.which(f"python{python}")
    # It may be a shim of a version manager, for a Python that is not installed.
    works = found and subprocess.run([found, "-c", ""], capture_output=True, check=False)
    return found if works and works.returncode == 0 else None


def compile_all(folder: Path, python: str) -> None:
    """Compile what Lambda will mount at /opt/python; a zip changes dates, so none are compared.

    Raises:
        CompileError: if a module cannot be compiled.
    """
    unchecked = ("--invalidation-mode", "unchecked-hash")
    command = ("-m", "compileall", "-q", *unchecked, "-s", str(folder), "-p", MOUNTED, str(folder))
    done = subprocess.run(
        [interpreter(python) or sys.executable, *command],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise CompileError(f"{folder} cannot be compiled:\n{(done.stdout + done.stderr).strip()}")


class CompiledSource:
    """A folder of our own modules, laid out as a layer, and compiled if that is possible here."""

    def __init__(self, source: Path, target: Target) -> None:
        self.source, self.python = source, target.python
        self.compiled = interpreter(self.python) is not None

    @property
    def digest(self) -> str:
        """Change when a module changes, or what it is compiled for."""
        digest = hashlib.sha256(repr((RECIPE, self.python, self.compiled)).encode())
        for file in sorted(self.source.rglob("*")):
            if file.is_file() and "__pycache__" not in file.parts and file.suffix != ".pyc":
                name = str(file.relative_to(self.source))
                digest.update(f"\0{name}\0{file.stat().st_size}\0".encode() + file.read_bytes())
        return digest.hexdigest()

    def built(self, cache: Path) -> Path:
        """Return a copy with bytecode in it."""
        return built_once(cache / f"{self.source.name}-{self.digest[:16]}", self._copy)

    def _copy(self, into: Path) -> None:
        shutil.copytree(self.source, into, ignore=UNCOMPILED)
        if self.compiled:
            compile_all(into / "python", self.python)
