"""A display in a language: heads, groups, rows and every number; what is said of gaps and of estimates."""

from __future__ import annotations

import pytest
from small import Small, error_of

from generator.formats import MINUS
from generator.model import Grid

ROWS = {
    ("out", "A", "2023"): "1000",
    ("out", "A", "2024"): "1100.25",
    ("out", "B", "2023"): "50/E",
    ("out", "B", "2024"): "40/P",
    ("in", "A", "2023"): "200",
    ("in", "A", "2024"): "300",
    ("in", "B", "2023"): "10",
    ("in", "B", "2024"): "",
}
MORE = 'totals.region.ALL = ["A", "B"]\ndifferences.flow.net = ["out", "in"]\nsource = "OFFICE"\nnote = "remark"\n'

DISPLAY = """
[displays.d]
table = "t"
row = "region"
rows = ["A", "B", "ALL"]
row_head = "region"
note = "head"

[[displays.d.parts]]
columns = [
    { measure = "level", by = "year", members = ["2023", "@now"] },
    { label = "head", measure = "change", at = { year = "2024" } },
]
groups = [{ at = { flow = "out" } }, { at = { flow = "net" }, label = "remark" }]
"""


PART = '[displays.d]\ntable = "t"\n{rows}\n\n[[displays.d.parts]]\n{part}\n'


def small(display: str = DISPLAY, **words: str) -> Small:
    more = words.pop("more", MORE)
    return Small(ROWS, display, dimensions=("flow", "region", "year"), more=more, **words)  # type: ignore[arg-type]


def texts(grid: Grid) -> list[list[str]]:
    return [
        [head, *(cell.text for cell in row)] for part in grid.parts for group in part.groups for head, row in group.rows
    ]


def test_a_display() -> None:
    grid = small().grid("d", "fr")
    (part,) = grid.parts
    assert [(head.text, head.span) for head in part.heads] == [("pièces", 2), ("Tête", 1)]
    assert part.subheads == ("2023", "2024", "2024")
    assert [group.head for group in part.groups] == ["Sorties", "Remarque"]
    assert (grid.row_head, grid.source, grid.width) == ("Région", "Office", 3)
    assert texts(grid) == [
        ["Aval", "1.000,0", "1.100,3", "10,0"],
        ["Bois", "50,0", "40,0", f"{MINUS}20,0"],
        ["Tous", "1.050,0", "1.140,3", "8,6"],
        ["Aval", "800,0", "800,3", "0,0"],
        ["Bois", "40,0", ":", ":"],
        ["Tous", "840,0", ":", ":"],
    ]


def test_the_same_in_another_language() -> None:
    grids = {lang: small().grid("d", lang) for lang in ("fr", "en")}
    machine = {
        lang: [
            cell.machine for part in grid.parts for group in part.groups for _head, row in group.rows for cell in row
        ]
        for lang, grid in grids.items()
    }
    assert machine["fr"] == machine["en"]
    assert texts(grids["en"])[0] == ["Ay", "1,000.0", "1,100.3", "10.0"]
    assert machine["fr"][1] == "1100.3"


def test_the_status_of_a_level_stands_at_its_cell() -> None:
    grid = small().grid("d")
    statuses = [[cell.status for cell in row] for _head, row in grid.parts[0].groups[0].rows]
    assert statuses == [["", "", ""], ["E", "P", ""], ["E", "P", ""]]


def test_what_stands_under_a_display() -> None:
    notes = small().grid("d", "en").notes
    assert ": not available" in notes
    assert "Estimated data, Provisional data." in notes
    assert notes[-2:] == ("Head", "Remark"), "the display's own note, then the table's"


@pytest.mark.parametrize(
    ("quality", "said"),
    [
        ("official", None),
        ("estimated", "Estimated data."),
        ("provisional", "Provisional data."),
        ("illustrative", "Illustrative data."),
    ],
)
def test_the_quality_of_a_table_is_said(quality: str, said: str | None) -> None:
    rows = {("A", "2024"): "1", ("B", "2024"): "2"}
    display = PART.format(rows='row = "region"\nrows = ["A", "B"]', part='columns = [{ by = "year" }]')
    grid = Small(rows, display, more=f'quality = "{quality}"').grid("d", "en")
    assert grid.notes == ((said,) if said else ())


