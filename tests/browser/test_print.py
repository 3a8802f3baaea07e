"""A communiqué on paper: the PDF that a reader's browser prints has all of it."""

from __future__ import annotations

import io
import re

import pypdf
import pytest

pytestmark = pytest.mark.xdist_group("browser")  # one worker: one build, one browser


def _bare(text: str) -> str:
    """A text without spaces and hyphens of line ends: a PDF keeps the place of words, not the spaces between them."""
    return re.sub(r"[\s\u00ad\u200b]+", "", text)


def test_a_communique_prints_whole(browser, site) -> None:
    page = browser.new_page()
    page.goto(site.address + site.release("kind-communique", "fr").path)
    page.emulate_media(media="print")
    title = page.locator("h1").inner_text()
    rows = page.evaluate(
        "[...document.querySelectorAll('main table')].filter(table => table.checkVisibility())"
        ".map(table => [...table.rows].pop()).map(row => [...row.cells].map(cell => cell.textContent))"
    )
    links = page.evaluate(
        "[...document.querySelectorAll('.prose a[href^=http]')].filter(link => link.checkVisibility())"
        ".map(link => link.getAttribute('href'))"
    )
    heads = page.evaluate("[...document.querySelectorAll('main h2')].map(head => head.textContent)")
    hidden = page.evaluate(
        "[...document.querySelectorAll('.skip, main summary, main button')]"
        ".filter(element => element.checkVisibility()).map(element => element.outerHTML)"
    )
    data = page.pdf(prefer_css_page_size=True)
    page.close()
    pdf = pypdf.PdfReader(io.BytesIO(data))
    sheets = [_bare(sheet.extract_text()) for sheet in pdf.pages]
    paper = "".join(sheets)
    assert hidden == [], "of no use on paper"
    assert _bare(title) in paper
    assert rows
    for row in rows:
        assert _bare("".join(row)) in paper or all(_bare(cell) in paper for cell in row), row
    for head in heads:
        assert _bare(head) in paper, head
    for link in links:
        assert _bare(link) in paper, link
    assert all(sheets), "a sheet is empty"
    width, height = float(pdf.pages[0].mediabox.width), float(pdf.pages[0].mediabox.height)
    assert (round(width / 72 * 25.4), round(height / 72 * 25.4)) == (210, 297)
