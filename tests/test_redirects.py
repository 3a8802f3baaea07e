"""Addresses that releases had before: a page at each that leads on, and a rule for hosts that read `_redirects`."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

import pytest
from support import Sources, build, small_site, texts, tree

EN, FR = "content/en/news/alpha.md", "content/fr/news/alpha.md"
LATER, NOTE = "content/en/news/gamma.md", "content/en/notes/beta.md"
WITHDRAWN = b'\n[withdrawn]\nat = 2024-06-10T10:00:00+02:00\ntext.fr = "Faux."\ntext.en = "Wrong."\n'
#: A day on which gamma is public.
AFTER = datetime.fromisoformat("2025-01-01T00:00:00Z")


def moved(files: Sources, path: str, slugs: str) -> Sources:
    """The sources with former slugs in one text."""
    return {**files, path: files[path].replace(b"\nslug:", f"\nformer_slugs: {slugs}\nslug:".encode(), 1)}


def test_a_former_address_leads_to_the_present_one(tmp_path: Path) -> None:
    assert not build(moved(small_site(), EN, "[old-sales, older-sales]"), tmp_path / "site").broken
    outputs = tree(tmp_path / "site")
    for slug in ("old-sales", "older-sales"):
        page = outputs[f"en/news/{slug}/index.html"].decode()
        assert '<meta http-equiv="refresh" content="0; url=../sales/">' in page
        assert '<link rel="canonical" href="https://stat.example/en/news/sales/">' in page
        assert '<meta name="robots" content="noindex">' in page
        assert '<a href="../sales/">Sales in 2024</a>' in page
        assert "<script" not in page
        assert page.index("Content-Security-Policy") < page.index("refresh")
        assert f"/{slug}/".encode() not in outputs["sitemap.xml"] + outputs["en/feed.xml"] + outputs["en/index.html"]
    assert "fr/nouvelles/old-sales/index.html" not in outputs
    figures = outputs["en/news/old-sales/figures/index.html"].decode()
    assert '<meta http-equiv="refresh" content="0; url=../../sales/figures/">' in figures


def test_the_rules_of_the_host(tmp_path: Path) -> None:
    files = moved(moved(small_site(), EN, "[old-sales]"), NOTE, "\n  - first-note\n  - second-note")
    files["site.toml"] = files["site.toml"].replace(b"stat.example/", b"stat.example/below/")
    assert not build(files, tmp_path / "site").broken
    rules = tree(tmp_path / "site")["_redirects"].decode().splitlines()
    assert rules == [
        "/below/en/news/old-sales /below/en/news/sales/ 301",
        "/below/en/news/old-sales/ /below/en/news/sales/ 301",
        "/below/en/news/old-sales/figures /below/en/news/sales/figures/ 301",
        "/below/en/news/old-sales/figures/ /below/en/news/sales/figures/ 301",
        *(
            f"/below/en/notes/{slug}{end} /below/en/notes/note-b/ 301"
            for slug in ("first-note", "second-note")
            for end in ("", "/")
        ),
    ]


def test_without_former_addresses_there_is_no_rule(tmp_path: Path) -> None:
    build(small_site(), tmp_path / "site")
    assert "_redirects" not in tree(tmp_path / "site")


def test_the_former_address_of_a_hidden_release_leaves_no_trace(tmp_path: Path) -> None:
    files = moved(small_site(), LATER, "[much-later]")
    with_it, without_it = build(files, tmp_path / "with"), build(small_site(), tmp_path / "without")
    assert tree(tmp_path / "with") == tree(tmp_path / "without")
    assert (with_it.pages, with_it.made) == (without_it.pages, without_it.made)
    build(files, tmp_path / "with", AFTER)
    assert "en/news/much-later/index.html" in tree(tmp_path / "with")


def test_a_release_with_former_addresses_can_be_taken_away_as_a_draft(tmp_path: Path) -> None:
    """Its page of figures is not made, and nothing leads to it."""
    files = {path: data for path, data in small_site().items() if not re.search("/(beta|gamma)", path)}  # linked to it
    path = "data/alpha/release.toml"
    draft = {**moved(files, EN, "[old-sales]"), path: b"draft = true\n" + files[path]}
    report = build(draft, tmp_path / "site")
    assert not report.broken, texts(report)
    assert not any("sales" in path for path in tree(tmp_path / "site"))


def test_the_former_address_of_a_withdrawn_release_leads_to_what_is_left(tmp_path: Path) -> None:
    files = moved(small_site(), EN, "[old-sales]")
    files["data/alpha/release.toml"] += WITHDRAWN
    assert not build(files, tmp_path / "site").broken
    outputs = tree(tmp_path / "site")
    assert b'url=../sales/"' in outputs["en/news/old-sales/index.html"]
    assert b"figures" not in outputs["_redirects"]
    assert "en/news/old-sales/figures/index.html" not in outputs


@pytest.mark.parametrize(
    ("path", "slugs", "says"),
    [
        (LATER, "[sales]", 'gamma.md:4: error: "alpha" and "gamma" would both be at en/news/sales/index.html'),
        (EN, "[later]", 'alpha.md:4: error: "gamma" and "alpha" would both be at en/news/later/index.html'),
    ],
)
def test_a_present_address_is_no_former_one(path: str, slugs: str, says: str, tmp_path: Path) -> None:
    """Of a release that is to come, too."""
    report = build(moved(small_site(), path, slugs), tmp_path / "site")
    assert report.broken
    assert any(says in found for found in texts(report)), texts(report)


@pytest.mark.parametrize(
    ("slugs", "says"),
    [
        ("old", '"former_slugs" must be a list of slugs [bad-front-matter]'),
        ("{old: new}", '"former_slugs" must be a list of slugs [bad-front-matter]'),
        ("[Old]", 'the slug is "Old" [bad-slug]'),
        ("[[old]]", 'the slug is "['),
        ("[figures]", 'the slug "figures" is taken [bad-slug]'),
        ("[old, old]", '"former_slugs" names an address twice [bad-slug]'),
        ("[sales]", '"former_slugs" names an address twice [bad-slug]'),
        ("[old]\nformer_slugs: [older]", '"former_slugs" stands twice in the front matter [duplicate-key]'),
    ],
)
def test_mistakes(slugs: str, says: str, tmp_path: Path) -> None:
    report = build(moved(small_site(), EN, slugs), tmp_path / "site")
    assert report.broken
    assert any(re.match(r"content/en/news/alpha.md:[45]: error: ", found) and says in found for found in texts(report))


def test_an_incremental_build_equals_a_clean_one(tmp_path: Path) -> None:
    plain = small_site()
    one, two = moved(plain, EN, "[old-sales]"), moved(plain, EN, "[old-sales, older]")
    renamed = {**one, EN: one[EN].replace(b"title: Sales", b"title: All sales").replace(b"slug: sales", b"slug: sold")}
    gone = {**two, "data/alpha/release.toml": two["data/alpha/release.toml"] + WITHDRAWN}
    for number, files in enumerate((plain, one, two, renamed, gone, one, plain)):
        found, clean = build(files, tmp_path / "site"), build(files, tmp_path / f"clean-{number}")
        assert not clean.broken, texts(clean)
        assert texts(found) == texts(clean)
        assert tree(tmp_path / "site") == tree(tmp_path / f"clean-{number}"), number
