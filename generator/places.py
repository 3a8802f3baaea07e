"""`[publish.NAME]` of site.toml → the places to which a site is published, as values; nothing secret is among them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from types import MappingProxyType

from .spec import Spec

_NAME = re.compile(r"^[a-z0-9]+(-[a-z0-9]+)*$")
#: An address that says who one is: with SSH a name is needed, and no secret.
_SECRET = re.compile(r"(?:ssh|git\+ssh)://[^/@]*:[^/]*@|(?!ssh:|git\+ssh:)[a-z][a-z0-9+.-]*://[^/]*@", re.IGNORECASE)
#: What git refuses in the name of a branch (git-check-ref-format).
_NO_BRANCH = re.compile(r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|//|^[-/]|/$|\.$|(?:^|/)\.|\.lock(?:/|$)|^@$|^HEAD$|^refs/")


@dataclass(frozen=True)
class FolderPlace:
    """A folder of this machine: its path, absolute or below the site's own."""

    path: str


@dataclass(frozen=True)
class BranchPlace:
    """A branch of a git repository: its address, a path, or the name of a remote; the folder of the site in the branch
    (empty: all of it); and the branch of the records, where the host takes nothing but branches."""

    repository: str
    branch: str
    folder: str = ""
    records: str = ""


Whereabouts = FolderPlace | BranchPlace


@dataclass(frozen=True)
class Place:
    """A place to publish to: its name, where it is, how many versions are kept to return to, and how many files one
    publishing may delete."""

    name: str
    at: Whereabouts
    keep: int = 5
    max_deletes: int = 100


def read_place(name: str, spec: Spec) -> Place | None:
    """One table. None when it does not say where; then the spec has a problem that says so."""
    if not _NAME.match(name):
        spec.problem(f'"{name}" is not a name', hint="use lower-case letters, digits and hyphens")
    keep = spec.integer("keep", 5, 2, 1000) or 5
    max_deletes = spec.integer("max_deletes", 100, 0, 1_000_000) or 0
    if "type" not in spec:
        hint = "add type = " + " or ".join(f'"{one}"' for one in _READERS)
        spec.problem(f'[publish.{name}] lacks "type"', code="missing-key", hint=hint)
        return None
    known = spec.raw.get("type") in _READERS
    read = _READERS[spec.choice("type", tuple(_READERS), "folder")]
    if not known:
        return None
    place = Place(name, read(spec), keep, max_deletes)
    spec.finish()
    return place


def _folder(spec: Spec) -> FolderPlace:
    place = FolderPlace(spec.need("path"))
    if PurePosixPath(place.path).parts[:1] in (("content",), ("data",), ("templates",)):
        spec.problem(f'"path" is "{place.path}", among the sources', "path", hint="choose a folder outside of them")
    return place


def _branch(spec: Spec) -> BranchPlace:
    place = BranchPlace(
        spec.need("repository"), spec.need("branch"), spec.text("folder") or "", spec.text("records") or ""
    )
    if _SECRET.match(place.repository):
        hint = "leave the name and the password out: git takes them from its credential helper"
        spec.problem('"repository" says who one is. Nothing secret belongs here', "repository", hint=hint)
    elif place.repository.startswith("-") or not place.repository.isprintable():
        hint = "write a URL, a path, or the name of a remote"
        spec.problem(f'"repository" is "{place.repository}", which is no repository', "repository", hint=hint)
    for key, name in (("branch", place.branch), ("records", place.records)):
        if name and _NO_BRANCH.search(name):
            spec.problem(f'"{key}" is "{name}", which git does not take', key, hint="use a name such as gh-pages")
    if place.records and place.records == place.branch:
        spec.problem('"records" is the branch of the site, too', "records", hint="name another branch")
    parts = place.folder.split("/") if place.folder else []
    if any(part in ("", ".", "..", ".git") for part in parts) or not place.folder.isprintable() or "\\" in place.folder:
        hint = "write a path within the branch, such as docs"
        spec.problem(f'"folder" is "{place.folder}", which is no folder of a branch', "folder", hint=hint)
    return place


_READERS: MappingProxyType[str, Callable[[Spec], Whereabouts]] = MappingProxyType(
    {"folder": _folder, "branch": _branch}
)


def read_places(spec: Spec) -> Mapping[str, Place]:
    """All tables below `[publish]`, by name."""
    found = ((name, read_place(name, table)) for name, table in spec.tables("publish"))
    return {name: place for name, place in found if place is not None}
