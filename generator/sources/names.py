"""labels.csv against the site → the names that every page shows and that are missing or wrong."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..config import SiteConfig
from ..errors import Problem, SourceRef
from .labels import CONTACT, LABELS_FILE, Labels, is_contact


def wrong_names(config: SiteConfig, labels: Labels, kinds: Iterable[str]) -> Iterator[Problem]:
    """What is wrong with the names of a site whose releases are of some kinds. Languages in preparation lack names: one
    line says how many."""
    listed = [kind for kind in dict.fromkeys(kinds) if config.kinds[kind].listed]
    for tag in config.tags:
        if tag not in config.coming:
            yield from _unnamed(labels, tag, listed)
            yield from _contact(labels, tag)
    for tag in config.coming:
        if lacking := labels.lacking.get(tag, 0):
            message = f'in preparation, "{tag}": {lacking} of {len(labels.lines)} names are to come'
            hint = f'fill the column "{tag}"; until then nobody sees the language'
            yield Problem("language-coming", message, SourceRef(LABELS_FILE, 1), hint, level="hint")


def _unnamed(labels: Labels, tag: str, kinds: Iterable[str]) -> Iterator[Problem]:
    """The names that every page shows."""
    for code in ("site.title", *(f"kind.{kind}" for kind in kinds)):
        if labels.names[tag].get(code) is None:
            where = SourceRef(LABELS_FILE, labels.lines.get(code, 0))
            message = f'the code "{code}" has no name in "{tag}"'
            yield Problem("missing-label", message, where, "every page shows it: add it, in every language")


def _contact(labels: Labels, tag: str) -> Iterator[Problem]:
    """The address of the site's makers, when it is none."""
    address = dict(labels.names[tag]).get(CONTACT)
    if address is not None and not is_contact(address):
        where = SourceRef(LABELS_FILE, labels.lines.get(CONTACT, 0))
        message = f'the name of "{CONTACT}" in "{tag}" is not an address: {address}'
        yield Problem("bad-link", message, where, "write mailto:somebody@stat.example or https://…")
