"""`[publish.NAME]` of site.toml → the places to which a site is published, as values; nothing secret is among them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from types import MappingProxyType
from urllib.parse import urlsplit

from .spec import Spec

_NAME = re.compile(r"^[a-z0-9]+(-[a-z0-9]+)*$")
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_REGION = re.compile(r"[a-z0-9][a-z0-9-]*")
_DISTRIBUTION = re.compile(r"[A-Z0-9]+")
#: What ssh and rsync both take for a host: no option, no port, no command; an address of IPv6 has colons.
_HOST = re.compile(r"([\w.+][\w.+-]*@)?([\w.][\w.-]*|[0-9a-fA-F]*:[0-9a-fA-F:.]+(%\w+)?)", re.ASCII)
#: An address that says who one is, or has a key behind a question mark: with SSH a name is needed, and no secret.
_SECRET = re.compile(
    r"(?:ssh|git\+ssh)://[^/@]*:[^/]*@|(?!ssh:|git\+ssh:)[a-z][a-z0-9+.-]*://(?:[^/]*@|[^?]*\?)|[^/@:]+:[^/@]+@[^/]+:",
    re.IGNORECASE,
)
#: What git refuses in the name of a branch (git-check-ref-format).
_NO_BRANCH = re.compile(r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|//|^[-/]|/$|\.$|(?:^|/)\.|\.lock(?:/|$)|^@$|^HEAD$|^refs/")


@dataclass(frozen=True)
class FolderPlace:
    """A folder of this machine: its path, absolute or below the site's own."""

    path: str


@dataclass(frozen=True)
class BucketPlace:
    """A bucket of a service that speaks S3: its name, and the prefix of the site's objects, which ends with a slash or
    is empty; the same of the publisher's own records; the service's address and region, and the CloudFront distribution
    before it, each empty when there is none."""

    bucket: str
    prefix: str
    records: str
    records_prefix: str
    endpoint: str = ""
    region: str = ""
    cloudfront: str = ""


@dataclass(frozen=True)
class ServerPlace:
    """A folder of a server that is reached by SSH: the host, as ssh understands it (a name of its configuration, or
    user@host), the folder's absolute path there, and the port, if it is not the one that ssh has."""

    host: str
    path: str
    port: int | None = None


@dataclass(frozen=True)
class BranchPlace:
    """A branch of a git repository: its address, a path, or the name of a remote; the folder of the site in the branch
    (empty: all of it); and the branch of the records, where the host takes nothing but branches."""

    repository: str
    branch: str
    folder: str = ""
    records: str = ""


Whereabouts = FolderPlace | BucketPlace | BranchPlace | ServerPlace


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


def _bucket(spec: Spec) -> BucketPlace:
    name = _matching(spec, "bucket", spec.need("bucket"), _BUCKET, "write its name alone, as in stat-example")
    prefix = _prefix(spec, "prefix", spec.text("prefix") or "")
    records, _, below = spec.need("records").partition("/")
    _matching(spec, "records", records, _BUCKET, "write a bucket, or a bucket and a prefix: stat-example-records/site")
    below = _prefix(spec, "records", below)
    if name and name == records and (below.startswith(prefix) or prefix.startswith(below)):
        hint = "readers must not get them: choose another bucket, or prefixes of which none holds the other"
        spec.problem('"records" are where the site is', "records", hint=hint)
    endpoint = spec.text("endpoint") or ""
    if endpoint and not _is_service(endpoint):
        spec.problem('"endpoint" is not the address of a service', "endpoint", hint="write https://s3.stat.example")
    region = _matching(spec, "region", spec.text("region") or "", _REGION, "write it as eu-west-1")
    hint = "write its ID, as in E1A2B3C4D5E6F7"
    distribution = _matching(spec, "cloudfront", spec.text("cloudfront") or "", _DISTRIBUTION, hint)
    return BucketPlace(name, prefix, records, below, endpoint, region, distribution)


def _is_service(endpoint: str) -> bool:
    """Whether it is the address of a host, and nothing more: no name, no password, no key."""
    try:
        parts = urlsplit(endpoint)
        known = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a bracket without its other, a port that is none
        return False
    return known and endpoint.isprintable() and not ("@" in endpoint or parts.query or parts.fragment)


def _matching(spec: Spec, key: str, value: str, form: re.Pattern[str], hint: str) -> str:
    if value and not form.fullmatch(value):
        spec.problem(f'"{key}" cannot be "{value}"', key, hint=hint)
    return value


def _prefix(spec: Spec, key: str, value: str) -> str:
    """The prefix of some objects' names: it ends with a slash, so that `site` does not mean `sites/x`, too."""
    value = value.removesuffix("/")
    if value and not all(part.strip() and part.isprintable() and part not in (".", "..") for part in value.split("/")):
        spec.problem(f'"{key}" has a prefix that cannot be: "{value}"', key, hint="write it as in news/site")
    return f"{value}/" if value else ""


def _server(spec: Spec) -> ServerPlace:
    place = ServerPlace(spec.need("host"), spec.need("path"), spec.integer("port", None, 1, 65535))
    if place.host and not _HOST.fullmatch(place.host):
        hint = "write a name of ~/.ssh/config, host or user@host; the port has its own key"
        spec.problem('"host" is not what ssh takes for a host', "host", hint=hint)  # not shown: a password may be in it
    parts = place.path.split("/")[1:]
    if place.path and not (place.path.startswith("/") and parts and all(_is_plain(part) for part in parts)):
        hint = "write the whole path of a folder on the server, such as /srv/www/site"
        spec.problem(f'"path" is "{place.path}"', "path", hint=hint)
    return place


def _is_plain(part: str) -> bool:
    return part not in ("", ".", "..") and part.isprintable()


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
    {"folder": _folder, "bucket": _bucket, "branch": _branch, "server": _server}
)


def read_places(spec: Spec) -> Mapping[str, Place]:
    """All tables below `[publish]`, by name."""
    found = ((name, read_place(name, table)) for name, table in spec.tables("publish"))
    return {name: place for name, place in found if place is not None}
