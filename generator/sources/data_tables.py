"""The periods and data tables of release.toml → values; and what figures, claims, displays and charts are read with."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import TypeVar, cast

from ..definitions import PERIOD, Coordinates, Dialect, TableSpec
from ..errors import did_you_mean
from ..spec import Spec
from ..urls import stays_inside

QUALITIES = ("official", "estimated", "provisional", "illustrative")
NAME = re.compile(r"^[A-Za-z][A-Za-z0-9_-]{0,63}$")
_DEEPEST = 20
_Definition = TypeVar("_Definition")


class TableReader:
    """Reads the periods and the data tables of one release.toml, and what all its definitions have in common."""

    def __init__(self, spec: Spec) -> None:
        self.spec = spec
        self.known_tables: Mapping[str, TableSpec] = {}
        self.seen_tables: dict[str, TableSpec] = {}
        self.broken: set[str] = set()
        self._spoilt = False
        given = spec.mapping("periods")
        for name, value in given.items():
            if not NAME.match(name):
                spec.problem(f'"{name}" is not a name', "periods", name, hint="use letters, digits, _ and -")
            if not PERIOD.match(value):
                hint = "write 2024, 2024-S1, 2024-Q1 or 2024-03"
                spec.problem(f'"{value}" is not a period', "periods", name, hint=hint)
        self.periods = {name: value for name, value in given.items() if NAME.match(name) and PERIOD.match(value)}
        named = spec.raw.get("periods")
        self.broken |= {
            f"periods.{name}" for name in (named if isinstance(named, dict) else ()) if name not in self.periods
        }

    def definitions(self, group: str, read: Callable[[str, Spec], _Definition]) -> dict[str, _Definition]:
        """The definitions of a group that can be used; the others are noted as broken."""
        whole = {}
        for name, spec in self.spec.tables(group):
            before, self._spoilt = len(self.spec.problems), False
            found = read(name, spec)
            if len(self.spec.problems) > before or self._spoilt:
                self.broken.add(f"{group}.{name}")
            else:
                whole[name] = found
        return whole

    # -- small words

    def code(self, value: str, spec: Spec, *keys: str) -> str:
        """A member code; `@name` stands for the period of that name."""
        if not value.startswith("@"):
            return value
        name = value[1:]
        if f"periods.{name}" in self.broken:
            self._spoilt = True
        elif name not in self.periods:
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
        if not NAME.match(name):
            spec.problem(
                f'"{name}" is not a name', hint="use up to 64 letters, digits, _ and -, and begin with a letter"
            )

    def table_id(self, spec: Spec) -> str:
        """The data table that a definition reads."""
        name = spec.need("table")
        if f"tables.{name}" in self.broken:
            self._spoilt = True
        elif name and name not in self.seen_tables:
            hint = did_you_mean(name, self.seen_tables) or f"describe it under [tables.{name}]"
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
            if key in spec and value and not stays_inside(value):
                hint = "name a file in the release's own folder"
                spec.problem(f'"{value}" leaves the folder of the release', key, hint=hint, code="bad-path")
        dimensions = spec.texts("dimensions", required=True)
        time = spec.text("time")
        if dimensions and time is not None and time not in dimensions:
            spec.problem(
                f'"time" names "{time}", which is not a dimension', "time", hint=did_you_mean(time, dimensions)
            )
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
            title=spec.text("title"),
            source=spec.text("source"),
            note=spec.text("note"),
            dialect=Dialect(delimiter or ",", decimal or "."),
            totals=self.derived(spec, "totals", dimensions),
            differences=cast(
                Mapping[str, Mapping[str, tuple[str, str]]], self.derived(spec, "differences", dimensions, exactly=2)
            ),
            line=spec.line(),
        )
        self.separators(result, spec)
        self.seen_tables[name] = result
        self.derivations(result, spec)
        spec.finish()
        return result

    def separators(self, table: TableSpec, spec: Spec) -> None:
        """Only usual separators, and not the same for two things."""
        delimiter, decimal = spec.raw.get("delimiter"), spec.raw.get("decimal")
        if isinstance(delimiter, str) and len(delimiter) == 1 and delimiter not in (",", ";", "|", "\t"):
            spec.problem(f'"delimiter" cannot be "{delimiter}"', "delimiter", hint=r'use ",", ";", "|" or "\t"')
        if isinstance(decimal, str) and len(decimal) == 1 and decimal not in (".", ","):
            spec.problem(f'"decimal" cannot be "{decimal}"', "decimal", hint='use "." or ","')
        if table.dialect.delimiter == table.dialect.decimal:
            hint = 'files with a decimal comma have delimiter = ";"'
            spec.problem('"delimiter" and "decimal" are the same character', "delimiter", hint=hint)

    def derivations(self, table: TableSpec, spec: Spec) -> None:
        """A derived member is a total or a difference, and not made of itself."""
        for dimension, codes in table.totals.items():
            both = {**codes, **table.differences.get(dimension, {})}
            for code in codes:
                if code in table.differences.get(dimension, {}):
                    message = f'"{code}" is both a total and a difference'
                    spec.problem(message, "totals", dimension, code, code="duplicate-key", hint="keep one of them")
                elif _made_of_itself(code, both):
                    hint = "a total is made of other members"
                    spec.problem(f'"{code}" of {dimension} is made of itself', "totals", dimension, code, hint=hint)
        if any(_depth(codes) > _DEEPEST for codes in (*table.totals.values(), *table.differences.values())):
            spec.problem("totals are made of totals too many times over", "totals", hint="name the members themselves")

    def derived(
        self, spec: Spec, key: str, dimensions: tuple[str, ...], exactly: int | None = None
    ) -> Mapping[str, Mapping[str, tuple[str, ...]]]:
        """`totals` or `differences`: dimension → derived code → its parts. A code made of itself is an error."""
        result: dict[str, dict[str, tuple[str, ...]]] = {}
        for dimension, group in spec.tables(key):
            if dimensions and dimension not in dimensions:
                group.problem(f'"{dimension}" is not a dimension', hint=did_you_mean(dimension, dimensions))
            for code in list(group.raw):
                parts = group.texts(code)
                if not parts or (exactly and len(parts) != exactly):
                    hint = 'for example ["exports", "imports"]'
                    group.problem(f'"{code}" must be made of {exactly or "some"} members', code, hint=hint)
                else:
                    result.setdefault(dimension, {})[code] = parts
        for dimension, codes in result.items():
            for code in codes:
                if _made_of_itself(code, codes):
                    hint = "it is made of other members"
                    spec.problem(f'"{code}" of {dimension} is made of itself', key, dimension, code, hint=hint)
                    return {}
        return result


def _depth(codes: Mapping[str, tuple[str, ...]]) -> int:
    """How many times over derived members are made of derived members; more than _DEEPEST when too often."""
    rest, rounds = dict(codes), 0
    while rest and rounds <= _DEEPEST:
        rest = {code: parts for code, parts in rest.items() if any(part in rest for part in parts)}
        rounds += 1
    return rounds


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
