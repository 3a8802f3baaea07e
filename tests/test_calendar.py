"""The release calendar: what was announced at an instant, and nothing else; its page, and the file for programs."""

from __future__ import annotations

import pickle
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar
from support import NOW, Sources, build, content, small_site, texts, tree

from generator import workers
from generator.build import Report, build_site
from generator.output.charts import MemoryCharts
from generator.output.write import opened
from generator.sources.files import MemoryFiles

PAGE, FILE = "en/calendar/index.html", "en/calendar.ics"
ID = "embargoed-chocolate-2025"
TITLES = {"fr": "Le commerce du chocolat", "en": "Trade in chocolate"}
SINCE = "2024-06-01T09:00:00+02:00"
#: A second announcement, so that nothing else depends on there being a calendar.
OTHER = """kind = "note"
published = 2024-11-01T08:30:00+01:00
draft = true

[announced]
since = 2024-01-01T09:00:00Z
title.fr = "Autre"
title.en = "Another"
"""


def announced(
    published: str = "2024-09-12T08:30:00+02:00",
    *,
    since: str = SINCE,
    changes: str = "",
    draft: bool = True,
    titles: Mapping[str, str] = TITLES,
) -> bytes:
    """A release.toml that announces itself, and says nothing else."""
    lines = ['kind = "news"', f"published = {published}", f"draft = {str(draft).lower()}", "[announced]"]
    lines += [f"since = {since}", *(f'title.{lang} = "{title}"' for lang, title in titles.items())]
    return ("\n".join(lines) + "\n" + changes).encode()


def change(at: str, before: str, why: str = "The data are late.") -> str:
    return f'[[announced.changes]]\nat = {at}\nfrom = {before}\ntext.fr = "Les donnees tardent."\ntext.en = "{why}"\n'


def site(toml: bytes | None = None, **texts_of: bytes) -> Sources:
    """The small site with an announced release; perhaps with a text of it in each language."""
    files = small_site()
    files["site.toml"] = b"social_cards = false\n" + files["site.toml"]
    if toml is not None:
        files[f"data/{ID}/release.toml"] = toml
    for lang, text in texts_of.items():
        files[f"content/{lang}/news/{ID}.md"] = text
    return files


def built(files: Sources, out: Path, now: datetime = NOW) -> dict[str, bytes]:
    """The outputs of a build that must succeed."""
    report = build(files, out, now)
    assert not report.broken, texts(report)
    return tree(out)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def logical_lines(data: bytes) -> list[str]:
    """The lines of an .ics, unfolded, read by other means than the library's; every physical one is as it must be."""
    assert data.endswith(b"\r\n")
    physical = data[:-2].split(b"\r\n")
    assert all(len(line) <= 75 and b"\n" not in line and b"\r" not in line for line in physical)
    found: list[bytes] = []
    for line in physical:
        if line.startswith(b" "):
            found[-1] += line[1:]
        else:
            found.append(line)
    return [line.decode() for line in found]


def events(data: bytes) -> list[dict[str, Any]]:
    """The events of an .ics as a program gets them."""
    logical_lines(data)
    return [
        {name.lower(): event.decoded(name) if name != "CATEGORIES" else event[name] for name in event}
        for event in Calendar.from_ical(data).walk("VEVENT")
    ]


def said(value: bytes | str) -> str:
    return value.decode() if isinstance(value, bytes) else value


@dataclass
class Item:
    """A date as a reader of the page sees it."""

    when: str
    title: str
    href: str
    marks: str
    changes: list[tuple[str, str, str]]


