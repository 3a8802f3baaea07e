"""What a reader, a screen reader or a stylesheet finds in a finished chart."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from dataclasses import replace
from decimal import Decimal
from itertools import combinations, pairwise
from pathlib import Path

import pytest

from generator.model import Colour, Panel, Plot, Point
from generator.render import charts
from generator.render.charts import CHART_COLOURS, render_chart

ROOT = Path(__file__).parents[2]
SVG = "{http://www.w3.org/2000/svg}"
FRENCH = {
    "decimal": ",",
    "thousands": ".",
    "grouping": [3],
    "currency": ["", ""],
    "minus": "−",
    "percent": "\u202f%",
}
LONG = "Autres transports (rail, énergie, activités de soutien)"


class Memory(dict):
    """A cache that keeps what it is given."""

    def put(self, key: str, svg: str) -> None:
        self[key] = svg


def point(category: str, number: str | None, *, label: str = "", series: str = "", colour: str = "", high: bool = True):
    printed = ":" if number is None else number.replace("-", "−").replace(".", ",")
    sentence = f"{label or category} {series} : {printed}"
    value = None if number is None else Decimal(number)
    return Point(category, label or category, series, series, colour, value, printed, sentence, high)


def make_plot(kind: str = "bars", *panels: Panel, colours: tuple[Colour, ...] = (), columns: int = 2, id: str = "c1"):
    return Plot(
        id,
        "fr",
        kind,
        "Le titre",
        "",
        "La description",
        panels,
        colours,
        columns,
        "Données illustratives",
        (),
        "",
        "",
        "",
    )


CONTRIBUTIONS = make_plot(
    "bars",
    *(
        Panel(
            f"Bruxelles, {flow}",
            "points de pourcentage",
            total,
            (
                point("business", first, label="Services aux entreprises (conseil, R&D)"),
                point("transport", "0.61", label=LONG, high=False),
                point("other", "-0.12", label="Autres services", high=False),
                point("travel", None, label="Voyages"),
            ),
            2,
        )
        for flow, total, first in (("exportations", "2,83", "1.13"), ("importations", "3,94", "1.54"))
    ),
)
REGIONS = (Colour("BRU", "Bruxelles", 1), Colour("VLG", "Flandre", 2), Colour("WAL", "Wallonie", 3))
GROWTH = make_plot(
    "bars",
    Panel(
        "Exportations",
        "%",
        "",
        tuple(
            point(colour.code, value, label=colour.label, series=year, colour=colour.code)
            for colour, values in zip(REGIONS, (("21.5", "-2.1"), ("15.5", "-7.1"), ("19.8", "-4.3")), strict=True)
            for year, value in zip(("2022", "2023"), values, strict=True)
        ),
        1,
    ),
    colours=REGIONS,
    id="growth",
)
LINES = make_plot(
    "lines",
    Panel(
        "Exportations",
        "millions d’euros",
        "",
        tuple(
            point(
                str(2015 + year), None if (rank, year) == (1, 3) else str(1000 + 700 * year + rank), colour=colour.code
            )
            for rank, colour in enumerate(REGIONS)
            for year in range(8)
        ),
        0,
    ),
    colours=REGIONS,
    id="lines",
)
COLUMNS = make_plot(
    "columns",
    Panel(
        "",
        "milliards d’euros",
        "",
        (point("BRU", "62.5"), point("VLG", "353.6"), point("WAL", None, label="Wallonie")),
        1,
    ),
    id="columns",
)
FLOWS = (Colour("exports", "Exportations", 1), Colour("imports", "Importations", 4))
GROUPED = make_plot(
    "columns",
    Panel(
        "Niveaux",
        "millions d’euros",
        "",
        tuple(
            point(region, str(1234567 + index), series=flow.code, colour=flow.code)
            for index, region in enumerate(("Bruxelles", "Flandre", "Wallonie", "Belgique", "Union"))
            for flow in FLOWS
        ),
        0,
    ),
    colours=FLOWS,
    id="flows",
)
PLOTS = {plot.id: plot for plot in (CONTRIBUTIONS, GROWTH, LINES, COLUMNS, GROUPED)}


@pytest.fixture(scope="module")
def cache() -> Memory:
    return Memory()


@pytest.fixture(params=[f"{id}-{width}" for id in PLOTS for width in ("wide", "narrow")])
def drawn(request: pytest.FixtureRequest, cache: Memory) -> tuple[Plot, str, ET.Element]:
    """A plot, and its SVG as text and parsed (which holds it to well-formed XML)."""
    id, width = request.param.split("-")
    svg = render_chart(PLOTS[id], width, FRENCH, cache)
    return PLOTS[id], svg, ET.fromstring(svg)


def texts(root: ET.Element) -> list[str]:
    """Every text of a drawing, with the lines of a wrapped one joined."""
    return [" ".join(text.itertext()) for text in root.iter(f"{SVG}text")]


def all_points(plot: Plot) -> list[Point]:
    return [point for panel in plot.panels for point in panel.points]


def test_every_value_of_bars_is_printed(cache: Memory) -> None:
    for plot in (CONTRIBUTIONS, GROWTH):
        for width in ("wide", "narrow"):
            found = texts(ET.fromstring(render_chart(plot, width, FRENCH, cache)))
            for each in all_points(plot):
                assert each.printed in found


def test_labels_are_whole(drawn: tuple[Plot, str, ET.Element]) -> None:
    plot, _, root = drawn
    found = texts(root)
    if plot.type == "lines":
        assert {colour.label for colour in plot.colours} <= {*found}
        assert "2022" in found
    else:
        assert {each.category_label for each in all_points(plot)} <= {*found}
    for panel in plot.panels:
        assert {panel.title, panel.total, panel.unit} - {""} <= {*found}


def test_status_of_the_data_is_said(drawn: tuple[Plot, str, ET.Element]) -> None:
    assert "Données illustratives" in texts(drawn[2])


def test_each_mark_reads_as_a_sentence(drawn: tuple[Plot, str, ET.Element]) -> None:
    plot, _, root = drawn
    spoken = [element.attrib["aria-label"] for element in root.iter() if "aria-label" in element.attrib]
    missing_in_lines = {each.sentence for each in all_points(plot) if each.number is None and plot.type == "lines"}
    assert sorted(spoken) == sorted(each.sentence for each in all_points(plot) if each.sentence not in missing_in_lines)


def test_the_drawing_is_named_in_the_language_of_the_page(drawn: tuple[Plot, str, ET.Element]) -> None:
    _, svg, root = drawn
    assert root.attrib["role"] == "img"
    assert root.attrib["lang"] == "fr"
    assert root.find(f"{SVG}title[@id='{root.attrib['aria-labelledby']}']").text == "Le titre"
    assert root.find(f"{SVG}desc[@id='{root.attrib['aria-describedby']}']").text == "La description"
    assert "roledescription" not in svg
    assert not re.search(r"axis|legend|mark container|titled", svg)


def test_nothing_that_a_strict_policy_blocks(drawn: tuple[Plot, str, ET.Element]) -> None:
    _, svg, root = drawn
    assert all("style" not in element.attrib for element in root.iter())
    assert {element.tag.removeprefix(SVG) for element in root.iter()} <= {
        *("svg", "title", "desc", "g", "path", "rect", "line", "text", "tspan")
    }
    assert "url(" not in svg
    assert "href" not in svg


def test_every_colour_has_a_dark_partner(drawn: tuple[Plot, str, ET.Element]) -> None:
    root = drawn[2]
    used = {element.get(name) for element in root.iter() for name in ("fill", "stroke")} - {None, "none"}
    assert used
    assert used <= {*CHART_COLOURS}
    assert "#ffffff" not in used


def test_nothing_sticks_out(drawn: tuple[Plot, str, ET.Element]) -> None:
    """Vega widens the drawing by what sticks out, as measured with the real font."""
    root = drawn[2]
    width = {"wide": "920", "narrow": "284"}[root.attrib["class"].rpartition("-")[2]]
    assert root.attrib["width"] == width
    assert root.attrib["viewBox"] == f"0 0 {width} {root.attrib['height']}"


def test_no_text_is_smaller_than_12_pixels(drawn: tuple[Plot, str, ET.Element]) -> None:
    root = drawn[2]
    sizes = {element.attrib["font-size"] for element in root.iter() if "font-size" in element.attrib}
    assert {float(size.removesuffix("px")) for size in sizes} <= {12, 13}


def test_numbers_are_short(drawn: tuple[Plot, str, ET.Element]) -> None:
    assert not re.search(r"\d\.\d{3}\d*[,hvLMZ)]", re.sub(r">[^<]*<|aria-label=\"[^\"]*\"", "", drawn[1]))


def test_ids_differ_between_charts_languages_and_widths() -> None:
    cache = Memory()
    plots = [CONTRIBUTIONS, replace(CONTRIBUTIONS, lang="en"), replace(CONTRIBUTIONS, id="c2")]
    drawings = [
        ET.fromstring(render_chart(plot, width, FRENCH, cache)) for plot in plots for width in ("wide", "narrow")
    ]
    ids = [[element.attrib["id"] for element in root.iter() if "id" in element.attrib] for root in drawings]
    for one, other in combinations(ids, 2):
        assert not {*one} & {*other}
    assert all(len(each) == len({*each}) for each in ids)


def test_axis_numbers_are_in_the_format_of_the_page(cache: Memory) -> None:
    assert "2.000" in texts(ET.fromstring(render_chart(LINES, "wide", FRENCH, cache)))
    english = {**FRENCH, "decimal": ".", "thousands": ","}
    assert "2,000" in texts(ET.fromstring(render_chart(LINES, "wide", english, cache)))


def test_a_missing_value_is_a_sign_and_no_bar(cache: Memory) -> None:
    root = ET.fromstring(render_chart(CONTRIBUTIONS, "wide", FRENCH, cache))
    spoken = [element for element in root.iter() if element.get("aria-label") == "Voyages  : :"]
    assert [element.tag.removeprefix(SVG) for element in spoken] == ["text", "text"]


def test_a_line_breaks_where_a_value_is_missing(cache: Memory) -> None:
    root = ET.fromstring(render_chart(LINES, "wide", FRENCH, cache))
    lines = [path for path in root.iter(f"{SVG}path") if path.get("stroke") and not path.get("aria-label")]
    assert {path.attrib["stroke"]: path.attrib["d"].count("M") for path in lines} == {
        "#3b7ddd": 1,
        "#b97a00": 2,
        "#5c1846": 1,
    }


def test_highlighted_bars_stand_out(cache: Memory) -> None:
    root = ET.fromstring(render_chart(CONTRIBUTIONS, "wide", FRENCH, cache))
    fills = {path.get("aria-label"): path.get("fill") for path in root.iter(f"{SVG}path")}
    assert fills[f"{LONG}  : 0,61"] != fills["Services aux entreprises (conseil, R&D)  : 1,13"]


def test_names_of_lines_that_end_together_do_not_collide(cache: Memory) -> None:
    root = ET.fromstring(render_chart(LINES, "wide", FRENCH, cache))
    names = {colour.label for colour in REGIONS}
    places = sorted(
        float(re.findall(r"[-\d.]+", text.attrib["transform"])[1])
        for text in root.iter(f"{SVG}text")
        if "".join(text.itertext()) in names
    )
    assert len(places) == 3
    assert all(below - above >= 13 for above, below in pairwise(places))


def test_columns_become_bars_when_their_labels_find_no_room() -> None:
    points = tuple(point(str(number), str(number), label=f"Dénomination-{number}") for number in range(1, 15))
    plot = make_plot("columns", Panel("", "%", "", points, 0))
    found = texts(ET.fromstring(render_chart(plot, "narrow", FRENCH, Memory())))
    assert {each.category_label for each in points} <= {*found}


@pytest.mark.parametrize("kind", ["bars", "columns", "lines"])
@pytest.mark.parametrize("numbers", [(), (None,), ("0",), ("-3", "-4.5"), ("1e9", "-1"), ("0.0004",)])
def test_odd_data_are_drawn(kind: str, numbers: tuple[str | None, ...]) -> None:
    plot = make_plot(kind, Panel("", "", "", tuple(point(f"k{rank}", each) for rank, each in enumerate(numbers)), 1))
    for width in ("wide", "narrow"):
        assert ET.fromstring(render_chart(plot, width, FRENCH, Memory())).attrib["role"] == "img"


def test_the_same_plot_gives_the_same_bytes_in_another_process(cache: Memory) -> None:
    script = (
        "import sys; sys.path[:0] = sys.argv[1:]\n"
        "import test_charts as t\n"
        "t.render_chart(t.LINES, 'wide', t.FRENCH, t.Memory())\n"
        "sys.stdout.buffer.write(t.render_chart(t.GROWTH, 'wide', t.FRENCH, t.Memory()).encode())"
    )
    command = [sys.executable, "-c", script, str(ROOT), str(Path(__file__).parent)]
    other = subprocess.run(command, capture_output=True, check=True, env={"PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo"})
    assert other.stdout.decode() == render_chart(GROWTH, "wide", FRENCH, cache)


def test_a_known_chart_imports_nothing_heavy() -> None:
    script = (
        "import sys; sys.path[:0] = sys.argv[1:]\n"
        "from generator.model import Plot\n"
        "from generator.render.charts import render_chart\n"
        "class Known:\n"
        "    def get(self, key): return 'known'\n"
        "plot = Plot('a', 'fr', 'bars', '', '', '', (), (), 1, '', (), '', '', '')\n"
        "assert render_chart(plot, 'wide', {}, Known()) == 'known'\n"
        "import json; print(json.dumps([m for m in ('altair', 'pandas', 'vl_convert') if m in sys.modules]))"
    )
    run = subprocess.run([sys.executable, "-c", script, str(ROOT)], capture_output=True, check=True)
    assert json.loads(run.stdout) == []


def test_only_what_is_drawn_makes_another_chart() -> None:
    cache = Memory()
    render_chart(COLUMNS, "wide", FRENCH, cache)
    render_chart(replace(COLUMNS, source="ICN"), "wide", FRENCH, cache)
    assert len(cache) == 1
    render_chart(replace(COLUMNS, status="Données estimées"), "wide", FRENCH, cache)
    render_chart(COLUMNS, "narrow", FRENCH, cache)
    assert len(cache) == 3


def test_a_change_to_any_module_that_draws_makes_other_charts() -> None:
    found = {path.stem for path in Path(charts.__file__).parent.glob("chart_*.py")}
    assert found == {f"chart_{name}" for name in charts._MODULES}


def test_a_failed_conversion_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    import vl_convert

    convert, calls = vl_convert.vegalite_to_svg, []

    def fail_once(*args: object, **options: object) -> str:
        calls.append(options)
        if len(calls) == 1:
            raise ValueError("poisoned")
        return convert(*args, **options)

    monkeypatch.setattr(vl_convert, "vegalite_to_svg", fail_once)
    assert render_chart(COLUMNS, "wide", FRENCH, Memory()).startswith("<svg ")
    assert calls == [{"allowed_base_urls": []}] * 2


def luminance(colour: str) -> float:
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("light", CHART_COLOURS)
def test_colours_can_be_seen_on_light_and_dark_paper(light: str) -> None:
    needed = {"#c9ced6": 1.5, "#1b1f24": 7, "#586270": 4.5}.get(light, 3)
    assert contrast(light, "#ffffff") >= needed
    assert contrast(CHART_COLOURS[light], "#12161c") >= needed
