"""Where figures come from: the page of figures and release.json, against the measures, the texts and the pages."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from html import unescape
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from support import CHARTS, ROOT, Sources, build, communique, content, small_site, texts, tree, write

from generator.definitions import ReleaseText
from generator.sources.files import FolderFiles
from generator.sources.texts import cited, parse_text

LATER = datetime.fromisoformat("2027-01-01T00:00:00+00:00")
SCHEMA = json.loads((ROOT / "docs" / "release.schema.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The small site."""
    out = tmp_path_factory.mktemp("small") / "site"
    assert not build(small_site(), out, charts=CHARTS).broken
    return tree(out)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, bytes]]:
    """The sample site, and one of another domain in three languages."""
    found = {}
    for name, folder in (("sample", ROOT), ("rivers", ROOT / "tests" / "sites" / "rivers")):
        out = tmp_path_factory.mktemp(name) / "site"
        report = build(FolderFiles(folder), out, LATER, charts=CHARTS)
        assert not report.broken, texts(report)
        found[name] = tree(out)
    return found


def records(site: dict[str, bytes]) -> dict[str, dict]:
    return {path: json.loads(data) for path, data in site.items() if path.endswith("/release.json")}


def pages(site: dict[str, bytes]) -> Iterator[tuple[str, str, str]]:
    """Each page of figures: its path, its HTML, and the HTML of its release."""
    for path, data in site.items():
        if path.endswith("/figures/index.html"):
            page = site[path.replace("/figures/", "/")].decode()
            yield path, data.decode(), page.partition('<section class="related"')[0]  # others have figures of their own


def ids(html: str) -> set[str]:
    return {unescape(name) for name in re.findall(r'\sid="([^"]+)"', html)}


# ---------------------------------------------------------------- what is there


def test_each_figure_of_a_page_has_its_entry(built: dict[str, dict[str, bytes]]) -> None:
    for site in built.values():
        met = 0
        for path, html, release in pages(site):
            named = {unescape(name) for name in re.findall(r'data-figure="([^"]+)"', release)}
            claims = set(re.findall(r'data-claim="([^"]+)"', release))
            assert {f"f-{name}" for name in named} | {f"c-{name}" for name in claims} <= ids(html), path
            met += len(named)
        assert met > 10


def test_pages_without_figures_have_none(built: dict[str, dict[str, bytes]]) -> None:
    site = built["sample"]
    assert "en/about/index.html" in site
    assert "en/about/figures/index.html" not in site
    assert b"release.json" not in site["en/about/index.html"]
    assert b"source-panel" not in site["en/about/index.html"]


def test_the_page_says_all_of_a_figure(small: dict[str, bytes]) -> None:
    html = small["en/news/sales/figures/index.html"].decode()
    entry = re.search(r'<article class="entry" id="f-growth.SOUTH">(.*?)</article>', html, re.S)
    assert entry is not None
    said = " ".join(unescape(re.sub(r"<[^>]+>", " ", entry.group(1))).split())
    assert said.startswith("10.0% growth.SOUTH")
    assert "Shop South year 2024" in said
    assert "Change on the previous year: (value 2024 ÷ value 2023 − 1) × 100" in said
    assert "Exact value 10.0 % Rounded 10.0%" in said
    assert "Normal, provisional" in said
    assert "2023 20 Normal 2024 22 Provisional" in said
    assert hashlib.sha256(small_site()["data/alpha/sales.csv"]).hexdigest() in said
    claim = re.search(r'id="c-rose">(.*?)</article>', html, re.S)
    assert claim is not None
    said = " ".join(unescape(re.sub(r"<[^>]+>", " ", claim.group(1))).split())
    assert "rising True on the data Test Every value is above zero all positive" in said
    assert "North 50.0% South 10.0% West 40.0%" in said
    assert '<link rel="canonical" href="https://stat.example/en/news/sales/figures/">' in html
    assert 'hreflang="fr" href="https://stat.example/fr/nouvelles/ventes/figures/"' in html


def test_a_release_leads_to_its_sources(small: dict[str, bytes]) -> None:
    html = small["fr/nouvelles/ventes/index.html"].decode()
    assert '<link rel="alternate" type="application/json" href="../../../data/alpha/release.json">' in html
    assert '<a href="figures/">Chiffres et sources</a>' in html
    assert "https://stat.example/fr/nouvelles/ventes/figures/" in small["sitemap.xml"].decode()


# ---------------------------------------------------------------- release.json


def test_records_obey_their_schema(built: dict[str, dict[str, bytes]], small: dict[str, bytes]) -> None:
    Draft202012Validator.check_schema(SCHEMA)
    judge = Draft202012Validator(SCHEMA)
    met = 0
    for site in (*built.values(), small):
        for path, record in records(site).items():
            assert [error.message for error in judge.iter_errors(record)] == [], path
            met += 1
    assert met > 4
    assert list(judge.iter_errors({**record, "figures": {"x": {}}})), "the schema refuses what is not whole"


