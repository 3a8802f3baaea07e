"""Built pages for readers who see little, use no mouse, enlarge, or ask their system for calm: axe-core and what it
does not judge.

axe-core finds perhaps half of what can be wrong. The rest of this file is the other things that a program can tell:
the outline, landmarks, languages, the whole path of the Tab key, enlargement, forced colours and movement.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest
from built import Element, Page, Site, nothing

pytestmark = pytest.mark.xdist_group("browser")  # one worker: one build, one browser

PICTURES = Path(__file__).parents[2] / "build" / "screenshots"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN = """async tags => (await axe.run(document, {runOnly: tags, resultTypes: ["violations"]})).violations
  .flatMap(rule => rule.nodes.map(node =>
    `${rule.id}: ${node.target.join(" ")}: ${node.failureSummary.replace(/\\s+/g, " ")}`))"""
OPEN = "document.querySelectorAll('details').forEach(details => { details.open = true })"
#: Only these may scroll sideways: tables, and a chart that a reader changes.
SCROLLS = ".scroll, [class*=explore], [data-explore]"


def _axe(page) -> list[str]:
    if not page.evaluate("'axe' in window"):
        page.evaluate(files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8"))
    return page.evaluate(RUN, RULES)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_any_kind_of_page(browser, site, scheme) -> None:
    context = browser.new_context(bypass_csp=True, color_scheme=scheme)
    page = context.new_page()
    found = []
    for sample in site.samples():
        page.goto(site.address + sample.path)
        page.evaluate(OPEN)
        for width in (1280, 320):
            page.set_viewport_size({"width": width, "height": 900})
            found += [f"{sample.path} at {width} px: {said}" for said in _axe(page)]
    context.close()
    nothing(found)


def test_axe_finds_nothing_on_any_page(browser, site, rivers) -> None:
    context = browser.new_context(bypass_csp=True, viewport={"width": 1000, "height": 900})
    page = context.new_page()
    found = []
    for built in (site, rivers):
        for one in built.pages:
            if built is site and one in built.samples():
                continue  # the test above has looked at it from all sides
            page.goto(built.address + one.path)
            page.evaluate(OPEN)
            found += [f"{one.path}: {said}" for said in _axe(page)]
    context.close()
    nothing(found)


def _answer(html: str):
    return lambda route: route.fulfill(body=html, content_type="text/html; charset=utf-8")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_where_a_release_was_corrected_withdrawn_or_moved(browser, amended, scheme) -> None:
    context = browser.new_context(bypass_csp=True, color_scheme=scheme)
    page = context.new_page()
    found = []
    pages = [one for one in amended.pages if 'class="amended"' in one.html or "has moved" in one.html]
    assert {one.kind for one in pages} >= {"page withdrawn", "embed", "plain", "page release kind-briefing"}
    for one in pages:
        if one.kind == "plain":  # it leads on at once: only a copy without that can be looked at
            still = one.html.replace('http-equiv="refresh"', 'name="leads"')
            page.route(amended.address + one.path, _answer(still))
        page.goto(amended.address + one.path)
        for width in (1440, 375):
            page.set_viewport_size({"width": width, "height": 900})
            found += [f"{one.path} at {width} px: {said}" for said in _axe(page)]
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), one.path
    context.close()
    nothing(found)


def test_a_former_address_leads_on_without_a_script(browser, amended) -> None:
    (old,) = [one for one in amended.pages if "has moved" in one.html]
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(amended.address + old.path)
    page.wait_for_url("**/method/")
    assert page.locator("#correction-2").count() == 1
    context.close()


def test_notices_are_printed(browser, amended, tmp_path) -> None:
    page = browser.new_page()
    (one,) = [one for one in amended.pages if one.lang == "en" and 'id="correction-1"' in one.html]
    page.goto(amended.address + one.path)
    page.emulate_media(media="print")
    assert page.locator("#correction-1").is_visible()
    assert page.locator("#correction-1").text_content().endswith("this is now right.")
    page.close()


# ---------------------------------------------------------------- the document


def _headings(page: Page) -> list[Element]:
    return [element for element in page.elements if element.tag in {"h1", "h2", "h3", "h4", "h5", "h6"}]


def _in(element: Element, *tags: str) -> bool:
    return any(outer.tag in tags for outer in element.around)


def _all_pages(*sites: Site) -> list[Page]:
    return [page for site in sites for page in site.pages]


def test_each_page_has_one_first_heading_and_skips_no_level(site, rivers) -> None:
    """A page that speaks all languages at once has a first heading in each."""
    wrong = []
    for page in _all_pages(site, rivers):
        heads = _headings(page)
        parts = [[head for head in heads if part in head.around] for part in page.elements if "lang" in part.attributes]
        for inside in [part for part in parts if part] if page.kind == "plain" else [heads]:
            if page.kind == "plain" and inside == heads:
                continue  # the page itself
            if [head.tag for head in inside].count("h1") != 1:
                wrong.append(f"{page.path}: not exactly one h1: {[str(head) for head in inside]}")
        level = 0
        for head in heads:
            if int(head.tag[1]) > level + 1:
                wrong.append(f"{page.path}: a level is skipped: {head}")
            level = int(head.tag[1])
    nothing(wrong)


def test_landmarks_are_there_and_told_apart(site, rivers) -> None:
    wrong = []
    for page in _all_pages(site, rivers):
        inside = ("article", "aside", "main", "nav", "section")
        tops = {
            tag: [element for element in page.elements if element.tag == tag and not _in(element, *inside)]
            for tag in ("main", "header", "footer")
        }
        counts = {tag: len(found) for tag, found in tops.items()}
        full = "page" in page.kind.split()
        if counts["main"] != 1 or counts["header"] > 1 or counts["footer"] > 1:
            wrong.append(f"{page.path}: landmarks: {counts}")
        if full and (counts["header"] != 1 or counts["footer"] != 1):
            wrong.append(f"{page.path}: no header or footer: {counts}")
        ids = {element.attributes["id"] for element in page.elements if "id" in element.attributes}
        for tag in ("nav", "aside"):
            found = [element for element in page.elements if element.tag == tag]
            names = [_name(element, ids) for element in found]
            if len(found) > 1 and ("" in names or len(set(names)) < len(names)):
                wrong.append(f"{page.path}: <{tag}> without a name of its own: {names}")
    nothing(wrong)


def _name(element: Element, ids: set[str]) -> str:
    label = element.attributes.get("aria-labelledby", "")
    assert all(name in ids for name in label.split()), f"aria-labelledby leads nowhere: {element}"
    return element.attributes.get("aria-label", "").strip() or label


def test_languages_are_declared(site, rivers) -> None:
    """Of the page, of each drawing, and of each link that names another language."""
    wrong = []
    pages = _all_pages(site, rivers)
    languages = {page.lang for page in pages}
    for page in pages:
        if page.path.split("/")[0] in languages - {page.lang}:
            wrong.append(f"{page.path}: lang is {page.lang!r}")
        for element in page.elements:
            lang = element.attributes.get("lang")
            other = element.attributes.get("hreflang")
            if lang == "" or (element.tag == "html" and not lang):
                wrong.append(f"{page.path}: no language: {element}")
            # A link to the same page in another language is written in that language; one to a file may not be.
            if element.tag == "a" and element.attributes.get("rel") == "alternate" and other != lang:
                wrong.append(f"{page.path}: named in its own language, and not said so: {element}")
    nothing(wrong)


def test_a_text_in_another_language_says_so(browser, site, rivers) -> None:
    """The names of the site's languages, wherever they stand, are marked as what they are."""
    page = browser.new_page()
    wrong = []
    look = """names => { const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = [];
      for (let node; (node = walk.nextNode());) { const lang = names[node.data.trim()];
        if (lang && node.parentElement.closest('[lang]').lang !== lang) found.push(node.parentElement.outerHTML); }
      return found }"""
    for built in (site, rivers):
        names: dict[str, str] = {}
        for one in built.samples():
            page.goto(built.address + one.path)
            names |= page.evaluate(
                "Object.fromEntries([...document.querySelectorAll('.languages [lang]')]"
                ".map(name => [name.textContent.trim(), name.lang]))"
            )
        assert len(names) == len({one.lang for one in built.pages})
        for one in built.samples():
            page.goto(built.address + one.path)
            wrong += [f"{one.path}: {said}" for said in page.evaluate(look, names)]
    page.close()
    nothing(wrong)


