"""A plot of type `lines` and a width → a sheet: a line for each member, named at its right end.

Names that would collide are moved apart and led back to their line.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..model import Panel, Plot, Point
from .chart_axes import Box, Drawn, Scale, by_category, lay_out_panels, numbers_by_unit, plan_frame
from .chart_sheet import Field, Mark, Rule, Sheet, Word, as_float, point_colour, ticks
from .chart_theme import LINE, QUIET, WIDTHS, Width, text_width, wrap_text

LEAD = 16
EDGE = 6
STROKE = 2


@dataclass(frozen=True)
class Name:
    """The name of a line: its lines of text, its colour, and the point that it names."""

    text: tuple[str, ...]
    colour: str
    x: float
    y: float

    @property
    def height(self) -> float:
        """The room that it needs."""
        return LINE * len(self.text) + 1


def lay_out_lines(plot: Plot, width: Width) -> Sheet:
    """The sheet of a plot of lines."""
    scales = {unit: _scale(numbers) for unit, numbers in numbers_by_unit(plot).items()}
    limit = WIDTHS[width] * 0.36 if width == "narrow" else WIDTHS[width] / max(1, plot.columns) * 0.26
    labels = [_label(plot, point) for panel in plot.panels for point in panel.points]
    lines = [line for label in labels for line in wrap_text(label, limit)]
    room = max(map(text_width, lines), default=0.0)
    left = max((scale.width for scale in scales.values()), default=0.0)
    frame = plan_frame(plot, width, left=left, right=room + LEAD if room else 0.0)

    def draw(panel: Panel, box: Box) -> Drawn:
        places = _places(panel, box)
        marks = tuple(
            Mark(as_float(point), places[point.category], point_colour(plot, point), point.sentence, _line(point))
            for point in panel.points
        )
        field = Field("lines", box.scale.domain, (box.bottom, box.top), STROKE, marks)
        periods = tuple(_periods(panel, places, box))
        names = _names(plot, panel, places, box, room)
        words = [word for name, y in _part(names, box) for word in _name_words(name, y, box)]
        rules = [rule for name, y in _part(names, box) for rule in _leaders(name, y, box)]
        bottom = max((word.y + LINE * word.text.count("\n") for word in periods), default=box.bottom) + LINE / 2
        return Drawn(field, (*periods, *words), tuple(rules), bottom)

    return lay_out_panels(frame, scales, (), draw)


def _line(point: Point) -> str:
    return f"{point.colour}|{point.series}"


def _label(plot: Plot, point: Point) -> str:
    named = (colour.label for colour in plot.colours if colour.code == point.colour)
    return next(named, point.series_label)


def _scale(numbers: list[float]) -> Scale:
    """Round numbers around the data; zero belongs to them when it is not far."""
    low, high = min(numbers, default=0.0), max(numbers, default=1.0)
    if 0 < low < 0.4 * high:
        low = 0.0
    if 0.4 * low < high < 0:
        high = 0.0
    marks, form = ticks(low, high)
    return Scale((marks[0], marks[-1]), marks, form)


def _places(panel: Panel, box: Box) -> dict[str, float]:
    """Where each period stands, evenly from edge to edge."""
    periods = list(by_category(panel))
    if len(periods) == 1:
        return {periods[0]: (box.left + box.right) / 2}
    step = (box.width - 2 * EDGE) / max(1, len(periods) - 1)
    return {period: box.left + EDGE + number * step for number, period in enumerate(periods)}


def _periods(panel: Panel, places: dict[str, float], box: Box) -> Iterator[Word]:
    """The periods below the axis; every second one, third one … counted from the last, where they are many."""
    labels = [(places[category], points[0].category_label) for category, points in by_category(panel).items()]
    step = labels[1][0] - labels[0][0] if len(labels) > 1 else box.width
    every = next(
        (count for count in range(1, len(labels)) if all(_fits(label, count * step - 12) for _, label in labels)),
        max(1, len(labels)),
    )
    for number, (place, label) in enumerate(labels):
        if (len(labels) - 1 - number) % every == 0:
            lines = wrap_text(label, every * step - 12)
            yield Word(place, box.bottom + 14, "\n".join(lines), align="center", colour=QUIET)


def _fits(label: str, room: float) -> bool:
    lines = wrap_text(label, room)
    return len(lines) <= 2 and all(text_width(line) <= room for line in lines)


def _names(plot: Plot, panel: Panel, places: dict[str, float], box: Box, room: float) -> list[Name]:
    """A name for each line, at its last observation (at the bottom when it has none), from top to bottom."""
    found: dict[str, Name] = {}
    for point in panel.points:
        number, label = as_float(point), _label(plot, point)
        if label and (number is not None or _line(point) not in found):
            x, y = (places[point.category], box.pixel(number)) if number is not None else (box.right, box.bottom)
            found[_line(point)] = Name(wrap_text(label, room + 0.01), point_colour(plot, point), x, y)
    return sorted(found.values(), key=lambda name: name.y)


def _part(names: list[Name], box: Box) -> list[tuple[Name, float]]:
    """Each name with the middle of the place where it stands: as near its point as its neighbours allow."""
    blocks: list[tuple[list[Name], float]] = []
    for name in names:
        members, middle = [name], name.y
        while blocks and blocks[-1][1] + _tall(blocks[-1][0]) / 2 > middle - _tall(members) / 2:
            above, _ = blocks.pop()
            members = above + members
            middle = _best_middle(members)
        blocks.append((members, middle))
    placed: list[tuple[Name, float]] = []
    for members, middle in blocks:
        y = min(max(middle - _tall(members) / 2, box.top - 8), box.bottom + 8 - _tall(members))
        for name in members:
            placed.append((name, y + name.height / 2))
            y += name.height
    return placed


def _tall(names: list[Name]) -> float:
    return sum(name.height for name in names)


def _best_middle(names: list[Name]) -> float:
    """The middle of a block of names that moves them least from their points."""
    top, offsets = 0.0, list[float]()
    for name in names:
        offsets.append(name.y - (top + name.height / 2))
        top += name.height
    return sum(offsets) / len(offsets) + top / 2


def _name_words(name: Name, y: float, box: Box) -> Iterator[Word]:
    yield Word(box.right + LEAD - 4, y - LINE * (len(name.text) - 1) / 2, "\n".join(name.text))


def _leaders(name: Name, y: float, box: Box) -> Iterator[Rule]:
    """A thin line back to the point, when the name does not stand beside it."""
    if abs(y - name.y) > 3 or name.x < box.right - EDGE - 1:
        yield Rule(name.x + 4, name.y, box.right + LEAD - 7, y, name.colour)
