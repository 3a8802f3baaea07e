"""A built site in memory → what a host of static files would answer at an address: file, status, type, headers."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import quote

from .. import urls
from ..errors import Problem

_HTML = "text/html; charset=utf-8"
_TYPES: MappingProxyType[str, str] = MappingProxyType(
    {
        ".html": _HTML,
        ".css": "text/css; charset=utf-8",
        ".js": "text/javascript; charset=utf-8",
        ".json": "application/json",
        ".csv": "text/csv; charset=utf-8",
        ".txt": "text/plain; charset=utf-8",
        ".xml": "application/xml; charset=utf-8",
        ".svg": "image/svg+xml; charset=utf-8",
        ".png": "image/png",
        ".jpg": "image/jpeg",
        ".jpeg": "image/jpeg",
        ".gif": "image/gif",
        ".webp": "image/webp",
        ".avif": "image/avif",
        ".ico": "image/vnd.microsoft.icon",
        ".woff": "font/woff",
        ".woff2": "font/woff2",
        ".pdf": "application/pdf",
    }
)
_FEEDS: MappingProxyType[str, str] = MappingProxyType(
    {"feed.xml": "application/atom+xml; charset=utf-8", "rss.xml": "application/rss+xml; charset=utf-8"}
)
#: Headers of the public host that a preview must not send: nothing keeps here, and no other site may read what is
#: not public yet.
_LEFT_OUT = frozenset({"cache-control", "access-control-allow-origin"})
_NO_PAGE = b"<!doctype html><html lang=en><head><title>Not found</title></head><body><h1>Not found</h1></body></html>"

Headers = tuple[tuple[str, str], ...]
_Rules = tuple[tuple[re.Pattern[str], Headers], ...]


@dataclass(frozen=True)
class Answer:
    """What is answered at an address: the output that holds it (empty: none), and where to go instead, if anywhere."""

    status: int
    content_type: str
    content: bytes
    headers: Headers = ()
    path: str = ""
    location: str = ""

    @property
    def is_page(self) -> bool:
        """Whether a browser shows it as a page, and scripts can run in it."""
        return self.content_type == _HTML


class Hosting:
    """The outputs of one build, at the addresses that a host gives them; `prefix` is the path of the site.

    `failed` are pages of drafts that could not be made, with the reasons: of these, `files` has an older version, or
    nothing.
    """

    def __init__(
        self, files: Mapping[str, bytes], prefix: str, failed: Mapping[str, tuple[Problem, ...]] | None = None
    ) -> None:
        self.files, self.prefix, self.failed = files, prefix, failed or {}
        self._rules = tuple(_read_rules(files.get(urls.HEADERS, b"").decode("utf-8", "replace")))

    def answer(self, address: str) -> Answer:
        """What the host answers at the path of an address, percent-decoded. Only the names of outputs lead to one."""
        if not address.startswith(self.prefix):
            return _redirect(self.prefix) if address in ("/", self.prefix[:-1]) else self._missing(address)
        path = self.path(address)
        if path in self.files and path != urls.HEADERS:
            return Answer(200, content_type(path), self.files[path], self.headers(address), path)
        if f"{path}/{urls.ROOT}" in self.files or f"{path}/{urls.ROOT}" in self.failed:
            return _redirect(f"{address}/")
        return self._missing(address)

    def path(self, address: str) -> str:
        """The output at the path of an address; a name that no output has, when there is none."""
        below = address.removeprefix(self.prefix)
        return f"{below}{urls.ROOT}" if below.endswith("/") or not below else below

    def failures(self, address: str) -> tuple[Problem, ...]:
        """Why the page at the path of an address could not be made."""
        return self.failed.get(self.path(address), ()) if address.startswith(self.prefix) else ()

    def headers(self, address: str) -> Headers:
        """The headers that `_headers` asks for at an address, but for those that only the public host may send."""
        return tuple(header for pattern, headers in self._rules if pattern.fullmatch(address) for header in headers)

    def _missing(self, address: str) -> Answer:
        content = self.files.get(urls.NOT_FOUND, _NO_PAGE)
        return Answer(404, _HTML, content, self.headers(address), urls.NOT_FOUND)


def content_type(path: str) -> str:
    """The type of an output, by its name."""
    ending = posixpath.splitext(path)[1].lower()
    return _FEEDS.get(posixpath.basename(path)) or _TYPES.get(ending, "application/octet-stream")


def _redirect(address: str) -> Answer:
    return Answer(307, "text/plain; charset=utf-8", b"", location=quote(address))


def _read_rules(text: str) -> Iterator[tuple[re.Pattern[str], Headers]]:
    """A `_headers` file: a line with a path, in which `*` stands for anything, and indented lines with headers."""
    pattern, headers = "", list[tuple[str, str]]()
    for line in [*text.splitlines(), "/"]:
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if line[0] not in " \t":
            if headers:
                yield re.compile(".*".join(map(re.escape, pattern.split("*"))), re.DOTALL), tuple(headers)
            pattern, headers = line.strip(), []
            continue
        name, _, value = line.strip().partition(":")
        if name.strip().lower() not in _LEFT_OUT:
            headers.append((name.strip(), value.strip()))
