"""`[[corrections]]` and `[withdrawn]` of release.toml → what became of a release after its publication, checked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import pairwise

from ..config import SiteConfig
from ..definitions import Correction, Withdrawal
from ..errors import did_you_mean
from ..spec import Spec

_AT = "write at = 2026-01-05T10:00:00+01:00"


def read_corrections(
    spec: Spec, published: datetime | None, config: SiteConfig, known: Iterable[str]
) -> tuple[Correction, ...]:
    """The corrections of a release in the order of time; `known` are the definitions that one may name."""
    names = tuple(known)

    def read(one: Spec) -> Correction | None:
        at, texts = _at(one, published), _texts(one, config)
        changes = one.texts("changes")
        for name in changes:
            if name not in names:
                hint = did_you_mean(name, names) or "write figures.x, claims.x, displays.x, charts.x or tables.x"
                one.problem(f'the release defines no "{name}"', "changes", hint=hint)
        one.finish()
        return Correction(at, texts, changes) if at is not None and texts else None

    found = [one for one in spec.array("corrections", read) if one is not None]
    ordered = sorted(found, key=lambda one: one.at)
    for earlier, later in pairwise(ordered):
        if earlier.at == later.at:
            hint = "one correction can speak of several things; or give one of them another instant"
            spec.problem("two corrections have the same instant", "corrections", hint=hint)
    return tuple(ordered)


def read_withdrawal(
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


def _at(one: Spec, published: datetime | None) -> datetime | None:
    at = one.instant("at")
    if at is not None and published is not None and at <= published:
        hint = "what is not yet published can simply be changed; correct the instant"
        one.problem(f'"at" does not come after the publication, {published.isoformat()}', "at", hint=hint)
        return None
    return at


def _texts(one: Spec, config: SiteConfig) -> Mapping[str, str]:
    """The notice in each language: of the public ones, none may lack; one paragraph of plain text."""
    table = one.table("text")
    found = {}
    for lang in config.all_tags:
        words = table.text(lang, required=lang not in config.coming)
        if words is None:
            continue
        if "{{" in words or "}}" in words:
            hint = "write the number: a notice says what was true at its instant, whatever becomes of the data"
            table.problem("a notice holds no figures", lang, hint=hint)
        found[lang] = " ".join(words.split())
    table.finish()
    return found


# ---------------------------------------------------------------- as plain values, for the memo of heads


def as_plain(corrections: tuple[Correction, ...], withdrawal: Withdrawal | None) -> Mapping[str, object]:
    """What became of a release, as plain values."""
    return {
        "corrections": [[one.at.isoformat(), dict(one.texts), list(one.changes)] for one in corrections],
        "withdrawn": None if withdrawal is None else [withdrawal.at.isoformat(), dict(withdrawal.texts)],
    }


def from_plain(facts: Mapping[str, object]) -> tuple[tuple[Correction, ...], Withdrawal | None]:
    """What `as_plain` made of it."""
    listed, gone = facts["corrections"], facts["withdrawn"]
    assert isinstance(listed, list)
    corrections = tuple(
        Correction(datetime.fromisoformat(at), dict(texts), tuple(changes)) for at, texts, changes in listed
    )
    if gone is None:
        return corrections, None
    assert isinstance(gone, (list, tuple))
    return corrections, Withdrawal(datetime.fromisoformat(gone[0]), dict(gone[1]))
