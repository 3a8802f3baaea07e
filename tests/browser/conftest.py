"""What the tests of built pages share: the sites, built once; a local host; one browser; pictures.

Without Chromium, Java or the Nu checker the tests that need them are skipped and say so; with
COMMUNIQUE_BROWSER=required, as in CI, they fail.
"""

from __future__ import annotations

import os
import shutil
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from built import Site, failing, served

from generator.build import build_site
from generator.output.charts import FolderCharts
from generator.output.write import opened
from generator.sources.files import FolderFiles
from generator.workers import Tools

ROOT = Path(__file__).parents[2]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
REQUIRED = os.environ.get("COMMUNIQUE_BROWSER") == "required"
#: Pictures are for people: nobody looks at those of CI, and they take a minute.
PICTURES_WANTED = os.environ.get("COMMUNIQUE_PICTURES") != "none"
ARGUMENTS = [
    *("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--no-first-run"),
]
#: Late enough for all of the sample to be public.
NOW = datetime(2027, 1, 1, tzinfo=UTC)
#: What notices of the amended site say.
SAID = {
    "fr": "Une station avait mesuré trop peu : c’est corrigé.",
    "en": "A station had measured too little: this is now right.",
    "nl": "Een station had te weinig gemeten: dat is nu juist.",
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)


@contextmanager
def _built(sources: Path, out: Path) -> Iterator[Site]:
    with opened(out, lambda: None) as output:
        tools = Tools(FolderCharts(ROOT / "build" / "cache" / "charts"))
        report = build_site(FolderFiles(sources), output, NOW, tools)
    assert not report.broken
    with served(out, tomllib.loads((sources / "site.toml").read_text(encoding="utf-8"))["url"]) as site:
        yield site


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The sample site."""
    with _built(ROOT, tmp_path_factory.mktemp("sample") / "site") as site:
        yield site


@pytest.fixture(scope="session")
def rivers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site of another domain in three languages, below a path of its host."""
    with _built(ROOT / "tests" / "sites" / "rivers", tmp_path_factory.mktemp("rivers") / "site") as site:
        yield site


@pytest.fixture(scope="session")
def amended(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The rivers, after one release was withdrawn, and one corrected twice and given another address."""
    sources = tmp_path_factory.mktemp("amended") / "sources"
    shutil.copytree(ROOT / "tests" / "sites" / "rivers", sources)
    said = "".join(f'text.{lang} = "{words}"\n' for lang, words in SAID.items())
    with (sources / "data" / "spring-2024" / "release.toml").open("a", encoding="utf-8") as file:
        file.write(f"\n[withdrawn]\nat = 2024-05-10T09:00:00+02:00\n{said}")
    with (sources / "data" / "method" / "release.toml").open("a", encoding="utf-8") as file:
        file.write("".join(f"\n[[corrections]]\nat = 2024-05-{day}T09:00:00+02:00\n{said}" for day in (20, 10)))
    text = sources / "content" / "en" / "briefings" / "method.md"
    text.write_text(
        text.read_text(encoding="utf-8").replace("slug: method", "slug: method\nformer_slugs: [how]"), "utf-8"
    )
    with _built(sources, tmp_path_factory.mktemp("amended") / "site") as site:
        yield site


@pytest.fixture(scope="session")
def address(site: Site) -> str:
    return site.address


@pytest.fixture(scope="session")
def browser():
    if CHROMIUM is None:
        assert not REQUIRED, "COMMUNIQUE_BROWSER=required, but Chromium is not installed"
        pytest.skip("Chromium is not installed (Debian: apt-get install chromium)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield running
        running.close()


def _take_picture(page, path: Path) -> None:
    from playwright.sync_api import Error

    if not PICTURES_WANTED:
        return
    for left in (3, 2, 1, 0):
        try:
            page.screenshot(path=str(path), full_page=True)
            return
        except Error as error:
            if "Unable to capture screenshot" not in str(error) or not left:
                raise
            page.wait_for_timeout(500)


@pytest.fixture(scope="session")
def take_picture():
    """A picture for a person to look at. A busy machine can fail to draw one in time: that says nothing of the page,
    so Chromium is asked again before it is believed."""
    return _take_picture


@dataclass
class Visit:
    """What happens when a page is opened: what the browser says, what it asks for, what jumps, and what main says."""

    path: str
    width: int
    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    jumps: list[str] = field(default_factory=list)
    text: str = ""


LISTEN = """
document.addEventListener("securitypolicyviolation", event => {
  console.error(`policy: ${event.effectiveDirective} blocked ${event.blockedURI} ${event.sample}`) });
new PerformanceObserver(list => { for (const entry of list.getEntries())
  (window.jumps ??= []).push(`${entry.value} ` + entry.sources.map(one => one.node?.outerHTML?.slice(0, 120))) })
  .observe({type: "layout-shift", buffered: true});
"""
#: The text of main without what only scripts can serve.
TEXT = """() => { const main = document.querySelector("main").cloneNode(true);
  main.querySelectorAll("script, noscript, template, button, form, label, select, output, dialog, [role=tooltip]")
    .forEach(element => element.remove());
  return main.textContent.replace(/\\s+/g, " ").trim() }"""


def _visit(browser, site: Site, path: str, width: int, *, scripts: bool = True) -> Visit:
    visit = Visit(path, width)
    context = browser.new_context(viewport={"width": width, "height": 800}, java_script_enabled=scripts)
    if scripts:
        context.add_init_script(LISTEN)
    page = context.new_page()
    page.on("console", lambda message: visit.said.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: visit.said.append(str(error)))
    page.on("requestfailed", lambda request: visit.said.extend(failing(request)))
    page.on("response", lambda answer: answer.status < 400 or visit.said.append(f"{answer.status}: {answer.url}"))
    page.on("request", lambda request: visit.asked.append(request.url))
    page.goto(site.address + path)
    page.wait_for_timeout(100)  # for what a script asks for after that
    visit.text = page.evaluate(TEXT)
    if scripts:
        visit.jumps = page.evaluate("window.jumps ?? []")
        page.evaluate("document.querySelectorAll('details').forEach(details => { details.open = true })")
        page.evaluate("scrollTo(0, document.body.scrollHeight)")
        page.wait_for_timeout(50)
    context.close()
    return visit


@pytest.fixture(scope="session")
def visits(browser, site: Site) -> list[Visit]:
    """A visit to a page of each kind and language at a desk; in the language with longer words also on a phone."""
    samples = site.samples()
    phone = [_visit(browser, site, page.path, 375) for page in samples if page.lang == "fr"]
    return [_visit(browser, site, page.path, 1280) for page in samples] + phone


@pytest.fixture(scope="session")
def visits_without_scripts(browser, site: Site) -> list[Visit]:
    return [_visit(browser, site, page.path, 1280, scripts=False) for page in site.samples()]
