"""The server over a real connection: what it answers, what it refuses, and what pages are told while they are open."""

from __future__ import annotations

import http.client
import json
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, urljoin

import pytest
from previewed import PATIENCE, Running, previewed, wait_for
from support import CHARTS, build, small_site, tree, write

from generator.errors import UsageError
from generator.preview.server import listen

NOTE = "content/fr/notes/beta.md"
ADDRESS = "/fr/notes/note-b/"


def make_root(folder: Path) -> Path:
    return write({path: data for path, data in small_site().items() if not path.startswith("@")}, folder)


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A preview that nobody edits, with all that the public sees."""
    root = make_root(tmp_path_factory.mktemp("shown") / "root")
    (root / "site.toml").write_text((root / "site.toml").read_text(encoding="utf-8"), encoding="utf-8")
    with previewed(root, unpublished=False, charts=CHARTS) as running:
        wait_for(running.shows("/fr/", "Petit site"))
        yield running


@pytest.fixture
def edited(tmp_path: Path) -> Iterator[Running]:
    """A preview of a site of one's own."""
    with previewed(make_root(tmp_path / "root"), charts=CHARTS) as running:
        wait_for(running.shows("/fr/", "Petit site"))
        yield running


def without_script(content: bytes) -> bytes:
    return re.sub(rb'<script src="/_preview/[^>]*></script>', b"", content)


# ---------------------------------------------------------------- what is answered


def test_every_output_of_a_build_is_served_as_it_is(shown: Running, tmp_path: Path) -> None:
    from generator.sources.files import FolderFiles

    build(FolderFiles(shown.root), tmp_path / "site", charts=CHARTS)
    outputs = tree(tmp_path / "site")
    assert len(outputs) > 30
    for path, data in outputs.items():
        if path == "_headers":
            continue
        reply = shown.get("/" + path.removesuffix("index.html"))
        assert reply.status == 200, path
        assert without_script(reply.content) == data, path
        assert reply.header("content-length") == str(len(reply.content))


def test_headers_are_those_of_the_file(shown: Running) -> None:
    """Read here with a reader of its own: lines of a path, then lines of headers."""
    rules: list[tuple[str, str, str]] = []
    pattern = ""
    for line in shown.session.state.hosting.files["_headers"].decode().splitlines():  # type: ignore[union-attr]
        if line[:1] == "/":
            pattern = line
        elif ":" in line:
            name, value = line.strip().split(":", 1)
            rules.append((pattern, name.lower(), value.strip()))
    assert len(rules) > 8
    for address in (
        "/",
        "/fr/",
        "/fr/nouvelles/ventes/",
        "/data/alpha/sales.csv",
        "/data/fr/",
        "/nothing",
        "/fr/feed.xml",
    ):
        expected: dict[str, list[str]] = {}
        for pattern, name, value in rules:
            matches = address.startswith(pattern[:-1]) if pattern.endswith("*") else address == pattern
            if matches and name not in ("cache-control", "access-control-allow-origin"):
                expected.setdefault(name, []).append(value)
        reply = shown.get(address)
        assert {name: reply.headers.get(name) for name in expected} == expected, address
        assert reply.headers["cache-control"] == ["no-cache"]
        assert reply.headers["cross-origin-resource-policy"] == ["same-origin"]
        assert not [name for name in reply.headers if name.startswith("access-control")]
    assert "frame-ancestors 'none'" in shown.get("/fr/").header("content-security-policy")


def test_what_is_missing_has_the_page_of_the_site_for_it(shown: Running) -> None:
    reply = shown.get("/fr/nothing/")
    assert reply.status == 404
    assert without_script(reply.content) == without_script(shown.get("/404.html").content)


def test_a_folder_without_its_slash(shown: Running) -> None:
    reply = shown.get("/fr/nouvelles?x=1")
    assert (reply.status, reply.header("location")) == (307, "/fr/nouvelles/?x=1")
    assert "no-cache" in reply.header("cache-control")


def test_head(shown: Running) -> None:
    for path in ("/fr/", "/nothing", "/fr/feed.xml"):
        whole, head = shown.get(path), shown.get(path, "HEAD")
        assert (head.status, head.content) == (whole.status, b"")
        ours = ("content-length", "content-type", "etag")
        assert [head.header(name) for name in ours] == [whole.header(name) for name in ours]


def test_what_a_browser_has_is_not_sent_again(shown: Running) -> None:
    tag = shown.get("/fr/").header("etag")
    for asked in (tag, f'"x", {tag}', f"W/{tag}", "*"):
        reply = shown.get("/fr/", headers={"If-None-Match": asked})
        assert (reply.status, reply.content, reply.header("etag")) == (304, b"", tag)
        assert "frame-ancestors" in reply.header("content-security-policy")
    assert shown.get("/fr/", headers={"If-None-Match": '"x"'}).status == 200
    assert shown.get("/en/", headers={"If-None-Match": tag}).status == 200


