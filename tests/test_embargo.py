"""Before its instant a release does not exist: not in pages, lists, feeds, addresses, nor in the bytes of anything."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from support import NOW, Sources, build, communique, content, small_site, texts, tree, write

PUBLISHED = datetime.fromisoformat("2024-12-01T09:00:00+01:00")


def without(files: Sources, release: str) -> Sources:
    """The sources as if a release had never been written."""
    return {
        path: data
        for path, data in files.items()
        if not path.startswith(f"data/{release}/") and not path.endswith(f"/{release}.md")
    }


@pytest.fixture
def files() -> Sources:
    """The small site, where a scheduled release has data of its own, and a kind that nobody else has."""
    files = small_site()
    files["site.toml"] += b'\n[kinds.secret]\nfolder = "secrets"\n'
    files["data/labels.csv"] += b"kind.secret,Secrets,Secrets,Geheimen\n"
    files["data/gamma/release.toml"] = files["data/gamma/release.toml"].replace(b'"news"', b'"secret"')
    for table in ("sales.csv", "sales.schema.json"):
        files[f"data/gamma/{table}"] = files[f"data/alpha/{table}"]
    files["data/gamma/release.toml"] += (
        b'\n[tables.hidden]\nfile = "sales.csv"\ndimensions = ["shop", "year"]\nvalue = "value"\nstatus = "status"\n'
        b'unit = "PIECE"\n[figures.sold]\ntable = "hidden"\nat = { year = 2024 }\nby = "shop"\n'
    )
    for lang in ("fr", "en"):
        files[f"content/{lang}/secrets/gamma.md"] = content(
            '"{{ sold.NORTH }}"', "later", "[A](release:beta)\n\n## C\n\n[D](#c)"
        )
        del files[f"content/{lang}/news/gamma.md"]
    return files


@pytest.mark.parametrize(
    "now",
    [
        "2024-07-01T12:00:00+02:00",
        "2024-05-01T09:00:00+02:00",
        "2023-01-01T00:00:00+00:00",
        "2024-12-01T08:59:59.999999+01:00",
        "2024-12-01T07:59:59Z",
        "2024-11-30T21:00:00-10:59",
    ],
)
@pytest.mark.parametrize("release", ["gamma", "delta"])
def test_a_hidden_release_leaves_no_trace(files: Sources, release: str, now: str, tmp_path: Path) -> None:
    instant = datetime.fromisoformat(now)
    with_it = build(files, tmp_path / "with", instant)
    without_it = build(without(files, release), tmp_path / "without", instant)
    assert not with_it.broken, texts(with_it)
    assert tree(tmp_path / "with") == tree(tmp_path / "without")
    assert (with_it.pages, with_it.feeds, with_it.made) == (without_it.pages, without_it.feeds, without_it.made)


@pytest.mark.parametrize(
    ("now", "public"),
    [
        (PUBLISHED - timedelta(seconds=1), False),
        (PUBLISHED - timedelta(microseconds=1), False),
        (PUBLISHED, True),
        (PUBLISHED + timedelta(seconds=1), True),
        (datetime.fromisoformat("2024-12-01T08:00:00Z"), True),
        (datetime.fromisoformat("2024-12-01T07:59:59+00:00"), False),
        (datetime.fromisoformat("2024-12-01T17:00:00+09:00"), True),
        (datetime.fromisoformat("2024-12-01T16:59:59+09:00"), False),
        (datetime.fromisoformat("2024-12-01T03:00:00-05:00"), True),
        (datetime.fromisoformat("2024-12-01T02:59:59-05:00"), False),
    ],
)
def test_public_from_its_instant_on(files: Sources, now: datetime, public: bool, tmp_path: Path) -> None:
    assert not build(files, tmp_path / "site", now).broken
    outputs = tree(tmp_path / "site")
    assert ("en/secrets/later/index.html" in outputs) == public
    assert ("data/gamma/hidden.csv" in outputs) == public
    assert (b"later" in outputs["sitemap.xml"]) == public
    assert (b"/later/" in outputs["en/feed.xml"]) == public
    assert ("en/secrets/later/card.png" in outputs) == public
    assert ("en/secrets/later/figures/index.html" in outputs) == public
    assert ("data/gamma/release.json" in outputs) == public
    assert any(b"gamma" in data or b"later" in data for data in outputs.values()) == public


@pytest.mark.parametrize("change", ["2026-01-01", "draft"])
def test_what_is_hidden_again_is_gone(files: Sources, change: str, tmp_path: Path) -> None:
    build(files, tmp_path / "site", PUBLISHED)
    source = files["data/gamma/release.toml"]
    files["data/gamma/release.toml"] = (
        source.replace(b"draft = false", b"draft = true")
        if change == "draft"
        else source.replace(b"2024-12", b"2026-01")
    )
    report = build(files, tmp_path / "site", PUBLISHED)
    assert not report.broken
    assert (
        report.removed == 12
    )  # in each language a page with its figures, and an index, each with its card; the data; the record
    build(without(files, "gamma"), tmp_path / "without", PUBLISHED)
    assert tree(tmp_path / "site") == tree(tmp_path / "without")


def test_nothing_at_all_is_public_yet(tmp_path: Path) -> None:
    """The first release of a site, and of its kind, may be embargoed: it breaks nothing, and links in it are good."""
    files = without(without(without(small_site(), "alpha"), "beta"), "delta")
    files["content/en/news/gamma.md"] = content("Later", "later", "Nothing else.")
    files["content/fr/news/gamma.md"] = content("Plus tard", "plus-tard", "Rien d’autre.")
    report = build(files, tmp_path / "site")
    assert not report.broken, texts(report)
    assert not any(path.startswith("en/news") for path in tree(tmp_path / "site"))
    assert not build(files, tmp_path / "site", PUBLISHED).broken


@pytest.mark.parametrize(
    ("published", "draft", "allowed"),
    [
        ("2024-11-01T09:00:00+01:00", False, True),
        ("2024-12-01T08:00:00Z", False, True),
        ("2024-12-01T08:00:01Z", False, False),
        ("2024-11-01T09:00:00+01:00", True, False),
    ],
)
def test_links_between_what_is_hidden(
    files: Sources, published: str, draft: bool, allowed: bool, tmp_path: Path
) -> None:
    """A scheduled release may link to one that is out before it, not to one that comes after it, nor to a draft."""
    build(files, tmp_path / "site")
    source = files["data/beta/release.toml"].decode().replace("2024-06-01T09:00:00+02:00", published)
    files["data/beta/release.toml"] = source.replace("false", str(draft).lower()).encode()
    for out in ("site", "clean"):
        report = build(files, tmp_path / out)
        assert any('"beta" in "en" [unknown-release]' in found for found in texts(report)) != allowed
        assert report.broken != allowed


BROKEN = (
    "{{ nothing }}",
    "[nowhere](/en/nowhere/)",
    "[nowhere](#nowhere)",
    "[all](claim:nothing)",
    "![](table:nothing)",
)


@pytest.mark.parametrize("body", BROKEN)
def test_problems_of_a_scheduled_release_are_errors(files: Sources, body: str, tmp_path: Path) -> None:
    files["content/en/secrets/gamma.md"] = content("Later", "later", body)
    report = build(files, tmp_path / "site", NOW)
    assert report.broken
    assert any("content/en/secrets/gamma.md:7: error" in found for found in texts(report))
    assert not (tmp_path / "site").exists()


@pytest.mark.parametrize("body", BROKEN)
def test_problems_of_a_draft_are_warnings(body: str, tmp_path: Path) -> None:
    files = small_site()
    files["content/en/notes/delta.md"] = content("Draft", "draft", body)
    report = build(files, tmp_path / "site")
    assert not report.broken, texts(report)
    assert any("content/en/notes/delta.md:7: warning" in found for found in texts(report))


def test_check_finds_what_is_hidden(files: Sources, tmp_path: Path) -> None:
    files["content/en/secrets/gamma.md"] = content("Later", "later", "{{ nothing }}")
    write({path: data for path, data in files.items() if not path.startswith("@")}, tmp_path)
    run = communique("check", "--root", tmp_path, "--now", NOW.isoformat())
    assert run.returncode == 1
    assert 'content/en/secrets/gamma.md:7: error: no figure named "nothing"' in run.stderr
    assert "content/en/notes/delta.md:7: warning" in run.stderr


def test_a_public_text_may_not_link_to_what_is_hidden(files: Sources, tmp_path: Path) -> None:
    files["content/en/notes/beta.md"] = content("Note", "note-b", "[Soon](release:gamma) [sooner](/en/secrets/later/)")
    found = "\n".join(texts(build(files, tmp_path / "site")))
    assert 'there is no public release "gamma" in "en" [unknown-release]' in found
    assert 'the link leads to "/en/secrets/later/"' in found
