"""A plot, a width and a few words → a Vega-Lite dict that readers can question: pick a panel, pick out, sort.

Here Vega lays the chart out, because what is shown changes while one looks; the printed chart is `chart_spec`'s.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from ..model import Panel, Plot, Point
from .chart_sheet import as_float, colour_is, point_colour, ticks
from .chart_theme import (
    FONT,
    INK,
    LINE,
    QUIET,
    RULE,
    SIZE,
    TITLE_LINE,
    TITLE_SIZE,
    ZERO,
    Width,
    slot_colour,
    text_width,
    wrap_text,
)

Spec = dict[str, Any]

WIDTHS: Mapping[Width, int] = MappingProxyType({"wide": 860, "narrow": 290})
_GAP = 28
_TALL: Mapping[Width, int] = MappingProxyType({"wide": 250, "narrow": 210})
_VALUES = 48
_FADED = 0.2


@dataclass(frozen=True)
class ExploreWords:
    """What the controls say, in the page's language.

    `panel` and `every` name the choice of a panel ("Show", "Everything"), `highlight` and `nothing` that of a member
    ("Pick out", "Nothing"), `sort`, `published` and `size` that of an order ("Order", "As published", "By size").
    """

    panel: str
    every: str
    highlight: str
    nothing: str
    sort: str
    published: str
    size: str


def interactive(plot: Plot, width: Width, numbers: Mapping[str, object], words: ExploreWords) -> Spec:
    """The Vega-Lite dict. It holds its data, and no address."""
    units = dict.fromkeys(panel.unit for panel in plot.panels)
    blocks = [_Block(plot, width, unit, f"marks-{number}").spec() for number, unit in enumerate(units)]
    return {
        "data": {"values": list(_rows(plot))},
        "params": list(_params(plot, words)),
        "transform": [
            {"filter": "shown == '' || datum.panel == shown"},
            {"calculate": "sorted == 'size' && isValid(datum.number) ? -datum.number : datum.index", "as": "rank"},
            {"calculate": "isValid(datum.number) ? datum.number : 0", "as": "end"},
        ],
        **(blocks[0] if len(blocks) == 1 else {"vconcat": blocks, "spacing": 24}),
        "description": plot.title,
        "background": "transparent",
        "autosize": {"type": "pad", "resize": True},
        "padding": 2,
        "config": _config(numbers),
    }


def _rows(plot: Plot) -> Iterator[Spec]:
    """A row for each mark, with all that is shown or said of it."""
    for number, panel in enumerate(plot.panels):
        for index, point in enumerate(panel.points):
            yield {
                "panel": str(number),
                "unit": panel.unit,
                "index": index,
                "member": _member(plot, point),
                "label": _label(plot, point),
                "number": as_float(point),
                "printed": point.printed,
                "sentence": point.sentence,
                "paint": point_colour(plot, point),
            }


def _member(plot: Plot, point: Point) -> str:
    """What a mark is picked out by: its colour's name, else its series' or its category's."""
    named = next((colour.label for colour in plot.colours if colour.code == point.colour), "")
    return named or (point.series_label if plot.type == "lines" else point.category_label)


def _label(plot: Plot, point: Point) -> str:
    """What stands at the axis: the category, and the series where nothing else tells it."""
    if plot.type == "lines" or not point.series_label or colour_is(plot, "series"):
        return point.category_label
    return f"{point.category_label}, {point.series_label}"


def _params(plot: Plot, words: ExploreWords) -> Iterator[Spec]:
    """What a reader can change: the panel shown, the member picked out, the order; and marks and legend to click."""
    panels = [(str(number), panel.title) for number, panel in enumerate(plot.panels)]
    members = list(dict.fromkeys(_member(plot, point) for panel in plot.panels for point in panel.points))
    orders = [("", words.published), ("size", words.size)]
    yield _choice("shown", words.panel, [("", words.every), *panels], len(panels) > 1)
    yield _choice(
        "picked", words.highlight, [("", words.nothing), *((name, name) for name in members)], len(members) > 1
    )
    yield _choice("sorted", words.sort, orders, plot.type != "lines")
    views = [f"marks-{number}" for number in range(len({panel.unit for panel in plot.panels}))]
    yield {"name": "clicked", "select": {"type": "point", "fields": ["member"], "toggle": "true"}, "views": views}
    if plot.colours:
        yield {"name": "keyed", "select": {"type": "point", "fields": ["member"]}, "bind": "legend", "views": views}


def _choice(name: str, label: str, options: list[tuple[str, str]], offered: bool) -> Spec:
    if not offered:
        return {"name": name, "value": ""}
    values, labels = zip(*options, strict=True)
    return {
        "name": name,
        "value": "",
        "bind": {"input": "select", "name": label, "options": list(values), "labels": list(labels)},
    }


