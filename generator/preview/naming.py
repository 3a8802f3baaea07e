"""How pages of the preview name things in a site's languages: a title, the page that it leads to, a language."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from urllib.parse import quote

from .. import urls
from ..definitions import ReleaseHead
from ..errors import SourceErrors
from ..facts.edition import Edition
from ..facts.lookup import Lookup
from ..facts.words import Words
from ..sources.site import Site
from .inline import Writer
from .session import State


def words_of(site: Site) -> Mapping[str, Words]:
    """The words of each language, in the site's order: for texts of any release, public or not."""
    lookup = Lookup(Edition(site, frozenset(site.heads)))
    return {tag: Words(lookup, tag) for tag in site.config.tags}


def language(words: Words) -> str:
    """A language in its own words, with its tag."""
    return f"{words.style.autonym} – {words.lang}"


def lang_of(words: Words) -> str:
    """The attributes that say in which language a text is."""
    direction = f' dir="{words.style.direction}"' if words.style.direction != "ltr" else ""
    return f'lang="{escape(words.lang)}"{direction}'


def title_html(words: Words, release: str, title: str) -> str:
    """A title as readers get it, its figures printed; the name of the release, where it has none."""
    return Writer(words, release, bare=True).html(title, plain=True) if title else escape(release)


def page_address(state: State, site: Site, head: ReleaseHead, tag: str) -> str:
    """The address of a release's page in a language; empty where the preview has none."""
    if state.hosting is None or tag not in head.texts:
        return ""
    try:
        path = urls.release_path(tag, site.section(head.kind, tag), head.texts[tag].slug)
    except SourceErrors:  # the labels, of which addresses are made, cannot be read
        return ""
    there = path in state.hosting.files or path in state.hosting.failed
    return quote(state.hosting.prefix + urls.address(path)) if there else ""
