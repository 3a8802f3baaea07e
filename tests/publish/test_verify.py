"""`communique verify`: on nginx with the sample of the docs, and on a host that gets things wrong.

Without nginx the tests that need it are skipped and say so; with COMMUNIQUE_BROWSER=required, as in CI, they fail.
"""

from __future__ import annotations

import gzip
import json
import os
import re
import shutil
import socket
import subprocess
import threading
import time
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from places import ONE, TWO, seal_of
from support import ROOT, communique, copy_sample

from generator import urls
from generator.errors import PublishError, UsageError
from generator.output.charts import FolderCharts
from generator.publish.folder import FolderTarget
from generator.publish.seal import Seal, write_seal
from generator.publish.sealing import seal_site
from generator.publish.store import Store
from generator.publish.verifying import Difference, refuse_to_ask, verify
from generator.workers import Tools

NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
REQUIRED = os.environ.get("COMMUNIQUE_BROWSER") == "required"


def differences(seal: Seal, url: str) -> tuple[Difference, ...]:
    return verify(seal, url, lambda _done, _all: None, patience=2.0)


# ---------------------------------------------------------------- nginx, as the docs say


@dataclass(frozen=True)
class Published:
    """The sample site, published to a folder that nginx serves with `docs/nginx.conf`."""

    url: str
    seal: Seal
    www: Path
    file: Path
    config: Path


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def nginx(folder: Path, sample: str, port: int) -> Iterator[None]:
    """nginx with a server of its own, whose files are all in a folder, until the end."""
    assert NGINX is not None
    (folder / "site.conf").write_text(sample, encoding="utf-8")
    paths = "".join(
        f"{name}_temp_path {folder}/{name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "user root;" if os.geteuid() == 0 else ""  # pytest's folders are closed to others
    config = (
        f"{user} daemon off; master_process off; pid {folder}/pid; error_log {folder}/error.log;"
        f"events {{}} http {{ access_log off; {paths} include {folder}/site.conf; }}"
    )
    (folder / "nginx.conf").write_text(config, encoding="utf-8")
    command = [NGINX, "-p", str(folder), "-e", str(folder / "error.log"), "-c", str(folder / "nginx.conf")]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            assert process.poll() is None, process.communicate()[1]
            time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.communicate()


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Published]:
    if NGINX is None:
        (pytest.fail if REQUIRED else pytest.skip)("nginx is not installed (apt-get install nginx-light)")
    folder = tmp_path_factory.mktemp("nginx")
    store = Store(folder / "sealed")
    tools = Tools(FolderCharts(ROOT / "build" / "cache" / "charts"))
    site = copy_sample(folder / "site")
    with_former_address(next((site / "content" / "en").glob("*/*.md")))
    sealed = seal_site(site, datetime(2027, 1, 1, tzinfo=UTC), tools, store, allow_changed=True)
    assert sealed.seal is not None, sealed.report.problems
    send_at(sealed.seal, store, folder / "www")
    port = free_port()
    sample = (ROOT / "docs" / "nginx.conf").read_text(encoding="utf-8")
    sample = sample.replace("listen 80;", f"listen 127.0.0.1:{port};")
    sample = sample.replace("root /srv/www/site;", f"root {folder / 'www'};")
    (folder / "seal.json").write_bytes(write_seal(sealed.seal))
    with nginx(folder, sample, port):
        url = f"http://127.0.0.1:{port}/"
        yield Published(url, sealed.seal, folder / "www", folder / "seal.json", folder / "site.conf")


def with_former_address(text: Path) -> None:
    """A text of the site says that its page had another address before."""
    head, rest = text.read_text(encoding="utf-8").split("\n", 1)
    text.write_text(f"{head}\nformer_slugs: [as-it-was-called-before]\n{rest}", encoding="utf-8")


