"""A release's words and its cover → the picture that other sites show beside a link to it: PNG, 1200 × 630."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from types import MappingProxyType

from ..model import Plot
from .chart_theme import ACCENT, FONT, INK, PAPER, QUIET, RULE, SLOTS, ZERO, text_width, wrap_text
from .charts import BytesCache, render_png
from .cover_shapes import Shape
from .covers import lay_out_cover

WIDTH, HEIGHT = 1200, 630
_PANEL = 360
_MARGIN = 72
_ROOM = WIDTH - _PANEL - _MARGIN - 52
_SIZES = (66, 60, 54, 48, 43, 39)
_MOST_LINES = 4
_SMALL = 27
_PAINTS = MappingProxyType(
    {"ground": "#f3f5f8", "quiet": RULE, "zero": ZERO, **{str(slot): colour for slot, colour in enumerate(SLOTS)}}
)
#: The two colours of each tone on light paper; the second is the first, thinned.
_TONES = MappingProxyType({1: (ACCENT, "#94b6b9"), 2: (SLOTS[1], "#a3c0f0"), 3: (SLOTS[3], "#b08fa5")})


@dataclass(frozen=True)
class CardWords:
    """What a card says: a title (plain text), the kind of publication, the date in words, and the site's name."""

    title: str
    kind: str
    date: str
    site: str


def render_card(words: CardWords, plot: Plot | None, seed: str, cache: BytesCache) -> bytes:
    """The PNG of a release. `plot` and `seed` are those of its cover."""
    return render_png(card_svg(words, plot, seed), cache, scale=1)


def card_svg(words: CardWords, plot: Plot | None, seed: str) -> str:
    """The card as SVG, with the colours in it."""
    cover = lay_out_cover(plot, seed, _PANEL, HEIGHT)
    main, second = _TONES[cover.tone]
    paints = {**_PAINTS, "main": main, "second": second}
    shapes = "".join(_path(shape, paints[shape.paint]) for shape in cover.shapes)
    head = f'xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" font-family="{FONT}"'
    paper = f'<rect width="{WIDTH}" height="{HEIGHT}" fill="{PAPER}"/>'
    motif = f'<g transform="translate({WIDTH - _PANEL} 0)">{shapes}</g>'
    return f"<svg {head}>{paper}{motif}{''.join(_texts(words))}</svg>"


def _texts(words: CardWords) -> Iterator[str]:
    """The site's name on top, the title in the middle, kind and date at the bottom."""
    yield _text(words.site, 98, _SMALL, INK, bold=True)
    size, lines = fit_title(words.title)
    step = round(size * 1.17)
    first = HEIGHT / 2 - step * (len(lines) - 1) / 2 + 0.34 * size
    for number, line in enumerate(lines):
        yield _text(line, first + number * step, size, INK, bold=True)
    below = " · ".join(text for text in (words.kind, words.date) if text)
    yield _text(below, HEIGHT - 74, _SMALL, QUIET)


def fit_title(title: str) -> tuple[int, tuple[str, ...]]:
    """The largest size at which a title fits into four lines; the smallest, and an ellipsis, when none does."""
    for size in _SIZES:
        lines = wrap_text(title, _ROOM, size=size, bold=True)
        if len(lines) <= _MOST_LINES and all(text_width(line, size=size, bold=True) <= _ROOM for line in lines):
            return size, lines
    shown = [_cut(line, size) for line in lines[:_MOST_LINES]]
    if len(lines) > _MOST_LINES:
        shown[-1] = _cut(shown[-1] + " …", size)
    return size, tuple(shown)


def _cut(line: str, size: int) -> str:
    """A line that is not wider than the room: there is no more of it to be had on a card."""
    if text_width(line, size=size, bold=True) <= _ROOM:
        return line
    line = line.removesuffix(" …")
    while line and text_width(line + "…", size=size, bold=True) > _ROOM:
        line = line[:-1]
    return line.rstrip() + "…"


def _text(text: str, y: float, size: int, colour: str, *, bold: bool = False) -> str:
    weight = ' font-weight="700"' if bold else ""
    place = f'x="{_MARGIN}" y="{y:.0f}" font-size="{size}" fill="{colour}"'
    return f"<text {place}{weight}>{escape(text, quote=False)}</text>"


def _path(shape: Shape, colour: str) -> str:
    if shape.line:
        stroke = f'fill="none" stroke="{colour}" stroke-width="{shape.line:g}" stroke-linejoin="round"'
        return f'<path {stroke} d="{shape.path}"/>'
    return f'<path fill="{colour}" d="{shape.path}"/>'
