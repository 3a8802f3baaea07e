"""The site's folder → its source files: names, stamps and bytes. Nothing else here touches the disk to read.

Default templates that come with the package appear below `@default/`, so that a site's own file of the same name can
win and the default one can still be found.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from ..errors import Problem, SourceRef, StaleSource

FOLDERS = ("content", "data", "templates")
ROOT_FILES = ("site.toml",)
DEFAULT = "@default/"

#: Editors' and systems' files that are never sources.
_FILE_SUFFIXES = (".csv", ".html", ".json", ".md", ".origins", ".po", ".toml", ".xml")
_IGNORED_SUFFIXES = ("~", ".swp", ".swx", ".tmp", ".bak", ".orig", ".pyc")


@dataclass(frozen=True)
class Stamp:
    """What a file system says of a file: enough to know that it is the same file, unchanged, without reading it.

    As git's index does: size, both times in nanoseconds, and inode. The change time cannot be set back by a program
    that writes a file, so that a stamp does not lie where a bare modification time would.
    """

    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int


class Files(Protocol):
    """Where sources come from: a folder, or memory in tests."""

    def scan(self) -> tuple[Mapping[str, Stamp], tuple[Problem, ...]]:
        """Every source file below the site's root, with its stamp; and what is wrong with the folder itself."""

    def read(self, path: str) -> bytes:
        """A file's bytes. Raises FileNotFoundError or another OSError."""

    def now_ns(self) -> int:
        """The file system's clock, for judging how fresh a stamp is."""


def default_templates() -> Path:
    """The templates that come with the package: in a wheel, or beside it in a checkout."""
    package = Path(__file__).resolve().parent.parent
    shipped = package / "default_templates"
    return shipped if shipped.is_dir() else package.parent / "templates"


@dataclass(frozen=True)
class FolderFiles:
    """A site in a folder. `templates` is where default templates stand (None: there are none)."""

    root: Path
    templates: Path | None = field(default_factory=default_templates)

    def scan(self) -> tuple[Mapping[str, Stamp], tuple[Problem, ...]]:
        """See `Files.scan`."""
        stamps: dict[str, Stamp] = {}
        problems: list[Problem] = []
        real = Path(os.path.realpath(self.root))
        for name in (*ROOT_FILES, *FOLDERS):
            if (self.root / name).is_symlink() and not _leads_inside(str(self.root / name), real):
                problems.append(_leaves(name))
        for name in ROOT_FILES:
            if (self.root / name).is_file():
                stamps[name] = _stamp((self.root / name).stat())
        for folder in FOLDERS:
            if (self.root / folder).is_dir() and folder not in {problem.where.path for problem in problems}:
                self._walk(str(self.root / folder), folder, real, stamps, problems, frozenset())
        if self.templates is not None and os.path.realpath(self.templates) != str(real / "templates"):
            inside = Path(os.path.realpath(self.templates))
            self._walk(str(self.templates), DEFAULT + "templates", inside, stamps, problems, frozenset())
        return stamps, tuple(problems)

    def _walk(
        self,
        folder: str,
        name: str,
        inside: Path,
        stamps: dict[str, Stamp],
        problems: list[Problem],
        above: frozenset[int],
    ) -> None:
        try:
            entries = list(_entries(folder))
        except OSError as error:
            hint = "let the user who builds read the folder"
            problems.append(Problem("missing-file", f"it cannot be read: {error.strerror}", SourceRef(name), hint))
            return
        for entry in entries:
            path = f"{name}/{entry.name}"
            if entry.is_symlink() and not _leads_inside(entry.path, inside):
                problems.append(_leaves(path))
                continue
            try:
                status = entry.stat()
            except OSError as error:
                hint = "put a file in its place, or delete it"
                problems.append(Problem("missing-file", f"it cannot be read: {error.strerror}", SourceRef(path), hint))
                continue
            if not stat.S_ISREG(status.st_mode) and path.endswith(_FILE_SUFFIXES):
                hint = "put a file in its place"
                problems.append(Problem("missing-file", "this is not a file", SourceRef(path), hint))
            elif stat.S_ISDIR(status.st_mode):
                if status.st_ino not in above:
                    self._walk(entry.path, path, inside, stamps, problems, above | {status.st_ino})
            elif stat.S_ISREG(status.st_mode):
                stamps[path] = _stamp(status)

    def read(self, path: str) -> bytes:
        """See `Files.read`."""
        if path.startswith(DEFAULT):
            assert self.templates is not None
            return (self.templates / path.removeprefix(DEFAULT + "templates/")).read_bytes()
        return (self.root / path).read_bytes()

    def now_ns(self) -> int:
        """See `Files.now_ns`."""
        import time

        return time.time_ns()


