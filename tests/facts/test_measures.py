"""Measures against identities that statisticians know, and against naive second implementations."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from small import Small, error_of

from generator.definitions import Cell, Dialect, MeasureSpec, TableSpec
from generator.errors import FactError
from generator.facts.measures import check_codes, evaluate, unit_of
from generator.model import Value
from generator.sources.releases import MEASURES

FLOWS, REGIONS, YEARS = ("out", "in"), ("A", "B", "C"), ("2019", "2021", "2022", "2023", "2024")

Keys = tuple[str, str, str]


def spec(*, unit: str = "PIECE", time: str | None = "year", decimals: int = 1) -> TableSpec:
    return TableSpec(
        id="t",
        file="t.csv",
        schema="t.schema.json",
        dimensions=("flow", "region", "year"),
        value="value",
        status="status",
        time=time,
        unit=unit,
        decimals=decimals,
        quality="official",
        source=None,
        note=None,
        dialect=Dialect(),
        totals={"region": {"ALL": REGIONS}},
        differences={"flow": {"net": ("out", "in")}},
    )


class Cube:
    """A table in a dict, as a measure sees one; it counts what is asked."""

    def __init__(self, cells: Mapping[Keys, str | Decimal | None], table: TableSpec | None = None) -> None:
        self.spec = table or spec()
        self._cells: dict[tuple[str, ...], Cell] = {}
        for key, value in cells.items():
            text, _, status = str("" if value is None else value).partition("/")
            self._cells[key] = Cell(Decimal(text) if text else None, status)
        self.asked: set[tuple[str, ...]] = set()

    def cell(self, key: tuple[str, ...]) -> Cell | None:
        self.asked.add(key)
        return self._cells.get(key)

    def members(self, dimension: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(key[self.spec.dimensions.index(dimension)] for key in self._cells))

    def codes(self, dimension: str) -> frozenset[str]:
        derived = {**self.spec.totals.get(dimension, {}), **self.spec.differences.get(dimension, {})}
        return frozenset(self.members(dimension)) | frozenset(derived)

    def holds(self, key: tuple[str, ...]) -> bool:
        return key in self._cells

    def once(self, _what: object, _key: tuple[str, ...], work_out: Callable[[], Value]) -> Value:
        return work_out()


def at(flow: str, region: str, year: str = "2024") -> dict[str, str]:
    return {"flow": flow, "region": region, "year": year}


def number(cube: Cube, measure: MeasureSpec, flow: str, region: str, year: str = "2024") -> Decimal:
    value = evaluate(cube, measure, at(flow, region, year)).number
    assert value is not None
    return value


levels = st.decimals(min_value=Decimal("0.1"), max_value=Decimal("1e9"), places=1)
cubes = st.fixed_dictionaries({(f, r, y): levels for f in FLOWS for r in REGIONS for y in YEARS}).map(Cube)
#: Far below anything that is printed: measures have 34 digits.
TINY = Fraction(1, 10**15)


def close(one: Decimal, other: Fraction | Decimal, scale: Fraction | int = 1) -> bool:
    return abs(Fraction(one) - Fraction(other)) <= TINY * max(1, abs(Fraction(scale)))


LEVEL = MeasureSpec("level")
SHARE = MeasureSpec("share", of={"region": "ALL"})
CHANGE = MeasureSpec("change")
CONTRIBUTION = MeasureSpec("contribution", of={"region": "ALL"})
BALANCE = MeasureSpec("balance", minus={"flow": "in"})
RATIO = MeasureSpec("ratio", to={"flow": "in"})
RANK = MeasureSpec("rank", among="region")
GROWTH = MeasureSpec("average_growth", start="2019")


# ---------------------------------------------------------------- identities


@given(cubes)
def test_the_parts_have_shares_that_add_up_to_a_hundred(cube: Cube) -> None:
    for flow in FLOWS:
        assert close(sum((number(cube, SHARE, flow, region) for region in REGIONS), Decimal(0)), Fraction(100))
    assert number(cube, SHARE, "out", "ALL") == 100


@given(cubes)
def test_contributions_add_up_to_the_growth_of_the_total(cube: Cube) -> None:
    for year in ("2022", "2023", "2024"):
        parts = [number(cube, CONTRIBUTION, "out", region, year) for region in REGIONS]
        growth = number(cube, CHANGE, "out", "ALL", year)
        assert close(sum(parts, Decimal(0)), growth, max(abs(Fraction(part)) for part in parts))


@given(cubes)
def test_a_total_contributes_its_own_growth(cube: Cube) -> None:
    assert number(cube, CONTRIBUTION, "out", "ALL") == number(cube, CHANGE, "out", "ALL")


@given(cubes)
def test_a_contribution_is_the_share_a_year_ago_times_the_growth(cube: Cube) -> None:
    for region in REGIONS:
        share, growth = number(cube, SHARE, "out", region, "2023"), number(cube, CHANGE, "out", region)
        expected = Fraction(share) * Fraction(growth) / 100
        assert close(number(cube, CONTRIBUTION, "out", region), expected, expected)


@given(cubes)
def test_the_balance_is_exports_less_imports(cube: Cube) -> None:
    for region in (*REGIONS, "ALL"):
        expected = number(cube, LEVEL, "out", region) - number(cube, LEVEL, "in", region)
        assert number(cube, BALANCE, "out", region) == expected
        assert number(cube, LEVEL, "net", region) == expected, "a derived member is the same number"
        assert number(cube, MeasureSpec("difference", minus={"flow": "in"}), "out", region) == expected


@given(cubes)
def test_derived_members_commute(cube: Cube) -> None:
    """The balance of all regions is the sum of the regions' balances."""
    assert number(cube, LEVEL, "net", "ALL") == sum((number(cube, LEVEL, "net", r) for r in REGIONS), Decimal(0))


