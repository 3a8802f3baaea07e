"""A seal and the address of a published site → where what readers get differs from what was sealed."""

from __future__ import annotations

import hashlib
import http.client
import ipaddress
import re
import threading
import time
import zlib
from collections.abc import Callable, Iterator, Mapping, Set
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from urllib.parse import quote, unquote, urljoin, urlsplit

from .. import urls
from ..errors import PublishError, UsageError
from .publishing import duration, remaining
from .seal import Seal, SealedFile

#: How many files are fetched at once.
_AT_ONCE = 8
#: How many bytes are read beyond the size of a file: to tell that an answer is longer, or compressed in vain.
_SLACK = 65_536
#: What a host says that is asked too often, or is busy. In seconds: how long one waits before the next try, at most;
#: and how long in all, counted for each connection.
_BUSY, _PAUSE, _PAUSES = (429, 503), 10.0, 240.0
_REDIRECTS = (301, 302, 303, 307, 308)
_ZIPPED, _PLAIN = ("gzip", "x-gzip"), ("", "identity")
#: Read by hosts, and not shown to readers by all of them.
_FOR_HOSTS = frozenset({urls.HEADERS, urls.REDIRECTS})
#: What an answer says of its age.
_AGE: MappingProxyType[str, str] = MappingProxyType(
    {"age": "Age", "last-modified": "Last-Modified", "etag": "ETag", "x-cache": "X-Cache", "cf-cache-status": "Cache"}
)
_NO_CACHE: MappingProxyType[str, str] = MappingProxyType({"Cache-Control": "no-cache"})


@dataclass(frozen=True)
class Difference:
    """Something that is not as it was sealed: the file, its address, what is wrong, and what to do."""

    path: str
    address: str
    message: str
    hint: str = ""


@dataclass(frozen=True)
class _Answer:
    """What a host said: status, headers by their names in lower case, bytes. `failure`: it said nothing, and why."""

    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    failure: str = ""

    @property
    def encoding(self) -> str:
        """How the bytes were compressed."""
        return self.headers.get("content-encoding", "").strip().lower()


def verify(
    seal: Seal,
    url: str,
    progress: Callable[[int, int], None],
    *,
    patience: float = 20.0,
    sleep: Callable[[float], None] = time.sleep,
) -> tuple[Difference, ...]:
    """Fetch every file of a seal from the address of a site, and a page that it does not have. `patience` is how many
    seconds a host may say nothing. Raises UsageError for what is no address, PublishError when nobody answers there."""
    with _opened(url, patience, sleep) as host:
        first = host.get(host.prefix)
        if first.failure:
            raise PublishError(f"{url} does not answer: {first.failure}")
        _refuse_elsewhere(host, first)
        wanted = [file for file in seal.files if file.path not in _FOR_HOSTS]
        found: list[Difference] = []
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            waiting = [pool.submit(_compare, host, file, seal) for file in wanted]
            bare = [former for former in seal.redirects if urls.path_of(_below(former, seal)) not in seal.by_path]
            waiting += [pool.submit(_follow, host, former, seal) for former in bare]
            for number, done in enumerate(as_completed(waiting), 1):
                found += done.result()
                progress(number, len(waiting))
    return tuple(sorted(found, key=lambda one: (one.path, one.message)))


def refuse_to_ask(seal: Seal, url: str, now: datetime) -> None:
    """The addresses of a seal say what is to come: a host writes down for what it is asked, and caches keep that it is
    not there. Raises PublishError before the seal's instant, unless the host is this machine."""
    wait = remaining(seal, now)
    if wait and not _is_here(urlsplit(url).hostname or ""):
        raise PublishError(
            f"this seal may be published from {seal.instant.isoformat()} on, in {duration(wait)}: asked for its files "
            "now, a host would learn their addresses, and caches would keep that they are missing. Verify then"
        )


def _is_here(name: str) -> bool:
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name == "localhost"


def _refuse_elsewhere(host: _Host, first: _Answer) -> None:
    """Raises PublishError when all of a site is at another host, or at https: no address would be what was sealed."""
    here, there = host.address(host.prefix), _location(host, host.prefix, first)
    if there and urlsplit(there)[:2] != urlsplit(here)[:2]:
        raise PublishError(f"{here} leads to {there}: if that is the site, verify that address")


