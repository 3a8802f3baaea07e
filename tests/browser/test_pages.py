"""The built sample site in a real browser: what only a browser can say of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from built import failing, nothing

pytestmark = pytest.mark.xdist_group("browser")  # one worker: one build, one browser

PICTURES = Path(__file__).parents[2] / "build" / "screenshots"
FR = "fr/communiques-de-presse/commerce-exterieur-regional-2024/"
EN = "en/press-releases/regional-foreign-trade-2024/"


@pytest.mark.parametrize("width", [375, 768, 1440])
def test_pages_load_whole_and_never_scroll_sideways(browser, site, take_picture, width) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900})
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("requestfailed", lambda request: said.extend(failing(request)))
    for sample in site.samples():
        page.goto(site.address + sample.path)
        surplus = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert surplus <= 0, f"{sample.path} is {surplus} px wider than a screen of {width} px"
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            take_picture(page, PICTURES / f"{sample.name}-{width}-{scheme}.png")
    context.close()
    nothing(said)


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