def send_at(seal: Seal, store: Store, www: Path) -> None:
    """Publish a seal of whatever instant."""
    from generator.publish.publishing import Order, publish

    publish(Order(seal, store, None, 5), FolderTarget(www), "ann", lambda: seal.instant, lambda _done, _all: None)


@pytest.mark.xdist_group("nginx")
def test_the_sample_of_the_docs_sends_what_was_sealed(published: Published) -> None:
    assert differences(published.seal, published.url) == ()
    assert any(former.endswith("/as-it-was-called-before") for former in published.seal.redirects)
    parts = {file.path.split("/")[0] for file in published.seal.files}
    assert {"assets", "charts", "data", "embed", "fr", "en", "404.html"} <= parts, (
        "each rule of the sample has its files"
    )
    run = communique("verify", published.url, "--seal", published.file)
    assert (run.returncode, run.stderr) == (0, "")
    assert published.seal.name in run.stdout


@pytest.mark.xdist_group("nginx")
def test_what_differs_on_nginx(published: Published) -> None:
    page, lost = published.www / "fr/index.html", published.www / "en/feed.xml"
    saved = {place: place.read_bytes() for place in (page, lost)}
    page.write_bytes(saved[page] + b" ")
    lost.unlink()
    try:
        found = differences(published.seal, published.url)
        assert [(one.path, one.message.split(" (")[0]) for one in found] == [
            ("en/feed.xml", "status 404 instead of 200"),
            ("fr/index.html", f"not what was sealed: longer than {len(saved[page])} bytes"),
        ]
        assert "Last-Modified: " in found[1].message
        run = communique("verify", published.url, "--seal", published.file)
        assert run.returncode == 1
        assert f"{published.url}fr/: not what was sealed" in run.stderr
        told = json.loads(communique("verify", published.url, "--seal", published.file, "--json").stdout)
        assert [one["path"] for one in told["differences"]] == ["en/feed.xml", "fr/index.html"]
    finally:
        for place, content in saved.items():
            place.write_bytes(content)


def test_the_sample_is_of_the_sample_site() -> None:
    """Its languages are those of site.toml: whoever adds one is led there."""
    languages = tomllib.loads((ROOT / "site.toml").read_text(encoding="utf-8"))["languages"]
    named = re.search(r"\^/\(\((.+?)\)/", (ROOT / "docs/nginx.conf").read_text(encoding="utf-8"))
    assert named is not None
    assert named.group(1).split("|") == [*languages, "charts", "data"]


# ---------------------------------------------------------------- a host that gets things wrong


@dataclass
class Reply:
    status: int
    headers: dict[str, str]
    body: bytes
    drop: bool = False
    stall: bool = False
    lacks: int = 0
    busy: int = 0


@dataclass
class Wrong:
    """A host of a site: right, unless a test changes a reply. Asked with a query, it gives `fresh` instead."""

    prefix: str
    replies: dict[str, Reply]
    missing: Reply
    fresh: dict[str, Reply] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    url: str = ""


@contextmanager
def served(wrong: Wrong) -> Iterator[None]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            wrong.asked.append(self.path)
            reply = wrong.replies.get(parts.path, wrong.missing)
            reply = wrong.fresh.get(parts.path, reply) if parts.query else reply
            if reply.drop:
                self.close_connection = True
                return
            if reply.stall:
                stop.wait(5)
            if reply.busy:
                reply.busy -= 1
                self.send_response(429)
                self.send_header("Retry-After", "7")
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            self.close_connection = bool(reply.lacks)
            self.send_response(reply.status)
            for name, value in {**reply.headers, "Content-Length": str(len(reply.body) + reply.lacks)}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(reply.body)

        def log_message(self, *_arguments: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_arguments: object) -> None:
            pass

    stop = threading.Event()
    server = Server(("127.0.0.1", 0), Handler)
    wrong.url = f"http://127.0.0.1:{server.server_address[1]}{wrong.prefix}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture(params=["/", "/news/"], ids=["at the root", "below a path"])
