"""Names of the site → the output paths that pages share, and the words on their links."""

from __future__ import annotations

from collections.abc import Callable

from .. import urls
from ..facts.lookup import Lookup


def kind_name(lookup: Lookup, lang: str, kind: str) -> str:
    """The name of a kind of publication."""
    return lookup.label(lang, f"kind.{kind}") or kind


def release_path(lookup: Lookup, release: str, lang: str) -> str:
    """The output path of a release's page, or of that of an earlier edition."""
    section, edition = lookup.section(lookup.kind(release), lang), lookup.edition(release)
    if edition is not None:
        return urls.edition_path(lang, section, lookup.slug(release, lang), edition.number)
    return urls.release_path(lang, section, lookup.slug(release, lang))


def asset_path(lookup: Lookup, name: str) -> str:
    """The output path of an asset of the templates."""
    return urls.asset_path(name, lookup.asset_digest(name) or "")


def in_each_language(lookup: Lookup, path: Callable[[str], str]) -> dict[str, str]:
    """The same page in every language of the site."""
    return {lang: path(lang) for lang in lookup.config().tags}
