"""A text's Markdown → safe HTML with figures, claims, charts and tables in place. markdown's and nh3's home.

Order of work: figures become private tokens; Markdown makes a tree; links and images are resolved in the tree; the HTML
is cleaned by an allow-list; and only then are the tokens replaced by what the generator made. So nothing that an author
writes can look like the generator's own markup, and no markup of an author survives that Markdown did not make.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass, field
from html import escape, unescape
from typing import Protocol

import nh3
from markdown import Markdown
from markdown.extensions import Extension
from markdown.extensions.footnotes import FootnoteExtension
from markdown.treeprocessors import Treeprocessor

from ..errors import Problem, SourceRef
from ..typography import typeset
from ..urls import slugify
from .blocks import Blocks
from .overlooked import REFERENCE, endless, forbidden, overlooked

_OPEN, _CLOSE = "\ue000", "\ue001"
_TOKEN = re.compile(f"{_OPEN}(\\d+){_CLOSE}")
_BLOCK_TOKEN = re.compile("<p>\ue002(\\d+)\ue003</p>")
_FIGURE = re.compile(r"\{\{((?:(?!\{\{|\}\}).)*)\}\}")
_HEADING_1 = re.compile(r"^(?:#(?!#)|=+[ ]*$)", re.M)
_SAFE = re.compile(r"^(https?://|mailto:)[^\s]+$", re.I)
_SCHEME = re.compile(r"^([A-Za-z][A-Za-z0-9+.-]*):")
_UNUSED_PATTERNS = ("html", "entity", "automail", "image_reference", "short_image_ref")
_TAGS = frozenset("a aside blockquote br code div em h2 h3 h4 h5 h6 hr li ol p pre span strong sup ul".split())
_ATTRIBUTES: dict[str, set[str]] = {
    "a": {"href", "title", "class"},
    "aside": {"class", "aria-labelledby"},
    "div": {"class"},
    "h2": {"id"},
    "h3": {"id"},
    "h4": {"id"},
    "h5": {"id"},
    "h6": {"id"},
    "li": {"id"},
    "ol": {"start"},
    "span": {"class", "data-claim"},
    "sup": {"id"},
}


@dataclass(frozen=True)
class Inline:
    """A figure in its two shapes: HTML for text, plain for attributes, titles and feeds."""

    html: str
    text: str


class Figures(Protocol):
    """What prints figures of a language. It notes its own problems, and answers with something printable."""

    lang: str

    def figure(self, expression: str, line: int) -> Inline:
        """What `{{ expression }}` prints."""


class Resolver(Figures, Protocol):
    """What prose asks while it is rendered. Each method notes its problems, and answers with something printable."""

    def claim(self, name: str, line: int) -> None:
        """Take note of a claim that is asserted."""

    def chart(self, name: str, description: str, title: str, line: int) -> str:
        """The HTML of a chart."""

    def table(self, name: str, caption: str, line: int) -> str:
        """The HTML of a display."""

    def release_link(self, release: str, line: int) -> str | None:
        """The address of another release, or None."""

    def site_link(self, address: str) -> str:
        """The address of a place in the site, given from the site's root (`/en/`)."""


