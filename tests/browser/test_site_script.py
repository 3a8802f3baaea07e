"""site.js in a real browser, under the policy that pages have: what charts say, how keys move, and exploring them.

Without Chromium these tests are skipped; with COMMUNIQUE_BROWSER=required, as in CI, they fail.
"""

from __future__ import annotations

import functools
import http.server
import threading
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from generator.model import Colour, Panel, Plot, Point
from generator.output.charts import FolderCharts
from generator.render.charts import render_chart
from generator.render.explore import ExploreWords, explore_spec, vega_bundle

ROOT = Path(__file__).parents[2]
ASSETS = ROOT / "templates" / "assets"
POLICY = "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self'; connect-src 'self'"
NUMBERS = {"decimal": ",", "thousands": ".", "grouping": [3], "currency": ["", ""]}
WORDS = ExploreWords("Afficher", "Tout", "Mettre en évidence", "Rien", "Ordre", "Comme publié", "Par importance")

pytestmark = pytest.mark.xdist_group("browser")


def make_plot() -> Plot:
    regions = (Colour("BRU", "Bruxelles", 1), Colour("VLG", "Flandre", 2))
    panels = tuple(
        Panel(
            flow,
            "%",
            "",
            tuple(
                Point(
                    *(each.code, each.label, year, year, each.code, Decimal(number), number),
                    f"{flow}, {each.label}, {year} : {number} %",
                )
                for each in regions
                for year, number in (("2023", "4"), ("2024", "-2"))
            ),
            0,
        )
        for flow in ("Exportations", "Importations")
    )
    return Plot("c1", "fr", "bars", "Titre", "", "Description", panels, regions, 2, "", (), "", "", "")


@pytest.fixture(scope="module")
def script_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A page with a chart that can be explored, one whose programme is missing, and a text to copy."""
    folder, cache, plot = tmp_path_factory.mktemp("page"), FolderCharts(tmp_path_factory.mktemp("cache")), make_plot()
    drawing = "".join(
        f'<div class="{width}">{render_chart(plot, width, NUMBERS, cache)}</div>' for width in ("wide", "narrow")
    )
    words = 'data-close="Revenir" data-failed="Impossible" data-spec-narrow="narrow.json"'
    figures = "".join(
        f'<figure class="chart" id="{name}" {words} data-spec="wide.json" data-vega="{vega}">'
        f'<div class="drawing">{drawing}</div>'
        '<div class="chart-tools"><button type="button" class="explore" disabled>Explorer</button></div></figure>'
        for name, vega in (("one", "vega.js"), ("broken", "none.js"))
    )
    copy = '<div data-copied="Copié"><pre class="snippet">un texte</pre>'
    copy += '<button type="button" class="copy" disabled>Copier</button></div>'
    head = '<meta charset="utf-8"><meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">'
    links = '<link rel="stylesheet" href="site.css"><script src="site.js" defer></script>'
    page = f'<!doctype html><html lang="fr">{head}{links}<title>x</title><body class="page">{figures}{copy}'
    (folder / "index.html").write_text(page, encoding="utf-8")
    (folder / "site.css").write_bytes(
        b"".join(path.read_bytes() for path in sorted(ASSETS.glob("*.css"), reverse=True))
    )
    (folder / "site.js").write_bytes((ASSETS / "site.js").read_bytes())
    (folder / "vega.js").write_bytes(vega_bundle(cache))
    for width in ("wide", "narrow"):
        (folder / f"{width}.json").write_bytes(explore_spec(plot, width, NUMBERS, WORDS, cache))

    class Strict(http.server.SimpleHTTPRequestHandler):
        def end_headers(self) -> None:
            self.send_header("Content-Security-Policy", POLICY)
            super().end_headers()

        def log_message(self, *_arguments: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Strict, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(params=[1200, 375])
def page(request: pytest.FixtureRequest, browser, script_address: str):
    """The page at a width; whatever the browser complains of is a failure, but for the file that is missing."""
    context = browser.new_context(viewport={"width": request.param, "height": 800})
    opened = context.new_page()
    complaints: list[str] = []
    opened.on("console", lambda message: complaints.append(message.text))
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.goto(script_address)
    yield opened
    context.close()
    assert [each for each in complaints if "404" not in each] == []


def marks(page):
    return page.locator("#one .drawing svg:visible [aria-label]")


def test_a_mark_says_its_sentence_to_a_pointer(page) -> None:
    tip = page.locator("#one .chart-tip")
    assert not tip.is_visible()
    marks(page).nth(0).hover()
    assert tip.inner_text() == "Exportations, Bruxelles, 2023 : 4 %"
    box = tip.bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= page.viewport_size["width"]
    page.mouse.move(box["x"] + 5, box["y"] + 5)
    page.wait_for_timeout(400)
    assert tip.is_visible(), "one can point at the sentence itself"
    page.keyboard.press("Escape")
    assert not tip.is_visible()


def test_keys_move_from_mark_to_mark_and_tab_leaves(page) -> None:
    drawing = page.locator("#one .drawing svg:visible")
    assert drawing.get_attribute("role") == "group"
    assert drawing.locator("[tabindex='0']").count() == 1
    tip = page.locator("#one .chart-tip")
    page.keyboard.press("Tab")
    said = [tip.inner_text()]
    for key in ("ArrowRight", "ArrowDown", "End", "ArrowRight", "Home"):
        page.keyboard.press(key)
        said.append(page.evaluate("document.activeElement.getAttribute('aria-label')"))
        assert tip.inner_text() == said[-1]
    labels = marks(page).evaluate_all("marks => marks.map(mark => mark.getAttribute('aria-label'))")
    assert said == [labels[0], labels[1], labels[2], labels[-1], labels[-1], labels[0]]
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Explorer"
    assert not tip.is_visible()


def test_a_chart_is_explored_and_closed_again(page) -> None:
    figure = page.locator("#one")
    figure.get_by_role("button", name="Explorer").click()
    explored = figure.locator(".explored")
    explored.locator("svg").wait_for()
    assert not figure.locator(".drawing").first.is_visible()
    assert explored.locator("svg [aria-label*=' : ']").count() == 8
    explored.get_by_label("Afficher").select_option(label="Importations")
    explored.locator("svg [aria-label^='Exportations,']").first.wait_for(state="detached")
    assert explored.locator("svg [aria-label*=' : ']").count() == 4
    explored.get_by_label("Mettre en évidence").select_option(label="Flandre")
    explored.locator("svg [aria-label*='Bruxelles'][opacity='0.2']").first.wait_for()
    explored.locator("svg [aria-label*='Flandre']").first.hover()
    page.locator(".vg-tooltip.visible").wait_for()
    assert page.locator(".vg-tooltip").inner_text().startswith("Importations, Flandre, 202")
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
    figure.get_by_role("button", name="Revenir").click()
    assert figure.locator(".explored").count() == 0
    assert figure.locator(".drawing svg:visible").count() == 1


def test_what_cannot_be_loaded_is_said(page) -> None:
    figure = page.locator("#broken")
    figure.get_by_role("button", name="Explorer").click()
    figure.get_by_text("Impossible").wait_for()
    assert figure.locator(".drawing svg:visible").count() == 1
    assert figure.get_by_role("button", name="Explorer").is_visible()


def test_a_text_is_copied(page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copier").click()
    page.get_by_role("button", name="Copié").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == "un texte"
