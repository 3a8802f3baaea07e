"""What somebody finds in the picture of a chart who does not have its page."""

from __future__ import annotations

import struct
import subprocess
import sys
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import pytest
from test_charts import FRENCH, PLOTS, SVG, all_points, texts

from generator.model import Plot
from generator.output.charts import FolderCharts, MemoryCharts
from generator.render.charts import render_chart, render_picture, render_png

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
SIGNATURE = b"\x89PNG\r\n\x1a\n"
SAID = {
    "subtitle": "en points de pourcentage, par an",
    "notes": (
        "Une première remarque, qui est assez longue pour ne pas tenir sur une seule ligne de l’image, et qui se plie"
        " donc entre deux de ses mots.",
        "Une seconde",
    ),
    "source": "Source : Institut des comptes nationaux",
}


@pytest.fixture(scope="module")
def cache() -> MemoryCharts:
    return MemoryCharts()


@pytest.fixture(params=PLOTS)
def drawn(request: pytest.FixtureRequest, cache: MemoryCharts) -> tuple[Plot, str, ET.Element]:
    plot = replace(PLOTS[request.param], **SAID)
    svg = render_picture(plot, FRENCH, cache)
    return plot, svg, ET.fromstring(svg.encode())


def test_everything_that_the_page_says_is_in_the_picture(drawn: tuple[Plot, str, ET.Element]) -> None:
    plot, _, root = drawn
    found = texts(root)
    for text in (plot.title, plot.subtitle, plot.status, *plot.notes, plot.source):
        assert found.count(text) == 1, text


def test_it_is_a_file_of_its_own(drawn: tuple[Plot, str, ET.Element]) -> None:
    _, svg, root = drawn
    assert svg.startswith('<?xml version="1.0" encoding="UTF-8"?>\n<svg xmlns="http://www.w3.org/2000/svg" ')
    assert root.attrib["font-family"] == "Liberation Sans, Arial, sans-serif"
    assert root.attrib["viewBox"] == f"0 0 {root.attrib['width']} {root.attrib['height']}"
    paper = next(element for element in root.iter() if element.get("fill") == "#ffffff")
    assert (paper.get("width"), paper.get("height")) == (root.attrib["width"], root.attrib["height"])
    for forbidden in ("<script", "<style", " style=", "href", "url("):
        assert forbidden not in svg


def test_it_has_a_name_a_description_and_a_sentence_for_each_mark(drawn: tuple[Plot, str, ET.Element]) -> None:
    plot, _, root = drawn
    assert (root.attrib["role"], root.attrib["lang"]) == ("img", "fr")
    assert root.find(f"{SVG}title").text == plot.title
    assert root.find(f"{SVG}desc").text == plot.description
    spoken = {element.get("aria-label") for element in root.iter()} - {None}
    assert spoken == {each.sentence for each in all_points(plot) if each.number is not None or plot.type != "lines"}


def test_the_drawing_is_the_one_of_the_page_in_a_margin(drawn: tuple[Plot, str, ET.Element]) -> None:
    plot, _, root = drawn
    page = ET.fromstring(render_chart(plot, "wide", FRENCH, MemoryCharts()))
    assert float(root.attrib["width"]) == float(page.attrib["width"]) + 2 * 28
    assert {*texts(page)} <= {*texts(root)}


def test_what_is_not_said_takes_no_room() -> None:
    plot = replace(PLOTS["columns"], status="")
    low = ET.fromstring(render_picture(plot, FRENCH, MemoryCharts()).encode())
    high = ET.fromstring(render_picture(replace(plot, **SAID), FRENCH, MemoryCharts()).encode())
    assert float(low.attrib["height"]) < float(high.attrib["height"]) - 70


def test_every_word_of_it_makes_another_picture(cache: MemoryCharts) -> None:
    plot = PLOTS["columns"]
    changed = [replace(plot, **{key: value}) for key, value in SAID.items()]
    assert len({render_picture(each, FRENCH, cache) for each in (plot, *changed)}) == 4


def size(png: bytes) -> tuple[int, int]:
    assert png.startswith(SIGNATURE)
    width, height = struct.unpack(">II", png[16:24])
    return width, height


def test_the_png_has_twice_its_pixels_and_the_same_bytes_in_another_process(cache: MemoryCharts) -> None:
    svg = render_picture(PLOTS["columns"], FRENCH, cache)
    root = ET.fromstring(svg.encode())
    png = render_png(svg, cache)
    assert size(png) == (2 * int(root.attrib["width"]), 2 * int(root.attrib["height"]))
    assert len(png) < 100_000
    script = (
        "import sys; sys.path[:0] = sys.argv[1:]\n"
        "from generator.output.charts import MemoryCharts\n"
        "from generator.render.charts import render_picture, render_png\n"
        "from test_charts import FRENCH, PLOTS\n"
        "cache = MemoryCharts(); render_picture(PLOTS['lines'], FRENCH, cache)\n"
        "sys.stdout.buffer.write(render_png(render_picture(PLOTS['columns'], FRENCH, cache), cache))"
    )
    env = {"PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo"}
    other = subprocess.run(
        [sys.executable, "-c", script, str(ROOT), str(HERE)], capture_output=True, check=True, env=env
    )
    assert other.stdout == png


def test_a_picture_is_made_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import vl_convert

    svg = '<svg xmlns="http://www.w3.org/2000/svg" width="4" height="4"><rect width="4" height="4" fill="#fff"/></svg>'
    first = render_png(svg, FolderCharts(tmp_path))
    monkeypatch.setattr(vl_convert, "svg_to_png", None)
    assert render_png(svg, FolderCharts(tmp_path)) == first


def test_bytes_that_were_not_kept_whole_are_made_again(tmp_path: Path) -> None:
    charts = FolderCharts(tmp_path)
    charts.put_bytes("key", b"whole")
    assert charts.get_bytes("key") == b"whole"
    (file,) = tmp_path.iterdir()
    file.write_bytes(file.read_bytes()[:-1])
    assert charts.get_bytes("key") is None
    assert charts.get_bytes("other") is None
    FolderCharts(tmp_path / "no", writes=False).put_bytes("key", b"whole")
    assert not (tmp_path / "no").exists()
