"""The report for people: one page with all that it needs in it."""

from xml.etree.ElementTree import Element

from functions.publish_report.as_data import refusals
from functions.publish_report.charts import Column, columns
from functions.publish_report.figures import Report, Verdict
from functions.publish_report.look import STYLE
from functions.publish_report.markup import Child, document, node
from functions.publish_report.tables import (
    days_table,
    drift_table,
    formats_table,
    owners_table,
    refusals_table,
)
from functions.publish_report.words import SAID, day, ready_within, recounted, share, size, title

# The page is opened from anywhere, and holds what strangers named: it may load and run nothing.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
SIGNS = {
    Verdict.AGREES: ("✓", "good"),
    Verdict.AGREES_WHERE_LOOKED: ("✓", "partly"),
    Verdict.DISAGREES: ("!", "bad"),
    Verdict.NOT_KNOWN: ("?", "partly"),
}


def as_page(report: Report) -> bytes:
    """Return the page."""
    return document(node("html", _head(report), _body(report), lang="en"))


def _head(report: Report) -> Element:
    return node(
        "head",
        node("meta", charset="utf-8"),
        node("meta", http_equiv="Content-Security-Policy", content=POLICY),
        node("meta", name="viewport", content="width=device-width, initial-scale=1"),
        node("meta", name="color-scheme", content="light dark"),
        node("title", f"Darkroom {report.stage}: {title(report)}"),
        node("style", STYLE),
    )


def _body(report: Report) -> Element:
    main = node("main", _verdict(report), _tiles(report), _uploads(report), _owners(report))
    main.append(node("div", _formats(report), _refused(report), class_="pair"))
    main.append(_drift(report))
    return node("body", _header(report), main, _footer(report))


def _header(report: Report) -> Element:
    return node(
        "header",
        node("p", f"Darkroom · {report.stage}", class_="eyebrow"),
        node("h1", f"Report of {day(report.last_day)}"),
        node("p", f"Uploads of {title(report)}, by the days of UTC. All else is as of "
             f"{_moment(report.made_at)}.", class_="lead"),
    )  # fmt: skip


def _verdict(report: Report) -> Element:
    sign, kind = SIGNS[report.check.verdict]
    examples = node("ul", *(node("li", each) for each in report.check.examples))
    return node(
        "section",
        node("span", sign, class_="sign", aria_hidden="true"),
        node(
            "div",
            node("h2", SAID[report.check.verdict]),
            node("p", recounted(report.check)),
            examples if len(examples) else None,
        ),
        class_=f"verdict {kind}",
    )


def _tiles(report: Report) -> Element:
    totals, owners = report.totals, report.owners
    uploaded = sum(line.objects for line in report.days)
    at_least = "" if owners.complete else "at least "
    refused = f"{share(totals.rejected, totals.objects)} of all"
    return node(
        "dl",
        _tile("Pictures", f"{totals.objects:,}", f"{uploaded:,} uploaded on these days"),
        _tile("Stored", size(totals.bytes), _each(report)),
        _tile("Refused", f"{totals.rejected:,}", refused),
        _tile("Owners", f"{at_least}{owners.number:,}", "with anything stored"),
        _tile("Ready within", *ready_within(report.waited)),
        class_="tiles",
    )


def _tile(name: str, value: str, more: str) -> Element:
    return node("div", node("dt", name), node("dd", value), node("dd", more, class_="more"))


def _each(report: Report) -> str:
    totals = report.totals
    if not totals.objects:
        return "nothing yet"
    each = f"{size(totals.bytes // totals.objects)} each, on average"
    return f"{each}, and {size(report.thumbnails_bytes)} of thumbnails"


def _uploads(report: Report) -> Element:
    counts = [
        Column(
            day(line.name, year=False),
            line.objects - line.rejected,
            line.rejected,
            f"{day(line.name)}: {line.objects - line.rejected:,} taken, {line.rejected:,} refused",
        )
        for line in report.days
    ]
    sizes = [
        Column(day(of.name, year=False), of.bytes, 0, f"{day(of.name)}: {size(of.bytes)}")
        for of in report.days
    ]
    legend = node("p", _key("lower", "taken"), _key("upper", "refused"), class_="legend")
    return _section(
        "Uploads by day",
        "What was uploaded on a day and is still there.",
        legend,
        _figure(columns(counts, title="Pictures uploaded, by day", words=lambda n: f"{n:,}")),
        node("h3", "Bytes by day"),
        _figure(columns(sizes, title="Bytes uploaded, by day", words=size)),
        _folded("The days as a table", days_table(report.days)),
    )


def _owners(report: Report) -> Element:
    owners = report.owners
    cut = "" if owners.complete else " There was no time to read all of them."
    shown = f"The {len(owners.top):,} with the most bytes, of {owners.number:,}.{cut}"
    return _section("Storage by owner", shown if owners.top else None, owners_table(owners))


def _formats(report: Report) -> Element:
    ready = [kind for kind in report.kinds if kind.state == "READY"]
    return _section("Formats", "Of the pictures that were taken.", formats_table(ready))


def _refused(report: Report) -> Element:
    return _section("Refused, and why", None, refusals_table(refusals(report)))


def _drift(report: Report) -> Element:
    drift = report.drift
    if drift is None:
        return _section("Drift", "No sweep has come to its end yet.")
    shards = ", ".join(map(str, drift.unverified_shards))
    left = f" Shards {shards} never stood still and were not recounted." if shards else ""
    said = f"What the sweep that ended on {_moment(drift.finished_at)} had found wrong.{left}"
    return _section("Drift", said, drift_table(drift.found))


def _footer(report: Report) -> Element:
    made = f"Made {_moment(report.made_at)} from the ledger's totals. "
    return node("footer", node("p", made, "The same figures lie beside this page as CSV and JSON."))


def _section(heading: str, lead: str | None, *children: Child) -> Element:
    said = node("p", lead, class_="lead") if lead else None
    return node("section", node("h2", heading), said, *children, class_="card")


def _figure(chart: Element) -> Element:
    return node("figure", chart, tabindex=0, role="group", aria_label="Chart; it may be scrolled")


def _key(kind: str, name: str) -> Element:
    return node("span", node("i", class_=kind), name)


def _folded(name: str, *children: Child) -> Element:
    return node("details", node("summary", name), *children)


def _moment(timestamp: str) -> str:
    return f"{day(timestamp[:10])}, {timestamp[11:16]} UTC"
