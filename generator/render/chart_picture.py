"""A plot and the sheet of its drawing → the sheet of a picture: all that the page says around a chart, on one paper.

A picture travels without its page: title, subtitle and status stand above the drawing, notes and source below it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from ..model import Plot
from .chart_sheet import Sheet, Word
from .chart_theme import HEAD_SIZE, INK, LEAD_SIZE, QUIET, SIZE, line_height, wrap_text

MARGIN = 28
#: Longer lines than this are hard to read.
MEASURE = 760


@dataclass(frozen=True)
class Line:
    """A paragraph of a picture, and the space above it."""

    text: str
    size: int = SIZE
    colour: str = INK
    bold: bool = False
    above: float = 0


def lay_out_picture(plot: Plot, drawing: Sheet) -> Sheet:
    """The sheet of a picture. `drawing` is the plot's own, without a status line of its own."""
    room = min(drawing.width, MEASURE)
    head, y = _stack(_head(plot), room, MARGIN)
    top = y + (18 if head else 0)
    foot, y = _stack(_foot(plot), room, top + drawing.height + (18 if plot.notes or plot.source else 0))
    moved = drawing.moved(MARGIN, top)
    size = (drawing.width + 2 * MARGIN, round(y + MARGIN))
    return replace(moved, width=size[0], height=size[1], words=(*head, *moved.words, *foot))


def _head(plot: Plot) -> Iterator[Line]:
    yield Line(plot.title, HEAD_SIZE, bold=True)
    yield Line(plot.subtitle, LEAD_SIZE, QUIET, above=4)
    yield Line(plot.status, bold=True, above=5)


def _foot(plot: Plot) -> Iterator[Line]:
    for note in plot.notes:
        yield Line(note, colour=QUIET, above=3)
    yield Line(plot.source, colour=QUIET, above=3)


def _stack(lines: Iterator[Line], room: float, y: float) -> tuple[tuple[Word, ...], float]:
    """Paragraphs below each other from a height on, and where they end."""
    words: list[Word] = []
    for line in lines:
        if not line.text:
            continue
        wrapped = wrap_text(line.text, room, size=line.size, bold=line.bold)
        y += line.above if words else 0
        middle = y + line_height(line.size) / 2
        text = "\n".join(wrapped)
        words.append(Word(MARGIN, middle, text, colour=line.colour, bold=line.bold, size=line.size))
        y += line_height(line.size) * len(wrapped)
    return tuple(words), y
