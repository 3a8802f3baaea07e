"""What becomes of a release after its publication: corrections and withdrawals, each from its own instant on."""

from __future__ import annotations

import json
import re
from datetime import datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from support import NOW, ROOT, Sources, build, small_site, texts, tree

from generator.build import Report

ATOM = "{http://www.w3.org/2005/Atom}"
ALPHA = "data/alpha/release.toml"
BEFORE = datetime.fromisoformat("2024-06-10T09:59:59.999999+02:00")
FIRST = datetime.fromisoformat("2024-06-10T10:00:00+02:00")
SECOND = datetime.fromisoformat("2024-06-20T15:30:00+02:00")
CORRECTED = b"""
[[corrections]]
at = 2024-06-20T15:30:00+02:00
text.fr = "Le total etait faux : 37 et non 38."
text.en = "The total was wrong: it is 37, <not> 38."
changes = ["figures.sold", "displays.overview"]

[[corrections]]
at = 2024-06-10T10:00:00+02:00
text.fr = "Une note manquait."
text.en = "A note was missing."
"""
WITHDRAWN = b"""
[withdrawn]
at = 2024-06-10T10:00:00+02:00
text.fr = "La source a retire ses donnees."
text.en = "The source has taken its data back."
"""
#: The same, before the withdrawal.
EARLIER = CORRECTED.replace(b"06-20", b"06-05").replace(b"06-10", b"06-04")
PAGE, FR_PAGE = "en/news/sales/index.html", "fr/nouvelles/ventes/index.html"


def amended(*parts: bytes) -> Sources:
    """The small site with something at the end of a release.toml."""
    files = small_site()
    files[ALPHA] += b"".join(parts)
    files["site.toml"] += b'correction-to-come = "warning"\n'  # these correct nothing that was kept
    return files


def built(files: Sources, out: Path, now: datetime = NOW) -> dict[str, bytes]:
    """The outputs of a build that must succeed."""
    report = build(files, out, now)
    assert not report.broken, texts(report)
    return tree(out)


def structured(page: bytes) -> Any:
    found = re.search(rb'<script type="application/ld\+json">(.*?)</script>', page, re.S)
    assert found is not None
    return json.loads(found.group(1))


def entries(feed: bytes) -> list[dict[str, str]]:
    """The entries of an Atom feed: the text of each child by its name."""
    root = ElementTree.fromstring(feed)
    return [{child.tag.removeprefix(ATOM): child.text or "" for child in entry} for entry in root.iter(f"{ATOM}entry")]


# ---------------------------------------------------------------- corrections


def test_the_page_says_what_was_wrong_the_latest_first(tmp_path: Path) -> None:
    page = built(amended(CORRECTED), tmp_path / "site")[PAGE].decode()
    notices = re.findall(r'<p id="(correction-\d)"><time datetime="([^"]+)">([^<]+)</time> ([^\n]*)</p>', page)
    assert notices == [
        (
            "correction-2",
            "2024-06-20T15:30:00+02:00",
            "June 20, 2024, 15:30",
            "The total was wrong: it is 37, &lt;not&gt; 38.",
        ),
        ("correction-1", "2024-06-10T10:00:00+02:00", "June 10, 2024, 10:00", "A note was missing."),
    ]
    assert page.index("<h1>") < page.index('class="amended"') < page.index('class="prose"')
    assert '<meta property="article:modified_time" content="2024-06-20T15:30:00+02:00">' in page


def test_each_language_has_its_own_text_set_as_the_language_is(tmp_path: Path) -> None:
    page = built(amended(CORRECTED), tmp_path / "site")[FR_PAGE].decode()
    assert "Le total etait faux\u00a0: 37 et non 38." in page
    assert "The total was wrong" not in page


def test_machines_know_of_it(tmp_path: Path) -> None:
    outputs = built(amended(CORRECTED), tmp_path / "site")
    news, data = structured(outputs[PAGE])["@graph"][:2]
    assert (news["datePublished"], news["dateModified"]) == ("2024-05-01T09:00:00+02:00", "2024-06-20T15:30:00+02:00")
    assert data["dateModified"] == "2024-06-20T15:30:00+02:00"
    assert [one["text"] for one in news["correction"]] == [
        "The total was wrong: it is 37, <not> 38.",
        "A note was missing.",
    ]
    record = json.loads(outputs["data/alpha/release.json"])
    assert record["modified"] == "2024-06-20T15:30:00+02:00"
    assert [(one["at"], one["changes"]) for one in record["corrections"]] == [
        ("2024-06-10T10:00:00+02:00", []),
        ("2024-06-20T15:30:00+02:00", ["figures.sold", "displays.overview"]),
    ]
    assert re.search(rb"/en/news/sales/</loc>\s*<lastmod>2024-06-20", outputs["sitemap.xml"])


