"""What the data answer, and what the build plans and makes: frozen values, no I/O, no HTML.

What the sources say is in `definitions`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal, NamedTuple

from .definitions import Coordinates
from .errors import Problem

# ---------------------------------------------------------------- what the data answer


@dataclass(frozen=True)
class FigureRef:
    """`{{ name.member | form(args) }}`: a figure's name, members in the order of `by`, and forms with arguments."""

    name: str
    members: tuple[str, ...] = ()
    forms: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def id(self) -> str:
        """The name that `data-figure` carries: `family.member`."""
        return ".".join((self.name, *self.members))


@dataclass(frozen=True)
class Value:
    """An exact number with its unit code, the decimals it is printed with, and the observation statuses behind it."""

    number: Decimal | None
    unit: str
    decimals: int
    statuses: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Printed:
    """A figure as printed: its text in a language, its machine form as rounded, and the name that it came from.

    `raised` is the ending of the text that the language writes above the line: the "e" of 8e.
    """

    text: str
    machine: str
    figure: str
    raised: str = ""


class DataFile(NamedTuple):
    """A data file of a release: its table, its title (else the name of the file), that name, what must be said of its
    data, and their source."""

    table: str
    title: str
    name: str
    note: str
    source: str


@dataclass(frozen=True)
class Headline:
    """What lists and feeds show of a release in a language: title and summary, as HTML and as plain text; the drawing
    on its card, where its kind has covers; and its data files."""

    title_html: str
    title: str
    summary_html: str
    summary: str
    cover: str = ""
    files: tuple[DataFile, ...] = ()


@dataclass(frozen=True)
class FeedText:
    """The full text of a release as feeds carry it: HTML with absolute addresses."""

    content: str


Standing = Literal["public", "draft", "scheduled", "mixed"]
"""Whether the public sees something: a release that is a draft or scheduled, or a list that may hold such, is shown in
previews only, and marked."""

Part = Headline | FeedText
"""Something made of a release that is not a file of its own: lists and feeds are put together from parts."""


@dataclass(frozen=True)
class Row:
    """A value at a place: what a claim is tested on."""

    at: Coordinates
    value: Value


@dataclass(frozen=True)
class Verdict:
    """Whether a claim holds, and the rows that break it (empty when it holds)."""

    holds: bool
    breaking: tuple[Row, ...] = ()
    reason: str = ""


class GridCell(NamedTuple):
    """A number of a display: printed in a language, in machine form, and its observation status. `pad` is how many
    decimals it has less than its column's longest: room is kept for them, so that decimal signs stand below each
    other; where it has none at all, for the sign too. `was` is the number before, printed, when it was revised; and
    `was_machine` the same in machine form."""

    text: str
    machine: str
    status: str = ""
    pad: int = 0
    was: str = ""
    was_machine: str = ""


@dataclass(frozen=True)
class GridHead:
    """A column head that spans `span` columns."""

    text: str
    span: int = 1


@dataclass(frozen=True)
class GridGroup:
    """Rows under one heading; a row is its head and its cells."""

    head: str
    rows: tuple[tuple[str, tuple[GridCell, ...]], ...]


@dataclass(frozen=True)
class GridPart:
    """One head (two levels; the lower may be empty) and its groups."""

    heads: tuple[GridHead, ...]
    subheads: tuple[str, ...]
    groups: tuple[GridGroup, ...]


class RevisedNumber(NamedTuple):
    """A number of a display that is not what it was: where it stands, in words; before and after."""

    place: str
    before: str
    after: str


@dataclass(frozen=True)
class Grid:
    """A display, in one language, ready for a template. `legend` explains the signs that occur in it."""

    id: str
    row_head: str
    parts: tuple[GridPart, ...]
    notes: tuple[str, ...]
    source: str
    width: int

    def aligned(self) -> Grid:
        """The same grid, with the room that each number needs to align with its column on the decimal sign."""
        return replace(self, parts=tuple(_aligned(part) for part in self.parts))

    @property
    def revised(self) -> tuple[RevisedNumber, ...]:
        """Its numbers that were revised, in reading order."""
        cells = (placed for part in self.parts for placed in _placed_cells(part) if placed[1].was)
        return tuple(RevisedNumber(place, cell.was, cell.text) for place, cell in cells)

    @property
    def signs(self) -> tuple[str, ...]:
        """The observation statuses of its numbers, each once, in lower case: `e`, `p` …; `a` for a plain one."""
        cells = (cell for part in self.parts for group in part.groups for _head, row in group.rows for cell in row)
        found = {cell.status for cell in cells if cell.machine}
        return tuple(sorted({letter for status in found for letter in (status or "A").lower()}))


