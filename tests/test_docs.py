"""What the README and the docs say exists, exists."""

import re
import shlex
from pathlib import Path

import pytest

from darkroom.refusals import Reason
from local.command_line import parser
from operations import options as operator
from stacks.config import StageConfig, production, sandbox
from stacks.constructs.python_function import function_folders

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
# Fields that make a stage what it is: whoever changes them makes another stage.
NOT_FOR_USERS = {
    "name",
    "owner",
    "target",
    "resizing_target",
    "empty_buckets",
    "tested_by",
    "sweep_scheduled",
}
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def table_under(heading: str) -> list[list[str]]:
    """Return the cells of the tables in a section, without their header lines."""
    section = README.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    rows = [line.strip("|").split("|") for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row] for row in rows if set(row[0]) - set("-| ")]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text()):
        assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_named_files_and_folders_are_there(page: Path) -> None:
    first = r"(?:functions|gallery|layers|stacks|local|operations|tests|docs)"
    for name in re.findall(rf"`({first}/[\w./]*)`", page.read_text()):
        assert (ROOT / name).exists(), name


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_make_targets_are_there(page: Path) -> None:
    targets = re.findall(r"^([a-z-]+):.*?## ", (ROOT / "Makefile").read_text(), re.MULTILINE)
    for target in re.findall(r"(?:`|^)make ([a-z-]+)", page.read_text(), re.MULTILINE):
        assert target in targets, target


def test_commands_of_the_local_cloud_are_there() -> None:
    for command in re.findall(r"python3 -m local ([a-z]+)", README):
        assert parser().parse_args([command])


def test_commands_of_the_operator_are_there_as_they_are_written() -> None:
    lines = re.findall(r"^python3 -m operations (.*?)(?:  #.*)?$", README, re.MULTILINE)
    assert len(lines) > 5
    for line in lines:
        assert operator.parser().parse_args(shlex.split(line))


def test_the_readme_opens_with_the_flow_and_the_two_commands() -> None:
    opening = README.split("\n## ")[0]
    for folder in function_folders():
        assert folder in opening
    assert (
        opening.index("make_thumbnails") < opening.index("make demo") < opening.index("make test")
    )


def test_every_reason_of_refusal_is_explained() -> None:
    explained = {row[0].strip("`") for row in table_under("What is kept")}
    assert explained >= set(Reason)


def test_the_gallery_says_each_reason_in_a_sentence() -> None:
    words = (ROOT / "gallery" / "src" / "state" / "words.ts").read_text()
    table = words.split("const REASONS")[1].split("};")[0]
    said = dict(re.findall(r'^  (\w+): "(.*)",$', table, re.MULTILINE))
    assert list(said) == list(Reason)
    assert all(re.fullmatch(r"[A-Z].*\.", sentence) for sentence in said.values())


def test_the_configuration_table_is_true() -> None:
    rows = {row[0]: row[1:3] for row in table_under("Configure it")[1:]}
    shown = {"`keep_data`": ("no", "yes"), "`alarm_email`": ("none", "none")}
    for field in ("cold_after_days", "noncurrent_days", "tombstone_days", "max_concurrency"):
        values = [str(getattr(stage(), field)) for stage in (sandbox, production)]
        [row] = [cells for names, cells in rows.items() if f"`{field}`" in names]
        assert row[0].startswith(values[0])
        assert row[1].startswith(values[1]) or row[1] == "the same"
    for names, cells in shown.items():
        assert tuple(rows[names]) == cells
    named = {name for names in rows for name in re.findall("`(.*?)`", names)}
    assert named == set(StageConfig.__dataclass_fields__) - NOT_FOR_USERS


def test_pictures_say_what_they_show() -> None:
    shown = dict(re.findall(r"!\[(.*?)\]\((.*?)\)", README))
    assert set(shown.values()) == {"docs/images/gallery-dark.png", "docs/images/picture-dark.png"}
    assert all(len(words.split()) > 5 for words in shown)
