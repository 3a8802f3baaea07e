"""data/terms.csv → Terms: what an expression of the source is called in the other languages."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from ..errors import Problem, SourceErrors, SourceRef, did_you_mean
from ..spec import csv_mistake, decode_words

TERMS_FILE = "data/terms.csv"
NOTE = "note"
_STARRED = re.compile(r"[^\W_]\*(?=[\s\-\u2010\u2011]|$)")
#: Between the words of a term: white space or a hyphen, and the signs of emphasis, links and claims around words.
_SIGNS = r"[*_\[\]\ue001]*"
_GAP = rf"{_SIGNS}[\s\-\u2010\u2011][\s\-\u2010\u2011*_\[\]\ue001]*"


@dataclass(frozen=True)
class Term:
    """A row: the agreed forms in each language, a note for translators, and its line."""

    forms: Mapping[str, tuple[str, ...]]
    note: str
    line: int


@dataclass(frozen=True)
class Terms:
    """The terms of a site. `source` is the language whose terms are looked for in source texts."""

    source: str
    terms: tuple[Term, ...] = ()
    problems: tuple[Problem, ...] = ()

    @cached_property
    def finder(self) -> re.Pattern[str]:
        """An expression that finds the longest term of the source at a place; its group `tN` says which term."""
        forms = [(form, number) for number, term in enumerate(self.terms) for form in term.forms[self.source]]
        by_letter: dict[str, list[str]] = {}
        for place, (form, number) in enumerate(sorted(forms, key=lambda one: (-len(one[0]), one))):
            by_letter.setdefault(form[0].lower(), []).append(f"(?P<t{number}_{place}>{form_pattern(form)})")
        groups = "|".join(f"(?={re.escape(letter)})(?:{'|'.join(found)})" for letter, found in by_letter.items())
        return re.compile(rf"(?<![^\W_])(?:{groups})" if groups else r"(?!)", re.I)

    def standing_in(self, text: str) -> Terms:
        """Those of which a text holds some form, apart or within another term."""
        found = {number for _start, _end, number in self._places(text)}
        return Terms(self.source, tuple(term for number, term in enumerate(self.terms) if number in found))

    def found_in(self, text: str) -> tuple[tuple[int, int, Term], ...]:
        """The terms of the source in a text without signs, each with its place; of two that overlap, the longer one."""
        found = [(start, end, self.terms[number]) for start, end, number in self._places(text)]
        kept: list[tuple[int, int, Term]] = []
        for one in sorted(found, key=lambda one: (one[0] - one[1], one[0])):
            if all(one[1] <= other[0] or other[1] <= one[0] for other in kept):
                kept.append(one)
        return tuple(sorted(kept, key=lambda one: one[:2]))

    def _places(self, text: str) -> Iterator[tuple[int, int, int]]:
        """Start, end and number of the longest term at each place where one begins."""
        at = 0
        while match := self.finder.search(text, at):
            assert match.lastgroup is not None
            yield *match.span(), int(match.lastgroup[1:].partition("_")[0])
            at = match.start() + 1


def form_pattern(form: str) -> str:
    """The expression of one form as whole words: either apostrophe, any white space or hyphen, `*` for endings."""
    parts = []
    for word in re.split(r"[\s\-\u2010\u2011]+", form):
        ending = r"[^\W\d_]*" if word.endswith("*") else ""
        parts.append(re.sub("['’]", "['’]", re.escape(word.removesuffix("*"))) + ending)
    return _GAP.join(parts) + r"(?![^\W_])"


def composed(text: str) -> str:
    """A text whose accents are parts of their letters, however they were typed."""
    return unicodedata.normalize("NFC", text)


def read_terms(data: bytes, tags: Sequence[str]) -> Terms:
    """The bytes of terms.csv → its terms, in the languages that it has columns for, and what is wrong."""
    try:
        text = composed(decode_words(data, TERMS_FILE))
    except SourceErrors as errors:
        return Terms(tags[0], (), errors.problems)
    reader = _Reader(tuple(tags))
    reader.read(text)
    return Terms(tags[0], tuple(reader.terms), tuple(reader.problems))


class _Reader:
    """Reads rows, and collects what is wrong."""

    def __init__(self, tags: tuple[str, ...]) -> None:
        self.tags = tags
        self.terms: list[Term] = []
        self.problems: list[Problem] = []
        self.seen: dict[str, int] = {}

    def wrong(self, message: str, line: int, hint: str) -> None:
        self.problems.append(Problem("bad-terms", message, SourceRef(TERMS_FILE, line), hint))

    def read(self, text: str) -> None:
        rows = csv.reader(io.StringIO(text, newline=""), strict=True)
        start = 1
        try:
            head = [name.strip() for name in next(rows, [])]
            if not self.columns(head):
                return
            start = rows.line_num + 1
            for row in rows:
                if any(cell.strip() for cell in row):
                    self.row(head, row, start)
                start = rows.line_num + 1
        except csv.Error as error:
            message, hint = csv_mistake(error)
            self.wrong(message, start, hint)

    def columns(self, head: list[str]) -> bool:
        """Whether the first line names columns that can be read."""
        source, known = self.tags[0], (*self.tags, NOTE)
        before = len(self.problems)
        if source not in head:
            hint = f"the first line must be: {','.join(known)}"
            if head and ";" in head[0]:
                hint += ", with commas between the columns, not semicolons"
            self.wrong(f'there is no column "{source}", the language of the source', 1, hint)
        for name in dict.fromkeys(head):
            if name not in known:
                self.wrong(f'the column "{name}" is no language of the site', 1, did_you_mean(name, known))
            elif head.count(name) > 1:
                self.wrong(f'two columns are named "{name}"', 1, "keep one of them")
        return len(self.problems) == before

    def row(self, head: list[str], row: list[str], line: int) -> None:
        if len(row) != len(head):
            hint = "put a cell that holds a comma in double quotes"
            self.wrong(f"{len(row)} cells under {len(head)} columns", line, hint)
            return
        cells = dict(zip(head, row, strict=True))
        forms = {tag: self.forms(cells[tag], line) for tag in self.tags if tag in cells}
        if any(found is None for found in forms.values()):
            return
        source = self.tags[0]
        sound = {tag: found for tag, found in forms.items() if found is not None}
        if not sound[source]:
            self.wrong(
                f'the row has no term in "{source}", the language of the source', line, "write it, or delete the row"
            )
            return
        for form in sound[source]:
            same = self.seen.setdefault(" ".join(form.lower().split()), line)
            if same != line:
                self.wrong(
                    f'"{form}" stands here and on line {same}', line, "keep one of the rows, with all agreed forms"
                )
                return
        self.terms.append(Term(sound, cells.get(NOTE, "").strip(), line))

    def forms(self, cell: str, line: int) -> tuple[str, ...] | None:
        """The forms of a cell; None when one of them cannot be looked for."""
        if not cell.strip():
            return ()
        found = tuple(form.strip() for form in cell.split("|"))
        for form in found:
            if not form:
                self.wrong(f'"{cell.strip()}" has an empty form', line, "write a form on each side of |")
                return None
            if len(_STARRED.findall(form)) != form.count("*") or not form[0].isalnum():
                hint = "* stands for the endings of a word, and only at its end: régional*"
                self.wrong(f'"{form}" cannot be looked for', line, hint)
                return None
        return found