def items(page: bytes) -> list[Item]:
    """The dates of a page, in order; times in machine form."""
    main = page.decode().partition("<main")[2].partition("</main>")[0]
    found = []
    for part in re.findall(r'<li>\s*(<p class="date-when">.*?</div>)\s*</li>', main, re.S):
        when = re.search(r'<p class="date-when">(.*?)</p>', part, re.S)
        title = re.search(r'<p class="date-title">(?:<a href="([^"]*)">)?(.*?)(?:</a>)?</p>', part, re.S)
        assert when is not None and title is not None
        moved = r'<div class="date-change">.*?<time datetime="([^"]*)">.*?<s><time datetime="([^"]*)">.*?<p>(.*?)</p>'
        told = re.findall(moved, part, re.S)
        machine = re.search(r'datetime="([^"]*)"', when.group(1))
        assert machine is not None
        marks = " ".join(re.findall(r'<strong class="standing">(.*?)</strong>', part))
        href, name = title.group(1) or "", unescape(title.group(2))
        found.append(Item(machine.group(1), name, href, marks, told))
    return found


# ---------------------------------------------------------------- what is announced


def test_a_date_is_in_the_calendar_before_the_release_has_a_text(tmp_path: Path) -> None:
    outputs = built(site(announced()), tmp_path / "site")
    (item,) = items(outputs[PAGE])
    assert (item.when, item.title, item.href, item.marks) == (
        "2024-09-12T08:30:00+02:00",
        "Trade in chocolate",
        "",
        "",
    )
    page = outputs[PAGE].decode()
    assert "Thursday, 12 September 2024, 08:30" in page or "Thursday, September 12, 2024, 08:30" in page
    assert "Time zone: Central European Time (Brussels)" in page
    assert 'href="webcal://stat.example/en/calendar.ics"' in page and 'href="../calendar.ics"' in page
    assert "<script" not in page.partition("<main")[2]
    french = outputs["fr/calendar/index.html"].decode()
    assert "jeudi 12 septembre 2024, 08:30" in french and "Le commerce du chocolat" in french
    assert "heure d’Europe centrale (Bruxelles)" in french


def test_there_is_no_calendar_while_nothing_is_announced(tmp_path: Path) -> None:
    for now in (NOW, at("2024-06-01T08:59:59.999999+02:00")):
        files = site(announced()) if now < NOW else site()
        outputs = built(files, tmp_path / str(now < NOW), now)
        assert not [path for path in outputs if "calendar" in path]
        assert not [path for path, data in outputs.items() if b"calendar" in data.lower() and path.endswith(".html")]
        assert outputs == built(site(), tmp_path / "without", now)


def test_home_pages_and_every_page_lead_to_it(tmp_path: Path) -> None:
    outputs = built(site(announced()), tmp_path / "site")
    pages = [path for path in outputs if path.startswith("en/") and path.endswith("index.html")]
    assert len(pages) > 4
    for path in pages:
        assert re.search(rb'<a href="[./]*(calendar/)?"( aria-current="page")?>Calendar</a>', outputs[path]), path
    (item,) = items(outputs["en/index.html"])
    assert (item.title, item.when) == ("Trade in chocolate", "2024-09-12T08:30:00+02:00")
    assert b"https://stat.example/en/calendar/" in outputs["sitemap.xml"]


def test_months_stand_in_order_and_the_last_releases_below(tmp_path: Path) -> None:
    files = site(announced("2024-12-03T10:00:00+01:00"))
    toml = files["data/alpha/release.toml"].decode()
    announce = '\n[announced]\nsince = 2024-03-01T09:00:00Z\ntitle.fr = "Les ventes"\ntitle.en = "The sales"\n'
    files["data/alpha/release.toml"] = (toml + announce).encode()
    files["data/omega/release.toml"] = OTHER.encode()
    outputs = built(files, tmp_path / "site")
    page = outputs[PAGE].decode()
    assert re.findall(r"<h[23][^>]*>([^<]*)</h", page) == [
        "Coming releases",
        "November 2024",
        "December 2024",
        "Already released",
        "May 2024",
    ]
    assert [(item.title, item.href) for item in items(outputs[PAGE])] == [
        ("Another", ""),
        ("Trade in chocolate", ""),
        ("The sales", "../news/sales/"),
    ]
    found = {said(event["summary"]): event for event in events(outputs[FILE])}
    assert found["The sales"]["url"] == "https://stat.example/en/news/sales/"
    assert found["Another"]["url"] == "https://stat.example/en/calendar/"