def test_values_follow_from_the_cells(small: dict[str, bytes]) -> None:
    record = records(small)["data/alpha/release.json"]
    growth = record["figures"]["growth.SOUTH"]
    cells = {cell["at"]["year"]: Decimal(cell["value"]) for cell in growth["cells"]}
    assert cells == {"2023": 20, "2024": 22}
    assert Decimal(growth["value"]) == (cells["2024"] / cells["2023"] - 1) * 100
    assert (growth["rounded"], growth["unit"], growth["statuses"]) == ("10.0", "percent", ["A", "P"])
    assert growth["words"]["fr"]["printed"] == [{"form": "rise", "text": "10,0\u202f%", "rounded": "10.0"}]
    assert growth["words"]["en"]["row"] == [["Shop", "South"], ["year", "2024"]]
    rose = record["claims"]["rose"]
    assert (rose["holds"], rose["test"], len(rose["rows"])) == (True, "all positive", 3)
    assert rose["words"]["fr"] == {"asserted": ["en hausse"], "test": "Toutes les valeurs sont supérieures à zéro"}
    assert record["periods"] == {
        "year": {"code": "2024", "words": {"en": {"printed": "2024"}, "fr": {"printed": "2024"}}}
    }
    assert record["tables"]["overview"]["words"]["en"]["page"] == "https://stat.example/en/news/sales/#table-overview"


def test_a_record_says_what_the_pages_print(built: dict[str, dict[str, bytes]]) -> None:
    """Each figure of each page: the same text and the same machine form, under its own name."""
    for site in built.values():
        by_page = {
            (words["page"], lang): record
            for record in records(site).values()
            for lang, words in record["languages"].items()
        }
        for path, _html, release in pages(site):
            lang = path.split("/")[0]
            canonical = re.search(r'rel="canonical" href="([^"]+)"', release)
            assert canonical is not None
            record = by_page[canonical.group(1), lang]
            for machine, name, text in re.findall(
                r'<data class="figure" value="([^"]+)" data-figure="([^"]+)">(.*?)</data>', release
            ):
                shown = unescape(re.sub(r"<[^>]+>", "", text))
                if name in record["periods"]:
                    assert record["periods"][name]["words"][lang]["printed"] == shown
                    continue
                printed = record["figures"][unescape(name)]["words"][lang]["printed"]
                assert (shown, machine) in [(one["text"], one["rounded"]) for one in printed], name


def test_digests_are_those_of_the_files(built: dict[str, dict[str, bytes]]) -> None:
    site = built["sample"]
    for path, record in records(site).items():
        for table, file in record["files"].items():
            published = site[path.replace("release.json", f"{table}.csv")]
            assert file["sha256"] == hashlib.sha256(published).hexdigest()
            assert file["url"].endswith(path.replace("release.json", f"{table}.csv"))
    source = (ROOT / "data" / "regional-trade-2024" / "trade_levels.csv").read_bytes()
    trade = records(site)["data/regional-trade-2024/release.json"]["files"]["trade"]
    assert trade["source_sha256"] == hashlib.sha256(source).hexdigest()


def test_sums_are_taken_apart(built: dict[str, dict[str, bytes]]) -> None:
    """Net exports of goods and services: four cells, which add up to the exact value."""
    record = records(built["sample"])["data/regional-trade-2024/release.json"]
    net = record["figures"]["net_exports.VLG"]
    signs = {"exports": 1, "imports": -1}
    assert len(net["cells"]) == 4
    total = sum(signs[cell["at"]["flow"]] * Decimal(cell["value"]) for cell in net["cells"])
    assert total == Decimal(net["value"])
    assert (net["unit"], net["rounded_unit"]) == ("EUR_MILLION", "EUR_BILLION")
    assert Decimal(net["rounded"]) == round(total / 1000, 1)


def test_the_same_bytes_in_another_process(small: dict[str, bytes], tmp_path: Path) -> None:
    write({path: data for path, data in small_site().items() if not path.startswith("@")}, tmp_path)
    run = communique("build", "--root", tmp_path, "--now", "2024-07-01T12:00:00+02:00", env={"PYTHONHASHSEED": "7"})
    assert run.returncode == 0, run.stderr
    other = tree(tmp_path / "build" / "site")
    for path in small:
        if "figures/" in path or path.endswith(".json"):
            assert other[path] == small[path], path


# ---------------------------------------------------------------- what goes wrong


def changed(old: str, new: str) -> Sources:
    files = small_site()
    source = files["data/alpha/release.toml"].decode()
    assert old in source
    files["data/alpha/release.toml"] = source.replace(old, new).encode()
    return files


def test_a_false_claim_that_the_site_lets_pass_is_shown_as_false(tmp_path: Path) -> None:
    files = changed('"all positive"', '"all negative"')
    files["site.toml"] += b'claim-false = "warning"\n'
    assert not build(files, tmp_path / "site", charts=CHARTS).broken
    site = tree(tmp_path / "site")
    rose = records(site)["data/alpha/release.json"]["claims"]["rose"]
    assert rose["holds"] is False
    assert all(row["breaks"] for row in rose["rows"])
    assert site["en/news/sales/figures/index.html"].decode().count('<tr class="broken">') == 3


