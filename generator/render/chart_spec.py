"""A sheet and a number locale → a Vega-Lite dict: the home of Altair and pandas.

Places are pixels already (scales of `None`), because Vega-Lite neither wraps labels nor parts the ones that collide;
numbers are drawn on true scales, and axis numbers are printed by Vega in the page's language.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from typing import Any

import altair as alt
import pandas as pd

from .chart_sheet import Field, Mark, Rule, Sheet, Swatch, Word
from .chart_theme import FONT, line_height

COLOUR = alt.Color("colour:N", scale=None, legend=None)


def vega_lite(sheet: Sheet, numbers: Mapping[str, object], background: str = "transparent") -> dict[str, Any]:
    """The validated Vega-Lite dict of a sheet. It holds its data, and no address."""
    layers = [
        *_rules(rule for rule in sheet.rules if not rule.over),
        *(layer for field in sheet.fields for layer in _marks(field)),
        *_rules(rule for rule in sheet.rules if rule.over),
        *_swatches(sheet.swatches),
        *_words(sheet.words),
    ]
    chart = (
        alt.layer(*layers)
        .resolve_scale(x="independent", y="independent", color="independent")
        .properties(width=sheet.width, height=sheet.height, background=background, padding=0)
        .configure(font=FONT, locale=alt.Locale(number=dict(numbers)))
        .configure_view(stroke=None)
    )
    spec: dict[str, Any] = chart.to_dict()
    return spec


def _chart(rows: Iterable[Mark | Rule | Swatch | Word]) -> alt.Chart:
    """Rows as inline data: Altair's own data transformers are global, and may be set to write files."""
    table = pd.DataFrame([asdict(row) for row in rows]).astype(object)
    values: list[dict[str, Any]] = table.where(table.notna(), None).to_dict("records")  # type: ignore[assignment]  # the keys are fields
    return alt.Chart(alt.InlineData(values=values))


def _x(field: str = "x") -> alt.X:
    return alt.X(field, type="quantitative", scale=None, axis=None)


def _y(field: str = "y") -> alt.Y:
    return alt.Y(field, type="quantitative", scale=None, axis=None)


def _rules(rules: Iterable[Rule]) -> Iterator[alt.Chart]:
    if rows := list(rules):
        yield _chart(rows).mark_rule(aria=False).encode(x=_x(), y=_y(), x2="x2", y2="y2", color=COLOUR)


def _swatches(swatches: tuple[Swatch, ...]) -> Iterator[alt.Chart]:
    if swatches:
        mark = _chart(swatches).mark_rect(aria=False, width=11, height=11, align="left", baseline="top")
        yield mark.encode(x=_x(), y=_y(), color=COLOUR)


def _marks(field: Field) -> Iterator[alt.Chart]:
    """The marks of a panel, each with its sentence."""
    if not any(mark.number is not None for mark in field.marks):
        return
    scale = alt.Scale(domain=field.domain, range=list(field.range), nice=False, zero=False)
    if field.kind == "lines":
        yield from _lines(field, scale)
        return
    mark = _chart(field.marks).mark_bar(orient="horizontal" if field.kind == "bars" else "vertical")
    zero = alt.datum(0)
    if field.kind == "bars":
        bars = mark.encode(x=alt.X("number:Q", scale=scale, axis=None), x2=zero, y=_y("place"))
        bars.mark.height = field.thickness
    else:
        bars = mark.encode(y=alt.Y("number:Q", scale=scale, axis=None), y2=zero, x=_x("place"))
        bars.mark.width = field.thickness
    yield bars.encode(color=COLOUR, description="sentence:N")


def _lines(field: Field, scale: alt.Scale) -> Iterator[alt.Chart]:
    """Lines that break where there is no number, and a spoken point for each observation."""
    base = _chart(field.marks).encode(
        x=_x("place"), y=alt.Y("number:Q", scale=scale, axis=None), color=COLOUR, detail="line:N"
    )
    yield base.mark_line(aria=False, strokeWidth=field.thickness, invalid="break-paths-filter-domains")
    yield base.mark_circle(size=22, opacity=1, invalid="filter").encode(description="sentence:N")


def _words(words: tuple[Word, ...]) -> Iterator[alt.Chart]:
    """Silent texts, texts that stand for a missing observation, and numbers by format."""
    plain = [word for word in words if not word.format and not word.sentence]
    for bold, size in sorted({(word.bold, word.size) for word in plain}):
        yield from _texts([word for word in plain if (word.bold, word.size) == (bold, size)])
    yield from _texts([word for word in words if word.sentence], spoken=True)
    for form in sorted({word.format for word in words if word.format}):
        yield from _texts([word for word in words if word.format == form], form=form)


def _texts(words: list[Word], *, form: str = "", spoken: bool = False) -> Iterator[alt.Chart]:
    if not words:
        return
    bold, size = words[0].bold, words[0].size
    mark = _chart(words).mark_text(
        align=alt.expr("datum.align"),
        baseline="middle",
        fontSize=size,
        fontWeight=600 if bold else "normal",
        lineBreak="\n",
        lineHeight=line_height(size),
        aria=spoken,
    )
    text = alt.Text("number:Q", format=form) if form else alt.Text("text:N")
    texts = mark.encode(x=_x(), y=_y(), text=text, color=COLOUR)
    yield texts.encode(description="sentence:N") if spoken else texts
