"""A Frictionless Table Schema (JSON) → Schema: the part of the standard that describes a statistical table.

Supported: field types string, number, integer, year, yearmonth, any; constraints required, enum, pattern, minimum,
maximum, minLength, maxLength; missingValues; primaryKey, which must be the table's dimensions. Anything else is an
error rather than a promise that nobody keeps. The standard: https://specs.frictionlessdata.io/table-schema/
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from ..definitions import TableSpec
from ..errors import Problem, SourceErrors, SourceRef, did_you_mean
from ..spec import decode

_TYPES = {
    "string": r"(?s).*",
    "any": r"(?s).*",
    "number": r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)",
    "integer": r"[+-]?[0-9]+",
    "year": r"[0-9]{4}",
    "yearmonth": r"[0-9]{4}-(0[1-9]|1[0-2])",
}
_CONSTRAINTS = ("required", "enum", "pattern", "minimum", "maximum", "minLength", "maxLength")
_TOP = ("fields", "missingValues", "primaryKey")
_FIELD = ("name", "type", "constraints", "format")
#: What the standard lets a schema say for people: it has no effect here.
_WORDS = ("$schema", "title", "description", "name", "example", "rdfType", "homepage", "version", "created", "keywords")
#: Seconds that a pattern may take for one cell: some patterns would try for ever on some texts.
_PATIENCE = 0.1


@dataclass(frozen=True)
class SchemaField:
    """A column: its name, its type and its constraints."""

    name: str
    type: str
    shape: re.Pattern[str]
    missing: frozenset[str]
    required: bool = False
    enum: frozenset[str] = frozenset()
    pattern: Any = None
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    lengths: tuple[int | None, int | None] = (None, None)

    def wrong(self, text: str) -> str | None:
        """What is wrong with a cell of this column, or None. Raises TimeoutError when its pattern takes too long."""
        if text in self.missing:
            return "the cell is empty" if self.required else None
        if not self.shape.fullmatch(text):
            return f'"{text}" is not of the type "{self.type}"'
        if self.enum and text not in self.enum:
            return f'"{text}" is not one of the schema\'s codes; {did_you_mean(text, self.enum)}'
        if self.pattern is not None and not self.pattern.fullmatch(text, timeout=_PATIENCE):
            return f'"{text}" does not match the schema\'s pattern {self.pattern.pattern}'
        low, high = self.lengths
        if (low is not None and len(text) < low) or (high is not None and len(text) > high):
            return f'"{text}" is shorter or longer than the schema allows'
        if self.minimum is not None or self.maximum is not None:
            return self.out_of_bounds(Decimal(text))
        return None

    def out_of_bounds(self, number: Decimal) -> str | None:
        """What is wrong with a number of this column, or None."""
        if self.minimum is not None and number < self.minimum:
            return f"{number} is below the schema's minimum {self.minimum}"
        if self.maximum is not None and number > self.maximum:
            return f"{number} is above the schema's maximum {self.maximum}"
        return None


@dataclass(frozen=True)
class Schema:
    """A Table Schema: its fields by name, and the texts that stand for a missing value."""

    path: str
    fields: Mapping[str, SchemaField]
    missing: frozenset[str]


def read_schema(data: bytes, path: str, table: TableSpec) -> Schema:
    """A schema file's bytes → the schema of this table. Raises SourceErrors with everything that is wrong."""
    text = decode(data, path)
    hint = "every text stands in double quotes, and commas stand between entries; see docs/statistician.md"
    reader = _Reader(path, text)
    try:
        document = json.loads(text, object_pairs_hook=reader.once, parse_constant=reader.constant)
    except json.JSONDecodeError as error:
        where = SourceRef(path, error.lineno)
        raise SourceErrors(Problem("bad-schema", f"this is not JSON: {error.msg}", where, hint)) from None
    except (RecursionError, ValueError) as error:
        message = (
            "the document is nested too deeply" if isinstance(error, RecursionError) else f"this is not JSON: {error}"
        )
        raise SourceErrors(Problem("bad-schema", message, SourceRef(path, 1), hint)) from None
    schema = reader.schema(document, table)
    if reader.problems:
        raise SourceErrors(*reader.problems)
    return schema