@given(cubes)
def test_ratio_change_and_share_agree(cube: Cube) -> None:
    before, now = Fraction(number(cube, LEVEL, "out", "A", "2023")), Fraction(number(cube, LEVEL, "out", "A"))
    ratio = MeasureSpec("ratio", to={"year": "2023"})
    assert close(number(cube, ratio, "out", "A"), now / before, now / before)
    assert close(number(cube, CHANGE, "out", "A"), (now / before - 1) * 100, now / before * 100)
    share = MeasureSpec("share", of={"year": "2023"})
    assert close(number(cube, share, "out", "A"), now / before * 100, now / before * 100)


@given(cubes)
def test_ranks_are_those_of_a_sorted_list(cube: Cube) -> None:
    values = {region: number(cube, LEVEL, "out", region) for region in REGIONS}
    for region in REGIONS:
        naive = sorted(values.values(), reverse=True).index(values[region]) + 1
        assert number(cube, RANK, "out", region) == naive


@given(cubes, st.integers(1, 40))
def test_average_growth_compounds_to_the_ratio(cube: Cube, years: int) -> None:
    """(1 + g)ⁿ is the ratio of the last level to the first: checked with exact fractions, without a root."""
    start = str(2024 - years)
    assume(start not in YEARS)
    cells: dict[Keys, Decimal] = {("out", "A", "2024"): number(cube, LEVEL, "out", "A")}
    cells["out", "A", start] = number(cube, LEVEL, "out", "A", "2019")
    growth = number(Cube(cells), MeasureSpec("average_growth", start=start), "out", "A")
    ratio = Fraction(cells["out", "A", "2024"]) / Fraction(cells["out", "A", start])
    factor = 1 + Fraction(growth) / 100
    assert abs(factor**years / ratio - 1) < TINY


