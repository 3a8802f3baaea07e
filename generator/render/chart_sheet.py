"""Words, rules, swatches and marks at places in pixels → a sheet: what a chart layout hands to the drawing."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from ..model import Colour, Panel, Plot, Point
from .chart_theme import (
    ACCENT,
    FAINT,
    INK,
    LINE,
    QUIET,
    SIZE,
    TITLE_LINE,
    TITLE_SIZE,
    slot_colour,
    text_width,
    wrap_text,
)

Align = Literal["left", "center", "right"]


@dataclass(frozen=True)
class Word:
    """A text (lines parted by a line feed); `y` is the middle of its first line. With `format` it is `number`,
    printed by Vega in the page's language; with `sentence` it is a mark that assistive technology reads."""

    x: float
    y: float
    text: str
    align: Align = "left"
    colour: str = INK
    bold: bool = False
    number: float = 0.0
    format: str = ""
    sentence: str = ""
    size: int = SIZE


@dataclass(frozen=True)
class Rule:
    """A straight line, under the marks or over them."""

    x: float
    y: float
    x2: float
    y2: float
    colour: str
    over: bool = False


@dataclass(frozen=True)
class Swatch:
    """A square of colour in a legend."""

    x: float
    y: float
    colour: str


@dataclass(frozen=True)
class Mark:
    """An observation: its number, its place across the number's axis, and the line that it belongs to."""

    number: float | None
    place: float
    colour: str
    sentence: str
    line: str = ""


@dataclass(frozen=True)
class Field:
    """The marks of a panel and the scale of their numbers: a domain, and the pixels that it is spread over."""

    kind: Literal["bars", "columns", "lines"]
    domain: tuple[float, float]
    range: tuple[float, float]
    thickness: float
    marks: tuple[Mark, ...]

    def pixel(self, number: float) -> float:
        """Where a number is drawn."""
        (low, high), (start, end) = self.domain, self.range
        return start + (number - low) / (high - low) * (end - start)

    def moved(self, right: float, down: float) -> Field:
        """The same marks at another place: horizontal bars have their numbers across, the others upwards."""
        along, aside = (right, down) if self.kind == "bars" else (down, right)
        start, end = self.range
        marks = tuple(replace(mark, place=mark.place + aside) for mark in self.marks)
        return replace(self, range=(start + along, end + along), marks=marks)


@dataclass(frozen=True)
class Sheet:
    """A chart with everything in its place."""

    width: float
    height: float
    words: tuple[Word, ...]
    rules: tuple[Rule, ...]
    swatches: tuple[Swatch, ...]
    fields: tuple[Field, ...]

    def moved(self, right: float, down: float) -> Sheet:
        """The same chart at another place; its size is what it was."""
        return replace(
            self,
            words=tuple(replace(word, x=word.x + right, y=word.y + down) for word in self.words),
            rules=tuple(
                replace(rule, x=rule.x + right, y=rule.y + down, x2=rule.x2 + right, y2=rule.y2 + down)
                for rule in self.rules
            ),
            swatches=tuple(replace(swatch, x=swatch.x + right, y=swatch.y + down) for swatch in self.swatches),
            fields=tuple(field.moved(right, down) for field in self.fields),
        )


@dataclass(frozen=True)
class Head:
    """The title, total and unit above a panel."""

    words: tuple[Word, ...]
    height: float

    def at(self, x: float, y: float) -> Iterator[Word]:
        """The words, moved to a place."""
        return (replace(word, x=x + word.x, y=y + word.y) for word in self.words)


def grid(panels: tuple[Panel, ...], columns: int) -> Iterator[tuple[Panel, ...]]:
    """Panels, row by row."""
    return (panels[start : start + columns] for start in range(0, len(panels), columns))


