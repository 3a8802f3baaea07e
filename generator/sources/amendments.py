"""What release.toml says of other editions → Amendments: corrections, a withdrawal, an earlier edition; and back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import pairwise

from ..amending import Amendments, Correction, EditionOf, Withdrawal
from ..config import SiteConfig
from ..errors import did_you_mean
from ..spec import Spec
from .plain_texts import plain_texts

#: The keys of release.toml that are read here.
AMENDING = frozenset({"corrections", "withdrawn", "edition", "revises"})


def read_amendments(spec: Spec, published: datetime | None, config: SiteConfig, known: Iterable[str]) -> Amendments:
    """What became of a release; `known` are the definitions that a correction may name."""
    corrections = _corrections(spec, published, config, known)
    withdrawal = _withdrawal(spec, published, config, corrections)
    return Amendments(corrections, withdrawal, _edition(spec), spec.text("revises") or "")


def _corrections(
    spec: Spec, published: datetime | None, config: SiteConfig, known: Iterable[str]
) -> tuple[Correction, ...]:
    """The corrections of a release in the order of time."""
    names = tuple(known)

    def read(one: Spec) -> Correction | None:
        at, texts = _at(one, published), _texts(one, config)
        changes = one.texts("changes")
        for name in changes:
            if name not in names:
                hint = did_you_mean(name, names) or "write figures.x, claims.x, displays.x, charts.x or tables.x"
                one.problem(f'the release defines no "{name}"', "changes", hint=hint)
        previous = one.text("previous") or ""
        one.finish()
        return Correction(at, texts, changes, previous) if at is not None and texts else None

    found = [one for one in spec.array("corrections", read) if one is not None]
    ordered = sorted(found, key=lambda one: one.at)
    for earlier, later in pairwise(ordered):
        if earlier.at == later.at:
            hint = "one correction can speak of several things; or give one of them another instant"
            spec.problem("two corrections have the same instant", "corrections", hint=hint)
    return tuple(ordered)


def _withdrawal(
    spec: Spec, published: datetime | None, config: SiteConfig, corrections: tuple[Correction, ...]
) -> Withdrawal | None:
    """The withdrawal of a release; None when it stands."""
    if "withdrawn" not in spec:
        return None
    one = spec.table("withdrawn")
    at, texts = _at(one, published), _texts(one, config)
    if at is not None and any(correction.at >= at for correction in corrections):
        hint = "nothing is left to correct from then on: delete the correction, or move an instant"
        one.problem("a correction comes after the withdrawal", "at", hint=hint)
    one.finish()
    return Withdrawal(at, texts) if at is not None and texts else None


def _edition(spec: Spec) -> EditionOf | None:
    """What `communique keep` wrote into the folder of an earlier edition."""
    if "edition" not in spec:
        return None
    one = spec.table("edition")
    release, number = one.need("of"), one.integer("number", 0, 1, 999)
    if "number" not in one:
        one.problem(
            f'[{one.name}] lacks "number"', code="missing-key", hint="add number = … (a whole number from 1 on)"
        )
    one.finish()
    return EditionOf(release, number) if release and number else None


def _at(one: Spec, published: datetime | None) -> datetime | None:
    at = one.instant("at")
    if at is not None and published is not None and at <= published:
        hint = "what is not yet published can simply be changed; correct the instant"
        one.problem(f'"at" does not come after the publication, {published.isoformat()}', "at", hint=hint)
        return None
    return at


def _texts(one: Spec, config: SiteConfig) -> Mapping[str, str]:
    hint = "write the number: a notice says what was true at its instant, whatever becomes of the data"
    return plain_texts(one.table("text"), config, of="a notice", instead=hint)


# ---------------------------------------------------------------- as plain values, for the memo of heads


def as_plain(found: Amendments) -> Mapping[str, object]:
    """What became of a release, as plain values."""
    gone, edition = found.withdrawal, found.edition
    return {
        "corrections": [
            [one.at.isoformat(), dict(one.texts), list(one.changes), one.previous] for one in found.corrections
        ],
        "withdrawn": None if gone is None else [gone.at.isoformat(), dict(gone.texts)],
        "edition": None if edition is None else [edition.release, edition.number],
        "revises": found.revises,
    }


def from_plain(facts: Mapping[str, object]) -> Amendments:
    """What `as_plain` made of it."""
    listed, gone, edition = facts["corrections"], facts["withdrawn"], facts["edition"]
    assert isinstance(listed, list)
    assert isinstance(gone, (list, tuple, type(None)))
    assert isinstance(edition, (list, tuple, type(None)))
    return Amendments(
        tuple(
            Correction(datetime.fromisoformat(at), dict(texts), tuple(changes), previous)
            for at, texts, changes, previous in listed
        ),
        None if gone is None else Withdrawal(datetime.fromisoformat(gone[0]), dict(gone[1])),
        None if edition is None else EditionOf(*edition),
        str(facts["revises"]),
    )
