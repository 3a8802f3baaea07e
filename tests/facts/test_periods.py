"""Codes of periods: what counts as one, the period before, the years between two."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small import error_of

from generator.facts.periods import earlier, is_period, parse_period, years_between

years = st.integers(1, 9998)
codes = st.one_of(
    years.map("{:04d}".format),
    st.builds("{:04d}-S{}".format, years, st.integers(1, 2)),
    st.builds("{:04d}-Q{}".format, years, st.integers(1, 4)),
    st.builds("{:04d}-{:02d}".format, years, st.integers(1, 12)),
)


@pytest.mark.parametrize(
    ("code", "lag", "expected"),
    [
        ("2024", "year", "2023"),
        ("2024", "period", "2023"),
        ("2024-S2", "year", "2023-S2"),
        ("2024-S2", "period", "2024-S1"),
        ("2024-S1", "period", "2023-S2"),
        ("2024-Q1", "year", "2023-Q1"),
        ("2024-Q1", "period", "2023-Q4"),
        ("2024-03", "year", "2023-03"),
        ("2024-03", "period", "2024-02"),
        ("2024-01", "period", "2023-12"),
    ],
)
def test_the_period_before(code: str, lag: str, expected: str) -> None:
    assert earlier(code, lag) == expected


@given(codes)
def test_a_year_is_all_its_periods(code: str) -> None:
    frequency, _number = parse_period(code)
    step = code
    for _ in range(frequency):
        step = earlier(step, "period")
    assert step == earlier(code, "year")
    assert years_between(step, code) == 1


@given(codes)
def test_going_back_stays_a_period_of_the_same_length(code: str) -> None:
    for lag in ("year", "period"):
        before = earlier(code, lag)
        assert is_period(before)
        assert parse_period(before)[0] == parse_period(code)[0]
        assert parse_period(before)[1] < parse_period(code)[1]


@pytest.mark.parametrize(
    ("start", "end", "years"),
    [
        ("2019", "2024", "5"),
        ("2023-Q1", "2024-Q3", "1.5"),
        ("2024-01", "2024-04", "0.25"),
        ("2023-S2", "2024-S1", "0.5"),
    ],
)
def test_years_between(start: str, end: str, years: str) -> None:
    assert years_between(start, end) == Decimal(years)


@pytest.mark.parametrize(
    ("start", "end"), [("2024", "2024"), ("2024", "2019"), ("2023", "2024-Q1"), ("x", "2024"), ("2023", "x")]
)
def test_years_that_cannot_be_counted(start: str, end: str) -> None:
    assert error_of(years_between, start, end).code == "bad-release"


@pytest.mark.parametrize(
    "code",
    [
        "",
        "24",
        "2024-",
        "2024-0",
        "2024-13",
        "2024-00",
        "2024-Q0",
        "2024-Q5",
        "2024-S3",
        "2024-q1",
        "2024Q1",
        " 2024",
        "BEL",
    ],
)
def test_what_is_no_period(code: str) -> None:
    assert not is_period(code)
    assert error_of(parse_period, code).code == "bad-release"