def test_a_kept_release_is_not_more_than_a_year_older_than_the_latest(tmp_path: Path) -> None:
    files = site()
    for name, day in (("one", "2022-06-01"), ("two", "2023-06-02"), ("three", "2024-05-30")):
        toml = announced(f"{day}T09:00:00Z", since="2022-01-01T09:00:00Z", draft=False, titles={"fr": name, "en": name})
        files[f"data/{name}/release.toml"] = toml
        for lang in ("fr", "en"):
            files[f"content/{lang}/news/{name}.md"] = content(name, name, "Text.")
    outputs = built(files, tmp_path / "site")
    assert [item.title for item in items(outputs[PAGE])] == ["three", "two"]
    assert outputs[FILE] == built(files, tmp_path / "later", at("2031-01-01T00:00:00Z"))[FILE]


# ---------------------------------------------------------------- changes of date

MOVED = change("2024-06-20T09:00:00+02:00", "2024-09-05T08:30:00+02:00")
TWICE = MOVED + change("2024-06-25T09:00:00+02:00", "2024-09-12T08:30:00+02:00", "And <later> & still.")


def test_a_change_of_date_is_told_with_its_reason(tmp_path: Path) -> None:
    outputs = built(site(announced("2024-10-01T08:30:00+02:00", changes=TWICE)), tmp_path / "site")
    (item,) = items(outputs[PAGE])
    assert item.when == "2024-10-01T08:30:00+02:00"
    assert item.changes == [
        ("2024-06-25T09:00:00+02:00", "2024-09-12T08:30:00+02:00", "And &lt;later&gt; &amp; still."),
        ("2024-06-20T09:00:00+02:00", "2024-09-05T08:30:00+02:00", "The data are late."),
    ]
    page = outputs[PAGE].decode()
    assert "Date announced before: <s>" in page, "not by a stroke alone"
    assert "mardi 1er octobre 2024" in outputs["fr/calendar/index.html"].decode()
    (event,) = events(outputs[FILE])
    assert (event["sequence"], event["dtstart"]) == (2, at("2024-10-01T06:30:00Z"))
    assert event["dtstamp"] == event["last-modified"] == at("2024-06-25T07:00:00Z")
    assert "And <later> & still." in said(event["description"])
    assert "5 September 2024" in said(event["description"]) or "September 5, 2024" in said(event["description"])


@pytest.mark.parametrize(
    ("now", "date", "told"),
    [
        ("2024-06-20T08:59:59.999999+02:00", "2024-09-05T08:30:00+02:00", 0),
        ("2024-06-20T09:00:00+02:00", "2024-09-12T08:30:00+02:00", 1),
        ("2024-06-25T06:59:59Z", "2024-09-12T08:30:00+02:00", 1),
        ("2024-06-25T07:00:00Z", "2024-10-01T08:30:00+02:00", 2),
    ],
)
def test_no_change_is_told_before_its_time(now: str, date: str, told: int, tmp_path: Path) -> None:
    outputs = built(site(announced("2024-10-01T08:30:00+02:00", changes=TWICE)), tmp_path / "site", at(now))
    (item,) = items(outputs[PAGE])
    assert (item.when, len(item.changes)) == (date, told)
    (event,) = events(outputs[FILE])
    assert (event["dtstart"], event["sequence"]) == (at(date), told)
    for day in ("2024-10-01T08:30", "DTSTART:20241001", "October 1, 2024", "1er octobre 2024"):
        assert any(day.encode() in data for data in outputs.values()) == (told == 2), day


def test_an_incremental_build_notices_that_an_instant_has_passed(tmp_path: Path) -> None:
    files = site(announced("2024-10-01T08:30:00+02:00", changes=TWICE))
    toml = announced("2024-07-05T08:30:00+02:00", since="2024-06-24T00:00:00Z", titles={"fr": "B", "en": "B"})
    files["data/betatron/release.toml"] = toml
    for day in ("06-10", "06-20", "06-25", "07-05", "10-02"):
        now = at(f"2024-{day}T12:00:00+02:00")
        again = built(files, tmp_path / "site", now)
        assert again == built(files, tmp_path / day, now), day
        assert build(files, tmp_path / "site", now).made == 0


