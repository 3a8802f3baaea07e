"""data/<release>/release.toml → Release: what the languages share, each key checked, all mistakes at once."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Literal, cast

from ..config import SiteConfig
from ..errors import SourceErrors, did_you_mean
from ..model import (
    ChartSpec,
    ClaimSpec,
    Coordinates,
    Dialect,
    DisplayPart,
    DisplaySpec,
    Entry,
    FigureSpec,
    MeasureSpec,
    Release,
    TableSpec,
)
from ..spec import Spec, read_toml
from ..urls import stays_inside
from .files import digest_of

RELEASE_FILE = "release.toml"
MEASURES = ("level", "share", "change", "average_growth", "contribution", "balance", "difference", "ratio", "rank")
QUALITIES = ("official", "estimated", "provisional", "illustrative")
CHART_TYPES = ("bars", "columns", "lines")
_NAME = re.compile(r"^[A-Za-z][A-Za-z0-9_-]*$")
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
    spec = read_toml(data, path, "bad-release")
    reader = _Reader(spec)
    kind = spec.need("kind")
    if kind and kind not in config.kinds:
        spec.problem(f'there is no kind of publication "{kind}"', "kind", hint=did_you_mean(kind, config.kinds))
    published = spec.instant("published")
    draft = spec.flag("draft")
    tables = {name: reader.table(name, table) for name, table in spec.tables("tables")}
    reader.known_tables = tables
    result = Release(
        id=release,
        kind=kind,
        published=published or datetime(1, 1, 1, tzinfo=UTC),
        draft=draft,
        periods=reader.periods,
        tables=tables,
        figures={name: reader.figure(name, table) for name, table in spec.tables("figures")},
        claims={name: reader.claim(name, table) for name, table in spec.tables("claims")},
        displays={name: reader.display(name, table) for name, table in spec.tables("displays")},
        charts={name: reader.chart(name, table) for name, table in spec.tables("charts")},
        digests=_digests(spec, reader.periods),
        path=path,
    )
    for name in result.figures:
        if name in result.periods:
            spec.problem(f'"{name}" is both a period and a figure', "figures", name, code="duplicate-key")
    spec.finish()
    if spec.problems:
        raise SourceErrors(*spec.problems)
    return result


def read_release_head(data: bytes, path: str, release: str, config: SiteConfig) -> Mapping[str, object]:
    """The few facts of release.toml that a plan needs, as plain values: kind, published, draft, files.

    Only they are checked here: the rest of the file is read, and judged, when the release is audited. With a mistake
    among them, the whole file is read for all of its mistakes. Raises SourceErrors.
    """
    values = read_toml(data, path, "bad-release").raw
    published, draft, tables = values.get("published"), values.get("draft", False), values.get("tables", {})
    files = {
        name: table["file"]
        for name, table in (tables.items() if isinstance(tables, dict) else ())
        if isinstance(table, dict) and isinstance(table.get("file"), str) and _NAME.match(name)
    }
    whole = isinstance(tables, dict) and len(files) == len(tables) and isinstance(draft, bool)
    if not whole or values.get("kind") not in config.kinds or not isinstance(published, datetime) or not published.tzinfo:
        found = read_release(data, path, release, config)
        return {"kind": found.kind, "published": found.published.isoformat(), "draft": found.draft, "files": {}}
    return {"kind": values["kind"], "published": published.isoformat(), "draft": draft, "files": files}


def _digests(spec: Spec, periods: Mapping[str, str]) -> Mapping[str, str]:
    """A digest for each definition, of its own words and of the periods that it names."""
    result = {f"periods.{name}": value for name, value in periods.items()}
    for group in ("tables", "figures", "claims", "displays", "charts"):
        for name, value in cast(Mapping[str, object], spec.raw.get(group) or {}).items():
            text = json.dumps(value, sort_keys=True, default=str)
            used = [f"{period}={periods[period]}" for period in sorted(periods) if f"@{period}" in text]
            result[f"{group}.{name}"] = digest_of(text + "|".join(used))
    return MappingProxyType(result)


class _Reader:
    """Reads the tables of one release.toml, with the periods that it names."""

    def __init__(self, spec: Spec) -> None:
        self.spec = spec
        self.periods = spec.mapping("periods")
        self.known_tables: Mapping[str, TableSpec] = {}
        for name in self.periods:
            if not _NAME.match(name):
                spec.problem(f'"{name}" is not a name', "periods", name, hint="use letters, digits, _ and -")

    # -- small words

    def code(self, value: str, spec: Spec, *keys: str) -> str:
        """A member code; `@name` stands for the period of that name."""
        if not value.startswith("@"):
            return value
        name = value[1:]
        if name not in self.periods:
            hint = did_you_mean(name, self.periods) or "add it to [periods]"
            spec.problem(f'no period is named "{name}"', *keys, hint=hint)
        return self.periods.get(name, value)

    def place(self, spec: Spec, key: str) -> Coordinates:
        """Coordinates: dimension → code."""
        values = spec.mapping(key)
        return MappingProxyType({name: self.code(value, spec, key) for name, value in values.items()})

    def codes(self, spec: Spec, key: str) -> tuple[str, ...]:
        """A list of codes."""
        return tuple(self.code(value, spec, key) for value in spec.texts(key))

    def name(self, name: str, spec: Spec) -> None:
        """A figure, claim, chart or table must be named so that a text can say it."""
        if not _NAME.match(name):
            spec.problem(f'"{name}" is not a name', hint="use letters, digits, _ and -, and begin with a letter")

    def table_id(self, spec: Spec) -> str:
        """The data table that a definition reads."""
        name = spec.need("table")
        if name and name not in self.known_tables:
            hint = did_you_mean(name, self.known_tables)
            spec.problem(f'no table is named "{name}"', "table", hint=hint, code="unknown-table")
        return name

    def dimensions(self, table: str, spec: Spec, names: Iterable[str], *keys: str) -> None:
        """Report names that are not dimensions of the table."""
        if table in self.known_tables:
            known = self.known_tables[table].dimensions
            for name in names:
                if name not in known:
                    spec.problem(f'table "{table}" has no dimension "{name}"', *keys, hint=did_you_mean(name, known))

    # -- tables

    def table(self, name: str, spec: Spec) -> TableSpec:
        """`[tables.ID]`."""
        self.name(name, spec)
        file = spec.need("file")
        schema = spec.text("schema") or re.sub(r"\.csv$", "", file) + ".schema.json"
        for key, value in (("file", file), ("schema", schema)):
            if file and not stays_inside(value):
                hint = "name a file in the release's own folder"
                spec.problem(f'"{value}" leaves the folder of the release', key, hint=hint, code="bad-path")
        dimensions = spec.texts("dimensions", required=True)
        time = spec.text("time")
        if time is not None and time not in dimensions:
            spec.problem(f'"time" names "{time}", which is not a dimension', "time", hint=did_you_mean(time, dimensions))
        delimiter, decimal = spec.separator("delimiter"), spec.separator("decimal")
        result = TableSpec(
            id=name,
            file=file,
            schema=schema,
            dimensions=dimensions,
            value=spec.need("value"),
            status=spec.text("status"),
            time=time,
            unit=spec.need("unit"),
            decimals=spec.integer("decimals", 1, 0, 12) or 0,
            quality=spec.choice("quality", QUALITIES, "official"),
            source=spec.text("source"),
            note=spec.text("note"),
            dialect=Dialect(delimiter or ",", decimal or "."),
            totals=self.derived(spec, "totals", dimensions),
            differences=cast(
                Mapping[str, Mapping[str, tuple[str, str]]], self.derived(spec, "differences", dimensions, exactly=2)
            ),
            line=spec.line(),
        )
        if result.dialect.delimiter == result.dialect.decimal:
            spec.problem('"delimiter" and "decimal" are the same character', "delimiter")
        spec.finish()
        return result

    def derived(
        self, spec: Spec, key: str, dimensions: tuple[str, ...], exactly: int | None = None
    ) -> Mapping[str, Mapping[str, tuple[str, ...]]]:
        """`totals` or `differences`: dimension → derived code → its parts. A code made of itself is an error."""
        result: dict[str, dict[str, tuple[str, ...]]] = {}
        for dimension, group in spec.tables(key):
            if dimension not in dimensions:
                group.problem(f'"{dimension}" is not a dimension', hint=did_you_mean(dimension, dimensions))
            for code in list(group.raw):
                parts = group.texts(code)
                if not parts or (exactly and len(parts) != exactly):
                    group.problem(f'"{code}" must be made of {exactly or "some"} members', code)
                else:
                    result.setdefault(dimension, {})[code] = parts
        for dimension, codes in result.items():
            for code in codes:
                if _made_of_itself(code, codes):
                    spec.problem(f'"{code}" of {dimension} is made of itself', key, dimension, code)
                    return {}
        return result

    # -- measures, figures, claims

    def measure(self, spec: Spec, default: str | None = "level") -> MeasureSpec | None:
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
            spec.problem(f'the measure "{name}" needs "{need}"', "measure", code="missing-key")
        for key in given:
            if key not in _TAKES[name]:
                spec.problem(f'the measure "{name}" does not take "{key}"', key)
        start = spec.texts("start") if "start" in spec else ()
        return MeasureSpec(
            name,
            of=self.place(spec, "of"),
            minus=self.place(spec, "minus"),
            to=self.place(spec, "to"),
            among=spec.text("among"),
            start=self.code(start[0], spec, "start") if start else None,
            lag=cast(Literal["year", "period"], spec.choice("lag", ("year", "period"), "year")),
        )

    def figure(self, name: str, spec: Spec) -> FigureSpec:
        """`[figures.ID]`."""
        self.name(name, spec)
        table, at, by = self.table_id(spec), self.place(spec, "at"), spec.texts("by")
        self.dimensions(table, spec, at, "at")
        self.dimensions(table, spec, by, "by")
        self.complete(table, (*at, *by), spec)
        measure = self.measure(spec)
        assert measure is not None
        result = FigureSpec(
            name, table, at, by, measure, spec.integer("decimals", None, 0, 12), spec.text("unit"), spec.line()
        )
        spec.finish()
        return result

    def complete(self, table: str, named: tuple[str, ...], spec: Spec) -> None:
        """`at` and `by` (or `over`) must name every dimension, once."""
        if table not in self.known_tables:
            return
        for dimension in self.known_tables[table].dimensions:
            if dimension not in named:
                hint = f'say at = {{ {dimension} = … }}, or let it vary'
                spec.problem(f'[{spec.name}] does not say which "{dimension}"', hint=hint)
        for dimension in {name for name in named if named.count(name) > 1}:
            spec.problem(f'[{spec.name}] names "{dimension}" twice', "at")

    def claim(self, name: str, spec: Spec) -> ClaimSpec:
        """`[claims.ID]`."""
        self.name(name, spec)
        table, at = self.table_id(spec), self.place(spec, "at")
        self.dimensions(table, spec, at, "at")
        over = self.over(spec)
        self.dimensions(table, spec, over, "over")
        self.complete(table, (*at, *over), spec)
        measure = self.measure(spec)
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
            measure=self.measure(spec, None),
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
                self.dimensions(table, spec, (*entry.at, *([entry.by] if entry.by else [])), "parts")
        if not rows:
            spec.problem(f"[{spec.name}] has no rows", code="missing-key", hint='add row = "…" and rows = […]')
        if not parts or not all(part.columns for part in parts):
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
        self.chart_agrees(result, spec)
        spec.finish()
        return result

    def chart_agrees(self, chart: ChartSpec, spec: Spec) -> None:
        """The dimensions that a chart names must exist, and each panel must name all the others."""
        own = [name for name in (chart.category, chart.series) if name]
        self.dimensions(chart.table, spec, own)
        self.dimensions(chart.table, spec, chart.members, "members")
        if chart.colour is not None and chart.colour not in own:
            spec.problem(f'"colour" names "{chart.colour}"', "colour", hint=f"use one of: {', '.join(own)}")
        if not chart.panels:
            spec.problem(f"[{spec.name}] has no panels", code="missing-key", hint="add panels = [{ at = { … } }]")
        for panel in chart.panels:
            self.dimensions(chart.table, spec, panel.at, "panels")
            self.complete(chart.table, (*panel.at, *own), spec)


def _made_of_itself(code: str, codes: Mapping[str, tuple[str, ...]]) -> bool:
    seen: set[str] = set()
    waiting = list(codes[code])
    while waiting:
        part = waiting.pop()
        if part == code:
            return True
        if part not in seen:
            seen.add(part)
            waiting.extend(codes.get(part, ()))
    return False