@dataclass
class Prose:
    """Rendered prose: HTML; the place of each address that the author wrote; and what is wrong."""

    html: str
    places: dict[str, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


class ProseRenderer:
    """Markdown of one language → HTML. Made once, used for every text."""

    def __init__(self, backlink: str, lang: str) -> None:
        self._tree = _Resolve(lang)
        self._md = Markdown(
            extensions=[FootnoteExtension(BACKLINK_TITLE=backlink), Blocks(), _Extension(self._tree)],
            output_format="html",
        )
        self._md.preprocessors.deregister("html_block")
        for name in _UNUSED_PATTERNS:
            self._md.inlinePatterns.deregister(name)

    def render(self, body: str, path: str, first_line: int, resolver: Resolver) -> Prose:
        """A body → prose. Problems are collected, never raised."""
        work = _Work(body, path, first_line, resolver)
        source = work.tokens()
        work.scan()
        if work.endless():
            return Prose(f"<p>{escape(work.plain(source))}</p>", problems=work.problems)
        self._md.reset()
        self._tree.work = work
        html = self._md.convert(source)
        clean = nh3.clean(
            html, tags=set(_TAGS), attributes=_ATTRIBUTES, link_rel=None, url_schemes={"http", "https", "mailto"}
        )
        clean = _BLOCK_TOKEN.sub(lambda found: work.blocks[int(found.group(1))], clean)
        clean = _TOKEN.sub(lambda found: work.figures[int(found.group(1))].html, clean)
        return Prose(clean, work.places, work.problems)


def render_line(text: str, line: int, resolver: Figures) -> Inline:
    """A title or a summary: plain text with figures → HTML and plain text."""
    figures: list[Inline] = []

    def token(found: re.Match[str]) -> str:
        figures.append(resolver.figure(found.group(1), line))
        return f"{_OPEN}{len(figures) - 1}{_CLOSE}"

    bare = _FIGURE.sub(token, text)
    if brace := re.search(r"\{\{|\}\}", bare):
        resolver.figure(bare[brace.start() :], line)  # which is none, and says so
    whole = typeset(bare, resolver.lang)  # with the figures in their places: signs stand beside them
    html = _TOKEN.sub(lambda found: figures[int(found.group(1))].html, escape(whole, quote=False))
    return Inline(html, _TOKEN.sub(lambda found: figures[int(found.group(1))].text, whole))


class _Work:
    """One text being rendered: what its tokens stand for, and what was found on the way."""

    def __init__(self, body: str, path: str, first_line: int, resolver: Resolver) -> None:
        self.body, self.path, self.first, self.resolver = body, path, first_line, resolver
        self.figures: list[Inline] = []
        self.blocks: list[str] = []
        self.problems: list[Problem] = []
        self.places: dict[str, int] = {}
        self.anchors: set[str] = set()
        self._searched: dict[str, int] = {}
        self._headings = 0

    def line_at(self, position: int) -> int:
        return self.body.count("\n", 0, position) + self.first

    def line_of(self, needle: str) -> int:
        """The line of the next occurrence of a text: links are met in the order in which they stand."""
        position = self.body.find(needle, self._searched.get(needle, 0))
        if position < 0:
            position = self.body.find(needle)
        self._searched[needle] = position + 1
        return self.line_at(max(position, 0))

    def line_of_heading(self) -> int:
        """The line of the next heading of the first rank."""
        found = _HEADING_1.search(self.body, self._headings)
        if found is None:
            return self.first
        self._headings = found.end()
        return self.line_at(found.start())

    def line_of_words(self, element: ElementTree.Element) -> int:
        """The line of a link whose address does not stand in the text as it is."""
        words = _TOKEN.split("".join(element.itertext()))[0]
        return self.line_of(f"[{words}](")

    def wrong(self, code: str, message: str, line: int, hint: str = "") -> None:
        self.problems.append(Problem(code, message, SourceRef(self.path, line), hint))

    def tokens(self) -> str:
        """The body with a token for each figure."""

        def token(found: re.Match[str]) -> str:
            self.figures.append(self.resolver.figure(found.group(1), self.line_at(found.start())))
            return f"{_OPEN}{len(self.figures) - 1}{_CLOSE}"

        source = _FIGURE.sub(token, self.body)
        source = REFERENCE.sub(lambda found: "" if forbidden(found.group(1)) else found.group(), source)
        for sign in ("{{", "}}"):
            if sign in source:
                line = source.count("\n", 0, source.index(sign)) + self.first
                hint = "write {{ name }} on one line"
                self.wrong("bad-figure", f'"{sign}" without its partner', line, hint)
        return source

    def endless(self) -> bool:
        """Whether Markdown would not come to an end with the text, or to a bad one."""
        found = tuple(endless(self.body, self.path, self.first))
        self.problems += found
        return bool(found)

    def plain(self, text: str) -> str:
        """Text with figures in words, for attributes."""
        plain = re.sub("\x02([0-9]+)\x03", lambda found: chr(int(found.group(1))), text)  # what a backslash escaped
        return _TOKEN.sub(lambda found: self.figures[int(found.group(1))].text, plain)

    def scan(self) -> None:
        """Note what Markdown would let pass in silence."""
        self.problems += overlooked(self.body, self.path, self.first)

    # -- the tree

    def link(self, element: ElementTree.Element) -> None:
        """A link: a claim, another release, a place in the site, or an address elsewhere."""
        target = (element.get("href") or "").strip()
        scheme, _, rest = target.partition(":")
        if scheme == "claim":
            self.resolver.claim(rest, self.line_of(f"({target}"))
            element.tag = "span"
            element.attrib.clear()
            element.set("class", "claim")
            element.set("data-claim", rest)
            return
        if element.get("title"):
            element.set("title", self.plain(element.get("title") or ""))
        line = self.line_of(target) if target and target in self.body else self.line_of_words(element)
        if scheme == "release":
            release, _, anchor = rest.partition("#")
            address = self.resolver.release_link(release, line)
            if address is None:
                element.attrib.pop("href")
                return
            target = address + (f"#{anchor}" if anchor else "")
            element.set("href", target)
        elif not self.allowed(target, line):
            element.attrib.pop("href", None)
            return
        elif target.startswith("/"):
            target = self.resolver.site_link(target)
            element.set("href", target)
        self.places.setdefault(target, line)

    def allowed(self, target: str, line: int) -> bool:
        if _OPEN in target:
            self.wrong("bad-link", "an address cannot hold a figure", line, "write the address in full")
            return False
        scheme = _SCHEME.match(target)
        if (scheme and not _SAFE.match(target)) or target.startswith("//") or re.search(r"[\\\x00-\x20]", target):
            hint = "write https://…, mailto:…, release:<id>, claim:<id>, #anchor, or /path/in/the/site/"
            self.wrong("bad-link", f'the address "{self.plain(target)}" is not allowed', line, hint)
            return False
        if not scheme and not target.startswith(("#", "/")):
            hint = "begin it with / (the site's root), or write release:<id>"
            what = (
                f'the address "{self.plain(target)}" depends on where the page stands'
                if target
                else "the address is empty"
            )
            self.wrong("bad-link", what, line, hint)
            return False
        return True

    def image(self, element: ElementTree.Element) -> str | None:
        """A chart or a table → its block token."""
        target = (element.get("src") or "").strip()
        kind, _, name = target.partition(":")
        line = self.line_of(f"({target}")
        alt, title = (
            typeset(unescape(self.plain(element.get(name) or "")).strip(), self.resolver.lang)
            for name in ("alt", "title")
        )
        if kind not in ("chart", "table"):
            hint = "write ![description](chart:id) or ![caption](table:id)"
            self.wrong("bad-link", f'the image "{self.plain(target)}" is neither a chart nor a table', line, hint)
            return None
        if not alt:
            what = "description, for those who cannot see the chart" if kind == "chart" else "caption"
            self.wrong("missing-key", f"the {kind} has no {what}", line, f"write ![…]({target})")
        if kind == "chart" and not title:
            hint = f'write ![…]({target} "Title of the chart")'
            self.wrong("missing-key", "the chart has no title", line, hint)
        made = self.resolver.chart(name, alt, title, line) if kind == "chart" else self.resolver.table(name, alt, line)
        self.blocks.append(made)
        return f"\ue002{len(self.blocks) - 1}\ue003"

    def anchor(self, text: str) -> str:
        """An id for a heading, unlike all others of the page."""
        stem = slugify(_TOKEN.sub("", text)) or "section"
        name, number = stem, 2
        while name in self.anchors:
            name, number = f"{stem}-{number}", number + 1
        self.anchors.add(name)
        return name


class _Resolve(Treeprocessor):
    """Resolves links, images and headings in Markdown's tree."""

    work: _Work

    def __init__(self, lang: str) -> None:
        super().__init__()
        self._lang = lang

    def run(self, root: ElementTree.Element) -> None:
        """Markdown's hook: change the tree in place."""
        for parent in root.iter():
            if parent.tag == "p":
                self.image_of(parent)
            elif any(child.tag == "img" for child in parent):  # a list or a heading, where there is no paragraph
                self.misplaced([child for child in parent if child.tag == "img"])
            if parent.tag == "h1":
                line = self.work.line_of_heading()
                self.work.wrong("bad-syntax", "the title stands in the front matter", line, "use ## for headings")
                parent.tag = "h2"
            if parent.tag in ("h2", "h3", "h4", "h5", "h6"):
                parent.set("id", self.work.anchor("".join(parent.itertext())))
        for element in root.iter("a"):
            if "footnote" not in (element.get("class") or ""):
                self.work.link(element)
        for aside in root.iter("aside"):
            aside.set("aria-labelledby", aside[0].get("id") or "")
        self.typeset(root)

    def typeset(self, element: ElementTree.Element) -> None:
        """Set all words but those of code."""
        if element.text and element.tag not in ("code", "pre"):
            element.text = typeset(element.text, self._lang)
        for child in element:
            self.typeset(child)
            if child.tail:
                child.tail = typeset(child.tail, self._lang)

    def misplaced(self, images: list[ElementTree.Element]) -> None:
        """Images among other things: each is told, and does not show."""
        for image in images:
            line = self.work.line_of(f"({image.get('src') or ''}")
            hint = "give it a paragraph of its own, with an empty line before and after it"
            self.work.wrong("bad-syntax", "a chart or a table must stand alone in its paragraph", line, hint)
            if not (image.get("src") or "").startswith(("chart:", "table:")):
                hint = "write ![description](chart:id) or ![caption](table:id)"
                what = f'the image "{self.work.plain(image.get("src") or "")}" is neither a chart nor a table'
                self.work.wrong("bad-link", what, line, hint)
            image.tag = "span"
            image.attrib.clear()

    def image_of(self, paragraph: ElementTree.Element) -> None:
        images = paragraph.findall(".//img")
        if not images:
            return
        alone = len(paragraph) == 1 and len(images) == 1 and paragraph[0] is images[0]
        blank = not (paragraph.text or "").strip() and not (images[0].tail or "").strip()
        if not (alone and blank):
            self.misplaced(images)
            return
        token = self.work.image(images[0])
        for child in list(paragraph):
            paragraph.remove(child)
        paragraph.text = token or ""


class _Extension(Extension):
    """Puts the tree processor behind Markdown's own."""

    def __init__(self, tree: _Resolve) -> None:
        super().__init__()
        self._tree = tree

    def extendMarkdown(self, md: Markdown) -> None:
        """Markdown's hook."""
        self._tree.md = md
        md.treeprocessors.register(self._tree, "communique", 12)