def _compare(host: _Host, file: SealedFile, seal: Seal) -> list[Difference]:
    """What is wrong with one file."""
    missing = file.path == urls.NOT_FOUND
    name = f"communique-{seal.digest[:16]}/" if missing else quote(urls.address(file.path))
    target = host.prefix + name
    answer = host.get(target, limit=file.size)

    def differs(message: str, hint: str = "") -> Difference:
        return Difference(file.path, host.address(target), message, hint)

    wanted = 404 if missing else 200
    if answer.failure:
        return [differs(f"no answer: {answer.failure}")]
    if _leads_on(host, target, answer, seal):
        return []
    if answer.status != wanted:
        where = f", to {answer.headers['location']}" if "location" in answer.headers else ""
        hint = "an address that the site does not have must answer 404, with 404.html" if missing else ""
        return [differs(f"status {answer.status} instead of {wanted}{where}", hint)]
    if answer.encoding not in (*_PLAIN, *_ZIPPED):
        hint = "let the host heed Accept-Encoding: identity"
        return [differs(f"compressed ({answer.encoding}), which nobody asked for: it cannot be compared", hint)]
    found = [differs(*_bytes_differ(host, target, file, answer))] if not _is_of(answer.body, file) else []
    return found + [differs(message) for message in _headers_differ(file, answer)]


def _follow(host: _Host, former: str, seal: Seal) -> list[Difference]:
    """What is wrong at an address that a page had before, where no file of the site is. A host leads on if it reads
    `_redirects`; else to the same with a slash, where a page does so, or shows that page here."""
    name = _below(former, seal)
    target, path = host.prefix + quote(name), urls.path_of(f"{name.rstrip('/')}/")
    page = seal.by_path.get(path)
    answer = host.get(target, limit=page.size if page else 0)
    if answer.failure:
        return [Difference(path, host.address(target), f"no answer: {answer.failure}")]
    if _leads_on(host, target, answer, seal) or _leads(host, target, answer, {f"{target}/"}):
        return []
    if answer.status == 200 and page and _is_of(answer.body, page):
        return []
    message = f"status {answer.status}, where a page was that is at {seal.redirects[former]} now"
    hint = f"the host must read {urls.REDIRECTS}, or lead from a folder's address without a slash to that with one"
    return [Difference(path, host.address(target), message, hint)]


def _below(address: str, seal: Seal) -> str:
    """An address from the root of the host, below that of the site."""
    return address.removeprefix(urlsplit(seal.url).path)


def _leads_on(host: _Host, target: str, answer: _Answer, seal: Seal) -> bool:
    """Whether an answer leads for good from a former address to the present one."""
    former = urlsplit(seal.url).path + unquote(target.removeprefix(host.prefix))
    present = seal.redirects.get(former)
    if present is None or answer.status not in (301, 308):
        return False
    return _leads(host, target, answer, {quote(present), host.prefix + quote(_below(present, seal))})


def _leads(host: _Host, target: str, answer: _Answer, paths: Set[str]) -> bool:
    there = _location(host, target, answer)
    return bool(there) and urlsplit(there).path in paths


def _location(host: _Host, target: str, answer: _Answer) -> str:
    """The whole address to which an answer leads; empty when it leads nowhere, or to what is no address."""
    if answer.status not in _REDIRECTS:
        return ""
    try:
        there = urljoin(host.address(target), answer.headers.get("location", ""))
        return there if urlsplit(there).scheme else ""
    except ValueError:
        return ""


def _is_of(body: bytes, file: SealedFile) -> bool:
    return hashlib.sha256(body).hexdigest() == file.sha256


def _bytes_differ(host: _Host, target: str, file: SealedFile, answer: _Answer) -> tuple[str, str]:
    """What to say of other bytes: whether a cache holds them, or the host itself."""
    told = ", ".join(f"{name}: {answer.headers[key]}" for key, name in _AGE.items() if key in answer.headers)
    past = host.get(f"{target}?{file.sha256[:16]}", _NO_CACHE, limit=file.size)  # caches keep that under another name
    age = f" ({told})" if told else ""
    if _is_of(past.body, file):
        return f"a cache gives an earlier version{age}", "the host has the right one: purge the cache, or wait"
    more = "longer than" if len(answer.body) > file.size else f"{len(answer.body)} bytes instead of"
    size = "other bytes" if len(answer.body) == file.size else f"{more} {file.size} bytes"
    return f"not what was sealed: {size}{age}", "publish the seal again"


def _headers_differ(file: SealedFile, answer: _Answer) -> Iterator[str]:
    for name, wanted in file.sent:
        given = answer.headers.get(name.lower())
        if given is None:
            yield f"the header {name} is missing: it must be {wanted}"
        elif _plain(name, given) != _plain(name, wanted):
            yield f"the header {name} is {given} instead of {wanted}"


