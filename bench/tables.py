"""Lays out what was measured."""

from collections.abc import Iterable, Iterator, Sequence

from bench.contest import Result
from bench.imports import ImportTime
from bench.targets import ratios


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return lines of columns: the first ranged left, all others right."""
    lines = [list(header), *map(list, rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    lines.insert(1, ["-" * width for width in widths])
    return "\n".join(_line(line, widths) for line in lines)


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    first, *others = zip(cells, widths, strict=True)
    return "  ".join([first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in others)])


def results_table(results: list[Result]) -> str:
    """Return CPU time, our ratio to it, memory and quality for each source and contestant."""
    measured = ratios(results)
    header = ("source", "contestant", "CPU ms", "ours takes", "peak MB", "PSNR dB", "SSIM")
    return table(header, _rows(results, measured))


def _rows(
    results: list[Result], measured: dict[tuple[str, str], float]
) -> Iterator[tuple[str, ...]]:
    """Yield a row for each source and contestant; dashes for what a contestant cannot read."""
    found = {(result.source, result.contestant): result for result in results}
    contestants = dict.fromkeys(result.contestant for result in results)
    for source in dict.fromkeys(result.source for result in results):
        for contestant in contestants:
            result = found.get((source, contestant))
            yield _row(result, measured) if result else (source, contestant, "-", "", "-", "-", "-")


def _row(result: Result, measured: dict[tuple[str, str], float]) -> tuple[str, ...]:
    ratio = measured.get((result.source, result.contestant))
    quality = ("", "") if result.contestant == "floor" else _quality(result)
    return (
        result.source,
        result.contestant,
        f"{result.cpu_ms:.1f}",
        f"x {ratio:.2f}" if ratio else "",
        f"{result.peak_mb:.0f}",
        *quality,
    )


def _quality(result: Result) -> tuple[str, str]:
    if result.psnr_gain != result.psnr_gain:
        return "a pixel off", ""
    return f"{result.psnr_gain:+.2f}", f"{result.ssim_gain:+.4f}"


def imports_table(times: list[ImportTime]) -> str:
    """Return the import time of each function and the packages that it goes to."""
    rows = [(time.function, f"{time.total_ms:.0f}", _heaviest(time)) for time in times]
    return table(("function", "import ms", "most of it in"), rows)


def _heaviest(time: ImportTime) -> str:
    heaviest = list(time.packages.items())[:5]
    return ", ".join(f"{package} {spent:.0f}" for package, spent in heaviest)


def costs_table(costs: dict[str, float]) -> str:
    """Return what isolation costs."""
    return table(("isolation", "wall ms"), [(name, f"{ms:.2f}") for name, ms in costs.items()])