def root_in_per_cent(ratio: Fraction, years: int, digits: int) -> int:
    """100·(ratio^(1/years) − 1) in units of 10^-digits, rounded half away from zero, with whole numbers only."""
    scale = 10 ** (digits + 2)
    low, high = 0, scale * (ratio.numerator // ratio.denominator + 2)
    while high - low > 1:  # the largest whole r with (r / scale)^years ≤ ratio
        middle = (low + high) // 2
        if middle**years * ratio.denominator <= ratio.numerator * scale**years:
            low = middle
        else:
            high = middle
    # is the root nearer to low, or to low + 1?
    nearer = low + int((2 * low + 1) ** years * ratio.denominator <= ratio.numerator * (2 * scale) ** years)
    return nearer - scale


@given(levels, levels, st.integers(1, 12))
def test_average_growth_is_printed_as_whole_numbers_find_it(first: Decimal, last: Decimal, years: int) -> None:
    start = str(2024 - years)
    cube = Cube({("out", "A", start): first, ("out", "A", "2024"): last})
    growth = number(cube, MeasureSpec("average_growth", start=start), "out", "A")
    expected = root_in_per_cent(Fraction(last) / Fraction(first), years, 6)
    assert abs(Fraction(growth) - Fraction(expected, 10**6)) <= Fraction(1, 2 * 10**6) + TINY


def test_average_growth_by_hand() -> None:
    cube = Cube({("out", "A", "2022"): "100", ("out", "A", "2024"): "121"})
    assert number(cube, MeasureSpec("average_growth", start="2022"), "out", "A") == 10
    quarters = Cube({("out", "A", "2023-Q1"): "100", ("out", "A", "2024-Q3"): "133.1"})
    growth = number(quarters, MeasureSpec("average_growth", start="2023-Q1"), "out", "A", "2024-Q3")
    assert close(growth, Fraction(21)), "a year and a half: 1.21^1.5 = 1.331"


# ---------------------------------------------------------------- periods of a measure


def test_change_looks_back_a_year_or_a_period() -> None:
    cube = Cube({("out", "A", "2023-Q2"): "100", ("out", "A", "2024-Q1"): "200", ("out", "A", "2024-Q2"): "150"})
    assert number(cube, CHANGE, "out", "A", "2024-Q2") == 50
    assert number(cube, MeasureSpec("change", lag="period"), "out", "A", "2024-Q2") == -25


def test_the_first_quarter_follows_the_last() -> None:
    cube = Cube({("out", "A", "2023-Q4"): "100", ("out", "A", "2024-Q1"): "110"})
    assert number(cube, MeasureSpec("change", lag="period"), "out", "A", "2024-Q1") == 10


def test_a_year_that_the_file_skips_has_no_change() -> None:
    cube = Cube({("out", "A", "2019"): "100", ("out", "A", "2021"): "110"})
    assert evaluate(cube, CHANGE, at("out", "A", "2021")).number is None


@pytest.mark.parametrize("measure", [CHANGE, CONTRIBUTION, GROWTH], ids=lambda measure: measure.name)
def test_growth_needs_a_dimension_of_time(measure: MeasureSpec) -> None:
    cube = Cube({("out", "A", "2024"): "1"}, spec(time=None))
    error = error_of(evaluate, cube, measure, at("out", "A"))
    assert error.code == "bad-release"
    assert "time" in error.hint


@pytest.mark.parametrize("start", ["2024", "2025", "2019-Q1", "nonsense"])
def test_average_growth_needs_an_earlier_period_of_the_same_length(start: str) -> None:
    cube = Cube({("out", "A", "2024"): "1"})
    assert error_of(evaluate, cube, MeasureSpec("average_growth", start=start), at("out", "A")).code == "bad-release"


# ---------------------------------------------------------------- what has no value


EVERY = (LEVEL, SHARE, CHANGE, CONTRIBUTION, BALANCE, MeasureSpec("difference", minus={"flow": "in"}), RATIO, GROWTH)


@pytest.mark.parametrize("measure", [*EVERY, RANK], ids=lambda measure: measure.name)
def test_a_missing_cell_gives_no_value(measure: MeasureSpec) -> None:
    cells: dict[Keys, str | None] = {(f, r, y): "10" for f in FLOWS for r in REGIONS for y in YEARS}
    assert evaluate(Cube(cells), measure, at("out", "A")).number is not None
    empty = Cube({**cells, ("out", "A", "2024"): None})
    assert evaluate(empty, measure, at("out", "A")).number is None
    absent = Cube({key: cell for key, cell in cells.items() if key != ("out", "A", "2024")})
    assert evaluate(absent, measure, at("out", "A")).number is None


def test_a_total_with_a_missing_part_has_no_value() -> None:
    cube = Cube({("out", "A", "2024"): "1", ("out", "B", "2024"): "2", ("out", "C", "2024"): None})
    assert evaluate(cube, LEVEL, at("out", "ALL")).number is None
    assert evaluate(cube, LEVEL, at("net", "A")).number is None


@pytest.mark.parametrize("measure", [SHARE, CHANGE, CONTRIBUTION, RATIO, GROWTH], ids=lambda measure: measure.name)
def test_nothing_is_divided_by_zero(measure: MeasureSpec) -> None:
    cells: dict[Keys, str] = {(f, r, y): "0" for f in FLOWS for r in REGIONS for y in YEARS}
    assert evaluate(Cube(cells), measure, at("out", "A")).number is None


def test_average_growth_to_zero_and_of_opposite_signs() -> None:
    to_zero = Cube({("out", "A", "2019"): "10", ("out", "A", "2024"): "0"})
    assert number(to_zero, GROWTH, "out", "A") == -100
    opposite = Cube({("out", "A", "2019"): "10", ("out", "A", "2024"): "-1"})
    assert evaluate(opposite, GROWTH, at("out", "A")).number is None


def test_a_rank_passes_over_members_without_a_value() -> None:
    cube = Cube({("out", "A", "2024"): "1", ("out", "B", "2024"): None, ("out", "C", "2024"): "3"})
    assert number(cube, RANK, "out", "A") == 2


def test_equal_values_share_a_rank() -> None:
    cube = Cube({("out", "A", "2024"): "5", ("out", "B", "2024"): "5", ("out", "C", "2024"): "1"})
    assert [number(cube, RANK, "out", region) for region in REGIONS] == [1, 1, 3]


# ---------------------------------------------------------------- units, statuses, codes


@pytest.mark.parametrize(
    ("measure", "unit", "decimals"),
    [
        (LEVEL, "PIECE", 2),
        (SHARE, "percent", 1),
        (CHANGE, "percent", 1),
        (GROWTH, "percent", 1),
        (CONTRIBUTION, "percentage_point", 1),
        (BALANCE, "PIECE", 2),
        (RATIO, "none", 1),
        (RANK, "none", 0),
    ],
    ids=lambda value: value.name if isinstance(value, MeasureSpec) else None,
)
def test_units(measure: MeasureSpec, unit: str, decimals: int) -> None:
    assert unit_of(measure, spec(decimals=2)) == (unit, decimals)


@pytest.mark.parametrize("name", ["balance", "difference"])
def test_percentages_differ_by_percentage_points(name: str) -> None:
    assert unit_of(MeasureSpec(name), spec(unit="percent", decimals=2)) == ("percentage_point", 2)


def test_every_measure_of_a_release_is_known() -> None:
    cells: dict[Keys, str] = {(f, r, y): "10" for f in FLOWS for r in REGIONS for y in YEARS}
    arguments = {measure.name: measure for measure in (*EVERY, RANK)}
    assert set(arguments) == set(MEASURES)
    for name in MEASURES:
        assert evaluate(Cube(cells), arguments[name], at("out", "A")).number is not None


def test_the_statuses_of_all_cells_behind_a_value() -> None:
    cube = Cube({("out", "A", "2023"): "10/E", ("out", "A", "2024"): "11/A", ("in", "A", "2024"): "1/P"})
    assert evaluate(cube, LEVEL, at("out", "A")).statuses == {"A"}
    assert evaluate(cube, CHANGE, at("out", "A")).statuses == {"A", "E"}
    assert evaluate(cube, LEVEL, at("net", "A")).statuses == {"A", "P"}


def test_only_the_cells_that_are_needed_are_asked() -> None:
    """What a page depends on, exact to the cell."""
    cube = Cube({(f, r, y): "10" for f in FLOWS for r in REGIONS for y in YEARS})
    evaluate(cube, CHANGE, at("out", "A"))
    assert cube.asked == {("out", "A", "2024"), ("out", "A", "2023")}


@pytest.mark.parametrize(
    ("measure", "place", "code"),
    [
        (LEVEL, at("out", "D"), "unknown-member"),
        (MeasureSpec("share", of={"region": "D"}), at("out", "A"), "unknown-member"),
        (MeasureSpec("balance", minus={"flow": "inn"}), at("out", "A"), "unknown-member"),
        (MeasureSpec("ratio", to={"year": "1999"}), at("out", "A"), "unknown-member"),
        (MeasureSpec("share", of={"product": "x"}), at("out", "A"), "bad-release"),
        (MeasureSpec("rank", among="product"), at("out", "A"), "bad-release"),
    ],
)
def test_codes_that_nobody_knows(measure: MeasureSpec, place: dict[str, str], code: str) -> None:
    cube = Cube({(f, r, y): "10" for f in FLOWS for r in REGIONS for y in YEARS})

    def ask() -> Value:
        check_codes(cube, measure, place)
        return evaluate(cube, measure, place)

    assert error_of(ask).code == code


def test_derived_members_are_members() -> None:
    cube = Cube({(f, r, "2024"): "10" for f in FLOWS for r in REGIONS})
    check_codes(cube, SHARE, at("net", "ALL"))


def test_a_year_without_data_is_answered_with_the_years_that_there_are() -> None:
    cube = Cube({("out", "A", year): "10" for year in YEARS})
    error = error_of(check_codes, cube, LEVEL, at("out", "A", "2025"))
    assert "2019, 2021" in error.hint


# ---------------------------------------------------------------- a table of the site is a table of a measure


def test_a_value_is_worked_out_once_and_noted_each_time() -> None:
    """Two targets ask for the same number: both depend on its cells, whoever worked it out."""
    definitions = '[figures.f]\ntable = "t"\nat = { region = "A", year = "2024" }\nmeasure = "change"\n'
    small = Small({("A", "2023"): "10", ("A", "2024"): "11"}, definitions)
    first = small.value("f")
    cells = {question for asked in small.lookup.asked.values() for question in asked if question[0] == "cell"}
    other = type(small.lookup)(small.lookup._edition)
    small.lookup = other
    assert small.value("f") == first
    assert {q for asked in other.asked.values() for q in asked if q[0] == "cell"} == cells
    assert len(cells) == 2


def test_an_error_can_be_pinned_to_its_place() -> None:
    from generator.errors import SourceRef

    error = FactError("empty-cell", "no value", "fill it")
    problem = error.at(SourceRef("data/r/release.toml", 3), "claim x: ")
    assert problem.text() == "data/r/release.toml:3: error: claim x: no value [empty-cell]\n    → fill it"