def host(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Wrong, Seal]]:
    prefix, seal = request.param, seal_of(ONE, Store(tmp_path))
    replies = {
        prefix + urls.address(file.path): Reply(200, dict(file.sent), ONE[file.path])
        for file in seal.files
        if file.path != "404.html"
    }
    wrong = Wrong(prefix, replies, Reply(404, dict(seal.by_path["404.html"].sent), ONE["404.html"]))
    with served(wrong):
        yield wrong, seal


def told(seal: Seal, wrong: Wrong) -> list[tuple[str, str]]:
    return [(one.path, one.message) for one in differences(seal, wrong.url)]


def test_all_is_right(host: tuple[Wrong, Seal]) -> None:
    wrong, seal = host
    assert told(seal, wrong) == []
    assert told(seal, Wrong("", {}, wrong.missing, url=wrong.url.rstrip("/"))) == [], "a slash may be left out"
    paths = {urlsplit(target).path for target in wrong.asked}
    assert set(wrong.replies) <= paths, "every file was asked for"


def test_a_stale_cache(host: tuple[Wrong, Seal]) -> None:
    wrong, seal = host
    reply, address = wrong.replies[f"{wrong.prefix}fr/"], f"{wrong.prefix}fr/"
    wrong.fresh[address] = reply
    aged = {**reply.headers, "Age": "340", "ETag": '"old"', "Last-Modified": "Mon, 01 Jul 2024 06:00:00 GMT"}
    wrong.replies[address] = Reply(200, aged, b"home before")
    [found] = differences(seal, wrong.url)
    assert found.message == (
        'a cache gives an earlier version (Age: 340, Last-Modified: Mon, 01 Jul 2024 06:00:00 GMT, ETag: "old")'
    )
    assert "purge the cache" in found.hint
    del wrong.fresh[address]
    assert "not what was sealed" in differences(seal, wrong.url)[0].message


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"body": b"home 0ne"}, "not what was sealed: other bytes"),
        ({"body": b""}, "not what was sealed: 0 bytes instead of 8 bytes"),
        ({"status": 500}, "status 500 instead of 200"),
        ({"status": 301, "headers": {"Location": "/fr/accueil"}}, "status 301 instead of 200, to /fr/accueil"),
        ({"status": 301, "headers": {"Location": "http://[x"}}, "status 301 instead of 200, to http://[x"),
        ({"drop": True}, "no answer: "),
        ({"lacks": 3}, "no answer: 3 bytes are missing at its end"),
        ({"stall": True}, "no answer: timed out"),
    ],
    ids=["bytes", "empty", "status", "redirect", "no address", "dropped", "cut", "stalled"],
)
def test_one_thing_is_wrong(host: tuple[Wrong, Seal], change: dict[str, object], message: str) -> None:
    wrong, seal = host
    address = f"{wrong.prefix}fr/"
    wrong.replies[address] = replace(wrong.replies[address], **change)  # type: ignore[arg-type]
    [(path, found)] = told(seal, wrong)
    assert path == "fr/index.html"
    assert found.startswith(message)


def test_headers(host: tuple[Wrong, Seal]) -> None:
    wrong, seal = host
    headers = wrong.replies[f"{wrong.prefix}fr/"].headers
    headers["Content-Type"] = 'Text/HTML;charset="UTF-8"'
    headers["Cache-Control"] = "must-revalidate,  max-age=0, PUBLIC"
    assert told(seal, wrong) == [], "written in another way, they say the same"
    headers["Content-Type"] = "text/plain"
    del headers["Cache-Control"]
    assert told(seal, wrong) == [
        ("fr/index.html", "the header Cache-Control is missing: it must be public, max-age=0, must-revalidate"),
        ("fr/index.html", "the header Content-Type is text/plain instead of text/html; charset=utf-8"),
    ]


