"""The built sample site in a real browser: what only a browser can say of it.

Without Chromium these tests are skipped and say so; with COMMUNIQUE_BROWSER=required, as in CI, they fail.
"""

from __future__ import annotations

import functools
import http.server
import os
import shutil
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Error as PlaywrightError

from generator.build import build_site
from generator.output.charts import FolderCharts
from generator.output.write import opened
from generator.sources.files import FolderFiles
from generator.workers import Tools

ROOT = Path(__file__).parents[2]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
REQUIRED = os.environ.get("COMMUNIQUE_BROWSER") == "required"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"]
FR = "fr/communiques-de-presse/commerce-exterieur-regional-2024/"
EN = "en/press-releases/regional-foreign-trade-2024/"
PAGES = ("", "fr/", "en/", "fr/communiques-de-presse/", "en/press-releases/", FR, EN, "404.html")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("browser"),
    pytest.mark.skipif(
        CHROMIUM is None and not REQUIRED, reason="Chromium is not installed (Debian: apt-get install chromium)"
    ),
]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("site") / "site"
    with opened(out, lambda: None) as output:
        tools = Tools(FolderCharts(ROOT / "build" / "cache" / "charts"))
        report = build_site(FolderFiles(ROOT), output, datetime(2026, 1, 1, tzinfo=UTC), tools)
    assert not report.broken
    return out


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_arguments: object) -> None:
        pass


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=str(site)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="module")
def browser():
    assert CHROMIUM is not None, "COMMUNIQUE_BROWSER=required, but Chromium is not installed"
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield running
        running.close()


def take_picture(page, path: Path) -> None:
    """A picture for a person to look at. A busy machine can fail to draw one in time: that says nothing of the page,
    so Chromium is asked again before it is believed."""
    for left in (3, 2, 1, 0):
        try:
            page.screenshot(path=str(path), full_page=True)
            return
        except PlaywrightError as error:
            if "Unable to capture screenshot" not in str(error) or not left:
                raise
            page.wait_for_timeout(500)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 768, 1440])
def test_pages_load_whole_and_never_scroll_sideways(browser, address, width, scheme) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    said: list[str] = []
    elsewhere: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("requestfailed", lambda request: said.append(f"failed: {request.url}"))
    page.on("request", lambda request: elsewhere.append(request.url))
    pictures = ROOT / "build" / "screenshots"
    for path in PAGES:
        page.goto(address + path)
        surplus = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert surplus <= 0, f"{path} is {surplus} px wider than a screen of {width} px"
        name = path.strip("/").replace("/", "_") or "root"
        take_picture(page, pictures / f"{name}-{width}-{scheme}.png")
    context.close()
    assert said == []
    assert [url for url in elsewhere if not url.startswith((address, "data:"))] == []


def test_the_language_switch_leads_to_the_same_release(browser, address) -> None:
    page = browser.new_page()
    page.goto(address + FR)
    assert page.get_attribute("html", "lang") == "fr"
    page.click("header a[hreflang=en]")
    assert page.url == address + EN
    assert page.get_attribute("html", "lang") == "en"
    page.click("header a[hreflang=fr]")
    assert page.url == address + FR
    page.close()


@pytest.mark.parametrize(("width", "shown", "hidden"), [(1440, "wide", "narrow"), (375, "narrow", "wide")])
def test_each_chart_is_drawn_once_for_its_screen(browser, address, width, shown, hidden) -> None:
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.goto(address + EN)
    assert page.locator(f"figure.chart .{shown} svg:visible").count() == 3
    assert page.locator(f"figure.chart .{hidden} svg:visible").count() == 0
    inside = "svg => [...svg.querySelectorAll('text')].every(t => { const s = svg.getBoundingClientRect(), b = "
    inside += "t.getBoundingClientRect(); return b.left >= s.left - 1 && b.right <= s.right + 1 })"
    for drawing in page.locator(f"figure.chart .{shown} svg").all():
        assert drawing.evaluate(inside), "a text of the chart is cut"
    small = "svg => Math.min(...[...svg.querySelectorAll('text')].map(t => t.getBoundingClientRect().height))"
    for drawing in page.locator(f"figure.chart .{shown} svg").all():
        assert drawing.evaluate(small) >= 12
    page.close()


def test_everything_is_there_without_scripts(browser, address) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.goto(address + EN)
    tables = page.locator("figure.chart details table")
    assert tables.count() == 3
    for summary in page.locator("figure.chart summary").all():
        summary.click()
    for table in tables.all():
        assert table.is_visible()
    assert page.locator("script").count() == 0
    context.close()


def test_the_key_table_scrolls_by_keyboard_on_a_phone_and_its_first_column_stays(browser, address) -> None:
    page = browser.new_page(viewport={"width": 375, "height": 800})
    page.goto(address + FR)
    box = page.locator("#table-key-indicators .scroll")
    head = box.locator("tbody th[scope=row]").first
    box.scroll_into_view_if_needed()
    before = head.bounding_box()
    box.focus()
    assert box.evaluate("box => document.activeElement === box")
    for _ in range(50):  # the browser scrolls in its own time
        page.keyboard.press("ArrowRight")
        page.wait_for_timeout(50)
        if box.evaluate("box => box.scrollLeft") > 0:
            break
    assert box.evaluate("box => box.scrollLeft") > 0
    after = head.bounding_box()
    assert before is not None and after is not None
    assert abs(before["x"] - after["x"]) < 2
    page.close()


def test_charts_follow_the_colour_scheme(browser, address) -> None:
    colours = []
    for scheme in ("light", "dark"):
        context = browser.new_context(color_scheme=scheme, viewport={"width": 1440, "height": 900})
        page = context.new_page()
        page.goto(address + EN)
        mark = page.locator('figure.chart .wide svg [fill="#3b7ddd"]').first
        colours.append(mark.evaluate("mark => getComputedStyle(mark).fill"))
        context.close()
    assert colours == ["rgb(59, 125, 221)", "rgb(109, 179, 255)"]
