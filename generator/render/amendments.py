"""What became of a release after its publication → the notices on its pages, in feeds and in lists."""

from __future__ import annotations

import re
from dataclasses import replace

from .. import urls
from ..amending import Correction, Withdrawal
from ..errors import FactError, SourceErrors
from ..facts.lookup import Lookup
from ..typography import typeset
from .addresses import kind_name, release_path
from .answers import Facts
from .views import AmendmentView

_NAMED = re.compile(r"\{\{\s*([\w-]*)")
WITHDRAWN = "withdrawn"


def corrections_of(lookup: Lookup, release: str, lang: str, path: str = "") -> tuple[AmendmentView, ...]:
    """The notices of a release's corrections, the latest first; their anchors count them from the earliest on. On the
    page at `path` they lead to the editions that were kept."""
    views = []
    for number, one in enumerate(lookup.corrections(release), 1):
        view = _view(lookup, lang, one, f"correction-{number}")
        if path and one.previous and lookup.shows(one.previous, lang):
            view = replace(view, previous=urls.relative(release_path(lookup, one.previous, lang), path))
        views.append(view)
    return tuple(reversed(views))


def withdrawal_of(lookup: Lookup, release: str, lang: str) -> AmendmentView | None:
    """The notice of a withdrawn release."""
    found = lookup.withdrawal(release)
    return None if found is None else _view(lookup, lang, found, WITHDRAWN)


def _view(lookup: Lookup, lang: str, one: Correction | Withdrawal, anchor: str) -> AmendmentView:
    """A language in preparation may lack the text: the source's stands for it."""
    spoken = lang if lang in one.texts else next(iter(one.texts))
    text = typeset(one.texts[spoken], spoken)
    date = lookup.style(lang).instant(one.at, lookup.config().timezone)
    return AmendmentView(anchor, text, date, one.at.isoformat())


def amended(lookup: Lookup, release: str) -> str:
    """What a list says of a release: "corrected", "withdrawn", or nothing."""
    if lookup.withdrawal(release) is not None:
        return WITHDRAWN
    return "corrected" if lookup.corrections(release) else ""


def withdrawn_title(lookup: Lookup, release: str, lang: str) -> str:
    """What a withdrawn release is called: its title; but where this prints a number of the data, its kind and date."""
    facts = Facts(lookup, release, lang)
    try:
        named = _NAMED.findall(lookup.front(release, lang).title)
        if all(lookup.period(release, name) is not None for name in named):
            return facts.title().text
    except (FactError, SourceErrors):
        pass  # told by the audit
    kind = lookup.kind(release)
    name = lookup.label(lang, f"kind.{kind}.one") or kind_name(lookup, lang, kind)
    return f"{name}, {lookup.style(lang).day(lookup.published(release), lookup.config().timezone)}"
