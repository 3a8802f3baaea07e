"""`communique new`: the next edition of a release, or a blank one, as drafts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support import NOW, build, communique, small_site, tree, write

from generator.editions import parse_shift
from generator.errors import UsageError
from generator.facts.periods import shifted
from generator.sources.files import FolderFiles


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write({path: data for path, data in small_site().items() if not path.startswith("@")}, tmp_path / "root")


def new(root: Path, *words: str):
    return communique("new", *words, "--root", root, "--now", NOW.isoformat())


def test_the_next_edition_has_everything_but_the_numbers(root: Path) -> None:
    run = new(root, "news", "--from", "alpha", "--id", "alpha-2025", "--shift", "year=1")
    assert run.returncode == 0, run.stderr
    assert run.stdout.splitlines()[:7] == [
        "data/alpha-2025/release.toml",
        "data/alpha-2025/sales.schema.json",
        "data/alpha-2025/sales.csv",
        "data/alpha-2025/spare.schema.json",
        "data/alpha-2025/spare.csv",
        "content/fr/news/alpha-2025.md",
        "content/en/news/alpha-2025.md",
    ]
    release = (root / "data/alpha-2025/release.toml").read_text(encoding="utf-8")
    assert "published = 2025-05-01T09:00:00+02:00    # to be set\ndraft = true" in release
    assert "year = 2025\nbefore = 2024\n" in release
    assert (
        release[release.index("[tables.sales]") :]
        == (root / "data/alpha/release.toml").read_text(encoding="utf-8")[
            (root / "data/alpha/release.toml").read_text(encoding="utf-8").index("[tables.sales]") :
        ]
    )
    assert (root / "data/alpha-2025/sales.csv").read_bytes() == b"shop,year,value,status\n"
    text = (root / "content/en/news/alpha-2025.md").read_text(encoding="utf-8")
    assert text.replace("slug: sales-alpha-2025", "slug: sales") == (root / "content/en/news/alpha.md").read_text(
        encoding="utf-8"
    )


def test_a_draft_is_in_no_public_build_and_works_when_its_data_come(root: Path, tmp_path: Path) -> None:
    build(FolderFiles(root), tmp_path / "before")
    assert new(root, "news", "--from", "alpha", "--id", "alpha-2025", "--shift", "year=1").returncode == 0
    report = build(FolderFiles(root), tmp_path / "site")
    assert not report.broken
    assert tree(tmp_path / "site") == tree(tmp_path / "before")
    rows = (root / "data/alpha/sales.csv").read_text(encoding="utf-8").replace("2024", "2025").replace("2023", "2024")
    (root / "data/alpha-2025/sales.csv").write_text(rows, encoding="utf-8")
    (root / "data/alpha-2025/spare.csv").write_text("year,value\n2025,1\n", encoding="utf-8")
    path = root / "data/alpha-2025/release.toml"
    path.write_text(
        path.read_text(encoding="utf-8")
        .replace("published = 2025-05", "published = 2024-05")
        .replace("draft = true", "draft = false"),
        encoding="utf-8",
    )
    assert not build(FolderFiles(root), tmp_path / "site").broken
    assert "Sales in <data" in (tmp_path / "site/en/news/sales-alpha-2025/index.html").read_text(encoding="utf-8")


def test_cells_that_are_missing_are_listed(root: Path, tmp_path: Path) -> None:
    new(root, "news", "--from", "alpha", "--id", "alpha-2025", "--shift", "year=1")
    (root / "data/alpha-2025/sales.csv").write_text(
        "shop,year,value,status\nNORTH,2024,1,A\nSOUTH,2025,,M\nSOUTH,2024,2,A\n"
    )
    report = build(FolderFiles(root), tmp_path / "site")
    found = [problem.message for problem in report.problems if problem.where.path == "content/en/news/alpha-2025.md"]
    assert any("sold.NORTH" in message and "has no value" in message for message in found)
    assert any("growth.SOUTH" in message and "has no value" in message for message in found)


def test_years_that_stand_in_words_are_told(root: Path) -> None:
    text = root / "content/en/news/alpha.md"
    text.write_text(text.read_text(encoding="utf-8") + "\nAs in 2024.\n", encoding="utf-8")
    run = new(root, "news", "--from", "alpha", "--id", "beta-2025", "--shift", "year=1")
    assert "look at: content/en/news/beta-2025.md:13: the text names the year 2024" in run.stdout


def test_a_blank_release_in_every_language(root: Path, tmp_path: Path) -> None:
    run = communique("new", "note", "--id", "hello", "--root", root, "--now", NOW.isoformat(), "--json")
    assert run.returncode == 0, run.stderr
    assert json.loads(run.stdout)["files"] == [
        "data/hello/release.toml",
        "content/fr/notes/hello.md",
        "content/en/notes/hello.md",
    ]
    assert not build(FolderFiles(root), tmp_path / "site").broken
    assert not list((tmp_path / "site").rglob("hello"))


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["news", "--id", "alpha"], "data/alpha/release.toml exists already"),
        (["news", "--id", "../x"], "cannot be the name of a release"),
        (["nws", "--id", "x"], 'there is no kind of publication "nws"; did you mean "news"?'),
        (["news", "--id", "x", "--from", "beta"], 'there is no release "beta" of the kind "news"'),
        (["news", "--id", "x", "--shift", "year=1"], "say which with --from"),
        (["news", "--id", "x", "--from", "alpha", "--shift", "decade=1"], "is not a shift: write year=1"),
        (["news"], "--id"),
    ],
)
def test_what_cannot_be_made(root: Path, words: list[str], says: str) -> None:
    before = tree(root)
    run = new(root, *words)
    assert run.returncode == 2
    assert says in run.stderr
    assert "Traceback" not in run.stderr
    assert tree(root) == before


@pytest.mark.parametrize(
    ("code", "shift", "moved"),
    [
        ("2024", "year=1", "2025"),
        ("2024", "year=-2", "2022"),
        ("2024-Q4", "quarter=1", "2025-Q1"),
        ("2024-S1", "half=1", "2024-S2"),
        ("2024-12", "month=1", "2025-01"),
        ("2024-Q3", "year=1", "2025-Q3"),
        ("2024", "quarter=1", "2024"),
    ],
)
def test_periods_move(code: str, shift: str, moved: str) -> None:
    assert shifted(code, parse_shift(shift)) == moved


@pytest.mark.parametrize("shift", ["year", "year=x", "1", "year=1.5", ""])
def test_odd_shifts(shift: str) -> None:
    with pytest.raises(UsageError):
        parse_shift(shift)


def test_what_became_of_a_release_does_not_go_into_the_next(root: Path) -> None:
    path = root / "data" / "alpha" / "release.toml"
    notice = 'at = 2026-01-05T10:00:00+01:00\ntext.fr = "Faux."\ntext.en = """Wrong:\n[figures]"""\n'
    first = path.read_text(encoding="utf-8")
    head, mark, rest = first.partition("[tables.")
    path.write_text(f"{head}[[corrections]]\n{notice}\n[withdrawn]\n{notice}\n{mark}{rest}", encoding="utf-8")
    assert new(root, "news", "--from", "alpha", "--id", "alpha-2025", "--shift", "year=1").returncode == 0
    made = (root / "data" / "alpha-2025" / "release.toml").read_text(encoding="utf-8")
    for gone in ("[[corrections]]", "[withdrawn]", "Wrong:", "Faux."):
        assert gone not in made
    assert made.count("[tables.") == first.count("[tables.")


def test_the_next_edition_had_no_address_before(root: Path) -> None:
    text = root / "content" / "en" / "news" / "alpha.md"
    listed = text.read_text(encoding="utf-8").replace(
        "slug: sales", "former_slugs:\n  - old-sales\n  - older\nslug: sales"
    )
    text.write_text(listed, encoding="utf-8")
    assert new(root, "news", "--from", "alpha", "--id", "alpha-2025", "--shift", "year=1").returncode == 0
    made = (root / "content" / "en" / "news" / "alpha-2025.md").read_text(encoding="utf-8")
    assert "former_slugs" not in made
    assert "old" not in made.partition("\n---")[0]
    assert "slug: sales-alpha-2025" in made


ANNOUNCED = """kind = "news"
published = 2025-04-02T08:30:00+02:00    # as promised
draft = true

