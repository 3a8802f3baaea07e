"""Cells → measures: the statistician's vocabulary, one small function each.

A measure takes `Data` (a table as one target sees it), its arguments and the coordinates of one cell, and gives an
exact `Value`: a Decimal of at least 34 significant digits, or None when a cell that it needs has no value. Rounding is
not done here. Formulas: OECD, *Glossary of Statistical Terms*, and Eurostat, *Statistics Explained*, under each name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Context, Decimal
from types import MappingProxyType
from typing import Protocol

from ..definitions import Cell, Coordinates, MeasureSpec, TableSpec
from ..errors import FactError, did_you_mean
from ..model import Value
from .periods import earlier, is_period, years_between

#: 34 digits: far beyond any published figure, so that a tie at the last printed digit is never an artefact.
_MATH = Context(prec=34)
_HUNDRED = Decimal(100)
#: More digits than this cannot be printed with decimals, and are no statistic.
_LARGEST = 40


class Data(Protocol):
    """A table as a measure sees it: asking for a cell is what makes a target depend on it."""

    @property
    def spec(self) -> TableSpec:
        """What release.toml says of the table."""

    def cell(self, key: tuple[str, ...]) -> Cell | None:
        """The cell at a full key, or None when the file has no such row."""

    def members(self, dimension: str) -> tuple[str, ...]:
        """The codes of a dimension that the file holds."""

    def codes(self, dimension: str) -> frozenset[str]:
        """All codes of a dimension, derived ones too."""

    def holds(self, key: tuple[str, ...]) -> bool:
        """Whether the file has a row with this key."""

    def once(self, what: object, key: tuple[str, ...], work_out: Callable[[], Value]) -> Value:
        """The value of something at a key: worked out, or taken over from whoever did it before."""


_NO_STATUS: frozenset[str] = frozenset()
_NO_PARTS: MappingProxyType[str, tuple[str, ...]] = MappingProxyType({})
_NO_PAIRS: MappingProxyType[str, tuple[str, str]] = MappingProxyType({})


def level(data: Data, at: Coordinates) -> Value:
    """The cell, or the sum (or difference) of the cells that a derived member is made of."""
    return _level(data, tuple([at[dimension] for dimension in data.spec.dimensions]))


def _level(data: Data, key: tuple[str, ...]) -> Value:
    if data.holds(key):
        cell = data.cell(key)
        assert cell is not None
        return _value(data, cell.value, frozenset((cell.status,)) if cell.status else _NO_STATUS)
    return data.once(data.spec, key, lambda: _derived(data, key))


def _derived(data: Data, key: tuple[str, ...]) -> Value:
    """The level of a key that the file does not hold: its first derived member taken apart; else no value."""
    spec = data.spec
    for index, dimension in enumerate(spec.dimensions):
        code = key[index]
        if (parts := spec.totals.get(dimension, _NO_PARTS).get(code)) is not None:
            return _add(data, [_level(data, (*key[:index], part, *key[index + 1 :])) for part in parts])
        if (pair := spec.differences.get(dimension, _NO_PAIRS).get(code)) is not None:
            first, second = [_level(data, (*key[:index], part, *key[index + 1 :])) for part in pair]
            return _minus(data, first, second)
    data.cell(key)  # its absence is noted
    return _value(data, None, _NO_STATUS)


def _value(data: Data, number: Decimal | None, statuses: frozenset[str]) -> Value:
    return Value(number, data.spec.unit, data.spec.decimals, statuses)


def _add(data: Data, parts: Iterable[Value]) -> Value:
    total: Decimal | None = Decimal(0)
    statuses = _NO_STATUS
    for part in parts:
        statuses |= part.statuses
        total = None if total is None or part.number is None else _MATH.add(total, part.number)
    return _value(data, total, statuses)


def _minus(data: Data, first: Value, second: Value) -> Value:
    number = None
    if first.number is not None and second.number is not None:
        number = _MATH.subtract(first.number, second.number)
    return _value(data, number, first.statuses | second.statuses)


def _over(data: Data, first: Value, second: Value, scale: Decimal = _HUNDRED) -> Value:
    """`scale` × first ÷ second; no value when the divisor is zero."""
    number = None
    if first.number is not None and second.number:
        number = _MATH.multiply(_MATH.divide(first.number, second.number), scale)
    return _value(data, number, first.statuses | second.statuses)


def _before(data: Data, measure: MeasureSpec, at: Coordinates) -> Coordinates:
    """The same place, one year (or one period) earlier."""
    time = _time(data, measure)
    return {**at, time: earlier(at[time], measure.lag)}


def _time(data: Data, measure: MeasureSpec) -> str:
    if data.spec.time is None:
        hint = f'say which dimension holds periods: time = "…" in [tables.{data.spec.id}]'
        raise FactError("bad-release", f'the measure "{measure.name}" needs a table with a time dimension', hint)
    return data.spec.time


def _share(data: Data, measure: MeasureSpec, at: Coordinates) -> Value:
    """Share: 100 × x ÷ total."""
    return _over(data, level(data, at), level(data, {**at, **measure.of}))


def _change(data: Data, measure: MeasureSpec, at: Coordinates) -> Value:
    """Growth rate over a period: 100 × (x_t − x_t−1) ÷ x_t−1."""
    before = level(data, _before(data, measure, at))
    return _over(data, _minus(data, level(data, at), before), before)


def _average_growth(data: Data, measure: MeasureSpec, at: Coordinates) -> Value:
    """Compound average growth rate a year: 100 × ((x_t ÷ x_s)^(1 ÷ years) − 1)."""
    assert measure.start is not None
    time = _time(data, measure)
    years = years_between(measure.start, at[time])
    ratio = _over(data, level(data, at), level(data, {**at, time: measure.start}), Decimal(1))
    if ratio.number is None or ratio.number < 0:
        return _value(data, None, ratio.statuses)
    root = _MATH.power(ratio.number, _MATH.divide(Decimal(1), years)) if ratio.number else Decimal(0)
    return _value(data, _MATH.multiply(_MATH.subtract(root, Decimal(1)), _HUNDRED), ratio.statuses)


def _contribution(data: Data, measure: MeasureSpec, at: Coordinates) -> Value:
    """Contribution to the growth of a total, in percentage points: 100 × (x_t − x_t−1) ÷ total_t−1."""
    before = _before(data, measure, at)
    change = _minus(data, level(data, at), level(data, before))
    return _over(data, change, level(data, {**before, **measure.of}))


def _difference(data: Data, measure: MeasureSpec, at: Coordinates) -> Value:
    """Balance or difference: x − y."""
    return _minus(data, level(data, at), level(data, {**at, **measure.minus}))


def _ratio(data: Data, measure: MeasureSpec, at: Coordinates) -> Value:
    """Ratio: x ÷ y, a number of times."""
    return _over(data, level(data, at), level(data, {**at, **measure.to}), Decimal(1))


def _rank(data: Data, measure: MeasureSpec, at: Coordinates) -> Value:
    """Competition rank, 1 for the highest: one more than the number of members that are strictly higher."""
    assert measure.among is not None
    own = level(data, at)
    others = [level(data, {**at, measure.among: code}) for code in data.members(measure.among)]
    statuses = own.statuses.union(*(other.statuses for other in others))
    if own.number is None:
        return _value(data, None, statuses)
    higher = sum(1 for other in others if other.number is not None and other.number > own.number)
    return _value(data, Decimal(higher + 1), statuses)


_FORMULAS: MappingProxyType[str, Callable[[Data, MeasureSpec, Coordinates], Value]] = MappingProxyType(
    {
        "level": lambda data, _measure, at: level(data, at),
        "share": _share,
        "change": _change,
        "average_growth": _average_growth,
        "contribution": _contribution,
        "balance": _difference,
        "difference": _difference,
        "ratio": _ratio,
        "rank": _rank,
    }
)


def unit_of(measure: MeasureSpec, spec: TableSpec) -> tuple[str, int]:
    """The unit of a measure's result, and the decimals it is printed with."""
    if measure.name in ("share", "change", "average_growth"):
        return "percent", 1
    if measure.name == "contribution":
        return "percentage_point", 1
    if measure.name == "ratio":
        return "none", 1
    if measure.name == "rank":
        return "none", 0
    if measure.name in ("balance", "difference") and spec.unit == "percent":
        return "percentage_point", spec.decimals
    return spec.unit, spec.decimals


