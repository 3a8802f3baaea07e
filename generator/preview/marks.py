"""What the checks of a page show: marks with their facts, by group; plain values, ready for JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Literal, TypeVar

from ..errors import FactError, SourceErrors, SourceRef
from .own import source_address
from .placing import Spot

GroupId = Literal["figure", "claim", "false", "number", "translation", "problem"]

#: The groups in the order of the legend: one of it, several, and what they are.
GROUPS: Mapping[GroupId, tuple[str, str, str]] = MappingProxyType(
    {
        "figure": ("figure", "figures", "Numbers that the data give"),
        "claim": ("claim", "claims", "Words that a claim tests, and that are true"),
        "false": ("false claim", "false claims", "Words that a claim tests, and that the data refute"),
        "number": ("loose number", "loose numbers", "Numbers that come from no cell"),
        "translation": (
            "block to translate",
            "blocks to translate",
            "Blocks whose translation is out of date or missing",
        ),
        "problem": ("other problem", "other problems", "What else is wrong in the text"),
    }
)
_Made = TypeVar("_Made")


@dataclass(frozen=True)
class Fact:
    """A line of what a mark shows: a term (empty: that of the line before) and what is said of it.

    `lang` is the language of the words, where it is not English; `form` is how they are set: as code, or as words that
    were deleted or inserted, in which case pieces of one term make one text. `href` is where they lead.
    """

    term: str
    text: str
    lang: str = ""
    form: Literal["plain", "code", "deleted", "inserted", "same"] = "plain"
    href: str = ""


@dataclass(frozen=True)
class Mark:
    """Something to show at a place of the page: what it is called there, what kind of thing it is, and its facts.

    `spot` is None where the page has no certain place for it; then `why` says why.
    """

    group: GroupId
    kind: str
    title: str
    facts: tuple[Fact, ...]
    lang: str = ""
    spot: Spot | None = None
    why: str = ""


def source_fact(term: str, where: SourceRef) -> Fact:
    """The place of something in a source file, with a link to it."""
    text = where.path + (f":{where.line}" if where.line else "")
    return Fact(term, text, form="code", href=source_address(where.path, where.line))


def listed(term: str, facts: list[Fact], most: int, more: str) -> list[Fact]:
    """Several facts under one term; those after the first `most` are counted only."""
    found = [replace(fact, term="" if number else term) for number, fact in enumerate(facts[:most])]
    return found if len(facts) <= most else [*found, Fact("", f"and {len(facts) - most} more {more}")]


def tried(work: Callable[[], _Made], otherwise: _Made) -> _Made:
    """What some work gives, or something else where the data or the words for it are missing."""
    try:
        return work()
    except (FactError, SourceErrors):
        return otherwise
