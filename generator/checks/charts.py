"""The drawing, the CSV or the specification of a chart, and its marks as counted → where they differ."""

from __future__ import annotations

import csv
import io
import json
import math
import re
from collections import Counter
from collections.abc import Iterator
from html import unescape

from .readback import Reader
from .recount import Drawing, Mark
from .scan import plain

Difference = tuple[str, str, str]
"""What it is of, what is printed, what the cells give."""

_LABEL = re.compile(r'\saria-label="([^"]*)"')
_TEXT = re.compile(r"<text\b[^>]*>(.*?)</text>", re.S)
_NOTHING = "nothing"


def compare_drawing(svg: str, drawing: Drawing, reader: Reader) -> Iterator[Difference]:
    """The sentences of the marks, the values that stand beside them, and the totals beside the titles."""
    yield from _sentences([unescape(label) for label in _LABEL.findall(svg)], drawing)
    layers = [[plain(text) for text in _TEXT.findall(layer)] for layer in svg.split('<g aria-hidden="true">')]
    texts = Counter(text for layer in layers for text in layer)
    for total in drawing.totals:
        if total and total not in texts:
            yield "total beside a title", _NOTHING, total
    yield from _labels(layers, drawing, reader)


def _sentences(said: list[str], drawing: Drawing) -> Iterator[Difference]:
    wanted = drawing.sentences
    if Counter(said) == wanted:
        return
    absent = Counter(mark.said for mark in drawing.marks if not mark.count.machine)
    found = Counter(said)
    lacking, foreign = list((wanted - found).elements()), list((found - wanted - absent).elements())
    for number, sentence in enumerate(lacking):
        yield "mark", foreign[number] if number < len(foreign) else _NOTHING, sentence
    for sentence in foreign[len(lacking) :]:
        yield "mark", sentence, _NOTHING


def _labels(layers: list[list[str]], drawing: Drawing, reader: Reader) -> Iterator[Difference]:
    """Bars print all their values, columns all or none; the numbers of an axis have a layer of their own."""
    if drawing.spec.type == "lines":
        return
    names, wanted = drawing.names, drawing.values
    shown: Counter[str] = Counter()
    for layer in layers:
        numbers = [text for text in layer if text not in names and reader.number(text) is not None]
        if drawing.spec.type != "columns" or len(numbers) < len(layer):
            shown.update(numbers)
    if drawing.spec.type == "columns" and not shown:
        return
    lacking, foreign = list((wanted - shown).elements()), list((shown - wanted).elements())
    for number in range(max(len(lacking), len(foreign))):
        printed = foreign[number] if number < len(foreign) else _NOTHING
        yield "value beside a mark", printed, lacking[number] if number < len(lacking) else _NOTHING


def compare_series(data: bytes, drawing: Drawing) -> Iterator[Difference]:
    """The rows of a chart's CSV: the names of each mark, and its rounded value."""
    rows = list(csv.reader(io.StringIO(data.decode(), newline="")))[1:]
    marks = drawing.marks
    if len(rows) != len(marks):
        yield "rows of the CSV", str(len(rows)), str(len(marks))
    panels = any(mark.panel for mark in marks)
    for row, mark in zip(rows, marks, strict=False):
        names = [*([mark.panel] if panels else []), *mark.names]
        if [cell.removeprefix("'") for cell in row[: len(names)]] != [name.removeprefix("'") for name in names]:
            yield "row of the CSV", ", ".join(row[: len(names)]), ", ".join(names)
        elif row[len(names)] != mark.count.machine:
            yield _name(mark), row[len(names)] or _NOTHING, mark.count.machine or _NOTHING


def compare_spec(data: bytes, drawing: Drawing) -> Iterator[Difference]:
    """The data in a chart's Vega specification: number, printed value and sentence of each mark."""
    tables = [table.get("values") for table in json.loads(data)["data"]]
    rows = [row for values in tables if isinstance(values, list) for row in values if "sentence" in row]
    marks = drawing.marks
    if len(rows) != len(marks):
        yield "data of the specification", str(len(rows)), str(len(marks))
    for row, mark in zip(rows, marks, strict=False):
        number = float(mark.count.number) if mark.count.machine else None
        if not _same(row["number"], number):
            yield _name(mark), str(row["number"]), str(number)
        if row["printed"] != mark.printed:
            yield _name(mark), row["printed"], mark.printed
        if row["sentence"] != mark.said:
            yield _name(mark), row["sentence"], mark.said


def _same(found: float | None, wanted: float | None) -> bool:
    if found is None or wanted is None:
        return found is wanted
    return math.isclose(found, wanted, rel_tol=1e-12)


def _name(mark: Mark) -> str:
    return ", ".join([*([mark.panel] if mark.panel else []), *mark.names])
