"""TOML text → typed values, key by key; every mistake becomes a `Problem` with its line. tomli's home.

A `Spec` is one TOML table being read. Each reader method takes a key off it; `finish` reports the keys that nobody
asked for. Reading goes on after a mistake, so that one run shows them all.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import cached_property
from types import MappingProxyType
from typing import Any

import tomli

from .errors import Problem, SourceErrors, SourceRef, did_you_mean

_HEADER = re.compile(r"^\s*\[{1,2}\s*(.+?)\s*\]{1,2}\s*(?:#.*)?$")
_KEY = re.compile(r"""^\s*((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*=""")
_PART = re.compile(r"""[\w-]+|"[^"]*"|'[^']*'""")

#: Characters that nobody sees, and that no feed may hold; and those that this program marks places in texts with.
_HIDDEN = re.compile("[\ue000-\uf8ff\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")

#: How TOML writes a character as a number, or one of those that it has a letter for.
_ESCAPED = re.compile(r"\\[bfeuUx]")


def _dotted(text: str) -> tuple[str, ...]:
    return tuple(part.strip("\"'") for part in _PART.findall(text))


def locate(text: str) -> Mapping[tuple[str, ...], int]:
    """Line (from 1) of every table header and of every key of a TOML text; tomli itself does not tell.

    Elements of an array of tables are told apart by their number: `("charts", "x", "panels", "0")`.
    """
    lines: dict[tuple[str, ...], int] = {}
    counts: dict[tuple[str, ...], int] = {}
    prefix: tuple[str, ...] = ()
    quote, depth = "", 0
    for number, line in enumerate(text.split("\n"), 1):
        inside = quote or depth > 0
        quote, depth = _still_open(line, quote, depth)
        if inside:
            continue
        if header := _HEADER.match(line):
            prefix = _dotted(header.group(1))
            if line.lstrip().startswith("[["):
                counts[prefix] = counts.get(prefix, -1) + 1
                prefix = (*prefix, str(counts[prefix]))
            _remember(lines, prefix, number)
            depth = 0
        elif key := _KEY.match(line):
            _remember(lines, (*prefix, *_dotted(key.group(1))), number)
    return MappingProxyType(lines)


_SIGNS = re.compile(r'''"""|\'{3}|"(?:[^"\\]|\\.)*"|'[^']*'|[\[\]{}]|#.*''')


def _still_open(line: str, quote: str, depth: int) -> tuple[str, int]:
    """Which long quotation, and how many brackets, are open after a line, given those that were before it."""
    position = 0
    while position <= len(line):
        if quote:
            end = line.find(quote, position)
            if end < 0:
                return quote, depth
            position, quote = end + 3, ""
        found = _SIGNS.search(line, position)
        if found is None:
            break
        sign, position = found.group(), found.end()
        if sign in ('"""', "'''"):
            quote = sign
        else:
            depth += (sign in "[{") - (sign in "]}")
    return "", depth


def _remember(lines: dict[tuple[str, ...], int], path: tuple[str, ...], number: int) -> None:
    for end in range(1, len(path) + 1):
        lines.setdefault(path[:end], number)