class _Block:
    """The panels that share a unit, and so a scale."""

    def __init__(self, plot: Plot, width: Width, unit: str, name: str) -> None:
        self.plot, self.width, self.unit, self.name = plot, width, unit, name
        self.panels = [(number, panel) for number, panel in enumerate(plot.panels) if panel.unit == unit]
        self.points = [point for _, panel in self.panels for point in panel.points]
        self.columns = 1 if width == "narrow" else max(1, min(plot.columns, len(self.panels)))
        self.share = (WIDTHS[width] - _GAP * (self.columns - 1)) / self.columns
        self.labels = list(dict.fromkeys(_label(plot, point) for point in self.points))
        self.lying = plot.type == "bars" or (plot.type == "columns" and not self._labels_fit())
        limit = 0.42 * self.share
        self.lines = {label: wrap_text(label, limit) for label in self.labels}
        widest = max((text_width(line) for lines in self.lines.values() for line in lines), default=0.0)
        self.room = round(self.share - (widest + 12 if self.lying else 46))

    def _labels_fit(self) -> bool:
        band = (self.share - 46) / max(1, len(self.labels))
        return all(text_width(word) <= band - 6 for label in self.labels for word in label.split(" "))

    def spec(self) -> Spec:
        """One drawing, or one for each panel."""
        inner: Spec = {"width": self.room, "height": self._height(), "layer": list(self._layers())}
        alone = len(self.panels) == len(self.plot.panels)
        own: Spec = {} if alone else {"transform": [{"filter": f"datum.unit == {json.dumps(self.unit)}"}]}
        if len(self.panels) == 1 and not self.panels[0][1].title:
            return {**own, **inner}
        titles = {str(number): self._title(panel) for number, panel in self.panels}
        header = {
            "title": None,
            "labelExpr": f"({json.dumps(titles)})[datum.value]",
            "labelAnchor": "start",
            "labelFontSize": TITLE_SIZE,
            "labelFontWeight": 600,
            "labelColor": INK,
            "labelLimit": 0,
            "labelLineHeight": TITLE_LINE,
        }
        facet = {"field": "panel", "type": "nominal", "header": header, "sort": list(titles)}
        both = {"x": "independent", "y": "independent"}
        place = "y" if self.lying else "x"
        resolve = {"scale": {place: "independent", f"{place}Offset": "independent"}, "axis": both}
        return {**own, "facet": facet, "columns": self.columns, "spacing": _GAP, "spec": inner, "resolve": resolve}

    def _title(self, panel: Panel) -> list[str]:
        return list(wrap_text(f"{panel.title}  {panel.total}".strip(), self.room, size=TITLE_SIZE, bold=True))

    def _values_fit(self) -> bool:
        """Whether every value finds room at its mark: always beside a bar, above a column when it is not wider."""
        bands = max(1, len(self.labels)) * (len(self.plot.colours) if self._grouped() else 1)
        return self.lying or all(text_width(point.printed) <= 0.8 * self.room / bands for point in self.points)

    def _height(self) -> float | Spec:
        if not self.lying:
            return _TALL[self.width]
        grouped = len({point.series for point in self.points}) if self._grouped() else 1
        lines = max((len(each) for each in self.lines.values()), default=1)
        return {"step": max(22, LINE * lines + 8, 16 * grouped + 6)}

    def _grouped(self) -> bool:
        return bool(self.points[:1] and self.points[0].series) and colour_is(self.plot, "series")

    def _layers(self) -> Iterator[Spec]:
        if self.plot.type == "lines":
            yield from self._lines()
            return
        along, across = ("x", "y") if self.lying else ("y", "x")
        place: Spec = {across: self._place(), **self._offset(across)}
        bar: Spec = {"type": "bar", "cornerRadius": 0, **({"height": {"band": 0.8}} if self.lying else {})}
        yield {
            "name": self.name,
            "mark": bar,
            "encoding": {along: self._amount("number"), **place, **self._paint(), **_spoken()},
        }
        yield {"mark": {"type": "rule", "color": ZERO, "aria": False}, "encoding": {along: {"datum": 0}}}
        if self._values_fit():
            text = {"type": "text", "aria": False, "color": INK, **self._beside()}
            amount = {along: self._amount("end"), "text": {"field": "printed"}}
            yield {"mark": text, "encoding": {**amount, **place, **_faded(self.plot)}}

    def _beside(self) -> Spec:
        """Values stand beyond the end of their bars."""
        if self.lying:
            return {
                "align": {"expr": "datum.end < 0 ? 'right' : 'left'"},
                "dx": {"expr": "datum.end < 0 ? -5 : 5"},
                "baseline": "middle",
            }
        return {"align": "center", "baseline": "middle", "dy": {"expr": "datum.end < 0 ? 10 : -9"}}

    def _lines(self) -> Iterator[Spec]:
        places: Spec = {"x": self._place(), "y": self._amount("number")}
        line = {"type": "line", "strokeWidth": 2, "aria": False}
        yield {"mark": line, "encoding": {**places, **self._paint(), "detail": {"field": "member"}}}
        point = {"type": "circle", "size": 60, "opacity": 1}
        yield {"name": self.name, "mark": point, "encoding": {**places, **self._paint(), **_spoken()}}

    def _place(self) -> Spec:
        """The axis of the categories, in the order that the reader chose."""
        axis: Spec = {"title": None, "domain": False, "ticks": False, "labelPadding": 7, "labelLimit": 0}
        if self.lying:
            lines = {label: list(lines) for label, lines in self.lines.items()}
            axis |= {"labelExpr": f"({json.dumps(lines)})[datum.value]", "labelLineHeight": LINE, "labelColor": INK}
        else:
            axis |= {"labelAngle": 0, "labelOverlap": True}
        if self.plot.type == "lines":
            return {"field": "label", "type": "ordinal", "sort": self.labels, "axis": axis}
        return {"field": "label", "type": "nominal", "sort": {"field": "rank", "op": "min"}, "axis": axis}

    def _offset(self, across: str) -> Spec:
        names = [colour.label for colour in self.plot.colours]
        return {f"{across}Offset": {"field": "member", "sort": names}} if self._grouped() else {}

    def _amount(self, field: str) -> Spec:
        """The axis of the numbers: the same for all panels of a unit, with its name."""
        numbers = [number for point in self.points if (number := as_float(point)) is not None]
        low, high = min(numbers, default=0.0), max(numbers, default=1.0)
        if self.plot.type == "lines":
            low = 0.0 if 0 < low < 0.4 * high else low
            marks, form = ticks(low, high)
            low, high = marks[0], marks[-1]
        else:
            low, high = min(0.0, low), max(0.0, high)
            _, form = ticks(low, high)
            room = self.room if self.lying else 2 * _TALL[self.width]
            margin = (high - low or 1.0) * _VALUES / max(80, room - 2 * _VALUES)
            low, high = (low - margin if low < 0 else 0.0), high + margin
        axis: Spec = {"title": self.unit or None, "tickCount": 4, "format": form, "domain": False, "ticks": False}
        above = {} if self.lying else {"titleAngle": 0, "titleAlign": "left", "titleX": 0, "titleY": -14}
        scale = {"domain": [low, high], "nice": False, "zero": False}
        axis |= {"labelPadding": 6, **above}
        return {"field": field, "type": "quantitative", "stack": None, "scale": scale, "axis": axis}

    def _paint(self) -> Spec:
        if not self.plot.colours:
            return {"color": {"field": "paint", "type": "nominal", "scale": None}, **_faded(self.plot)}
        names = [colour.label for colour in self.plot.colours]
        scale = {"domain": names, "range": [slot_colour(colour.slot) for colour in self.plot.colours]}
        return {"color": {"field": "member", "type": "nominal", "scale": scale}, **_faded(self.plot)}


def _spoken() -> Spec:
    """The same sentence for those who point and for those who listen."""
    sentence = {"field": "sentence", "type": "nominal"}
    return {"tooltip": sentence, "description": sentence}


def _faded(plot: Plot) -> Spec:
    """What is not picked out steps back."""
    tests: list[object] = [{"param": "clicked"}, "picked == '' || datum.member == picked"]
    if plot.colours:
        tests.append({"param": "keyed"})
    return {"opacity": {"condition": {"test": {"and": tests}, "value": 1}, "value": _FADED}}


def _config(numbers: Mapping[str, object]) -> Spec:
    """Letters, colours and numbers as in the printed charts."""
    words = {"labelFontSize": SIZE, "labelColor": QUIET, "titleFontSize": SIZE, "titleColor": QUIET}
    return {
        "font": FONT,
        "locale": {"number": dict(numbers)},
        "view": {"stroke": None},
        "axis": {**words, "aria": False, "titleFontWeight": "normal", "gridColor": RULE},
        "axisBand": {"grid": False},
        "legend": {
            **words,
            "aria": False,
            "title": None,
            "orient": "top",
            "symbolType": "square",
            "labelLimit": 0,
            "labelColor": INK,
        },
        "text": {"fontSize": SIZE},
    }
