"""data/labels.csv → the names of codes in every language."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from ..errors import Problem, SourceErrors, SourceRef
from ..spec import csv_mistake, decode_words

LABELS_FILE = "data/labels.csv"
#: The code whose names are addresses: where a reader can write to.
CONTACT = "site.contact"


@dataclass(frozen=True)
class Labels:
    """Names of codes: language → code → name, and the line of each code. An empty cell is a name that is missing.

    A language in preparation has the source's name where it has none of its own; `lacking` says how often.
    """

    names: Mapping[str, Mapping[str, str]]
    lines: Mapping[str, int]
    problems: tuple[Problem, ...] = ()
    lacking: Mapping[str, int] = field(default_factory=dict)


def is_contact(address: str) -> bool:
    """Whether an address may stand behind the link "Contact"."""
    return re.fullmatch(r"(mailto:|https?://)[^\s]+", address) is not None


class _Unread(dict[str, str]):
    """Names that cannot be read: every code stands for itself, so that only the file's own mistake is told."""

    def get(self, code: str, default: str | None = None) -> str:  # type: ignore[override]  # never None
        return super().get(code, code)


def missing_labels(tags: tuple[str, ...], *, told: bool) -> Labels:
    """The names of a site without labels.csv: none; `told` when it is already known why."""
    hint = f"write it: its first line is code,{','.join(tags)}, and each other line names a code in every language"
    problem = Problem("missing-file", f"there is no file {LABELS_FILE}", SourceRef(LABELS_FILE), hint)
    return Labels({tag: _Unread() for tag in tags}, {}, () if told else (problem,))


def read_labels(data: bytes, tags: tuple[str, ...]) -> Labels:
    """The bytes of labels.csv → the names that it gives in the site's languages. Raises SourceErrors."""
    labels = parse_labels(data, tags)
    if labels.problems:
        raise SourceErrors(*labels.problems)
    return labels


def parse_labels(data: bytes, tags: tuple[str, ...], coming: tuple[str, ...] = ()) -> Labels:
    """The bytes of labels.csv → the names, and what is wrong; then a code that it does not name names itself.

    The columns of languages in preparation (`coming`) may be absent or incomplete; no mistake in them is an error.
    """
    try:
        names, lines, problems = _read(decode_words(data, LABELS_FILE), tags, coming)
    except SourceErrors as errors:
        return Labels({tag: _Unread() for tag in tags}, {}, errors.problems)
    if any(problem.level == "error" for problem in problems):
        return Labels({tag: _Unread(named) for tag, named in names.items()}, lines, tuple(problems))
    source = names[tags[0]]
    lacking = {tag: sum(1 for code in source if code not in names[tag]) for tag in coming}
    return Labels(names | {tag: source | names[tag] for tag in coming}, lines, tuple(problems), lacking)


def _read(
    text: str, tags: tuple[str, ...], coming: tuple[str, ...]
) -> tuple[dict[str, dict[str, str]], Mapping[str, int], list[Problem]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    names: dict[str, dict[str, str]] = {tag: {} for tag in tags}
    lines: dict[str, int] = {}
    problems: list[Problem] = []
    start = 1
    try:
        head = next(reader, [])
        columns = _columns(head, tuple(tag for tag in tags if tag not in coming or tag in head), problems)
        start = reader.line_num + 1
        for row in reader:
            if row:
                _read_row(row, start, head, columns, names, lines, problems, coming)
            start = reader.line_num + 1
    except csv.Error as error:
        message, hint = csv_mistake(error)
        problems.append(Problem("bad-csv", message, SourceRef(LABELS_FILE, start), hint))
    return names, lines, problems


def _columns(head: list[str], tags: tuple[str, ...], problems: list[Problem]) -> Mapping[str, int]:
    for name in ("code", *tags):
        if name not in head:
            hint = f"the first line must be: code,{','.join(tags)}"
            if head and ";" in head[0]:
                hint += ", with commas between the columns, not semicolons"
            problems.append(Problem("bad-csv", f'there is no column "{name}"', SourceRef(LABELS_FILE, 1), hint))
        elif head.count(name) > 1:
            message = f'two columns are named "{name}"'
            problems.append(Problem("duplicate-key", message, SourceRef(LABELS_FILE, 1), "keep one of them"))
    if problems:
        raise SourceErrors(*problems)
    return {name: head.index(name) for name in ("code", *tags)}


def _read_row(
    row: list[str],
    line: int,
    head: list[str],
    columns: Mapping[str, int],
    names: dict[str, dict[str, str]],
    lines: dict[str, int],
    problems: list[Problem],
    coming: tuple[str, ...],
) -> None:
    where = SourceRef(LABELS_FILE, line)
    if len(row) != len(head):
        hint = "put a name that holds a comma in double quotes"
        problems.append(Problem("bad-csv", f"{len(row)} cells under {len(head)} columns", where, hint))
        return
    code = row[columns["code"]].strip()
    if not code:
        problems.append(Problem("bad-csv", "a row has no code", where, "delete the row, or give it a code"))
    elif code in lines:
        message = f'the code "{code}" stands here and on line {lines[code]}'
        problems.append(Problem("duplicate-key", message, where, "keep one of them"))
    else:
        lines[code] = line
        for tag in [tag for tag in names if tag in columns]:
            name = row[columns[tag]].strip()
            doubtful = ".pattern" in code and name.count("{}") != 1
            if name and not (doubtful and tag in coming):
                names[tag][code] = name
            if name and doubtful:
                message = f'"{name}" does not say where the number stands'
                found = Problem("bad-value", message, where, "write {} once, where the number stands")
                problems.append(found.at_level("warning") if tag in coming else found)
