"""Nothing of a release that is not public is in a public build; and if something is, the build says so and stops."""

from __future__ import annotations

import csv
import gzip
import html
import json
import re
import unicodedata
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import NOW, Sources, build, communique, content, small_site, texts, tree, write

from generator import workers
from generator.build import Report, build_site
from generator.checks.leaks import Net
from generator.checks.traces import Trace, letters
from generator.errors import Problem
from generator.model import Artifact
from generator.output import write as writing
from generator.output.charts import MemoryCharts
from generator.output.write import opened
from generator.render.targets import Press
from generator.sources.files import FolderFiles, MemoryFiles
from generator.workers import Tools

SECRET = "Chocolate exports collapsed in the southern shops"
SENTENCE = "The northern warehouse burnt down during an unannounced inspection of the premises"
BLOCK = b"{% block content %}"
STAGE = writing._FolderStage
ID, SLUG, NUMBER = "embargoed-chocolate-2025", "chocolate-exports-collapsed", "7654321.9"

TABLE = """
[tables.sales]
file = "sales.csv"
dimensions = ["shop", "year"]
value = "value"
unit = "PIECE"
decimals = 1
time = "year"

[figures.sold]
table = "sales"
at = { year = "2025" }
by = "shop"
"""
FIELDS = (("shop", "string"), ("year", "string"), ("value", "number"))
SCHEMA = json.dumps({"fields": [{"name": name, "type": kind} for name, kind in FIELDS]})


def site(**changes: str) -> Sources:
    """The small site, with a scheduled release that says something that nobody else does."""
    files = small_site()
    toml = 'kind = "news"\npublished = 2024-12-01T09:00:00+01:00\ndraft = false\n' + TABLE + changes.get("toml", "")
    files[f"data/{ID}/release.toml"] = toml.encode()
    files[f"data/{ID}/sales.csv"] = f"shop,year,value\nNORTH,2025,{NUMBER}\nSOUTH,2025,12\n".encode()
    files[f"data/{ID}/sales.schema.json"] = SCHEMA.encode()
    for lang in ("fr", "en"):
        body = f"{SENTENCE}. Sold: {{{{ sold.NORTH }}}}."
        files[f"content/{lang}/news/{ID}.md"] = content(SECRET, SLUG, body)
    return files


@pytest.fixture
def files() -> Sources:
    return site()


def leaks(report: Report) -> list[Problem]:
    return [problem for problem in report.problems if problem.code == "embargo-leak"]


def hidden_front(press: Press) -> Any:
    """What a defect would get hold of: the head of the release, if the sources have it."""
    head = press.edition.site.heads.get(ID)
    return head and head.texts["en"]


def spoil(monkeypatch: pytest.MonkeyPatch, kind: str, change: Callable[[Artifact, Press], bytes]) -> None:
    """Let the press carry something of the hidden release into outputs of a kind, as a defect would."""
    make = Press.make

    def leaky(self: Press, target: Any) -> Any:
        artifact, lookup = make(self, target)
        if target.kind == kind and not target.rehearsal and hidden_front(self):
            artifact = replace(artifact, content=change(artifact, self))
        return artifact, lookup

    monkeypatch.setattr(Press, "make", leaky)


def insert(text: str, before: bytes) -> Callable[[Artifact, Press], bytes]:
    return lambda artifact, _press: artifact.content.replace(before, text.encode() + before, 1)


def chunk(kind: bytes, body: bytes) -> bytes:
    return len(body).to_bytes(4) + kind + body + zlib.crc32(kind + body).to_bytes(4)


# ---------------------------------------------------------------- the clean case


def test_a_clean_site_raises_no_alarm(files: Sources, tmp_path: Path) -> None:
    report = build(files, tmp_path / "site")
    assert not report.broken, texts(report)
    assert not leaks(report)


# ---------------------------------------------------------------- a leak in each channel

