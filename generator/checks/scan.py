"""HTML, or the HTML in a feed → the numbers that it prints: bound figures, the cells of tables, and the drawings."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape

_TOKEN = re.compile(
    r"<(?:"
    r'(?P<of>[a-z]+\b[^>]*?\sid="(?:table|chart)-[A-Za-z][\w-]*")'
    r"|(?P<svg>svg\b)|(?P<end>/figure>)|(?P<table>table\b)|(?P<body>tbody\b)|(?P<row>tr\b)"
    r"|(?P<cell>td\b[^>]*>.*?</td>)"
    r"|(?P<data>data\b[^>]*>.*?</data>))",
    re.S | re.A,
)
_DATA = re.compile(r"<data\b([^>]*)>(.*?)</data>", re.S)
_OF = re.compile(r'\sid="(table|chart)-([\w-]+)"', re.A)
_VALUE = re.compile(r'\svalue="([^"]*)"')
_FIGURE = re.compile(r'\sdata-figure="([^"]*)"')
_TAG = re.compile(r"<[^>]*>")


@dataclass(frozen=True)
class Printed:
    """A number as a page prints it: its name (empty in a table), its machine form and its text."""

    figure: str
    value: str
    text: str


Rows = list[list[Printed | None]]
"""The cells of one table, row by row; None where a cell has no number."""


@dataclass
class Scan:
    """What a page prints: figures in order, and for each `table-ID` and `chart-ID` its tables and its drawings."""

    figures: list[Printed] = field(default_factory=list)
    tables: dict[str, list[Rows]] = field(default_factory=dict)
    drawings: dict[str, list[str]] = field(default_factory=dict)


def scan(html: str) -> Scan:
    """One pass over a page."""
    found, place, rows, at = Scan(), "", None, 0
    while token := _TOKEN.search(html, at):
        at, kind = token.end(), token.lastgroup
        if kind == "data":
            found.figures += filter(_bound, map(_printed, _DATA.findall(token.group())))
        elif kind == "cell":
            inside = [_printed(each) for each in _DATA.findall(token.group())]
            found.figures += filter(_bound, inside)
            if rows:
                rows[-1].append(next((each for each in inside if not each.figure), None))
        elif kind == "row" and rows is not None:
            rows.append([])
        elif kind == "body" and place and found.tables.get(place):
            rows = found.tables[place][-1]
        elif kind == "table":
            rows = None
            if place:
                found.tables.setdefault(place, []).append([])
        elif kind == "svg":
            end = html.find("</svg>", at)
            end = len(html) if end < 0 else end
            if place:
                found.drawings.setdefault(place, []).append(html[token.start() : end])
            at = end
        elif kind in ("of", "end"):
            name = _OF.search(token.group()) if kind == "of" else None
            place, rows = (f"{name[1]}-{name[2]}" if name else ""), None
    return found


def numbers_of(tables: list[Rows]) -> list[Rows]:
    """Tables without the rows that hold no cell."""
    return [[row for row in rows if row] for rows in tables]


def _bound(printed: Printed) -> bool:
    return bool(printed.figure)


def _printed(found: tuple[str, str]) -> Printed:
    attributes, inner = found
    value, figure = _VALUE.search(attributes), _FIGURE.search(attributes)
    text = plain(inner)
    return Printed(unescape(figure[1]) if figure else "", unescape(value[1]) if value else "", text)


def plain(html: str) -> str:
    """The text of a piece of HTML."""
    if "<" in html:
        html = _TAG.sub("", html)
    return unescape(html) if "&" in html else html