def test_another_process_sees_the_same_dates(tmp_path: Path) -> None:
    site_read = build(site(announced(changes=MOVED)), tmp_path / "site").site
    assert site_read is not None and site_read.announced
    assert pickle.loads(pickle.dumps(site_read)).announced == site_read.announced


def test_a_change_that_brings_a_release_forward(tmp_path: Path) -> None:
    changes = change("2024-06-20T09:00:00+02:00", "2024-12-01T08:30:00+01:00")
    outputs = built(site(announced(changes=changes)), tmp_path / "site")
    (item,) = items(outputs[PAGE])
    assert item.when == "2024-09-12T08:30:00+02:00" and item.changes[0][1] == "2024-12-01T08:30:00+01:00"


# ---------------------------------------------------------------- a date that comes without its release


def test_a_date_that_passes_without_the_release_stays_and_is_to_be_confirmed(tmp_path: Path) -> None:
    files = site(announced("2024-06-30T08:30:00+02:00"))
    report = build(files, tmp_path / "site")
    (found,) = [problem for problem in report.problems if problem.code == "overdue"]
    assert (found.level, found.where.line) == ("warning", 2)
    outputs = tree(tmp_path / "site")
    (item,) = items(outputs[PAGE])
    assert (item.when, item.marks) == ("2024-06-30T08:30:00+02:00", "Date to be confirmed")
    assert items(outputs["en/index.html"]) == []
    (event,) = events(outputs[FILE])
    assert said(event["status"]) == "TENTATIVE" and "Date to be confirmed" in said(event["description"])
    assert event["dtstamp"] == at("2024-06-30T06:30:00Z")
    before = built(files, tmp_path / "before", at("2024-06-30T08:29:59+02:00"))
    (event,) = events(before[FILE])
    assert said(event["status"]) == "CONFIRMED" and "description" not in event


def test_a_site_can_make_an_error_of_it(tmp_path: Path) -> None:
    files = site(announced("2024-06-30T08:30:00+02:00"), fr=content("T", "t", "X."), en=content("T", "t", "X."))
    files["site.toml"] += b'overdue = "error"\n'
    assert build(files, tmp_path / "site").broken


# ---------------------------------------------------------------- publication, and after it


def released(tmp_path: Path, extra: str = "", now: str = "2024-09-12T08:30:00+02:00") -> dict[str, bytes]:
    body = content("Chocolate collapsed", "chocolate", "Text.")
    files = site(announced(draft=False, changes=extra), fr=body, en=body)
    return built(files, tmp_path / "site", at(now))


def test_at_its_instant_the_calendar_leads_to_the_release(tmp_path: Path) -> None:
    before = released(tmp_path, now="2024-09-12T08:29:59+02:00")
    after = released(tmp_path)
    (item,), (was,) = items(after[PAGE]), items(before[PAGE])
    assert (was.href, item.href, item.title) == ("", "../news/chocolate/", "Trade in chocolate")
    (old,), (new,) = events(before[FILE]), events(after[FILE])
    assert (old["uid"], old["sequence"], old["dtstart"]) == (new["uid"], new["sequence"], new["dtstart"])
    assert new["url"] == "https://stat.example/en/news/chocolate/" and new["dtstamp"] > old["dtstamp"]
    assert said(new["status"]) == "CONFIRMED"
    assert items(after["en/index.html"]) == []


def test_a_withdrawn_release_stays_marked(tmp_path: Path) -> None:
    gone = '[withdrawn]\nat = 2024-09-20T09:00:00+02:00\ntext.fr = "Faux."\ntext.en = "Wrong."\n'
    outputs = released(tmp_path, gone, "2024-09-21T09:00:00+02:00")
    (item,) = items(outputs[PAGE])
    assert (item.href, item.marks) == ("../news/chocolate/", "Withdrawn")
    (event,) = events(outputs[FILE])
    assert "Withdrawn" in said(event["description"]) and event["dtstamp"] == at("2024-09-20T07:00:00Z")


