"""Set-up installs the packages of the lock files, also when the index offers newer ones."""

import base64
import hashlib
import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterable
from pathlib import Path

import pytest

from stacks.config import host
from stacks.wheels import UV, Wheels

ROOT = Path(__file__).parent.parent
ENVIRONMENTS = {
    ".venv": "requirements-dev",
    ".venv-cloud": "local/requirements",
    ".venv-bench": "bench/requirements",
    ".venv-guard": "guard/requirements",
    ".venv-audit": "guard/audit/requirements",
}
PURE_PYTHON = "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
LIST_PACKAGES = """
import importlib.metadata, json
print(json.dumps({each.name: each.version for each in importlib.metadata.distributions()}))
"""
LOCKED = {"sample-app": "1.0", "sample-lib": "1.0"}


class Index:
    """A package index in a folder of wheels, and no other index."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.folder = folder

    def add(self, name: str, version: str, requires: Iterable[str] = (), program: str = "") -> None:
        """Publish a version of a package, with a program of the same name if there is one."""
        stem = f"{name.replace('-', '_')}-{version}"
        metadata = (
            f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\nProvides-Extra: toml\n"
        )
        metadata += "".join(f"Requires-Dist: {each}\n" for each in requires)
        files = {
            f"{stem}.dist-info/METADATA": metadata,
            f"{stem}.dist-info/WHEEL": PURE_PYTHON,
        }
        if program:
            files[f"{stem}.data/scripts/{name}"] = program
        record = f"{stem}.dist-info/RECORD"
        lines = [f"{file},sha256={_digest(text)},{len(text)}" for file, text in files.items()]
        files[record] = "\n".join([*lines, f"{record},,"])
        with zipfile.ZipFile(self.folder / f"{stem}-py3-none-any.whl", "w") as wheel:
            for file, text in files.items():
                wheel.writestr(file, text)

    @property
    def environment(self) -> dict[str, str]:
        """Return what makes pip and uv ask this index alone."""
        place = str(self.folder)
        uv = {"UV_NO_INDEX": "1", "UV_FIND_LINKS": place, "UV_NO_CACHE": "1"}
        pip = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": place, "PIP_CONFIG_FILE": os.devnull}
        return {**uv, **pip, "PIP_NO_CACHE_DIR": "1"}


def _digest(text: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()


class Checkout:
    """Our Makefile, and lock files of two small packages, one of them required with an extra."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.index = folder, Index(folder / "index")
        shutil.copy(ROOT / "Makefile", folder)
        (folder / "requirements-uv.txt").touch()
        (folder / ".venv-uv").symlink_to(UV.parents[1])
        os.utime(folder / "requirements-uv.txt", (0, 0))
        self.index.add("sample-app", "1.0", ["sample-lib[toml]>=1"])
        self.index.add("sample-lib", "1.0")
        (folder / "requirements-dev.in").write_text("sample-app==1.0\n")
        assert self.make("lock", "LOCKS=requirements-dev").returncode == 0
        for name in ENVIRONMENTS.values():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            if name != "requirements-dev":
                shutil.copy(folder / "requirements-dev.txt", folder / f"{name}.txt")

    def make(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run make, with this Python unless it names another."""
        return subprocess.run(
            ["make", "--no-print-directory", f"PYTHON={sys.executable}", *arguments],
            cwd=self.folder,
            env={**os.environ, **self.index.environment, **environment},
            capture_output=True,
            text=True,
            check=False,
        )

    def installed(self, environment: str) -> dict[str, str]:
        """Return the version of each package in an environment."""
        python = self.folder / environment / "bin" / "python"
        answer = subprocess.run(
            [str(python), "-I", "-c", LIST_PACKAGES], capture_output=True, check=True
        )
        packages: dict[str, str] = json.loads(answer.stdout)
        return packages


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    made = Checkout(tmp_path)
    for name in ("sample-lib", "sample-app"):
        made.index.add(name, "2.0")
    return made


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_an_environment_holds_the_lock_when_the_index_has_newer_versions(
    checkout: Checkout, environment: str
) -> None:
    done = checkout.make(f"{environment}/.installed")
    assert done.returncode == 0, done.stderr
    assert checkout.installed(environment) == LOCKED


def test_a_layer_holds_the_lock_when_the_index_has_newer_versions(
    checkout: Checkout, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in checkout.index.environment.items():
        monkeypatch.setenv(name, value)
    layer = Wheels(checkout.folder / "requirements-dev.txt", host()).built(checkout.folder / "out")
    found = {each.name for each in (layer / "python").glob("*.dist-info")}
    assert found == {"sample_app-1.0.dist-info", "sample_lib-1.0.dist-info"}


def test_a_lock_keeps_its_versions_until_somebody_asks_for_newer_ones(checkout: Checkout) -> None:
    lock = checkout.folder / "requirements-dev.txt"
    before = lock.read_text()
    assert checkout.make("lock", "LOCKS=requirements-dev").returncode == 0
    assert lock.read_text() == before
    newer = checkout.make("lock", "LOCKS=requirements-dev", "LOCK=--upgrade-package sample-lib")
    assert newer.returncode == 0
    assert "sample-lib==2.0" in lock.read_text()


def test_a_package_with_other_bytes_is_not_installed(checkout: Checkout) -> None:
    checkout.index.add("sample-lib", "1.0", program="other bytes")
    done = checkout.make(".venv/.installed")
    assert done.returncode != 0
    assert "sample-lib" in done.stderr
    assert not (checkout.folder / ".venv/.installed").exists()


@pytest.mark.exhaustive
def test_uv_itself_is_installed_as_it_is_locked(checkout: Checkout) -> None:
    (checkout.folder / ".venv-uv").unlink()
    for version in ("1.0", "2.0"):
        checkout.index.add("uv", version, program=f"#!/bin/sh\necho uv {version}\n")
    wheel = checkout.index.folder / "uv-1.0-py3-none-any.whl"
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    lock = f"uv==1.0 --hash=sha256:{digest}\n"
    (checkout.folder / "requirements-uv.txt").write_text(lock)
    done = checkout.make(".venv-uv/bin/uv")
    assert done.returncode == 0, done.stderr
    assert checkout.installed(".venv-uv")["uv"] == "1.0"


def test_goals_run_one_after_the_other(checkout: Checkout) -> None:
    """Set-up works on two things at once, but `make clean demo` must not."""
    goals = "first:\n\t@sleep 0.5; echo first\nsecond:\n\t@echo second\n"
    (checkout.folder / "goals.mk").write_text(goals)
    done = checkout.make("-f", "Makefile", "-f", "goals.mk", "first", "second")
    assert done.stdout.split() == ["first", "second"]


def stand_in(folder: Path, name: str, text: str) -> Path:
    """Write a program that stands in for a Python or a Node that is not here."""
    program = folder / name
    program.write_text(f"#!/bin/sh\n{text}\n")
    program.chmod(0o755)
    return program


@pytest.mark.parametrize("text", [None, "echo not installed >&2; exit 127"], ids=["none", "shim"])
def test_a_python_that_cannot_be_run_is_named(checkout: Checkout, text: str | None) -> None:
    python = checkout.folder / "python3.99"
    if text is not None:
        stand_in(checkout.folder, python.name, text)
    done = checkout.make(".venv/.installed", f"PYTHON={python}")
    assert done.returncode != 0
    assert f"{python} cannot be run. Darkroom needs Python 3.11 to 3.14" in done.stderr


@pytest.mark.parametrize("version", ["3.10.4", "3.15.0"])
def test_a_python_that_is_not_supported_is_refused(checkout: Checkout, version: str) -> None:
    numbers = tuple(map(int, version.split(".")))
    text = f"""[ "$1" = -V ] && echo Python {version} && exit
exec {sys.executable} -c "import sys; sys.version_info = sys.hexversion and {numbers}; $2\""""
    python = stand_in(checkout.folder, "python", text)
    done = checkout.make(".venv/.installed", f"PYTHON={python}")
    assert done.returncode != 0
    assert f"needs Python 3.11 to 3.14, and {python} is Python {version}" in done.stderr


@pytest.mark.parametrize(
    ("version", "fine"),
    [("18.20.4", False), ("20.18.0", False), ("20.19.0", True), ("24.1.0", True)],
)
def test_a_node_that_is_too_old_is_refused(checkout: Checkout, version: str, fine: bool) -> None:
    programs = checkout.folder / "programs"
    programs.mkdir()
    node = shutil.which("node")
    versions = f"Object.defineProperty(process, 'versions', {{value: {{node: '{version}'}}}})"
    text = f"""[ "$1" = --version ] && echo v{version} && exit
exec {node} -e "{versions}; $2\""""
    stand_in(programs, "node", text)
    stand_in(programs, "npm", "exit 0")
    (checkout.folder / "package-lock.json").touch()
    (checkout.folder / "node_modules").mkdir()
    done = checkout.make("node_modules/.installed", PATH=f"{programs}:{os.environ['PATH']}")
    assert (done.returncode == 0) == fine
    assert (f"needs Node 20.19 or newer with npm, and found v{version}" in done.stderr) != fine