def _placed_cells(part: GridPart) -> Iterator[tuple[str, GridCell]]:
    """Each cell of a part, under the names of its row and its column."""
    heads = [head.text if len(part.heads) > 1 else "" for head in part.heads for _column in range(head.span)]
    for group in part.groups:
        for row, cells in group.rows:
            for head, below, cell in zip(heads, part.subheads, cells, strict=False):
                yield " · ".join(name for name in (group.head, row, head, below) if name), cell


def _aligned(part: GridPart) -> GridPart:
    rows = [cells for group in part.groups for _head, cells in group.rows]
    longest = [max((_decimals(cell) for cell in column), default=0) for column in zip(*rows, strict=True)]
    groups = []
    for group in part.groups:
        padded = [
            (head, tuple(cell._replace(pad=most - _decimals(cell)) for cell, most in zip(cells, longest, strict=True)))
            for head, cells in group.rows
        ]
        groups.append(replace(group, rows=tuple(padded)))
    return replace(part, groups=tuple(groups))


def _decimals(cell: GridCell) -> int:
    """The places that a number takes after its whole part, the decimal sign included."""
    return len(cell.machine) - cell.machine.index(".") if "." in cell.machine else 0


@dataclass(frozen=True)
class Point:
    """A mark of a chart. `number` is None where there is no observation; `printed` is the value in the page's
    language; `sentence` the mark's label, read as a sentence; `status` the observation statuses behind it (SDMX
    letters: `E`, `P` …; `A` when all are normal, `M` when there is no value, empty when the table has none)."""

    category: str
    category_label: str
    series: str
    series_label: str
    colour: str
    number: Decimal | None
    printed: str
    sentence: str
    highlighted: bool = True
    status: str = ""


@dataclass(frozen=True)
class Panel:
    """A panel of a chart: title, unit in words, the printed total beside the title (may be empty), and its marks."""

    title: str
    unit: str
    total: str
    points: tuple[Point, ...]
    decimals: int


@dataclass(frozen=True)
class Colour:
    """A member of the colour dimension: its code, its name, and its slot in the palette (1, 2 …; 0: the reference)."""

    code: str
    label: str
    slot: int


@dataclass(frozen=True)
class Plot:
    """A chart in one language, as values: everything that is drawn or said, nothing about how.

    `colours` lists the members of the colour dimension in order, empty when there is one colour;
    `status` says on the chart that data are estimated or illustrative, empty when they are neither.
    """

    id: str
    lang: str
    type: str
    title: str
    subtitle: str
    description: str
    panels: tuple[Panel, ...]
    colours: tuple[Colour, ...]
    columns: int
    status: str
    notes: tuple[str, ...]
    source: str
    category_head: str
    series_head: str


# ---------------------------------------------------------------- what the build plans and makes

TargetKind = Literal[
    "release",
    "index",
    "home",
    "feed",
    "rss",
    "corrections",
    "calendar",
    "ics",
    "root",
    "sitemap",
    "robots",
    "headers",
    "notfound",
    "catalogue",
    "figures",
    "revisions",
    "revisionsfile",
    "record",
    "chart",
    "embed",
    "redirect",
    "redirects",
    "withdrawn",
    "withdrawnembed",
    "picture",
    "series",
    "spec",
    "bundle",
    "card",
    "asset",
    "data",
    "audit",
    "messages",
    "headline",
    "feedtext",
]


class Target(NamedTuple):
    """Something that the build makes: what it is, and where its bytes go.

    `path` is empty for what is no file of the site: an audit, and the parts that lists and feeds are made of.
    `name` tells targets of one release or section apart: a table, a chart, an asset, a page of an index.

    `rehearsal` marks work on a release that is not yet public: it is rendered to find its problems, and thrown away.

    A tuple, because a site has thousands, and every build compares and sorts all of them.
    """

    path: str
    kind: TargetKind
    lang: str = ""
    release: str = ""
    section: str = ""
    name: str = ""
    rehearsal: bool = False

    @property
    def key(self) -> str:
        """A name that no other target of the plan has."""
        mark = "rehearsal:" if self.rehearsal else ""
        return mark + (self.path or f"{self.kind}:{self.release}:{self.lang}")


@dataclass(frozen=True)
class Link:
    """A link that a page makes within the site: the output path and anchor it needs, and where an author wrote it."""

    path: str
    anchor: str
    source: str
    line: int


@dataclass(frozen=True)
class Artifact:
    """A target's bytes, and what checks ask of them: links, anchors, findings, and how many charts it shows."""

    target: Target
    content: bytes
    links: tuple[Link, ...] = ()
    anchors: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    charts: int = 0
    part: Part | None = None
    failed: bool = False