def test_a_language_without_the_text_has_the_date_without_a_link(tmp_path: Path) -> None:
    files = site(announced(draft=False), fr=content("Chocolat", "chocolat", "Texte."))
    outputs = built(files, tmp_path / "site", at("2024-10-01T00:00:00Z"))
    assert [item.href for item in items(outputs[PAGE])] == [""]
    assert [item.href for item in items(outputs["fr/calendar/index.html"])] == ["../nouvelles/chocolat/"]


def test_a_title_in_a_language_in_preparation_moves_no_date(tmp_path: Path) -> None:
    """Nothing tells two dates apart but that title, which the public does not see."""

    def outputs(one: str, other: str) -> dict[str, bytes]:
        files = site(announced(titles={**TITLES, "nl": one}))
        files["data/second/release.toml"] = announced(titles={**TITLES, "nl": other})
        files["site.toml"] = files["site.toml"].replace(b'["fr", "en"]', b'["fr", "en", "nl"]')
        files["site.toml"] += b"\n[language.nl]\ndraft = true\n"
        return built(files, tmp_path / one)

    assert outputs("A", "B") == outputs("B", "A")


def test_the_uid_outlives_title_and_date_and_tells_languages_apart(tmp_path: Path) -> None:
    def uids(toml: bytes, out: str) -> list[str]:
        outputs = built(site(toml), tmp_path / out)
        return [said(event["uid"]) for path in (FILE, "fr/calendar.ics") for event in events(outputs[path])]

    one = uids(announced(), "one")
    other = uids(announced("2024-10-01T08:30:00+02:00", changes=TWICE, titles={"fr": "Autre", "en": "Other"}), "two")
    assert one == other and len(set(one)) == 2
    assert all(re.fullmatch(r"[0-9a-f]{32}-(en|fr)@stat\.example", uid) for uid in one)


# ---------------------------------------------------------------- embargo

SECRET, SLUG = "Exports of chocolate fell by half in every shop", "exports-of-chocolate-fell"
HIDDEN = {
    lang: content(SECRET, SLUG, "The warehouse of the north burnt down during the night.") for lang in ("fr", "en")
}
#: Where a release that is announced and not public may be seen.
SHOWN = re.compile(r"(fr|en)/(calendar/index\.html|calendar\.ics|index\.html)")


@pytest.mark.parametrize(("draft", "texts_of"), [(True, {}), (True, HIDDEN), (False, HIDDEN)])
def test_an_announced_release_shows_nothing_but_what_it_announces(
    draft: bool, texts_of: dict[str, bytes], tmp_path: Path
) -> None:
    files = site(announced(draft=draft), **texts_of)
    files["data/omega/release.toml"] = OTHER.encode()
    alone = {path: data for path, data in files.items() if ID not in path}
    one, two = built(files, tmp_path / "with"), built(alone, tmp_path / "without")
    assert list(one) == list(two)
    differ = {path for path in one if one[path] != two[path]}
    assert differ == {path for path in one if SHOWN.fullmatch(path)}
    for path, data in one.items():
        for word in (ID, SLUG, SECRET, "warehouse"):
            assert word.encode() not in data and word not in path, (path, word)
    assert len(items(one[PAGE])) == 2 and [item.title for item in items(two[PAGE])] == ["Another"]


def test_a_title_like_the_release_s_own_may_be_announced(tmp_path: Path) -> None:
    """And it is searched for as ever until it is announced."""
    same = {"fr": SECRET, "en": SECRET}
    files = site(announced(draft=False, titles=same), **HIDDEN)
    assert SECRET in items(built(files, tmp_path / "site")[PAGE])[0].title
    files["templates/404.html"] = files["@default/templates/404.html"].replace(b"{{ greeting.home }}", SECRET.encode())
    assert not build(files, tmp_path / "announced").broken
    early = build(files, tmp_path / "early", at("2024-05-31T00:00:00Z"))
    assert any("embargo-leak" in found for found in texts(early))


