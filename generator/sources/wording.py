"""wording.toml → Wording: the words by which a language counts, claims, and points up or down.

A list is found in a text by one expression, compiled once. Between the words of a phrase any white space or hyphen
will do, and both apostrophes are one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from ..errors import SourceErrors
from ..spec import read_toml

LISTS = ("numbers", "fractions", "universal", "rising", "falling", "by", "idioms")
_NOTHING = re.compile(r"(?!)")


@dataclass(frozen=True)
class Wording:
    """The lists of one language; what a list means is told in docs/reference.md."""

    numbers: tuple[str, ...] = ()
    fractions: tuple[str, ...] = ()
    universal: tuple[str, ...] = ()
    rising: tuple[str, ...] = ()
    falling: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    idioms: tuple[str, ...] = ()

    @cached_property
    def counted(self) -> re.Pattern[str]:
        """A number or a fraction in words."""
        return any_of((*self.numbers, *self.fractions))

    @cached_property
    def universals(self) -> re.Pattern[str]:
        """A word that speaks of all, of none, or of the first among many."""
        return any_of(self.universal)

    @cached_property
    def idiom(self) -> re.Pattern[str]:
        """A phrase whose words do not count."""
        return any_of(self.idioms)

    @cached_property
    def up(self) -> re.Pattern[str]:
        """A word that says that something rose."""
        return any_of(self.rising)

    @cached_property
    def down(self) -> re.Pattern[str]:
        """A word that says that something fell."""
        return any_of(self.falling)

    @cached_property
    def amount(self) -> re.Pattern[str]:
        """What may stand between a word of direction and its number: at most three words, the word that leads to an
        amount ("by"), and at most two more ("by about")."""
        word = r"[^\W\d_]+(?:['’-][^\W\d_]+)*['’]?"
        lead = any_of(self.by).pattern
        return re.compile(rf"(?:[\s,]+{word}){{0,3}}?[\s,]+(?:{lead})(?:\s*{word}){{0,2}}\s*", re.I)


def any_of(phrases: Iterable[str]) -> re.Pattern[str]:
    """An expression that finds any of the phrases as whole words, the longest first; nothing when there are none."""
    by_letter: dict[str, list[str]] = {}
    for phrase in sorted(set(phrases), key=lambda phrase: (-len(phrase), phrase)):
        by_letter.setdefault(phrase[0].lower(), []).append(as_written(phrase))
    if not by_letter:
        return _NOTHING
    groups = (f"(?={re.escape(letter)})(?:{'|'.join(group)})" for letter, group in sorted(by_letter.items()))
    first = "".join(map(re.escape, sorted(by_letter)))
    return re.compile(rf"(?<![^\W_])(?=[{first}])(?:{'|'.join(groups)})", re.I)


def as_written(phrase: str) -> str:
    """The expression of one phrase, up to the end of its last word."""
    parts = (re.sub("['’]", "['’]", re.escape(part)) for part in re.split(r"[\s-]+", phrase))
    return r"[\s\-\u2010\u2011]+".join(parts) + (r"(?![^\W_])" if phrase[-1].isalnum() else "")


def read_wording(data: bytes, path: str) -> tuple[Wording, frozenset[str]]:
    """The bytes of wording.toml → its lists, and the names of those that it has. Raises SourceErrors."""
    spec = read_toml(data, path, "bad-wording")
    lists = {name: spec.texts(name) for name in LISTS}
    for name, phrases in lists.items():
        if any(not phrase.strip() for phrase in phrases):
            spec.problem(f'"{name}" holds an empty text', name, hint="delete it")
    spec.finish()
    if spec.problems:
        raise SourceErrors(*spec.problems)
    return Wording(**lists), frozenset(name for name in LISTS if name in spec)


def wording_name(lang: str) -> str:
    """The list of words of a language, below the templates."""
    return f"locale/{lang.replace('-', '_')}/wording.toml"
