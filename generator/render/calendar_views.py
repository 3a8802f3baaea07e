"""What templates receive for dates of the release calendar: on its page, and on home pages."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class DateChangeView:
    """A change of a date: `told` on a day, `before` the date that had been announced, and the reason."""

    told: str
    told_machine: str
    before: str
    before_machine: str
    text: str


@dataclass(frozen=True)
class DateView:
    """A date of the calendar. `state` is "coming", "unconfirmed" (the date has come without the release), "released" or
    "withdrawn"; `href` leads to a release that is public, and is empty before; `kind` is empty for a page of the site
    itself."""

    title: str
    href: str
    kind: str
    date: str
    date_machine: str
    state: str
    changes: tuple[DateChangeView, ...]


@dataclass(frozen=True)
class MonthView:
    """The dates of a month."""

    name: str
    dates: tuple[DateView, ...]
