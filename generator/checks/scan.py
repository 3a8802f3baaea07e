"""HTML, or the HTML in a feed → the numbers that it prints: bound figures, the cells of tables, and the drawings."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from html import unescape
from typing import NamedTuple

_TOKEN = re.compile(r"<(?:(data|td)\b|(tr|tbody|table|svg)\b|/(figure)>)", re.A)
_PLACE = re.compile(r' id="((?:table|chart)-[A-Za-z][\w-]*)"', re.A)
_DATA = re.compile(r"<data\b([^>]*)>(.*?)</data>", re.S)
_PIECE = re.compile(r"<data\b[^>]*>.*?</data>", re.S)
_ESCAPED = re.compile(r"&lt;data\b.*?&lt;/data&gt;", re.S)
_SEPARATOR = "\n"
_VALUE = re.compile(r'\svalue="([^"]*)"')
_OTHER_ENTITY = re.compile(r"&(?!(?:lt|gt|amp|quot|#34|#39);)")
_WAS = re.compile(r'\sdata-was="([^"]*)"')
_FIGURE = re.compile(r'\sdata-figure="([^"]*)"')
_TAG = re.compile(r"<[^>]*>")


class Printed(NamedTuple):
    """A number as a page prints it: its name (empty in a table), its machine form and its text; and in a table, the
    machine form of the number before, where it is said to be revised."""

    figure: str
    value: str
    text: str
    was: str = ""


Rows = list[list[Printed | None]]
"""The cells of one table, row by row; None where a cell has no number."""


_NO_ROWS: Rows | None = None


@dataclass
class Scan:
    """What a page prints: figures in order, and for each `table-ID` and `chart-ID` its tables and its drawings."""

    figures: list[Printed] = field(default_factory=list)
    tables: dict[str, list[Rows]] = field(default_factory=dict)
    drawings: dict[str, list[str]] = field(default_factory=dict)


def scan(html: str) -> Scan:
    """One pass over a page."""
    reader = _Scanner(html)
    at = 0
    while token := _TOKEN.search(html, at):
        reader.move(token.start())
        holds, opens, _closes = token.groups()
        if holds:
            at = reader.numbers(holds, *token.span())
        elif opens == "svg":
            at = reader.drawing(token.start())
        else:
            reader.part(opens)
            at = token.end()
    return reader.found


class _Scanner:
    """Where a pass over a page is: in which table or chart, and in which rows."""

    def __init__(self, html: str) -> None:
        self.html, self.found = html, Scan()
        self.place, self.rows = "", _NO_ROWS
        self.places = [*((match.start(), match[1]) for match in _PLACE.finditer(html)), (len(html), "")]
        self.coming = 0

    def move(self, start: int) -> None:
        """Take note of what began before a place."""
        while self.places[self.coming][0] < start:
            self.place, self.rows = self.places[self.coming][1], None
            self.coming += 1

    def numbers(self, tag: str, start: int, inside: int) -> int:
        """A number, or a cell that may hold some; and where it ends."""
        end = self.html.find(f"</{tag}>", inside)
        end = len(self.html) if end < 0 else end
        numbers = [_printed(each) for each in _DATA.findall(self.html, start, end + 7)]
        self.found.figures += [each for each in numbers if each.figure]
        if tag == "td" and self.rows:
            found = next((each for each in numbers if not each.figure), None)
            was = _WAS.search(self.html, start, self.html.find(">", start)) if found else None
            self.rows[-1].append(found._replace(was=unescape(was[1])) if found and was else found)
        return end

    def drawing(self, start: int) -> int:
        """A drawing, kept if it is a chart's; and where it ends."""
        end = self.html.find("</svg>", start)
        end = len(self.html) if end < 0 else end
        if self.place:
            self.found.drawings.setdefault(self.place, []).append(self.html[start:end])
        while self.places[self.coming][0] < end:
            self.coming += 1  # a name that the drawing has of its own
        return end

    def part(self, opens: str | None) -> None:
        """The begin of a table, of its body or of a row; or the end of a figure."""
        tables = self.found.tables
        if opens == "table":
            self.rows = None
            if self.place:
                tables.setdefault(self.place, []).append([])
        elif opens == "tbody":
            self.rows = tables[self.place][-1] if self.place in tables else None
        elif opens == "tr" and self.rows is not None:
            self.rows.append([])
        elif opens is None:
            self.place, self.rows = "", None


def pieces(text: str) -> Counter[str]:
    """Every number of a text, be it HTML or the escaped HTML of a feed, as HTML: see `printed_in`."""
    escaped = _unescaped(_SEPARATOR.join(_ESCAPED.findall(text)))
    return Counter(_PIECE.findall(text) + _PIECE.findall(escaped))


def _unescaped(text: str) -> str:
    """Text of a feed as the HTML that it stands for: quick where it has no other entities than escaping makes."""
    if _OTHER_ENTITY.search(text):
        return unescape(text)
    for entity, sign in (("&lt;", "<"), ("&gt;", ">"), ("&#34;", '"'), ("&quot;", '"'), ("&#39;", "'"), ("&amp;", "&")):
        text = text.replace(entity, sign)
    return text


def printed_in(piece: str) -> Printed:
    """The number of a piece."""
    return _printed(_DATA.findall(piece)[0])


def numbers_of(tables: list[Rows]) -> list[Rows]:
    """Tables without the rows that hold no cell."""
    return [[row for row in rows if row] for rows in tables]


def _printed(found: tuple[str, str]) -> Printed:
    attributes, inner = found
    value = _VALUE.search(attributes)
    figure = _FIGURE.search(attributes) if "data-figure" in attributes else None
    text = plain(inner)
    return Printed(unescape(figure[1]) if figure else "", unescape(value[1]) if value else "", text)


def plain(html: str) -> str:
    """The text of a piece of HTML."""
    if "<" in html:
        html = _TAG.sub("", html)
    return unescape(html) if "&" in html else html