# ---------------------------------------------------------------- the keyboard

#: Everything that a reader can act upon, in the order of the document, with the look of each before it has the focus.
PATH = """() => {
  const look = element => { const style = getComputedStyle(element);
    const seen = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
    return [seen ? `${style.outlineStyle} ${style.outlineWidth} ${style.outlineColor}` : "",
      style.boxShadow === "none" ? "" : style.boxShadow] };
  const label = element => element.outerHTML.replace(/>[^]*/, ">").slice(0, 160);
  const scrolls = element => element.matches(".scroll");
  const all = [...document.querySelectorAll(
    "a[href], button:enabled, summary, input:enabled:not([type=hidden]), select:enabled, textarea:enabled, " +
    "[tabindex], .scroll")]
    .filter(element => element.checkVisibility({visibilityProperty: true}) && !element.closest("[inert]")
      && (element.tabIndex >= 0 || scrolls(element) || (element.matches("a, button, summary, input, select, textarea")
        && !element.closest("[role=toolbar], [role=tablist], [role=radiogroup], [role=listbox], [role=menu]")))
      && !(element.type === "radio" && element.name && !element.checked));
  const before = all.map(look);
  window.pathTaken = [];
  document.addEventListener("focusin", event => {
    const place = all.indexOf(event.target), seen = look(event.target).some((part, at) =>
      part && !/rgba\\(.*, 0\\)/.test(part) && part !== before[place]?.[at]);
    window.pathTaken.push([place, seen, label(event.target)]);
  });
  return all.map(label);
}"""


