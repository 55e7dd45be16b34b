"""Charts as SVG: columns by day, and one bar in a row of a table."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import floor, log10
from xml.etree.ElementTree import Element

from functions.publish_report.markup import node

WIDTH, HEIGHT = 760, 230
LEFT, RIGHT, TOP, BOTTOM = 62, 8, 12, 26
GRID_LINES = 4
LABELS = 9


@dataclass(frozen=True)
class Column:
    """One day: what lies on the ground, what lies on that, and what is said of both."""

    label: str
    lower: int
    upper: int
    says: str


def columns(data: Sequence[Column], *, title: str, words: Callable[[int], str]) -> Element:
    """Draw columns over their labels; *words* writes what stands at the grid's lines."""
    top = nice_top(max((each.lower + each.upper for each in data), default=0))
    chart = node(
        "svg",
        node("title", title),
        viewBox=f"0 0 {WIDTH} {HEIGHT}",
        role="img",
        aria_label=title,
    )
    chart.extend(_grid(top, words))
    chart.extend(_columns(data, top))
    chart.extend(_labels(data))
    return chart


def bar(part: int, largest: int, *, colour: str = "") -> Element:
    """Draw one bar, as long as *part* is of *largest*; the number stands beside it as text."""
    length = 100 * part / largest if largest else 0
    if part:
        length = max(length, 1.2)
    drawn = node("rect", width=f"{length:.2f}", height=8, rx=1, class_=f"bar {colour}".strip())
    return node("svg", drawn, viewBox="0 0 100 8", preserveAspectRatio="none", aria_hidden="true")


def nice_top(largest: int) -> int:
    """Return a round number that is no less, and has four whole parts."""
    if largest <= GRID_LINES:
        return GRID_LINES
    ten = int(10 ** floor(log10(largest)))
    steps = (step * ten // 10 for step in (10, 12, 16, 20, 24, 32, 40, 60, 80, 100, 120))
    return next(step for step in steps if step >= largest and step % GRID_LINES == 0)


def _grid(top: int, words: Callable[[int], str]) -> Iterator[Element]:
    for number in range(GRID_LINES + 1):
        value = top * number // GRID_LINES
        y = f"{_y(value, top):.1f}"
        kind = "axis" if number == 0 else "grid"
        yield node("line", x1=LEFT, x2=WIDTH - RIGHT, y1=y, y2=y, class_=kind)
        yield node("text", words(value), x=LEFT - 8, y=y, dy="0.35em", text_anchor="end")


def _columns(data: Sequence[Column], top: int) -> Iterator[Element]:
    step = (WIDTH - LEFT - RIGHT) / max(1, len(data))
    width = step * (0.72 if step > 4 else 0.9)
    for number, each in enumerate(data):
        x = LEFT + number * step + (step - width) / 2
        middle, high = _y(each.lower, top), _y(each.lower + each.upper, top)
        yield node(
            "g",
            node("title", each.says),
            node("rect", x=f"{x - (step - width) / 2:.2f}", y=TOP, width=f"{step:.2f}",
                 height=HEIGHT - TOP - BOTTOM, class_="hit"),
            _box(x, middle, width, HEIGHT - BOTTOM, "lower"),
            _box(x, high, width, middle, "upper"),
        )  # fmt: skip


def _box(x: float, high: float, width: float, low: float, kind: str) -> Element | None:
    if low - high <= 0:
        return None
    # What is there is seen, however little it is beside the rest.
    height = max(low - high, 1)
    return node(
        "rect",
        x=f"{x:.2f}",
        y=f"{low - height:.2f}",
        width=f"{width:.2f}",
        height=f"{height:.2f}",
        class_=kind,
    )


def _labels(data: Sequence[Column]) -> Iterator[Element]:
    step = (WIDTH - LEFT - RIGHT) / max(1, len(data))
    every = max(1, -(-len(data) // LABELS))
    for number, each in enumerate(data):
        # Counted from the last day, which is the one that the report is named after.
        if (len(data) - 1 - number) % every == 0:
            x = min(LEFT + (number + 0.5) * step, WIDTH - RIGHT - 18)
            yield node("text", each.label, x=f"{x:.1f}", y=HEIGHT - 7, text_anchor="middle")


def _y(value: int, top: int) -> float:
    return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * value / top
