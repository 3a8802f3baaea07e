"""Built pages under the policy that they and their host declare: nothing from elsewhere, nothing inline, no complaint.

The host of these tests sends the site's own `_headers`, so what is tested is what a reader's browser enforces.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest
from built import Element, Site, headers_of, nothing

pytestmark = pytest.mark.xdist_group("browser")  # one worker: one build, one browser

POLICY = "Content-Security-Policy"


def test_pages_keep_the_policy_and_the_browser_has_no_complaint(visits) -> None:
    nothing([f"{visit.path}: {said}" for visit in visits for said in visit.said])


def test_pages_ask_nobody_else(visits, site) -> None:
    asked = [(visit.path, url) for visit in visits for url in visit.asked]
    nothing([f"{path}: {url}" for path, url in asked if not url.startswith((site.address, "data:"))])


def test_a_breach_of_the_policy_would_be_blocked_and_heard(browser, site) -> None:
    page = browser.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.goto(site.address + site.samples()[0].path)
    page.evaluate("document.body.setAttribute('style', 'color: red')")
    page.wait_for_timeout(100)
    assert page.evaluate("getComputedStyle(document.body).color") != "rgb(255, 0, 0)"
    page.close()
    assert any("style-src" in text for text in said), said


def _inline(element: Element) -> bool:
    attributes = element.attributes
    return (
        "style" in attributes
        or element.tag == "style"
        or (element.tag == "script" and "src" not in attributes and attributes.get("type") != "application/ld+json")
        or any(name.startswith("on") for name in attributes)
        or any(re.match(r"\s*javascript:", value, re.I) for value in attributes.values())
    )


def test_nothing_is_inline_on_any_page(site, rivers) -> None:
    inline = [
        f"{page.path}: {element}"
        for built in (site, rivers)
        for page in built.pages
        for element in page.elements
        if _inline(element)
    ]
    nothing(inline)


def _loads(element: Element) -> str:
    """The address that a browser loads by itself, or nothing."""
    attributes = element.attributes
    if element.tag in {"script", "img", "iframe", "audio", "video", "source", "embed", "track", "input"}:
        return attributes.get("src", "")
    if element.tag == "link":
        loading = {"stylesheet", "icon", "preload", "modulepreload", "manifest", "prefetch", "preconnect"}
        return attributes.get("href", "") if loading & {*attributes.get("rel", "").split()} else ""
    return ""


def test_no_page_names_another_host_for_what_it_loads(site, rivers) -> None:
    """Said without a browser: also for what a click or a print would load."""
    elsewhere = [
        f"{page.path}: {element}"
        for built in (site, rivers)
        for page in built.pages
        for element in page.elements
        if urlsplit(_loads(element)).netloc not in ("", urlsplit(built.url).netloc)
    ]
    nothing(elsewhere)


def _policies(site: Site) -> list[tuple[str, str]]:
    found = []
    for page in site.pages:
        said = [
            element.attributes["content"]
            for element in page.elements
            if element.attributes.get("http-equiv", "").lower() == POLICY.lower()
        ]
        found += [(page.path, policy) for policy in said or [""]]
    if (site.folder / "_headers").exists():
        for pattern, headers in headers_of((site.folder / "_headers").read_text(encoding="utf-8")):
            found += [(pattern.pattern, value) for name, value in headers if name.lower() == POLICY.lower()]
    return found


def test_every_page_has_a_strict_policy(site, rivers) -> None:
    """Also where the host sends none: in the page, before anything that it governs."""
    for built in (site, rivers):
        for where, policy in _policies(built):
            rules = {rule.split()[0]: rule.split()[1:] for rule in policy.split(";") if rule.strip()}
            assert rules.get("default-src") in (["'none'"], ["'self'"]), (where, policy)
            assert rules.get("base-uri") in (["'none'"], ["'self'"]), (where, policy)
            if "/embed/" in where:
                del rules["frame-ancestors"]  # these pages are there to be framed
            sources = {source for rule in rules.values() for source in rule}
            assert not {"'unsafe-inline'", "'unsafe-eval'", "'unsafe-hashes'", "*", "http:", "https:"} & sources, where
            assert "data:" not in rules.get("script-src", []), (where, policy)
        for page in built.pages:
            governed = [
                element.attributes.get("http-equiv", element.tag)
                for element in page.elements
                if element.tag in ("link", "script", "style", "body") or "http-equiv" in element.attributes
            ]
            assert governed[0].lower() == POLICY.lower(), page.path


def test_exploring_a_chart_keeps_the_policy(site, browser) -> None:
    """Vega, loaded on demand from the site itself, and run under the same policy: for each chart of a page."""
    path = "en/press-releases/regional-foreign-trade-2024/"
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.add_init_script("""
      window.broken = [];
      document.addEventListener("securitypolicyviolation", event => {
        broken.push(`${event.effectiveDirective}: ${event.blockedURI}`) })""")
    page = context.new_page()
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(site.address + path)
    assert not [url for url in asked if "vega" in url]
    for figure in page.locator("figure.chart").all():
        figure.locator("button.explore").click()
        figure.locator(".explored svg [aria-label]").first.wait_for()
        assert not figure.locator(".drawing").first.is_visible()
    assert len([url for url in asked if "/assets/vega." in url]) == 1
    assert [url for url in asked if not url.startswith(site.address)] == []
    assert page.evaluate("broken") == said == []
    context.close()
