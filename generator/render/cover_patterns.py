"""A seed and a size → a pattern for a cover: one of six families on one grid, so that covers look like siblings.

None looks like a chart: bars that were made up could be taken for numbers.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from .cover_shapes import MAIN, QUIET, SECOND, Shape, box, disc, margin_of


class Dice:
    """Numbers that look like chance and are the same for the same seed."""

    def __init__(self, seed: str) -> None:
        self._seed, self._count, self._bytes = seed.encode(), 0, b""

    def roll(self, sides: int) -> int:
        """A number from 0 to `sides` − 1, for a few sides."""
        if not self._bytes:
            self._bytes = hashlib.sha256(self._seed + self._count.to_bytes(4, "big")).digest()
            self._count += 1
        value, self._bytes = self._bytes[0], self._bytes[1:]
        return value * sides // 256

    def part(self) -> float:
        """A number from 0 to 1."""
        return self.roll(256) / 255


@dataclass(frozen=True)
class Grid:
    """Square cells in the middle of the paper."""

    left: float
    top: float
    cell: float
    columns: int
    rows: int

    @property
    def bottom(self) -> float:
        """The lower edge."""
        return self.top + self.rows * self.cell

    def cells(self) -> Iterator[tuple[float, float]]:
        """The upper left corner of each cell, column by column."""
        for column in range(self.columns):
            for row in range(self.rows):
                yield self.left + column * self.cell, self.top + row * self.cell


def pattern_shapes(seed: str, width: int, height: int) -> tuple[Shape, ...]:
    """The shapes of a seed's pattern."""
    dice = Dice(seed)
    family, cells = _FAMILIES[dice.roll(len(_FAMILIES))]
    return tuple(family(dice, _grid(width, height, cells)))


def _grid(width: int, height: int, cells: int) -> Grid:
    """A grid of `cells` along the shorter side, and as many as fit along the longer one."""
    margin = margin_of(width, height)
    cell = (min(width, height) - 2 * margin) / cells
    columns, rows = (max(1, int((side - 2 * margin) / cell + 0.01)) for side in (width, height))
    return Grid((width - columns * cell) / 2, (height - rows * cell) / 2, cell, columns, rows)


def _by_paint(parts: Iterable[tuple[str, str]]) -> Iterator[Shape]:
    """One shape for each paint, the quietest first."""
    paths: dict[str, list[str]] = {QUIET: [], SECOND: [], MAIN: []}
    for paint, path in parts:
        paths[paint].append(path)
    return (Shape(paint, "".join(each)) for paint, each in paths.items() if each)


def _stripes(dice: Dice, grid: Grid) -> Iterator[Shape]:
    """Upright stripes from edge to edge, thick and thin."""

    def parts() -> Iterator[tuple[str, str]]:
        units = grid.columns * 4
        x = 0
        while x < units:
            thick = min((1, 2, 3, 5)[dice.roll(4)], units - x)
            paint = (MAIN, SECOND, QUIET, SECOND, QUIET)[dice.roll(5)]
            unit = grid.cell / 4
            yield paint, box(grid.left + x * unit + 1.5, grid.top, thick * unit - 3, grid.bottom - grid.top)
            x += thick

    return _by_paint(parts())


def _rings(dice: Dice, grid: Grid) -> Iterator[Shape]:
    """Quarters of rings around a corner of each cell."""

    def parts() -> Iterator[tuple[str, str]]:
        for x, y in grid.cells():
            corner, turn = dice.roll(4), dice.roll(3)
            for number, (outer, inner) in enumerate(((0.96, 0.72), (0.62, 0.38), (0.28, 0.0))):
                paint = (MAIN, SECOND, QUIET)[(number + turn) % 3]
                yield paint, _quarter(x, y, grid.cell, corner, outer * grid.cell, inner * grid.cell)

    return _by_paint(parts())


