"""A plot of type `columns` and a width → a sheet: vertical bars side by side, grouped when there are series.

Columns whose labels find no room below them are turned into horizontal bars: labels are never cut or rotated.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..model import Panel, Plot, Point
from .chart_axes import Box, Drawn, Scale, by_category, lay_out_panels, numbers_by_unit, plan_frame
from .chart_bars import lay_out_bars
from .chart_sheet import Field, Mark, Sheet, Word, as_float, colour_is, point_colour, ticks
from .chart_theme import FAINT, INK, LINE, QUIET, Width, text_width, wrap_text

WIDEST = 58


@dataclass(frozen=True)
class Bands:
    """How the width of a panel is dealt out: to each category a band, and in it to each series a slot."""

    categories: tuple[str, ...]
    series: tuple[str, ...]
    band: float
    slot: float

    def middle(self, left: float, category: str) -> float:
        """The middle of a category's band."""
        return left + (self.categories.index(category) + 0.5) * self.band

    def place(self, left: float, point: Point) -> float:
        """The middle of a point's slot."""
        offset = self.series.index(point.series) - (len(self.series) - 1) / 2
        return self.middle(left, point.category) + offset * self.slot


def lay_out_columns(plot: Plot, width: Width) -> Sheet:
    """The sheet of a plot of vertical bars, or of horizontal ones when labels need the room."""
    axes = {unit: _scale(numbers) for unit, numbers in numbers_by_unit(plot).items()}
    most = max(_enough(panel) for panel in plot.panels)
    left = max((axis.width for axis in axes.values()), default=0.0)
    frame = plan_frame(plot, width, left=left, right=0, most=most)
    legended = colour_is(plot, "series")
    if not all(_labels_fit(panel, _bands(panel, frame.room), legended) for panel in plot.panels):
        return lay_out_bars(plot, width)
    if all(_values_fit(panel, _bands(panel, frame.room)) for panel in plot.panels):
        axes = {unit: _bare_scale(numbers, frame.height) for unit, numbers in numbers_by_unit(plot).items()}
        frame = plan_frame(plot, width, left=0, right=0, most=most)
    names = plot.colours if not colour_is(plot, "category") else ()

    def draw(panel: Panel, box: Box) -> Drawn:
        bands = _bands(panel, box.width)
        thickness = min(bands.slot * (0.94 if len(bands.series) > 1 else 0.66), WIDEST)
        marks = tuple(
            Mark(as_float(point), bands.place(box.left, point), point_colour(plot, point), point.sentence)
            for point in panel.points
            if as_float(point) is not None
        )
        field = Field("columns", box.scale.domain, (box.bottom, box.top), thickness, marks)
        labels = tuple(_labels(panel, bands, box, legended))
        bottom = max((word.y + LINE * word.text.count("\n") for word in labels), default=box.bottom) + LINE / 2
        return Drawn(field, (*_values(plot, panel, bands, box), *labels), (), bottom)

    return lay_out_panels(frame, axes, names, draw)


def _scale(numbers: list[float]) -> Scale:
    """A scale from zero that ends at round numbers."""
    marks, form = ticks(min([0.0, *numbers]), max([0.0, *numbers]))
    return Scale((marks[0], marks[-1]), marks, form)


def _bare_scale(numbers: list[float], height: float) -> Scale:
    """A scale without numbers, with room for the values above and below the columns."""
    low, high = min([0.0, *numbers]), max([0.0, *numbers])
    margin = (high - low or 1.0) * 20 / (height - 40)
    return Scale((low - margin if low < 0 else 0.0, high + margin), (), "")


def _bands(panel: Panel, room: float) -> Bands:
    categories = tuple(dict.fromkeys(point.category for point in panel.points))
    series = tuple(dict.fromkeys(point.series for point in panel.points))
    band = room / max(1, len(categories))
    slot = band if len(series) <= 1 else min(band * 0.8 / len(series), WIDEST)
    return Bands(categories, series, band, slot)


def _enough(panel: Panel) -> float:
    """The width beyond which few columns would only stand further apart, and could be compared less well."""
    categories = {point.category for point in panel.points}
    series = {point.series for point in panel.points}
    return max(1, len(categories)) * (90 + 60 * max(1, len(series)))


def _labels_fit(panel: Panel, bands: Bands, legended: bool) -> bool:
    """Whether every label finds room below its column, wrapped between words."""
    categories = (word for point in panel.points for word in point.category_label.split(" "))
    series = () if legended else (point.series_label for point in panel.points)
    return all(text_width(word) <= bands.band - 6 for word in categories) and all(
        text_width(label) <= bands.slot - 3 for label in series
    )


def _values_fit(panel: Panel, bands: Bands) -> bool:
    return all(text_width(point.printed or ":") <= bands.slot - 4 for point in panel.points)


def _labels(panel: Panel, bands: Bands, box: Box, legended: bool) -> Iterator[Word]:
    """The series below each column (unless a legend names them), and the categories below those."""
    series = bool(not legended and any(point.series_label for point in panel.points))
    y = box.bottom + 13
    for category, points in by_category(panel).items():
        if series:
            for point in points:
                place = bands.place(box.left, point)
                yield Word(place, y, point.series_label, align="center", colour=QUIET)
        lines = wrap_text(points[0].category_label, bands.band - 6)
        yield Word(bands.middle(box.left, category), y + (16 if series else 0), "\n".join(lines), align="center")


def _values(plot: Plot, panel: Panel, bands: Bands, box: Box) -> Iterator[Word]:
    """The printed values, where there is room for all, and the sign for a missing one in any case."""
    for point in panel.points:
        number, place = as_float(point), bands.place(box.left, point)
        if number is None:
            sign = point.printed or ":"
            yield Word(place, box.pixel(0) - 11, sign, align="center", bold=True, sentence=point.sentence)
        elif not box.scale.ticks:
            y = box.pixel(number) + (11 if number < 0 else -9)
            quiet = point_colour(plot, point) == FAINT
            yield Word(place, y, point.printed, align="center", colour=QUIET if quiet else INK)
