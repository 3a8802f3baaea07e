"""What a commit left on disk, and what each target had asked: the memory that makes the next build small.

The index (sources, heads, units, targets) is read whole at every build and kept short; the record of each target's
questions, links and anchors is read only when something that it depends on has changed. SQLite's home.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import astuple, dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol

from ..errors import CommuniqueError, Problem, SourceRef
from ..facts.edition import Record
from ..model import DataFile, FeedText, Headline, Link, Part, Target
from ..sources.files import Known, Stamp
from ..sources.site import Memo

FORMAT = 6
#: From how many keys on it is quicker to read a column whole.
_MANY = 200
_PARTS: MappingProxyType[str, Callable[..., Part]] = MappingProxyType(
    {"Headline": lambda *fields: _headline(fields), "FeedText": FeedText}
)


@dataclass(frozen=True)
class Made:
    """A target as it was made: the digest and size of its bytes, its file's time, the units it depends on, what it
    shows, and the findings to be told again while it stays fresh."""

    target: Target
    digest: str
    size: int
    mtime_ns: int
    units: tuple[str, ...]
    charts: int
    problems: tuple[Problem, ...]
    failed: bool = False


@dataclass(frozen=True)
class Detail:
    """The long part of a target's record. `asked` is its questions, packed by `pack_record`."""

    asked: bytes
    links: tuple[Link, ...]
    anchors: tuple[str, ...]
    part: Part | None = None


class Details(Protocol):
    """Where the details of what was made are kept: a file, or memory."""

    def questions(self, keys: Iterable[str]) -> dict[str, Record]:
        """What some targets asked, and the digests of the answers that they got."""

    def links(self, keys: Iterable[str]) -> dict[str, tuple[Link, ...]]:
        """The links of some targets."""

    def anchors(self, keys: Iterable[str]) -> dict[str, frozenset[str]]:
        """The anchors of some targets."""

    def parts(self) -> dict[str, Part]:
        """Every part, by the key of its target."""


class NoDetails:
    """The details of a site that was never built."""

    def questions(self, keys: Iterable[str]) -> dict[str, Record]:
        """See `Details.questions`."""
        return {}

    def links(self, keys: Iterable[str]) -> dict[str, tuple[Link, ...]]:
        """See `Details.links`."""
        return {}

    def anchors(self, keys: Iterable[str]) -> dict[str, frozenset[str]]:
        """See `Details.anchors`."""
        return {}

    def parts(self) -> dict[str, Part]:
        """See `Details.parts`."""
        return {}


@dataclass(frozen=True)
class Manifest:
    """What one commit made.

    `broken` are the keys of pages with links that lead nowhere, where the site lets that pass. `damaged` says that
    somebody changed the output by hand, so that it must be staged again even if nothing is stale. `unpublished` says
    that it shows releases that are not public, so that nobody may publish it. `searched` has, for each release that was
    not public, the marks of the traces for which all outputs were searched.
    """

    generator: str = ""
    sources: Mapping[str, Known] = field(default_factory=dict)
    memo: Memo = field(default_factory=Memo)
    units: Mapping[str, str] = field(default_factory=dict)
    made: Mapping[str, Made] = field(default_factory=dict)
    broken: tuple[str, ...] = ()
    details: Details = field(default_factory=NoDetails)
    damaged: bool = False
    unpublished: bool = False
    searched: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class FileDetails:
    """Details in the file of a manifest. Methods raise UnreadableManifest."""

    path: Path

    def questions(self, keys: Iterable[str]) -> dict[str, Record]:
        """See `Details.questions`."""
        return {key: unpack_record(blob) for key, blob in self._column("questions", keys)}

    def links(self, keys: Iterable[str]) -> dict[str, tuple[Link, ...]]:
        """See `Details.links`."""
        return {key: tuple(Link(*link) for link in json.loads(text)) for key, text in self._column("links", keys)}

    def anchors(self, keys: Iterable[str]) -> dict[str, frozenset[str]]:
        """See `Details.anchors`."""
        return {key: frozenset(json.loads(text)) for key, text in self._column("anchors", keys)}

    def _column(self, name: str, keys: Iterable[str]) -> Iterator[tuple[str, Any]]:
        wanted = set(keys)
        if not wanted:
            return
        select = f"SELECT key, {name} FROM details"  # a name of this module
        with _reading(self.path) as database:
            if len(wanted) > _MANY:
                yield from (row for row in database.execute(select) if row[0] in wanted)
            else:
                for key in sorted(wanted):
                    yield from database.execute(f"{select} WHERE key = ?", (key,))

    def parts(self) -> dict[str, Part]:
        """See `Details.parts`."""
        with _reading(self.path) as database:
            rows = database.execute("SELECT key, kind, part FROM parts")
            return {key: _PARTS[kind](*json.loads(text)) for key, kind, text in rows}