def decode(data: bytes, path: str) -> str:
    """Bytes of a text file → text with `\\n` line ends; a UTF-8 byte order mark is dropped.

    Raises SourceErrors: `bad-encoding` (with the line of the first bad byte) or `bad-syntax` for a NUL.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        problem = Problem(
            "bad-encoding",
            f"this is not UTF-8 (byte 0x{data[error.start]:02x})",
            SourceRef(path, line),
            "save the file as UTF-8",
        )
        raise SourceErrors(problem) from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise SourceErrors(
            Problem("bad-encoding", "the file holds a NUL byte", SourceRef(path, line), "save the file as UTF-8 text")
        )
    return text.replace("\r\n", "\n").replace("\r", "\n")


def decode_words(data: bytes, path: str) -> str:
    """The same of a file whose words readers get: it holds no control character, and none for private use."""
    text = decode(data, path)
    if found := _HIDDEN.search(text):
        raise SourceErrors(_told(found, SourceRef(path, text.count("\n", 0, found.start()) + 1)))
    return text


def hidden_character(text: str, where: SourceRef) -> Problem | None:
    """What is wrong with words in which there is such a character; None where there is none."""
    found = _HIDDEN.search(text)
    return None if found is None else _told(found, where)


def _told(found: re.Match[str], where: SourceRef) -> Problem:
    message = f"the text holds the control or private character U+{ord(found.group()):04X}"
    return Problem("bad-encoding", message, where, "delete it")


def csv_mistake(error: Exception) -> tuple[str, str]:
    """What the csv module says of a file that is not CSV → a message and a hint."""
    reason = str(error)
    if "unexpected end of data" in reason:
        return "a quotation mark begins a cell here, and none ends it", 'close it, or write "" for a mark within a cell'
    if "expected after" in reason:
        return "text follows the quotation mark that ends a cell", 'write "" for a quotation mark within a cell'
    if "field larger" in reason:
        return "a cell of this row is endless", "look for a quotation mark that is not closed"
    return f"this is not CSV: {reason}", "export the table anew, as CSV"


def read_toml(data: bytes, path: str, code: str) -> Spec:
    """A TOML file → its root table. `code` is the problem code of what is wrong inside. Raises SourceErrors."""
    text = decode_words(data, path)
    try:
        values = tomli.loads(text)
    except tomli.TOMLDecodeError as error:
        found = re.search(r"line (\d+)", str(error))
        line = int(found.group(1)) if found else text.count("\n") + 1
        raise SourceErrors(_not_toml(re.sub(r" [(]at .*[)]$", "", str(error)), SourceRef(path, line))) from None
    except RecursionError:
        hint = "no table of a site needs more than five levels"
        raise SourceErrors(Problem("bad-syntax", "tables are nested too deeply", SourceRef(path, 1), hint)) from None
    except ValueError as error:  # Python's own limits, such as that of a whole number's digits
        raise SourceErrors(
            Problem("bad-syntax", f"this is not TOML: {error}", SourceRef(path, 1), "see toml.io")
        ) from None
    lines = _Lines(text)
    spec = Spec(values, path, code, lines, ())
    if _ESCAPED.search(text):
        spec.problems += _hidden(values, path, lines)
    return spec


def _hidden(value: object, path: str, lines: _Lines, keys: tuple[str, ...] = ()) -> Iterator[Problem]:
    """The hidden characters in all texts of a table, which were written as escapes."""
    if isinstance(value, str):
        near = (lines.found[keys[:end]] for end in range(len(keys), 0, -1) if keys[:end] in lines.found)
        if problem := hidden_character(value, SourceRef(path, next(near, 0))):
            yield problem
    elif isinstance(value, dict):
        for key, one in value.items():
            yield from _hidden(one, path, lines, (*keys, key))
    elif isinstance(value, list):
        for number, one in enumerate(value):
            yield from _hidden(one, path, lines, (*keys, str(number)))


class _Lines:
    """The lines of a TOML text, looked for when the first one is asked for."""

    def __init__(self, text: str) -> None:
        self._text = text

    @cached_property
    def found(self) -> Mapping[tuple[str, ...], int]:
        return locate(self._text)


def _not_toml(reason: str, where: SourceRef) -> Problem:
    if reason.startswith(("Cannot overwrite", "Duplicate")):
        return Problem("duplicate-key", "this key stands twice in its table", where, "keep one of them")
    if reason.startswith("Cannot declare"):
        names = re.findall(r"'([^']*)'", reason)
        return Problem("duplicate-key", f"the table [{'.'.join(names)}] stands twice", where, "keep one of them")
    hint = "texts stand in quotes, lists in [ ], inline tables in { }; see toml.io"
    return Problem("bad-syntax", f"this is not TOML: {reason}", where, hint)


class Spec:
    """One TOML table, being read. `problems` is shared by all tables of a file."""

    def __init__(
        self,
        values: Mapping[str, object],
        path: str,
        code: str,
        lines: _Lines,
        at: tuple[str, ...],
        problems: list[Problem] | None = None,
    ) -> None:
        self._values = dict(values)
        self._asked: list[str] = []
        self._lines = lines
        self.path, self.code, self.at = path, code, at
        self.problems: list[Problem] = [] if problems is None else problems

    def __contains__(self, key: str) -> bool:
        return key in self._values

    @property
    def raw(self) -> Mapping[str, object]:
        """The table as tomli gave it: for digests."""
        return self._values

    @property
    def name(self) -> str:
        """The table's dotted name."""
        return ".".join(self.at)

    def line(self, *keys: str) -> int:
        """The line of a key of this table, else of the nearest table around it."""
        path = (*self.at, *keys)
        while path:
            if path in self._lines.found:
                return self._lines.found[path]
            path = path[:-1]
        return 1

    def problem(self, message: str, *keys: str, hint: str = "", code: str = "") -> None:
        """Note what is wrong with a key (or with the table as a whole)."""
        where = SourceRef(self.path, self.line(*keys))
        self.problems.append(Problem(code or self.code, message, where, hint))

    def _take(self, key: str, kind: type | tuple[type, ...], what: str, required: bool) -> Any:
        self._asked.append(key)
        if key not in self._values:
            if required:
                place = f"[{self.name}]" if self.at else "the file"
                self.problem(f'{place} lacks "{key}"', code="missing-key", hint=f"add {key} = … ({what})")
            return None
        value = self._values[key]
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            self.problem(f'"{key}" must be {what}, not {_kind(value)}', key)
            return None
        return value

    def text(self, key: str, default: str | None = None, *, required: bool = False) -> str | None:
        """A string that is not empty."""
        value = self._take(key, str, "a text", required)
        if value is not None and not value.strip():
            self.problem(f'"{key}" is empty', key, hint="write something, or delete the key")
            return default
        return default if value is None else str(value)

    def need(self, key: str) -> str:
        """A required string; empty when a problem was noted."""
        return self.text(key, required=True) or ""

    def choice(self, key: str, choices: tuple[str, ...], default: str) -> str:
        """One of a few words."""
        value = self.text(key, default)
        if value not in choices:
            self.problem(f'"{key}" cannot be "{value}"', key, hint=f"use one of: {', '.join(choices)}")
            return default
        return value

    def separator(self, key: str) -> str | None:
        """One character, or none at all (an empty text); None when absent."""
        value = self._take(key, str, "one character", False)
        if value is not None and len(value) > 1:
            self.problem(f'"{key}" must be one character, or empty', key)
        return value if value is None else str(value)

    def flag(self, key: str, default: bool = False) -> bool:
        """true or false; the default when absent."""
        value = self._take(key, bool, "true or false", False)
        return default if value is None else bool(value)

    def integer(self, key: str, default: int | None, low: int, high: int) -> int | None:
        """A whole number between two bounds."""
        value = self._take(key, int, "a whole number", False)
        if value is None:
            return default
        if not low <= value <= high:
            self.problem(f'"{key}" is {value}; it must lie between {low} and {high}', key)
            return default
        return int(value)

    def instant(self, key: str) -> datetime | None:
        """A required instant with its time zone."""
        value = self._take(key, object, "an instant such as 2025-12-18T08:30:00+01:00", True)
        if value is None:
            return None
        if not isinstance(value, datetime):
            self.problem(f'"{key}" must be an instant, not {_kind(value)}', key, hint="write 2025-12-18T08:30:00+01:00")
            return None
        if value.tzinfo is None:
            self.problem(
                f'"{key}" does not say its time zone',
                key,
                code="missing-time-zone",
                hint=f"write {value.isoformat()}+01:00, or the offset that holds there on that day",
            )
            return None
        if not 1900 <= value.year <= 2999:
            self.problem(f'"{key}" lies in the year {value.year}', key, hint="correct the year")
            return None
        return value

    def texts(self, key: str, *, required: bool = False) -> tuple[str, ...]:
        """A list of texts; a single text and whole numbers (years) are welcome."""
        value = self._take(key, (str, int, list), "a list of texts", required)
        if value is None:
            return ()
        items = value if isinstance(value, list) else [value]
        if any(not isinstance(item, (str, int)) or isinstance(item, bool) for item in items):
            self.problem(f'"{key}" must hold texts only', key)
            return ()
        if len({str(item) for item in items}) < len(items):
            self.problem(f'"{key}" names something twice', key, hint="name each once")
        return tuple(str(item) for item in items)

    def mapping(self, key: str) -> Mapping[str, str]:
        """A table of short texts; whole numbers (years) are welcome."""
        value = self._take(key, dict, "a table of codes", False) or {}
        result = {}
        for name, item in value.items():
            if isinstance(item, (str, int)) and not isinstance(item, bool):
                result[name] = str(item)
            else:
                self.problem(f'"{key}.{name}" must be a code, not {_kind(item)}', key, name)
        return MappingProxyType(result)

    def table(self, key: str) -> Spec:
        """A table inside this one; an empty one when absent."""
        return self._child(key, self._take(key, dict, "a table", False) or {})

    def tables(self, key: str) -> Iterator[tuple[str, Spec]]:
        """The tables inside a table: `[figures.a]`, `[figures.b]` → ("a", …), ("b", …)."""
        group = self.table(key)
        for name, value in group.raw.items():
            if isinstance(value, dict):
                yield name, group._child(name, value)
            else:
                group.problem(f'"{key}.{name}" must be a table, not {_kind(value)}', name)

    def array(self, key: str, read: Callable[[Spec], Any]) -> tuple[Any, ...]:
        """A list of tables, each read by `read`; a bare text stands for `{ code = text }`."""
        value = self._take(key, list, "a list", False) or []
        result = []
        for number, item in enumerate(value):
            if isinstance(item, (str, int)) and not isinstance(item, bool):
                item = {"code": str(item)}
            if not isinstance(item, dict):
                self.problem(f'"{key}" must hold tables, not {_kind(item)}', key)
                continue
            result.append(
                read(Spec(item, self.path, self.code, self._lines, (*self.at, key, str(number)), self.problems))
            )
        return tuple(result)

    def _child(self, key: str, values: Mapping[str, object]) -> Spec:
        return Spec(values, self.path, self.code, self._lines, (*self.at, key), self.problems)

    def finish(self) -> None:
        """Report the keys that nobody asked for."""
        for key in self._values:
            if key not in self._asked:
                place = f" in [{self.name}]" if self.at else ""
                self.problem(f'unknown key "{key}"{place}', key, hint=did_you_mean(key, self._asked))


def _kind(value: object) -> str:
    names = {bool: "true or false", int: "a whole number", float: "a number", str: "a text", list: "a list"}
    return names.get(type(value), "a table" if isinstance(value, dict) else f"a {type(value).__name__}")
