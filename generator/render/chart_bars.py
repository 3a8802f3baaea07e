"""A plot of type `bars` and a width → a sheet: horizontal bars in panels, labelled at their ends.

    title  total      title  total
    label ▇▇▇▇ 1,2    ▇▇ 0,6
    label ▇▇ 0,4      ▇▇▇▇▇ 1,5

Labels stand once, left of a row of panels, when its panels show the same categories in the same order. Panels that
share a unit share a scale, which is the largest at which every number still fits beside its bar.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ..model import Panel, Plot, Point
from .chart_sheet import (
    Field,
    Head,
    Mark,
    Rule,
    Sheet,
    Word,
    as_float,
    colour_is,
    grid,
    legend,
    panel_head,
    point_colour,
    status_words,
    unit_shown,
)
from .chart_theme import FAINT, INK, LINE, QUIET, WIDTHS, ZERO, Width, text_width, wrap_text

BAR = 14
ROW = 20
TIGHT = 18
GAP = 30
PAD = 5
AWAY = 9


@dataclass(frozen=True)
class Group:
    """A category: the lines of its label, and a point with the lines of its own label for each bar."""

    label: tuple[str, ...]
    bars: tuple[tuple[tuple[str, ...], Point], ...]

    @property
    def skeleton(self) -> tuple[object, ...]:
        """What two panels must have in common to share their labels."""
        return self.label, tuple((label, point.category, point.series) for label, point in self.bars)


@dataclass(frozen=True)
class Gutter:
    """The room left of the bars: how wide the categories' and the series' labels are, and where the former stand."""

    category: float
    series: float
    above: bool
    pitch: float

    @property
    def width(self) -> float:
        """Both, with the space that parts them from the bars."""
        parts = [self.series] if self.above else [self.category, self.series]
        return math.ceil(sum(part + AWAY for part in parts if part))


@dataclass(frozen=True)
class Frame:
    """How the panels of a plot are laid out: what they share."""

    plot: Plot
    columns: int
    every: bool
    gutter: Gutter
    bars: float

    def left(self, column: int) -> float:
        """Where the bars of a column of panels start."""
        own = self.gutter.width * (column + 1 if self.every else 1)
        return own + column * (self.bars + GAP)


def lay_out_bars(plot: Plot, width: Width) -> Sheet:
    """The sheet of a plot of horizontal bars."""
    total = WIDTHS[width]
    columns = max(1, min(plot.columns, len(plot.panels))) if width == "wide" else 1
    frame = _frame(plot, total, columns)
    names = plot.colours if plot.colours and not colour_is(plot, "category") else ()
    legend_words, swatches, y = legend(names, total)
    words, rules, fields = list(legend_words), list[Rule](), list[Field]()
    for number, row in enumerate(grid(plot.panels, columns)):
        y += 20 if number else 0
        heads = [_head(frame, panel, column, first_row=number == 0) for column, panel in enumerate(row)]
        top = y + max(head.height for head in heads)
        for column, (panel, head) in enumerate(zip(row, heads, strict=True)):
            words += head.at(_title_x(frame, column), y)
            groups = _groups(panel, frame.gutter)
            if column == 0 or frame.every:
                words += _labels(frame, groups, frame.left(column), top)
            field, values = _bars(frame, panel, groups, frame.left(column), top)
            fields.append(field)
            words += values
            zero = round(field.pixel(0)) + 0.5
            rules.append(Rule(zero, top, zero, top + _height(groups, frame.gutter), ZERO, over=True))
        y = top + max(_height(_groups(panel, frame.gutter), frame.gutter) for panel in row)
    status, height = status_words(plot, total, y)
    return Sheet(total, height, (*words, *status), tuple(rules), swatches, tuple(fields))


def _frame(plot: Plot, total: float, columns: int) -> Frame:
    loose = Gutter(0, 0, False, ROW)
    every = any(
        len({tuple(group.skeleton for group in _groups(panel, loose)) for panel in row}) > 1
        for row in grid(plot.panels, columns)
    )
    share = total / columns if every else total
    gutter = _gutter(plot, share, narrow=share < 500)
    bars = (total - gutter.width * (columns if every else 1) - GAP * (columns - 1)) // columns
    if columns > 1 and bars < 130:
        return _frame(plot, total, columns - 1)
    return Frame(plot, columns, every, gutter, bars)


def _gutter(plot: Plot, total: float, *, narrow: bool) -> Gutter:
    points = [point for panel in plot.panels for point in panel.points]
    legended = colour_is(plot, "series")
    series = [] if legended else [point.series_label for point in points if point.series_label]
    limit = total * (0.22 if series else 0.3) if not narrow else total * (0.3 if series else 0.45)
    natural = max((text_width(point.category_label) for point in points), default=0)
    above = bool(series) and narrow and natural > limit
    return Gutter(
        _widest((point.category_label for point in points), limit),
        _widest(series, total * 0.3),
        above,
        TIGHT if legended or series else ROW,
    )


def _widest(labels: Iterable[str], limit: float) -> float:
    return max((text_width(line) for label in labels for line in wrap_text(label, limit)), default=0.0)


def _groups(panel: Panel, gutter: Gutter) -> tuple[Group, ...]:
    """The points of a panel by category, in the order in which categories appear, with their labels wrapped."""
    categories: dict[str, list[Point]] = {}
    for point in panel.points:
        categories.setdefault(point.category, []).append(point)
    room = 1e9 if gutter.above else gutter.category + 0.01
    return tuple(
        Group(
            wrap_text(points[0].category_label, room),
            tuple(
                (wrap_text(point.series_label, gutter.series + 0.01) if gutter.series else ("",), point)
                for point in points
            ),
        )
        for points in categories.values()
    )


def _rows(groups: tuple[Group, ...], gutter: Gutter) -> Iterator[tuple[Group, float, tuple[float, ...], float]]:
    """Each group with its top, the middles of its bars, and its height; relative to the first."""
    top = 0.0
    for group in groups:
        heights = [max(gutter.pitch, LINE * len(label) + 4) for label, _ in group.bars]
        head = LINE * len(group.label) + 6 if gutter.above else 0
        own = 0 if gutter.above else LINE * len(group.label) + 6
        slack = max(0.0, own - sum(heights)) if len(heights) == 1 else 0.0
        middles, y = [], top + head
        for height in heights:
            middles.append(y + (height + slack) / 2)
            y += height + slack
        tall = max(y - top, own)
        yield group, top, tuple(middles), tall
        top += tall + (10 if len(heights) > 1 else 0)


def _height(groups: tuple[Group, ...], gutter: Gutter) -> float:
    rows = list(_rows(groups, gutter))
    return rows[-1][1] + rows[-1][3] if rows else 0.0


def _labels(frame: Frame, groups: tuple[Group, ...], x: float, top: float) -> Iterator[Word]:
    """Labels in the gutter that ends at `x`: those of the bars beside them, those of groups at the far left."""
    gutter = frame.gutter
    for group, start, middles, _ in _rows(groups, gutter):
        text, lift = "\n".join(group.label), LINE * (len(group.label) - 1) / 2
        if gutter.series or gutter.above:
            yield Word(x - gutter.width, top + start + gutter.pitch / 2, text)
        else:
            yield Word(x - AWAY, top + (middles[0] + middles[-1]) / 2 - lift, text, align="right")
        for (label, _), middle in zip(group.bars, middles, strict=True):
            if gutter.series:
                y = top + middle - LINE * (len(label) - 1) / 2
                yield Word(x - AWAY, y, "\n".join(label), align="right", colour=QUIET)


def _bars(
    frame: Frame, panel: Panel, groups: tuple[Group, ...], x: float, top: float
) -> tuple[Field, tuple[Word, ...]]:
    """The bars of a panel with their printed values."""
    scale, zero = _scale([each for each in frame.plot.panels if each.unit == panel.unit], frame.bars)
    field = Field("bars", (-zero / scale, (frame.bars - zero) / scale), (x, x + frame.bars), BAR, ())
    marks, words = [], []
    for group, _, middles, _ in _rows(groups, frame.gutter):
        for (_, point), middle in zip(group.bars, middles, strict=True):
            number, colour = as_float(point), point_colour(frame.plot, point)
            if number is not None:
                marks.append(Mark(number, top + middle, colour, point.sentence))
            end = field.pixel(number or 0)
            behind = number is not None and number < 0
            words.append(
                Word(
                    end - PAD if behind else end + PAD,
                    top + middle,
                    point.printed or ":",
                    align="right" if behind else "left",
                    colour=QUIET if colour == FAINT else INK,
                    sentence=point.sentence if number is None else "",
                )
            )
    return Field(field.kind, field.domain, field.range, BAR, tuple(marks)), tuple(words)


def _scale(panels: Iterable[Panel], room: float) -> tuple[float, float]:
    """Pixels for one unit, as many as fit, and the pixels left of zero."""
    labels = [(as_float(point) or 0.0, text_width(point.printed or ":") + PAD + 2)
              for panel in panels for point in panel.points]  # fmt: skip
    longest = max((abs(number) for number, _ in labels), default=0) or 1.0

    def sides(scale: float) -> tuple[float, float]:
        left = max((-number * scale + label for number, label in labels if number < 0), default=0.0)
        return left, max((number * scale + label for number, label in labels if number >= 0), default=0.0)

    low, high = 0.0, room / longest
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if sum(sides(middle)) <= room - 1 else (low, middle)
    scale = max(low, 1e-9)
    return scale, math.ceil(sides(scale)[0])


def _head(frame: Frame, panel: Panel, column: int, *, first_row: bool) -> Head:
    room = frame.left(column) + frame.bars - _title_x(frame, column)
    return panel_head(panel, unit_shown(frame.plot, panel, first_row=first_row), room)


def _title_x(frame: Frame, column: int) -> float:
    """Titles stand above the bars, or above the labels where a panel has the whole width."""
    if frame.columns == 1:
        return 0.0
    return frame.left(column) - (frame.gutter.width if frame.every else 0)