@pytest.mark.parametrize(
    ("holds", "said"),
    [
        ("any positive", "At least one value is above zero"),
        ("none negative", "No value is below zero"),
        ("only NORTH, SOUTH and WEST positive", "Above zero, and no other: North, South, West"),
        ("highest NORTH", "The highest value: North"),
        ("lowest SOUTH", "The lowest value: South"),
        ("order NORTH > WEST > SOUTH", "In this order, from the highest value down: North, West, South"),
        ("each NORTH above SOUTH", "Each time, North is above South"),
        ("above growth.ALL", "Every value is above growth.ALL (23.333%)"),
        ("below 60.5", "Every value is below 60.5"),
        ("near 1/4 within 30", "Every value lies within 30 percentage points of 1/4"),
        ("between 1 and 50", "Every value lies between 1 and 50"),
        ("most NORTH and WEST", "More than all others together: North, West"),
        ("top NORTH, WEST", "Above all others, in whatever order: North, West"),
    ],
)
def test_claims_in_words(holds: str, said: str, tmp_path: Path) -> None:
    files = changed('"all positive"', f'"{holds}"')
    files["site.toml"] += b'claim-false = "warning"\n'
    report = build(files, tmp_path / "site", charts=CHARTS)
    assert not report.broken, texts(report)
    assert records(tree(tmp_path / "site"))["data/alpha/release.json"]["claims"]["rose"]["words"]["en"]["test"] == said


@pytest.mark.parametrize(
    ("measure", "said"),
    [
        ("", "Value of the table"),
        ('measure = "share"\nof = { shop = "ALL" }', "Share of the whole: value ÷ (value of All) × 100"),
        (
            'measure = "change"\nlag = "period"',
            "Change on the previous period: (value 2024 ÷ value 2023 − 1) × 100",
        ),
        (
            'measure = "average_growth"\nstart = 2023',
            "Average yearly growth over 1 years: ((value 2024 ÷ value 2023) to the power 1 ÷ 1 − 1) × 100",
        ),
        (
            'measure = "contribution"\nof = { shop = "ALL" }',
            "Contribution to the change on the previous year of All: "
            "(value 2024 − value 2023) ÷ (value 2023 of All) × 100",
        ),
        ('measure = "difference"\nminus = { shop = "NORTH" }', "Difference: value of South − value of North"),
        ('measure = "balance"\nminus = { shop = "NORTH" }', "Balance: value of South − value of North"),
        ('measure = "ratio"\nto = { shop = "NORTH" }', "Ratio: value of South ÷ value of North"),
        ('measure = "rank"\namong = "shop"', "Rank, 1 for the highest value, among: Shop"),
    ],
)
def test_measures_in_words(measure: str, said: str, tmp_path: Path) -> None:
    files = changed('by = "shop"\nmeasure = "change"', f'by = "shop"\n{measure}')
    for lang in ("fr", "en"):
        path = f"content/{lang}/news/alpha.md"
        files[path] = files[path].replace(b" | rise", b"")
    report = build(files, tmp_path / "site", charts=CHARTS)
    assert not report.broken, texts(report)
    growth = records(tree(tmp_path / "site"))["data/alpha/release.json"]["figures"]["growth.SOUTH"]
    assert growth["words"]["en"]["measure"] == said


def test_the_name_of_the_page_is_no_slug(tmp_path: Path) -> None:
    files = small_site()
    files["content/en/notes/beta.md"] = content("Note", "figures", "Text.")
    report = build(files, tmp_path / "site", charts=CHARTS)
    assert report.broken
    assert any('the slug "figures" is taken [bad-slug]' in found for found in texts(report))


def test_words_of_claims_are_found_in_the_text() -> None:
    source = content(
        "In {{ year }}", "s", "**[Fell by *much* {{ x.A | drop }}[^1]](claim:one)** and [a \\[b\\]](claim:two)."
    )
    text, _problems = parse_text(source, "p.md", "r", "en")
    assert isinstance(text, ReleaseText)
    assert [(one.kind, one.name, one.words) for one in cited(text)] == [
        ("figure", "year", ""),
        ("figure", "x.A | drop", ""),
        ("claim", "one", "Fell by much {{ x.A | drop }}"),
        ("claim", "two", "a [b]"),
    ]


def test_words_with_a_source_are_shown_with_it(tmp_path: Path) -> None:
    files = small_site()
    files["data/alpha/release.toml"] += (
        b'\n[literals]\n"two  studies" = { source = "OFFICE" }\n"three offices" = "counted"\n'
        b'"four shops" = { source = "OFFICE" }\n'
    )
    for lang in ("fr", "en"):
        files[f"content/{lang}/news/alpha.md"] += b"\n\nAfter two\nstudies and three offices.\n"
    report = build(files, tmp_path / "site")
    assert not report.broken
    html = (tmp_path / "site/en/news/sales/figures/index.html").read_text(encoding="utf-8")
    listed = html[html.index('id="literals"') : html.index("</section>", html.index('id="literals"'))]
    assert re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", listed) == [("two studies", "Office")]
