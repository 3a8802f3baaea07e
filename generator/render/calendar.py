"""The dates of the release calendar → its page, and the next ones for home pages."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from .. import urls
from ..facts.calendar import Dated
from ..facts.lookup import Lookup
from ..facts.words import Words
from ..typography import typeset
from .addresses import in_each_language, kind_name, release_path
from .calendar_views import DateChangeView, DateView, MonthView
from .frames import site_frame
from .releases import Page
from .templates import Templates
from .views import CalendarPage

WITHDRAWN, UNCONFIRMED = "withdrawn", "unconfirmed"
_ON_HOME = 3


def render_calendar(lookup: Lookup, lang: str, path: str, templates: Templates) -> Page:
    """The release calendar of a language: what is to come, the nearest first; what was released, the latest first."""
    config, dates = lookup.config(), lookup.calendar()
    paths = in_each_language(lookup, urls.calendar_path)
    heading = Words(lookup, lang).message("Release calendar")
    released = [one for one in dates if one.release][-config.latest :]
    file = urls.ics_path(lang)
    view = CalendarPage(
        frame=site_frame(lookup, lang, path, paths, heading),
        heading=heading,
        zone=lookup.style(lang).zone(config.timezone),
        subscribe=f"webcal://{config.url.partition('://')[2]}{file}",
        file=urls.relative(file, path),
        unconfirmed=tuple(_view(lookup, one, lang, path) for one in dates if not one.release and one.passed),
        coming=_months(lookup, [one for one in dates if not one.release and not one.passed], lang, path),
        released=_months(lookup, reversed(released), lang, path),
    )
    html, warnings = templates.render("calendar.html", lookup, lang, page=view)
    return Page(html, list(warnings))


def next_dates(lookup: Lookup, lang: str, path: str) -> tuple[DateView, ...]:
    """The next few dates, for the page at `path`."""
    coming = [one for one in lookup.calendar() if not one.release and not one.passed]
    return tuple(_view(lookup, one, lang, path) for one in coming[:_ON_HOME])


def state_of(lookup: Lookup, dated: Dated) -> str:
    """What has become of a date."""
    if dated.release:
        return "released" if lookup.withdrawal(dated.release) is None else WITHDRAWN
    return UNCONFIRMED if dated.passed else "coming"


def page_of(lookup: Lookup, dated: Dated, lang: str) -> str:
    """The output path of the page of a release that is public, in a language that it has; else empty."""
    has = dated.release and lang in lookup.languages(dated.release)
    return release_path(lookup, dated.release, lang) if has else ""


def _months(lookup: Lookup, dates: Iterable[Dated], lang: str, path: str) -> tuple[MonthView, ...]:
    style, zone = lookup.style(lang), lookup.config().timezone
    months = groupby(dates, key=lambda one: style.month(one.date, zone))
    return tuple(MonthView(name, tuple(_view(lookup, one, lang, path) for one in group)) for name, group in months)


def _view(lookup: Lookup, dated: Dated, lang: str, path: str) -> DateView:
    style, zone, page = lookup.style(lang), lookup.config().timezone, page_of(lookup, dated, lang)
    return DateView(
        title=typeset(dated.title(lang), dated.spoken(lang)),
        href=urls.relative(page, path) if page else "",
        kind=kind_of(lookup, dated, lang),
        date=style.weekday(dated.date, zone),
        date_machine=dated.date.isoformat(),
        state=state_of(lookup, dated),
        changes=changes_of(lookup, dated, lang),
    )


def kind_of(lookup: Lookup, dated: Dated, lang: str) -> str:
    """What a publication of the kind is called; empty for a page of the site itself."""
    if dated.kind not in lookup.config().listed:
        return ""
    return lookup.label(lang, f"kind.{dated.kind}.one") or kind_name(lookup, lang, dated.kind)


def changes_of(lookup: Lookup, dated: Dated, lang: str) -> tuple[DateChangeView, ...]:
    """Each change of a date with its reason, the latest first. A language in preparation may lack the reason: the
    source's stands for it."""
    style, zone = lookup.style(lang), lookup.config().timezone
    found = []
    for change in reversed(dated.changes):
        spoken = lang if lang in change.texts else next(iter(change.texts))
        found.append(
            DateChangeView(
                told=style.day(change.at, zone),
                told_machine=change.at.isoformat(),
                before=style.weekday(change.before, zone),
                before_machine=change.before.isoformat(),
                text=typeset(change.texts[spoken], spoken),
            )
        )
    return tuple(found)