def test_a_page_for_all_that_is_missing(host: tuple[Wrong, Seal]) -> None:
    """Some hosts answer 200 to everything."""
    wrong, seal = host
    wrong.missing.status = 200
    [found] = differences(seal, wrong.url)
    assert (found.path, found.message) == ("404.html", "status 200 instead of 404")
    assert "must answer 404" in found.hint


def test_a_host_that_compresses_whatever_one_asks(host: tuple[Wrong, Seal]) -> None:
    wrong, seal = host
    reply = wrong.replies[f"{wrong.prefix}fr/"]
    reply.body, reply.headers["Content-Encoding"] = gzip.compress(reply.body), "gzip"
    assert told(seal, wrong) == []
    whole = ONE["fr/index.html"]
    reply.headers["Content-Encoding"], reply.body = "GZIP", gzip.compress(whole[:3]) + gzip.compress(whole[3:])
    assert told(seal, wrong) == [], "a gzip may have several pieces"
    reply.body += gzip.compress(b"more")
    assert told(seal, wrong)[0][1].startswith("not what was sealed: longer than")
    reply.body = gzip.compress(whole)[:-4]
    assert told(seal, wrong)[0][1].startswith("no answer: what it has compressed is cut")
    reply.body = gzip.compress(b"0" * 10_000_000)
    assert told(seal, wrong)[0][1].startswith("not what was sealed: longer than")
    reply.body = b"no gzip"
    assert told(seal, wrong)[0][1].startswith("no answer: ")
    reply.headers["Content-Encoding"] = "br"
    assert told(seal, wrong) == [("fr/index.html", "compressed (br), which nobody asked for: it cannot be compared")]


def test_a_site_that_is_elsewhere(host: tuple[Wrong, Seal]) -> None:
    wrong, seal = host
    there = f"https://www.stat.example{wrong.prefix}"
    wrong.replies[wrong.prefix] = Reply(301, {"Location": there}, b"")
    with pytest.raises(PublishError, match=f"leads to {there}: if that is the site, verify that address"):
        differences(seal, wrong.url)


def test_a_host_that_is_asked_too_often(host: tuple[Wrong, Seal]) -> None:
    wrong, seal = host
    slept = list[float]()
    wrong.replies[f"{wrong.prefix}fr/"].busy = 3
    assert verify(seal, wrong.url, lambda _done, _all: None, sleep=slept.append) == ()
    assert slept == [7.0] * 3
    wrong.replies[f"{wrong.prefix}fr/"].busy = 1000
    [found] = verify(seal, wrong.url, lambda _done, _all: None, sleep=slept.append)
    assert found.message == "status 429 instead of 200", "nobody waits for ever"


MOVED = {"fr/old/": "fr/same/", "fr/old": "fr/same/"}


@pytest.fixture(params=["/", "/news/"], ids=["at the root", "below a path"])
def moved(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Wrong, Seal]]:
    """A site with a page that had another address before; its host reads no `_redirects`, and shows the page there."""
    prefix, files = request.param, {**ONE, "fr/old/index.html": b"it is elsewhere", "_redirects": b""}
    seal = seal_of(files, Store(tmp_path))
    rules = {f"/stat/{former}": f"/stat/{present}" for former, present in MOVED.items()}
    seal = replace(seal, url="https://stat.example/stat/", redirects=rules)
    replies = {prefix + urls.address(one.path): Reply(200, dict(one.sent), files[one.path]) for one in seal.files}
    del replies[f"{prefix}404.html"], replies[f"{prefix}_redirects"]
    replies[f"{prefix}fr/old"] = Reply(301, {"Location": f"{prefix}fr/old/"}, b"")
    wrong = Wrong(prefix, replies, Reply(404, dict(seal.by_path["404.html"].sent), ONE["404.html"]))
    with served(wrong):
        yield wrong, seal


