"""A text and a size → its width and its lines; a slot → its colour: the constants that every chart shares.

Colours are written for white paper. `CHART_COLOURS` gives the dark partner of each, for the stylesheet to map: SVG
colours are presentation attributes, which any CSS rule outranks. Ratios were computed (WCAG contrast on `#ffffff` and
`#12161c`; CAM02-UCS distance under simulated colour vision deficiency at full severity, at least 15 between slots).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

Width = Literal["wide", "narrow"]
#: A drawing within a page, or one that is a file of its own.
Shape = Literal["wide", "narrow", "picture"]

WIDTHS: Mapping[Width, int] = MappingProxyType({"wide": 920, "narrow": 284})
FONT = "Liberation Sans, Arial, sans-serif"
SIZE = 12
TITLE_SIZE = 13
LINE = 14
TITLE_LINE = 17
#: A picture's own title, and what stands right below it.
HEAD_SIZE = 19
LEAD_SIZE = 14
_LINES: Mapping[int, int] = MappingProxyType({SIZE: LINE, TITLE_SIZE: TITLE_LINE, LEAD_SIZE: 18, HEAD_SIZE: 24})

PAPER = "#ffffff"
INK = "#1b1f24"
QUIET = "#586270"
RULE = "#c9ced6"
ZERO = "#828f9d"
FAINT = "#838e9e"
ACCENT = "#0f6f73"
#: Slot 0 is the reference; 4 to 6 continue the three regions with what is farthest from them and from each other.
SLOTS = ("#566070", "#3b7ddd", "#b97a00", "#5c1846", "#839275", "#6a1fb0", "#9c1c1c")

#: Every colour that a chart can hold → its partner on dark paper.
CHART_COLOURS: Mapping[str, str] = MappingProxyType(
    {
        INK: "#e6e9ee",
        QUIET: "#a6b0bd",
        RULE: "#3a4350",
        ZERO: "#7d8998",
        FAINT: "#66717f",
        ACCENT: "#4fc3bd",
        SLOTS[0]: "#ffffff",
        SLOTS[1]: "#6db3ff",
        SLOTS[2]: "#ffc45c",
        SLOTS[3]: "#d9508a",
        SLOTS[4]: "#788700",
        SLOTS[5]: "#8a5cf5",
        SLOTS[6]: "#b4c3b4",
    }
)

# Advance widths of Liberation Sans (metrics of Arial), in thousandths of the size; accents weigh nothing.
_ADVANCES = {
    191: "'",
    200: "\u202f\u2009",
    222: "ijl\u2019",
    260: "|",
    278: " !,./:;I[\\]ft\u00b7\u00a0",
    333: "()-`r\u201c\u201d\u00b2\u00b3",
    355: '"{}*',
    400: "\u00b0",
    500: "Jcksvxyz^",
    584: "+<=>~\u2212\u00d7",
    611: "FTZ\u00df\u00f8",
    667: "&ABEKPSVXY",
    722: "CDHNRUw",
    778: "GOQ\u00d8",
    833: "Mm",
    889: "%\u00e6",
    944: "W\u0153",
    1015: "@\u2014\u2026\u00c6\u0152",
}
_ADVANCE = MappingProxyType({character: width for width, characters in _ADVANCES.items() for character in characters})
_USUAL = 556
_BOLD = 1.08


def slot_colour(slot: int) -> str:
    """The colour of a slot: 0 is the reference, and the series start again after the last."""
    return SLOTS[0] if slot <= 0 else SLOTS[(slot - 1) % (len(SLOTS) - 1) + 1]


def line_height(size: int) -> int:
    """The distance between two lines of a size."""
    return _LINES[size]


def text_width(text: str, *, size: float = SIZE, bold: bool = False) -> float:
    """The width of one line of text in pixels: an estimate from the font's metrics, a little large when bold."""
    bare = (character for character in unicodedata.normalize("NFD", text) if not unicodedata.combining(character))
    return sum(_ADVANCE.get(character, _USUAL) for character in bare) * size / 1000 * (_BOLD if bold else 1)


def wrap_text(text: str, limit: float, *, size: float = SIZE, bold: bool = False) -> tuple[str, ...]:
    """Lines no wider than `limit`, as few as possible and then as even as possible; a long word is never cut."""
    lines = _fill(text, limit, size, bold)
    low, high = 0.0, limit
    while len(lines) > 1 and high - low > 1:
        middle = (low + high) / 2
        tighter = _fill(text, middle, size, bold)
        fits = len(tighter) == len(lines) and all(text_width(line, size=size, bold=bold) <= limit for line in tighter)
        if fits:
            high, lines = middle, tighter
        else:
            low = middle
    return lines


def _fill(text: str, limit: float, size: float, bold: bool) -> tuple[str, ...]:
    lines: list[str] = []
    for word in text.split(" "):  # only at plain spaces: the others do not break
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(longer, size=size, bold=bold) <= limit:
            lines[-1] = longer
        else:
            lines.append(word)
    return tuple(lines)