def test_the_previews_own_files(shown: Running) -> None:
    for name, kind in (("preview.js", "text/javascript"), ("preview.css", "text/css")):
        reply = shown.get(f"/_preview/{name}")
        assert reply.status == 200 and reply.header("content-type").startswith(kind)
    for name in ("", "pages.py", "../pages.py", "%2e%2e/pages.py", "assets/preview.js", "preview.js/", "preview.js%00"):
        assert shown.get(f"/_preview/{name}").status == 404, name


def test_a_site_below_a_path_of_its_host(tmp_path: Path) -> None:
    root = make_root(tmp_path / "root")
    config = (root / "site.toml").read_text(encoding="utf-8").replace("stat.example/", "stat.example/below/")
    (root / "site.toml").write_text(config, encoding="utf-8")
    with previewed(root, charts=CHARTS) as running:
        wait_for(running.shows("/below/fr/", "Petit site"))
        assert running.get("/").header("location") == "/below/"
        assert "frame-ancestors" in running.get("/below/fr/").header("content-security-policy")
        assert running.get("/fr/").status == 404


# ---------------------------------------------------------------- what is refused


@pytest.mark.parametrize("path", ["/fr/", "/_preview/events?page=/fr/", "/_preview/preview.js", "/nothing"])
def test_another_name_of_the_host_is_refused(shown: Running, path: str) -> None:
    for host in ("evil.example", f"evil.example:{shown.port}", "127.0.0.1", f"127.0.0.1:{shown.port + 1}"):
        reply = shown.get(path, headers={"Host": host})
        assert reply.status == 421
        assert b"Petit site" not in reply.content
    own = [f"{name}:{shown.port}" for name in ("localhost", "127.0.0.1", "[::1]")]
    assert [shown.get("/fr/", headers={"Host": host}).status for host in own] == [200, 200, 200]