def test_a_hidden_release_with_the_title_of_one_that_is_announced_is_no_alarm(tmp_path: Path) -> None:
    """As with a series that has the same headline each month."""
    files = site(announced(titles={"fr": SECRET, "en": SECRET}))
    files["data/second/release.toml"] = b'kind = "news"\npublished = 2024-12-24T09:00:00+01:00\n'
    files |= {f"content/{lang}/news/second.md": content(SECRET, "second", "Text.") for lang in ("fr", "en")}
    assert SECRET in items(built(files, tmp_path / "site")[PAGE])[0].title


@pytest.mark.parametrize("texts_of", [{}, HIDDEN], ids=["no text", "texts"])
def test_what_is_to_be_announced_is_searched_for(texts_of: dict[str, bytes], tmp_path: Path) -> None:
    """A reason that the calendar does not tell yet, and the name of the release, in a template."""
    why = "The minister asked for another date of this release"
    later = change("2024-07-10T09:00:00Z", "2024-09-12T08:30:00+02:00", why)
    files = site(announced("2024-10-01T08:30:00+02:00", changes=later), **texts_of)
    for words in (why, f"/data/{ID}/"):
        home = files["@default/templates/404.html"]
        files["templates/404.html"] = home.replace(b"{{ greeting.home }}", words.encode())
        report = build(files, tmp_path / "site")
        assert any("embargo-leak" in found and ID in found for found in texts(report)), words


def closed(files: Sources, out: Path) -> Report:
    with opened(out, lambda: None) as output:
        tools = workers.Tools(MemoryCharts())
        return build_site(MemoryFiles(files), output, NOW, tools, unpublished=True)


def test_a_build_with_everything_shows_the_calendar_as_the_public_sees_it(tmp_path: Path) -> None:
    files = site(announced(draft=False), **HIDDEN)
    files["content/en/notes/delta.md"] = content("Draft", "draft", "Not yet.")
    files["content/fr/notes/delta.md"] = content("Brouillon", "brouillon", "Pas encore.")
    report = closed(files, tmp_path / "site")
    assert not report.broken, texts(report)
    outputs = tree(tmp_path / "site")
    assert f"en/news/{SLUG}/index.html" in outputs
    assert [item.href for item in items(outputs[PAGE])] == [""]
    assert b'<p class="unpublished">' in outputs[PAGE]
    assert "X-WR-CALNAME:Preview: Release calendar – Small site" in logical_lines(outputs[FILE])


# ---------------------------------------------------------------- the file for programs


def test_the_file_is_what_the_standard_asks_for(tmp_path: Path) -> None:
    titles = {"fr": "Prix ; poids, « mesures » " + "é" * 90, "en": "A, b; c \\\\ d – " + "longer and longer " * 9}
    outputs = built(site(announced(titles=titles)), tmp_path / "site")
    assert outputs[FILE] == built(site(announced(titles=titles)), tmp_path / "again")[FILE]
    lines = logical_lines(outputs[FILE])
    assert lines[:2] == ["BEGIN:VCALENDAR", "VERSION:2.0"] and lines[-1] == "END:VCALENDAR"
    for line in (
        "CALSCALE:GREGORIAN",
        "X-WR-TIMEZONE:Europe/Brussels",
        "SOURCE;VALUE=URI:https://stat.example/en/calendar.ics",
        "REFRESH-INTERVAL;VALUE=DURATION:PT6H",
        "TRANSP:TRANSPARENT",
        "SEQUENCE:0",
        "DTSTART:20240912T063000Z",
        "DTSTAMP:20240601T070000Z",
    ):
        assert line in lines, line
    assert any(line.startswith("PRODID:") for line in lines) and not any(line.startswith("METHOD") for line in lines)
    (event,) = events(outputs[FILE])
    assert said(event["summary"]) == "A, b; c \\ d – " + ("longer and longer " * 9).strip()
    (event,) = events(outputs["fr/calendar.ics"])
    assert said(event["summary"]) == "Prix\u202f; poids, «\u202fmesures\u202f» " + "é" * 90


