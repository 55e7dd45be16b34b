"""The report's forms: a page that runs nothing and shows all, and data that hold no traps."""

import csv
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from io import StringIO
from typing import Any

import pytest

from functions.publish_report.as_data import as_csv, as_json
from functions.publish_report.charts import nice_top
from functions.publish_report.figures import Check, Drift, Kind, Line, Owners, Report
from functions.publish_report.page import as_page
from functions.publish_report.smoke import REPORT
from functions.publish_report.words import share, size

HOSTILE = (
    "<script>alert(1)</script>",
    "</style><img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "&lt;b&gt;",
    "a' onmouseover='x",
    "]]>--><!--",
)
VOID = {"meta"}
# What a page may be made of; whatever would load or run something is not among it.
ELEMENTS = {
    *("html", "head", "meta", "title", "style", "body", "header", "main", "section", "footer"),
    *("div", "dl", "dt", "dd", "h1", "h2", "h3", "p", "span", "i", "ul", "li", "bdi", "code"),
    *("figure", "svg", "g", "rect", "line", "text", "details", "summary"),
    *("table", "thead", "tbody", "tr", "th", "td"),
}


class Page(HTMLParser):
    """Reads a page as a browser would: its elements, their attributes and its text."""

    def __init__(self, body: bytes) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text: list[str] = []
        self.feed(body.decode())
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Hold its end against its beginning."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Note text."""
        self.text.append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        """Return the attributes of each such element."""
        return [attributes for name, attributes in self.elements if name == tag]


def any_report(*owners: str, **more: Any) -> Report:
    """Return a report with these owners."""
    top = tuple(Line(name, 2, 7, 1) for name in owners)
    return replace(REPORT, owners=Owners(top, Line("", 3, 9, 0), len(top) + 2), **more)


def test_hostile_names_stay_text() -> None:
    kinds = tuple(Kind("READY", name, 1, 1) for name in HOSTILE)
    reasons = tuple(Kind("REJECTED", name, 1, 1) for name in HOSTILE)
    check = Check(5, 5, 8, 1, HOSTILE, HOSTILE)
    drift = Drift(REPORT.made_at, dict.fromkeys(HOSTILE, 1))
    report = any_report(*HOSTILE, kinds=kinds + reasons, check=check, drift=drift, stage=HOSTILE[0])

    page = Page(as_page(report))

    assert {tag for tag, _ in page.elements} <= ELEMENTS
    for _, attributes in page.elements:
        assert not [name for name in attributes if name.startswith("on")]
    for name in HOSTILE:
        assert page.text.count(name) >= 3


def test_what_would_turn_the_writing_around_is_made_visible() -> None:
    text = Page(as_page(any_report("a\u202eb\u0007c\u2066d\U000e0041"))).text
    assert r"a\u{202e}b\u{7}c\u{2066}d\u{e0041}" in text


def test_the_page_loads_and_runs_nothing() -> None:
    body = as_page(any_report("alice"))
    page = Page(body)
    [policy] = [m["content"] for m in page.all("meta") if "http-equiv" in m]
    assert policy is not None
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'")
    for _, attributes in page.elements:
        assert not {"src", "href", "xlink:href", "style", "action"} & attributes.keys()
    assert not re.search(rb"https?:|url\(|@import|javascript:", body)


def test_every_chart_has_its_numbers_in_a_table() -> None:
    days = tuple(Line(f"2026-11-{n:02}", 1000 + n, n * 1_000_000, n) for n in range(1, 21))
    page = Page(as_page(any_report("alice", days=days)))
    charts = [svg for svg in page.all("svg") if svg.get("role") == "img"]
    assert len(charts) == 2
    assert all(chart["aria-label"] for chart in charts)
    # Bars in rows are for the eye only: the row has their number.
    assert all("aria-hidden" in svg for svg in page.all("svg") if svg not in charts)
    text = " ".join(page.text)
    for line in days:
        assert f"{line.objects:,}" in text
        assert size(line.bytes) in text
    assert all(th.get("scope") in ("row", "col") for th in page.all("th"))


def test_it_is_made_for_day_night_and_paper() -> None:
    body = as_page(REPORT)
    assert b"prefers-color-scheme: dark" in body
    assert b"@media print" in body
    assert [m for m in Page(body).all("meta") if m.get("name") == "color-scheme"]


@pytest.mark.parametrize("theme", [":root {\n", "dark) { :root {\n"])
def test_texts_have_enough_contrast(theme: str) -> None:
    style = as_page(REPORT).decode().split(theme, 1)[1].split("}", 1)[0]
    colours = dict(re.findall(r"--([\w-]+): #(\w{6})", style))
    for ink in ("ink", "soft"):
        for ground in ("page", "card"):
            assert contrast(colours[ink], colours[ground]) >= 4.5, (ink, ground)
    for wash in ("good-wash", "bad-wash", "partly-wash"):
        assert contrast(colours["ink"], colours[wash]) >= 4.5, wash
    for drawn in ("lower", "upper"):
        assert contrast(colours[drawn], colours["card"]) >= 3, drawn


def contrast(one: str, other: str) -> float:
    """Return the ratio of two colours as WCAG reckons it."""

    def light(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (0, 2, 4)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((light(one), light(other)))
    return (high + 0.05) / (low + 0.05)


def rows(report: Report) -> list[list[str]]:
    """Return the CSV's rows as a strict reader has them."""
    text = as_csv(report).decode()
    return list(csv.reader(StringIO(text, newline=""), strict=True))


def test_the_csv_is_rfc_4180() -> None:
    names = ('say "hi", you', "two\r\nlines", "plain")
    body = as_csv(any_report(*names))
    assert body.endswith(b"\r\n")
    assert b'"say ""hi"", you"' in body
    read = rows(any_report(*names))
    assert {len(row) for row in read} == {6}
    assert [row[1] for row in read if row[0] == "owner"] == list(names)
    assert body.count(b"\n") == body.count(b"\r\n")


@pytest.mark.parametrize("begins", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＠"])  # noqa: RUF001
def test_no_name_is_a_formula(begins: str) -> None:
    name = f'{begins}HYPERLINK("http://evil")'
    [owner] = [row for row in rows(any_report(name)) if row[0] == "owner"]
    assert owner[1] == f"'{name}"
    report = replace(REPORT, kinds=(Kind("READY", name, 1, 1),))
    assert [row[1] for row in rows(report) if row[0] == "kind"] == [f"'{name}"]


def test_the_json_has_names_as_they_are() -> None:
    told = json.loads(as_json(any_report(*HOSTILE)))
    assert [owner["name"] for owner in told["owners"]["top"]] == list(HOSTILE)
    assert told["check"]["verdict"] == "AGREES"


def test_sizes_and_shares_are_words() -> None:
    assert [size(n) for n in (0, 999, 1000, 999_499, 12_345_678, 10**17)] == [
        "0 bytes",
        "999 bytes",
        "1.0 KB",
        "999 KB",
        "12.3 MB",
        "100 PB",
    ]
    assert [share(*of) for of in ((0, 0), (0, 5), (1, 10**6), (1, 8))] == [
        "0 %",
        "0 %",
        "< 0.1 %",
        "12.5 %",
    ]


def test_the_top_of_a_chart_is_round_and_high_enough() -> None:
    for largest in [*range(2_000), 10**9, 10**15 + 1, 123_456_789]:
        top = nice_top(largest)
        assert largest <= top <= max(4, 2 * largest)
        assert top % 4 == 0
