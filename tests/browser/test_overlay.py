"""The overlay of the preview in a real browser: on and off, marks where they must be, keys, pointers, edits.

Without Chromium these tests are skipped; with COMMUNIQUE_BROWSER=required, as in CI, they fail.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from previewed import Running, previewed, wait_for
from support import CHARTS, small_site, write

from generator.facts.staleness import accept, pair
from generator.sources.origins import write_origins
from generator.sources.texts import read_text

FR, EN = "content/fr/news/alpha.md", "content/en/news/alpha.md"
ADDRESS, OTHER = "/fr/nouvelles/ventes/", "/en/news/sales/"
LENIENT = b'[checks]\nclaim-false = "warning"\nlanguage-difference = "warning"\ntranslation-outdated = "warning"'


def sources() -> dict[str, bytes]:
    """A small site with one of each: figures, a true and a false claim, loose numbers, blocks to translate."""
    files = {path: data for path, data in small_site().items() if not path.startswith("@")}
    for path in (FR, EN):
        files[path] = files[path].replace(b"summary: About", b"summary: The {{ sold.NORTH }} of")
    here, there = (read_text(files[path], path, "alpha", lang) for path, lang in ((FR, "fr"), (EN, "en")))
    files["content/en/news/alpha.origins"] = write_origins(accept(pair(here, there, None), "fr"))
    files["site.toml"] = files["site.toml"].replace(b"[checks]", LENIENT)
    files["data/alpha/release.toml"] += (
        b'\n[claims.fell]\ntable = "sales"\nat = { year = "@year" }\nover = ["shop"]\nmeasure = "change"\n'
        b'holds = "all negative"\n'
    )
    more = 'Un bloc de plus, avec 12 mots et [un recul partout](claim:fell), "ici".\n\n' + "Une phrase. \n\n" * 30
    files[FR] = files[FR].replace(b"## More", f"{more}## More".encode()).replace(b"Ventes :", b"Ventes brutes :")
    return files


SITE = sources()

pytestmark = pytest.mark.xdist_group("browser")


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    with previewed(write(SITE, tmp_path / "root"), charts=CHARTS) as running:
        wait_for(running.shows(ADDRESS, "Un bloc de plus"))
        yield running


@pytest.fixture
def page(browser, running: Running):
    """The page of a release; whatever the browser complains of is a failure."""
    context = browser.new_context(viewport={"width": 1280, "height": 700})
    opened = context.new_page()
    complaints: list[str] = []
    opened.on("console", lambda message: complaints.append(f"{message.type}: {message.text}"))
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.goto(running.address + ADDRESS)
    opened.get_by_role("button", name="Show checks").wait_for()
    yield opened
    context.close()
    assert complaints == []


def turn_on(page) -> None:
    page.get_by_role("button", name="Show checks").click()
    page.get_by_role("region", name="Checks", exact=True).wait_for()


def mark(page, name: str):
    return page.locator(".mark").and_(page.get_by_role("button", name=name))


def details(page):
    return page.get_by_role("dialog")


#: The page without the preview: its elements, and where each of them stands.
WHOLE = """() => {
  const ours = "communique-preview, .communique-checks, script[src^='/_preview/']";
  const copy = document.documentElement.cloneNode(true);
  copy.querySelectorAll(ours).forEach(each => each.remove());
  copy.removeAttribute("style");
  const boxes = [...document.querySelectorAll("body *")].filter(each => !each.closest(ours))
    .map(each => each.getBoundingClientRect()).map(box => [box.left, box.top, box.width, box.height].join());
  return copy.outerHTML + boxes.join("\\n");
}"""


def test_it_is_off_until_one_turns_it_on_and_changes_nothing_of_the_page(page) -> None:
    before, elements = page.evaluate(WHOLE), page.evaluate("document.querySelectorAll('*').length")
    assert not page.locator(".mark").count()
    turn_on(page)
    mark(page, "Figure: 15").wait_for()
    assert page.evaluate(WHOLE) == before, "the text does not move, and no element of the page is another"
    button = page.get_by_role("button", name="Show checks")
    assert button.get_attribute("aria-pressed") == "true"
    button.click()
    assert button.get_attribute("aria-pressed") == "false"
    assert page.evaluate(WHOLE) == before
    assert page.evaluate("document.querySelectorAll('*').length") == elements
    assert not page.evaluate("document.documentElement.style.cssText")


def test_the_key_turns_it_on_and_off_but_not_in_a_field(page) -> None:
    page.keyboard.press("F2")
    mark(page, "Figure: 15").wait_for()
    page.keyboard.press("F2")
    page.locator(".mark").first.wait_for(state="detached")
    page.evaluate("document.querySelector('main').append(document.createElement('input'))")
    page.locator("main input").focus()
    page.keyboard.press("F2")
    page.keyboard.press("Shift+F2")
    page.wait_for_timeout(100)
    assert not page.locator(".mark").count()
    assert "F2" in (page.get_by_role("button", name="Show checks").get_attribute("title") or "")


def near(page, name: str, selector: str) -> bool:
    """Whether a mark lies over an element of the page."""
    one, other = mark(page, name).bounding_box(), page.locator(selector).bounding_box()
    return abs(one["x"] - other["x"]) < 6 and abs(one["y"] - other["y"]) < 6 and abs(one["width"] - other["width"]) < 9


def test_marks_are_where_they_must_be(page) -> None:
    turn_on(page)
    assert near(page, "Figure: 15", "main p data[data-figure='sold.NORTH']")
    assert near(page, "Figure: 10,0", "main p data[data-figure='growth.SOUTH']")
    assert near(page, "Claim: en hausse", "main [data-claim=rose]")
    assert near(page, "False claim: un recul partout", "main [data-claim=fell]")
    number = mark(page, "Loose number: 12").bounding_box()
    rect = page.evaluate(
        """() => {
          const blocks = [...document.querySelectorAll("main p")];
          const node = blocks.find(each => each.textContent.includes("12 mots")).firstChild;
          const range = document.createRange(), at = node.data.indexOf("12");
          range.setStart(node, at);
          range.setEnd(node, at + 2);
          return [range.getBoundingClientRect().left, range.getBoundingClientRect().top];
        }"""
    )
    assert abs(number["x"] + 3 - rect[0]) < 3 and abs(number["y"] + 2 - rect[1]) < 3
    block = page.locator("main p", has_text="Un bloc de plus").bounding_box()
    for name in ("Translation: Paragraph, en: missing", "Warning:"):
        box = mark(page, name).first.bounding_box()
        assert box["x"] + box["width"] <= block["x"], "in the margin"
        assert block["y"] - 1 <= box["y"] <= block["y"] + block["height"] + 30


def test_a_figure_shows_where_it_comes_from_to_pointers_and_keys(page) -> None:
    turn_on(page)
    figure = mark(page, "Figure: 15")
    figure.hover()
    details(page).wait_for()
    assert "sales.csv:3" in details(page).inner_text()
    page.mouse.move(5, 5)
    details(page).wait_for(state="hidden")
    figure.focus()
    details(page).wait_for()
    page.keyboard.press("Escape")
    details(page).wait_for(state="hidden")
    figure.press("Enter")
    details(page).wait_for()
    assert page.evaluate("document.querySelector('.communique-checks.layer').shadowRoot.activeElement") is not None
    assert details(page).get_by_role("link", name="sales.csv:3").get_attribute("href") == (
        "/_source/data/alpha/sales.csv#L3"
    )
    page.mouse.move(5, 5)
    page.wait_for_timeout(400)
    assert details(page).is_visible(), "what one went into stays"
    page.keyboard.press("Escape")
    details(page).wait_for(state="hidden")
    assert page.evaluate(
        "document.querySelector('.communique-checks.layer').shadowRoot.activeElement.getAttribute('aria-label')"
    ).startswith("Figure: 15")


def test_the_details_of_a_false_claim_and_of_a_block_out_of_date(page) -> None:
    turn_on(page)
    mark(page, "False claim").click()
    assert "Rows that break it" in details(page).inner_text()
    page.keyboard.press("Escape")
    mark(page, "Paragraph, en: out of date").click()
    assert details(page).locator("ins").inner_text() == "brutes"


def test_the_counts_lead_to_the_next_place(page) -> None:
    turn_on(page)
    chip = page.get_by_role("button", name="figures: go to the next")
    seen = []
    for _ in range(3):
        chip.click()
        details(page).wait_for()
        seen.append(details(page).locator(".name").inner_text())
    assert len(set(seen)) == 3
    page.get_by_role("button", name="1 false claim: go to the next").click()
    box = mark(page, "False claim").bounding_box()
    assert 0 <= box["y"] <= 700, "it is brought into view"
    details(page).get_by_text("False claim", exact=True).wait_for()


def test_what_has_no_place_is_listed(page) -> None:
    turn_on(page)
    page.get_by_text("without a place").click()
    page.get_by_role("button", name="Figure: 15").last.click()
    assert "{{ sold.NORTH }}" in details(page).inner_text()
    assert "in the summary" in page.get_by_role("region", name="Checks", exact=True).inner_text()
    page.keyboard.press("Escape")
    details(page).wait_for(state="hidden")


def test_it_stays_on_from_page_to_page_and_when_a_page_is_loaded_again(page, running: Running) -> None:
    turn_on(page)
    page.goto(running.address + OTHER)
    mark(page, "out of date").wait_for()
    page.goto(running.address + "/fr/")
    assert not page.get_by_role("button", name="Show checks").count()
    page.goto(running.address + ADDRESS)
    mark(page, "Figure: 15").wait_for()
    running.write(FR, SITE[FR].replace(b"12 mots", b"12 mots, puis 77 autres"))
    mark(page, "Loose number: 77").wait_for()
    running.write(FR, SITE[FR].replace(b"12 mots", b"des mots"))
    mark(page, "Loose number: 77").wait_for(state="detached")
    assert not mark(page, "Loose number").count()


def test_an_edit_elsewhere_changes_the_marks_without_loading_the_page(page, running: Running) -> None:
    """The French text changes: the English page does not, but a block of it is out of date."""
    page.goto(running.address + OTHER)
    turn_on(page)
    page.evaluate("window.mark = 1")
    assert not mark(page, "Heading").count()
    running.write(FR, SITE[FR].replace(b"## More", b"## Encore"))
    mark(page, "Heading, en: out of date").wait_for()
    assert page.evaluate("window.mark") == 1


def test_a_broken_text_is_told_and_marks_nothing_wrong(page, running: Running) -> None:
    turn_on(page)
    running.write(FR, SITE[FR].replace(b"12 mots", b"{{ nothing }} 34 mots"))
    page.get_by_role("region", name="Checks", exact=True).get_by_text("the last good page").wait_for()
    assert not mark(page, "Loose number").count()
    assert mark(page, "Figure: 15").count()
    running.write(FR, SITE[FR])
    mark(page, "Loose number: 12").wait_for()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_axe_finds_nothing(browser, running: Running, scheme: str, width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
    page = context.new_page()
    page.goto(running.address + ADDRESS)
    turn_on(page)
    mark(page, "Figure: 15").wait_for()
    assert Axe().run(page).response["violations"] == []
    page.get_by_text("without a place").click()
    for name in ("Figure: 15", "False claim", "Paragraph, en: out of date"):
        mark(page, name).press("Enter")
        details(page).wait_for()
        assert Axe().run(page).response["violations"] == []
        box = details(page).bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= width
        page.keyboard.press("Escape")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    context.close()


def test_marks_are_seen_without_their_colours(browser, running: Running) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 800}, forced_colors="active")
    page = context.new_page()
    page.goto(running.address + ADDRESS)
    turn_on(page)
    styles = {}
    for name in ("Figure: 15", "Claim: en hausse", "False claim", "Loose number"):
        styles[name] = mark(page, name).first.evaluate(
            "each => { const style = getComputedStyle(each);"
            " return `${style.borderBottomStyle} ${style.borderBottomWidth} ${style.borderTopWidth}` }"
        )
    assert len(set(styles.values())) == 4, styles
    context.close()
