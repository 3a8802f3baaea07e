"""Every claim: true on data that bear it out, false on data that do not, with exactly the rows that break it."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small import Small, error_of

from generator.facts.claims import CLAIMS

#            2023   2024
LEVELS = {
    ("A", "2023"): "10",
    ("A", "2024"): "12",  # +20 %
    ("B", "2023"): "20",
    ("B", "2024"): "15",  # −25 %
    ("C", "2023"): "30",
    ("C", "2024"): "30",  # 0
}

FIGURES = """
[figures.level]
table = "t"
by = ["region", "year"]

[figures.change]
table = "t"
at = { year = "2024" }
by = "region"
measure = "change"
"""


def claim(
    holds: str, *, over: str = '["region"]', at: str = '{ year = "2024" }', measure: str = "level", more: str = ""
) -> str:
    return f"""
[claims.c]
table = "t"
at = {at}
over = {over}
measure = "{measure}"
{more}
holds = '{holds}'
"""


def breaking(holds: str, rows: dict[tuple[str, ...], str] = LEVELS, **words: str) -> list[tuple[str, ...]]:
    """The members that break a claim: without what `at` says of them all."""
    whole = {key[0] for key in rows} == {"A", "B", "C"}
    more = 'totals.region.ALL = ["A", "B", "C"]' if whole else ""
    small = Small(rows, FIGURES + claim(holds, **words), more=more)
    return [codes[1:] for codes in small.breaking("c")]


A, B, C = ("A",), ("B",), ("C",)


# ---------------------------------------------------------------- true, and false with the rows that break it


@pytest.mark.parametrize(
    ("holds", "measure", "rows"),
    [
        ("all positive", "level", []),
        ("all positive", "change", [B, C]),
        ("all negative", "change", [A, C]),
        ("any positive", "change", []),
        ("any negative", "change", []),
        ("any negative", "level", [A, B, C]),
        ("none negative", "level", []),
        ("none negative", "change", [B]),
        ("none positive", "change", [A]),
        ("only A positive", "change", []),
        ("only B negative", "change", []),
        ("only B positive", "change", [A, B]),
        ("only A and B positive", "change", [B]),
        ("only A, B and C positive", "level", []),
        ("only A positive", "level", [B, C]),
        ("highest C", "level", []),
        ("highest B", "level", [B, C]),
        ("highest A", "level", [A, B, C]),
        ("lowest A", "level", []),
        ("lowest B", "level", [B, A]),
        ("lowest B", "change", []),
        ("order C > B > A", "level", []),
        ("order C > A", "level", []),
        ("order B > C > A", "level", [B, C]),
        ("order A > C > B", "change", []),
        ("each B above A", "level", []),
        ("each A above B", "level", [A, B]),
        ("each A below B", "level", []),
        ("each A below B", "change", [A, B]),
        ("above 11.9", "level", []),
        ("above 12", "level", [A]),
        ("above 15", "level", [A, B]),
        ("below 30", "level", [C]),
        ("below 30.01", "level", []),
        ("above -25.01", "change", []),
        ("above -25", "change", [B]),
        ("above level.A.2023", "level", []),
        ("above level.A.2024", "level", [A]),
        ("below level.C.2024", "level", [C]),
        ("below change.A", "change", [A]),
        ("between 0 and 1000000", "level", []),
        ("top C", "level", []),
        ("top A", "level", [A, B, C]),
        ("top A, B and C", "level", []),
        ("most C", "level", []),
        ("most A and C", "level", []),
        ("most A, B", "level", [A, B, C]),
        ("most B", "level", [A, B, C]),
    ],
)
def test_claims(holds: str, measure: str, rows: list[tuple[str]]) -> None:
    assert breaking(holds, measure=measure) == rows


@pytest.mark.parametrize(
    ("holds", "rows"),
    [
        ("near 1/3", [B, C]),
        ("near 1/3 within 6", [B]),
        ("near 1/3 within 100", []),
        ("near 1/2 within 0", [A, C]),
    ],
)
def test_near(holds: str, rows: list[tuple[str]]) -> None:
    """Shares of 33, 50 and 38 per cent (they need not add up: each is of its own year's A)."""
    cells = {("A", "2024"): "33", ("B", "2024"): "50", ("C", "2024"): "38"}
    small = Small(cells, claim(holds), unit="percent")
    assert [codes[1:] for codes in small.breaking("c")] == rows
    ratios = {key: f"0.{value}" for key, value in cells.items()}
    small = Small(ratios, claim(holds), unit="none")
    assert [codes[1:] for codes in small.breaking("c")] == rows


def test_equal_values_are_neither_highest_nor_in_order() -> None:
    level = {("A", "2024"): "5", ("B", "2024"): "5", ("C", "2024"): "1"}
    assert breaking("highest A", level) == [A, B]
    assert breaking("order A > B > C", level) == [A, B]
    assert breaking("each A above B", level) == [A, B]
    assert breaking("each A below B", level) == [A, B]
    assert breaking("above level.C.2024", level) == [C]
    assert breaking("most A", {("A", "2024"): "3", ("B", "2024"): "2", ("C", "2024"): "1"}) == [A, B, C]


def test_zero_has_no_sign() -> None:
    zero = {("A", "2024"): "0"}
    assert breaking("all positive", zero) == [A]
    assert breaking("all negative", zero) == [A]
    assert breaking("none positive", zero) == []
    assert breaking("none negative", zero) == []


def test_signs_are_those_of_exact_values() -> None:
    assert breaking("all negative", {("A", "2024"): "-0.0001"}) == []


# ---------------------------------------------------------------- more dimensions than one


def test_each_combination_of_the_others_is_tested() -> None:
    """`highest C` in every year: one year in which it is not breaks the claim, with that year's rows."""
    rows = {**LEVELS, ("C", "2023"): "5"}
    assert breaking("highest C", rows, over='{ region = [], year = ["2023", "2024"] }', at="{}") == [
        ("2023",),
        ("2023",),
        ("2023",),
    ]
    small = Small(rows, claim("highest C", over='{ region = [], year = ["2023", "2024"] }', at="{}"))
    assert small.breaking("c") == [("C", "2023"), ("A", "2023"), ("B", "2023")]


def test_a_claim_compares_years() -> None:
    over = '{ region = [], year = ["2023", "@now"] }'
    small = Small(LEVELS, claim("each @now above 2023", over=over, at="{}"))
    assert small.breaking("c") == [("B", "2024"), ("B", "2023"), ("C", "2024"), ("C", "2023")]


def test_over_without_members_runs_over_what_the_file_holds() -> None:
    """Not over derived members: a total is not one of its parts."""
    assert breaking("highest C") == []
    over = '{ region = ["A", "ALL"] }'
    assert breaking("highest ALL", over=over) == []
    assert breaking("highest A", over=over) == [A, ("ALL",)]


def test_only_some_members() -> None:
    assert breaking("all positive", measure="change", over='{ region = ["A"] }') == []


# ---------------------------------------------------------------- what is no claim


@pytest.mark.parametrize(
    ("holds", "code"),
    [
        ("", "empty"),
        ("some positive", "bad-release"),
        ("all", "bad-release"),
        ("all rising", "bad-release"),
        ("all positive negative", "bad-release"),
        ("only positive", "bad-release"),
        ("only A B positive", "bad-release"),
        ("only A or B positive", "bad-release"),
        ("only Z positive", "unknown-member"),
        ("highest", "bad-release"),
        ("highest A B", "bad-release"),
        ("highest Z", "unknown-member"),
        ("order A", "bad-release"),
        ("order A < B", "bad-release"),
        ("order A > B B", "bad-release"),
        ("order A > Z", "unknown-member"),
        ("each A over B", "bad-release"),
        ("each A above", "bad-release"),
        ("above", "bad-release"),
        ("above 1 2", "bad-release"),
        ("above nothing", "unknown-figure"),
        ("above level.A", "unknown-member"),
        ("above change.A", "unit-mixed"),  # per cent against pieces
        ("near 1/3", "bad-release"),  # pieces are no part of anything
        ("near third", "bad-release"),
        ("near 1/0", "bad-release"),
        ("near 1/3 within", "bad-release"),
        ("near 1/3 by 2", "bad-release"),
        ("between 1", "bad-release"),
        ("between 1 and A", "bad-release"),
        ("between 2 and 1", "bad-release"),
        ("top", "bad-release"),
        ("top Z", "unknown-member"),
        ("most", "bad-release"),
        ("most A B", "bad-release"),
        ("most Z", "unknown-member"),
    ],
)
def test_what_is_no_claim(holds: str, code: str) -> None:
    if code == "empty":
        problems = Small(LEVELS, claim(holds)).site.release("r").problems
        assert [problem.message for problem in problems] == ['"holds" is empty']
        return
    small = Small(LEVELS, FIGURES + claim(holds))
    assert error_of(small.verdict, "c").code == code


def test_a_member_of_two_dimensions_is_ambiguous() -> None:
    rows = {("A", "A"): "1", ("A", "B"): "2"}
    small = Small(
        rows, claim("highest A", over='["region", "other"]', at="{}"), dimensions=("region", "other"), time=None
    )
    assert "more than one" in error_of(small.verdict, "c").message


def test_a_claim_needs_every_cell() -> None:
    error = error_of(Small({**LEVELS, ("B", "2024"): ""}, claim("all positive")).verdict, "c")
    assert error.code == "empty-cell"
    assert "region B" in error.message
    assert (
        error_of(Small(LEVELS, claim("all positive", over='{ region = ["Z"] }')).verdict, "c").code == "unknown-member"
    )


@pytest.mark.parametrize("word", CLAIMS)
def test_every_claim_word_is_tested_here(word: str) -> None:
    tests = Path(__file__).read_text(encoding="utf-8")
    assert f'("{word} ' in tests


# ---------------------------------------------------------------- against naive second implementations

values = st.dictionaries(st.sampled_from("ABCDEF"), st.integers(-5, 5), min_size=2, max_size=6)


@given(values, st.data())
def test_claims_agree_with_a_naive_reading(cells: dict[str, int], data: st.DataObject) -> None:
    names = sorted(cells)
    one = data.draw(st.sampled_from(names))
    other = data.draw(st.sampled_from([name for name in names if name != one]))
    order = data.draw(st.permutations(names))
    rest = sum(value for name, value in cells.items() if name != one)
    expected = {
        "all positive": all(value > 0 for value in cells.values()),
        "any negative": any(value < 0 for value in cells.values()),
        "none negative": not any(value < 0 for value in cells.values()),
        f"only {one} positive": {name for name in names if cells[name] > 0} == {one},
        f"highest {one}": all(cells[one] > cells[name] for name in names if name != one),
        f"lowest {one}": all(cells[one] < cells[name] for name in names if name != one),
        f"order {' > '.join(order)}": all(cells[a] > cells[b] for a, b in pairwise(order)),
        f"each {one} above {other}": cells[one] > cells[other],
        f"above {cells[other]}": all(value > cells[other] for value in cells.values()),
        f"most {one}": cells[one] > rest,
    }
    rows = {(name, "2024"): str(value) for name, value in cells.items()}
    claims = "".join(claim(holds).replace("claims.c", f"claims.c{index}") for index, holds in enumerate(expected))
    small = Small(rows, claims)
    found = {holds: small.verdict(f"c{index}").holds for index, holds in enumerate(expected)}
    assert found == expected


def test_units_are_not_mixed() -> None:
    """A difference of percentages is in points: it is compared with points, and never with per cent."""
    rates = {("A", "2024"): "7", ("B", "2024"): "4"}
    more = 'differences.region.gap = ["A", "B"]\n'
    family = '[figures.f]\ntable = "t"\nat = { year = "2024" }\nby = "region"\n'
    test = '[claims.c]\ntable = "t"\nat = { year = "2024" }\nover = { region = [%s] }\nholds = "%s"\n'

    def small(over: str, holds: str) -> Small:
        return Small(rates, family + test % (over, holds), unit="percent", more=more, labels="gap,Écart,Gap\n")

    assert small('"A", "B"', "above 3").verdict("c").holds
    assert small('"gap"', "below f.gap").verdict("c").holds is False
    assert small('"gap"', "above 2").value("f.gap").unit == "percentage_point"
    for over, holds in (('"A", "gap"', "each A above gap"), ('"A"', "above f.gap"), ('"gap"', "below f.A")):
        assert error_of(small(over, holds).verdict, "c").code == "unit-mixed"
    assert error_of(small('"A"', "above 2").printed, "f.A | in(percentage_point)").code == "unit-mixed"
