"""What is wrong, where, and what to do about it: problems are values; exceptions carry them.

    CommuniqueError
    ├── SourceErrors      the author's files have problems; carries all that were found
    ├── FactError         a question to the data has no answer (internal: it becomes a Problem where it was asked)
    ├── UsageError        the command line asks for something that cannot be done
    ├── StaleSource       a file changed on disk while the build was reading it
    ├── OutputError       the output folder cannot be used (not ours, not writable, locked)
    └── PublishError      a site cannot be sealed, published or verified as asked

A check never raises for an author's mistake: it returns `Problem`s, and the build decides what they cost.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Literal

Level = Literal["error", "warning", "hint"]
LEVELS: tuple[Level, ...] = ("error", "warning", "hint")

#: Every problem code, with the sentence that the reference page opens its entry with.
CODES: dict[str, str] = {
    "bad-announcement": "What a release announces of itself cannot stand in the calendar.",
    "bad-config": "site.toml has a key or a value that means nothing to the generator.",
    "bad-csv": "A CSV file cannot be read as the table that release.toml declares.",
    "bad-encoding": "A text file is not UTF-8.",
    "bad-figure": "The text between `{{` and `}}` is not a figure.",
    "bad-front-matter": "The block between the two `---` lines is missing, not closed, or not YAML.",
    "bad-link": "A link has a form that may not reach a page.",
    "bad-message": "A translation cannot take the place of its text: placeholders or plural forms differ.",
    "bad-origins": "The record of a translation cannot be read, or is of another source language.",
    "bad-path": "A path or a slug leaves the folder that it belongs to.",
    "bad-release": "release.toml has a key or a value that means nothing to the generator.",
    "bad-schema": "A Table Schema cannot be read, or does not describe its CSV.",
    "bad-slug": "A slug is not made of lower-case letters, digits and single hyphens.",
    "bad-syntax": "A TOML, JSON or Markdown block cannot be parsed.",
    "bad-terms": "terms.csv has a row or a column that means nothing to the generator.",
    "bad-value": "A cell does not hold what its schema promises.",
    "bad-wording": "A wording.toml has a key or a value that means nothing to the generator.",
    "bad-xliff": "An XLIFF file cannot be read, or is not of this site.",
    "broken-link": "A link goes to a page or an anchor that the site does not have.",
    "changed-source": "A file changed while the build was reading it.",
    "claim-false": "The data refute a claim that the prose makes.",
    "claim-missing": "The prose says something of all, or of the first, that no claim tests.",
    "claim-unused": "A claim is defined but no prose asserts it.",
    "correction-to-come": "A correction is to come, or not written yet, and what it corrects would be shown before it.",
    "duplicate-address": "Two pages would have the same address.",
    "duplicate-key": "Two rows of a table have the same key, or a name is defined twice.",
    "embargo-leak": "An output of the public site shows something of a release that is not public.",
    "empty-cell": "A figure, a claim or a chart needs a cell that has no value.",
    "figure-form": "A figure cannot be printed in the form that the text asks for.",
    "fuzzy-message": "A translation of a text of the templates is marked as doubtful.",
    "language-coming": "A language is in preparation, and something of it is not there yet.",
    "language-difference": "The languages of a release differ in figures, claims, charts, headings, notes or links.",
    "literal-unused": "A literal is declared but no text needs it.",
    "missing-file": "A file that is named elsewhere does not exist.",
    "missing-key": "A required key is absent.",
    "missing-label": "A code has no name in a language.",
    "missing-language": "A release has no text in one of the site's languages.",
    "missing-message": "The catalogue of a language lacks a text of the templates.",
    "missing-time-zone": "An instant does not say its time zone.",
    "number-mismatch": "A number in the output is not the one that the data give.",
    "orphan-text": "A text belongs to no release, or a record to no translation.",
    "overdue": "A date that the calendar announced has passed, and the release is not public.",
    "raw-html": "Content holds HTML, which never reaches a page.",
    "rounding-differs": "A text prints the same figure with different numbers of decimals.",
    "sign-contradicted": "A word says that something rose, or fell, and the figure after it says the opposite.",
    "template-error": "A template cannot be read or rendered.",
    "term-missing": "A translated block has none of the agreed terms for a term of its source.",
    "too-large": "A source file is larger than the limit.",
    "translation-extra": "A block stands in a translation, and translates nothing in the source.",
    "translation-missing": "A block of the source has no translation.",
    "translation-outdated": "A block of the source has changed since it was translated.",
    "translation-unrecorded": "A translation, or some blocks of it, are not in the record of what they were made from.",
    "typography": "A text is set in a way that is doubtful in its language.",
    "unbound-number": "A text holds a number that comes from no cell.",
    "unit-mixed": "Numbers of different units are compared or shown as one, such as per cent and percentage points.",
    "unknown-chart": "The text shows a chart that release.toml does not define.",
    "unknown-claim": "The text asserts a claim that release.toml does not define.",
    "unknown-figure": "The text prints a figure that release.toml does not define.",
    "unknown-form": "A figure is asked for in a form that does not exist.",
    "unknown-member": "A code is not a member of its dimension.",
    "unknown-release": "A link names a release that the site does not have.",
    "unknown-table": "A table is named that release.toml does not define.",
    "xliff-unit": "A translation in an XLIFF file cannot be taken over as it is.",
}


#: What one language of a release owes to another. It stops a build, but not a preview: one is written before the other.
BETWEEN_LANGUAGES = ("language-difference", "missing-language", "translation-outdated")
#: What no site can let pass.
ALWAYS_ERRORS = ("embargo-leak",)

_LONGEST = 240
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ue000-\uf8ff]")


def _plain(text: str) -> str:
    """Text from a file as a listing may show it: on one line, without control characters, and not endless."""
    shown = _UNPRINTABLE.sub(lambda found: f"\\u{ord(found.group()):04x}", text)
    return shown if len(shown) <= _LONGEST else f"{shown[: _LONGEST - 60]} … {shown[-50:]}"


@dataclass(frozen=True, order=True)
class SourceRef:
    """A place in a source file: its path below the site's root (POSIX), and its line from 1 (0: the whole file)."""

    path: str
    line: int = 0