WORDS = SENTENCE.split()
CHANNELS: dict[str, tuple[str, Callable[[Artifact, Press], bytes], str]] = {
    "page text": ("release", insert(f"<p>{SENTENCE}.</p>", b"</main>"), "burnt down during an unannounced inspection"),
    "title in a list": ("home", insert(f"<h2>{SECRET}</h2>", b"</main>"), SECRET),
    "title in capitals": ("home", insert(f"<h2>{SECRET.upper()}</h2>", b"</main>"), SECRET),
    "slug in the sitemap": ("sitemap", insert(f"<url><loc>/en/news/{SLUG}/</loc></url>", b"</urlset>"), SLUG),
    "JSON-LD": (
        "release",
        insert(f'<script type="application/ld+json">{json.dumps({"about": SECRET})}</script>', b"</head>"),
        SECRET,
    ),
    "escaped JSON": (
        "home",
        insert("<script>" + "".join(f"\\u{ord(sign):04x}" for sign in SECRET) + "</script>", b"</head>"),
        SECRET,
    ),
    "CSV": ("data", lambda artifact, _press: artifact.content + b"NORTH,2025,7654321.9,A\r\n", "76543219"),
    "feed": (
        "feed",
        insert(html.escape(f"<p>{SENTENCE}</p>"), b"</feed>"),
        "burnt down during an unannounced inspection",
    ),
    "feed, split by escaped tags": (
        "rss",
        insert(html.escape(" ".join(f"<em>{word}</em>" for word in WORDS)), b"</channel>"),
        "burnt down during an unannounced inspection",
    ),
    "PNG, text": (
        "card",
        lambda artifact, _press: (
            artifact.content[:33] + chunk(b"tEXt", b"Title\0" + SECRET.encode()) + artifact.content[33:]
        ),
        SECRET,
    ),
    "PNG, packed text": (
        "card",
        lambda artifact, _press: (
            artifact.content[:33]
            + chunk(b"zTXt", b"Title\0\0" + zlib.compress(SECRET.encode()))
            + artifact.content[33:]
        ),
        SECRET,
    ),
    "PNG, international text": (
        "card",
        lambda artifact, _press: (
            artifact.content[:33]
            + chunk(b"iTXt", b"Title\0\1\0en\0\0" + zlib.compress(SECRET.encode()))
            + artifact.content[33:]
        ),
        SECRET,
    ),
    "PNG, after its end": ("card", lambda artifact, _press: artifact.content + SECRET.encode(), SECRET),
    "gzip": ("robots", lambda artifact, _press: gzip.compress(artifact.content + SECRET.encode()), SECRET),
    "comment in HTML": ("index", insert(f"<!-- next: {SECRET} -->", b"</body>"), SECRET),
    "attribute": ("index", insert(f'<a title="{SECRET}" href="#">x</a>', b"</body>"), SECRET),
    "entities": ("root", insert("".join(f"&#{ord(sign)};" for sign in SECRET), b"</body>"), SECRET),
    "split by tags": ("home", insert(SECRET.replace("exports", "ex<b>por</b>ts"), b"</main>"), SECRET),
    "split by tags and figures": (
        "home",
        insert(SENTENCE.replace(" down ", " <data value='1'>12,3</data> down "), b"</main>"),
        "burnt down during an unannounced inspection",
    ),
    "soft hyphens": ("home", insert(SECRET.replace("exports", "ex\u00adports"), b"</main>"), SECRET),
    "number as another language prints it": ("home", insert("<p>7 654 321,9 pièces</p>", b"</main>"), "76543219"),
    "number, rounded": ("home", insert("<p>7,654,322</p>", b"</main>"), "7654322"),
    "address of data": ("catalogue", insert(f'<a href="/data/{ID}/sales.csv">x</a>', b"</main>"), ID),
    "address, with its signs escaped": (
        "notfound",
        insert(f'<a href="/{SLUG.replace("-", "%2D")}/">x</a>', b"</body>"),
        SLUG,
    ),
    "release.json": ("record", lambda artifact, _press: artifact.content + json.dumps({"next": ID}).encode(), ID),
    "style sheet": ("asset", lambda artifact, _press: artifact.content + f"/* {ID} */".encode(), ID),
    "headers": ("headers", lambda artifact, _press: artifact.content + f"/en/news/{SLUG}/\n".encode(), SLUG),
}


