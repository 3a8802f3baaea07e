"""The dates of the release calendar → iCalendar (RFC 5545), for programs that people keep theirs in; icalendar's home.

The same dates give the same bytes: the stamp of each is the instant since which the calendar says this of it.
"""

from __future__ import annotations

from datetime import UTC, timedelta
from urllib.parse import urlsplit

from icalendar import Calendar, Event, vText

from .. import urls
from ..facts.calendar import Dated
from ..facts.lookup import Lookup
from ..facts.words import Words
from ..typography import typeset
from .calendar import UNCONFIRMED, WITHDRAWN, changes_of, kind_of, page_of, state_of

_REFRESH = timedelta(hours=6)


def render_ics(lookup: Lookup, lang: str, path: str) -> bytes:
    """The calendar of a language."""
    config, said = lookup.config(), Words(lookup, lang).message
    name = f"{said('Release calendar')} – {lookup.label(lang, 'site.title') or ''}"
    name = name if lookup.standing() == "public" else f"{said('Preview')}: {name}"
    calendar = Calendar()
    calendar.add("prodid", f"-//communique//release calendar//{lang.upper()}")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("name", name, parameters={"LANGUAGE": lang})
    calendar.add("x-wr-calname", vText(name))
    calendar.add("x-wr-timezone", vText(config.timezone))
    calendar.add("url", urls.absolute(config.url, urls.calendar_path(lang)))
    calendar.add("source", config.url + path, parameters={"VALUE": "URI"})
    calendar.add("refresh-interval", _REFRESH, parameters={"VALUE": "DURATION"})
    for dated in lookup.calendar():
        calendar.add_component(_event(lookup, dated, lang))
    return bytes(calendar.to_ical())


def _event(lookup: Lookup, dated: Dated, lang: str) -> Event:
    """A date. Programs know it by its UID, one for each language, and see by its SEQUENCE that it was moved."""
    site, spoken = lookup.config().url, dated.spoken(lang)
    kind, page = kind_of(lookup, dated, lang), page_of(lookup, dated, lang)
    event = Event()
    event.add("uid", f"{dated.uid}-{lang}@{urlsplit(site).hostname}")
    event.add("dtstamp", dated.changed.astimezone(UTC))
    event.add("last-modified", dated.changed.astimezone(UTC))
    event.add("created", dated.since.astimezone(UTC))
    event.add("sequence", len(dated.changes))
    event.add("dtstart", dated.date.astimezone(UTC))
    event.add("summary", typeset(dated.title(lang), spoken), parameters={"LANGUAGE": spoken})
    event.add("status", "TENTATIVE" if state_of(lookup, dated) == UNCONFIRMED else "CONFIRMED")
    event.add("transp", "TRANSPARENT")
    event.add("class", "PUBLIC")
    if kind:
        event.add("categories", [kind])
    if description := _description(lookup, dated, lang):
        event.add("description", description, parameters={"LANGUAGE": lang})
    event.add("url", urls.absolute(site, page or urls.calendar_path(lang)))
    return event


def _description(lookup: Lookup, dated: Dated, lang: str) -> str:
    """What has become of the date, and each change of it with its reason."""
    said, state = Words(lookup, lang).message, state_of(lookup, dated)
    lines = [said("Date to be confirmed")] if state == UNCONFIRMED else []
    lines += [said("Withdrawn")] if state == WITHDRAWN else []
    for change in changes_of(lookup, dated, lang):
        told = said("Date changed on %(date)s").replace("%(date)s", change.told)
        before = said("Date announced before: %(date)s").replace("%(date)s", change.before)
        lines += [f"{told}. {before}. {change.text}"]
    return "\n".join(lines)
