"""Panels with a vertical number axis, and what draws the inside of one → a sheet."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ..model import Colour, Panel, Plot, Point
from .chart_sheet import Field, Rule, Sheet, Word, as_float, grid, legend, panel_head, status_words, unit_shown
from .chart_theme import QUIET, RULE, WIDTHS, ZERO, Width, text_width

GAP = 32
HEIGHTS: Mapping[Width, int] = {"wide": 240, "narrow": 200}
NARROWEST = 200


@dataclass(frozen=True)
class Scale:
    """A domain, the round numbers on it (none where the marks carry their own), and the format that prints those."""

    domain: tuple[float, float]
    ticks: tuple[float, ...]
    form: str

    @property
    def width(self) -> float:
        """The room that the printed numbers need, with the space that parts them from the marks."""
        printed = (f"{tick:{self.form}}".replace("-", "\u2212") for tick in self.ticks)
        return max((text_width(text) + 10 for text in printed), default=0.0)


@dataclass(frozen=True)
class Box:
    """The room of a panel's marks: without the axis numbers on its left and the names of lines on its right."""

    left: float
    right: float
    top: float
    bottom: float
    scale: Scale

    @property
    def width(self) -> float:
        """From edge to edge."""
        return self.right - self.left

    def pixel(self, number: float) -> float:
        """The height at which a number is drawn."""
        low, high = self.scale.domain
        return self.bottom + (number - low) / (high - low) * (self.top - self.bottom)


@dataclass(frozen=True)
class Drawn:
    """The inside of a panel, and how far it reaches down."""

    field: Field
    words: tuple[Word, ...]
    rules: tuple[Rule, ...]
    bottom: float


@dataclass(frozen=True)
class Frame:
    """What the panels of a plot share: the sheet's width, columns of panels, and room for axis numbers and names.
    `most` is the width that no panel's marks need to exceed."""

    plot: Plot
    total: float
    columns: int
    height: float
    left: float
    right: float
    most: float = math.inf

    @property
    def room(self) -> float:
        """The width of a panel's marks."""
        return min(self.most, (self.total - GAP * (self.columns - 1)) / self.columns - self.left - self.right)

    def start(self, column: int) -> float:
        """Where a column of panels starts."""
        return column * (self.left + self.room + self.right + GAP)


def plan_frame(plot: Plot, width: Width, *, left: float, right: float, most: float = math.inf) -> Frame:
    """The columns that a plot asks for, or as many as leave room for marks."""
    asked = max(1, min(plot.columns, len(plot.panels))) if width == "wide" else 1
    frames = [Frame(plot, WIDTHS[width], count, HEIGHTS[width], left, right, most) for count in range(asked, 0, -1)]
    return next((frame for frame in frames if frame.room >= min(NARROWEST, most)), frames[-1])


def lay_out_panels(
    frame: Frame,
    scales: Mapping[str, Scale],
    names: tuple[Colour, ...],
    draw: Callable[[Panel, Box], Drawn],
) -> Sheet:
    """The sheet: a legend if there are names, panels row by row, and the status of the data."""
    legend_words, swatches, y = legend(names, frame.total)
    words, rules, fields = list(legend_words), list[Rule](), list[Field]()
    for number, row in enumerate(grid(frame.plot.panels, frame.columns)):
        y += 22 if number else 0
        shown = frame.left + frame.room + frame.right
        heads = [panel_head(panel, unit_shown(frame.plot, panel, first_row=number == 0), shown) for panel in row]
        top = y + max(head.height for head in heads) + 8
        bottoms: list[float] = []
        for column, (panel, head) in enumerate(zip(row, heads, strict=True)):
            start = frame.start(column)
            left = start + frame.left
            box = Box(left, left + frame.room, top, top + frame.height, scales[panel.unit])
            drawn = draw(panel, box)
            words += [*head.at(start, y), *_axis_words(box), *drawn.words]
            rules += [*_axis_rules(box), *drawn.rules]
            fields.append(drawn.field)
            bottoms.append(drawn.bottom)
        y = max(bottoms)
    status, height = status_words(frame.plot, frame.total, y)
    return Sheet(frame.total, height, (*words, *status), tuple(rules), swatches, tuple(fields))


def _axis_words(box: Box) -> list[Word]:
    """The axis numbers; Vega prints them."""
    scale = box.scale
    return [
        Word(box.left - 8, box.pixel(tick), "", align="right", colour=QUIET, number=tick, format=scale.form)
        for tick in scale.ticks
    ]


def _axis_rules(box: Box) -> list[Rule]:
    """Light lines at the axis numbers, and the zero line when zero is in sight."""
    low, high = box.scale.domain
    lines = [(tick, RULE) for tick in box.scale.ticks if tick] + ([(0.0, ZERO)] if low <= 0 <= high else [])
    return [
        Rule(
            box.left + 1,
            round(box.pixel(number)) + 0.5,
            box.right - 1,
            round(box.pixel(number)) + 0.5,
            colour,
            not number,
        )
        for number, colour in lines
    ]


def numbers_by_unit(plot: Plot) -> dict[str, list[float]]:
    """All numbers of the panels that share a unit, and so a scale."""
    found: dict[str, list[float]] = {}
    for panel in plot.panels:
        numbers = (as_float(point) for point in panel.points)
        found.setdefault(panel.unit, []).extend(number for number in numbers if number is not None)
    return found


def by_category(panel: Panel) -> dict[str, list[Point]]:
    """The points of each category, in the order in which categories appear."""
    found: dict[str, list[Point]] = {}
    for point in panel.points:
        found.setdefault(point.category, []).append(point)
    return found
