"""What the sources say, as values: releases, tables and texts; frozen, no I/O, no HTML."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Literal

from .amending import Amendments, Correction, EditionOf, Withdrawal
from .errors import Problem

PERIOD = re.compile(r"^([0-9]{4})(?:-(?:S([12])|Q([1-4])|(0[1-9]|1[0-2])))?$")
"""A period: `2024`, `2024-S1`, `2024-Q1`, `2024-03` (SDMX time periods)."""

UNPUBLISHED = datetime(9999, 1, 1, tzinfo=UTC)
"""The instant of a release whose own instant, or one of its texts, cannot be read: it is checked, and never shown."""

Coordinates = Mapping[str, str]
"""Dimension → member code: names one cell, or a slice when some dimensions are left out."""


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
    (minuend, subtrahend). `time` is the dimension that holds periods. `unit`, `title`, `source` and `note` are label
    codes.
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
    title: str | None = None


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

    @property
    def statuses(self) -> tuple[str, ...]:
        """The observation statuses that occur, in order."""
        return tuple(sorted({cell.status for cell in self.cells.values()}))


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
class LiteralSpec:
    """`[literals]` of release.toml: words with a numeral that stand in a text and come from no cell, and why; `source`
    is a label code."""

    text: str
    reason: str | None
    source: str | None
    line: int = 0


@dataclass(frozen=True)
class DateChange:
    """`[[announced.changes]]` of release.toml: from `at` on, the calendar says in each language why the release does
    not come at `before`, which had been announced."""

    at: datetime
    before: datetime
    texts: Mapping[str, str]


@dataclass(frozen=True)
class Announcement:
    """`[announced]` of release.toml: from `since` on, the calendar shows a title and a date, whatever else is public of
    the release, which may have no text yet.

    `date` is `published`, and the date that the latest change moved it to. `passed`: at the instant of a build, so has
    the date.
    """

    kind: str
    since: datetime
    date: datetime
    titles: Mapping[str, str]
    changes: tuple[DateChange, ...] = ()
    passed: bool = False
    line: int = 0

    def as_of(self, now: datetime) -> Announcement | None:
        """What was announced at an instant, and nothing that was told later; None when nothing was."""
        if self.since > now:
            return None
        told = tuple(change for change in self.changes if change.at <= now)
        date = self.changes[len(told)].before if len(told) < len(self.changes) else self.date
        return replace(self, date=date, changes=told, passed=date <= now)

    @property
    def instants(self) -> tuple[datetime, ...]:
        """Every instant at which the calendar says something else."""
        dates = (*(change.before for change in self.changes), self.date)
        return (self.since, *(change.at for change in self.changes), *dates)


@dataclass(frozen=True)
class Release:
    """`data/<id>/release.toml`: everything about a release that its languages share.

    `allowed`: words that may be public before the release is, with the reason of each. `problems` are the file's
    mistakes; `broken` names the definitions (`figures.x`) that they spoil.
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
    literals: Mapping[str, LiteralSpec] = field(default_factory=dict)
    allowed: Mapping[str, str] = field(default_factory=dict)
    amendments: Amendments = field(default_factory=Amendments)
    announced: Announcement | None = None


@dataclass(frozen=True)
class Reference:
    """Something that a text names: `kind` is figure, claim, chart, table or release; `name` as written."""

    kind: str
    name: str
    line: int


@dataclass(frozen=True)
class Citation:
    """A figure, claim, chart or table that a text names: `kind`, `name` as written, and the words that the text has for
    it: those that assert a claim, the title of a chart, the caption of a table; with figures, as written."""

    kind: str
    name: str
    words: str = ""


@dataclass(frozen=True)
class FrontMatter:
    """The head of a text: what one language says of the release as a whole, with the line of each key; and the ids of
    the charts that the text shows, in order, for each has a page of its own. `cites`: it names figures or claims.
    `former` are slugs that its page had before."""

    title: str
    summary: str
    slug: str
    lines: Mapping[str, int]
    charts: tuple[str, ...] = ()
    cites: bool = False
    former: tuple[str, ...] = ()


@dataclass(frozen=True)
class ChartWords:
    """What a text says of a chart that it shows: description and title, as written, and the line where it stands."""

    title: str
    description: str
    line: int


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

    `files` maps each data table to its CSV file. `corrections` are in the order of time. Of an earlier edition,
    `superseded` is the instant of the correction that took its place: None while none has; and `announced` is what it
    says that was announced, which is told again while it is shown as the release.
    """

    id: str
    kind: str
    published: datetime
    draft: bool
    texts: Mapping[str, FrontMatter]
    files: Mapping[str, str] = field(default_factory=dict)
    corrections: tuple[Correction, ...] = ()
    withdrawal: Withdrawal | None = None
    edition: EditionOf | None = None
    revises: str = ""
    superseded: datetime | None = None
    announced: Announcement | None = None

    def as_of(self, now: datetime) -> ReleaseHead:
        """The head as it stands at an instant: what is to come is not in it."""
        due = tuple(correction for correction in self.corrections if correction.at <= now)
        gone = self.withdrawal if self.withdrawal is not None and self.withdrawal.at <= now else None
        return (
            self
            if (due, gone) == (self.corrections, self.withdrawal)
            else replace(self, corrections=due, withdrawal=gone)
        )

    @property
    def modified(self) -> datetime:
        """The instant since which the release is as it is: withdrawn, corrected last, or published."""
        if self.withdrawal is not None:
            return self.withdrawal.at
        return self.corrections[-1].at if self.corrections else self.published

    @property
    def compared_with(self) -> str:
        """The release, or the edition of this one, whose data this one revises; empty when it says none."""
        return next((one.previous for one in reversed(self.corrections) if one.previous), self.revises)

    @property
    def instants(self) -> tuple[datetime, ...]:
        """Every instant at which the public sees the release become another."""
        gone = () if self.withdrawal is None else (self.withdrawal.at,)
        return (self.published, *(correction.at for correction in self.corrections), *gone)
