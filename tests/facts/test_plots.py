"""A chart as values: panels, marks, colours and words, and the table that says the same."""

from __future__ import annotations

from decimal import Decimal

import pytest
from small import Small, error_of

from generator.formats import MINUS

ROWS = {
    ("out", "A", "2023"): "1000",
    ("out", "A", "2024"): "1100",
    ("out", "B", "2023"): "50",
    ("out", "B", "2024"): "40",
    ("out", "C", "2023"): "5000",
    ("out", "C", "2024"): "",
    ("in", "A", "2023"): "1",
    ("in", "A", "2024"): "2",
    ("in", "B", "2023"): "3",
    ("in", "B", "2024"): "4",
    ("in", "C", "2023"): "5",
    ("in", "C", "2024"): "6",
}

CHART = """
[charts.c]
type = "bars"
table = "t"
category = "region"
series = "year"
colour = "region"
members = { year = ["2023", "@now"] }
panels = [{ at = { flow = "out" } }, { at = { flow = "in" }, measure = "change" }]
columns = 2
note = "remark"
"""


def small(chart: str = CHART, **words: str) -> Small:
    return Small(ROWS, chart, dimensions=("flow", "region", "year"), **words)  # type: ignore[arg-type]


def one_year(more: str = "", panels: str = '[{ at = { flow = "out", year = "2023" } }]') -> str:
    return f'[charts.c]\ntype = "columns"\ntable = "t"\ncategory = "region"\npanels = {panels}\n{more}\n'


def test_a_plot() -> None:
    plot, _grid = small().plot("c", "fr")
    assert (plot.id, plot.lang, plot.type, plot.title, plot.columns) == ("c", "fr", "bars", "Title", 2)
    assert (plot.category_head, plot.series_head) == ("Région", "Année")
    assert [(panel.title, panel.unit) for panel in plot.panels] == [("Sorties", "pièces"), ("Entrées", "%")]
    assert [(point.category, point.series, point.number) for point in plot.panels[0].points] == [
        ("A", "2023", Decimal(1000)),
        ("A", "2024", Decimal(1100)),
        ("B", "2023", Decimal(50)),
        ("B", "2024", Decimal(40)),
        ("C", "2023", Decimal(5000)),
        ("C", "2024", None),
    ]
    assert plot.notes == (": non disponible", "Remarque")  # C has a gap


def test_every_mark_is_a_sentence() -> None:
    french, english = (small().plot("c", lang)[0].panels[0].points for lang in ("fr", "en"))
    assert french[1].sentence == "Sorties, Aval, 2024\u00a0: 1.100,0 pièces"
    assert english[1].sentence == "Exports, Ay, 2024: 1,100.0 pieces"
    assert (english[5].printed, english[5].sentence) == (":", "Exports, Cee, 2024: not available")


def test_the_table_says_the_same() -> None:
    _plot, grid = small().plot("c", "en")
    (part,) = grid.parts
    assert [(head.text, head.span) for head in part.heads] == [("Exports (pieces)", 2), ("Imports (%)", 2)]
    assert part.subheads == ("2023", "2024", "2023", "2024")
    rows = [[head, *(cell.text for cell in row)] for head, row in part.groups[0].rows]
    assert rows == [
        ["Ay", "1,000.0", "1,100.0", ":", "100.0"],
        ["Bee", "50.0", "40.0", ":", "33.3"],
        ["Cee", "5,000.0", ":", ":", "20.0"],
    ]
    assert [cell.machine for cell in part.groups[0].rows[1][1]] == ["50.0", "40.0", "", "33.3"]
    assert grid.notes[0] == ": not available"
    assert grid.row_head == "Region"


def test_colours_are_the_sites() -> None:
    """The same member has the same colour in every chart; who has none gets the first that is free."""
    plot, _grid = small().plot("c")
    assert [(colour.code, colour.slot) for colour in plot.colours] == [("A", 1), ("B", 2), ("C", 0)]
    by_year, _grid = small(CHART.replace('colour = "region"', 'colour = "year"')).plot("c")
    assert [(colour.code, colour.slot) for colour in by_year.colours] == [("2023", 1), ("2024", 2)]
    assert {point.colour for point in by_year.panels[0].points} == {"2023", "2024"}
    assert small(one_year()).plot("c")[0].colours == ()


