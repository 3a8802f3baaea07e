"""The preview in a real browser: what one sees while one edits, breaks and mends a site, and looks away meanwhile.

Without Chromium these tests are skipped; with COMMUNIQUE_BROWSER=required, as in CI, they fail.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from previewed import Running, previewed, wait_for
from support import CHARTS, small_site, write

NOTE = "content/fr/notes/beta.md"
ADDRESS = "/fr/notes/note-b/"
SITE = {path: data for path, data in small_site().items() if not path.startswith("@")}
LONG = SITE[NOTE] + b"\n" + b"\n\n".join(b"Une phrase parmi d'autres, pour la hauteur." for _ in range(120)) + b"\n"
SCHEMES = ("light", "dark")

pytestmark = pytest.mark.xdist_group("browser")


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    """A small site with one long page."""
    with previewed(write({**SITE, NOTE: LONG}, tmp_path / "root"), charts=CHARTS) as running:
        wait_for(running.shows("/fr/", "Petit site"))
        yield running


@pytest.fixture
def page(browser, running: Running):
    """The long page; whatever the browser complains of is a failure."""
    context = browser.new_context(viewport={"width": 1000, "height": 700})
    opened = context.new_page()
    complaints: list[str] = []
    opened.on("console", lambda message: complaints.append(f"{message.type}: {message.text}"))
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.goto(running.address + ADDRESS)
    yield opened
    context.close()
    assert [each for each in complaints if "ERR_CONNECTION_REFUSED" not in each] == []


def until(page, expression: str) -> None:
    """Wait until something is so in the page. (`wait_for_function` would need `unsafe-eval`.)"""
    for _ in range(1500):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(20)
    raise AssertionError(f"waited in vain: {expression}")


def panel(page):
    return page.get_by_role("region", name="Problems of the site")


def test_an_edit_is_seen_where_one_was_reading(page, running: Running) -> None:
    page.evaluate("scrollTo(0, 900)")
    page.evaluate("window.mark = 1")
    running.write(NOTE, LONG.replace(b"Voir", b"Regarder"))
    page.get_by_text("Regarder").wait_for()
    until(page, "scrollY === 900")
    assert page.evaluate("window.mark") is None, "it was loaded again"


def test_other_pages_leave_it_alone(page, running: Running) -> None:
    page.evaluate("window.mark = 1")
    running.write("content/en/notes/beta.md", SITE["content/en/notes/beta.md"].replace(b"See", b"Look at"))
    wait_for(running.shows("/en/notes/note-b/", "Look at"))
    page.wait_for_timeout(300)
    assert page.evaluate("window.mark") == 1


def test_open_details_stay_open(page, running: Running) -> None:
    two = "<details><summary>A</summary>B</details><details><summary>C</summary>D</details>"
    block = '{% extends "default/release.html" %}{% block after_body %}' + two + "{% endblock %}"
    page.goto(running.address + "/fr/nouvelles/ventes/")
    running.write("templates/release.html", block)
    details = page.locator("details")
    details.last.get_by_text("C").wait_for()
    before = details.evaluate_all("all => { all.at(-1).open = true; return all.map(each => each.open) }")
    text = "content/fr/news/alpha.md"
    running.write(text, SITE[text].replace(b"## More", b"Encore.\n\n## More"))
    page.get_by_text("Encore.").wait_for()
    assert details.evaluate_all("all => all.map(each => each.open)") == before
    assert before.count(False) and before[-1]


def test_a_mistake_lies_over_the_last_good_page_until_it_is_mended(page, running: Running) -> None:
    page.evaluate("window.mark = 1")
    running.write(NOTE, LONG.replace(b"release:alpha", b"release:alhpa"))
    panel(page).wait_for()
    text = panel(page).inner_text()
    for words in (f"{NOTE}:7", '"alhpa"', 'did you mean "alpha"?', "unknown-release"):
        assert words in text
    assert page.get_by_text("the last good one").first.is_visible()
    assert page.get_by_role("link", name="les ventes").is_visible(), "the page is still there"
    running.write(NOTE, LONG)
    panel(page).wait_for(state="hidden")
    assert page.get_by_text("3 warnings", exact=True).is_visible()
    assert page.evaluate("window.mark") == 1, "it was not loaded again: it is the same page"


def test_every_page_shows_a_mistake_the_missing_one_too(page, running: Running) -> None:
    running.write(NOTE, LONG.replace(b"release:alpha", b"release:alhpa"))
    context = page.context.browser.new_context()
    another = context.new_page()
    for address in ("/", "/en/", "/fr/nothing/", "/data/fr/"):
        another.goto(running.address + address)
        panel(another).wait_for()
    context.close()


def test_the_panel_can_be_closed_and_stays_so_for_the_same_mistakes(page, running: Running) -> None:
    running.write(NOTE, LONG.replace(b"release:alpha", b"release:alhpa"))
    panel(page).wait_for()
    page.get_by_role("button", name="Hide problems").press("Enter")
    panel(page).wait_for(state="hidden")
    page.goto(running.address + "/en/")
    page.get_by_role("button", name="Show problems").wait_for()
    assert not panel(page).is_visible()
    page.get_by_role("button", name="Show problems").click()
    panel(page).press("Escape")
    panel(page).wait_for(state="hidden")
    running.write(NOTE, LONG.replace(b"release:alpha", b"release:alphh"))
    panel(page).wait_for()


def test_the_end_of_the_page_can_be_read_above_the_panel(page, running: Running) -> None:
    running.write(NOTE, LONG.replace(b"release:alpha", b"release:alhpa"))
    panel(page).wait_for()
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    sheet = "document.querySelector('communique-preview').shadowRoot.querySelector('.sheet').getBoundingClientRect()"
    until(page, f"document.querySelector('footer').getBoundingClientRect().bottom <= {sheet}.top + 1")


def test_warnings_are_a_quiet_count(page, running: Running) -> None:
    """The small site has three: its draft says what is not there."""
    button = page.get_by_role("button", name="Show problems")
    button.wait_for()
    assert page.get_by_text("3 warnings").is_visible()
    assert not panel(page).is_visible()
    button.click()
    assert "content/en/notes/delta.md:7" in panel(page).inner_text()


def test_a_style_sheet_is_taken_without_loading_the_page(page, running: Running) -> None:
    page.evaluate("window.mark = 1; scrollTo(0, 500)")
    for colour in ("rgb(1, 2, 3)", "rgb(4, 5, 6)", "rgb(7, 8, 9)"):
        running.write("templates/assets/site.css", f"p {{ color: {colour} }}")
        until(page, f"getComputedStyle(document.querySelector('main p')).color === '{colour}'")
    until(page, "document.querySelectorAll('link[rel=stylesheet]').length === 1")
    assert page.evaluate("window.mark") == 1
    assert page.evaluate("scrollY") == 500


def test_a_page_that_is_not_looked_at_catches_up(browser, page, running: Running) -> None:
    page.goto(running.address + "/en/")
    running.write(NOTE, LONG.replace(b"Voir", b"Regarder"))
    wait_for(running.shows(ADDRESS, "Regarder"))
    page.go_back()
    page.get_by_text("Regarder").wait_for()


def test_a_page_that_is_missing_comes_when_it_is_there(page, running: Running) -> None:
    answer = page.request.get(running.address + "/fr/notes/neuve/")
    assert answer.status == 404
    context = page.context.browser.new_context()
    waiting = context.new_page()
    waiting.goto(running.address + "/fr/notes/neuve/")
    running.write("data/new/release.toml", SITE["data/beta/release.toml"])
    for lang in ("fr", "en"):
        running.write(
            f"content/{lang}/notes/new.md", SITE[f"content/{lang}/notes/beta.md"].replace(b"note-b", b"neuve")
        )
    waiting.get_by_role("heading", name="Note").first.wait_for()
    context.close()


def test_a_site_that_cannot_be_built_yet_shows_why_and_then_itself(browser, tmp_path: Path) -> None:
    root = write({**SITE, "site.toml": SITE["site.toml"].replace(b"languages", b"langauges")}, tmp_path / "root")
    with previewed(root, charts=CHARTS) as running:
        wait_for(lambda: running.session.state.version)
        context = browser.new_context()
        page = context.new_page()
        page.goto(running.address + "/fr/")
        page.get_by_role("heading", name="The site cannot be built yet").wait_for()
        assert "site.toml" in page.locator("main").inner_text()
        found = Axe().run(page)
        assert found.response["violations"] == []
        running.write("site.toml", SITE["site.toml"])
        page.get_by_text("Petit site").first.wait_for()
        context.close()


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", [375, 1440])
def test_axe_finds_nothing_in_the_panel(browser, running: Running, scheme: str, width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
    page = context.new_page()
    page.goto(running.address + ADDRESS)
    page.get_by_role("button", name="Show problems").wait_for()
    assert Axe().run(page).response["violations"] == []
    false = SITE["data/alpha/release.toml"].replace(b'"all positive"', b'"all negative"')
    running.write("data/alpha/release.toml", false)
    panel(page).wait_for()
    assert "SOUTH" in panel(page).inner_text(), "the rows that break the claim"
    assert Axe().run(page).response["violations"] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    context.close()


def test_nothing_leads_away_from_the_preview(page, running: Running) -> None:
    """Every link of every page that a reader can follow stays at the preview."""
    away = []
    for path in sorted(running.session.state.hosting.files):  # type: ignore[union-attr]
        if path.endswith(".html"):
            page.goto(f"{running.address}/{path}")
            found = page.eval_on_selector_all("a[href], form[action]", "all => all.map(one => one.href || one.action)")
            away += [f"{path}: {link}" for link in found if not link.startswith((running.address, "mailto:"))]
    assert away == []


def test_a_server_that_was_away_is_found_again(browser, tmp_path: Path) -> None:
    """Ended and started again at the same port, with another text: the open page becomes that one."""
    import threading

    from support import NOW

    from generator.preview.server import Preview, listen
    from generator.preview.session import Session
    from generator.sources.files import FolderFiles
    from generator.workers import Tools

    root, port = write({**SITE, NOTE: LONG}, tmp_path / "root"), 0
    context = browser.new_context()
    page = context.new_page()
    for word in ("Voir", "Regarder"):
        (root / NOTE).write_bytes(LONG.replace(b"Voir", word.encode()))
        session = Session(FolderFiles(root), lambda: NOW, Tools(CHARTS), lambda _outcome: None, unpublished=True)
        session.build()
        listening, started = listen("127.0.0.1", port), threading.Event()
        port = listening.getsockname()[1]
        server = Preview(session, listening, "127.0.0.1", started.set)
        thread = threading.Thread(target=server.serve_until_end)
        thread.start()
        assert started.wait(30)
        if word == "Voir":
            page.goto(f"http://127.0.0.1:{port}{ADDRESS}")
        page.get_by_text(word).first.wait_for()
        server.end()
        thread.join()
        listening.close()
    context.close()
    shutil.rmtree(root)
