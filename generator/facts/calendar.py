"""The announcements of a site at an instant, and what is public → the dates of the release calendar.

A date has the name of its release only when that is public. So whoever shows the calendar cannot show it before.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from ..config import SiteConfig
from ..definitions import Announcement, DateChange, ReleaseHead
from ..sources.site import Site

#: How long before the latest release an earlier one is kept: whoever follows the calendar keeps its entries that long.
KEPT = timedelta(days=366)


@dataclass(frozen=True)
class Dated:
    """A date of the calendar. `uid` stays the same whatever becomes of the date; `changed` is the instant since which
    the calendar says this of it; `release` is empty until it is public. `passed`: the date has come without it."""

    uid: str
    kind: str
    date: datetime
    titles: Mapping[str, str]
    changes: tuple[DateChange, ...]
    since: datetime
    changed: datetime
    passed: bool = False
    release: str = ""

    def title(self, lang: str) -> str:
        """What was announced, in a language; one in preparation may lack it, and has the first one's."""
        return self.titles[self.spoken(lang)]

    def spoken(self, lang: str) -> str:
        """The language of the title in a language."""
        return lang if lang in self.titles else next(iter(self.titles))


def calendar_of(site: Site, public: frozenset[str]) -> tuple[Dated, ...]:
    """The dates of a site, in the order of time: all that are to come, and those of public releases that are not more
    than a year older than the latest of them. Neither order nor number depends on anything that is not announced."""
    dates = list(_dates(site, public))
    last = max((one.date for one in dates if one.release), default=None)
    kept = [one for one in dates if not one.release or last is None or one.date >= last - KEPT]
    return tuple(sorted(kept, key=lambda one: (one.date, *map(one.title, site.config.tags), one.uid)))


def _dates(site: Site, public: frozenset[str]) -> Iterator[Dated]:
    for release, announced in site.announced.items():
        head = site.heads[release] if release in public else None
        yield Dated(
            uid=_uid(site.config, release),
            kind=announced.kind,
            date=announced.date,
            titles=announced.titles,
            changes=announced.changes,
            since=announced.since,
            changed=_changed(announced, head),
            passed=announced.passed and head is None,
            release="" if head is None else release,
        )


def _changed(announced: Announcement, head: ReleaseHead | None) -> datetime:
    told = [announced.since, *(change.at for change in announced.changes)]
    if announced.passed:
        told.append(announced.date)
    if head is not None and head.withdrawal is not None:
        told.append(head.withdrawal.at)
    return max(told)


def _uid(config: SiteConfig, release: str) -> str:
    """A lasting name from which nobody can read that of the release; who guesses that can confirm it, and learns no
    more than the announcement says."""
    site = config.url.partition("://")[2]
    return hashlib.sha256(f"{site}\n{release}".encode()).hexdigest()[:32]