def test_the_tab_key_reaches_everything_in_order_and_shows_where_it_is(browser, site) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    page = context.new_page()
    wrong = []
    for sample in site.samples():
        page.goto(site.address + sample.path)
        page.evaluate(OPEN)
        expected = page.evaluate(PATH)
        for _ in expected:
            page.keyboard.press("Tab")
        taken = page.evaluate("window.pathTaken")
        met = [place for place, _, _ in taken]
        if met != list(range(len(expected))):
            missed = [expected[place] for place in range(len(expected)) if place not in met]
            strange = [label for place, _, label in taken if place < 0]
            wrong.append(f"{sample.path}: not reached: {missed}; unexpected: {strange}; order: {met}")
        wrong += [f"{sample.path}: the focus does not show: {label}" for _, seen, label in taken if not seen]
    context.close()
    nothing(wrong)


def test_the_first_stop_skips_to_the_content(browser, site) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    wrong = []
    for sample in site.samples():
        page.goto(site.address + sample.path)
        if page.locator("header nav").count() == 0:
            continue  # nothing to skip
        page.keyboard.press("Tab")
        link = page.locator("a:focus")
        target = link.get_attribute("href") or ""
        box = link.bounding_box()
        if not target.startswith("#") or page.locator(f"main{target}").count() != 1:
            wrong.append(f"{sample.path}: the first link leads to {target!r}, not to main")
        elif box is None or box["x"] < 0 or box["y"] < 0 or box["height"] < 24:
            wrong.append(f"{sample.path}: the link that skips does not show when it has the focus: {box}")
        else:
            page.keyboard.press("Enter")
            page.keyboard.press("Tab")
            if not page.evaluate(
                "document.querySelector('main').contains(document.activeElement) "
                "|| !document.querySelector('main a[href], main summary, main button')"
            ):
                wrong.append(f"{sample.path}: the next stop after skipping is not in main")
    page.close()
    nothing(wrong)


def test_a_table_of_a_chart_opens_by_keyboard(browser, site) -> None:
    page = browser.new_page()
    page.goto(site.address + site.release("kind-communique", "fr").path)
    summary = page.locator("main summary").first
    summary.focus()
    page.keyboard.press("Enter")
    assert summary.evaluate("summary => summary.parentElement.open")
    page.keyboard.press("Space")
    assert not summary.evaluate("summary => summary.parentElement.open")
    page.close()


