"""A function is packed under its dotted path, and anew only when it changed itself."""

import shutil
from pathlib import Path

import pytest
from aws_cdk import App, Stack
from aws_cdk import aws_lambda as lambda_

from stacks.constructs.python_function import function_code, function_folders
from tests.stacks.synthesis import ROOT

FOLDERS = function_folders()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    root = tmp_path / "repository"
    shutil.copytree(ROOT / "functions", root / "functions")
    (root / "README.md").write_text("read me")
    return root


def packed(root: Path, folder: str) -> Path:
    """Return the folder that CDK would zip; its name is the hash."""
    out = root.parent / f"{root.name}-{folder}"
    app = App(outdir=str(out))
    lambda_.Function(
        Stack(app, "Any"),
        "Any",
        code=function_code(folder, root=root),
        handler="any",
        runtime=lambda_.Runtime.PYTHON_3_13,
    )
    app.synth()
    [asset] = out.glob("asset.*")
    return asset


def files(folder: Path) -> set[str]:
    return {str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file()}


@pytest.mark.parametrize("folder", FOLDERS)
def test_only_the_folder_is_packed_under_its_dotted_path(repository: Path, folder: str) -> None:
    source = repository / "functions" / folder
    (source / "__pycache__").mkdir(exist_ok=True)
    (source / "__pycache__" / "handler.cpython-311.pyc").touch()
    wanted = {f"functions/{folder}/{file.name}" for file in source.iterdir() if file.is_file()}
    assert files(packed(repository, folder)) == wanted


def test_a_neighbour_does_not_change_a_functions_hash(repository: Path) -> None:
    # Elsewhere, because CDK remembers what it packed by path; where must not matter either.
    edited = shutil.copytree(repository, repository.parent / "edited")
    changed, *others = FOLDERS
    (edited / "functions" / changed / "new.py").write_text("new = True\n")
    (edited / "README.md").write_text("read this")
    (edited / "functions" / "newcomer").mkdir()
    (edited / "functions" / "newcomer" / "handler.py").touch()
    for folder in others:
        assert packed(edited, folder).name == packed(repository, folder).name
    assert packed(edited, changed).name != packed(repository, changed).name
