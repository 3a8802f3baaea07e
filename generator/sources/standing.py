"""The heads of all releases and an instant → how each stands then: corrected, withdrawn, an earlier edition.

An earlier edition is a release of its own among the sources, made by `communique keep` before a correction. Until the
instant of the correction the two change places: the sources of the earlier one are shown under the release's name, and
the corrected ones wait under the name of the earlier one, as a release under embargo does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from ..amending import Correction
from ..definitions import UNPUBLISHED, ReleaseHead
from ..errors import Problem, SourceErrors, SourceRef, did_you_mean
from ..spec import decode, locate
from .files import Snapshot

Heads = Mapping[str, ReleaseHead]


def heads_as_of(heads: Heads, now: datetime, *, ahead: bool = False) -> tuple[Heads, Mapping[str, str]]:
    """How every release stands at an instant, and which ones have changed places until a correction.

    With `ahead`, for a preview, nobody changes places: corrections that will come are shown as if they had.
    """
    found: dict[str, ReleaseHead] = {}
    pairs: dict[str, str] = {}
    for name, head in heads.items():
        if head.edition is not None:
            found.setdefault(name, _edition_as_of(head, heads, now, ahead=ahead))
            continue
        awaited = None if ahead else _awaited(head, now)
        if awaited is None:
            found[name] = head.as_of(_last_kept(head, now) if ahead else now)
        elif not _is_edition_of(heads.get(awaited.previous), head):
            found[name] = replace(head, published=UNPUBLISHED).as_of(now)  # which is told: nothing may show too early
        else:
            earlier = heads[awaited.previous]
            pairs |= {name: earlier.id, earlier.id: name}
            shown = replace(earlier, id=name, edition=None, draft=head.draft or earlier.draft)
            found[name] = shown.as_of(now)
            found[earlier.id] = _waiting(head, earlier, awaited)
    return {name: found[name] for name in heads}, pairs


def _awaited(head: ReleaseHead, now: datetime) -> Correction | None:
    """The next correction that takes the place of an edition that was kept."""
    return next((one for one in head.corrections if one.at > now and one.previous), None)


def _last_kept(head: ReleaseHead, now: datetime) -> datetime:
    return max((one.at for one in head.corrections if one.previous and head.published <= now), default=now)


def _is_edition_of(earlier: ReleaseHead | None, head: ReleaseHead) -> bool:
    return earlier is not None and earlier.edition is not None and earlier.edition.release == head.id


def _waiting(head: ReleaseHead, earlier: ReleaseHead, awaited: Correction) -> ReleaseHead:
    """The corrected release under the name of the earlier edition, as it will be from the correction on."""
    names = {earlier.id: head.id}
    corrected = head.as_of(awaited.at)
    notices = tuple(replace(one, previous=names.get(one.previous, one.previous)) for one in corrected.corrections)
    return replace(
        corrected, id=earlier.id, edition=earlier.edition, published=awaited.at, corrections=notices, revises=""
    )


def _edition_as_of(head: ReleaseHead, heads: Heads, now: datetime, *, ahead: bool) -> ReleaseHead:
    """An earlier edition is withdrawn when the release is, and a draft when the release is one."""
    assert head.edition is not None
    present = heads.get(head.edition.release)
    if present is None:
        return head.as_of(now)
    due = present.as_of(_last_kept(present, now) if ahead else now)
    took = next((one.at for one in due.corrections if one.previous == head.id), None)
    gone, draft = due.withdrawal, head.draft or present.draft
    found = replace(head.as_of(now), superseded=took, withdrawal=gone, draft=draft)
    return head if found == head else found


# ---------------------------------------------------------------- mistakes


def wrong_editions(heads: Heads, snapshot: Snapshot) -> Iterator[Problem]:
    """Editions of nothing, two of one number, and corrections that name what is no edition of their release."""
    named = Counter(one.previous for head in heads.values() if head.edition is None for one in head.corrections)
    numbers: dict[tuple[str, int], str] = {}
    for head in heads.values():
        if head.edition is not None:
            yield from _wrong_edition(head, heads, numbers, snapshot)
        elif head.revises and (head.revises == head.id or head.revises not in heads or heads[head.revises].edition):
            hint = did_you_mean(
                head.revises, [name for name, one in heads.items() if name != head.id and one.edition is None]
            )
            yield _at(head, snapshot, f'there is no other release "{head.revises}" to compare with', ("revises",), hint)
        for one in head.corrections:
            if head.edition is None and one.previous:
                place = _place_of(one, head, snapshot)
                if not _is_edition_of(heads.get(one.previous), head):
                    own = [name for name, other in heads.items() if _is_edition_of(other, head)]
                    hint = did_you_mean(one.previous, own) if own else f"communique keep {head.id} makes one"
                    yield _at(head, snapshot, f'"{one.previous}" is no earlier edition of this release', place, hint)
                elif named[one.previous] > 1:
                    hint = "each correction takes the place of another edition"
                    yield _at(head, snapshot, f'two corrections name the edition "{one.previous}"', place, hint)


def _wrong_edition(
    head: ReleaseHead, heads: Heads, numbers: dict[tuple[str, int], str], snapshot: Snapshot
) -> Iterator[Problem]:
    edition = head.edition
    assert edition is not None
    present, other = heads.get(edition.release), numbers.setdefault((edition.release, edition.number), head.id)
    if present is None or present.edition is not None:
        hint = did_you_mean(edition.release, [name for name, one in heads.items() if one.edition is None])
        yield _at(head, snapshot, f'there is no release "{edition.release}"', ("edition", "of"), hint)
        return
    if other != head.id:
        message = f'"{other}" is edition {edition.number} of "{edition.release}" too'
        yield _at(head, snapshot, message, ("edition", "number"), "give each edition a number of its own")
    if present.kind != head.kind:
        hint = f'"{edition.release}" is of the kind "{present.kind}"; an earlier edition must be of the same'
        yield _at(head, snapshot, f'the edition is of the kind "{head.kind}"', ("kind",), hint)
    if present.published != head.published and UNPUBLISHED not in (present.published, head.published):
        hint = f'"{edition.release}" says {present.published.isoformat()}; a correction does not change it'
        yield _at(head, snapshot, "the edition has another instant of publication", ("published",), hint)


def _place_of(one: Correction, head: ReleaseHead, snapshot: Snapshot) -> tuple[str, ...]:
    """Where a correction stands in its file: corrections are kept in the order of time, not of the file."""
    lines = _source(head, snapshot).split("\n")
    for keys, line in locate("\n".join(lines)).items():
        if keys[0] == "corrections" and keys[-1] == "previous" and one.previous in lines[line - 1]:
            return keys
    return ("corrections",)


def _source(head: ReleaseHead, snapshot: Snapshot) -> str:
    path = f"data/{head.id}/release.toml"
    try:
        return decode(snapshot.read(path), path)
    except (KeyError, SourceErrors):
        return ""


def _at(head: ReleaseHead, snapshot: Snapshot, message: str, keys: tuple[str, ...], hint: str) -> Problem:
    line = locate(_source(head, snapshot)).get(keys, 0)
    return Problem("bad-release", message, SourceRef(f"data/{head.id}/release.toml", line), hint)
