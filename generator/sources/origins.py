"""A record of origins ↔ its bytes: from which text of the source each block of a translation was made.

It stands beside the translation, and only the generator writes it: a stanza per block, in the order of the source, with
an empty line between, so that git merges changes of neighbouring blocks cleanly.

    # Written by communique: …
    source: fr

    paragraph 5be1f0c2a4d3968e
        Les exportations ont reculé.

A stanza opens with the kind of the block and the digest of the translated block; `-` says that the block has, on
purpose, no translation. A stanza without a text is of a block that stands in the translation alone, on purpose.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import get_args

from ..errors import Problem, SourceErrors, SourceRef, did_you_mean
from ..spec import decode
from .files import digest_of
from .passages import Kind

SUFFIX = ".origins"
_COMMENT = "# Written by communique: from which text of the source each block was made. Do not edit it by hand."
_KINDS: tuple[str, ...] = get_args(Kind)
_NONE = "-"
_INDENT = "    "
_WIDTH = 100
_SOURCE = re.compile(r"source: ([A-Za-z0-9-]+)")
_HEAD = re.compile(rf"(\S+) ([0-9a-f]{{16}}|{_NONE})")
_CONFLICT = re.compile(r"(?:<{7}|>{7}|\|{7})(?: |$)|={7}$")
_ACCEPT = "put back the file of an earlier version, or delete it; then run communique translate accept"


@dataclass(frozen=True)
class Origin:
    """A block of a translation, and what it was made from.

    `source` is the text of the source block, its white space made plain ("" for a block that stands in the translation
    alone, on purpose); `target` the digest of the translated block ("" for a source block that, on purpose, has none).
    """

    kind: str
    source: str
    target: str


@dataclass(frozen=True)
class Origins:
    """The record of a translation: the tag of the source language, and an origin per block, in the source's order."""

    source: str
    origins: tuple[Origin, ...]


def origins_path(text_path: str) -> str:
    """Where the record of a translation stands: beside its text."""
    return text_path.removesuffix(".md") + SUFFIX


def plain_space(text: str) -> str:
    """A block's text as it is compared and recorded: every run of white space is one space, letters are composed."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def block_digest(text: str) -> str:
    """The digest by which a translated block is known again, wherever it stands."""
    return digest_of(plain_space(text))[:16]


def read_origins(data: bytes, path: str) -> Origins:
    """The bytes of a record → the record. Raises SourceErrors with everything that is wrong in it."""
    lines = decode(data, path).split("\n")
    if conflicts := [number for number, line in enumerate(lines, 1) if _CONFLICT.match(line)]:
        where = SourceRef(path, conflicts[0])
        raise SourceErrors(Problem("bad-origins", "the record holds the marks of a conflict in git", where, _MERGE))
    reader = _Reader(path)
    for number, line in enumerate(lines, 1):
        reader.take(line.rstrip(), number)
    return reader.record()


_MERGE = "keep one of the two versions of the file (git checkout --ours); then run communique translate status"


@dataclass
class _Reader:
    """Reads a record line by line."""

    path: str
    source: str = ""
    stanzas: list[tuple[str, str, list[str]]] = field(default_factory=list)
    lost: bool = False
    problems: list[Problem] = field(default_factory=list)

    def take(self, line: str, number: int) -> None:
        if not line or line.startswith("#"):
            return
        if line.startswith(_INDENT):
            if self.stanzas and not self.lost:
                self.stanzas[-1][2].append(line.strip())
            elif not self.lost:
                self.wrong("these words stand under no block", number)
            return
        if found := _SOURCE.fullmatch(line):
            self.source = found.group(1)
            return
        found = _HEAD.fullmatch(line)
        self.lost = found is None or found.group(1) not in _KINDS
        if found is not None and not self.lost:
            self.stanzas.append((found.group(1), found.group(2), []))
        elif found is not None:
            nearest = did_you_mean(found.group(1), _KINDS)
            self.wrong(f'the record knows no kind of block "{found.group(1)}"', number, f"{nearest}; else {_ACCEPT}")
        else:
            self.wrong("this line is no part of a record", number)

    def wrong(self, message: str, number: int, hint: str = _ACCEPT) -> None:
        self.problems.append(Problem("bad-origins", message, SourceRef(self.path, number), hint))

    def record(self) -> Origins:
        if not self.source:
            self.wrong("the record does not say from which language it is: source: fr", 1)
        if self.problems:
            raise SourceErrors(*self.problems)
        made = ((kind, plain_space(" ".join(words)), target) for kind, target, words in self.stanzas)
        return Origins(
            self.source, tuple(Origin(kind, words, target.replace(_NONE, "")) for kind, words, target in made)
        )


def write_origins(origins: Origins) -> bytes:
    """A record → its bytes: the same record has the same bytes."""
    stanzas = [f"{_COMMENT}\nsource: {origins.source}\n"]
    for origin in origins.origins:
        head = f"{origin.kind} {origin.target or _NONE}"
        stanzas.append("\n".join([head, *(_INDENT + line for line in _wrapped(origin.source))]) + "\n")
    return "\n".join(stanzas).encode()


def _wrapped(text: str) -> Iterator[str]:
    """The lines of a text: whole words, and no line over the width but for a word that is longer."""
    line: list[str] = []
    length = 0
    for word in text.split():
        if line and length + len(word) > _WIDTH:
            yield " ".join(line)
            line, length = [], 0
        line.append(word)
        length += len(word) + 1
    if line:
        yield " ".join(line)
