"""data/<release>/release.toml → Release: what the languages share, each key checked, all mistakes at once."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Literal, cast

from ..amending import Amendments
from ..config import SiteConfig
from ..definitions import (
    PERIOD,
    UNPUBLISHED,
    ChartSpec,
    ClaimSpec,
    DisplayPart,
    DisplaySpec,
    Entry,
    FigureSpec,
    MeasureSpec,
    Release,
)
from ..errors import SourceErrors, did_you_mean
from ..spec import Spec, read_toml
from . import announcements
from .amendments import AMENDING, as_plain, read_amendments
from .data_tables import NAME, TableReader
from .files import digest_of
from .literals import read_allowed, read_literals

RELEASE_FILE = "release.toml"
MEASURES = ("level", "share", "change", "average_growth", "contribution", "balance", "difference", "ratio", "rank")
#: The groups of definitions that have names.
_NAMED = ("tables", "figures", "claims", "displays", "charts")
CHART_TYPES = ("bars", "columns", "lines")
#: What a measure cannot do without.
_NEEDS = {
    "share": "of",
    "average_growth": "start",
    "contribution": "of",
    "balance": "minus",
    "difference": "minus",
    "ratio": "to",
    "rank": "among",
}
_EXAMPLES = {
    "of": 'for example of = { region = "BEL" }',
    "minus": 'for example minus = { flow = "imports" }',
    "to": 'for example to = { region = "BEL" }',
    "among": 'for example among = "region"',
    "start": "for example start = 2019",
}
_ARGUMENTS = ("of", "minus", "to", "among", "start", "lag")
_TAKES = {
    "level": (),
    "share": ("of",),
    "change": ("lag",),
    "average_growth": ("start",),
    "contribution": ("of", "lag"),
    "balance": ("minus",),
    "difference": ("minus",),
    "ratio": ("to",),
    "rank": ("among",),
}


def read_release(data: bytes, path: str, release: str, config: SiteConfig) -> Release:
    """The bytes of release.toml → the release. Raises SourceErrors with everything that is wrong in the file."""
    found = parse_release(data, path, release, config)
    if found.problems:
        raise SourceErrors(*found.problems)
    return found


def parse_release(data: bytes, path: str, release: str, config: SiteConfig) -> Release:
    """The bytes of release.toml → what can be understood of it, and its mistakes, so that the rest can be checked too.

    Raises SourceErrors when nothing can be understood.
    """
    spec = read_toml(data, path, "bad-release")
    reader = _Reader(spec)
    kind = _kind(spec, config)
    published = spec.instant("published")
    draft = spec.flag("draft")
    tables = reader.definitions("tables", reader.table)
    reader.known_tables = {name: table for name, table in reader.seen_tables.items() if table.dimensions}
    figures = reader.definitions("figures", reader.figure)
    _told_apart(spec, figures, reader.periods)
    claims = reader.definitions("claims", reader.claim)
    displays = reader.definitions("displays", reader.display)
    charts = reader.definitions("charts", reader.chart)
    literals = read_literals(spec)
    allowed = read_allowed(spec)
    amendments = read_amendments(spec, published, config, _names(spec))
    announced = announcements.read_announcement(spec, kind, published, config)
    spec.finish()
    return Release(
        id=release,
        kind=kind,
        published=published or UNPUBLISHED,
        draft=draft,
        periods=reader.periods,
        tables=tables,
        figures=figures,
        claims=claims,
        displays=displays,
        charts=charts,
        digests=_digests(spec, reader.periods),
        path=path,
        problems=tuple(spec.problems),
        broken=frozenset(reader.broken),
        literals=literals,
        allowed=allowed,
        amendments=amendments,
        announced=announced,
    )


def _kind(spec: Spec, config: SiteConfig) -> str:
    kind = spec.need("kind")
    if kind and kind not in config.kinds:
        spec.problem(f'there is no kind of publication "{kind}"', "kind", hint=did_you_mean(kind, config.kinds))
    return kind


def _told_apart(spec: Spec, figures: Iterable[str], periods: Mapping[str, str]) -> None:
    for name in figures:
        if name in periods:
            hint = "give one of them another name"
            spec.problem(f'"{name}" is both a period and a figure', "figures", name, code="duplicate-key", hint=hint)


def _names(spec: Spec) -> list[str]:
    """The definitions of a release: `figures.x`."""
    groups = ((group, spec.raw.get(group)) for group in _NAMED)
    return [f"{group}.{name}" for group, defined in groups if isinstance(defined, dict) for name in defined]


def read_release_head(data: bytes, path: str, release: str, config: SiteConfig) -> Mapping[str, object]:
    """The few facts of release.toml that a plan needs, as plain values: kind, published, draft, files, and what became
    of the release since.

    Only they are checked here: the rest of the file is read, and judged, when the release is audited. With a mistake
    among them, or with an announcement, a correction or the like, the whole file is read. Raises SourceErrors.
    """
    values = read_toml(data, path, "bad-release").raw
    published, draft, tables = values.get("published"), values.get("draft", False), values.get("tables", {})
    files = {
        name: table["file"]
        for name, table in (tables.items() if isinstance(tables, dict) else ())
        if isinstance(table, dict) and isinstance(table.get("file"), str) and NAME.match(name)
    }
    whole = isinstance(tables, dict) and len(files) == len(tables) and isinstance(draft, bool)
    dated = isinstance(published, datetime) and published.tzinfo is not None and 1900 <= published.year <= 2999
    kind = values.get("kind")
    told = "announced" in values or not AMENDING.isdisjoint(values)
    if told or not whole or not dated or not isinstance(kind, str) or kind not in config.kinds:
        found = parse_release(data, path, release, config)
        if found.kind not in config.kinds:
            raise SourceErrors(*found.problems)
        files = {name: table.file for name, table in found.tables.items()}
        head = {"kind": found.kind, "published": found.published.isoformat(), "draft": found.draft, "files": files}
        announced = announcements.as_plain(found.announced)
        return {**head, **as_plain(found.amendments), "announced": announced}
    assert isinstance(published, datetime)
    head = {"kind": kind, "published": published.isoformat(), "draft": draft, "files": files}
    return {**head, **as_plain(Amendments()), "announced": None}


def _digests(spec: Spec, periods: Mapping[str, str]) -> Mapping[str, str]:
    """A digest for each definition, of its own words and of the periods that it names."""
    result = {f"periods.{name}": value for name, value in periods.items()}
    result["literals"] = digest_of(json.dumps(spec.raw.get("literals"), sort_keys=True, default=str))
    for group in _NAMED:
        for name, value in cast(Mapping[str, object], spec.raw.get(group) or {}).items():
            text = json.dumps(value, sort_keys=True, default=str)
            used = [f"{period}={periods[period]}" for period in sorted(periods) if f"@{period}" in text]
            result[f"{group}.{name}"] = digest_of(text + "|".join(used))
    return MappingProxyType(result)


class _Reader(TableReader):
    """Reads the definitions of one release.toml."""

    # -- measures, figures, claims

    def measure(self, spec: Spec, table: str, default: str | None = "level") -> MeasureSpec | None:
        """A measure with its arguments; None when the key is absent and there is no default."""
        given = [key for key in _ARGUMENTS if key in spec]
        name = spec.text("measure", default)
        if name is None:
            if given:
                spec.problem(f'"{given[0]}" needs a measure', given[0])
            return None
        if name not in MEASURES:
            hint = did_you_mean(name, MEASURES)
            spec.problem(f'there is no measure "{name}"', "measure", hint=hint)
            return MeasureSpec("level")
        if (need := _NEEDS.get(name)) and need not in spec:
            spec.problem(f'the measure "{name}" needs "{need}"', "measure", code="missing-key", hint=_EXAMPLES[need])
        for key in given:
            if key not in _TAKES[name]:
                hint = f"delete it; {name} takes {' and '.join(_TAKES[name]) or 'no arguments'}"
                spec.problem(f'the measure "{name}" does not take "{key}"', key, hint=hint)
        start = spec.texts("start") if "start" in spec else ()
        if len(start) > 1:
            spec.problem('"start" must be one period', "start", hint=_EXAMPLES["start"])
        for period in (self.code(code, spec, "start") for code in start[:1]):
            if not PERIOD.match(period) and not period.startswith("@"):
                spec.problem(f'"{period}" is not a period', "start", hint="write 2024, 2024-S1, 2024-Q1 or 2024-03")
        for key in ("of", "minus", "to"):
            if spec.raw.get(key) == {}:
                spec.problem(f'"{key}" is empty', key, hint=_EXAMPLES[key])
            value = spec.raw.get(key)
            self.dimensions(table, spec, value if isinstance(value, dict) else (), key)
        self.dimensions(table, spec, [str(spec.raw["among"])] if "among" in spec else (), "among")
        return MeasureSpec(
            name,
            of=self.place(spec, "of"),
            minus=self.place(spec, "minus"),
            to=self.place(spec, "to"),
            among=spec.text("among"),
            start=self.periods.get(start[0].removeprefix("@"), start[0]) if start else None,
            lag=cast(Literal["year", "period"], spec.choice("lag", ("year", "period"), "year")),
        )

    def figure(self, name: str, spec: Spec) -> FigureSpec:
        """`[figures.ID]`."""
        self.name(name, spec)
        before = len(spec.problems)
        table, at, by = self.table_id(spec), self.place(spec, "at"), spec.texts("by")
        self.dimensions(table, spec, at, "at")
        self.dimensions(table, spec, by, "by")
        self.complete(table, (*at, *by), spec, before)
        measure = self.measure(spec, table)
        assert measure is not None
        result = FigureSpec(
            name, table, at, by, measure, spec.integer("decimals", None, 0, 12), spec.text("unit"), spec.line()
        )
        spec.finish()
        return result

    def complete(self, table: str, named: tuple[str, ...], spec: Spec, before: int) -> None:
        """`at` and `by` (or `over`) must name every dimension, once; `before` is how many problems were known before
        they were read: a name that was refused is not missing as well."""
        if table not in self.known_tables or len(spec.problems) > before:
            return
        for dimension in self.known_tables[table].dimensions:
            if dimension not in named:
                hint = f"say at = {{ {dimension} = … }}, or let it vary"
                spec.problem(f'[{spec.name}] does not say which "{dimension}"', hint=hint)
        for dimension in {name for name in named if named.count(name) > 1}:
            spec.problem(f'[{spec.name}] names "{dimension}" twice', "at", hint="name each dimension once")

    def claim(self, name: str, spec: Spec) -> ClaimSpec:
        """`[claims.ID]`."""
        self.name(name, spec)
        before = len(spec.problems)
        table, at = self.table_id(spec), self.place(spec, "at")
        self.dimensions(table, spec, at, "at")
        over = self.over(spec)
        self.dimensions(table, spec, over, "over")
        self.complete(table, (*at, *over), spec, before)
        measure = self.measure(spec, table)
        assert measure is not None
        holds = re.sub(r"@[\w-]+", lambda found: self.code(found.group(), spec, "holds"), spec.need("holds"))
        result = ClaimSpec(name, table, at, over, measure, holds, spec.line())
        spec.finish()
        return result

    def over(self, spec: Spec) -> Mapping[str, tuple[str, ...]]:
        """The dimensions that a claim runs over: a list, or a table of members."""
        if isinstance(spec.raw.get("over"), dict):
            table = spec.table("over")
            return {dimension: self.codes(table, dimension) for dimension in table.raw}
        return dict.fromkeys(spec.texts("over"), ())

    # -- displays and charts

    def entry(self, spec: Spec) -> Entry:
        """A column, a group, a row or a panel."""
        code = spec.text("code")
        at = dict(self.place(spec, "at"))
        result = Entry(
            at=at,
            measure=self.measure(spec, "", None),
            label=spec.text("label"),
            by=spec.text("by"),
            members=(self.code(code, spec, "code"),) if code else self.codes(spec, "members"),
            decimals=spec.integer("decimals", None, 0, 12),
            unit=spec.text("unit"),
        )
        if result.members and not code and result.by is None:
            spec.problem('"members" needs "by"', "members")
        spec.finish()
        return result

    def display(self, name: str, spec: Spec) -> DisplaySpec:
        """`[displays.ID]`."""
        self.name(name, spec)
        table, row = self.table_id(spec), spec.text("row")
        rows = tuple(self.row(entry, row, spec) for entry in spec.array("rows", self.entry))
        parts = spec.array("parts", self.part)
        result = DisplaySpec(name, table, rows, spec.text("row_head"), parts, spec.text("note"), spec.line())
        self.dimensions(table, spec, [row] if row else [], "row")
        for part in parts:
            for entry in (*part.columns, *part.groups):
                self.dimensions(table, spec, _named(entry), "parts")
        for entry in rows if row is None else ():
            self.dimensions(table, spec, _named(entry), "rows")
        if not spec.raw.get("rows"):
            spec.problem(f"[{spec.name}] has no rows", code="missing-key", hint='add row = "…" and rows = […]')
        if not spec.raw.get("parts") or not all(part.columns for part in parts):
            spec.problem(f"[{spec.name}] has no columns", code="missing-key", hint=f"add [[{spec.name}.parts]]")
        spec.finish()
        return result

    def row(self, entry: Entry, row: str | None, spec: Spec) -> Entry:
        """A bare code is a member of the `row` dimension."""
        if not entry.members or entry.by is not None:
            return entry
        if row is None:
            spec.problem('"rows" lists codes, but "row" does not say of which dimension', "rows")
            return entry
        return Entry(at={row: entry.members[0]}, label=entry.members[0])

    def part(self, spec: Spec) -> DisplayPart:
        """A head of columns, and its groups of rows (one without a head, if none is given)."""
        columns, groups = spec.array("columns", self.entry), spec.array("groups", self.entry)
        spec.finish()
        return DisplayPart(columns, groups or (Entry(),))

    def chart(self, name: str, spec: Spec) -> ChartSpec:
        """`[charts.ID]`."""
        self.name(name, spec)
        before = len(spec.problems)
        table, category, series = self.table_id(spec), spec.need("category"), spec.text("series")
        members = spec.table("members")
        colour = spec.text("colour")
        panels = spec.array("panels", self.entry)
        result = ChartSpec(
            id=name,
            type=spec.choice("type", CHART_TYPES, "bars"),
            table=table,
            panels=panels,
            category=category,
            series=series,
            colour=colour,
            members={dimension: self.codes(members, dimension) for dimension in list(members.raw)},
            highlight=self.codes(spec, "highlight"),
            sort=spec.choice("sort", ("given", "descending"), "given"),
            total=spec.flag("total"),
            columns=spec.integer("columns", 1, 1, 4) or 1,
            subtitle=spec.text("subtitle"),
            note=spec.text("note"),
            line=spec.line(),
        )
        self.chart_agrees(result, spec, before)
        spec.finish()
        return result

    def chart_agrees(self, chart: ChartSpec, spec: Spec, before: int) -> None:
        """The dimensions that a chart names must exist, and each panel must name all the others."""
        own = [name for name in (chart.category, chart.series) if name]
        if len(own) == 2 and own[0] == own[1]:
            spec.problem(
                f'"category" and "series" are both "{own[0]}"', "series", hint="choose another dimension, or none"
            )
        self.dimensions(chart.table, spec, own[:1], "category")
        self.dimensions(chart.table, spec, own[1:], "series")
        self.dimensions(chart.table, spec, chart.members, "members")
        if chart.colour is not None and chart.colour not in own:
            spec.problem(
                f'"colour" names "{chart.colour}"', "colour", hint=f"use one of: {', '.join(dict.fromkeys(own))}"
            )
        if not spec.raw.get("panels"):
            spec.problem(f"[{spec.name}] has no panels", code="missing-key", hint="add panels = [{ at = { … } }]")
        for panel in chart.panels:
            self.dimensions(chart.table, spec, _named(panel), "panels")
            self.complete(chart.table, (*panel.at, *own), spec, before)


def _named(entry: Entry) -> list[str]:
    """Every dimension that an entry names."""
    measure = entry.measure or MeasureSpec("level")
    others = (*measure.of, *measure.minus, *measure.to, measure.among, entry.by)
    return list(dict.fromkeys(name for name in (*entry.at, *others) if name))
