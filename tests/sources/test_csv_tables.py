"""A CSV file and its schema → exact cells, each with its line. Mistakes have their own folders in tests/broken."""

from __future__ import annotations

import csv
import io
import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.definitions import Dialect, Table, TableSpec
from generator.errors import Problem, SourceErrors
from generator.sources.schemas import Schema, read_schema
from generator.sources.tables import read_table

PATH = "data/r/t.csv"


def spec(*, delimiter: str = ",", decimal: str = ".", totals: object = None) -> TableSpec:
    return TableSpec(
        id="t",
        file="t.csv",
        schema="t.schema.json",
        dimensions=("region", "year"),
        value="value",
        status="status",
        time="year",
        unit="PIECE",
        decimals=1,
        quality="official",
        source=None,
        note=None,
        dialect=Dialect(delimiter, decimal),
        totals=totals or {},  # type: ignore[arg-type]
        differences={},
    )


def schema(table: TableSpec, **value: object) -> Schema:
    fields = [{"name": "region"}, {"name": "year", "type": "year"}]
    fields += [{"name": "value", "type": "number", **value}, {"name": "status"}]  # type: ignore[dict-item]
    document = json.dumps({"fields": fields, "missingValues": ["", "n/a"]})
    return read_schema(document.encode(), "data/r/t.schema.json", table)


def read(text: str, table: TableSpec | None = None, **value: object) -> Table:
    table = table or spec()
    return read_table(table, text.encode(), PATH, schema(table, **value))


def problems(text: str, table: TableSpec | None = None, **value: object) -> list[Problem]:
    with pytest.raises(SourceErrors) as raised:
        read(text, table, **value)
    return list(raised.value.problems)


def test_a_table() -> None:
    table = read("region,year,value,status\nA,2024,1.50,A\nB,2024,,M\nB,2023,n/a,\n")
    assert table.members == {"region": ("A", "B"), "year": ("2024", "2023")}
    cell = table.cells["A", "2024"]
    assert (str(cell.value), cell.status, cell.line) == ("1.50", "A", 2)
    assert table.cells["B", "2024"].value is None
    assert table.cells["B", "2023"].value is None
    assert table.path == PATH


def test_derived_members_are_codes_but_not_members() -> None:
    table = read("region,year,value,status\nA,2024,1,\nB,2024,2,\n", spec(totals={"region": {"ALL": ("A", "B")}}))
    assert table.members["region"] == ("A", "B")
    assert table.codes["region"] == {"A", "B", "ALL"}


rows = st.dictionaries(
    st.tuples(st.text("ABC", min_size=1, max_size=3), st.integers(1000, 9999).map(str)),
    st.decimals(min_value=-(10**12), max_value=10**12, places=6),
    min_size=1,
    max_size=20,
)


@given(rows, st.sampled_from([(",", "."), (";", ","), ("\t", "."), ("|", ",")]), st.booleans())
def test_every_number_is_the_one_in_the_file(
    cells: dict[tuple[str, str], Decimal], signs: tuple[str, str], mark: bool
) -> None:
    """Whatever the dialect, the value is the decimal number that was written, digit for digit."""
    delimiter, decimal = signs
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\r\n" if mark else "\n")
    writer.writerow(["region", "year", "value", "status"])
    for (region, year), number in cells.items():
        writer.writerow([region, year, f"{number:f}".replace(".", decimal), "A"])
    text = ("\ufeff" if mark else "") + out.getvalue()
    table = read(text, spec(delimiter=delimiter, decimal=decimal))
    assert {key: (cell.value, cell.line) for key, cell in table.cells.items()} == {
        key: (number, line) for line, (key, number) in enumerate(cells.items(), 2)
    }


@pytest.mark.parametrize("text", ["1e3", "NaN", "Infinity", "1 000", "1,5", "١", "0x10", "--1", "1_000", "-", "."])
def test_what_is_no_number(text: str) -> None:
    found = problems(f'region,year,value,status\nA,2024,"{text}",\n')
    assert [(problem.code, problem.where.line) for problem in found] == [("bad-value", 2)]


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("", ["bad-csv"]),
        ("region,year,value,status\nA,2024,1\n", ["bad-csv"]),
        ("region,year,value,status\nA,24,1,\n", ["bad-value"]),
        ("region,year,value,status\nA,2024,1,\nA,2024,1,\n", ["duplicate-key"]),
        ("region,year,value\nA,2024,1\n", ["bad-csv"]),
        ("region,year,value,status,note\nA,2024,1,,\n", ["bad-schema"]),
        ("region;year;value;status\nA;2024;1;\n", ["bad-csv"]),
        ("region,year,value,status\nA,2024,x,\nB,24,y,\n", ["bad-value", "bad-value", "bad-value"]),
    ],
)
def test_mistakes(text: str, codes: list[str]) -> None:
    found = problems(text)
    assert [problem.code for problem in found] == codes
    assert all(problem.where.path == PATH and problem.where.line > 0 for problem in found)


def test_a_flood_of_mistakes_is_counted() -> None:
    found = problems("region,year,value,status\n" + "".join(f"A{index},2024,x,\n" for index in range(50)))
    assert len(found) == 21
    assert "30 more" in found[-1].message


def test_bounds_of_the_schema() -> None:
    text = "region,year,value,status\nA,2024,-1,\nB,2024,101,\nC,2024,,\n"
    found = problems(text, constraints={"minimum": 0, "maximum": 100, "required": True})
    assert [problem.where.line for problem in found] == [2, 3, 4]
    assert {problem.code for problem in found} == {"bad-value"}
