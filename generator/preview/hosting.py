"""A built site in memory → what a host of static files would answer at an address: file, status, type, headers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from .. import urls
from ..errors import Problem
from ..headers import HTML, Headers, Rules, content_type
from ..sources.files import digest_of

#: Headers of the public host that a preview must not send: nothing keeps here, and no other site may read what is
#: not public yet.
_LEFT_OUT = frozenset({"cache-control", "access-control-allow-origin"})
_NO_PAGE = b"<!doctype html><html lang=en><head><title>Not found</title></head><body><h1>Not found</h1></body></html>"

_LASTING = re.compile(rf"^assets/.+\.{urls.LASTING}\.\w+$")
_LASTING_IN_A_PAGE = re.compile(rb"assets/[^\s\"'<>?#]+?\." + urls.LASTING.encode() + rb"\.\w+")


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
        return self.content_type == HTML


class Hosting:
    """The outputs of one build, at the addresses that a host gives them; `prefix` is the path of the site.

    In memory, assets may have names that last, so that a new style sheet does not make every page anew; here they have
    those of the public site, which change with their content.
    `failed` are pages of drafts that could not be made, with the reasons: of these, `files` has an older version, or
    nothing.
    """

    def __init__(
        self, files: Mapping[str, bytes], prefix: str, failed: Mapping[str, tuple[Problem, ...]] | None = None
    ) -> None:
        self.files, self.prefix, self.failed = files, prefix, failed or {}
        self._names = {
            path.encode(): _public_name(path, files[path]).encode() for path in files if _LASTING.search(path)
        }
        self._rules = Rules(files.get(urls.HEADERS, b"").decode("utf-8", "replace"))

    def answer(self, address: str) -> Answer:
        """What the host answers at the path of an address, percent-decoded. Only the names of outputs lead to one."""
        if not address.startswith(self.prefix):
            return _redirect(self.prefix) if address in ("/", self.prefix[:-1]) else self._missing(address)
        path = self.path(address)
        if path in self.files and path != urls.HEADERS:
            return Answer(200, content_type(path), self._content(path), self.headers(address), path)
        if f"{path}/{urls.ROOT}" in self.files or f"{path}/{urls.ROOT}" in self.failed:
            return _redirect(f"{address}/")
        return self._missing(address)

    def path(self, address: str) -> str:
        """The output at the path of an address; a name that no output has, when there is none."""
        below = address.removeprefix(self.prefix)
        if below.endswith("/") or not below:
            return below + urls.ROOT
        lasting = urls.ASSET.sub(rf"\1.{urls.LASTING}\2", below)  # whatever its digest: a page may be a moment older
        return lasting if below not in self.files and lasting in self.files else below

    def _content(self, path: str) -> bytes:
        """The bytes of an output, with the public names of assets in pages."""
        content = self.files[path]
        if not path.endswith(".html"):
            return content
        return _LASTING_IN_A_PAGE.sub(lambda found: self._names.get(found[0], found[0]), content)

    def failures(self, address: str) -> tuple[Problem, ...]:
        """Why the page at the path of an address could not be made."""
        return self.failed.get(self.path(address), ()) if address.startswith(self.prefix) else ()

    def headers(self, address: str) -> Headers:
        """The headers that `_headers` asks for at an address, but for those that only the public host may send."""
        return tuple(header for header in self._rules.headers(address) if header[0].lower() not in _LEFT_OUT)

    def _missing(self, address: str) -> Answer:
        content = self._content(urls.NOT_FOUND) if urls.NOT_FOUND in self.files else _NO_PAGE
        return Answer(404, HTML, content, self.headers(address), urls.NOT_FOUND)


def _public_name(path: str, content: bytes) -> str:
    """The path of an asset as the public site has it."""
    return path.replace(f".{urls.LASTING}.", f".{digest_of(content)[: len(urls.LASTING)]}.")


def _redirect(address: str) -> Answer:
    return Answer(307, "text/plain; charset=utf-8", b"", location=quote(address))
