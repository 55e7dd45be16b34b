"""Dependencies point one way: functions to darkroom to libraries, stacks to aws_cdk."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
OURS = {"app", "darkroom", "functions", "guard", "local", "operations", "stacks", "tests"}
FOLDERS = sorted(handler.parent.name for handler in ROOT.glob("functions/*/handler.py"))
AWS = {"boto3", "botocore", "aws_lambda_powertools"}
# Which of our own each room may import, besides itself.
MAY_IMPORT = {
    "layers/shared/python/darkroom": {"darkroom"},
    "functions": {"functions", "darkroom"},
    "stacks": {"stacks"},
    "local": {"local"},
    "operations": {"operations", "darkroom", "local", "stacks"},  # prices: see below
    "app.py": {"stacks"},
    "guard": {"guard", "app"},
}


def modules(room: str) -> list[Path]:
    path = ROOT / room
    return [path] if path.is_file() else sorted(path.rglob("*.py"))


def imports(file: Path) -> Iterator[str]:
    """Yield every module that a file imports when it runs, in functions as well."""
    for node in ast.walk(ast.parse(file.read_text())):
        assert not isinstance(node, ast.ImportFrom) or node.level == 0, f"{file}: a relative import"
        yield from names_of(node)


def names_of(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        yield node.module or ""


def imported(file: Path) -> set[str]:
    return {name.split(".")[0] for name in imports(file)}


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_a_room_imports_only_the_rooms_below_it(room: str) -> None:
    assert modules(room)
    for file in modules(room):
        assert imported(file) & OURS <= MAY_IMPORT[room], file


def test_an_operator_on_aws_needs_nothing_of_the_local_cloud() -> None:
    for file in modules("operations"):
        body = ast.parse(file.read_text()).body
        first = [name for node in body for name in names_of(node)]
        assert not [name for name in first if name.split(".")[0] == "local"], file


def test_of_the_stacks_an_operator_needs_the_prices_only() -> None:
    for file in modules("operations"):
        of_stacks = {name for name in imports(file) if name.split(".")[0] == "stacks"}
        assert of_stacks <= {"stacks"}, file
        assert "from stacks import " not in file.read_text().replace(
            "from stacks import prices", ""
        ), file


def test_stacks_know_aws_cdk_and_nothing_of_what_runs() -> None:
    for file in modules("stacks"):
        assert not imported(file) & {*AWS, "PIL", "moto"}, file


def test_what_runs_knows_nothing_of_where() -> None:
    for room in ("functions", "layers/shared/python/darkroom"):
        for file in modules(room):
            assert not imported(file) & {"aws_cdk", "constructs", "jsii"}, file


@pytest.mark.parametrize("folder", FOLDERS)
def test_functions_do_not_import_each_other(folder: str) -> None:
    for file in modules(f"functions/{folder}"):
        for name in imports(file):
            if name.startswith("functions"):
                assert name.startswith(f"functions.{folder}."), file


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_function_has_a_handler_and_settings(folder: str) -> None:
    files = {file.name for file in modules(f"functions/{folder}")}
    assert files >= {"handler.py", "settings.py"}


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_handler_holds_an_action_named_like_its_folder(folder: str) -> None:
    tree = ast.parse((ROOT / "functions" / folder / "handler.py").read_text())
    functions = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    assert {"handler", folder} <= functions


def test_nobody_edits_the_path() -> None:
    for room in MAY_IMPORT:
        for file in modules(room):
            assert "sys.path" not in file.read_text(), file


def test_no_module_is_called_after_nothing() -> None:
    for room in MAY_IMPORT:
        for file in modules(room):
            assert file.stem not in {"utils", "util", "helpers", "common", "main"}, file


def test_constructs_read_no_environment_and_no_context() -> None:
    for file in modules("stacks"):
        text = file.read_text()
        assert "environ" not in text.replace("environment", ""), file
        assert "try_get_context" not in text, file