class UnreadableManifest(CommuniqueError):
    """The file of a manifest is not whole: what it remembers must be found out again."""


@contextmanager
def _connected(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA journal_mode = OFF")
        database.execute("PRAGMA synchronous = OFF")
        yield database


@contextmanager
def _reading(path: Path) -> Iterator[sqlite3.Connection]:
    try:
        with _connected(path) as database:
            yield database
    except (sqlite3.Error, zlib.error, ValueError, TypeError, LookupError) as error:
        raise UnreadableManifest(str(error)) from None


@contextmanager
def _writing(path: Path) -> Iterator[sqlite3.Connection]:
    try:
        with _connected(path) as database:
            yield database
    except sqlite3.OperationalError as error:  # the disk is full, or read-only
        raise OSError(str(error)) from None
    except sqlite3.Error as error:
        raise UnreadableManifest(str(error)) from None


def read_manifest(path: Path) -> Manifest:
    """The manifest in a file; an empty one when there is none, or when it cannot be understood."""
    if not path.is_file():
        return Manifest()
    try:
        with _reading(path) as database:
            index = json.loads(database.execute("SELECT value FROM meta WHERE name = 'index'").fetchone()[0])
        return _manifest(index, path) if index["format"] == FORMAT else Manifest()
    except (UnreadableManifest, ValueError, KeyError, TypeError, IndexError):
        return Manifest()


def write_manifest(path: Path, manifest: Manifest, fresh: Mapping[str, Detail]) -> None:
    """Write a manifest to a new file. Details that are not in `fresh` are taken over from the one before."""
    before = manifest.details.path if isinstance(manifest.details, FileDetails) else None
    if before is not None:
        shutil.copyfile(before, path)
    with _writing(path) as database:
        database.execute("CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT)")
        database.execute("CREATE TABLE IF NOT EXISTS details (key TEXT PRIMARY KEY, questions BLOB, links, anchors)")
        database.execute("CREATE TABLE IF NOT EXISTS parts (key TEXT PRIMARY KEY, kind TEXT, part TEXT)")
        if before is not None:
            known = {row[0] for row in database.execute("SELECT key FROM details")}
            gone = [(key,) for key in known - set(manifest.made)]
            database.executemany("DELETE FROM details WHERE key = ?", gone)
            database.executemany("DELETE FROM parts WHERE key = ?", gone)
        rows = ((key, *_row(detail)) for key, detail in fresh.items())
        database.executemany("INSERT OR REPLACE INTO details VALUES (?, ?, ?, ?)", rows)
        parts = [
            (key, type(detail.part).__name__, _plain(astuple(detail.part)))
            for key, detail in fresh.items()
            if detail.part is not None
        ]
        database.executemany("INSERT OR REPLACE INTO parts VALUES (?, ?, ?)", parts)
        index = json.dumps(_index(manifest), ensure_ascii=False, separators=(",", ":"))
        database.execute("INSERT OR REPLACE INTO meta VALUES ('index', ?)", (index,))
        database.commit()


def remember_stamps(path: Path, manifest: Manifest) -> None:
    """Replace the index of a manifest whose site has not changed: only the stamps of sources are newer."""
    with _writing(path) as database:
        database.execute("PRAGMA journal_mode = DELETE")
        index = json.dumps(_index(manifest), ensure_ascii=False, separators=(",", ":"))
        database.execute("UPDATE meta SET value = ? WHERE name = 'index'", (index,))
        database.commit()


# ---------------------------------------------------------------- values ↔ plain data


def _index(manifest: Manifest) -> dict[str, Any]:
    names = list(manifest.units)
    numbers = {name: number for number, name in enumerate(names)}
    return {
        "format": FORMAT,
        "generator": manifest.generator,
        "sources": {
            path: [known.digest, *(_stamp_row(known.stamp) if known.stamp else ())]
            for path, known in manifest.sources.items()
        },
        "heads": manifest.memo.heads,
        "units": [[name, manifest.units[name]] for name in names],
        "made": [
            [
                list(made.target),
                made.digest,
                made.size,
                made.mtime_ns,
                [numbers[unit] for unit in made.units],
                made.charts,
                [_problem_row(problem) for problem in made.problems],
                made.failed,
            ]
            for made in manifest.made.values()
        ],
        "broken": manifest.broken,
        "unpublished": manifest.unpublished,
        "searched": dict(manifest.searched),
    }


def _manifest(index: Mapping[str, Any], path: Path) -> Manifest:
    names = [name for name, _digest in index["units"]]
    made = [
        Made(
            Target(*target),
            digest,
            size,
            mtime,
            tuple([names[number] for number in units]),
            charts,
            tuple(map(_problem, problems)),
            failed,
        )
        for target, digest, size, mtime, units, charts, problems, failed in index["made"]
    ]
    return Manifest(
        generator=index["generator"],
        sources={
            name: Known(Stamp(*stamp) if stamp else None, digest) for name, (digest, *stamp) in index["sources"].items()
        },
        memo=Memo({name: (digest, values) for name, (digest, values) in index["heads"].items()}),
        units=dict(index["units"]),
        made={one.target.key: one for one in made},
        broken=tuple(index["broken"]),
        details=FileDetails(path),
        unpublished=index["unpublished"],
        searched=index["searched"],
    )


def _stamp_row(stamp: Stamp) -> tuple[int, int, int, int]:
    return stamp.size, stamp.mtime_ns, stamp.ctime_ns, stamp.inode


def _headline(fields: Sequence[Any]) -> Headline:
    title_html, title, summary_html, summary, cover, files = fields
    return Headline(title_html, title, summary_html, summary, cover, tuple(DataFile(*file) for file in files))


def _problem_row(problem: Problem) -> list[object]:
    where = problem.where
    return [problem.code, problem.message, where.path, where.line, problem.hint, problem.level, problem.details]


def _problem(row: list[Any]) -> Problem:
    code, message, path, line, hint, level, details = row
    return Problem(code, message, SourceRef(path, line), hint, level, tuple(details))


def _row(detail: Detail) -> tuple[bytes, str, str]:
    links = [[link.path, link.anchor, link.source, link.line] for link in detail.links]
    return detail.asked, _plain(links), _plain(detail.anchors)


def pack_record(record: Record) -> bytes:
    """What a target asked, made small: a page with a large table asks for hundreds of cells."""
    asked = [
        [unit, [[*question, digest] for question, digest in questions.items()]] for unit, questions in record.items()
    ]
    return zlib.compress(_plain(asked).encode(), 1)


def _plain(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def unpack_record(blob: bytes) -> Record:
    """What `pack_record` made small."""
    asked = json.loads(zlib.decompress(blob))
    return {unit: {tuple(row[:-1]): row[-1] for row in rows} for unit, rows in asked}
