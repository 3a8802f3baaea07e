"""What a built page costs its reader: bytes, scripts, text that jumps; and that scripts only add to it."""

from __future__ import annotations

import gzip
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from built import Page, Site, nothing

COMMUNIQUE = 100_000  # bytes, compressed: the page and all that it loads by itself
SCRIPT = 5_000
SHIFTS = """new PerformanceObserver(list => { for (const entry of list.getEntries())
    (window.shifts ??= []).push([entry.value, ...entry.sources.map(source => source.node?.outerHTML?.slice(0, 120))]);
  }).observe({type: "layout-shift", buffered: true})"""
#: The text of main without what only scripts can serve.
TEXT = """() => { const main = document.querySelector("main").cloneNode(true);
  main.querySelectorAll("script, noscript, template, button, dialog, select, option, [role=tooltip], [role=toolbar]")
    .forEach(element => element.remove());
  return main.textContent.replace(/\\s+/g, " ").trim() }"""


@pytest.mark.parametrize("width", [375, 1280])
def test_nothing_jumps_while_a_page_loads(browser, site, width) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800})
    context.add_init_script(SHIFTS)
    page = context.new_page()
    jumps = []
    for sample in site.samples():
        page.goto(site.address + sample.path, wait_until="networkidle")
        jumps += [f"{sample.path}: {shift}" for shift in page.evaluate("window.shifts ?? []")]
    context.close()
    nothing(jumps)


def _loaded(browser, site: Site, page: Page) -> dict[Path, int]:
    """Each file that a page loads by itself → its compressed size."""
    tab = browser.new_page(viewport={"width": 1280, "height": 800})
    asked: list[str] = []
    tab.on("request", lambda request: asked.append(request.url))
    tab.goto(site.address + page.path, wait_until="networkidle")
    tab.close()
    prefix = urlsplit(site.address).path
    files = set()
    for url in asked:
        if not url.startswith("data:"):
            file = site.folder / unquote(urlsplit(url).path).removeprefix(prefix)
            files.add(file / "index.html" if file.is_dir() else file)
    return {file: len(gzip.compress(file.read_bytes(), 9)) for file in sorted(files)}


def test_a_communique_is_light(browser, site) -> None:
    for lang in sorted({page.lang for page in site.pages}):
        sizes = _loaded(browser, site, site.release("kind-communique", lang))
        assert sum(sizes.values()) < COMMUNIQUE, {file.name: size for file, size in sizes.items()}


def test_scripts_are_small_until_they_are_asked_for(browser, site) -> None:
    heavy = []
    for sample in site.samples():
        sizes = {file: size for file, size in _loaded(browser, site, sample).items() if file.suffix in (".js", ".mjs")}
        if sum(sizes.values()) >= SCRIPT:
            heavy.append(f"{sample.path}: { ({file.name: size for file, size in sizes.items()}) }")
    nothing(heavy)


def test_a_page_says_the_same_without_scripts(browser, site) -> None:
    texts: dict[bool, dict[str, str]] = {True: {}, False: {}}
    for scripts, said in texts.items():
        context = browser.new_context(java_script_enabled=scripts)
        page = context.new_page()
        for sample in site.samples():
            page.goto(site.address + sample.path, wait_until="networkidle")
            said[sample.path] = page.evaluate(TEXT)
        context.close()
    for path, text in texts[False].items():
        assert len(text) > 20, path
        assert texts[True][path] == text, path
