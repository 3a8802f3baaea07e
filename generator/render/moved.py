"""Addresses that releases had before → a page at each that leads to the new one, and the rules for hosts."""

from __future__ import annotations

from collections.abc import Iterator

from .. import urls
from ..facts.lookup import Lookup
from ..facts.revisions import lists_revisions
from .addresses import asset_path, release_path
from .frames import ICON, STYLESHEET
from .last_views import MovedPage
from .machine_views import RedirectsPage
from .releases import Page
from .templates import Templates
from .views import LinkView


def render_moved(lookup: Lookup, release: str, lang: str, path: str, templates: Templates, part: str = "") -> Page:
    """The page at a former address: it leads on by itself, without a script, and has a link for who is not led. To the
    page of the release, or to a part of it (`urls.FIGURES`)."""
    there = urls.below(release_path(lookup, release, lang), part)
    view = MovedPage(
        lang=lang,
        canonical=urls.absolute(lookup.config().url, there),
        site_title=lookup.label(lang, "site.title") or "",
        stylesheet=urls.relative(asset_path(lookup, STYLESHEET), path),
        icon=urls.relative(asset_path(lookup, ICON), path),
        release=LinkView(lookup.headline(release, lang).title, urls.relative(there, path)),
    )
    html, warnings = templates.render("moved.html", lookup, lang, page=view)
    return Page(html, list(warnings))


def render_redirects(lookup: Lookup, templates: Templates) -> Page:
    """The rules of all former addresses, for hosts that read a `_redirects` file."""
    rules = tuple(sorted(rule for lang in lookup.config().tags for rule in _rules(lookup, lang)))
    text, warnings = templates.render("redirects.txt", lookup, lookup.config().tags[0], page=RedirectsPage(rules))
    return Page(text, list(warnings))


def _rules(lookup: Lookup, lang: str) -> Iterator[tuple[str, str]]:
    """With and without the slash at the end: not every host takes one for the other."""
    config = lookup.config()
    unlisted = [kind for kind in config.kinds if kind not in config.listed]
    others = [release for kind in unlisted for release in lookup.latest(lang, kind)]
    for release in dict.fromkeys((*lookup.announced(lang), *others, *lookup.amended(lang))):
        there, section = release_path(lookup, release, lang), lookup.section(lookup.kind(release), lang)
        pairs = [(urls.release_path(lang, section, slug), there) for slug in lookup.front(release, lang).former]
        if lookup.withdrawal(release) is None:
            parts = {urls.FIGURES: lookup.cites(release, lang), urls.REVISIONS: lists_revisions(lookup, release)}
            below = [part for part, there_is in parts.items() if there_is]
            pairs += [(urls.below(old, part), urls.below(new, part)) for part in below for old, new in pairs]
        for old, new in pairs:
            here, target = config.prefix + urls.address(old), config.prefix + urls.address(new)
            yield from ((here, target), (here.rstrip("/"), target))
