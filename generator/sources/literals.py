"""`[literals]` and `[embargo.allow]` of release.toml → words that the rules let pass, each with its reason."""

from __future__ import annotations

from collections.abc import Mapping

from ..definitions import LiteralSpec
from ..spec import Spec

_EXAMPLE = 'for example "ESA 2010" = "the name of a standard"'

_ANNOUNCED = 'for example "Foreign trade in 2025" = "announced in the release calendar"'


def read_literals(spec: Spec) -> Mapping[str, LiteralSpec]:
    """The literals of a release, by their text with single spaces."""
    group = spec.table("literals")
    found: dict[str, LiteralSpec] = {}
    for key, value in group.raw.items():
        text = " ".join(key.split())
        if not text:
            group.problem("a literal has no text", key, hint=_EXAMPLE)
        elif text in found:
            group.problem(f'the literal "{text}" stands twice', key, code="duplicate-key", hint="keep one of them")
        elif isinstance(value, (str, dict)):
            reason, source = _why(group, key, isinstance(value, dict))
            found[text] = LiteralSpec(text, reason, source, group.line(key))
        else:
            group.problem(f'the literal "{text}" must have a reason', key, hint=_EXAMPLE)
    return found


def read_allowed(spec: Spec) -> Mapping[str, str]:
    """The words of a release that may stand in the public site before the release does, and why."""
    embargo = spec.table("embargo")
    group = embargo.table("allow")
    found: dict[str, str] = {}
    for key in group.raw:
        reason = group.text(key)
        if not " ".join(key.split()):
            group.problem("[embargo.allow] has an entry without words", key, hint=_ANNOUNCED)
        elif reason:
            found[key] = reason
    embargo.finish()
    return found


def _why(group: Spec, key: str, is_table: bool) -> tuple[str | None, str | None]:
    """The reason of a literal, and the label code of its source."""
    if not is_table:
        return group.text(key), None
    table = group.table(key)
    reason, source = table.text("reason"), table.text("source")
    if not {"reason", "source"} & set(table.raw):
        table.problem(f'the literal "{key}" must have a reason, or a source', hint='add reason = "…"')
    table.finish()
    return reason, source
