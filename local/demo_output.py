"""What the demo prints: the pictures, the report, the verdict and what to do next."""

import shlex
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from local.agreement import Findings, Report
from local.cloud import Cloud
from local.gallery.people import ALICE

Row = tuple[str, ...]


def print_pictures(findings: Findings, changed_at: Mapping[str, datetime]) -> None:
    """Print a line for each key, with the time from its last change to its last facet."""
    rows: list[Row] = [("KEY", "STATE", "READY IN", "SIZE", "THUMBNAILS", "METADATA")]
    rows += [_row(findings, key, changed) for key, changed in changed_at.items()]
    _print_table(rows)


def _row(findings: Findings, key: str, changed_at: datetime) -> Row:
    metadata, thumbnails = findings.facet(key, "METADATA"), findings.facet(key, "THUMBNAILS")
    size = f"{metadata['width']}x{metadata['height']}" if "width" in metadata else ""
    made = " ".join(f"{width}x{height}" for width, height in sorted(sizes(thumbnails).values()))
    return (
        key,
        _state(metadata, thumbnails),
        _elapsed(changed_at, metadata, thumbnails),
        size,
        made or str(thumbnails.get("reason", "none")),
        _described(metadata),
    )


def _state(*facets: dict[str, Any]) -> str:
    """Return what all facets agree on; else that one of them is missing or refused."""
    states = {facet.get("state", "MISSING") for facet in facets}
    return str(next((state for state in ("MISSING", "REJECTED") if state in states), max(states)))


def sizes(facet: dict[str, Any]) -> dict[str, tuple[int, int]]:
    """Return width and height of each variant that a facet names."""
    variants = facet.get("variants", {}).items()
    return {name: (int(made["width"]), int(made["height"])) for name, made in variants}


def _elapsed(changed_at: datetime, *facets: dict[str, Any]) -> str:
    if not all("recorded_at" in facet for facet in facets):
        return "never"
    latest = max(datetime.fromisoformat(facet["recorded_at"]) for facet in facets)
    return f"{max(0.0, (latest - changed_at).total_seconds()):.1f} s"


def _described(metadata: dict[str, Any]) -> str:
    frames = metadata.get("frames", 1)
    facts = [
        metadata.get("reason"),
        metadata.get("format"),
        f"{frames} frames" if frames > 1 else None,
        metadata.get("camera_model"),
        f"taken {metadata['taken_at'][:10]}" if "taken_at" in metadata else None,
    ]
    return ", ".join(fact for fact in facts if fact)


def print_report(report: Report) -> None:
    """Print the lines of the report."""
    rows: list[Row] = [("REPORT", "", "OBJECTS", "BYTES", "REJECTED")]
    for (dimension, name), measures in sorted(report.items()):
        counts = (str(measures.get(m, 0)) for m in ("objects", "bytes", "rejected"))
        rows.append((dimension.lower(), "" if dimension == "ALL" else name, *counts))
    _print_table(rows)


def _print_table(rows: list[Row]) -> None:
    widths = [max(map(_columns, column)) for column in zip(*rows, strict=True)]
    print()
    for row in rows:
        cells = zip(row, widths, strict=True)
        print("  ".join(cell + " " * (width - _columns(cell)) for cell, width in cells).rstrip())


def _columns(text: str) -> int:
    """Return how many columns a terminal takes for *text*: Chinese characters take two each."""
    return sum(1 + (unicodedata.east_asian_width(character) in "WF") for character in text)


def print_verdict(findings: Findings, problems: list[str]) -> None:
    """Print whether all was as expected, and what was not."""
    print()
    if problems:
        print(f"{len(problems)} expectations did not hold:")
        print("\n".join(f"  - {problem}" for problem in problems))
        return
    print(
        f"All as expected: {len(findings.originals)} objects in the bucket, as many in the catalog"
        f" and in the report, {len(findings.thumbnails)} thumbnails, no dead letters."
    )


def print_next_steps(cloud: Cloud, bucket: str) -> None:
    """Print what a newcomer may try now."""
    home = shlex.quote(str(cloud.home_as_typed))
    steps = {
        f"source {home}/env.sh": "any AWS client now talks to this cloud",
        f"aws s3 cp photo.jpg s3://{bucket}/{ALICE}/": "upload your own; the gallery shows it",
        f"aws dynamodb scan --table-name {cloud.outputs()['CatalogTable']}": "see what is known",
        "python3 -m local logs make_thumbnails": "read what a function logged",
        "make down": "stop; `make up` continues where you left",
    }
    print("\nNext:")
    for command, purpose in steps.items():
        print(f"  {command}\n      {purpose}")


def print_gallery(cloud: Cloud) -> None:
    """Print where the gallery is and who may log in; the last lines are the ones that are seen."""
    print(f"\nThe gallery: {cloud.gallery.address}")
    for login in cloud.gallery.logins():
        sees = f"what lies below {login.owner}/" if login.owner else "all, and the report"
        print(f"  {login.email}  password {login.password}  sees {sees}")
    print("Sign in and drop some photos into the page: each develops before your eyes.")
