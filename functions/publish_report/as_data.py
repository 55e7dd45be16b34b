"""The report for programs: JSON, and CSV."""

import csv
import json
from collections.abc import Iterator
from dataclasses import asdict
from io import StringIO
from typing import Any

from darkroom.refusals import MEANINGS, Reason
from functions.publish_report.figures import Kind, Line, Report

COLUMNS = ("section", "name", "state", "objects", "bytes", "rejected")
# What spreadsheets take for the beginning of a formula, also in their wide forms.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001


def as_json(report: Report) -> bytes:
    """Return all of it."""
    told = asdict(report)
    told["check"]["verdict"] = report.check.verdict
    known = told.pop("waited")
    told |= {"latency": known["latency"], "latency_missing": known["missing"]}
    told["refusals"] = [
        {"reason": kind.name, "meaning": meaning(kind.name), "objects": kind.objects}
        for kind in refusals(report)
    ]
    return json.dumps(told, indent=2, ensure_ascii=False).encode() + b"\n"


def as_csv(report: Report) -> bytes:
    """Return one table of all figures, as RFC 4180 has it: `section` says what a row is of."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows([_safe(cell) for cell in row] for row in _rows(report))
    return text.getvalue().encode()


def refusals(report: Report) -> list[Kind]:
    """Return the kinds that are reasons."""
    return [kind for kind in report.kinds if kind.state == "REJECTED"]


def meaning(reason: str) -> str:
    """Return a reason in words."""
    return MEANINGS[Reason(reason)] if reason in MEANINGS else reason


def _rows(report: Report) -> Iterator[tuple[Any, ...]]:
    yield _row("total", report.totals)
    yield from (_row("day", line) for line in report.days)
    yield from (_row("owner", line) for line in report.owners.top)
    if report.owners.rest:
        yield _row("other owners", report.owners.rest)
    for kind in report.kinds:
        yield "kind", kind.name, kind.state, kind.objects, kind.bytes, ""


def _row(section: str, line: Line) -> tuple[Any, ...]:
    return section, line.name, "", line.objects, line.bytes, line.rejected


def _safe(cell: Any) -> Any:
    """Keep a spreadsheet from running a name: an apostrophe before it makes it text."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell
