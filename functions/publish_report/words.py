"""Numbers and findings as people read them."""

from datetime import date

from darkroom.latency import Waited
from functions.publish_report.figures import Check, Report, Verdict

UNITS = ("bytes", "KB", "MB", "GB", "TB", "PB")
SAID = {
    Verdict.AGREES: "The figures agree",
    Verdict.AGREES_WHERE_LOOKED: "The figures agree where they were recounted",
    Verdict.DISAGREES: "The figures do not agree",
    Verdict.NOT_KNOWN: "Nothing could be recounted",
}


def size(count: int) -> str:
    """Return a number of bytes in a unit that leaves up to three digits before the point."""
    value, unit = float(count), 0
    while abs(value) >= 999.5 and unit < len(UNITS) - 1:
        value, unit = value / 1000, unit + 1
    digits = 0 if unit == 0 or abs(value) >= 99.95 else 1
    return f"{value:,.{digits}f} {UNITS[unit]}"


def share(part: int, whole: int) -> str:
    """Return a part of a whole in per cent; one that is there is never nothing."""
    if not whole or not part:
        return "0 %"
    percent = 100 * part / whole
    return "< 0.1 %" if percent < 0.1 else f"{percent:.1f} %"


def day(text: str, *, year: bool = True) -> str:
    """Return a day such as 21 November 2026, or 21 Nov."""
    of = date.fromisoformat(text)
    return f"{of.day} {of:%B %Y}" if year else f"{of.day} {of:%b}"


def ready_within(waited: Waited) -> tuple[str, str]:
    """Return how long half of the uploads waited, and how long nearly all of them."""
    if waited.latency is None:
        return "–", waited.missing or "not measured"  # noqa: RUF001
    p50, p95, p99 = (f"{ms / 1000:,.1f} s" for ms in vars(waited.latency).values())
    return p50, f"half of them; 95 % within {p95}, 99 % within {p99}"


def title(report: Report) -> str:
    """Return which days a report is of."""
    if report.first_day == report.last_day:
        return day(report.last_day)
    return f"{day(report.first_day)} to {day(report.last_day)}"


def recounted(check: Check) -> str:
    """Return what a recount looked at, as one sentence or two."""
    looked = f"{check.compared:,} objects were held against the ledger"
    if check.recounted_shards:
        looked += f", and the sums of {check.recounted_shards} shards were added up anew"
    if check.verdict is Verdict.NOT_KNOWN:
        looked = "No figure was held against the catalog"
    found = f"; {check.wrong:,} differ" if check.wrong else ""
    left = f" Not looked at: {'; '.join(check.gaps)}." if check.gaps else ""
    return f"{looked}{found}.{left}"