@dataclass(frozen=True)
class Problem:
    """One finding. `message` says what is wrong, `hint` what to do; `details` are rows or lines that show it."""

    code: str
    message: str
    where: SourceRef
    hint: str = ""
    level: Level = "error"
    details: tuple[str, ...] = field(default=())

    def __post_init__(self) -> None:
        assert self.code in CODES, self.code
        object.__setattr__(self, "message", _plain(self.message))
        object.__setattr__(self, "hint", _plain(self.hint))
        object.__setattr__(self, "details", tuple(map(_plain, self.details)))

    def at_level(self, level: Level) -> Problem:
        """The same finding with another level."""
        return replace(self, level=level)

    def sort_key(self) -> tuple[int, str, int, str, str]:
        """Order of a listing: errors first, then by place."""
        return LEVELS.index(self.level), self.where.path, self.where.line, self.code, self.message

    def text(self) -> str:
        """The finding as people read it: place, level, message and code; then details and hint, indented."""
        place = self.where.path + (f":{self.where.line}" if self.where.line else "")
        lines = [f"{place}: {self.level}: {self.message} [{self.code}]"]
        lines += [f"    {detail}" for detail in self.details]
        if self.hint:
            lines.append(f"    → {self.hint}")
        return "\n".join(lines)


def in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Problems without repeats, in the order of a listing; of the same at two levels, the graver one."""
    found: dict[Problem, Problem] = {}
    for problem in sorted(problems, key=Problem.sort_key):
        found.setdefault(problem.at_level("error"), problem)
    return tuple(found.values())


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """A hint that names the closest known name, or lists a few when none is close; empty when nothing is known."""
    names = sorted(set(known))
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.6)
    if close:
        return f'did you mean "{close[0]}"?'
    if not names:
        return ""
    return "known: " + ", ".join(names[:12]) + (", …" if len(names) > 12 else "")


class CommuniqueError(Exception):
    """Base of everything that the generator raises on purpose."""


class SourceErrors(CommuniqueError):
    """The sources have problems; `problems` holds all that were found before work had to stop."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("\n".join(problem.text() for problem in problems))
        self.problems = problems

    def __reduce__(self) -> tuple[type[SourceErrors], tuple[Problem, ...]]:
        return type(self), self.problems


class UsageError(CommuniqueError):
    """The command line asks for something that cannot be done."""


class StaleSource(CommuniqueError):
    """A source changed on disk between two readings of one build; `path` says which."""

    def __init__(self, path: str) -> None:
        super().__init__(f"{path} changed during the build")
        self.path = path

    def __reduce__(self) -> tuple[type[StaleSource], tuple[str]]:
        return type(self), (self.path,)


class OutputError(CommuniqueError):
    """The output folder cannot be used; the message says why and what to do."""


class PublishError(CommuniqueError):
    """A site cannot be sealed, published or verified as asked; the message says why, what readers have, what to do."""


class FactError(CommuniqueError):
    """A question to the data has no answer; whoever asked knows the place and makes a `Problem` of it.

    `where` is the place of the mistake, when that is not the place that asked: a definition, or a catalogue.
    """

    def __init__(self, code: str, message: str, hint: str = "", where: SourceRef | None = None) -> None:
        super().__init__(message)
        self.code, self.message, self.hint, self.where = code, message, hint, where

    def at(self, where: SourceRef, prefix: str = "") -> Problem:
        """The same, with its place."""
        if self.where is not None:
            return Problem(self.code, self.message, self.where, self.hint)
        return Problem(self.code, prefix + self.message, where, self.hint)

    def blamed_on(self, where: SourceRef, prefix: str) -> FactError:
        """The same error, of the definition at a place."""
        if self.where is not None:
            return self
        return FactError(self.code, prefix + self.message, self.hint, where)