def _entries(folder: str) -> Iterator[os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda entry: entry.name):
            if may_be_source(entry.name):
                yield entry


def may_be_source(name: str) -> bool:
    """Whether a file or folder of this name counts: hidden ones and those that editors leave about do not."""
    return not name.startswith(".") and not name.endswith(_IGNORED_SUFFIXES)


def _leaves(path: str) -> Problem:
    hint = "copy what it leads to into the site's folder"
    return Problem("bad-path", "this link leaves the site's folder", SourceRef(path), hint)


def _leads_inside(path: str, inside: Path) -> bool:
    return Path(os.path.realpath(path)).is_relative_to(inside)


def _stamp(status: os.stat_result) -> Stamp:
    return Stamp(status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)


@dataclass(frozen=True)
class MemoryFiles:
    """A site in a dict of path → bytes: for tests, and for editors that have not saved."""

    content: Mapping[str, bytes]

    def scan(self) -> tuple[Mapping[str, Stamp], tuple[Problem, ...]]:
        """See `Files.scan`."""
        return {path: Stamp(len(data), 0, 0, 0) for path, data in self.content.items()}, ()

    def read(self, path: str) -> bytes:
        """See `Files.read`."""
        try:
            return self.content[path]
        except KeyError:
            raise FileNotFoundError(path) from None

    def now_ns(self) -> int:
        """See `Files.now_ns`: always too soon to trust a stamp, so that memory is always read."""
        return 0


@dataclass(frozen=True)
class OverlaidFiles:
    """A site with some of its files in other places: `above` maps a path to the file that is read for it."""

    below: Files
    above: Mapping[str, Path]

    def scan(self) -> tuple[Mapping[str, Stamp], tuple[Problem, ...]]:
        """See `Files.scan`."""
        stamps, problems = self.below.scan()
        return {**stamps, **{path: _stamp(place.stat()) for path, place in self.above.items()}}, problems

    def read(self, path: str) -> bytes:
        """See `Files.read`."""
        return self.above[path].read_bytes() if path in self.above else self.below.read(path)

    def now_ns(self) -> int:
        """See `Files.now_ns`."""
        return self.below.now_ns()


@dataclass(frozen=True)
class WordFiles:
    """The words of a site alone: its texts, their records, and what they belong to. Data and templates stay unread."""

    below: Files

    def scan(self) -> tuple[Mapping[str, Stamp], tuple[Problem, ...]]:
        """See `Files.scan`."""
        stamps, problems = self.below.scan()
        return {path: stamp for path, stamp in stamps.items() if _of_words(path)}, problems

    def read(self, path: str) -> bytes:
        """See `Files.read`."""
        return self.below.read(path)

    def now_ns(self) -> int:
        """See `Files.now_ns`."""
        return self.below.now_ns()


def _of_words(path: str) -> bool:
    return path.startswith("content/") or path.endswith("/release.toml") or path in (*ROOT_FILES, "data/labels.csv")


def digest_of(data: bytes | str) -> str:
    """The digest by which sources, answers and outputs are compared."""
    raw = data.encode() if isinstance(data, str) else data
    return hashlib.blake2b(raw, digest_size=16).hexdigest()


@dataclass(frozen=True)
class Known:
    """What an earlier build knew of a file: its stamp (None: too fresh to trust) and digest."""

    stamp: Stamp | None
    digest: str


#: A file changed less than this long before it was read may change again within one tick of the clock.
_FRESH_NS = 2_000_000_000


