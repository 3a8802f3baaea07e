"""A path of the site → what a host sends with it: its type, and what `_headers` and `_redirects` ask for."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType

HTML = "text/html; charset=utf-8"
_TYPES: MappingProxyType[str, str] = MappingProxyType(
    {
        ".html": HTML,
        ".css": "text/css; charset=utf-8",
        ".js": "text/javascript; charset=utf-8",
        ".json": "application/json",
        ".csv": "text/csv; charset=utf-8",
        ".ics": "text/calendar; charset=utf-8",
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
    {
        "feed.xml": "application/atom+xml; charset=utf-8",
        "corrections.xml": "application/atom+xml; charset=utf-8",
        "rss.xml": "application/rss+xml; charset=utf-8",
    }
)
#: How long what has no rule of its own is kept: asked for again each time. Hosts that read `_headers` send the same.
UNLESS_TOLD = "public, max-age=0, must-revalidate"
_CACHE = "Cache-Control"

Headers = tuple[tuple[str, str], ...]


def content_type(path: str) -> str:
    """The type of an output, by its name."""
    ending = posixpath.splitext(path)[1].lower()
    return _FEEDS.get(posixpath.basename(path)) or _TYPES.get(ending, "application/octet-stream")


class Rules:
    """The text of a `_headers` file, as rules: which headers go with an address."""

    def __init__(self, text: str) -> None:
        self._rules = tuple(_read_rules(text))

    def headers(self, address: str) -> Headers:
        """The headers of every rule that meets the path of an address, in the order of the file."""
        return tuple(header for pattern, headers in self._rules if pattern.fullmatch(address) for header in headers)

    def sent(self, address: str) -> Headers:
        """What the public host sends at an address, by name: each header once, values of several rules
        joined as hosts join them; and how long it may be kept, told or not."""
        found: dict[str, tuple[str, str]] = {}
        for name, value in self.headers(address):
            earlier = found.get(name.lower())
            found[name.lower()] = (earlier[0], f"{earlier[1]}, {value}") if earlier else (name, value)
        found.setdefault(_CACHE.lower(), (_CACHE, UNLESS_TOLD))
        return tuple(found[name] for name in sorted(found))


def read_redirects(text: str) -> Mapping[str, str]:
    """The text of a `_redirects` file, as addresses that lead on: former → present."""
    rules = (line.split() for line in text.splitlines())
    return {words[0]: words[1] for words in rules if len(words) > 1 and words[0].startswith("/")}


def _read_rules(text: str) -> Iterator[tuple[re.Pattern[str], Headers]]:
    """A line with a path, in which `*` stands for anything, and indented lines with headers; and so on."""
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
        headers.append((name.strip(), value.strip()))