@pytest.mark.parametrize(
    ("written", "utc", "shown"),
    [
        ("2026-10-23T08:30:00+02:00", "20261023T063000Z", "23"),
        ("2026-10-25T08:30:00+01:00", "20261025T073000Z", "25"),
        ("2026-10-26T08:30:00+01:00", "20261026T073000Z", "26"),
        ("2026-10-26T07:30:00Z", "20261026T073000Z", "26"),
    ],
)
def test_daylight_saving(written: str, utc: str, shown: str, tmp_path: Path) -> None:
    """At 08:30 in Brussels, before and after the clocks change on 25 October 2026."""
    outputs = built(site(announced(written)), tmp_path / "site")
    assert f"DTSTART:{utc}" in logical_lines(outputs[FILE])
    assert re.search(rf"{shown}( October)? ?(, )?2026, 08:30|October {shown}, 2026, 08:30", outputs[PAGE].decode())


# ---------------------------------------------------------------- random announcements, random instants

START = at("2024-06-01T00:00:00Z")
HOURS = st.integers(0, 400)


@dataclass(frozen=True)
class Story:
    """What happened to an announced date: when it was told first, the dates in turn, and when each move was told."""

    since: int
    dates: tuple[int, ...]
    told: tuple[int, ...]


@st.composite
def stories(draw: st.DrawFn) -> Story:
    since = draw(st.integers(0, 100))
    told = sorted(draw(st.lists(st.integers(since + 1, 200), unique=True, max_size=3)))
    dates = [draw(st.integers(since + 1, 400))]
    for moment in told:
        dates.append(draw(st.integers(moment + 1, 400).filter(lambda date, last=dates[-1]: date != last)))
    return Story(since, tuple(dates), tuple(told))


def instant(hour: int) -> datetime:
    return START + timedelta(hours=hour)


def toml_of(story: Story, name: str) -> bytes:
    moves = "".join(
        change(instant(moment).isoformat(), instant(before).isoformat(), f"Reason {name} {moment}.")
        for moment, before in zip(story.told, story.dates, strict=False)
    )
    since = instant(story.since).isoformat()
    return announced(instant(story.dates[-1]).isoformat(), since=since, changes=moves, titles={"fr": name, "en": name})


@settings(max_examples=8, deadline=None)
@given(told=st.lists(stories(), min_size=1, max_size=4), hours=st.lists(HOURS, min_size=1, max_size=2))
def test_the_calendar_says_what_was_announced_then_and_nothing_else(told: list[Story], hours: list[int]) -> None:
    names = [f"Title{number}" for number in range(len(told))]
    files = site()
    for story, name in zip(told, names, strict=True):
        files[f"data/{name.lower()}-x/release.toml"] = toml_of(story, name)
    with TemporaryDirectory() as folder:
        for hour in hours:
            outputs = built(files, Path(folder) / "site", instant(hour))
            expected = {}
            for story, name in zip(told, names, strict=True):
                if story.since <= hour:
                    moves = sum(moment <= hour for moment in story.told)
                    expected[name] = (story.dates[moves], moves)
            assert (PAGE in outputs) == bool(expected)
            found = items(outputs.get(PAGE, b""))
            assert {item.title: (at(item.when), len(item.changes)) for item in found} == {
                name: (instant(date), moves) for name, (date, moves) in expected.items()
            }
            assert len(found) == len(expected)
            for item in found:
                assert ("Date to be confirmed" in item.marks) == (at(item.when) <= instant(hour))
            entries = events(outputs[FILE]) if FILE in outputs else []
            assert sorted((said(entry["summary"]), entry["dtstart"], entry["sequence"]) for entry in entries) == sorted(
                (name, instant(date).astimezone(UTC), moves) for name, (date, moves) in expected.items()
            )
            everything = b"".join(outputs.values()).decode("utf-8", "replace")
            for story, name in zip(told, names, strict=True):
                for moment in story.told:
                    assert (f"Reason {name} {moment}." in everything) == (moment <= hour and story.since <= hour)
                assert (name in everything) == (name in expected)
