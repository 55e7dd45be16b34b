"""What has to be reached, and what is not."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bench.contest import Result


@dataclass(frozen=True)
class Ratio:
    """Our CPU time on a source, as a multiple of another's: at most ``at_most``."""

    source: str
    other: str
    at_most: float


RATIOS = (
    Ratio("12 MP JPEG", "naive", 1 / 4.5),
    Ratio("12 MP JPEG", "floor", 1.35),
    Ratio("24 MP JPEG", "floor", 1.3),
    Ratio("48 MP JPEG", "floor", 1.15),
    Ratio("12 MP progressive", "floor", 1.2),
)
PEAK_MB = {"12 MP JPEG": 64.0}
LOSS_DB = 0.1


def ratios(results: Iterable[Result]) -> dict[tuple[str, str], float]:
    """Return our CPU time as a multiple of each other contestant's, by source and contestant."""
    spent = {(result.source, result.contestant): result.cpu_ms for result in results}
    return {
        (source, other): spent[source, "ours"] / cpu_ms
        for (source, other), cpu_ms in spent.items()
        if (source, "ours") in spent and other != "ours" and cpu_ms
    }


def missed(results: list[Result]) -> list[str]:
    """Return a line for each target that was measured and not met."""
    ours = [result for result in results if result.contestant == "ours"]
    return [*_too_slow(ratios(results)), *_too_large(ours), *_too_poor(ours)]


def _too_slow(measured: dict[tuple[str, str], float]) -> Iterator[str]:
    for target in RATIOS:
        ratio = measured.get((target.source, target.other), 0.0)
        if ratio > target.at_most:
            limit = f"at most {target.at_most:.2f}"
            yield f"{target.source}: {ratio:.2f} times the CPU time of {target.other}, {limit}"
    for (source, other), ratio in measured.items():
        if other == "pyvips" and source.endswith(("JPEG", "progressive")) and ratio > 1:
            yield f"{source}: behind pyvips, {ratio:.2f} times its CPU time"


def _too_large(ours: list[Result]) -> Iterator[str]:
    for result in ours:
        limit = PEAK_MB.get(result.source, float("inf"))
        if result.peak_mb > limit:
            yield f"{result.source}: {result.peak_mb:.0f} MB at most, {limit:.0f} MB wanted"


def _too_poor(ours: list[Result]) -> Iterator[str]:
    for result in ours:
        if not result.psnr_gain >= -LOSS_DB:  # also if a thumbnail is not of the size it should be
            yield f"{result.source}: {-result.psnr_gain:.2f} dB lost, at most {LOSS_DB} dB"
