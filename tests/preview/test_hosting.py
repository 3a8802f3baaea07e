"""A site in memory at the addresses that a host of static files gives it, and what a browser must load again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from generator.errors import Problem, SourceRef
from generator.preview.changes import fingerprint
from generator.preview.hosting import Answer, Hosting
from generator.preview.pages import answer, findings, message, with_scripts
from generator.preview.session import State
from generator.sources.files import digest_of

HEADERS = b"""\
# a remark
/*
  X-Content-Type-Options: nosniff
/fr/*
  Content-Security-Policy: default-src 'none'; frame-ancestors 'none'

/embed/*
  Content-Security-Policy: default-src 'none'; frame-ancestors *
/data/*
  Access-Control-Allow-Origin: *
/assets/*
  Cache-Control: public, max-age=31536000, immutable
"""
PAGE = (
    b'<!doctype html><html><head><link rel="stylesheet" href="../assets/site.0123456789.css">'
    b'<script src="../assets/site.aaaaaaaaaa.js"></script></head><body><img src="card.png">'
    b'<a href="other/">x</a><figure data-spec="../charts/one.json"></figure></body></html>'
)
FILES = {
    "_headers": HEADERS,
    "index.html": b"root",
    "404.html": b"missing",
    "fr/index.html": PAGE,
    "fr/other/index.html": b"<!doctype html><html><head></head><body>other</body></html>",
    "fr/card.png": b"PNG",
    "fr/feed.xml": b"<feed/>",
    "fr/rss.xml": b"<rss/>",
    "embed/one/index.html": b"embed",
    "data/one.csv": b"a,b\n",
    "charts/one.json": b"{}",
    "assets/site.0123456789.css": b"body {}",
    "assets/site.aaaaaaaaaa.js": b"1",
    "strange": b"?",
}
SITE = Hosting(FILES, "/")


@pytest.mark.parametrize(
    ("address", "path", "content_type"),
    [
        ("/", "index.html", "text/html; charset=utf-8"),
        ("/fr/", "fr/index.html", "text/html; charset=utf-8"),
        ("/fr/index.html", "fr/index.html", "text/html; charset=utf-8"),
        ("/fr/feed.xml", "fr/feed.xml", "application/atom+xml; charset=utf-8"),
        ("/fr/rss.xml", "fr/rss.xml", "application/rss+xml; charset=utf-8"),
        ("/fr/card.png", "fr/card.png", "image/png"),
        ("/data/one.csv", "data/one.csv", "text/csv; charset=utf-8"),
        ("/charts/one.json", "charts/one.json", "application/json"),
        ("/assets/site.0123456789.css", "assets/site.0123456789.css", "text/css; charset=utf-8"),
        ("/assets/site.aaaaaaaaaa.js", "assets/site.aaaaaaaaaa.js", "text/javascript; charset=utf-8"),
        ("/strange", "strange", "application/octet-stream"),
    ],
)
def test_an_address_leads_to_its_file(address: str, path: str, content_type: str) -> None:
    found = SITE.answer(address)
    assert (found.status, found.path, found.content, found.content_type) == (200, path, FILES[path], content_type)


@pytest.mark.parametrize("address", ["/fr", "/fr/other", "/embed/one"])
def test_a_folder_without_its_slash_leads_to_the_folder(address: str) -> None:
    found = SITE.answer(address)
    assert (found.status, found.location) == (307, address + "/")


@pytest.mark.parametrize(
    "address",
    [
        *("/nothing", "/nothing/", "/FR/", "/fr//", "//fr/", "//fr", "/fr/../fr/", "/../etc/passwd", "/./fr/"),
        *("/_headers", "/fr/card.png/", "/fr\\", "/fr/\0", "/fr/index.html\0.png", "fr/", "/fr/%2e%2e/", "//x.example"),
        *("/fr/feed.xml/", "/C:/", "/etc/passwd", "/.", "/..", "/fr/index.html/index.html"),
    ],
)
def test_any_other_name_leads_to_the_page_for_what_is_missing(address: str) -> None:
    found = SITE.answer(address)
    assert (found.status, found.content, found.location) == (404, b"missing", "")


def test_a_site_without_a_page_for_what_is_missing_still_has_one() -> None:
    assert b"Not found" in Hosting({}, "/").answer("/x").content


def test_headers_are_those_of_the_host_but_for_what_a_preview_must_not_allow() -> None:
    nosniff = ("X-Content-Type-Options", "nosniff")
    assert SITE.headers("/") == (nosniff,)
    assert SITE.headers("/fr/x/") == (
        nosniff,
        ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
    )
    assert SITE.headers("/embed/one/")[1] == ("Content-Security-Policy", "default-src 'none'; frame-ancestors *")
    assert SITE.headers("/data/one.csv") == SITE.headers("/assets/x.css") == (nosniff,)


def test_a_site_below_a_path() -> None:
    site = Hosting(FILES, "/below/")
    assert site.answer("/below/fr/").content == PAGE
    assert site.answer("/below/fr").location == "/below/fr/"
    assert [site.answer(address).location for address in ("/", "/below")] == ["/below/", "/below/"]
    assert [site.answer(address).status for address in ("/fr/", "/belowfr/", "/below/below/")] == [404, 404, 404]


def test_an_address_that_is_passed_on_is_written_as_an_address() -> None:
    assert Hosting({"é &/index.html": b""}, "/").answer("/é &").location == "/%C3%A9%20%26/"


def test_assets_have_the_names_of_the_public_site() -> None:
    """In memory their names do not change with their content; where they are served, they do."""
    page = b'<link rel=stylesheet href="../assets/a/site.0000000000.css"><img src="/assets/none.0000000000.svg">'
    site = Hosting({"fr/index.html": page, "assets/a/site.0000000000.css": b"p {}"}, "/")
    name = f"assets/a/site.{digest_of(b'p {}')[:10]}.css"
    assert site.answer("/fr/").content == page.replace(b"assets/a/site.0000000000.css", name.encode())
    assert site.answer(f"/{name}").content == b"p {}"
    assert site.answer("/assets/a/site.ffffffffff.css").content == b"p {}", "for a page that is a moment older"
    others = ("site.css", "site.f.css", "other.ffffffffff.css")
    assert {site.answer(f"/assets/a/{other}").status for other in others} == {404}


# ---------------------------------------------------------------- what must be loaded again


def made(files: dict[str, bytes], address: str = "/fr/") -> str:
    site = Hosting(files, "/")
    return fingerprint(site.answer(address), address, site).page


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("fr/index.html", PAGE.replace(b">x<", b">y<")),
        ("fr/index.html", PAGE.replace(b"aaaaaaaaaa", b"bbbbbbbbbb")),
        ("fr/index.html", PAGE.replace(b"../assets/site.01", b"../assets/other.01")),
        ("fr/index.html", PAGE.replace(b"other/", b"assets/x.0123456789.css")),
        ("fr/card.png", b"another picture"),
        ("charts/one.json", b"[]"),
    ],
)
def test_a_page_of_other_words_scripts_or_pictures_is_another(path: str, content: bytes) -> None:
    assert made({**FILES, path: content}) != made(FILES)


@pytest.mark.parametrize(
    ("path", "content"),
    [("fr/other/index.html", b"other words"), ("fr/feed.xml", b"<feed>1</feed>"), ("embed/one/index.html", b"")],
)
def test_what_a_page_only_links_to_does_not_make_it_another(path: str, content: bytes) -> None:
    assert made({**FILES, path: content}) == made(FILES)


def test_a_new_style_sheet_is_taken_without_loading_the_page() -> None:
    new = {**FILES, "fr/index.html": PAGE.replace(b"0123456789", b"9876543210"), "assets/site.9876543210.css": b"p {}"}
    before, after = message(State(hosting=SITE), "/fr/"), message(State(hosting=Hosting(new, "/")), "/fr/")
    assert before.page == after.page
    assert (before.styles, after.styles) == (("../assets/site.0123456789.css",), ("../assets/site.9876543210.css",))


def test_a_page_that_comes_or_goes_is_another() -> None:
    without = {path: content for path, content in FILES.items() if path != "fr/index.html"}
    assert made(without) != made(FILES)
    assert made(without) == made({**without, "fr/card.png": b"x"})


def test_a_page_knows_what_it_was_made_of() -> None:
    state = State(hosting=SITE)
    served = with_scripts(answer(state, "/fr/"), "/fr/", state)
    tag = f'<script src="/_preview/preview.js" data-made="{message(state, "/fr/").page}" defer></script></head>'
    assert tag.encode() in served
    assert served.replace(tag.encode(), b"</head>") == PAGE


@pytest.mark.parametrize("content", [b"<p>no head</p></body>", b"no end at all"])
def test_a_page_without_a_head_has_the_script_too(content: bytes) -> None:
    found = Answer(200, "text/html; charset=utf-8", content)
    assert b"<script " in with_scripts(found, "/x/", State(hosting=SITE))


def test_only_pages_are_touched() -> None:
    state = State(hosting=SITE)
    for path in ("/fr/feed.xml", "/data/one.csv", "/assets/site.aaaaaaaaaa.js", "/fr/card.png"):
        assert with_scripts(answer(state, path), path, state) == FILES[path[1:]]


# ---------------------------------------------------------------- problems

WHERE = SourceRef("content/fr/<b>.md", 7)
ERROR = Problem("unknown-figure", 'no figure "<i>&"', WHERE, "write <em>", details=("<row>", "b"))
WARNING = Problem("typography", "a doubt", SourceRef("site.toml"), level="warning")


def test_problems_are_shown_whole_and_are_never_html() -> None:
    told = message(State(hosting=SITE, problems=(ERROR, WARNING)), "/fr/")
    assert (told.summary, told.broken) == ("1 error, 1 warning", True)
    for text in (
        "content/fr/&lt;b&gt;.md:7",
        "no figure &quot;&lt;i&gt;&amp;&quot;",
        "&lt;row&gt;\nb",
        "write &lt;em&gt;",
    ):
        assert text in told.problems
    assert "unknown-figure" in told.problems
    assert not [tag for tag in ("<b>", "<i>", "<em>", "<row>") if tag in told.problems]
    assert told.problems.index("no figure") < told.problems.index("a doubt")


def test_warnings_alone_do_not_say_that_the_page_is_old() -> None:
    told = message(State(hosting=SITE, problems=(WARNING, replace(WARNING, message="another", level="hint"))), "/fr/")
    assert (told.summary, told.broken) == ("1 warning, 1 hint", False)
    assert message(State(hosting=SITE), "/fr/").problems == ""


def test_thousands_of_problems_are_counted() -> None:
    many = tuple(Problem("unknown-figure", f"number {number}", WHERE) for number in range(2000))
    told = message(State(hosting=SITE, problems=many), "/fr/")
    assert told.summary == "2000 errors"
    assert "1900 more" in told.problems
    assert len(told.problems) < 60_000


def test_without_a_site_there_is_a_page_with_the_problems_alone() -> None:
    found = answer(State(version=1, problems=(ERROR,)), "/fr/x/")
    assert found.status == 500
    assert "content/fr/&lt;b&gt;.md:7" in found.content.decode()
    assert "script-src 'self'" in dict(found.headers)["Content-Security-Policy"]
    assert answer(State(), "/fr/").status == 503


def test_a_failure_of_the_generator_is_said_without_its_insides() -> None:
    told = message(State(hosting=SITE, failure="KeyError: '<x>'", problems=(WARNING,)), "/fr/")
    assert told.summary == "The generator itself failed"
    assert "KeyError: &#x27;&lt;x&gt;&#x27;" in told.problems
    assert "a doubt" not in told.problems


def test_a_draft_that_cannot_be_made_says_so_at_its_own_address() -> None:
    site = Hosting(FILES, "/", {"fr/new/index.html": (ERROR,), "fr/other/index.html": (ERROR,)})
    state = State(hosting=site, problems=(ERROR.at_level("warning"),))
    assert answer(state, "/fr/new").location == "/fr/new/"
    found = answer(state, "/fr/new/")
    assert (found.status, "no figure" in found.content.decode()) == (500, True)
    assert answer(state, "/fr/other/").content == FILES["fr/other/index.html"], "the last good one"
    assert findings(state, "/fr/other/").summary() == "1 error"
    assert message(state, "/fr/other/").broken
    assert findings(state, "/fr/").summary() == "1 warning"
    assert not message(state, "/fr/").broken