def test_those_who_follow_the_site_are_told(tmp_path: Path) -> None:
    outputs = built(amended(CORRECTED), tmp_path / "site")
    feed = outputs["en/feed.xml"]
    assert ElementTree.fromstring(feed).findtext(f"{ATOM}updated") == "2024-06-20T15:30:00+02:00"
    (entry,) = [entry for entry in entries(feed) if entry["title"] == "Sales in 2024"]
    assert (entry["published"], entry["updated"]) == ("2024-05-01T09:00:00+02:00", "2024-06-20T15:30:00+02:00")
    assert entry["content"].startswith("<p><strong>Correction, June 20, 2024, 15:30</strong> – The total was wrong")
    assert b"Correction, June 20, 2024" in outputs["en/rss.xml"]
    found = entries(outputs["en/corrections.xml"])
    assert [(one["id"], one["title"], one["updated"]) for one in found] == [
        (
            f"https://stat.example/en/news/sales/#correction-{number}",
            "Correction: Sales in 2024",
            at,
        )
        for number, at in ((2, "2024-06-20T15:30:00+02:00"), (1, "2024-06-10T10:00:00+02:00"))
    ]
    assert found[0]["content"] == "<p>The total was wrong: it is 37, &lt;not&gt; 38.</p>"


def test_lists_mark_it(tmp_path: Path) -> None:
    outputs = built(amended(CORRECTED), tmp_path / "site")
    for path in ("en/index.html", "en/news/index.html"):
        assert outputs[path].count(b'<strong class="standing">Corrected</strong>') == 1
    assert b"Corrected" not in outputs["en/notes/index.html"]


def test_who_reads_may_always_subscribe(tmp_path: Path) -> None:
    outputs = built(small_site(), tmp_path / "site")
    assert entries(outputs["fr/corrections.xml"]) == []
    assert b'href="../../corrections.xml"' in outputs[FR_PAGE]


@pytest.mark.parametrize("part", [CORRECTED, WITHDRAWN])
def test_before_its_instant_it_leaves_no_trace(part: bytes, tmp_path: Path) -> None:
    assert built(amended(part), tmp_path / "with", BEFORE) == built(small_site(), tmp_path / "without", BEFORE)


def test_each_correction_has_its_own_instant(tmp_path: Path) -> None:
    page = built(amended(CORRECTED), tmp_path / "site", FIRST)[PAGE]
    assert b"A note was missing." in page
    assert b"The total was wrong" not in page
    assert b"correction-2" not in page


def test_a_correction_of_a_hidden_release_leaves_no_trace(tmp_path: Path) -> None:
    files = small_site()
    files["data/gamma/release.toml"] += CORRECTED.replace(b"2024-06", b"2025-06").replace(
        b'changes = ["figures.sold", "displays.overview"]', b""
    )
    assert built(files, tmp_path / "with") == built(small_site(), tmp_path / "without")


# ---------------------------------------------------------------- withdrawn


def test_a_withdrawn_release_says_so_and_nothing_else(tmp_path: Path) -> None:
    outputs = built(amended(EARLIER, WITHDRAWN), tmp_path / "s")
    page = outputs[PAGE].decode()
    assert "<title>Withdrawn: Sales in 2024 – Small site</title>" in page
    assert "The source has taken its data back." in page
    assert '<time datetime="2024-06-10T10:00:00+02:00">June 10, 2024, 10:00</time>' in page
    for gone in ("<data", "Sales: ", "rising", "table", "Overview", "total was wrong", "About sales", "og:image"):
        assert gone not in page, gone
    news = structured(outputs[PAGE])
    assert news["creativeWorkStatus"] == "Withdrawn"
    assert not {"description", "correction", "image", "citation"} & set(news)
    beside = ("data/alpha/", "en/news/sales/", "fr/nouvelles/ventes/", "charts/alpha/")
    assert sorted(path for path in outputs if path.startswith(beside)) == [PAGE, FR_PAGE]
    assert not any(
        b"sales.csv" in data or b"Sales: " in data or b"total was wrong" in data for data in outputs.values()
    )


def test_where_lists_show_a_withdrawn_release(tmp_path: Path) -> None:
    outputs = built(amended(WITHDRAWN), tmp_path / "site")
    assert b"Sales in 2024" not in outputs["en/index.html"]
    assert b"alpha" not in outputs["data/en/index.html"]
    index = outputs["en/news/index.html"]
    assert b"Sales in 2024" in index
    assert b'<strong class="standing">Withdrawn</strong>' in index
    assert b"About sales" not in index


