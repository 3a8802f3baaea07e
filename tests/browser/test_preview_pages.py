"""The preview's own pages in a real browser: the status, the languages side by side, and the sources that they lead to.

Without Chromium these tests are skipped; with COMMUNIQUE_BROWSER=required, as in CI, they fail.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from previewed import Running, previewed, wait_for
from support import CHARTS, content, small_site, write

from generator.facts.staleness import accept, pair
from generator.sources.origins import write_origins
from generator.sources.texts import read_text

SITE = {path: data for path, data in small_site().items() if not path.startswith("@")}
FR, EN = "content/fr/news/alpha.md", "content/en/news/alpha.md"
LONG = "Une phrase assez longue pour aller à la ligne, et pour que sa traduction n’ait pas la même hauteur. " * 4

pytestmark = pytest.mark.xdist_group("browser")


def flawed() -> dict[str, bytes]:
    """The small site with one of everything that these pages show: a block of each state, numbers, claims, marks."""
    files = dict(SITE)
    files[FR] = files[FR].replace(b"## More", LONG.encode() + b"\n\nUn lien [ici](https://x.example/).\n\n## More")
    files[EN] = files[EN].replace(b"## More", b"A sentence.\n\nA link [here](https://x.example/).\n\n## More")
    source, target = read_text(files[FR], FR, "alpha", "fr"), read_text(files[EN], EN, "alpha", "en")
    files["content/en/news/alpha.origins"] = write_origins(accept(pair(source, target, None), "fr"))
    files[FR] = files[FR].replace(b"Une phrase assez", b"Une phrase vraiment assez") + b"\nUne de plus.\n"
    files[EN] = files[EN].replace(b"Sales:", b"Sales of 12:").replace(b"{{ sold.NORTH }}", b"{{ sold.SOUTH }}")
    files[EN] = files[EN].replace(b"## More", b"Not in the source {{ sodl }}.\n\n## More")
    files["data/alpha/release.toml"] = files["data/alpha/release.toml"].replace(b"all positive", b"all negative")
    files["content/fr/news/lost.md"] = content("Perdu", "perdu", "Rien.")
    return files


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The flawed site, over the last good one."""
    root = write(SITE, tmp_path_factory.mktemp("pages") / "root")
    with previewed(root, charts=CHARTS) as running:
        wait_for(running.shows("/fr/", "Petit site"))
        write(flawed(), root)
        wait_for(running.shows("/_status", "false claim"))
        wait_for(running.shows("/_status", "lost.md"))
        yield running