def test_categories_in_order_of_size() -> None:
    assert [point.category for point in small(one_year()).plot("c")[0].panels[0].points] == ["A", "B", "C"]
    sized = small(one_year('sort = "descending"')).plot("c")[0]
    assert [point.category for point in sized.panels[0].points] == ["C", "A", "B"]
    panels = '[{ at = { flow = "out", year = "2024" } }, { at = { flow = "in", year = "2024" } }]'
    gaps = small(one_year('sort = "descending"', panels)).plot("c")[0]
    assert [point.category for point in gaps.panels[0].points] == ["A", "B", "C"], "by the sum over all panels"


def test_members_narrow_and_order() -> None:
    plot, _grid = small(one_year('members.region = ["C", "A"]')).plot("c")
    assert [point.category for point in plot.panels[0].points] == ["C", "A"]


def test_what_is_picked_out() -> None:
    plot, _grid = small(one_year('highlight = ["B"]')).plot("c")
    assert [point.highlighted for point in plot.panels[0].points] == [False, True, False]
    assert all(point.highlighted for point in small(one_year()).plot("c")[0].panels[0].points)


def test_the_total_of_a_panel() -> None:
    panels = '[{ at = { flow = "out", year = "2023" } }, { at = { flow = "out", year = "2024" } }]'
    totals = [panel.total for panel in small(one_year("total = true", panels)).plot("c", "en")[0].panels]
    assert totals == ["6,050.0", ""], "none when a mark has no value"
    assert [panel.total for panel in small(one_year()).plot("c")[0].panels] == [""]


def test_the_subtitle_is_given_or_made_of_the_units() -> None:
    assert small().plot("c", "en")[0].subtitle == "pieces, %"
    assert small(CHART + 'subtitle = "head"\n').plot("c", "en")[0].subtitle == "Head"


def test_a_panel_in_another_unit() -> None:
    panels = '[{ at = { flow = "out", year = "2023" }, unit = "THOUSAND", label = "head" }]'
    plot, _grid = small(one_year(panels=panels)).plot("c", "en")
    panel = plot.panels[0]
    assert (panel.title, panel.unit, panel.decimals) == ("Head", "thousand pieces", 2)
    assert [point.printed for point in panel.points] == ["1.00", "0.05", "5.00"]


def test_decimals_of_a_panel() -> None:
    panels = '[{ at = { flow = "out", year = "2024" }, measure = "change", decimals = 2 }]'
    plot, grid = small(one_year(panels=panels)).plot("c", "en")
    assert [point.printed for point in plot.panels[0].points] == ["10.00", f"{MINUS}20.00", ":"]
    assert [row[0].machine for _head, row in grid.parts[0].groups[0].rows] == ["10.00", "-20.00", ""]


def test_illustrative_data_say_so_on_the_chart() -> None:
    plot, grid = small(more='quality = "illustrative"\nsource = "OFFICE"').plot("c", "en")
    assert plot.status == "Illustrative data"
    assert "Illustrative data." in grid.notes
    assert (plot.source, grid.source) == ("Office", "Office")


def test_estimated_cells_make_an_estimated_chart() -> None:
    rows = {("A", "2024"): "1/E", ("B", "2024"): "2/A"}
    chart = '[charts.c]\ntable = "t"\ncategory = "region"\npanels = [{ at = { year = "2024" } }]\n'
    plot = Small(rows, chart).plot("c", "en")[0]
    assert plot.status == "Estimated data"
    assert [point.status for point in plot.panels[0].points] == ["E", "A"]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('{ flow = "out" }', '{ flow = "outt" }', "unknown-member"),
        ('["2023", "@now"]', '["2023", "2025"]', "unknown-member"),
        ('note = "remark"', 'note = "nobody"', "missing-label"),
        ('measure = "change"', 'measure = "change", unit = "THOUSAND"', "figure-form"),
    ],
)
def test_mistakes(old: str, new: str, code: str) -> None:
    assert old in CHART
    assert error_of(small(CHART.replace(old, new)).plot, "c").code == code
