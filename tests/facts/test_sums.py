"""A note on rounding stands exactly where a shown total is not the sum of its shown parts."""

from __future__ import annotations

import pytest
from small import Small

from generator.facts.sums import MESSAGE

MORE = 'totals.region.ALL = ["A", "B"]'
TABLE = """
[displays.d]
table = "t"
row = "region"
rows = {rows}

[[displays.d.parts]]
columns = [{{ measure = "{measure}", at = {{ year = "2024" }}{more} }}]
"""
CHART = """
[charts.c]
type = "bars"
table = "t"
category = "region"
members = {{ region = {rows} }}
panels = [{{ at = {{ year = "2024" }} }}]
total = {total}
"""


def small(definition: str, first: str, second: str) -> Small:
    cells = {("A", "2024"): first, ("B", "2024"): second, ("A", "2023"): "1", ("B", "2023"): "1"}
    return Small(cells, definition, decimals=0, more=MORE)


ALL, PARTS = '["A", "B", "ALL"]', '["A", "B"]'


@pytest.mark.parametrize(
    ("first", "second", "rows", "measure", "more", "noted"),
    [
        ("1.5", "2.5", ALL, "level", "", True),  # 2 + 3, and 4
        ("1.2", "2.2", ALL, "level", "", False),  # 1 + 2, and 3
        ("1.5", "2.5", ALL, "level", ", decimals = 1", False),
        ("1.5", "2.5", PARTS, "level", "", False),  # no total is shown
        ("1.5", "2.5", '["A", "ALL"]', "level", "", False),  # not all of its parts are
        ("1.5", "2.5", ALL, "change", "", False),  # changes do not add up anyway
        ("1500", "2500", ALL, "level", ', unit = "THOUSAND", decimals = 0', True),
        ("1.5", "", ALL, "level", "", False),
    ],
)
def test_a_table(first: str, second: str, rows: str, measure: str, more: str, noted: bool) -> None:
    grid = small(TABLE.format(rows=rows, measure=measure, more=more), first, second).grid("d", "en")
    assert (MESSAGE in grid.notes) == noted


@pytest.mark.parametrize(
    ("first", "second", "rows", "total", "noted"),
    [
        ("1.5", "2.5", ALL, "false", True),
        ("1.2", "2.2", ALL, "false", False),
        ("1.5", "2.5", PARTS, "false", False),
        ("1.5", "2.5", PARTS, "true", True),  # the sum beside the title
        ("1.2", "2.2", PARTS, "true", False),
    ],
)
def test_a_chart(first: str, second: str, rows: str, total: str, noted: bool) -> None:
    plot, grid = small(CHART.format(rows=rows, total=total), first, second).plot("c", "en")
    assert (MESSAGE in grid.notes, MESSAGE in plot.notes) == (noted, noted)


def test_in_each_language() -> None:
    grid = small(TABLE.format(rows=ALL, measure="level", more=""), "1.5", "2.5").grid("d", "fr")
    assert grid.notes[-1] == "Les totaux peuvent différer de la somme des parties en raison des arrondis."
