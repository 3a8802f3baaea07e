"""A chart's numbers as a file: what it shows, in the words of the page, and nothing that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from decimal import Decimal

from test_charts import COLUMNS, CONTRIBUTIONS, GROWTH, make_plot, point

from generator.model import Panel, Plot
from generator.render.downloads import ChartHeads, render_chart_csv

HEADS = ChartHeads("Volet", "Catégorie", "Série", "Valeur", "Unité", "Statut", "Qualité", "Source")


def rows(plot: Plot) -> list[list[str]]:
    return list(csv.reader(io.StringIO(render_chart_csv(plot, HEADS).decode(), newline="")))


def test_a_row_for_each_mark_in_the_words_of_the_page() -> None:
    plot = replace(GROWTH, category_head="Région", series_head="Année", source="ICN")
    found = rows(plot)
    assert found[0] == ["Volet", "Région", "Année", "Valeur", "Unité", "Statut", "Qualité", "Source"]
    assert found[1] == ["Exportations", "Bruxelles", "2022", "21.5", "%", "", "Données illustratives", "ICN"]
    assert found[2][3] == "-2.1"
    assert len(found) == 1 + 6


def test_columns_that_would_be_empty_are_left_out() -> None:
    assert rows(COLUMNS)[0] == ["Catégorie", "Valeur", "Unité", "Statut", "Qualité", "Source"]


def test_a_value_is_rounded_as_printed_and_a_missing_one_is_empty() -> None:
    values = [row[2] for row in rows(CONTRIBUTIONS)[1:5]]
    assert values == ["1.13", "0.61", "-0.12", ""]
    panel = Panel("", "%", "", (replace(point("a", "2.345"), number=Decimal("2.345")),), 2)
    assert rows(make_plot("bars", panel))[1][1] == "2.35"


def test_text_that_a_spreadsheet_would_run_is_harmless_and_numbers_are_numbers() -> None:
    evil = point("a", "-5", label="=cmd|' /C calc'!A0", series="@sum")
    plot = make_plot("bars", Panel("+1", "-u", "", (evil,), 0))
    plot = replace(plot, category_head="=A1", series_head="@B", source="\t=x", status="-y")
    head, row = rows(plot)
    assert head[1:3] == ["'=A1", "'@B"]
    assert row == ["'+1", "'=cmd|' /C calc'!A0", "'@sum", "-5", "'-u", "", "'-y", "'\t=x"]


def test_the_status_of_an_observation_is_said() -> None:
    points = tuple(replace(point(name, "1"), status=name) for name in ("A", "E"))
    assert [row[3] for row in rows(make_plot("bars", Panel("", "", "", points, 0)))[1:]] == ["A", "E"]