@pytest.mark.parametrize("channel", CHANNELS)
def test_a_leak_is_found_and_nothing_is_written(
    files: Sources, channel: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    kind, change, told = CHANNELS[channel]
    spoil(monkeypatch, kind, change)
    monkeypatch.setattr(workers, "check_agreement", lambda *_arguments: ())  # which finds some of them too
    report = build(files, tmp_path / "site")
    found = leaks(report)
    assert found and report.broken, texts(report)
    assert ID in found[0].message
    details = [detail for problem in found for detail in problem.details]
    assert any(told in detail for detail in details), texts(report)
    assert not (tmp_path / "site").exists()


@pytest.mark.parametrize("beside", ["next-year.csv", "release.toml"])
def test_what_lies_beside_the_data_of_a_public_release_is_not_public(
    files: Sources, beside: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A working file, or a comment: nobody has read it."""
    place = f"data/alpha/{beside}"
    files[place] = files.get(place, b"") + f"\n# To come: {NUMBER}\n".encode()
    spoil(monkeypatch, "release", insert("<p>7,654,321.9</p>", b"</main>"))
    monkeypatch.setattr(workers, "check_agreement", lambda *_arguments: ())
    assert any("76543219" in detail for problem in leaks(build(files, tmp_path / "site")) for detail in problem.details)


@pytest.mark.parametrize(
    "drawing",
    [
        f'<svg><text x="1" y="2">{SECRET}</text></svg>',
        "<svg><text>Chocolate exports<tspan> collapsed</tspan> in the <tspan>southern</tspan> shops</text></svg>",
        f'<svg aria-label="{SECRET}"><path d="M0,0L10,10"/></svg>',
    ],
)
def test_a_title_in_a_drawing_is_found(drawing: str) -> None:
    trace = Trace("title", ID, SECRET, sure=True)
    assert Net([trace]).found("charts/alpha/a.svg", drawing.encode()) == {trace}


def test_a_title_is_found_where_a_calendar_folds_it_and_a_phrase_where_json_breaks_it() -> None:
    title, phrase = (
        Trace("title", ID, SECRET, sure=True),
        Trace("phrase", ID, "burnt down during an unannounced inspection"),
    )
    lines = (SECRET.replace("exports", "exp\r\n orts"), "There is more.\\n" + SENTENCE.partition("warehouse ")[2])
    folded = "BEGIN:VCALENDAR\r\nSUMMARY:{}\r\nDESCRIPTION:{}\r\nEND:VCALENDAR\r\n".format(*lines)
    assert Net([title, phrase]).found("en/calendar.ics", folded.encode()) == {title, phrase}
    broken = json.dumps({"text": SENTENCE.replace(" burnt ", "\nburnt ")})
    assert Net([title, phrase]).found("data/alpha/release.json", broken.encode()) == {phrase}


@pytest.mark.parametrize("change", [str.lower, str.upper, partial(unicodedata.normalize, "NFD")])
@pytest.mark.parametrize("kind", ["title", "phrase"])
def test_accents_are_found_in_capitals_and_as_some_systems_write_them(kind: Any, change: Callable[[str], str]) -> None:
    title = "Évolution des échanges de services à l’étranger"
    form = title if kind == "title" else letters(title.encode())
    trace = Trace(kind, ID, form if isinstance(form, str) else b" ".join(form[:6]).decode())
    assert Net([trace]).found("x.html", f"<h2>{change(title)}</h2>".encode()) == {trace}


def test_a_long_name_is_found_in_capitals() -> None:
    long, short = Trace("name", ID, ID, sure=True), Trace("name", "gamma", "later")
    assert Net([long, short]).found(f"assets/{ID.title()}.0123456789.png", b"<h2>Later</h2>") == {long}


def test_a_name_in_the_path_of_a_file_is_found() -> None:
    long, short = Trace("name", ID, ID, sure=True), Trace("name", "gamma", "later")
    net = Net([long, short])
    assert net.found(f"data/{ID}/sales.csv", b"") == {long}
    assert net.found(f"assets/{ID}.0123456789.js", b"") == {long}
    assert net.found("en/news/later/index.html", b"") == {short}
    assert net.found("en/news/sooner-or-later/index.html", b"Sooner or later.") == set()


@pytest.mark.parametrize(
    "printed",
    [
        "7654321.9",
        "7,654,321.9",
        "7.654.321,9",
        "7 654 321,9",
        "7\u202f654\u202f321,9",
        "7’654’321.9",
        "-7654321.90",
    ],
)
@pytest.mark.parametrize(
    "around", ["{}", "NORTH,2025,{},A", "NORTH;2025;{};A", "<td>{}</td><td>12</td>", '{{"value": {}}}']
)
def test_a_number_is_found_as_any_language_and_file_writes_it(printed: str, around: str) -> None:
    trace = Trace("number", ID, "76543219")
    assert Net([trace]).found("x.txt", around.format(printed).encode()) == {trace}


def test_a_number_within_another_is_not_found() -> None:
    net = Net([Trace("number", ID, "654321")])
    assert net.found("x.txt", b"7654321 65432 654321.5 a 1,654,321 b") == set()


# ---------------------------------------------------------------- a defect that no byte shows


def test_an_output_that_was_made_with_hidden_sources_is_found(
    files: Sources, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The order or the count of something may say that there is a release, without any word of it."""
    make = Press.make

    def curious(self: Press, target: Any) -> Any:
        artifact, lookup = make(self, target)
        if target.kind == "home" and hidden_front(self):
            lookup.front(ID, "en")
        return artifact, lookup

    monkeypatch.setattr(Press, "make", curious)
    found = leaks(build(files, tmp_path / "site"))
    assert len(found) == 1 and ID in found[0].message
    assert found[0].details == ("en/index.html", "fr/index.html")


# ---------------------------------------------------------------- what is no leak, and what people write


def test_what_public_sources_say_is_no_leak(files: Sources, tmp_path: Path) -> None:
    """A sentence, a short title and a number that a public release has too, in its text or in its data."""
    files["content/en/notes/beta.md"] = content(
        "Note", "note-b", f"[A](release:alpha#more) {SENTENCE}. 7,654,321.9 later."
    )
    files["templates/home.html"] = files["@default/templates/home.html"].replace(
        BLOCK, BLOCK + b"<!-- 7654321.9 " + SENTENCE.encode() + b" -->"
    )
    report = build(files, tmp_path / "site")
    assert not report.broken, texts(report)
    assert SENTENCE.encode() in tree(tmp_path / "site")["en/index.html"]


@pytest.mark.parametrize("like", ["heading", "table"])
def test_a_slug_like_a_heading_or_a_table_of_a_public_release_is_no_leak(
    like: str, files: Sources, tmp_path: Path
) -> None:
    if like == "heading":
        title = SLUG.replace("-", " ").capitalize()
        files["content/en/notes/beta.md"] += f"\n\n## {title}\n\nIt is [here](#{SLUG}).\n".encode()
        files["site.toml"] = files["site.toml"].replace(b"[checks]", b'[checks]\nlanguage-difference = "hint"')
    else:
        toml = files["data/alpha/release.toml"]
        toml = toml.replace(b"[tables.spare]", f"[tables.{SLUG}]".encode())
        files["data/alpha/release.toml"] = toml
    report = build(files, tmp_path / "site")
    assert not report.broken, texts(report)
    assert any(SLUG.encode() in data for data in tree(tmp_path / "site").values())


def test_a_name_that_is_a_date_is_no_leak_where_the_date_stands(files: Sources, tmp_path: Path) -> None:
    files = {path.replace(ID, "2024-05-01"): data.replace(SLUG.encode(), b"2024-05-01") for path, data in files.items()}
    report = build(files, tmp_path / "site")
    assert not report.broken, texts(report)
    assert b"2024-05-01" in tree(tmp_path / "site")["sitemap.xml"]


def test_a_slug_that_a_build_carries_into_an_anchor_is_found(
    files: Sources, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    spoil(monkeypatch, "home", insert(f'<i id="{SLUG}"></i>', b"</main>"))
    (found,) = leaks(build(files, tmp_path / "site"))
    assert any(SLUG in detail for detail in found.details)


def test_a_title_that_a_public_release_has_too_is_no_leak(files: Sources, tmp_path: Path) -> None:
    for lang in ("fr", "en"):
        files[f"content/{lang}/notes/beta.md"] = content(SECRET, "note-b", "[A](release:alpha#more)")
    report = build(files, tmp_path / "site")
    assert not report.broken, texts(report)


@pytest.mark.parametrize("words", [SECRET, f"/en/news/{SLUG}/", f"data/{ID}/sales.csv"])
def test_what_somebody_wrote_into_a_template_is_an_error_until_it_is_allowed(words: str, tmp_path: Path) -> None:
    def with_words(files: Sources) -> Report:
        home = files["@default/templates/home.html"]
        files["templates/home.html"] = home.replace(BLOCK, BLOCK + words.encode())
        return build(files, tmp_path / "site")

    report = with_words(site())
    assert report.broken
    (problem,) = leaks(report)
    assert problem.where.path == "templates" and "embargo.allow" in problem.hint
    allowed = site(toml=f'[embargo.allow]\n"{SECRET}" = "announced"\n"{SLUG}" = "announced"\n"{ID}" = "announced"\n')
    assert not (again := with_words(allowed)).broken, texts(again)


def test_a_catalogue_that_cannot_be_read_is_told_as_ever(files: Sources, tmp_path: Path) -> None:
    files["templates/locale/fr/LC_MESSAGES/messages.po"] = b'msgid "\n'
    report = build(files, tmp_path / "site")
    assert report.broken and any("[bad-syntax]" in found for found in texts(report))


def test_an_allowed_text_needs_a_reason(tmp_path: Path) -> None:
    report = build(site(toml=f'[embargo.allow]\n"{SECRET}" = ""\n'), tmp_path / "site")
    assert any("is empty" in found for found in texts(report))


def test_no_site_can_let_a_leak_pass(files: Sources, tmp_path: Path) -> None:
    files["site.toml"] = files["site.toml"].replace(b"[checks]", b'[checks]\nembargo-leak = "warning"')
    report = build(files, tmp_path / "site")
    assert report.broken and any('"embargo-leak" is always an error' in found for found in texts(report))


# ---------------------------------------------------------------- what is kept


def test_what_was_kept_is_searched_when_a_release_is_hidden(
    files: Sources, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A page that somebody's public source names stays as it was; what it names is hidden later."""
    files["templates/404.html"] = files["@default/templates/404.html"].replace(b"{{ greeting.home }}", SECRET.encode())
    after = datetime.fromisoformat("2025-01-01T00:00:00Z")
    assert not build(files, tmp_path / "site", after).broken
    toml = files[f"data/{ID}/release.toml"]
    files[f"data/{ID}/release.toml"] = toml.replace(b"draft = false", b"draft = true")
    (found,) = leaks(build(files, tmp_path / "site", after))
    assert any(detail.startswith("404.html:") for detail in found.details)


def test_kept_outputs_are_read_only_when_there_is_something_new_to_look_for(
    files: Sources, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    read: list[str] = []
    old = STAGE.old
    monkeypatch.setattr(STAGE, "old", lambda self, path: (read.append(path), old(self, path))[1])
    build(files, tmp_path / "site")
    build(files, tmp_path / "site")
    files["content/en/notes/beta.md"] += b"\nMore.\n"
    build(files, tmp_path / "site")
    assert not read
    files[f"content/en/news/{ID}.md"] += b"\nAnother sentence that nobody may know before its time.\n"
    files["content/en/notes/beta.md"] += b"\nMore.\n"
    report = build(files, tmp_path / "site")
    assert len(read) == report.fresh > 0


WORD = st.sampled_from(["trade", "rose", "u.s.", "in", "é", "north", "of", "3.5million"])
BETWEEN = st.sampled_from([" ", "\n", "<b> ", " 1,2 ", "</i> ", ", ", " 7"])


@given(st.lists(WORD, min_size=6, max_size=12), st.lists(st.tuples(WORD, BETWEEN), max_size=40))
def test_a_few_traces_are_found_as_many_are(phrases: list[str], said: list[tuple[str, str]]) -> None:
    """With few traces, an output is first tried with a few words."""
    wanted = " ".join(phrases).replace("3.5", "").replace(".", "").split()
    traces = [Trace("phrase", ID, " ".join(wanted[at : at + 6])) for at in range(len(wanted) - 5)]
    others = [
        Trace("phrase", "other", " ".join(f"{chr(97 + one % 26)}{one // 26 * sign}{sign}" for sign in "uvwxyz"))
        for one in range(60)
    ]
    others += [Trace("title", "other", f"{trace.form} indeed") for trace in others]
    text = "".join(word + between for word, between in said) + " ".join(phrases[: len(said)])
    assert Net(traces).found("x", text.encode()) == Net([*traces, *others]).found("x", text.encode())


# ---------------------------------------------------------------- random sites, and another reader

TITLES = ("Trade", "Trade in shops", "Sales of chocolate and beer in 2025", "Jobs lost in the north this year", "Note")
SENTENCES = (
    "Sales rose in all shops of the north and of the south.",
    "Nobody had expected that the beer would be sold out before noon.",
    "Figures are rounded and may not add up to the totals.",
    "The price of chocolate doubled within a week after the strike.",
)
NAMES = ("aaa", "alphabet", "beta-two", "mid-year-trade-2025", "trade", "zzz", "zz-top-of-the-list")
VALUES = ("12", "1234567.8", "7654321", "99999999", "1234567")


@st.composite
def releases(draw: st.DrawFn) -> tuple[Sources, frozenset[str], frozenset[str]]:
    """A site, the releases that its public sees, and those that it does not."""
    files = {path: data for path, data in small_site().items() if not re.search("alpha|beta|gamma|delta", path)}
    files["site.toml"] = files["site.toml"].replace(b'folder = "news"', b'folder = "news"\nper_page = 1\nrelated = 2')
    names = draw(st.lists(st.sampled_from(NAMES), min_size=2, max_size=5, unique=True))
    hidden = frozenset(draw(st.sets(st.sampled_from(names), min_size=1)))
    for name in names:
        when = "2024-09-01" if name in hidden and draw(st.booleans()) else "2024-02-01"
        drafted = name in hidden and when < "2024-07"
        value = draw(st.sampled_from(VALUES))
        toml = f'kind = "news"\npublished = {when}T09:00:00Z\ndraft = {str(drafted).lower()}\n'
        files[f"data/{name}/release.toml"] = (toml + TABLE).encode()
        files[f"data/{name}/sales.csv"] = f"shop,year,value\nNORTH,2025,{value}\nSOUTH,2025,5\n".encode()
        files[f"data/{name}/sales.schema.json"] = SCHEMA.encode()
        for lang in ("fr", "en"):
            body = " ".join(draw(st.lists(st.sampled_from(SENTENCES), max_size=2))) + "\n\n{{ sold.NORTH }}"
            files[f"content/{lang}/news/{name}.md"] = content(draw(st.sampled_from(TITLES)), f"on-{name}", body)
    return files, frozenset(names) - hidden, hidden


def readers_text(data: bytes) -> str:
    """An output as a reader sees it, made here with other means than the scan's."""
    text = data.decode("utf-8", "replace")
    text = html.unescape(html.unescape(text))
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", text))


def sources_of(files: Sources, names: frozenset[str]) -> str:
    parts = [data for path, data in files.items() if path.startswith(("templates", "@default", "data/labels"))]
    parts += [data for path, data in files.items() if set(re.split(r"[/.]", path)) & names]
    return b"\n".join(parts).decode("utf-8", "replace")


def said_by(files: Sources, name: str) -> Iterator[str]:
    """What a release says: its names, titles, sentences and long numbers."""
    yield from (f"data/{name}/", f"on-{name}/")
    for lang in ("fr", "en"):
        text = files[f"content/{lang}/news/{name}.md"].decode()
        yield from (title for title in TITLES if f"title: {title}\n" in text and len(title) > 12)
        yield from (sentence for sentence in SENTENCES if sentence in text)
    rows = csv.reader(files[f"data/{name}/sales.csv"].decode().splitlines())
    yield from (row[2] for row in rows if len(row[2]) > 6 and row[2] != "value")


@settings(max_examples=12, deadline=None)
@given(drawn=releases())
def test_random_hidden_releases_leave_no_byte(drawn: tuple[Sources, frozenset[str], frozenset[str]]) -> None:
    files, public, hidden = drawn
    with TemporaryDirectory() as folder:
        report = build(files, Path(folder) / "with", NOW)
        alone = {path: data for path, data in files.items() if not set(re.split(r"[/.]", path)) & hidden}
        other = build(alone, Path(folder) / "without", NOW)
        assert not report.broken and not other.broken, texts(report)
        one, two = tree(Path(folder) / "with"), tree(Path(folder) / "without")
    assert list(one) == list(two) and one == two
    assert (report.pages, report.charts, report.feeds) == (other.pages, other.charts, other.feeds)
    known = sources_of(files, public)
    for path, data in one.items():
        seen = path + " " + readers_text(data)
        plain = re.sub(r"[\s,.\u202f\xa0]", "", seen)
        for name in hidden:
            for said in said_by(files, name):
                if said in known or said.rstrip("/") in known:
                    continue
                assert said not in seen, (path, said)
                assert not said[0].isdigit() or said.replace(".", "") not in plain, (path, said)


# ---------------------------------------------------------------- a build that shows what is not public


def closed(files: Sources, out: Path) -> Report:
    with opened(out, lambda: None) as output:
        return build_site(MemoryFiles(files), output, NOW, Tools(MemoryCharts()), unpublished=True)


@pytest.fixture
def made_closed(files: Sources, tmp_path: Path) -> dict[str, bytes]:
    del files["content/en/notes/delta.md"], files["content/fr/notes/delta.md"], files["data/delta/release.toml"]
    files["data/beta/release.toml"] = files["data/beta/release.toml"].replace(b"draft = false", b"draft = true")
    files["content/en/news/gamma.md"] = content("Later", "later", "Nothing else.")
    files["content/fr/news/gamma.md"] = content("Plus tard", "plus-tard", "Rien d’autre.")
    report = closed(files, tmp_path / "site")
    assert not report.broken, texts(report)
    return tree(tmp_path / "site")


def test_every_page_of_a_build_with_unpublished_releases_is_marked(made_closed: dict[str, bytes]) -> None:
    pages = {path: data for path, data in made_closed.items() if path.endswith(".html")}
    assert {"index.html", "404.html", "en/news/later/index.html", f"en/news/{SLUG}/index.html"} <= set(pages)
    for path, data in pages.items():
        assert b'<p class="unpublished">' in data, path
        assert b'<meta name="robots" content="noindex">' in data, path
    for feed in ("en/feed.xml", "en/rss.xml"):
        assert b"<title>Preview: Small site</title>" in made_closed[feed]
        assert b"<title>Under embargo: Later</title>" in made_closed[feed]
        assert b"<title>Draft: Note</title>" in made_closed[feed]
        assert b"<title>Sales in 2024</title>" in made_closed[feed]


def test_a_host_is_told_to_list_nothing_of_it(made_closed: dict[str, bytes]) -> None:
    assert b"Disallow: /\n" in made_closed["robots.txt"] and b"Allow: /\n" not in made_closed["robots.txt"].replace(
        b"Disallow", b""
    )
    assert b"/*\n" in made_closed["_headers"] and b"  X-Robots-Tag: noindex\n" in made_closed["_headers"]


def test_a_public_build_after_it_removes_every_trace(
    files: Sources, made_closed: dict[str, bytes], tmp_path: Path
) -> None:
    state = tmp_path / ".site"
    assert [version.name for version in state.glob("?/unpublished")] == ["unpublished"]
    assert not build(files, tmp_path / "site").broken
    build(files, tmp_path / "clean")
    assert tree(tmp_path / "site") == tree(tmp_path / "clean")
    left = b"".join(data for path, data in tree(state).items() if "manifest" not in path)
    assert SLUG.encode() not in left and SECRET.encode() not in left
    assert not list(state.glob("?/unpublished"))


def test_nothing_hidden_but_a_build_for_nobody_is_marked_all_the_same(tmp_path: Path) -> None:
    files = {path: data for path, data in small_site().items() if not re.search("gamma|delta", path)}
    assert not closed(files, tmp_path / "site").broken
    assert all(b'class="unpublished"' in data for path, data in tree(tmp_path / "site").items() if ".html" in path)


def test_the_command_puts_it_elsewhere_and_says_so(files: Sources, tmp_path: Path) -> None:
    write({path: data for path, data in files.items() if not re.search("^@|delta", path)}, tmp_path)
    run = communique("build", "--root", tmp_path, "--now", NOW.isoformat(), "--include-unpublished")
    assert run.returncode == 0, run.stderr
    assert "do not publish it" in run.stderr
    assert not (tmp_path / "build/site").exists()
    assert (tmp_path / f"build/unpublished/en/news/{SLUG}/index.html").is_file()
    run = communique("build", "--root", tmp_path, "--now", NOW.isoformat(), "--include-unpublished", "--json")
    assert json.loads(run.stdout)["unpublished"] is True


def test_it_does_not_take_the_place_of_a_public_site(files: Sources, tmp_path: Path) -> None:
    write({path: data for path, data in files.items() if not re.search("^@|delta", path)}, tmp_path)
    build(FolderFiles(tmp_path), tmp_path / "www")
    public = tree(tmp_path / "www")
    arguments = ("--root", tmp_path, "--now", NOW.isoformat(), "--include-unpublished", "--out", tmp_path / "www")
    run = communique("build", *arguments)
    assert run.returncode == 2 and "holds a site for the public" in run.stderr
    assert tree(tmp_path / "www") == public
    left = b"".join(data for path, data in tree(tmp_path / ".www").items() if "manifest" not in path)
    assert SLUG.encode() not in left


def test_a_site_as_of_an_instant_to_come_is_not_put_where_that_of_today_is(files: Sources, tmp_path: Path) -> None:
    write({path: data for path, data in files.items() if not re.search("^@|delta", path)}, tmp_path)
    coming = "9000-01-01T00:00:00Z"
    run = communique("build", "--root", tmp_path, "--now", coming)
    assert run.returncode == 2 and "is to come" in run.stderr and "--out" in run.stderr
    assert not (tmp_path / "build").exists()
    run = communique("build", "--root", tmp_path, "--now", coming, "--out", tmp_path / "rehearsal")
    assert run.returncode == 0 and (tmp_path / f"rehearsal/en/news/{SLUG}/index.html").is_file()
