"""The layers that are really built: complete, for their target, and importable on this machine."""

import os
import re
import subprocess
import sys
from importlib.metadata import Distribution, PathDistribution
from pathlib import Path

import pytest

from stacks.bytecode import interpreter
from stacks.config import LAMBDA, LAMBDA_X86, Target, host
from stacks.wheels import Wheels, WheelsError
from tests.stacks.synthesis import ROOT

ON_AWS = pytest.mark.parametrize(
    ("layer", "target"),
    [("imaging", LAMBDA), ("powertools", LAMBDA), ("resizing", LAMBDA_X86)],
    ids=["imaging", "powertools", "resizing"],
)
CACHE = ROOT / ".build" / "layers"
PINNED = re.compile(r"^([a-z0-9._-]+)==(\S+)", re.MULTILINE | re.IGNORECASE)
ELF_MACHINE = {"arm64": 0xB7, "x86_64": 0x3E}


def wheels(layer: str, target: Target) -> Wheels:
    return Wheels(ROOT / "layers" / layer / "requirements.txt", target)


def built(layer: str, target: Target) -> Path:
    return wheels(layer, target).built(CACHE) / "python"


def distributions(folder: Path) -> list[Distribution]:
    return [PathDistribution(info) for info in folder.glob("*.dist-info")]


def tags(distribution: Distribution) -> set[tuple[str, ...]]:
    """Return (python, ABI, platform) of each tag that the wheel was made for."""
    text = distribution.read_text("WHEEL") or ""
    return {tuple(tag.split("-")) for tag in re.findall(r"^Tag: (\S+)", text, re.MULTILINE)}


def runs_on_lambda(platform: str, target: Target) -> bool:
    """Return whether a wheel needs Lambda's processor, and glibc 2.28 or older."""
    found = re.fullmatch(r"manylinux_2_(\d+)_(\w+)", platform.replace("2014", "_2_17"))
    machine = {"arm64": "aarch64", "x86_64": "x86_64"}[target.architecture]
    return found is not None and int(found[1]) <= 28 and found[2] == machine


def normal(name: str) -> str:
    return re.sub("[-_.]+", "-", name).lower()


@ON_AWS
def test_a_layer_holds_what_its_requirements_name_and_no_more(layer: str, target: Target) -> None:
    text = (ROOT / "layers" / layer / "requirements.txt").read_text()
    wanted = {(normal(name), version) for name, version in PINNED.findall(text)}
    found = distributions(built(layer, target))
    assert {(normal(each.name), each.version) for each in found} == wanted


@ON_AWS
def test_every_wheel_is_for_lambdas_python_and_platform(layer: str, target: Target) -> None:
    python = "cp" + target.python.replace(".", "")
    for each in distributions(built(layer, target)):
        for tag in tags(each):
            anywhere = tag[0].startswith("py") and tag[2] == "any"
            assert anywhere or (tag[0] == python and runs_on_lambda(tag[2], target)), each.name


@ON_AWS
def test_all_machine_code_is_for_lambdas_processor(layer: str, target: Target) -> None:
    for library in built(layer, target).rglob("*.so*"):
        head = library.read_bytes()[:20]
        assert head[:4] == b"\x7fELF", library
        assert int.from_bytes(head[18:20], "little") == ELF_MACHINE[target.architecture], library


def test_the_imaging_layer_brings_its_machine_code() -> None:
    names = {file.name for file in built("imaging", LAMBDA).rglob("*.so")}
    assert "_imaging.cpython-313-aarch64-linux-gnu.so" in names


def test_layers_hold_no_sdk_and_stay_below_lambdas_limit() -> None:
    total = 0
    for layer, target in (("resizing", LAMBDA_X86), ("powertools", LAMBDA)):
        folder = built(layer, target)
        assert not (folder / "boto3").exists()
        total += sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    assert total < 100 * 1024 * 1024  # of 250 MB, unzipped, with the function


def test_layers_of_this_machine_can_be_imported_from_opt_alone() -> None:
    kinds = ("imaging", "powertools")
    folders = [str(built(layer, host())) for layer in kinds]
    folders.append(str(ROOT / "layers" / "shared" / "python"))
    subprocess.run(
        [sys.executable, "-S", "-W", "error", "-c", IMPORTS],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(folders)},
        check=True,
        timeout=60,
    )


# -S: without this environment's own packages, as in Lambda. Its SDK comes with Lambda.
IMPORTS = """
import darkroom, darkroom.refusals, darkroom.pictures
from PIL import Image, features
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.utilities.batch.exceptions import BatchProcessingError
assert features.check("webp") and features.check("jpg")
Image.new("RGB", (4, 3)).resize((2, 2))
"""


def test_bytecode_is_there_where_its_python_is() -> None:
    here = set(built("imaging", host()).rglob("__pycache__/Image.*.pyc"))
    assert [file.name for file in here] == [f"Image.{sys.implementation.cache_tag}.pyc"]
    there = {file.name for file in built("imaging", LAMBDA).rglob("__pycache__/Image.*.pyc")}
    assert there == ({"Image.cpython-313.pyc"} if interpreter(LAMBDA.python) else set())


def test_a_layer_is_built_once(tmp_path: Path) -> None:
    requirements = tmp_path / "empty" / "requirements.txt"
    requirements.parent.mkdir()
    requirements.write_text("# nothing\n")
    home = Wheels(requirements, host()).built(tmp_path / "cache")
    (home / "mark").touch()
    assert (Wheels(requirements, host()).built(tmp_path / "cache") / "mark").exists()
    assert [each.name for each in (tmp_path / "cache").iterdir()] == [home.name]


def test_another_target_or_requirement_is_another_layer(tmp_path: Path) -> None:
    requirements = tmp_path / "requirements.txt"
    requirements.write_text("a==1\n")
    one = Wheels(requirements, LAMBDA).digest
    assert one != Wheels(requirements, host()).digest
    requirements.write_text("a==2\n")
    assert one != Wheels(requirements, LAMBDA).digest


def test_a_failure_shows_the_error_of_uv_and_leaves_nothing(tmp_path: Path) -> None:
    requirements = tmp_path / "requirements.txt"
    requirements.write_text("pillow==13.0.0\n")  # no hash
    with pytest.raises(WheelsError, match=r"pillow==13\.0\.0"):
        Wheels(requirements, LAMBDA).built(tmp_path / "cache")
    assert not list((tmp_path / "cache").iterdir())
