"""The nouns of the publication: frozen values, no I/O, no HTML.

Three groups, one for each stage that makes them: what the sources say (`Release`, `Table`, `ReleaseText`), what the
data answer (`Value`, `Printed`, `Verdict`, `Grid`, `Plot`), and what the build plans and makes (`Target`, `Artifact`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Literal, NamedTuple

from .errors import Problem

PERIOD = re.compile(r"^([0-9]{4})(?:-(?:S([12])|Q([1-4])|(0[1-9]|1[0-2])))?$")
"""A period: `2024`, `2024-S1`, `2024-Q1`, `2024-03` (SDMX time periods)."""

UNPUBLISHED = datetime(9999, 1, 1, tzinfo=UTC)
"""The instant of a release whose own instant, or one of its texts, cannot be read: it is checked, and never shown."""

Coordinates = Mapping[str, str]
"""Dimension → member code: names one cell, or a slice when some dimensions are left out."""

# ---------------------------------------------------------------- what the sources say


@dataclass(frozen=True)
class Cell:
    """One observation: its value (None: not available), SDMX observation status, and line in the CSV file."""

    value: Decimal | None
    status: str = ""
    line: int = 0

    def digest(self) -> str:
        """Text that changes whenever the observation does."""
        return f"{'' if self.value is None else self.value}|{self.status}"


@dataclass(frozen=True)
class Dialect:
    """How a CSV file is written."""

    delimiter: str = ","
    decimal: str = "."


@dataclass(frozen=True)
class TableSpec:
    """`[tables.ID]` of release.toml: which file, which dimensions, and which members are derived.

    `totals` maps dimension → derived member → the members it adds up; `differences` maps dimension → derived member →
    (minuend, subtrahend). `time` is the dimension that holds periods. `unit`, `source` and `note` are label codes.
    """

    id: str
    file: str
    schema: str
    dimensions: tuple[str, ...]
    value: str
    status: str | None
    time: str | None
    unit: str
    decimals: int
    quality: str
    source: str | None
    note: str | None
    dialect: Dialect
    totals: Mapping[str, Mapping[str, tuple[str, ...]]]
    differences: Mapping[str, Mapping[str, tuple[str, str]]]
    line: int = 0


@dataclass(frozen=True)
class Table:
    """A CSV file as values. `cells` maps a tuple of member codes, in the order of `spec.dimensions`, to its cell;
    `members` maps a dimension to the codes that the file itself holds, in its order; `codes` to all codes, derived
    ones too."""

    spec: TableSpec
    cells: Mapping[tuple[str, ...], Cell]
    members: Mapping[str, tuple[str, ...]]
    codes: Mapping[str, frozenset[str]]
    path: str


@dataclass(frozen=True)
class MeasureSpec:
    """A measure and its arguments, for example `share` with `of = {region = "BEL"}`."""

    name: str
    of: Coordinates = field(default_factory=dict)
    minus: Coordinates = field(default_factory=dict)
    to: Coordinates = field(default_factory=dict)
    among: str | None = None
    start: str | None = None
    lag: Literal["year", "period"] = "year"


@dataclass(frozen=True)
class FigureSpec:
    """`[figures.ID]`: a family of numbers, one for each combination of members of the `by` dimensions."""

    id: str
    table: str
    at: Coordinates
    by: tuple[str, ...]
    measure: MeasureSpec
    decimals: int | None
    unit: str | None
    line: int = 0


@dataclass(frozen=True)
class ClaimSpec:
    """`[claims.ID]`: a predicate over the rows that `over` spans. `over` maps a dimension to the members that count
    (empty: all members that the file holds). `holds` is text of the closed grammar in `facts.claims`."""

    id: str
    table: str
    at: Coordinates
    over: Mapping[str, tuple[str, ...]]
    measure: MeasureSpec
    holds: str
    line: int = 0


@dataclass(frozen=True)
class Entry:
    """A row or a column of a display, or a panel of a chart: a slice, a measure and a label code, each optional."""

    at: Coordinates = field(default_factory=dict)
    measure: MeasureSpec | None = None
    label: str | None = None
    by: str | None = None
    members: tuple[str, ...] = ()
    decimals: int | None = None
    unit: str | None = None


@dataclass(frozen=True)
class DisplayPart:
    """A head of columns and the groups of rows under it."""

    columns: tuple[Entry, ...]
    groups: tuple[Entry, ...]


@dataclass(frozen=True)
class DisplaySpec:
    """`[displays.ID]`: a table for readers, made of cells and measures of a data table."""

    id: str
    table: str
    rows: tuple[Entry, ...]
    row_head: str | None
    parts: tuple[DisplayPart, ...]
    note: str | None
    line: int = 0


@dataclass(frozen=True)
class ChartSpec:
    """`[charts.ID]`. `category` and `series` are dimensions; `members` narrows and orders them.

    `type` is `bars` (horizontal), `columns` (vertical) or `lines`; `colour` names the dimension that carries the
    colour; `highlight` the category codes that are picked out; `total` shows the sum of a panel beside its title.
    """

    id: str
    type: str
    table: str
    panels: tuple[Entry, ...]
    category: str
    series: str | None
    colour: str | None
    members: Mapping[str, tuple[str, ...]]
    highlight: tuple[str, ...]
    sort: str
    total: bool
    columns: int
    subtitle: str | None
    note: str | None
    line: int = 0


@dataclass(frozen=True)
class Release:
    """`data/<id>/release.toml`: everything about a release that its languages share.

    `problems` are the file's mistakes; `broken` names the definitions (`figures.x`) that cannot be used because of them.
    """

    id: str
    kind: str
    published: datetime
    draft: bool
    periods: Mapping[str, str]
    tables: Mapping[str, TableSpec]
    figures: Mapping[str, FigureSpec]
    claims: Mapping[str, ClaimSpec]
    displays: Mapping[str, DisplaySpec]
    charts: Mapping[str, ChartSpec]
    digests: Mapping[str, str]
    path: str
    problems: tuple[Problem, ...] = ()
    broken: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Reference:
    """Something that a text names: `kind` is figure, claim, chart, table or release; `name` as written."""

    kind: str
    name: str
    line: int


@dataclass(frozen=True)
class FrontMatter:
    """The head of a text: what one language says of the release as a whole, with the line of each key."""

    title: str
    summary: str
    slug: str
    lines: Mapping[str, int]


@dataclass(frozen=True)
class ReleaseText:
    """A content file, parsed but not resolved: front matter, and the Markdown body with the line that it starts on."""

    release: str
    lang: str
    path: str
    front: FrontMatter
    body: str
    body_line: int


@dataclass(frozen=True)
class ReleaseHead:
    """What the rest of the site needs to know of a release: enough to plan addresses, indexes and feeds.

    `files` maps each data table to its CSV file.
    """

    id: str
    kind: str
    published: datetime
    draft: bool
    texts: Mapping[str, FrontMatter]
    files: Mapping[str, str] = field(default_factory=dict)


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
    """A figure as printed: its text in a language, its machine form as rounded, and the name that it came from."""

    text: str
    machine: str
    figure: str


@dataclass(frozen=True)
class Headline:
    """What lists and feeds show of a release in a language: title and summary, with figures as HTML and as plain text."""

    title_html: str
    title: str
    summary_html: str
    summary: str


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
    """A number of a display: printed in a language, in machine form, and its observation status."""

    text: str
    machine: str
    status: str = ""


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


@dataclass(frozen=True)
class Grid:
    """A display, in one language, ready for a template. `legend` explains the signs that occur in it."""

    id: str
    row_head: str
    parts: tuple[GridPart, ...]
    notes: tuple[str, ...]
    source: str
    width: int

    @property
    def signs(self) -> tuple[str, ...]:
        """The observation statuses of its numbers, each once, in lower case: `e`, `p` …; `a` for a plain one."""
        cells = (cell for part in self.parts for group in part.groups for _head, row in group.rows for cell in row)
        found = {cell.status for cell in cells if cell.machine}
        return tuple(sorted({letter for status in found for letter in (status or "A").lower()}))


@dataclass(frozen=True)
class Point:
    """A mark of a chart. `number` is None where there is no observation; `printed` is the value in the page's
    language; `sentence` the mark's label, read as a sentence."""

    category: str
    category_label: str
    series: str
    series_label: str
    colour: str
    number: Decimal | None
    printed: str
    sentence: str
    highlighted: bool = True


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
    """A member of the colour dimension: its code, its name, and its slot in the palette (1, 2, 3 …; 0: the reference)."""

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

TargetKind = Literal["release", "index", "home", "feed", "root", "sitemap", "robots", "notfound", "asset", "data", "audit", "headline"]


@dataclass(frozen=True, order=True)
class Target:
    """Something that the build makes: what it is, and where its bytes go.

    `path` is empty for what the site does not show: an audit, and a headline, which lists are made of.

    `rehearsal` marks work on a release that is not yet public: it is rendered to find its problems, and thrown away.
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
    headline: Headline | None = None
    failed: bool = False
