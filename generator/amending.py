"""What became of a release after its publication, as values: corrections, a withdrawal, an earlier edition."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Correction:
    """`[[corrections]]` of release.toml: from `at` on, the release says in each language what was wrong and what is
    right now. `changes` names the definitions that it is about (`figures.x`); `previous` the earlier edition that it
    took the place of (empty: none was kept)."""

    at: datetime
    texts: Mapping[str, str]
    changes: tuple[str, ...] = ()
    previous: str = ""


@dataclass(frozen=True)
class Withdrawal:
    """`[withdrawn]` of release.toml: from `at` on, all that is left of the release is why it was withdrawn."""

    at: datetime
    texts: Mapping[str, str]


@dataclass(frozen=True)
class EditionOf:
    """`[edition]` of release.toml: the folder holds what a release was before a correction, and which edition of it
    that is, counted from 1."""

    release: str
    number: int


@dataclass(frozen=True)
class Amendments:
    """What became of a release after its publication; and which release it is an earlier edition of, or which other one
    its data revise."""

    corrections: tuple[Correction, ...] = ()
    withdrawal: Withdrawal | None = None
    edition: EditionOf | None = None
    revises: str = ""
