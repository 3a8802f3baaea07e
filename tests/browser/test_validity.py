"""Built files against the standards that they claim: HTML, SVG and CSS by the Nu checker, feeds, the sitemap, links.

The links are followed by code of this file alone: the generator has a check of its own, which is not asked.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from datetime import datetime
from html import unescape
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import feedparser
import pytest
from built import Element, Page, Site, nothing

pytestmark = pytest.mark.xdist_group("browser")  # one worker: one build, one browser

ROOT = Path(__file__).parents[2]
REQUIRED = os.environ.get("COMMUNIQUE_BROWSER") == "required"
NU = ROOT / "build" / "tools" / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"
ATOM = "{http://www.w3.org/2005/Atom}"
MAPS = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
#: What the checker cannot know: CSS for paged media, and where a site will live, on which 'self' in a policy depends
#: (Chromium judges that in test_policy.py). And what it does not know yet: container queries, scrolling timelines.
BEYOND = re.compile(
    r"“string-set”|“string\(|Resource violates Content Security Policy"
    r"|“container-type”|“@container”|\dcqi\b|“animation-timeline”"
)

# ---------------------------------------------------------------- the Nu checker


def _nu(*arguments: str | Path) -> list[str]:
    missing = [
        *([] if shutil.which("java") else ["Java is not installed (Debian: apt-get install default-jre-headless)"]),
        *([] if NU.exists() else ["the Nu HTML checker is not installed (make tools)"]),
    ]
    if missing:
        assert not REQUIRED, f"COMMUNIQUE_BROWSER=required, but {' and '.join(missing)}"
        pytest.skip(" and ".join(missing))
    command = ["java", "-jar", str(NU), "--format", "json", "--exit-zero-always", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    said = [
        f"{message.get('url', '').rpartition('/site/')[2]}:{message.get('lastLine')}: {message['message']}: "
        f"{' '.join(message.get('extract', '').split())}"
        for message in json.loads(done.stderr or done.stdout)["messages"]
        if message["type"] != "info"  # advice is not a mistake
    ]
    return [message for message in said if not BEYOND.search(message)]


def test_the_nu_checker_finds_nothing_in_any_page(site, rivers) -> None:
    nothing(_nu("--skip-non-html", site.folder, rivers.folder))


def test_the_nu_checker_finds_nothing_in_any_drawing_that_is_a_file(site) -> None:
    drawings = sorted(site.folder.rglob("*.svg"))
    nothing(_nu("--svg", *drawings) if drawings else [])


def test_the_nu_checker_finds_nothing_in_style_sheets(site) -> None:
    nothing(_nu("--css", *sorted(site.folder.rglob("*.css"))))


# ---------------------------------------------------------------- feeds and the sitemap


def _xml(site: Site) -> Iterator[tuple[Path, ET.Element]]:
    for file in sorted({*site.folder.rglob("*.xml"), *site.folder.rglob("*.svg")}):
        yield file, ET.fromstring(file.read_bytes())  # fails on what is not well-formed


def _text(parent: ET.Element, name: str) -> str:
    return (parent.findtext(name) or "").strip()


def test_xml_is_well_formed_and_of_a_known_kind(site, rivers) -> None:
    known = {f"{ATOM}feed", "rss", f"{MAPS}urlset", f"{MAPS}sitemapindex", "{http://www.w3.org/2000/svg}svg"}
    for built in (site, rivers):
        assert {root.tag for _, root in _xml(built)} <= known


def test_atom_feeds_have_what_the_standard_asks(site, rivers) -> None:
    """RFC 4287: ids that are unique, titles, instants with a zone, an author, links."""
    feeds = 0
    for built in (site, rivers):
        for file, root in _xml(built):
            if root.tag != f"{ATOM}feed":
                continue
            feeds += 1
            entries = root.findall(f"{ATOM}entry")
            for part in (root, *entries):
                assert _text(part, f"{ATOM}title"), file
                assert urlsplit(_text(part, f"{ATOM}id")).scheme, file
                assert datetime.fromisoformat(_text(part, f"{ATOM}updated")).tzinfo, file
                links = {link.get("rel", "alternate") for link in part.findall(f"{ATOM}link")}
                assert "alternate" in links and (part is not root or "self" in links), file
                assert _text(root, f"{ATOM}author/{ATOM}name") or _text(part, f"{ATOM}author/{ATOM}name"), file
            ids = [_text(entry, f"{ATOM}id") for entry in entries]
            assert len(set(ids)) == len(ids), file
            instants = [datetime.fromisoformat(_text(entry, f"{ATOM}published")) for entry in entries]
            assert instants == sorted(instants, reverse=True), file
    assert feeds


def test_rss_feeds_have_what_the_standard_asks(site, rivers) -> None:
    """RSS 2.0: title, link and description of the channel; a title or description, and a guid, of each item."""
    for built in (site, rivers):
        for file, root in _xml(built):
            if root.tag != "rss":
                continue
            assert root.get("version") == "2.0", file
            channel = root.find("channel")
            assert channel is not None, file
            assert all(_text(channel, name) for name in ("title", "link", "description")), file
            for item in channel.findall("item"):
                assert _text(item, "title") or _text(item, "description"), file
                assert _text(item, "guid") and _text(item, "link") and _text(item, "pubDate"), file


@pytest.mark.filterwarnings("ignore::DeprecationWarning:feedparser")
def test_a_reader_of_feeds_understands_them(site, rivers) -> None:
    for built in (site, rivers):
        feeds = [file for file, root in _xml(built) if root.tag in (f"{ATOM}feed", "rss")]
        for file in feeds:
            parsed = feedparser.parse(file.read_bytes())
            assert parsed.bozo == 0, (file, parsed.get("bozo_exception"))
            assert parsed.version in ("atom10", "rss20")
            assert parsed.feed.title
            assert all(entry.title and entry.link and entry.published_parsed for entry in parsed.entries)


def test_the_sitemap_lists_all_pages_that_want_to_be_found(site, rivers) -> None:
    for built in (site, rivers):
        wanted = {
            urljoin(built.url, page.path)
            for page in built.pages
            for canonical in [_head(page, "canonical")]
            if canonical == urljoin(built.url, page.path) and not _hidden(page) and page.kind != "plain"
        }
        listed = [
            _text(url, f"{MAPS}loc")
            for _, root in _xml(built)
            if root.tag == f"{MAPS}urlset"
            for url in root.findall(f"{MAPS}url")
        ]
        assert len(set(listed)) == len(listed)
        assert set(listed) - {built.url} == wanted - {built.url}


def _hidden(page: Page) -> bool:
    """A page that asks search engines to leave it out."""
    metas = [element.attributes for element in page.elements if element.tag == "meta"]
    return any(meta.get("name") == "robots" and "noindex" in meta.get("content", "") for meta in metas)


def _head(page: Page, rel: str) -> str:
    return next((link.attributes["href"] for link in page.elements if link.attributes.get("rel") == rel), "")


# ---------------------------------------------------------------- links


def _references(page: Page) -> Iterator[tuple[str, str]]:
    """Every address that a page names: (where, address)."""
    for element in page.elements:
        yield from ((str(element), address) for address in _addresses(element))


def _addresses(element: Element) -> Iterator[str]:
    attributes = element.attributes
    for name, value in attributes.items():
        if name in ("href", "src", "action", "poster", "data", "xlink:href", "cite"):
            yield value
        elif name == "srcset":
            yield from (part.split()[0] for part in re.split(r",\s+", value) if part.strip())
        elif name in ("for", "aria-labelledby", "aria-describedby", "headers", "list"):
            yield from (f"#{part}" for part in value.split())
        elif name == "content" and element.tag == "meta" and re.match(r"https?://", value):
            yield value
        yield from re.findall(r"url\(['\"]?([^)'\"]+)", value)
    if attributes.get("type") == "application/ld+json":
        for text in _strings(json.loads("".join(element.text))):
            if re.fullmatch(r"https?://\S+", text):
                yield text.partition("#")[0]  # a fragment names a thing there, not a place


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, (list, dict)):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _strings(part)


def _broken(site: Site, base: str, addresses: Iterator[tuple[str, str]]) -> Iterator[str]:
    """The addresses that lead to no file of the site, or to no id of a page."""
    pages = {page.file: page for page in site.pages}
    for where, address in addresses:
        web = address.strip().replace("webcal://", "https://")  # a calendar, for programs that subscribe to it
        full = urlsplit(urljoin(base, web))
        if full.scheme in ("mailto", "tel", "data"):
            continue
        if full.scheme not in ("http", "https"):
            yield f"{base}: {where}: a strange scheme: {address}"
            continue
        if full.netloc != urlsplit(site.url).netloc:
            continue  # somewhere else: not for a test without a network
        below = unquote(full.path).removeprefix(urlsplit(site.url).path)
        file = site.folder / below
        if below == "" or below.endswith("/"):
            file /= "index.html"
        if not file.is_file():
            yield f"{base}: {where}: no such file: {address}"
        elif full.fragment and file in pages:
            ids = {element.attributes["id"] for element in pages[file].elements if "id" in element.attributes}
            if unquote(full.fragment) not in ids:
                yield f"{base}: {where}: no such id: {address}"


def test_every_link_of_every_page_leads_somewhere(site, rivers) -> None:
    broken = [
        said
        for built in (site, rivers)
        for page in built.pages
        for said in _broken(built, urljoin(built.url, page.path), _references(page))
    ]
    nothing(broken)


def test_every_address_in_feeds_sitemaps_and_style_sheets_leads_somewhere(site, rivers) -> None:
    broken = []
    for built in (site, rivers):
        files = [file for ending in ("xml", "css", "json", "txt") for file in built.folder.rglob(f"*.{ending}")]
        for file in files:
            base = urljoin(built.url, file.relative_to(built.folder).as_posix())
            text = unescape(file.read_text(encoding="utf-8"))  # feeds hold HTML as text
            found = re.findall(rf"{re.escape(built.url)}[^\s\"'<>)\]]*", text)
            if file.suffix == ".css":
                found += re.findall(r"url\(['\"]?([^)'\"]+)", text)
            broken += _broken(built, base, ((file.name, address) for address in found))
    nothing(broken)


def test_ids_are_unique(site, rivers) -> None:
    for built in (site, rivers):
        for page in built.pages:
            ids = [element.attributes["id"] for element in page.elements if "id" in element.attributes]
            assert len(ids) == len(set(ids)), (page.path, sorted({one for one in ids if ids.count(one) > 1}))
