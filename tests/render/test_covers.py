"""Covers and cards: drawn from the release's own numbers or from its name, the same each time, in known colours."""

from __future__ import annotations

import re
import struct
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import pytest
from test_charts import COLUMNS, CONTRIBUTIONS, GROUPED, PLOTS, contrast, make_plot, point

from generator.model import Panel
from generator.output.charts import MemoryCharts
from generator.render.cards import CardWords, card_svg, fit_title, render_card
from generator.render.chart_theme import text_width
from generator.render.covers import lay_out_cover, render_cover

ROOT = Path(__file__).parents[2]
SEEDS = [f"release-{number}" for number in range(60)]
WORDS = CardWords("Les exportations ont reculé", "Communiqué", "18 décembre 2025", "Site <d’essai> & co")


def covers() -> list[str]:
    return [render_cover(plot, "seed") for plot in PLOTS.values()] + [render_cover(None, seed) for seed in SEEDS]


def test_a_cover_is_small_silent_and_without_colours_of_its_own() -> None:
    for svg in covers():
        root = ET.fromstring(svg)
        assert len(svg.encode()) < 2048
        assert root.attrib["viewBox"] == "0 0 320 180"
        assert (root.attrib["aria-hidden"], root.attrib["focusable"]) == ("true", "false")
        assert {element.tag for element in root.iter()} == {"svg", "path"}
        names = {name for element in root.iter() for name in element.attrib}
        assert names <= {"class", "viewBox", "aria-hidden", "focusable", "d", "fill", "stroke-width"}
        assert {element.get("fill") for element in root.iter()} <= {None, "none"}


def test_the_style_sheet_paints_every_class() -> None:
    styles = "".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "templates/assets").glob("*.css")))
    used = {name for svg in covers() for name in re.findall(r'path class="([^"]+)"', svg)}
    assert {name for name in used if f".{name} " not in styles} == set()
    assert "stroke: var(--chart-zero)" in styles


def test_no_mark_leaves_the_paper() -> None:
    for size in ((320, 180), (360, 630)):
        for plot, seed in [*((each, "s") for each in PLOTS.values()), *((None, seed) for seed in SEEDS)]:
            for shape in lay_out_cover(plot, seed, *size).shapes:
                for x, y in re.findall(r"[ML](-?[\d.]+) (-?[\d.]+)", shape.path):
                    assert 0 <= float(x) <= size[0]
                    assert 0 <= float(y) <= size[1]


def test_a_seed_gives_one_cover_and_seeds_differ() -> None:
    assert render_cover(None, "one") == render_cover(None, "one")
    assert len({render_cover(None, seed) for seed in SEEDS}) == len(SEEDS)


def test_a_cover_of_a_chart_shows_its_bars() -> None:
    cover = lay_out_cover(COLUMNS, "", 320, 180)
    bars = next(shape for shape in cover.shapes if shape.paint == "main")
    heights = [abs(float(text)) for text in re.findall(r"v(-?[\d.]+)h", bars.path)]
    assert len(heights) == 2
    assert heights[0] / heights[1] == pytest.approx(62.5 / 353.6, abs=0.01)
    assert {shape.paint for shape in lay_out_cover(CONTRIBUTIONS, "", 320, 180).shapes} == {
        *("ground", "main", "quiet", "zero")
    }
    assert {"1", "4"} <= {shape.paint for shape in lay_out_cover(GROUPED, "", 320, 180).shapes}


@pytest.mark.parametrize("kind", ["bars", "columns", "lines"])
@pytest.mark.parametrize("numbers", [(), (None,), ("0",), ("-3", "-4.5"), ("1e9", "-1"), tuple("123456789" * 40)])
def test_odd_data_have_a_cover(kind: str, numbers: tuple[str | None, ...]) -> None:
    plot = make_plot(kind, Panel("", "", "", tuple(point(f"k{rank}", each) for rank, each in enumerate(numbers)), 1))
    svg = render_cover(plot, "seed")
    assert ET.fromstring(svg) is not None
    assert "nan" not in svg
    assert len(svg) < 4096
    assert card_svg(WORDS, plot, "seed")


def test_a_card_is_a_png_of_the_size_that_others_ask_for_and_the_same_each_time() -> None:
    for plot, seed in ((CONTRIBUTIONS, "a"), (None, "b")):
        png = render_card(WORDS, plot, seed, MemoryCharts())
        assert struct.unpack(">II", png[16:24]) == (1200, 630)
        assert len(png) < 80_000
        assert render_card(WORDS, plot, seed, MemoryCharts()) == png


def test_a_card_says_its_words() -> None:
    root = ET.fromstring(card_svg(WORDS, None, "seed"))
    texts = ["".join(text.itertext()) for text in root.iter("{http://www.w3.org/2000/svg}text")]
    assert texts[0] == "Site <d’essai> & co"
    assert " ".join(texts[1:-1]) == WORDS.title
    assert texts[-1] == "Communiqué · 18 décembre 2025"
    assert "·" not in card_svg(replace(WORDS, date=""), None, "seed")
    for text in root.iter("{http://www.w3.org/2000/svg}text"):
        assert contrast(text.attrib["fill"], "#ffffff") > 6


@pytest.mark.parametrize(
    "title",
    ["", "Court", "Une phrase de longueur moyenne sur les échanges des régions", "mot " * 80, "Donau" * 40, "x" * 999],
)
def test_a_title_fits_its_card(title: str) -> None:
    size, lines = fit_title(title)
    assert len(lines) <= 4
    assert all(text_width(line, size=size, bold=True) <= 720 for line in lines)
    whole = " ".join(lines)
    assert whole == title.strip() or whole.endswith("…") or whole == title


def test_a_longer_title_is_smaller() -> None:
    assert fit_title("Court")[0] > fit_title("Une phrase assez longue " * 4)[0]
