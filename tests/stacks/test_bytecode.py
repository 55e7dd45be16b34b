"""Bytecode of our own layer: for the target's Python, valid, and never stale."""

import subprocess
import sys
from pathlib import Path

import pytest

from stacks.bytecode import CompiledSource, CompileError, interpreter
from stacks.config import Target, host

HERE = host().python


@pytest.fixture
def source(tmp_path: Path) -> Path:
    package = tmp_path / "ours" / "python" / "ours"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("ANSWER = 42\n")
    return tmp_path / "ours"


@pytest.fixture
def shim(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a `python9.8` on the path, which the test has to write."""
    interpreter.cache_clear()
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "python9.8").touch(mode=0o755)
    monkeypatch.setenv("PATH", str(folder))
    return folder / "python9.8"


def test_this_python_compiles_for_itself() -> None:
    assert interpreter(HERE) == sys.executable


def test_another_python_on_the_path_compiles_for_its_like(shim: Path) -> None:
    shim.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    assert interpreter("9.8") == str(shim)


@pytest.mark.parametrize("script", ["#!/bin/sh\nexit 127\n", None], ids=["shim", "absent"])
def test_a_python_that_does_not_run_is_none(shim: Path, script: str | None) -> None:
    shim.write_text(script) if script else shim.unlink()
    assert interpreter("9.8") is None


def test_modules_are_imported_from_bytecode_alone(source: Path, tmp_path: Path) -> None:
    made = CompiledSource(source, host()).built(tmp_path / "cache") / "python"
    (made / "ours" / "__init__.py").write_text("this is no Python")  # unchecked, hence unread
    show = [sys.executable, "-c", "import ours; print(ours.ANSWER, ours.__file__)"]
    shown = subprocess.run(show, env={"PYTHONPATH": str(made)}, capture_output=True, check=True)
    assert shown.stdout.startswith(b"42 ")


def test_a_changed_module_is_another_layer(source: Path, tmp_path: Path) -> None:
    before = CompiledSource(source, host()).built(tmp_path / "cache")
    (source / "python" / "ours" / "__init__.py").write_text("ANSWER = 43\n")
    assert CompiledSource(source, host()).built(tmp_path / "cache") != before


def test_what_running_it_leaves_behind_is_no_change(source: Path) -> None:
    before = CompiledSource(source, host()).digest
    left = source / "python" / "ours" / "__pycache__" / "__init__.cpython-311.pyc"
    left.parent.mkdir()
    left.write_bytes(b"")
    assert CompiledSource(source, host()).digest == before


def test_without_its_python_a_layer_is_the_source(source: Path, tmp_path: Path) -> None:
    interpreter.cache_clear()
    elsewhere = CompiledSource(source, Target("9.7", "arm64"))
    made = elsewhere.built(tmp_path / "cache")
    assert not elsewhere.compiled
    assert [file.name for file in made.rglob("*.py*")] == ["__init__.py"]
    assert elsewhere.digest != CompiledSource(source, host()).digest


def test_what_is_no_python_is_told_with_its_place(source: Path, tmp_path: Path) -> None:
    (source / "python" / "ours" / "bad.py").write_text("def :\n")
    with pytest.raises(CompileError, match=r"bad\.py"):
        CompiledSource(source, host()).built(tmp_path / "cache")
    assert not list((tmp_path / "cache").iterdir())