@pytest.fixture
def page(browser, running: Running):
    """A page; whatever the browser complains of is a failure."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    opened = context.new_page()
    complaints: list[str] = []
    opened.on("console", lambda message: complaints.append(f"{message.type}: {message.text}"))
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    yield opened
    context.close()
    assert complaints == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 768, 1280])
def test_axe_finds_nothing_and_nothing_is_wider_than_the_screen(
    browser, running: Running, scheme: str, width: int
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
    page = context.new_page()
    addresses = ["/_status", "/_status/to-do", "/_side-by-side/alpha/en", "/_side-by-side/delta"]
    addresses += [f"/_source/{EN}#L7", "/_side-by-side/none", "/_source/none", "/_status/none"]
    for address in addresses:
        page.goto(running.address + address)
        page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
        page.get_by_role("region", name="Preview", exact=True).wait_for()
        found = Axe().run(page).response["violations"]
        assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in found] == [], address
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address
        button = page.get_by_role("button", name="Show problems").bounding_box()
        assert button["x"] >= 0 and button["x"] + button["width"] <= width, "the whole bar is seen"
    context.close()


def test_rows_are_aligned_and_one_below_the_other_where_there_is_no_room(page, running: Running) -> None:
    measure = """() => [...document.querySelectorAll(".pair")].map(pair =>
        [...pair.querySelectorAll(":scope > .side")].map(side => {
            const { left, right, top, bottom } = side.getBoundingClientRect();
            return { left, right, top, bottom };
        }))"""
    page.goto(running.address + "/_side-by-side/alpha")
    rows = page.evaluate(measure)
    assert len(rows) >= 8
    last = 0.0
    for source, target in rows:
        assert source["top"] == target["top"] >= last
        assert source["right"] < target["left"]
        last = max(source["bottom"], target["bottom"])
    page.set_viewport_size({"width": 375, "height": 800})
    for source, target in page.evaluate(measure):
        assert source["left"] == target["left"] and source["bottom"] <= target["top"]


def test_links_of_the_status_lead_to_the_place(page, running: Running) -> None:
    page.goto(running.address + "/_status")
    page.get_by_role("link", name="1 unbound number").click()
    place = page.get_by_role("link", name=f"{EN}:7", exact=True).first
    place.wait_for()
    assert place.is_visible(), "the list opens"
    place.click()
    page.wait_for_url(f"**/_source/{EN}#L7")
    line = page.locator("li:target")
    assert "Sales of 12:" in line.inner_text() and "comes from no cell" in line.inner_text()
    assert line.evaluate(
        "line => { const { top, bottom } = line.getBoundingClientRect(); return 0 < top && bottom < 800 }"
    )
    page.go_back()
    page.get_by_text("findings in alpha").wait_for()
    if not page.locator(".more a").first.is_visible():
        page.get_by_text("findings in alpha").click()
    outdated = page.locator("li.problem", has_text="has changed since it was translated")
    outdated.get_by_role("link", name="beside its source").click()
    block = page.locator("li.pair:target")
    block.wait_for()
    assert "vraiment" in block.inner_text() and "out of date" in block.inner_text()
    head = page.locator(".sides").bounding_box()
    assert block.bounding_box()["y"] >= head["y"] + head["height"] - 1, "the names of the languages cover nothing"


def test_it_is_a_table_for_those_who_hear_it_on_a_narrow_screen_too(page, running: Running) -> None:
    for width in (1280, 320):
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(running.address + "/_status")
        table = page.get_by_role("table", name="Releases")
        heads = [each.inner_text() for each in table.get_by_role("columnheader").all()]
        assert heads == ["Release", "Standing", "Data and definitions", "Français – fr (source)", "English – en"]
        row = table.get_by_role("row").filter(has=page.get_by_role("rowheader", name="Ventes en 2024"))
        assert row.get_by_role("cell").count() == 4
        assert row.get_by_role("cell").last.get_by_text("unbound number").is_visible()


def test_the_keyboard_shows_where_it_is(page, running: Running) -> None:
    for address in ("/_status", "/_side-by-side/alpha", f"/_source/{FR}"):
        page.goto(running.address + address)
        for _ in range(12):
            page.keyboard.press("Tab")
            outline = page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
            assert outline == "3px", page.evaluate("document.activeElement.outerHTML")


def test_names_can_be_put_away_and_what_is_wrong_stays(page, running: Running) -> None:
    page.goto(running.address + "/_side-by-side/alpha")
    name, wrong = page.locator(".tag.name", has_text="growth.SOUTH").first, page.get_by_text('no figure named "sodl"')
    assert name.is_visible() and wrong.first.is_visible()
    page.get_by_label("Show the names of figures").uncheck()
    assert not name.is_visible() and wrong.first.is_visible()
    assert page.locator("mark .tag", has_text="only here").first.is_visible()


def test_the_pages_follow_what_is_saved(browser, tmp_path: Path) -> None:
    with previewed(write(SITE, tmp_path / "root"), charts=CHARTS) as running:
        wait_for(running.shows("/fr/", "Petit site"))
        context = browser.new_context()
        status, beside, source = context.new_page(), context.new_page(), context.new_page()
        status.goto(running.address + "/fr/")
        status.get_by_role("link", name="Status").click()
        status.get_by_role("heading", name="Status").wait_for()
        beside.goto(running.address + "/_side-by-side/alpha")
        source.goto(running.address + f"/_source/{EN}")
        running.write(EN, SITE[EN].replace(b"Sales:", b"Sales of 12:"))
        said = ((status, "1 unbound number"), (beside, "Sales of 12"), (source, "comes from no cell"))
        for page, words in said:
            page.bring_to_front()
            page.get_by_text(words).first.wait_for()
        assert not status.get_by_role("region", name="Problems of the site").is_visible(), "the page shows them itself"
        running.write(EN, SITE[EN])
        for page, words in said:
            page.bring_to_front()
            page.get_by_text(words).first.wait_for(state="hidden")
            page.get_by_role("heading").first.wait_for()
        context.close()
