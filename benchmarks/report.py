"""Costs of each step → the tables that people read."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from measure import Measured

Costs = dict[str, list[Measured]]


@dataclass(frozen=True)
class Result:
    """A step over all runs: median, fastest and slowest time, median of the ratios to Hugo, CPU time, highest peak."""

    step: str
    seconds: float
    fastest: float
    slowest: float
    ratio: float | None
    cpu: float
    peak_mb: float


def results(costs: Costs, reference: str) -> list[Result]:
    """One result for each step. A run's ratio is to the reference's time in that same run."""
    base = [one.seconds for one in costs.get(reference, [])]
    found = []
    for step, many in costs.items():
        seconds = [one.seconds for one in many]
        ratio = median(mine / other for mine, other in zip(seconds, base, strict=True)) if base else None
        peak = max(one.peak_mb for one in many)
        cpu = median(one.cpu_seconds for one in many)
        found.append(Result(step, median(seconds), min(seconds), max(seconds), ratio, cpu, peak))
    return found


def table(rows: Sequence[Result]) -> str:
    """Steps below each other."""
    lines: list[tuple[str, ...]] = [("step", "seconds", "fastest", "slowest", "× Hugo", "CPU s", "peak MB")]
    for row in rows:
        ratio = "–" if row.ratio is None else f"{row.ratio:.2f}"
        times = (f"{seconds:.2f}" for seconds in (row.seconds, row.fastest, row.slowest))
        lines.append((row.step, *times, ratio, f"{row.cpu:.2f}", f"{row.peak_mb:.0f}"))
    return _align(lines)


def scales_table(by_size: Mapping[int, Costs]) -> str:
    """Median seconds of each step at each size, and how it grows from the smallest to the largest.

    Growth is the exponent g in time ∝ size^g: 1 is linear, 0 does not depend on the size, 2 is quadratic. `steepest`
    is the highest growth between two neighbouring sizes: what bends upwards shows there first.
    """
    sizes = sorted(by_size)
    lines = [("seconds at", *(str(size) for size in sizes), "growth", "steepest")]
    for step in by_size[sizes[0]]:
        times = [median(one.seconds for one in by_size[size][step]) for size in sizes]
        points = list(zip(sizes, times, strict=True))
        steps = [_growth(*pair) for pair in pairwise(points)]
        whole = _growth(points[0], points[-1])
        lines.append((step, *(f"{seconds:.2f}" for seconds in times), f"{whole:.2f}", f"{max(steps):.2f}"))
    return _align(lines)


def _growth(first: tuple[int, float], last: tuple[int, float]) -> float:
    return math.log(last[1] / first[1]) / math.log(last[0] / first[0])


def _align(lines: Sequence[tuple[str, ...]]) -> str:
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    return "\n".join("  ".join(_cells(line, widths)) for line in lines)


def _cells(line: tuple[str, ...], widths: Sequence[int]) -> list[str]:
    first, *others = (text.rjust(width) for text, width in zip(line, widths, strict=True))
    return [first.strip().ljust(widths[0]), *others]