@dataclass(frozen=True)
class Snapshot:
    """All sources at one moment: path → digest. Reading a file that has changed since then raises StaleSource.

    `exchanged` are releases whose files have changed places with those of another, both ways: under the path of one
    stands what the disk has under that of the other.
    """

    files: Files
    digests: Mapping[str, str]
    known: Mapping[str, Known] = field(default_factory=dict, compare=False, repr=False)
    problems: tuple[Problem, ...] = ()
    exchanged: Mapping[str, str] = field(default_factory=dict)

    def place(self, path: str) -> str:
        """Where the disk has the file of a path."""
        return exchanged_path(path, self.exchanged) if self.exchanged else path

    def exchange(self, pairs: Mapping[str, str]) -> Snapshot:
        """The same sources, with the files of some releases in each other's place; `pairs` names both ways."""
        digests = {exchanged_path(path, pairs): digest for path, digest in self.digests.items()}
        return replace(self, digests=digests, exchanged=pairs)

    def refuses(self, path: str) -> bool:
        """Whether a file, or a folder around it, is there but cannot be used: one of `problems` says why."""
        path = self.place(path)
        return any(path == problem.where.path or path.startswith(f"{problem.where.path}/") for problem in self.problems)

    def __contains__(self, path: str) -> bool:
        return path in self.digests

    def read(self, path: str) -> bytes:
        """The bytes that the file had at the snapshot. Raises KeyError when it was not there, StaleSource."""
        digest, place = self.digests[path], self.place(path)
        try:
            data = self.files.read(place)
        except OSError:
            raise StaleSource(place) from None
        if digest_of(data) != digest:
            raise StaleSource(place)
        return data

    def digest(self, path: str) -> str:
        """The digest of a file; an absent one has a digest too."""
        return self.digests.get(path, "absent")

    def bare(self) -> Snapshot:
        """The same snapshot without what only the next build needs: lighter to send to another process."""
        return replace(self, known={})


def release_of(path: str) -> str:
    """The name of the release whose file stands at a path, below `data/` or `content/`; empty when it is of none."""
    if path.startswith("data/"):
        release, slash, _rest = path.removeprefix("data/").partition("/")
        return release if slash else ""
    return path.rpartition("/")[2].rpartition(".")[0] if path.startswith("content/") else ""


def exchanged_path(path: str, pairs: Mapping[str, str]) -> str:
    """The path of a file of a release, below `data/` or `content/`, when the release has the name of another."""
    if path.startswith("data/"):
        release, slash, rest = path.removeprefix("data/").partition("/")
        return f"data/{pairs.get(release, release)}/{rest}" if slash else path
    if path.startswith("content/"):
        folder, _, name = path.rpartition("/")
        release, dot, ending = name.rpartition(".")
        return f"{folder}/{pairs.get(release, release)}{dot}{ending}" if dot else path
    return path


def take_snapshot(files: Files, known: Mapping[str, Known], max_bytes: int) -> Snapshot:
    """Look at every source. Files whose stamp is as `known` are not read again.

    What cannot be used is left out, and told in `problems`: links that leave the folder, unreadable files, folders in
    the place of files, and files over `max_bytes`.
    """
    before = files.now_ns()
    stamps, found = files.scan()
    problems = list(found)
    entries: dict[str, Known] = {}
    for path, stamp in stamps.items():
        earlier = known.get(path)
        if earlier is not None and earlier.stamp == stamp:
            entries[path] = earlier
            continue
        if stamp.size > max_bytes:
            message = f"the file has {stamp.size / 1e6:.1f} MB; the limit is {max_bytes / 1e6:.0f} MB"
            hint = "publish an extract, or raise max_file_mb in site.toml"
            problems.append(Problem("too-large", message, SourceRef(path), hint))
            continue
        try:
            data = files.read(path)
        except OSError as error:
            hint = "see who may read it"
            problems.append(
                Problem("missing-file", f"the file cannot be read: {error.strerror}", SourceRef(path), hint)
            )
            continue
        settled = before - max(stamp.mtime_ns, stamp.ctime_ns) > _FRESH_NS
        entries[path] = Known(stamp if settled else None, digest_of(data))
    return Snapshot(files, {path: entry.digest for path, entry in entries.items()}, entries, tuple(problems))