def evaluate(data: Data, measure: MeasureSpec, at: Coordinates) -> Value:
    """A measure at one place → its exact value. Raises FactError when the question makes no sense for the table.

    `check_codes` must have passed for the measure and the place.
    """
    key = tuple([at[dimension] for dimension in data.spec.dimensions])
    return data.once(measure, key, lambda: _work_out(data, measure, at))


def _work_out(data: Data, measure: MeasureSpec, at: Coordinates) -> Value:
    result = _FORMULAS[measure.name](data, measure, at)
    unit, decimals = unit_of(measure, data.spec)
    if measure.name == "level" and unit == "percent" and _is_difference(data.spec, at):
        unit = "percentage_point"
    if result.number is not None and result.number.adjusted() > _LARGEST:
        message = f"the {measure.name} has more than {_LARGEST} digits"
        raise FactError("bad-value", message, "look for a cell that is far too large, or far too small to divide by")
    return Value(result.number, unit, decimals, result.statuses)


def _is_difference(spec: TableSpec, at: Coordinates) -> bool:
    """Whether a place names a derived difference: of two percentages it is in percentage points."""
    return any(at[dimension] in derived for dimension, derived in spec.differences.items())


def mixed(message: str) -> FactError:
    """The error for numbers of different units that meet: per cent and percentage points above all."""
    return FactError("unit-mixed", message, "compare numbers of one unit: per cent and percentage points are two")