class _Reader:
    """Reads one schema document and keeps what is wrong with it."""

    def __init__(self, path: str, text: str) -> None:
        self.path, self.text = path, text
        self.problems: list[Problem] = []

    def wrong(self, message: str, word: str = "", hint: str = "") -> None:
        at = self.text.find(json.dumps(word, ensure_ascii=False)) if word else -1
        line = self.text.count("\n", 0, at) + 1 if at >= 0 else 1
        self.problems.append(Problem("bad-schema", message, SourceRef(self.path, line), hint))

    def once(self, pairs: list[tuple[str, object]]) -> dict[str, object]:
        """A JSON object; a key that stands twice in it is a mistake."""
        names = [name for name, _value in pairs]
        for name in sorted({name for name in names if names.count(name) > 1}):
            self.wrong(f'"{name}" stands twice in one object', name, "keep one of them")
        return dict(pairs)

    def constant(self, text: str) -> None:
        """NaN and Infinity, which Python reads and JSON does not know."""
        line = self.text.count("\n", 0, self.text.index(text)) + 1
        hint = "write a number, or leave out the constraint"
        self.problems.append(Problem("bad-schema", f"{text} is not a number", SourceRef(self.path, line), hint))

    def unknown(self, keys: Iterable[str], known: tuple[str, ...], place: str) -> None:
        """Report keys that would have no effect."""
        for key in keys:
            if key not in known and key not in _WORDS:
                self.wrong(f'unknown key "{key}"{place}', key, did_you_mean(key, known))

    def schema(self, document: object, table: TableSpec) -> Schema:
        if not isinstance(document, dict) or not isinstance(document.get("fields"), list):
            hint = 'write { "fields": [{ "name": "region", "type": "string" }, …] }'
            self.wrong('a Table Schema is an object with a list "fields"', hint=hint)
            return Schema(self.path, {}, frozenset())
        self.unknown(document, _TOP, "")
        missing = document.get("missingValues", [""])
        if not isinstance(missing, list) or not all(isinstance(item, str) for item in missing):
            self.wrong('"missingValues" must be a list of texts', "missingValues", 'for example [""]')
            missing = [""]
        fields: dict[str, SchemaField] = {}
        for item in document["fields"]:
            found = self.field(item, frozenset(missing))
            if found is not None and found.name in fields:
                self.wrong(f'two fields are named "{found.name}"', found.name, "keep one of them")
            elif found is not None:
                fields[found.name] = found
        self.agrees(document, fields, table)
        return Schema(self.path, fields, frozenset(missing))

    def agrees(self, document: Mapping[str, object], fields: Mapping[str, SchemaField], table: TableSpec) -> None:
        for name in (*table.dimensions, table.value, *([table.status] if table.status else [])):
            if name not in fields:
                self.wrong(f'no field describes the column "{name}"', hint=did_you_mean(name, fields))
        value = fields.get(table.value)
        if value is not None and value.type not in ("number", "integer"):
            message = f'the field "{table.value}" holds the values, but its type is "{value.type}"'
            self.wrong(message, table.value, 'write "type": "number"')
        key = document.get("primaryKey")
        keys = [key] if isinstance(key, str) else key
        if keys is not None and (not isinstance(keys, list) or set(map(str, keys)) != set(table.dimensions)):
            message = f"the primary key differs from the table's dimensions: {', '.join(table.dimensions)}"
            self.wrong(message, "primaryKey", "name the same columns in both, or leave the primary key out")

    def field(self, item: object, missing: frozenset[str]) -> SchemaField | None:
        if not isinstance(item, dict) or not isinstance(item.get("name"), str):
            self.wrong('every field is an object with a "name"', "fields", 'for example { "name": "region" }')
            return None
        self.unknown(item, _FIELD, f' in the field "{item["name"]}"')
        if item.get("format", "default") != "default":
            hint = "leave it out: cells are written plainly"
            self.wrong(f'field "{item["name"]}": the format "{item["format"]}" is not supported', "format", hint)
        name, kind = item["name"], item.get("type", "string")
        if not isinstance(kind, str) or kind not in _TYPES:
            self.wrong(f'field "{name}": the type "{kind}" is not supported', name, f"use one of: {', '.join(_TYPES)}")
            kind = "any"
        limits = item.get("constraints", {})
        if not isinstance(limits, dict):
            self.wrong(f'field "{name}": "constraints" must be an object', name, 'for example { "required": true }')
            limits = {}
        for word in limits:
            if word not in _CONSTRAINTS:
                self.wrong(f'field "{name}": unknown constraint "{word}"', word, did_you_mean(word, _CONSTRAINTS))
        if not isinstance(limits.get("required", False), bool):
            self.wrong(f'field "{name}": "required" must be true or false', "required", "without quotes")
        enum = limits.get("enum", [])
        if not isinstance(enum, list) or not all(isinstance(code, (str, int)) for code in enum):
            self.wrong(f'field "{name}": "enum" must be a list of codes', "enum", 'for example ["BRU", "VLG"]')
            enum = []
        return SchemaField(
            name,
            kind,
            re.compile(_TYPES[kind]),
            missing,
            required=limits.get("required") is True,
            enum=frozenset(str(code) for code in enum),
            pattern=self.pattern(name, limits.get("pattern")),
            minimum=self.number(name, limits.get("minimum")),
            maximum=self.number(name, limits.get("maximum")),
            lengths=(self.length(name, limits.get("minLength")), self.length(name, limits.get("maxLength"))),
        )

    def pattern(self, name: str, value: object) -> Any:
        if value is None:
            return None
        import regex  # only for those who have patterns: it can be told how long to try

        try:
            return regex.compile(str(value))
        except (regex.error, RecursionError, OverflowError, ValueError) as error:
            hint = "see docs.python.org/3/library/re.html"
            self.wrong(f'field "{name}": the pattern is wrong: {error}', "pattern", hint)
            return None

    def number(self, name: str, value: object) -> Decimal | None:
        if value is None:
            return None
        try:
            number = Decimal(str(value))
        except InvalidOperation:
            number = Decimal("NaN")
        if isinstance(value, bool) or not number.is_finite():
            self.wrong(f'field "{name}": "{value}" is not a number', name, "write a number, without quotes")
            return None
        return number

    def length(self, name: str, value: object) -> int | None:
        if value is None or (isinstance(value, int) and not isinstance(value, bool) and value >= 0):
            return value
        self.wrong(f'field "{name}": "{value}" is not a length', name, "write a whole number")
        return None