def _weave(dice: Dice, grid: Grid) -> Iterator[Shape]:
    """Three short bars in each cell, lying or standing."""

    def parts() -> Iterator[tuple[str, str]]:
        cell = grid.cell
        for number, (x, y) in enumerate(grid.cells()):
            lying = (number // grid.rows + number % grid.rows) % 2
            paint = (MAIN, SECOND, SECOND, QUIET, QUIET)[dice.roll(5)]
            for bar in range(3):
                aside, thick, long = (0.06 + 0.32 * bar) * cell, 0.24 * cell, 0.88 * cell
                place = (x + 0.06 * cell, y + aside) if lying else (x + aside, y + 0.06 * cell)
                yield paint, box(*place, *((long, thick) if lying else (thick, long)))

    return _by_paint(parts())


def _dots(dice: Dice, grid: Grid) -> Iterator[Shape]:
    """Dots that swell and shrink like a wave."""
    turn, slope, length = 6.3 * dice.part(), dice.part() - 0.5, 3.5 + 3 * dice.part()

    def parts() -> Iterator[tuple[str, str]]:
        for number, (x, y) in enumerate(grid.cells()):
            column, row = divmod(number, grid.rows)
            wave = math.sin(turn + 6.3 * (column + 2.2 * slope * row) / length)
            radius = grid.cell * (0.25 + 0.17 * wave)
            paint = MAIN if wave > 0.72 else SECOND if wave > 0.2 else QUIET
            yield paint, disc(x + grid.cell / 2, y + grid.cell / 2, radius)

    return _by_paint(parts())


def _arcs(dice: Dice, grid: Grid) -> Iterator[Shape]:
    """A quarter of a disc in each cell."""

    def parts() -> Iterator[tuple[str, str]]:
        chosen = dice.roll(grid.columns * grid.rows)
        for number, (x, y) in enumerate(grid.cells()):
            paint = MAIN if number == chosen else (MAIN, SECOND, QUIET, QUIET, SECOND)[dice.roll(5)]
            yield paint, _quarter(x, y, grid.cell, dice.roll(4), 0.96 * grid.cell, 0)

    return _by_paint(parts())


def _quarter(x: float, y: float, cell: float, corner: int, outer: float, inner: float) -> str:
    """A quarter of a disc, or of a ring, around a corner of a cell."""
    right, down = corner % 2, corner // 2
    across, upright = (-1 if right else 1), (-1 if down else 1)
    cx, cy = x + cell * (0.98 if right else 0.02), y + cell * (0.98 if down else 0.02)
    sweep = 1 if right == down else 0
    o, i = round(outer), round(inner)
    start = f"M{cx + across * i:.1f} {cy:.1f}h{across * (o - i)}"
    arc = f"a{o} {o} 0 0 {sweep} {-across * o} {upright * o}"
    back = f"v{upright * (i - o)}a{i} {i} 0 0 {1 - sweep} {across * i} {-upright * i}" if inner else ""
    return f"{start}{arc}{back}z".replace(".0", "")


def _mosaic(dice: Dice, grid: Grid) -> Iterator[Shape]:
    """Squares in drifts of colour."""

    def parts() -> Iterator[tuple[str, str]]:
        first, second, turn = 0.5 + dice.part(), 0.5 + dice.part(), 6.3 * dice.part()
        for number, (x, y) in enumerate(grid.cells()):
            column, row = divmod(number, grid.rows)
            drift = math.sin(first * column + turn) + math.cos(second * row - turn) + 0.9 * (dice.part() - 0.5)
            paint = MAIN if drift > 0.75 else SECOND if drift > -0.1 else QUIET
            yield paint, box(x + 0.1 * grid.cell, y + 0.1 * grid.cell, 0.8 * grid.cell, 0.8 * grid.cell)

    return _by_paint(parts())


#: Each family, and how many cells of it stand along the shorter side.
_FAMILIES: tuple[tuple[Callable[[Dice, Grid], Iterable[Shape]], int], ...] = (
    (_stripes, 5),
    (_rings, 2),
    (_weave, 3),
    (_dots, 4),
    (_arcs, 2),
    (_mosaic, 5),
)