def why_no_value(data: Data, measure: MeasureSpec, at: Coordinates) -> str:
    """Why a measure has no value at a place: the first cell that it lacks, or the operation that cannot be done."""
    before = _before(data, measure, at) if measure.name in ("change", "contribution") else None
    start = {**at, data.spec.time: measure.start} if measure.start and data.spec.time else None
    others = [{**(before or at), **place} for place in (measure.of, measure.minus, measure.to) if place]
    for place in (at, *([before] if before else []), *([start] if start else []), *others):
        for key in _cells(data, tuple(place[dimension] for dimension in data.spec.dimensions)):
            cell = data.cell(key)
            where = ", ".join(f"{dimension} {code}" for dimension, code in zip(data.spec.dimensions, key, strict=True))
            if cell is None:
                return f'table "{data.spec.id}" has no row {where}'
            if cell.value is None:
                return f'the cell {where} of table "{data.spec.id}" is empty (line {cell.line})'
    if measure.name == "average_growth" and level(data, start or at).number:
        return "there is no average growth between a negative and a positive number"
    return "it would divide by zero"


def _cells(data: Data, key: tuple[str, ...]) -> list[tuple[str, ...]]:
    """The keys of the file that the level at a key is made of."""
    waiting, found = [key], dict[tuple[str, ...], None]()
    seen = {key}
    while waiting:
        key = waiting.pop(0)
        for index, dimension in enumerate(data.spec.dimensions):
            derived = {**data.spec.totals.get(dimension, {}), **data.spec.differences.get(dimension, {})}
            if key[index] in derived and not data.holds(key):
                parts = [(*key[:index], part, *key[index + 1 :]) for part in derived[key[index]]]
                waiting += [part for part in dict.fromkeys(parts) if part not in seen]
                seen.update(parts)
                break
        else:
            found[key] = None
    return list(found)


def check_codes(data: Data, measure: MeasureSpec, at: Coordinates) -> None:
    """Whether every dimension and code that people wrote exists. Raises FactError: `unknown-member`, `bad-release`."""
    if measure.among is not None and measure.among not in data.spec.dimensions:
        raise FactError("bad-release", f'table "{data.spec.id}" has no dimension "{measure.among}"')
    for place in (at, measure.of, measure.minus, measure.to):
        for dimension, code in place.items():
            if dimension not in data.spec.dimensions:
                raise FactError("bad-release", f'table "{data.spec.id}" has no dimension "{dimension}"')
            if code not in data.codes(dimension):
                raise unknown_member(data, dimension, code)


def unknown_member(data: Data, dimension: str, code: str) -> FactError:
    """The error for a code that a dimension does not have, with the nearest that it has."""
    spec = data.spec
    known = data.codes(dimension)
    what = f'"{code}" is not a member of {dimension} in table "{spec.id}"'
    hint = did_you_mean(code, known)
    if is_period(code) and dimension == spec.time:
        hint = f"the table has: {', '.join(data.members(dimension))}"
    return FactError("unknown-member", what, hint)