def _plain(name: str, value: str) -> object:
    """A header's value without what does not count in it: spaces; the case and order of directives and parameters."""
    value = " ".join(value.split())
    if name.lower() in ("cache-control", "content-type"):
        return frozenset(part.strip().lower().replace('"', "") for part in re.split("[,;]", value))
    return value


# ---------------------------------------------------------------- a host


class _Host:
    """A host that is asked by several threads, each by a connection of its own, which is kept open."""

    def __init__(self, url: str, patience: float, sleep: Callable[[float], None]) -> None:
        parts = urlsplit(url)
        path = quote(parts.path, safe="/%:@!$&'()*+,;=~")
        self._secure, self._netloc, self._patience = parts.scheme == "https", parts.netloc, patience
        self.prefix = path if path.endswith("/") else f"{path}/"
        self._sleep, self._left = sleep, _PAUSES
        self._own = threading.local()
        self._opened: list[http.client.HTTPConnection] = []

    def address(self, target: str) -> str:
        """The whole address of a path."""
        return f"{'https' if self._secure else 'http'}://{self._netloc}{target}"

    def get(self, target: str, headers: Mapping[str, str] = MappingProxyType({}), *, limit: int = 0) -> _Answer:
        """What the host answers at a path; of its bytes, some more than `limit` at most. A host that is busy is asked
        again, when it wants."""
        answer = self._heard(target, headers, limit)
        while answer.status in _BUSY and self._left > 0:
            wanted = answer.headers.get("retry-after", "")
            pause = min(float(wanted) if wanted.isdecimal() else 1.0, _PAUSE)
            self._left -= max(pause, 1.0)
            self._sleep(pause)
            answer = self._heard(target, headers, limit)
        return answer

    def _heard(self, target: str, headers: Mapping[str, str], limit: int) -> _Answer:
        """A connection that breaks is tried once more, for a host may close one that was idle."""
        for last in (False, True):
            try:
                return self._ask(target, headers, limit)
            except (OSError, http.client.HTTPException, zlib.error) as error:
                self._connection().close()
                if last:
                    return _Answer(failure=str(error) or type(error).__name__)
        raise AssertionError

    def _ask(self, target: str, headers: Mapping[str, str], limit: int) -> _Answer:
        connection = self._connection()
        connection.request("GET", target, headers={"Accept-Encoding": "identity", **headers})
        response = connection.getresponse()
        body = response.read(limit + _SLACK)
        if response.read(1):
            connection.close()  # the rest is not wanted
        elif response.length:
            raise OSError(f"{response.length} bytes are missing at its end")
        given: dict[str, str] = {}
        for name, value in response.getheaders():
            given[name.lower()] = f"{given[name.lower()]}, {value}" if name.lower() in given else value
        answer = _Answer(response.status, given, body)
        return replace(answer, body=_unzipped(body, limit)) if answer.encoding in _ZIPPED else answer

    def _connection(self) -> http.client.HTTPConnection:
        known: http.client.HTTPConnection | None = getattr(self._own, "connection", None)
        if known is None:
            kind = http.client.HTTPSConnection if self._secure else http.client.HTTPConnection
            known = self._own.connection = kind(self._netloc, timeout=self._patience)
            self._opened.append(known)
        return known

    def close(self) -> None:
        """Close every connection."""
        for connection in self._opened:
            connection.close()


def _unzipped(body: bytes, limit: int) -> bytes:
    """What was compressed, in one piece or several; no more than a byte beyond `limit`. Raises zlib.error for what is
    no gzip, or is cut."""
    found = b""
    while body and len(found) <= limit:
        piece = zlib.decompressobj(31)
        found += piece.decompress(body, limit + 1 - len(found))
        body = piece.unused_data
        if not piece.eof and len(found) <= limit:
            raise zlib.error("what it has compressed is cut")
    return found


def _refuse_address(url: str) -> None:
    """Raises UsageError for what is no address of a site."""
    if "@" in url.partition("://")[2].partition("/")[0]:
        raise UsageError("an address with a password would be shown to others: leave the password out")
    try:
        parts = urlsplit(url)
        reachable = bool(parts.hostname and parts.hostname.encode("idna")) and parts.port != 0
    except ValueError:  # a host or a port that cannot be
        reachable = False
    if not reachable or parts.scheme not in ("http", "https") or parts.query or parts.fragment:
        raise UsageError(f"{url} is not the address of a site: write https://stat.example/")


@contextmanager
def _opened(url: str, patience: float, sleep: Callable[[float], None]) -> Iterator[_Host]:
    _refuse_address(url)
    host = _Host(url, patience, sleep)
    try:
        yield host
    finally:
        host.close()
