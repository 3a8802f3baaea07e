"""A page's place in the site → FrameView: what stands around every page; and the addresses that pages share."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from .. import urls
from ..facts.lookup import Lookup
from .views import FrameView, LanguageView, LinkView

STYLESHEET = "site.css"


def frame(
    lookup: Lookup, lang: str, path: str, paths: Mapping[str, str], *, title: str, description: str, kind: str = ""
) -> FrameView:
    """The frame of the page at `path`; `paths` gives the same page in each language that has it."""
    config = lookup.config()
    name = _label(lookup, lang, "site.title")
    default = next(iter(paths))
    return FrameView(
        lang=lang,
        title=title,
        description=description,
        canonical=urls.absolute(config.url, path),
        x_default=urls.absolute(config.url, paths.get(config.tags[0], paths[default])),
        site_title=name,
        site_tagline=_label(lookup, lang, "site.tagline"),
        about=_label(lookup, lang, "site.about"),
        home=urls.relative(urls.home_path(lang), path),
        stylesheet=urls.relative(stylesheet_path(lookup), path),
        feed=urls.relative(urls.feed_path(lang), path),
        nav=tuple(_nav(lookup, lang, path, kind)),
        languages=tuple(_language(lookup, other, lang, path, paths[other]) for other in config.tags if other in paths),
    )


def _label(lookup: Lookup, lang: str, code: str) -> str:
    return lookup.label(lang, code) or ""


def _nav(lookup: Lookup, lang: str, path: str, current: str) -> list[LinkView]:
    """A link for each kind of publication that has something in this language."""
    links = []
    for kind in lookup.config().kinds:
        if lookup.latest(lang, kind, 1):
            address = urls.relative(urls.section_path(lang, lookup.section(kind, lang)), path)
            links.append(LinkView(kind_name(lookup, lang, kind), address, kind == current))
    return links


def _language(lookup: Lookup, lang: str, current: str, path: str, other: str) -> LanguageView:
    return LanguageView(
        lang=lang,
        name=lookup.style(lang).autonym,
        href=urls.relative(other, path),
        url=urls.absolute(lookup.config().url, other),
        current=lang == current,
    )


def kind_name(lookup: Lookup, lang: str, kind: str) -> str:
    """The name of a kind of publication."""
    return lookup.label(lang, f"kind.{kind}") or kind


def release_path(lookup: Lookup, release: str, lang: str) -> str:
    """The output path of a release's page."""
    section = lookup.section(lookup.kind(release), lang)
    return urls.release_path(lang, section, lookup.slug(release, lang))


def stylesheet_path(lookup: Lookup) -> str:
    """The output path of the style sheet."""
    return urls.asset_path(STYLESHEET, lookup.asset_digest(STYLESHEET) or "")


def in_each_language(lookup: Lookup, path: Callable[[str], str]) -> dict[str, str]:
    """The same page in every language of the site."""
    return {lang: path(lang) for lang in lookup.config().tags}