def test_feeds_say_that_it_is_withdrawn(tmp_path: Path) -> None:
    before = entries(built(small_site(), tmp_path / "before")["en/feed.xml"])
    outputs = built(amended(WITHDRAWN), tmp_path / "site")
    (entry,) = [entry for entry in entries(outputs["en/feed.xml"]) if "Sales" in entry["title"]]
    assert entry["id"] in [one["id"] for one in before]
    assert entry["updated"] == "2024-06-10T10:00:00+02:00"
    assert entry["content"] == (
        "<p><strong>Withdrawn on June 10, 2024, 10:00</strong> – The source has taken its data back.</p>\n"
    )
    (said,) = entries(outputs["en/corrections.xml"])
    assert (said["title"], said["id"]) == ("Withdrawn: Sales in 2024", "https://stat.example/en/news/sales/#withdrawn")


def test_a_title_with_a_number_of_the_data_goes_too(tmp_path: Path) -> None:
    files = amended(WITHDRAWN)
    path = "content/en/news/alpha.md"
    files[path] = files[path].replace(b"Sales in {{ year }}", b'"{{ sold.NORTH }} sold in {{ year }}"')
    page = built(files, tmp_path / "site")[PAGE].decode()
    assert "<h1>News, May 1, 2024</h1>" in page
    assert "15" not in page.replace("2024-06-10T", "").partition("<main")[2].partition("</main>")[0]


def test_what_was_wrong_in_it_does_not_hold_up_the_site(tmp_path: Path) -> None:
    """The data may be wrong, or gone: that may be why it was withdrawn."""
    files = amended(WITHDRAWN)
    files["data/alpha/sales.csv"] = files["data/alpha/sales.csv"].replace(b"NORTH,2024,15", b"NORTH,2024,1")
    built(files, tmp_path / "site")
    del files["data/alpha/sales.csv"]
    built(files, tmp_path / "other")


def test_others_may_still_link_to_it(tmp_path: Path) -> None:
    """To one of its sections too: the page of a withdrawn release has none, and a withdrawal must not wait."""
    page = built(amended(WITHDRAWN), tmp_path / "site")["en/notes/note-b/index.html"]
    assert b'href="../../news/sales/#more"' in page


def test_its_charts_and_their_frames_say_so(tmp_path: Path) -> None:
    rivers = ROOT / "tests" / "sites" / "rivers"
    files = small_site() | {
        path.relative_to(rivers).as_posix(): path.read_bytes() for path in rivers.rglob("*") if path.is_file()
    }
    files = {path: data for path, data in files.items() if path.startswith("@") or (rivers / path).exists()}
    before = built(files, tmp_path / "site")
    (release,) = {path.split("/")[1] for path in before if path.startswith("charts/")}
    toml = f"data/{release}/release.toml"
    files[toml] += WITHDRAWN.replace(b"2024-06-10", b"2024-06-20") + b'text.nl = "De bron trok haar gegevens in."\n'
    outputs = built(files, tmp_path / "site")
    left = {path for path in before if path.startswith(("charts/", "embed/")) and path.endswith(".html")}
    assert left
    assert {path for path in outputs if path.startswith(("charts/", "embed/"))} == left
    for path in left:
        lang = path.split("/")[-2]
        said = {"en": "taken its data back.", "fr": "retire ses donnees.", "nl": "trok haar gegevens in."}[lang]
        assert said.encode() in outputs[path]
        assert b"<svg" not in outputs[path]
        assert b"<data" not in outputs[path]
        assert b'content="noindex"' in outputs[path]


# ---------------------------------------------------------------- incremental, and mistakes


def test_an_incremental_build_equals_a_clean_one(tmp_path: Path) -> None:
    plain, corrected, both = small_site(), amended(CORRECTED), amended(EARLIER, WITHDRAWN)
    steps = [
        (plain, BEFORE),
        (corrected, BEFORE),
        (corrected, FIRST),
        (corrected, SECOND),
        (amended(CORRECTED.replace(b"A note", b"One note")), SECOND),
        (plain, SECOND),
        (both, BEFORE),
        (both, SECOND),
        (both, BEFORE),
        (corrected, SECOND),
    ]
    for number, (files, now) in enumerate(steps):
        found = build(files, tmp_path / "site", now)
        clean = build(files, tmp_path / f"clean-{number}", now)
        assert found.broken == clean.broken
        assert texts(found) == texts(clean)
        assert tree(tmp_path / "site") == tree(tmp_path / f"clean-{number}"), number


def test_when_nothing_is_due_nothing_is_made(tmp_path: Path) -> None:
    files = amended(CORRECTED)
    build(files, tmp_path / "site", FIRST)
    again: Report = build(files, tmp_path / "site", datetime.fromisoformat("2024-06-15T00:00:00Z"))
    assert again.made == 0
    later = build(files, tmp_path / "site", SECOND)
    assert 0 < later.made < later.made + later.fresh