[announced]
since = 2024-06-01T09:00:00+02:00
title.fr = "Les ventes de 2025"
title.en = "Sales of 2025"

[[announced.changes]]
at = 2024-06-20T09:00:00+02:00
from = 2025-03-01T08:30:00+01:00
text.fr = "Plus tard."
text.en = "Later."
"""


def test_a_release_that_is_announced_keeps_its_date_and_announcement(root: Path, tmp_path: Path) -> None:
    own = root / "data/alpha-2025/release.toml"
    write({"data/alpha-2025/release.toml": ANNOUNCED.encode()}, root)
    build(FolderFiles(root), tmp_path / "before")
    run = new(root, "note", "--id", "alpha-2025")
    assert run.returncode == 2 and 'announced as of the kind "news"' in run.stderr
    run = new(root, "news", "--from", "alpha", "--id", "alpha-2025", "--shift", "year=1")
    assert run.returncode == 0, run.stderr
    text = own.read_text(encoding="utf-8")
    assert text.count("published =") == text.count("draft =") == 1
    assert "published = 2025-04-02T08:30:00+02:00    # as promised\ndraft = true" in text
    assert text.endswith(ANNOUNCED[ANNOUNCED.index("[announced]") :]) and "year = 2025" in text
    assert not list(own.parent.glob("*.new"))
    assert not build(FolderFiles(root), tmp_path / "site").broken
    assert tree(tmp_path / "site") == tree(tmp_path / "before")
    assert new(root, "news", "--from", "alpha", "--id", "alpha-2025").returncode == 2, "it has more now"
    run = new(root, "news", "--from", "alpha-2025", "--id", "alpha-2026", "--shift", "year=1")
    assert run.returncode == 0, run.stderr
    assert "announced" not in (root / "data/alpha-2026/release.toml").read_text(encoding="utf-8")


def test_a_blank_release_keeps_its_announcement(root: Path) -> None:
    write({"data/opening/release.toml": ANNOUNCED.encode()}, root)
    assert new(root, "news", "--id", "opening").returncode == 0
    assert (root / "data/opening/release.toml").read_text(encoding="utf-8") == ANNOUNCED
    assert (root / "content/en/news/opening.md").is_file()