def test_a_display_without_gaps_explains_none() -> None:
    rows = {("A", "2024"): "1"}
    display = (
        '[displays.d]\ntable = "t"\nrow = "region"\nrows = ["A"]\n\n[[displays.d.parts]]\ncolumns = [{ by = "year" }]\n'
    )
    grid = Small(rows, display).grid("d", "en")
    assert grid.notes == ()
    assert grid.parts[0].groups[0].head == "", "one group without a head, when none is given"
    assert texts(grid) == [["Ay", "1.0"]]


def test_rows_may_be_entries() -> None:
    """Rows that are measures of one place, and a column for each member."""
    display = PART.format(
        rows='rows = [{ label = "head", at = { flow = "out" } }, { label = "remark", at = { flow = "out" }, '
        'measure = "share", of = { region = "ALL" }, decimals = 2 }]',
        part='columns = [{ by = "region", members = ["A", "B"], at = { year = "2023" } }]',
    )
    grid = small(display).grid("d", "en")
    assert texts(grid) == [["Head", "1,000.0", "50.0"], ["Remark", "95.24", "4.76"]]
    assert grid.parts[0].subheads == ("2023", "2023")


def test_a_column_names_the_span_of_an_average_growth() -> None:
    display = PART.format(
        rows='row = "region"\nrows = ["A"]',
        part='columns = [{ measure = "average_growth", start = "2023", at = { year = "2024" } }]\n'
        'groups = [{ at = { flow = "out" } }]',
    )
    grid = small(display).grid("d", "en")
    assert grid.parts[0].subheads == ("2023–2024",)
    assert [head.text for head in grid.parts[0].heads] == ["%"]


def test_another_unit_and_other_decimals() -> None:
    display = PART.format(
        rows='row = "region"\nrows = ["A"]',
        part='columns = [{ at = { year = "2024" }, unit = "THOUSAND" }, { at = { year = "2024" }, decimals = 0 }]\n'
        'groups = [{ at = { flow = "out" } }]',
    )
    grid = small(display).grid("d", "en")
    assert texts(grid) == [["Ay", "1.10", "1,100"]]
    assert [head.text for head in grid.parts[0].heads] == ["thousand pieces", "pieces"]


def test_the_name_of_joined_codes_comes_first() -> None:
    display = PART.format(
        rows='row = "year"\nrows = ["2024"]',
        part='columns = [{ measure = "level" }]\n'
        'groups = [{ at = { flow = "out", region = "A" } }, { at = { flow = "out", region = "B" } }]',
    )
    grid = small(display).grid("d", "en")
    assert [group.head for group in grid.parts[0].groups] == ["Exports of Ay", "Exports, Bee"]
    assert [head for head, _row in grid.parts[0].groups[0].rows] == ["2024"], "a period names itself"


def test_two_parts_are_two_heads() -> None:
    display = (
        DISPLAY
        + '\n[[displays.d.parts]]\ncolumns = [{ at = { year = "2024" } }]\ngroups = [{ at = { flow = "in" } }]\n'
    )
    grid = small(display).grid("d", "en")
    assert len(grid.parts) == 2
    assert grid.width == 3


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('{ flow = "out" }', '{ flow = "outt" }', "unknown-member"),
        ('["A", "B", "ALL"]', '["A", "Z"]', "unknown-member"),
        ('members = ["2023", "@now"]', 'members = ["2022"]', "unknown-member"),
        ('groups = [{ at = { flow = "out" } }, ', "groups = [{}, ", "bad-release"),
        ('label = "head"', 'label = "nobody"', "missing-label"),
        ('row_head = "region"', 'row_head = "nobody"', "missing-label"),
        ('measure = "change",', 'measure = "change", unit = "DOZEN",', "figure-form"),
    ],
)
def test_mistakes(old: str, new: str, code: str) -> None:
    assert old in DISPLAY
    assert error_of(small(DISPLAY.replace(old, new)).grid, "d").code == code
