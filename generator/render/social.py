"""A page → its card: the picture that other sites show beside a link to it."""

from __future__ import annotations

from ..facts.lookup import Lookup
from ..model import Plot, Target
from .addresses import kind_name
from .answers import Facts
from .cards import CardWords, render_card
from .charts import BytesCache


def render_social_card(lookup: Lookup, target: Target, cache: BytesCache) -> bytes:
    """The card of a release, of the index of a kind, or of a home page."""
    return render_card(_words(lookup, target), _plot(lookup, target), _seed(target), cache)


def _words(lookup: Lookup, target: Target) -> CardWords:
    lang, site = target.lang, lookup.label(target.lang, "site.title") or ""
    if target.section:
        return CardWords(kind_name(lookup, lang, target.section), "", "", site)
    if not target.release:
        return CardWords(lookup.label(lang, "site.tagline") or site, "", "", site)
    title = lookup.headline(target.release, lang).title
    kind = lookup.config().kinds[lookup.kind(target.release)]
    if not kind.listed:
        return CardWords(title, "", "", site)
    date = lookup.style(lang).day(lookup.published(target.release), lookup.config().timezone)
    return CardWords(title, kind_name(lookup, lang, kind.id), date, site)


def _seed(target: Target) -> str:
    return target.release or target.section or "home"


def _plot(lookup: Lookup, target: Target) -> Plot | None:
    """The first chart of a release's text. What is wrong with it is told by the page that shows it."""
    if not target.release:
        return None
    shown = lookup.charts(target.release, target.lang)
    made = Facts(lookup, target.release, target.lang).plot(shown[0], "", "", 0) if shown else None
    return None if made is None else made[0]