def unit_shown(plot: Plot, panel: Panel, *, first_row: bool) -> str:
    """A unit that all panels share is said once, above the first row; not at all where the subtitle says it of the
    chart's one panel."""
    if len(plot.panels) == 1 and panel.unit.casefold() in plot.subtitle.casefold():
        return ""
    shared = len({each.unit for each in plot.panels}) == 1
    return panel.unit if first_row or not shared else ""


def panel_head(panel: Panel, unit: str, width: float) -> Head:
    """A bold title with the total beside it, and the unit below."""
    words: list[Word] = []
    y = TITLE_LINE / 2
    if panel.title:
        lines = wrap_text(panel.title, width, size=TITLE_SIZE, bold=True)
        words.append(Word(0, y, "\n".join(lines), bold=True, size=TITLE_SIZE))
        y += TITLE_LINE * (len(lines) - 1)
        beside = text_width(lines[-1], size=TITLE_SIZE, bold=True) + 9
        if panel.total and beside + text_width(panel.total) > width:
            beside, y = 0, y + TITLE_LINE
        words.append(Word(beside, y, panel.total))
        y += TITLE_LINE
    elif panel.total:
        words.append(Word(0, y, panel.total))
        y += TITLE_LINE
    if unit:
        lines = wrap_text(unit, width)
        words.append(Word(0, y, "\n".join(lines), colour=QUIET))
        y += LINE * len(lines)
    return Head(tuple(word for word in words if word.text), 0 if y == TITLE_LINE / 2 else y - TITLE_LINE / 2 + 5)


def legend(colours: Iterable[Colour], width: float) -> tuple[tuple[Word, ...], tuple[Swatch, ...], float]:
    """Names beside squares of their colour, in as many rows as they need, and the height that they take."""
    words: list[Word] = []
    swatches: list[Swatch] = []
    x, y = 0.0, 10.0
    for colour in colours:
        need = 17 + text_width(colour.label)
        if x and x + need > width:
            x, y = 0.0, y + 20
        swatches.append(Swatch(x, y - 5.5, slot_colour(colour.slot)))
        words.append(Word(x + 17, y, colour.label))
        x += need + 22
    return tuple(words), tuple(swatches), y + 18 if words else 0.0


def status_words(plot: Plot, width: float, y: float) -> tuple[tuple[Word, ...], float]:
    """The status of the data below everything, and the height of the sheet with it."""
    if not plot.status:
        return (), y
    lines = wrap_text(plot.status, width)
    return (Word(0, y + 19, "\n".join(lines), colour=QUIET),), y + 13 + LINE * len(lines)


def point_colour(plot: Plot, point: Point) -> str:
    """The colour of a mark: its member's, or one for all, paler where the text does not dwell."""
    if not plot.colours:
        return ACCENT if point.highlighted else FAINT
    return next((slot_colour(colour.slot) for colour in plot.colours if colour.code == point.colour), FAINT)


def colour_is(plot: Plot, dimension: Literal["category", "series"]) -> bool:
    """Whether the colour says the same as the category, or as the series."""
    points = [point for panel in plot.panels for point in panel.points]
    return bool(plot.colours) and all(point.colour == getattr(point, dimension) for point in points)


def as_float(point: Point) -> float | None:
    """The number of a point for drawing; nothing but drawing uses floats."""
    return None if point.number is None or not point.number.is_finite() else float(point.number)


def ticks(low: float, high: float, count: int = 4) -> tuple[tuple[float, ...], str]:
    """Round numbers that span `low` to `high`, about `count` of them, and the format that prints them."""
    span = high - low or abs(high) or 1.0
    power = math.floor(math.log10(span / count))
    step, exponent = next(
        (factor * 10**power, power if factor < 10 else power + 1)
        for factor in (1, 2, 5, 10)
        if factor * 10**power * (count + 0.5) >= span
    )
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    numbers = tuple(round(index * step, max(0, -exponent)) for index in range(first, max(last, first + 1) + 1))
    return numbers, f",.{max(0, -exponent)}f"
