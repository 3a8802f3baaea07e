"""`communique keep`: what readers had before a correction stays at an address; until then it is all that they see."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from support import NOW, Sources, build, communique, small_site, texts, tree, write

from generator.build import build_site
from generator.editions import kept_edition, read_sources
from generator.errors import UsageError
from generator.facts.lookup import Lookup
from generator.model import Artifact, Target
from generator.output.charts import MemoryCharts
from generator.output.write import opened
from generator.render.targets import Press
from generator.sources.files import MemoryFiles
from generator.workers import Tools

ALPHA, SALES = "data/alpha/release.toml", "data/alpha/sales.csv"
BEFORE = datetime.fromisoformat("2024-06-20T15:29:59+02:00")
AT = datetime.fromisoformat("2024-06-20T15:30:00+02:00")
CORRECTION = """
[[corrections]]
at = {at}
previous = "alpha.{number}"
text.fr = "Les ventes du Nord sont de {value} et non de 15."
text.en = "Sales in the North are {value}, not 15."
"""
PAGE, EARLIER = "en/news/sales/index.html", "en/news/sales/edition-1/index.html"


def kept(files: Sources, release: str = "alpha", now: datetime = BEFORE) -> Sources:
    """The sources with the edition that readers have beside the release."""
    return {**files, **kept_edition(read_sources(MemoryFiles(files)), release, now).files}


def corrected(files: Sources, value: str = "765432198", at: datetime = AT, number: int = 1) -> Sources:
    """The sources with another number, and with the correction that says so."""
    notice = CORRECTION.format(at=at.isoformat(), number=number, value=value)
    sales = re.sub(rb"NORTH,2024,\d+", f"NORTH,2024,{value}".encode(), files[SALES])
    return {**files, ALPHA: files[ALPHA] + notice.encode(), SALES: sales}


def built(files: Sources, out: Path, now: datetime = NOW) -> dict[str, bytes]:
    """The outputs of a build that must succeed, and find nothing."""
    report = build(files, out, now)
    assert not [text for text in texts(report) if "/delta" not in text], texts(report)
    return tree(out)


# ---------------------------------------------------------------- before the correction


def test_before_its_instant_a_correction_leaves_no_trace(tmp_path: Path) -> None:
    files = small_site()
    after = corrected(kept(files))
    assert built(after, tmp_path / "after", BEFORE) == built(files, tmp_path / "before", BEFORE)
    seen = built(after, tmp_path / "after", AT)
    assert b"765,432,198" in seen[PAGE]


def test_what_a_correction_says_was_announced_is_not_in_the_calendar_before_its_instant(tmp_path: Path) -> None:
    told = '\n[announced]\nsince = 2024-04-01T09:00:00+02:00\ntitle.fr = "{0}"\ntitle.en = "{0}"\n'
    files = small_site()
    files[ALPHA] += told.format("Of 15").encode()
    after = corrected(kept(files))
    after[ALPHA] = after[ALPHA].replace(b'"Of 15"', b'"Of 765432198"')
    assert built(after, tmp_path / "after", BEFORE) == built(files, tmp_path / "before", BEFORE)
    assert b"Of 765432198" in built(after, tmp_path / "after", AT)["en/calendar.ics"]
    added = corrected(kept(small_site()))
    added[ALPHA] += told.format("Of 765432198").encode()
    assert built(added, tmp_path / "added", BEFORE) == built(small_site(), tmp_path / "without", BEFORE)


def test_the_instant_alone_exchanges_the_editions_and_makes_what_a_clean_build_makes(tmp_path: Path) -> None:
    files = corrected(kept(small_site()))
    out = tmp_path / "site"
    for number, now in enumerate((BEFORE, AT, BEFORE, NOW)):
        assert built(files, out, now) == built(files, tmp_path / str(number), now)


def test_what_is_wrong_in_a_correction_to_come_is_told_in_the_files_that_people_edit(tmp_path: Path) -> None:
    files = corrected(kept(small_site()))
    files[SALES] = files[SALES].replace(b"765432198", b"3")
    (found,) = [text for text in texts(build(files, tmp_path / "site", BEFORE)) if "claim-false" in text]
    assert found.startswith("data/alpha/release.toml:36: error: ")
    assert "content/fr/news/alpha.md:7, content/en/news/alpha.md:7" in found


def test_a_corrected_number_that_an_output_shows_too_early_stops_the_build(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make = Press.make

    def leaky(self: Press, target: Target) -> tuple[Artifact, Lookup]:
        artifact, lookup = make(self, target)
        cell = self.edition.site.table("alpha.1", "sales").cells["NORTH", "2024"].value
        shown = f"{cell}".encode() if target.path == "en/index.html" and "alpha.1" in self.edition.site.heads else b""
        return replace(artifact, content=artifact.content + shown), lookup

    monkeypatch.setattr(Press, "make", leaky)
    report = build(corrected(kept(small_site())), tmp_path / "site", BEFORE)
    assert report.broken
    (found,) = [text for text in texts(report) if "embargo-leak" in text]
    assert 'the correction of "alpha" is not public, and the site would show something of it' in found
    assert "en/index.html: the digits “765432198”" in found


def test_the_notice_of_a_correction_that_an_output_shows_too_early_stops_the_build(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = "The shops of the northern coast had been counted twice."
    make = Press.make

    def leaky(self: Press, target: Target) -> tuple[Artifact, Lookup]:
        artifact, lookup = make(self, target)
        notices = self.edition.site.heads["alpha.1"].corrections if "alpha.1" in self.edition.site.heads else ()
        shown = notices[0].texts["en"].encode() if target.path == "en/index.html" and notices else b""
        return replace(artifact, content=artifact.content + shown), lookup

    monkeypatch.setattr(Press, "make", leaky)
    files = corrected(kept(small_site()), "16")
    files[ALPHA] = re.sub(rb'text\.en = "Sales.*"', f'text.en = "{said}"'.encode(), files[ALPHA])
    report = build(files, tmp_path / "site", BEFORE)
    assert report.broken
    (found,) = [text for text in texts(report) if "embargo-leak" in text]
    assert 'the correction of "alpha" is not public' in found
    assert "en/index.html: the words “the shops of the northern coast”" in found


def test_a_correction_whose_edition_was_not_kept_is_told_before_its_instant(tmp_path: Path) -> None:
    files = corrected(small_site())
    files[ALPHA] = files[ALPHA].replace(b'previous = "alpha.1"\n', b"")
    early = build(files, tmp_path / "site", BEFORE)
    assert early.broken and not (tmp_path / "site").exists()
    assert [text for text in texts(early) if "correction-to-come" in text] == [
        "data/alpha/release.toml: error: the correction is of 2024-06-20T15:30:00+02:00, and what it corrects would "
        "be shown without it before [correction-to-come]\n    → keep the previous edition (communique keep alpha), or "
        "build as of 2024-06-20T15:30:00+02:00 or later"
    ]
    assert "correction-to-come" not in "".join(texts(build(files, tmp_path / "site", AT)))


@pytest.mark.parametrize("where", [SALES, "content/en/news/alpha.md"])
def test_what_was_kept_and_then_changed_is_not_shown_without_a_correction(where: str, tmp_path: Path) -> None:
    """Somebody builds between two steps: the edition is kept, the number corrected, the notice not written yet."""
    files = kept(small_site())
    assert not build(files, tmp_path / "site", BEFORE).broken, "nothing has changed"
    files[where] = files[where].replace(b"SOUTH,2024,22", b"SOUTH,2024,23").replace(b"rising", b"soaring")
    early = build(files, tmp_path / "site", BEFORE)
    assert early.broken
    (found,) = [text for text in texts(early) if "correction-to-come" in text]
    assert 'it differs from "alpha.1"' in found and 'previous = "alpha.1"' in found
    files[ALPHA] += CORRECTION.format(at=AT.isoformat(), number=1, value=15).encode()
    assert not build(files, tmp_path / "site", BEFORE).broken
    assert not build(files, tmp_path / "site", AT).broken


def test_an_edition_that_is_not_there_hides_the_release_rather_than_show_the_correction_early(tmp_path: Path) -> None:
    files = corrected(small_site())
    files["site.toml"] += b'bad-release = "hint"\nunknown-release = "hint"\nbroken-link = "hint"\n'
    build(files, tmp_path / "site", BEFORE)
    outputs = tree(tmp_path / "site")
    assert PAGE not in outputs
    assert not any(b"765432198" in data or b"765,432,198" in data for data in outputs.values())


def test_a_preview_shows_the_correction_that_is_to_come_and_marks_it(tmp_path: Path) -> None:
    files = MemoryFiles(corrected(kept(small_site())))
    with opened(tmp_path / "site", lambda: None) as output:
        report = build_site(files, output, BEFORE, Tools(MemoryCharts()), unpublished=True, preview=True)
    assert not report.broken, texts(report)
    assert "correction-to-come" not in {problem.code for problem in report.problems}
    outputs = tree(tmp_path / "site")
    page = outputs[PAGE].decode()
    assert "765,432,198" in page
    assert "Under embargo" in page
    assert re.search(r"Not public before <time[^>]*>June 20, 2024, 15:30", page)
    assert "765,432,198" not in outputs[EARLIER].decode()


# ---------------------------------------------------------------- from the correction on


def test_the_edition_before_is_at_an_address_of_its_own(tmp_path: Path) -> None:
    outputs = built(corrected(kept(small_site())), tmp_path / "site")
    before = built(small_site(), tmp_path / "before")
    page, present = outputs[EARLIER].decode(), outputs[PAGE].decode()
    assert "765,432,198" in present
    assert "765,432,198" not in page
    assert re.search(r'value="15" data-figure="sold.NORTH">15', page)
    assert '<link rel="canonical" href="https://stat.example/en/news/sales/edition-1/">' in page
    assert '<meta name="robots" content="noindex">' in page
    assert '<link rel="latest-version" href="../">' in page
    said = re.sub(r"<[^>]+>|\s+", " ", page[page.index('<div class="amended superseded">') :].partition("</div>")[0])
    assert " ".join(said.split()) == (
        "Earlier edition This is the edition of May 1, 2024 . It was corrected on June 20, 2024, 15:30 . "
        "Read the present edition"
    )
    assert '<a href="edition-1/" rel="predecessor-version">The edition before this correction</a>' in present
    assert outputs["data/alpha.1/sales.csv"] == before["data/alpha/sales.csv"]
    assert {"fr/nouvelles/ventes/edition-1/index.html", "data/alpha.1/release.json"} <= set(outputs)
    assert "en/news/sales/edition-1/figures/index.html" in outputs
    assert b"superseded" in outputs["en/news/sales/edition-1/figures/index.html"]


def test_it_is_in_no_list_and_changes_no_other_page(tmp_path: Path) -> None:
    """Without the kept edition, the same correction gives the same site, but for what is said of the numbers before."""
    files = corrected(kept(small_site()))
    with_it = built(files, tmp_path / "with")
    alone = {path: data for path, data in files.items() if "alpha.1" not in path}
    alone[ALPHA] = alone[ALPHA].replace(b'previous = "alpha.1"\n', b"")
    without = built(alone, tmp_path / "without")
    more = set(with_it) - set(without)
    assert more
    assert all(
        re.search(r"/edition-1/|^data/alpha.1/|/sales/revisions/|/ventes/revisions/|-revisions", one) for one in more
    )
    differing = {path for path in without if with_it[path] != without[path]}
    feeds = {f"{lang}/{name}.xml" for lang in ("en", "fr") for name in ("feed", "rss")}  # which show the table, marked
    assert differing == {PAGE, "fr/nouvelles/ventes/index.html", "data/alpha/release.json", "sitemap.xml", *feeds}


def test_each_correction_keeps_its_own(tmp_path: Path) -> None:
    later = datetime.fromisoformat("2024-06-25T09:00:00+02:00")
    files = corrected(kept(corrected(kept(small_site())), now=AT), "1234567", later, 2)
    seen = {now: built(files, tmp_path / str(number), now) for number, now in enumerate((BEFORE, AT, later))}
    assert [b"<data" in outputs.get("en/news/sales/edition-2/index.html", b"") for outputs in seen.values()] == [
        *(False, False, True)
    ]
    assert [re.findall(rb'value="(\d+)" data-figure="sold.NORTH"', outputs[PAGE])[0] for outputs in seen.values()] == [
        *(b"15", b"765432198", b"1234567")
    ]
    second = seen[later]["en/news/sales/edition-2/index.html"]
    assert b"765,432,198" in second
    assert b'href="../edition-1/" rel="predecessor-version"' in second
    assert seen[AT][EARLIER] == seen[later][EARLIER]


def test_an_address_outlives_a_new_slug(tmp_path: Path) -> None:
    files = corrected(kept(small_site()))
    path = "content/en/news/alpha.md"
    files[path] = files[path].replace(b"slug: sales", b"slug: shops\nformer_slugs: [sales]")
    outputs = built(files, tmp_path / "site")
    assert b'href="../../shops/"' in outputs[EARLIER]
    assert b'href="../sales/edition-1/"' in outputs["en/news/shops/index.html"]
    assert b'content="0; url=../../shops/revisions/"' in outputs["en/news/sales/revisions/index.html"]
    assert b"/en/news/sales/revisions/ /en/news/shops/revisions/ 301" in outputs["_redirects"]


def test_what_is_withdrawn_takes_its_earlier_editions_along(tmp_path: Path) -> None:
    files = corrected(kept(small_site()))
    withdrawn = b'[withdrawn]\nat = 2024-06-25T09:00:00+02:00\ntext.fr = "Retire."\ntext.en = "Taken back."\n'
    outputs = built({**files, ALPHA: files[ALPHA] + withdrawn}, tmp_path / "site")
    assert b"Taken back." in outputs[EARLIER]
    assert b"<data" not in outputs[EARLIER]
    assert not any(path.startswith("data/alpha.1/") for path in outputs)


def test_an_edition_of_what_is_not_public_is_not_public(tmp_path: Path) -> None:
    files = corrected(kept(small_site()))
    files = {path: data.replace(b"2024-05-01T09", b"2024-08-01T09") for path, data in files.items()}
    files = {path: data.replace(b"2024-06-20T15", b"2024-08-20T15") for path, data in files.items()}
    files = {path: data for path, data in files.items() if not re.search("beta|gamma", path)}  # which link to it
    report = build(files, tmp_path / "site")
    assert not report.broken, texts(report)
    assert not any("alpha" in path or "sales" in path for path in tree(tmp_path / "site"))


# ---------------------------------------------------------------- revised data


def cells_of(page: bytes, name: str = "table-overview") -> list[str]:
    """The cells of a table as a screen reader says them."""
    table = page.decode().partition(f'id="{name}"')[2].partition("</figure>")[0]
    seen = re.sub(r"<sup[^>]*aria-hidden.*?</sup>", "", table)
    return [" ".join(re.sub(r"<[^>]+>", "", cell).split()) for cell in re.findall(r"<td[^>]*>(.*?)</td>", seen, re.S)]


def test_a_revised_number_is_marked_and_has_the_old_one_at_hand(tmp_path: Path) -> None:
    outputs = built(corrected(kept(small_site()), "17"), tmp_path / "site")
    page = outputs[PAGE].decode()
    assert cells_of(outputs[PAGE]) == ["10", "17 (revised, before: 15)", "20", "22p", "30", "39 (revised, before: 37)"]
    assert re.findall(r'<sup class="flag" aria-hidden="true" title="([^"]*)">(\w?)<b>r</b></sup>', page) == [
        ("Before: 15", ""),
        ("Before: 37", "p"),
    ]
    assert "<span><b>r</b> Revised</span>" in page
    listed = re.findall(r"<li>([^<]*before[^<]*)</li>", page)
    assert listed == ["North · 2024: 17 (before: 15)", "All · 2024: 39 (before: 37)"]
    assert "revised" not in outputs[EARLIER].decode()
    assert cells_of(outputs["fr/nouvelles/ventes/index.html"])[1] == "17 (révisé, avant : 15)"


def test_the_number_before_is_read_back_and_counted_again(tmp_path: Path) -> None:
    files = corrected(kept(small_site()), "17")
    grid = files["@default/templates/grid.html"]
    wrong = {
        "alters": (b'data-was="{{ cell.was_machine }}"', b'data-was="9{{ cell.was_machine }}"'),
        "forgets": (b'data-was="{{ cell.was_machine }}"', b""),
        "invents": (b"<td{% if shown %}", b'<td data-was="3"{% if shown %}'),
    }
    for name, (old, new) in wrong.items():
        assert old in grid
        report = build({**files, "templates/grid.html": grid.replace(old, new)}, tmp_path / name)
        assert report.broken
        assert {problem.code for problem in report.problems if problem.level == "error"} == {"number-mismatch"}
        assert "before the revision of" in texts(report)[0]
    page = files["@default/templates/revisions.html"].replace(b"{{ row.before }}", b"{{ row.after }}")
    found = texts(build({**files, "templates/revisions.html": page}, tmp_path / "page"))[0]
    assert found.startswith(
        'templates/revisions.html: error: en/news/sales/revisions/index.html prints "17" (15) for North · 2024; '
        "the data give 15 [number-mismatch]"
    )


def test_what_reads_the_same_is_not_revised(tmp_path: Path) -> None:
    files = kept(small_site())
    files[SALES] = files[SALES].replace(b"NORTH,2024,15,A", b"NORTH,2024,15.0,P")  # the status alone is another
    notice = CORRECTION.format(at=AT.isoformat(), number=1, value=15)
    outputs = built({**files, ALPHA: files[ALPHA] + notice.encode()}, tmp_path / "site")
    assert b"<b>r</b>" not in outputs[PAGE]
    assert re.findall(rb"<li>(\w+\.csv)</li>", outputs["en/news/sales/revisions/index.html"]) == [
        b"sales.csv",
        b"spare.csv",
    ]


def test_the_list_of_revisions_is_made_in_each_language_and_as_a_file(tmp_path: Path) -> None:
    files = corrected(kept(small_site()), "17")
    files["data/alpha.1/spare.csv"] = b"year,value\n2023,5\n2024,7.5\n"
    files["data/alpha/spare.csv"] = b"year,value\n2024,\n2025,1\n"
    outputs = built(files, tmp_path / "site")
    page = outputs["en/news/sales/revisions/index.html"].decode()
    rows = re.findall(r'<th scope="row">(.*?)</th>\s*<td>(.*?)</td>\s*<td>(.*?)</td>\s*<td>(.*?)</td>', page, re.S)
    plain = [tuple(re.sub(r"<[^>]+>", "", cell) for cell in row) for row in rows]
    assert plain == [("North · 2024", "15", "17", "+2"), ("2024", "7.5", "not available", "")]
    assert re.findall(r'<p class="figures-lead">(\d[^<]*)</p>', page) == [
        "1 revised number.",
        "1 revised number, 1 new cell, 1 cell removed.",
    ]
    assert 'href="../edition-1/">May 1, 2024</a>' in page
    french = outputs["fr/nouvelles/ventes/revisions/index.html"].decode()
    assert "1 nombre révisé, 1 nouvelle cellule, 1 cellule supprimée." in french
    assert '<th scope="row">Nord · 2024</th>' in french
    assert outputs["data/alpha/release-revisions.csv"].decode().splitlines() == [
        "table,shop,year,change,before,after,difference,status_before,status_after,unit",
        "sales,NORTH,2024,revised,15,17,2,A,A,PIECE",
        "spare,,2024,revised,7.5,,,,,PIECE",
        "spare,,2025,added,,1,,,,PIECE",
        "spare,,2023,removed,5,,,,,PIECE",
    ]
    record = json.loads(outputs["data/alpha/release.json"])
    assert record["corrections"][0]["previous"] == "alpha.1"
    assert record["revisions"]["compared_with"] == "alpha.1"
    assert record["revisions"]["tables"]["sales"]["cells"][0] == {
        "at": {"shop": "NORTH", "year": "2024"},
        "before": "15",
        "after": "17",
    }
    earlier = json.loads(outputs["data/alpha.1/release.json"])
    assert earlier["edition"] == {"of": "alpha", "number": 1, "until": "2024-06-20T15:30:00+02:00"}
    assert earlier["revisions"] is None
    assert b'<a href="revisions/">Revised data</a>' in outputs[PAGE]
    assert b"/en/news/sales/revisions/</loc>" in outputs["sitemap.xml"]
    assert b"edition-1" not in outputs["sitemap.xml"]


def test_a_long_list_is_cut_on_the_page_and_whole_in_the_file(tmp_path: Path) -> None:
    files = small_site()
    files["data/alpha/spare.csv"] = b"year,value\n" + b"".join(b"%d,1\n" % year for year in range(1400, 2000))
    files = corrected(kept(files), "17")
    files["data/alpha/spare.csv"] = files["data/alpha/spare.csv"].replace(b",1\n", b",2\n")
    outputs = built(files, tmp_path / "site")
    page = outputs["en/news/sales/revisions/index.html"].decode()
    assert page.count('<th scope="row">') == 501
    assert "600 revised numbers. The first 500 are listed here; the file has all." in page
    assert outputs["data/alpha/release-revisions.csv"].count(b",revised,") == 601


def test_a_release_is_compared_with_the_one_that_it_revises(tmp_path: Path) -> None:
    """The next edition of a series: another release, with earlier periods revised."""
    files = small_site()
    names = ((b"alpha", b"omega"), (b"slug: sales", b"slug: again"), (b"slug: ventes", b"slug: encore"))
    for path in [path for path in files if "/alpha" in path]:
        data = files[path]
        for old, new in names:
            data = data.replace(old, new)
        files[path.replace("/alpha", "/omega")] = data.replace(b"2024-05-01T09", b"2024-06-01T09")
    other = "data/omega/release.toml"
    files[other] = b'revises = "alpha"\n' + files[other]
    files["data/omega/sales.csv"] = files[SALES].replace(b"NORTH,2023,10", b"NORTH,2023,11") + b"WEST,2025,8,A\n"
    outputs = built(files, tmp_path / "site")
    assert cells_of(outputs["en/news/again/index.html"])[0] == "11 (revised, before: 10)"
    page = outputs["en/news/again/revisions/index.html"].decode()
    assert "1 revised number, 1 new cell." in page
    assert re.search(r"Compared with “<a href=\"../../sales/\">Sales in 2024</a>”\.", page)
    early = datetime.fromisoformat("2024-04-30T00:00:00Z")
    assert not build(files, tmp_path / "early", early).broken
    later = {
        path: data.replace(b"2024-05-01T09", b"2024-12-01T09") if path == ALPHA else data
        for path, data in files.items()
    }
    later = {path: data for path, data in later.items() if not re.search("beta|gamma", path)}  # which link to it
    hidden = built(later, tmp_path / "hidden")
    assert b"revised" not in hidden["en/news/again/index.html"]
    assert "en/news/again/revisions/index.html" not in hidden


def test_tables_of_another_shape_or_unit_are_not_compared(tmp_path: Path) -> None:
    files = corrected(kept(small_site()), "17")
    files[ALPHA] = files[ALPHA].replace(b'unit = "PIECE"', b'unit = "DOZEN"', 1)
    files["data/labels.csv"] += b"DOZEN,douzaines,dozens,dozijnen\n"
    outputs = built(files, tmp_path / "site")
    assert b"<b>r</b>" not in outputs[PAGE]
    assert b"sales" not in outputs["data/alpha/release-revisions.csv"]


def test_after_any_of_these_edits_a_build_is_what_a_clean_one_is(tmp_path: Path) -> None:
    plain = small_site()
    with_edition = kept(plain)
    right = corrected(with_edition, "17")
    old, table = "data/alpha.1/sales.csv", "data/alpha/sales.csv"
    steps: tuple[tuple[Sources, datetime], ...] = (
        (plain, BEFORE),
        (with_edition, BEFORE),
        (right, BEFORE),
        (right, AT),
        ({path: data for path, data in right.items() if path != "content/en/news/alpha.1.md"}, AT),
        (right, AT),  # a language that the edition had again
        ({**right, old: right[old].replace(b"NORTH,2024,15", b"NORTH,2024,14")}, AT),  # which pages of the present name
        ({**right, old: right[old].replace(b"NORTH,2024,15", b"NORTH,2024,17")}, AT),
        ({**right, table: right[table].replace(b"SOUTH,2023,20", b"SOUTH,2023,19")}, BEFORE),
        (with_edition, AT),
        (corrected(kept(right, now=AT), "18", NOW, 2), AT),
        (corrected(kept(right, now=AT), "18", NOW, 2), NOW),
        (plain, NOW),
    )
    for number, (files, now) in enumerate(steps):
        assert built(files, tmp_path / "site", now) == built(files, tmp_path / str(number), now), number


# ---------------------------------------------------------------- the command, and mistakes


def test_the_command_copies_what_readers_have(tmp_path: Path) -> None:
    root = write({path: data for path, data in small_site().items() if not path.startswith("@")}, tmp_path / "root")
    run = communique("keep", "alpha", "--root", root, "--now", NOW.isoformat())
    assert run.returncode == 0, run.stderr
    assert run.stdout.splitlines() == [
        "data/alpha.1/release.toml",
        "data/alpha.1/sales.schema.json",
        "data/alpha.1/sales.csv",
        "data/alpha.1/spare.schema.json",
        "data/alpha.1/spare.csv",
        "content/fr/news/alpha.1.md",
        "content/en/news/alpha.1.md",
        "what stands in data/alpha.1/ and in its texts stays as it is: correct data/alpha/",
        'then write [[corrections]] in data/alpha/release.toml, with previous = "alpha.1"',
    ]
    for path in run.stdout.splitlines()[1:7]:
        assert (root / path).read_bytes() == (root / path.replace("alpha.1", "alpha")).read_bytes()
    was, copy = ((root / f"data/{name}/release.toml").read_text("utf-8") for name in ("alpha", "alpha.1"))
    assert copy.startswith(was)
    assert copy.endswith('[edition]\nof = "alpha"\nnumber = 1\n')
    run = communique("check", "--root", root, "--now", NOW.isoformat())
    assert run.returncode == 0, run.stderr
    run = communique("translate", "status", "--root", root, "--json")
    assert "alpha.1" not in run.stdout


@pytest.mark.parametrize(
    ("release", "now", "said"),
    [
        ("alpah", NOW, 'there is no release "alpah"; did you mean "alpha"?'),
        ("alpha.1", NOW, 'there is no release "alpha.1"; did you mean "alpha"?'),
        ("alpha", datetime.fromisoformat("2024-04-01T00:00:00Z"), 'nobody has seen "alpha" yet'),
        ("delta", NOW, 'nobody has seen "delta" yet'),
        ("alpha", BEFORE, '"alpha" has a correction that is to come'),
    ],
)
def test_what_cannot_be_kept(release: str, now: datetime, said: str) -> None:
    with pytest.raises(UsageError, match=re.escape(said)):
        kept(corrected(kept(small_site())), release, now)
