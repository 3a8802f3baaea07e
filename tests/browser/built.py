"""A built site as these tests see it: a folder → its pages, by kind and language, and a local host that serves it.

Pages are found in the output, never listed: a page that is added tomorrow is tested tomorrow. Its kind is what its
`<body class>` says. HTML is read here with Python's own parser, on purpose: what the generator thinks of its own output
is not asked.
"""

from __future__ import annotations

import functools
import gzip
import http.server
import re
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlsplit

#: Elements that have no end tag.
VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())
#: What readers get compressed.
TEXTS = frozenset({".html", ".css", ".js", ".json", ".svg", ".xml", ".csv", ".txt"})


@dataclass(frozen=True)
class Element:
    """A start tag: its name, attributes, line, the elements around it, and the text in it when it is a script."""

    tag: str
    attributes: dict[str, str]
    line: int
    around: tuple[Element, ...]
    text: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        said = "".join(f' {name}="{value}"' for name, value in self.attributes.items())
        return f"line {self.line}: <{self.tag}{said[:200]}>"


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[Element] = []
        self._open: list[Element] = []

    def handle_starttag(self, tag: str, attributes: Sequence[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attributes}
        element = Element(tag, found, self.getpos()[0], tuple(self._open))
        self.elements.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attributes: Sequence[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        for place in range(len(self._open) - 1, -1, -1):
            if self._open[place].tag == tag:
                del self._open[place:]
                return

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1].tag in ("script", "style"):
            self._open[-1].text.append(data)


def elements_of(html: str) -> list[Element]:
    """Every element of a page, in order."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.elements


@dataclass(frozen=True)
class Page:
    """A page of a built site: its address below the site's own, its file, its language and its kind."""

    path: str
    file: Path
    lang: str
    kind: str

    @property
    def name(self) -> str:
        """A name for files and messages: one for each kind and language."""
        return re.sub(r"[^a-z0-9]+", "-", f"{self.kind} {self.lang}".lower()).strip("-")

    @functools.cached_property
    def html(self) -> str:
        return self.file.read_text(encoding="utf-8")

    @functools.cached_property
    def elements(self) -> list[Element]:
        return elements_of(self.html)


@dataclass(frozen=True)
class Site:
    """A built site: the address that its readers know, its folder, and where it is served here."""

    url: str
    folder: Path
    address: str
    pages: tuple[Page, ...]

    def samples(self) -> list[Page]:
        """One page of each kind in each language: the longest, since most can be wrong there."""
        longest: dict[tuple[str, str], Page] = {}
        for page in sorted(self.pages, key=lambda page: (-page.file.stat().st_size, page.path)):
            longest.setdefault((page.kind, page.lang), page)
        return sorted(longest.values(), key=lambda page: page.path)

    def release(self, kind: str, lang: str) -> Page:
        """The longest release of a kind."""
        return next(page for page in self.samples() if page.lang == lang and {kind, "release"} <= {*page.kind.split()})


def pages_of(folder: Path) -> tuple[Page, ...]:
    """Every HTML page below a folder."""
    found = []
    for file in sorted(folder.rglob("*.html")):
        heads = {element.tag: element.attributes for element in reversed(elements_of(file.read_text(encoding="utf-8")))}
        path = file.relative_to(folder).as_posix()
        address = path.removesuffix("index.html") if file.name == "index.html" else path
        kind = heads.get("body", {}).get("class") or "no class"
        found.append(Page(address, file, heads.get("html", {}).get("lang", ""), kind))
    return tuple(found)


def failing(request) -> list[str]:
    """What to say of a request that failed; nothing, if the browser gave it up because it went to another page."""
    return [] if request.failure == "net::ERR_ABORTED" else [f"failed: {request.url}"]


def nothing(found: Sequence[str]) -> None:
    """What was found wrong must be nothing; what there is stands in the message, one a line."""
    assert not found, "\n".join([f"{len(found)} found:", *found[:60]])


# ---------------------------------------------------------------- a host


def headers_of(text: str) -> list[tuple[re.Pattern[str], list[tuple[str, str]]]]:
    """A `_headers` file, as Netlify and Cloudflare read it: patterns of paths → the headers sent with them."""
    rules: list[tuple[re.Pattern[str], list[tuple[str, str]]]] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if line[0] not in " \t":
            parts = re.split(r"(\*|:[a-z]\w*)", urlsplit(line.strip()).path)
            wild = {"*": ".*", ":": "[^/]+"}
            rules.append((re.compile("".join(wild.get(part[:1], re.escape(part)) for part in parts)), []))
            continue
        name, colon, value = line.strip().partition(":")
        assert colon and rules, f"_headers, line {number}: neither a path nor a header: {line!r}"
        rules[-1][1].append((name.strip(), value.strip()))
    return rules


class _Host(http.server.SimpleHTTPRequestHandler):
    """Serves a folder below a prefix with the headers of its `_headers`, compressed, and its own page for what is
    missing: what the usual hosts of static sites do."""

    protocol_version = "HTTP/1.1"

    def __init__(self, *arguments: object, root: str, prefix: str, rules: object, **more: object) -> None:
        self.prefix, self.rules, self.root = prefix, rules, root
        super().__init__(*arguments, directory=root, **more)

    def log_message(self, *_arguments: object) -> None:
        pass

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        below = path.removeprefix(self.prefix) if path.startswith(self.prefix) else "?"
        file = Path(self.translate_path("/" + below))
        if file.is_dir() and path.endswith("/"):
            file /= "index.html"
        status = 200 if file.is_file() and file.name != "_headers" else 404
        if status == 404:
            file = Path(self.root) / "404.html"
        data = file.read_bytes() if file.is_file() else b""
        self.send_response(status)
        self.send_header("Content-Type", self.guess_type(str(file)))
        for pattern, headers in self.rules:
            if pattern.fullmatch("/" + below):
                for name, value in headers:
                    self.send_header(name, value)
        if file.suffix in TEXTS and "gzip" in self.headers.get("Accept-Encoding", ""):
            data = gzip.compress(data, 6)
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(data)


@contextmanager
def served(folder: Path, url: str) -> Iterator[Site]:
    """Serve a built site on this machine, below the same path as the address that its readers know."""
    rules = headers_of((folder / "_headers").read_text(encoding="utf-8")) if (folder / "_headers").exists() else []
    prefix = urlsplit(url).path or "/"
    handler = functools.partial(_Host, root=str(folder), prefix=prefix, rules=rules)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield Site(url, folder, f"http://127.0.0.1:{server.server_port}{prefix}", pages_of(folder))
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