def test_a_former_address(moved: tuple[Wrong, Seal]) -> None:
    wrong, seal = moved
    assert told(seal, wrong) == [], "the page leads on, and a folder's address to the page"
    for place in (f"{wrong.prefix}fr/same/", "/stat/fr/same/", f"{wrong.url}fr/same/"):
        for former in MOVED:
            wrong.replies[wrong.prefix + former] = Reply(301, {"Location": place}, b"")
        assert told(seal, wrong) == [], "the host leads on"
    wrong.replies[f"{wrong.prefix}fr/old"] = Reply(200, {}, b"it is elsewhere")
    assert told(seal, wrong) == [], "the same page with and without a slash"


@pytest.mark.parametrize(
    ("former", "reply", "message"),
    [
        ("fr/old", Reply(404, {}, b"missing"), "status 404, where a page was that is at /stat/fr/same/ now"),
        ("fr/old", Reply(301, {"Location": "/"}, b""), "status 301, where a page was that is at /stat/fr/same/ now"),
        ("fr/old", Reply(200, {}, b"another"), "status 200, where a page was that is at /stat/fr/same/ now"),
        ("fr/old", Reply(500, {}, b"", drop=True), "no answer: "),
        ("fr/old/", Reply(302, {"Location": "/stat/fr/same/"}, b""), "status 302 instead of 200, to /stat/fr/same/"),
        ("fr/old/", Reply(301, {"Location": "/stat/fr/gone/"}, b""), "status 301 instead of 200, to /stat/fr/gone/"),
        ("fr/old/", Reply(200, {}, b"another"), "not what was sealed: 7 bytes instead of 15 bytes"),
    ],
)
def test_a_former_address_that_leads_nowhere(
    moved: tuple[Wrong, Seal], former: str, reply: Reply, message: str
) -> None:
    wrong, seal = moved
    wrong.replies[wrong.prefix + former] = reply
    path, found = told(seal, wrong)[0]
    assert path == "fr/old/index.html"
    assert found.startswith(message)


def test_the_site_before(host: tuple[Wrong, Seal], tmp_path: Path) -> None:
    wrong, _seal = host
    found = dict(told(seal_of(TWO, Store(tmp_path)), wrong))
    assert set(found) == {path for path in TWO if ONE.get(path) != TWO[path]}


def test_before_its_instant_nobody_is_asked_for_what_is_to_come(tmp_path: Path) -> None:
    """The addresses alone would tell; and a cache that was asked keeps that there is nothing."""
    coming = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=3)
    seal = seal_of(ONE, Store(tmp_path / "sealed"), coming)
    (tmp_path / "coming.json").write_bytes(write_seal(seal))
    run = communique("verify", "https://stat.invalid/", "--seal", tmp_path / "coming.json")
    assert run.returncode == 1
    assert "may be published from" in run.stderr and "stat.invalid" not in run.stderr
    for url in ("http://127.0.0.1:1/", "http://localhost:1/", "http://[::1]:1/"):
        refuse_to_ask(seal, url, coming - timedelta(hours=1))
    refuse_to_ask(seal, "https://stat.invalid/", coming)


@pytest.mark.parametrize("path", ["", "é ü/"])
def test_nobody_answers(path: str) -> None:
    with pytest.raises(PublishError, match="does not answer"):
        differences(Seal("", datetime.now(UTC), (), None, {}, {}), f"http://127.0.0.1:{free_port()}/{path}")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "url",
    [
        *("stat.example", "ftp://stat.example/", "http:///x", "http://stat.example:www/", "http://stat..example/"),
        *("http://[::1/", "https://u:secret@stat.example/", "ftp://u:secret@stat.example/", "http://u:secret@[x/"),
    ],
)
def test_what_is_no_address(url: str) -> None:
    with pytest.raises(UsageError) as caught:
        differences(Seal("", datetime.now(UTC), (), None, {}, {}), url)  # type: ignore[arg-type]
    assert "secret" not in str(caught.value)
