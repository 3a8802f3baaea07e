"""A target and its `Lookup` → Artifact: the one place that knows which function makes what."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable
from urllib.parse import unquote

from .. import urls
from ..errors import FactError, SourceErrors, SourceRef
from ..facts.audit import Findings, audit_release
from ..facts.edition import Edition
from ..facts.kept import Kept
from ..facts.lookup import Lookup
from ..facts.words import Words
from ..model import Artifact, Link, Target
from ..sources.site import Site
from .calendar import render_calendar
from .charts import BytesCache
from .digests import Digests
from .downloads import render_csv
from .explore import vega_bundle
from .feeds import render_corrections, render_feed
from .lists import (
    render_catalogue,
    render_headers,
    render_home,
    render_index,
    render_robots,
    render_root,
    render_sitemap,
)
from .messages import audit_catalogue
from .moved import render_moved, render_redirects
from .prose import ProseRenderer
from .provenance import render_figures
from .record import render_record
from .releases import Desk, Page, render_feed_text, render_headline, render_release
from .revisions import render_revisions, render_revisions_file
from .single_charts import ChartDesk
from .social import render_social_card
from .templates import Templates
from .withdrawn import render_withdrawn, render_withdrawn_embed

_HREF = re.compile(r'\s(?:href|src)="([^"]*)"')
_ID = re.compile(r'\sid="([^"]+)"')
_ELSEWHERE = re.compile(r"^([A-Za-z][A-Za-z0-9+.-]*:|//)")


class Workbench:
    """What one build may leave to the next in the same process: compiled templates and Markdown converters."""

    def __init__(self) -> None:
        self.sound: Findings = Kept()
        self._templates: Templates | None = None
        self._prose: dict[tuple[str, str], ProseRenderer] = {}

    def templates(self, site: Site) -> Templates:
        """The templates of a site."""
        self._templates = Templates(site) if self._templates is None else self._templates.serve(site)
        return self._templates

    def prose(self, lang: str, backlink: str) -> ProseRenderer:
        """The converter of a language, whose links back from footnotes are called `backlink`."""
        if (lang, backlink) not in self._prose:
            self._prose[lang, backlink] = ProseRenderer(backlink, lang)
        return self._prose[lang, backlink]


class Press:
    """What making targets needs and may share: templates, Markdown converters, and the cache of charts."""

    def __init__(self, edition: Edition, charts: BytesCache, bench: Workbench | None = None) -> None:
        self.edition, self.charts = edition, charts
        self._bench = bench or Workbench()
        self.templates = self._bench.templates(edition.site)
        self._digests = Digests()

    def desk(self, lang: str, lookup: Lookup) -> Desk:
        """What rendering a text needs. The converter's one text of its own is a message of the catalogue."""
        backlink = Words(lookup, lang).message("Back to the text")
        return Desk(self.templates, self._bench.prose(lang, backlink), self.charts)

    def make(self, target: Target) -> tuple[Artifact, Lookup]:
        """A target made, and the record of what it asked. Problems are in the artifact, never raised."""
        lookup = Lookup(self.edition, target.release if target.rehearsal else "")
        try:
            return self._make(target, lookup), lookup
        except SourceErrors as errors:
            return Artifact(target, b"", problems=errors.problems, failed=True), lookup
        except FactError as error:
            problem = error.at(SourceRef(_source(target, lookup)))
            return Artifact(target, b"", problems=(problem,), failed=True), lookup

    def _make(self, target: Target, lookup: Lookup) -> Artifact:
        match target.kind:
            case "asset":
                return Artifact(target, lookup.asset(target.name))
            case "data" | "revisionsfile" | "record":
                return Artifact(target, self._data(target, lookup))
            case "bundle":
                return Artifact(target, vega_bundle(self.charts))
            case "ics":
                from .ics import render_ics  # whose library is only for a site that announces something

                return Artifact(target, render_ics(lookup, target.lang, target.path))
            case "card":
                return Artifact(target, render_social_card(lookup, target, self.charts))
            case "picture" | "series" | "spec":
                return Artifact(target, self._file(target, self._chart(target, lookup)))
            case "headline":
                headline, problems = render_headline(lookup, target.release, target.lang)
                return Artifact(target, b"", problems=tuple(problems), part=headline)
            case "feedtext":
                desk = self.desk(target.lang, lookup)
                return Artifact(target, b"", part=render_feed_text(lookup, target.release, target.lang, desk))
            case "audit":
                return self._audit(target, lookup)
            case "messages":
                return Artifact(target, b"", problems=audit_catalogue(lookup, target.lang, self.templates))
            case _:
                return self._page(target, self._render(target, lookup), lookup)

    def _chart(self, target: Target, lookup: Lookup) -> ChartDesk:
        return ChartDesk(lookup, target.release, target.lang, target.name, self.charts)

    def _data(self, target: Target, lookup: Lookup) -> bytes:
        """A file of a release's data."""
        match target.kind:
            case "data":
                return render_csv(lookup, target.release, target.name)
            case "revisionsfile":
                return render_revisions_file(lookup, target.release)
            case _:
                return render_record(lookup, target.release, self._digests)

    def _file(self, target: Target, chart: ChartDesk) -> bytes:
        """A file of a chart."""
        match target.kind:
            case "picture":
                return chart.picture(posixpath.splitext(target.path)[1])
            case "series":
                return chart.series()
            case _:
                return chart.spec(narrow=target.path.endswith("-narrow.json"))

    def _audit(self, target: Target, lookup: Lookup) -> Artifact:
        """What is wrong with a release: of a withdrawn one, which shows no data, only mistakes of its release.toml. No
        level can let a definition pass that cannot be used."""
        mistakes = lookup.whole_release(target.release).problems
        if lookup.withdrawal(target.release) is not None:
            return Artifact(target, b"", problems=mistakes, failed=bool(mistakes))
        found = audit_release(target.release, lookup, self._bench.sound)
        if mistakes:
            level = lookup.config().level
            found = tuple(problem if problem in mistakes else level(problem) for problem in found)
        return Artifact(target, b"", problems=found, failed=bool(mistakes))

    def _render(self, target: Target, lookup: Lookup) -> Page:
        path, lang, templates = target.path, target.lang, self.templates
        match target.kind:
            case "release":
                return render_release(lookup, target.release, lang, path, self.desk(lang, lookup))
            case "figures":
                return render_figures(lookup, target.release, lang, path, templates, self._digests)
            case "revisions":
                return render_revisions(lookup, target.release, lang, path, templates)
            case "chart":
                return self._chart(target, lookup).page(path, templates)
            case "embed":
                return self._chart(target, lookup).embed(path, templates)
            case "redirect":
                return render_moved(lookup, target.release, lang, path, templates, part=target.section)
            case "withdrawn":
                return render_withdrawn(lookup, target.release, lang, target.name, path, templates)
            case "withdrawnembed":
                return render_withdrawn_embed(lookup, target.release, lang, target.name, path, templates)
            case _:
                return self._list(target, lookup)

    def _list(self, target: Target, lookup: Lookup) -> Page:
        """What is put together from several releases, in one language."""
        path, lang, templates = target.path, target.lang, self.templates
        match target.kind:
            case "home":
                return render_home(lookup, lang, path, templates)
            case "index":
                return render_index(lookup, lang, target.section, int(target.name), path, templates)
            case "catalogue":
                return render_catalogue(lookup, lang, path, templates)
            case "feed":
                return render_feed(lookup, lang, path, templates, "feed.xml")
            case "rss":
                return render_feed(lookup, lang, path, templates, "rss.xml")
            case "corrections":
                return render_corrections(lookup, lang, path, templates)
            case "calendar":
                return render_calendar(lookup, lang, path, templates)
            case _:
                return self._site_file(target, lookup)

    def _site_file(self, target: Target, lookup: Lookup) -> Page:
        """What the site has once, for all languages."""
        match target.kind:
            case "sitemap":
                return render_sitemap(lookup, self.templates)
            case "robots":
                return render_robots(lookup, self.templates)
            case "headers":
                return render_headers(lookup, self.templates)
            case "redirects":
                return render_redirects(lookup, self.templates)
            case _:
                return render_root(lookup, target.path, self.templates)

    def _page(self, target: Target, page: Page, lookup: Lookup) -> Artifact:
        links: tuple[Link, ...] = ()
        anchors: tuple[str, ...] = ()
        problems = list(page.problems)
        if target.path.endswith(".html"):
            prefix = lookup.config().prefix
            if target.kind != "figures":  # whose links follow from the release's page, which is checked
                links = tuple(_links(target.path, page, prefix))
            anchors = tuple(dict.fromkeys(_ID.findall(page.html)))
        return Artifact(target, page.html.encode(), links, anchors, tuple(problems), page.charts)


