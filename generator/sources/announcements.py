"""`[announced]` of release.toml → what the calendar says of a release before it is public, checked.

Every mistake here is a `bad-announcement`, that of a draft too: what is announced is public.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import pairwise

from ..config import SiteConfig
from ..definitions import Announcement, DateChange
from ..spec import Spec
from .plain_texts import plain_texts

BAD = "bad-announcement"


def read_announcement(spec: Spec, kind: str, published: datetime | None, config: SiteConfig) -> Announcement | None:
    """The announcement of a release; None when it is not announced, or when something is wrong with it."""
    if "announced" not in spec:
        return None
    before = len(spec.problems)
    one = spec.table("announced")
    since, titles = one.instant("since"), _texts(one.table("title"), config)
    changes = one.array("changes", lambda change: _change(change, config))
    one.finish()
    mistakes = len(spec.problems) > before
    found = None
    if since is not None and published is not None and not mistakes:
        _in_order(one, since, changes, published)
        found = Announcement(kind, since, published, titles, changes, line=spec.line("published"))
    mistakes = len(spec.problems) > before
    spec.problems[before:] = [replace(problem, code=BAD) for problem in spec.problems[before:]]
    return None if mistakes else found


def _change(one: Spec, config: SiteConfig) -> DateChange | None:
    at, before, texts = one.instant("at"), one.instant("from"), _texts(one.table("text"), config)
    one.finish()
    return DateChange(at, before, texts) if at is not None and before is not None else None


def _texts(table: Spec, config: SiteConfig) -> Mapping[str, str]:
    hint = "write the words: the calendar says nothing of the data"
    return plain_texts(table, config, of="an announcement", instead=hint)


def _in_order(one: Spec, since: datetime, changes: Sequence[DateChange], published: datetime) -> None:
    """Each change is told after what it changes, and before the date that it brings."""
    places = [_Place(one, number) for number in range(len(changes))]
    dates = [*(change.before for change in changes), published]
    if since >= dates[0]:
        hint = "announce it earlier, or not at all: delete [announced]"
        one.problem(f'"since" does not come before the date that it announces, {_said(dates[0])}', "since", hint=hint)
    if changes and changes[0].at <= since:
        places[0].problem(f'"at" does not come after "since", {_said(since)}', "at", "correct one of the two instants")
    for (earlier, later), place in zip(pairwise(changes), places[1:], strict=True):
        if later.at <= earlier.at:
            message = f'"at" does not come after that of the change before, {_said(earlier.at)}'
            place.problem(message, "at", "list changes in the order in which they were told")
    for change, date, place in zip(changes, dates[1:], places, strict=True):
        if change.before == date:
            hint = '"from" is the date that was announced before; the new one is the next "from", or "published"'
            place.problem(f'"from" is the date that the change leads to, {_said(date)}', "from", hint)
        elif change.at >= date:
            message = f'"at" does not come before the date that the change leads to, {_said(date)}'
            place.problem(message, "at", "a change of date is told before the new date")


class _Place:
    """A change among those of an announcement: where its problems stand."""

    def __init__(self, one: Spec, number: int) -> None:
        self._one, self._number = one, number

    def problem(self, message: str, key: str, hint: str) -> None:
        self._one.problem(message, "changes", str(self._number), key, hint=hint)


def _said(instant: datetime) -> str:
    return instant.isoformat()


def words_of(announced: Announcement) -> Iterator[str]:
    """Everything that an announcement says: titles and reasons."""
    yield from announced.titles.values()
    for change in announced.changes:
        yield from change.texts.values()


# ---------------------------------------------------------------- as plain values, for the memo of heads


def as_plain(announced: Announcement | None) -> object:
    """An announcement as plain values."""
    if announced is None:
        return None
    changes = [[one.at.isoformat(), one.before.isoformat(), dict(one.texts)] for one in announced.changes]
    head = [announced.kind, announced.since.isoformat(), announced.date.isoformat()]
    return [*head, dict(announced.titles), changes, announced.line]


def from_plain(value: object) -> Announcement | None:
    """What `as_plain` made of it."""
    if value is None:
        return None
    assert isinstance(value, (list, tuple))
    kind, since, date, titles, changes, line = value
    told = tuple(
        DateChange(datetime.fromisoformat(at), datetime.fromisoformat(before), dict(texts))
        for at, before, texts in changes
    )
    since, date = datetime.fromisoformat(since), datetime.fromisoformat(date)
    return Announcement(kind, since, date, dict(titles), told, line=line)