@pytest.mark.parametrize("path", ["/fr/", "/_preview/events?page=/fr/", "/data/alpha/sales.csv"])
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
def test_another_site_is_refused(shown: Running, path: str, method: str) -> None:
    for origin in ("http://evil.example", "null", f"http://localhost.evil:{shown.port}", "http://127.0.0.1:1"):
        reply = shown.get(path, method, {"Origin": origin})
        assert reply.status == 403
        assert not [name for name in reply.headers if name.startswith("access-control")]
    reply = shown.get(path, method, {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"})
    assert reply.status == 403


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_nothing_can_be_sent(shown: Running, method: str) -> None:
    assert shown.get("/fr/", method).status == 405


@pytest.mark.parametrize(
    "path",
    [
        *("/../site.toml", "/fr/../../site.toml", "/%2e%2e/site.toml", "/..%2fsite.toml", "/%2e%2e%2fsite.toml"),
        *("/..\\site.toml", "/%5c..%5csite.toml", "/site.toml", "/content/fr/notes/beta.md", "//etc/passwd", "/%00"),
        *(
            "/fr/%00",
            "/fr/index.html%00.txt",
            "/_headers",
            "/%5fheaders",
            "/data/alpha/release.toml",
            "/%ff",
            "/%c0%ae%c0%ae/",
        ),
        *(
            "/fr/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
            "/file:///etc/passwd",
            "/%0d%0aSet-Cookie:%20x=1",
            "/_preview/..%2f_headers",
        ),
    ],
)
def test_nothing_but_the_site_is_served(shown: Running, path: str) -> None:
    reply = shown.get(path)
    assert reply.status == 404, path
    assert not [word for word in (b"timezone", b"root:", b"published") if word in reply.content]
    assert "set-cookie" not in reply.headers


def test_an_absolute_address_in_a_request_leads_nowhere_else(shown: Running) -> None:
    reply = shown.get("http://evil.example/fr/", headers={"Host": "evil.example"})
    assert reply.status == 421


def test_malformed_requests_do_not_end_it(shown: Running) -> None:
    for data in (
        b"nonsense\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET /fr/ HTTP/1.1\r\n\r\n",
        b"\x16\x03\x01\x02\x00",
        b"GET /\xff HTTP/1.1\r\nHost: x\r\n\r\n",
    ):
        with socket.create_connection(("127.0.0.1", shown.port), timeout=PATIENCE) as connection:
            connection.sendall(data)
            assert connection.recv(1000).split(b" ")[1][:1] == b"4"
    assert shown.get("/fr/").status == 200


# ---------------------------------------------------------------- events


class Stream:
    """An open event stream: one event after the other."""

    def __init__(self, running: Running, page: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", running.port, timeout=PATIENCE)
        self._connection.request("GET", f"/_preview/events?page={quote(quote(page), safe='')}")
        self.response = self._connection.getresponse()

    def next(self) -> dict[str, object]:
        while True:
            line = self.response.readline()
            assert line, "the stream has ended"
            if line.startswith(b"data: "):
                return json.loads(line[6:])

    def close(self) -> None:
        self.response.close()
        self._connection.close()


@contextmanager
def streaming(running: Running, page: str) -> Iterator[Stream]:
    stream = Stream(running, page)
    try:
        yield stream
    finally:
        stream.close()


def made(running: Running, page: str) -> str:
    """What a page says that it was made of."""
    return running.get(quote(page)).text.partition('data-made="')[2].partition('"')[0]


def test_a_page_is_told_at_once_what_it_should_be(edited: Running) -> None:
    for page in ("/", "/fr/", "/nothing/", ADDRESS):
        with streaming(edited, page) as stream:
            assert stream.response.headers["content-type"].startswith("text/event-stream")
            assert stream.next()["page"] == made(edited, page)


def test_a_page_is_told_when_it_is_another_and_the_others_are_not(edited: Running) -> None:
    with streaming(edited, ADDRESS) as stream, streaming(edited, "/en/") as other:
        before, same = stream.next(), other.next()
        edited.write(NOTE, small_site()[NOTE].replace(b"Voir", b"Regarder"))
        after = stream.next()
        assert after["page"] != before["page"]
        assert after["page"] == made(edited, ADDRESS)
        edited.write("data/labels.csv", small_site()["data/labels.csv"].replace(b"Small site", b"Our site"))
        assert other.next()["page"] != same["page"], "and not before that"


def test_problems_come_over_the_last_good_page_and_go(edited: Running) -> None:
    with streaming(edited, "/fr/") as stream:
        good = stream.next()
        assert not good["broken"]
        edited.write(NOTE, small_site()[NOTE].replace(b"release:alpha", b"release:alhpa"))
        bad = stream.next()
        assert bad["broken"]
        assert "content/fr/notes/beta.md:7" in bad["problems"] and "did you mean" in bad["problems"]
        assert bad["page"] == good["page"]
        edited.write(NOTE, small_site()[NOTE])
        assert stream.next() == good


def test_a_style_sheet_is_told_by_its_new_name(edited: Running) -> None:
    with streaming(edited, "/fr/") as stream:
        before = stream.next()
        edited.write("templates/assets/site.css", "body { color: red }")
        after = stream.next()
    assert after["page"] == before["page"] == made(edited, "/fr/")
    (style,) = after["styles"]
    assert [style] != before["styles"]
    assert edited.get(urljoin("/fr/", style)).text == "body { color: red }"


def test_a_page_that_missed_something_learns_it_when_it_returns(edited: Running) -> None:
    old = made(edited, ADDRESS)
    edited.write(NOTE, small_site()[NOTE].replace(b"Voir", b"Regarder"))
    wait_for(edited.shows(ADDRESS, "Regarder"))
    with streaming(edited, ADDRESS) as stream:
        assert stream.next()["page"] != old


def test_another_server_at_the_same_port_is_no_reason_to_load_again(tmp_path: Path) -> None:
    root = make_root(tmp_path / "root")
    found = []
    for _ in range(2):
        with previewed(root, charts=CHARTS) as running:
            wait_for(running.shows("/fr/", "Petit site"))
            found.append(made(running, "/fr/"))
    assert found[0] == found[1]


def test_open_streams_end_with_the_server(tmp_path: Path) -> None:
    with previewed(make_root(tmp_path / "root"), charts=CHARTS) as running:
        wait_for(running.shows("/fr/", "Petit site"))
        streams = [Stream(running, "/fr/") for _ in range(20)]
        for stream in streams:
            stream.next()
    for stream in streams:
        assert stream.response.readline() in (b"", b"\n")
        stream.close()


def test_before_the_first_build_there_is_a_page_that_waits(tmp_path: Path) -> None:
    from generator.preview.watching import keep_building

    def late(session, places, stop):
        assert begin.wait(PATIENCE)
        keep_building(session, places, stop)

    import threading

    begin = threading.Event()
    with previewed(make_root(tmp_path / "root"), charts=CHARTS, watching=late) as running:
        reply = running.get("/fr/")
        assert (reply.status, "Building" in reply.text) == (503, True)
        with streaming(running, "/fr/") as stream:
            assert stream.next()["page"] == made(running, "/fr/")
            begin.set()
            assert stream.next()["page"] == made(running, "/fr/")
        assert "Petit site" in running.get("/fr/").text


# ---------------------------------------------------------------- ports


def test_the_next_free_port_is_taken_unless_one_was_asked_for() -> None:
    one = listen("127.0.0.1", None)
    other = listen("127.0.0.1", None)
    try:
        port = one.getsockname()[1]
        assert 8000 <= port < other.getsockname()[1]
        with pytest.raises(UsageError, match=rf"port {port}: .*--port 0"):
            listen("127.0.0.1", port)
    finally:
        one.close()
        other.close()


def test_a_host_that_does_not_exist() -> None:
    with pytest.raises(UsageError, match="no address"):
        listen("no such host", 0)


def test_the_sixth_version_of_the_protocol(tmp_path: Path) -> None:
    try:
        listen("::1", 0).close()
    except UsageError:
        pytest.skip("this machine has no IPv6")
    with previewed(make_root(tmp_path / "root"), charts=CHARTS, host="::1") as running:
        connection = http.client.HTTPConnection("::1", running.port, timeout=PATIENCE)
        connection.request("GET", "/fr/")
        assert connection.getresponse().status in (200, 503)
        connection.close()