def _links(path: str, page: Page, prefix: str) -> Iterable[Link]:
    """Every link of a page that stays in the site, each once; with the author's line where an author wrote it."""
    for address in dict.fromkeys(_HREF.findall(page.html)):
        address = address.replace("&amp;", "&")
        if _ELSEWHERE.match(address) or not address:
            continue
        place = page.places.get(address, SourceRef(""))
        where, _, anchor = address.partition("#")
        if anchor.startswith(("fn:", "fnref")):
            continue  # between a footnote and its call: judged in the text itself
        yield Link(_resolved(unquote(where), path, prefix), unquote(anchor), place.path, place.line)


def _resolved(address: str, path: str, prefix: str) -> str:
    """The output path that an address in the page at `path` leads to."""
    address = address.partition("?")[0]
    if not address:
        return path
    if address.startswith("/"):
        inside = address[len(prefix) :] if address.startswith(prefix) else address
        return urls.path_of(inside)
    joined = posixpath.normpath(posixpath.join(posixpath.dirname(path), address))
    return urls.path_of("" if joined == "." else joined + ("/" if address.endswith(("/", ".")) else ""))


def _source(target: Target, lookup: Lookup) -> str:
    """The source file to blame for a problem that has no better place."""
    if target.release and target.lang:
        return lookup.text_path(target.release, target.lang)
    return "data/labels.csv"