# ---------------------------------------------------------------- enlargement

#: What sticks out of the screen, or scrolls sideways, outside the boxes that may.
OUTSIDE = """allowed => [...document.body.querySelectorAll("*")].filter(element => {
    const box = element.getBoundingClientRect(), style = getComputedStyle(element);
    if (!element.checkVisibility() || box.width <= 1 || element.closest(allowed + ", .visually-hidden")) return false;
    const slides = /auto|scroll/.test(style.overflowX) && element.scrollWidth > element.clientWidth + 1;
    const cut = /hidden|clip/.test(style.overflowX) && element.scrollWidth > element.clientWidth + 1;
    return slides || cut || box.right > document.documentElement.clientWidth + 1 || box.left < -1;
  }).map(element => element.outerHTML.replace(/>[^]*/, ">").slice(0, 160)).slice(0, 5)"""


@pytest.mark.parametrize(("size", "why"), [((640, 450), "1280 px at 200 %"), ((320, 256), "1280 px at 400 %")])
def test_enlarged_pages_scroll_one_way_only(browser, site, size, why) -> None:
    page = browser.new_page(viewport={"width": size[0], "height": size[1]})
    wrong = []
    for sample in site.samples():
        page.goto(site.address + sample.path)
        page.evaluate(OPEN)
        surplus = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        outside = page.evaluate(OUTSIDE, SCROLLS)
        if surplus > 0 or outside:
            wrong.append(f"{sample.path}, {why}: {surplus} px too wide; sticks out or is cut: {outside}")
    page.close()
    nothing(wrong)


# ---------------------------------------------------------------- what readers ask of their system


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_charts_keep_their_texts_in_forced_colours(browser, site, take_picture, scheme) -> None:
    context = browser.new_context(forced_colors="active", color_scheme=scheme, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    wrong = []
    faint = """() => {
      const light = colour => { const [r, g, b] = colour.match(/[\\d.]+/g).map(part => part / 255)
        .map(part => part <= .04045 ? part / 12.92 : ((part + .055) / 1.055) ** 2.4);
        return .2126 * r + .7152 * g + .0722 * b + .05 };
      const probe = document.body.appendChild(document.createElement("i"));
      probe.style.forcedColorAdjust = "none"; probe.style.color = "Canvas";
      const paper = light(getComputedStyle(probe).color);
      probe.remove();
      return [...document.querySelectorAll("figure svg text")].filter(text => text.checkVisibility()).filter(text => {
        const ink = light(getComputedStyle(text).fill);
        return Math.max(ink, paper) / Math.min(ink, paper) < 3;
      }).map(text => text.textContent + " " + getComputedStyle(text).fill).slice(0, 5) }"""
    for sample in site.samples():
        page.goto(site.address + sample.path)
        wrong += [f"{sample.path}: {said}" for said in page.evaluate(faint)]
        take_picture(page, PICTURES / f"{sample.name}-forced-{scheme}.png")
    context.close()
    nothing(wrong)


def test_nothing_moves_for_readers_who_ask_for_calm(browser, site) -> None:
    """An animation that follows the reader's own scrolling does not run by itself."""
    context = browser.new_context(reduced_motion="reduce")
    page = context.new_page()
    wrong = []
    moving = """() => [
      ...document.getAnimations().filter(one => one.timeline instanceof DocumentTimeline)
        .map(one => `runs: ${one.animationName || one.transitionProperty}`),
      ...[document.documentElement, ...document.body.querySelectorAll("*")].filter(element => {
        const style = getComputedStyle(element);
        return style.scrollBehavior === "smooth" || parseFloat(style.transitionDuration) > .01
      }).map(element => `would move: ${element.outerHTML.replace(/>[^]*/, ">").slice(0, 160)}`).slice(0, 5)]"""
    for sample in site.samples():
        page.goto(site.address + sample.path)
        wrong += [f"{sample.path}: {said}" for said in page.evaluate(moving)]
    context.close()
    nothing(wrong)
