"""Where a figure comes from, asked on a release's page: with a pointer, with keys, on a desk and on a phone."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.xdist_group("browser")  # one worker: one build, one browser

EN = "en/press-releases/regional-foreign-trade-2024/"
LISTEN = """addEventListener("securitypolicyviolation", event => console.error(event.violatedDirective));
new PerformanceObserver(list => { for (const entry of list.getEntries()) (window.jumps ??= []).push(entry.value) })
  .observe({type: "layout-shift", buffered: true});"""
FOCUS = "document.activeElement.dataset.figure"


@pytest.fixture(params=[1280, 375])
def page(request: pytest.FixtureRequest, browser, address: str):
    """A release's page at a width; whatever the browser complains of is a failure, and so is text that jumps."""
    context = browser.new_context(viewport={"width": request.param, "height": 800})
    context.add_init_script(LISTEN)
    opened = context.new_page()
    said: list[str] = []
    opened.on("console", lambda message: said.append(message.text))
    opened.on("pageerror", lambda error: said.append(str(error)))
    opened.goto(address + EN)
    yield opened
    assert opened.evaluate("window.jumps ?? []") == []
    context.close()
    assert said == []


def test_a_click_shows_where_a_figure_comes_from(page) -> None:
    figures = page.locator("main data.figure[data-figure='exports_change.BRU']")
    figures.first.click()
    panel = page.locator(".source-box")
    panel.wait_for()
    said = " ".join(panel.inner_text().split())
    assert "Exports · Goods and services · Brussels · 2024" in said
    assert "(value 2024 ÷ value 2023 − 1) × 100" in said
    box = panel.bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= page.viewport_size["width"]
    page.keyboard.press("Escape")
    assert panel.count() == 0
    assert page.evaluate(FOCUS) == "exports_change.BRU"
    figures.first.click()
    panel.wait_for()
    page.locator("main data.figure[data-figure='exports_change.VLG']").first.dispatch_event("click")
    page.get_by_text("Flanders · 2024").wait_for()
    assert panel.count() == 1, "one at a time"
    panel.get_by_role("link", name="Every cell behind it").click()
    page.wait_for_url("**/figures/#f-exports_change.VLG")


def test_keys_reach_figures_once_the_reader_asks(page) -> None:
    assert page.locator("main data.figure[tabindex]").count() == 0
    button = page.get_by_role("button", name="Show sources in the text")
    button.press("Enter")
    page.locator("body.with-sources").wait_for()
    assert button.get_attribute("aria-pressed") == "true"
    first = page.locator("main data.figure[tabindex='0']").first
    first.press("Enter")
    panel = page.get_by_role("dialog")
    panel.wait_for()
    for _ in range(4):  # two links, the button, and out: back to the figure
        page.keyboard.press("Tab")
    assert panel.count() == 0
    assert page.evaluate(FOCUS) == first.get_attribute("data-figure")
    button.press("Enter")
    page.locator("body:not(.with-sources)").wait_for()
    assert page.locator("main data.figure[tabindex]").count() == 0
