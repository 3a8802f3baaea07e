"""A text → its passages: what readers read of it, block by block, each with the line where it begins.

Checks of wording and of languages, and translation, work on passages. The grammar is that of docs/writer.md: headings,
paragraphs, list items, quotes, charts, tables, footnotes, and blocks that hold them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from ..definitions import ReleaseText

Kind = Literal["title", "summary", "heading", "paragraph", "item", "quote", "chart", "table", "footnote", "block"]

_HEADING = re.compile(r"^(#{1,6})[ \t]+(.*?)[ \t]*#*$")
_FENCE = re.compile(r"^/{3,}[ \t]*(?:([\w-]+)[ \t]*(?:\|[ \t]*(.*?))?)?[ \t]*$")
_ITEM = re.compile(r"^[ \t]{0,12}(?:[-*+]|\d{1,9}[.)])[ \t]+(.*)$")
_NOTE = re.compile(r"^ {0,3}\[\^([^\]\s]+)\]:[ \t]*(.*)$")
_QUOTE = re.compile(r"^ {0,3}>[ \t]?(.*)$")
_IMAGE = re.compile(r"^ {0,3}!\[.*\]\(\s*(chart|table):", re.S)


@dataclass(frozen=True)
class Passage:
    """One block of a text, as written, without the signs that make it what it is.

    `level` is the rank of a heading. `name` is that of a block (`box`) or of a footnote. `section` counts the headings
    before it, so that passages of two languages can be paired. `spans` has the columns in which each of its lines holds
    the text: what is left and right of them makes the block what it is. Title and summary have none: see
    `texts.scalars`.
    """

    kind: Kind
    text: str
    line: int
    section: int = 0
    level: int = 0
    name: str = ""
    spans: tuple[tuple[int, int], ...] = ()


def passages(text: ReleaseText) -> tuple[Passage, ...]:
    """Title, summary, and every block of the body, in order."""
    front = text.front
    head = (
        Passage("title", front.title, front.lines["title"]),
        Passage("summary", front.summary, front.lines["summary"]),
    )
    return (*head, *_Reader(text.body_line).read(text.body))


class _Reader:
    """Reads a body line by line."""

    def __init__(self, first: int) -> None:
        self.line, self.section = first, 0
        self.open: tuple[Kind, int, str] | None = None  # the block that a next line may belong to
        self.lines: list[str] = []
        self.spans: list[tuple[int, int]] = []

    def read(self, body: str) -> Iterator[Passage]:
        for line in body.split("\n"):
            yield from self.take(line)
            self.line += 1
        yield from self.close()

    def close(self) -> Iterator[Passage]:
        if self.open is not None:
            kind, start, name = self.open
            text = "\n".join(self.lines)
            if kind == "paragraph" and (image := _IMAGE.match(text)):
                kind = "chart" if image.group(1) == "chart" else "table"
            yield Passage(kind, text, start, self.section, name=name, spans=tuple(self.spans))
        self.open, self.lines, self.spans = None, [], []

    def begin(self, kind: Kind, line: str, start: int, name: str = "") -> Iterator[Passage]:
        yield from self.close()
        self.open = (kind, self.line, name)
        self.add(line, start)

    def add(self, line: str, start: int) -> None:
        """A line of the open block, whose text begins at a column."""
        self.lines.append(line[start:])
        self.spans.append((start, len(line)))

    def take(self, line: str) -> Iterator[Passage]:
        if not line.strip():
            yield from self.close()
        elif found := _HEADING.match(line):
            yield from self.close()
            self.section += 1
            rank = len(found.group(1))
            yield Passage("heading", found.group(2), self.line, self.section, rank, spans=(found.span(2),))
        elif found := _FENCE.match(line):
            yield from self.close()
            if found.group(1):
                spans = (found.span(2),) if found.group(2) else ()
                yield Passage("block", found.group(2) or "", self.line, self.section, name=found.group(1), spans=spans)
        elif found := _NOTE.match(line):
            yield from self.begin("footnote", line, found.start(2), found.group(1))
        elif found := _ITEM.match(line):
            yield from self.begin("item", line, found.start(1))
        elif (found := _QUOTE.match(line)) and (self.open is None or self.open[0] != "quote"):
            yield from self.begin("quote", line, found.start(1))
        else:
            bare = line.strip()
            start = line.index(bare)
            if self.open is None:
                yield from self.begin("paragraph", line[: start + len(bare)], start)
            elif found and self.open[0] == "quote":
                self.add(line, found.start(1))
            else:
                self.add(line[: start + len(bare)], start)
