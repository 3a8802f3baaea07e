"""What a change would do, told before it is published: `communique diff`."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from support import CHARTS, NOW, Sources, communique, small_site, write

from generator.editions import kept_edition, read_sources
from generator.impact import Impact, by_figure, compare
from generator.impact_report import as_html, as_text, summary
from generator.sources.files import MemoryFiles
from generator.workers import Tools

SALES = "data/alpha/sales.csv"


def change(path: str, old: str, new: str) -> tuple[Sources, Sources]:
    before = small_site()
    text = before[path].decode()
    assert old in text
    return before, {**before, path: text.replace(old, new).encode()}


def impact(before: Sources, after: Sources) -> Impact:
    return compare(MemoryFiles(before), MemoryFiles(after), NOW, Tools(CHARTS))


def test_the_same_changes_nothing() -> None:
    found = impact(small_site(), small_site())
    assert not found
    assert found == Impact()
    assert as_text(found) == "nothing would change"


def test_an_edition_that_was_kept_is_not_new() -> None:
    before = small_site()
    after = {**before, **kept_edition(read_sources(MemoryFiles(before)), "alpha", NOW).files}
    after[SALES] = after[SALES].replace(b"NORTH,2024,15", b"NORTH,2024,16")
    found = impact(before, after)
    assert {change.release for change in found.figures} == {"alpha"}
    assert {change.release for change in found.cells} == {"alpha"}
    assert not found.claims
    copy = "data/alpha.1/sales.csv"
    altered = impact(before, {**after, copy: after[copy].replace(b"NORTH,2024,15", b"NORTH,2024,17")})
    assert {change.release for change in altered.figures} == {"alpha", "alpha.1"}


def test_a_cell_changes_sentences_tables_and_pages() -> None:
    found = impact(*change(SALES, "NORTH,2024,15", "NORTH,2024,16"))
    figures = by_figure(found.figures)
    assert list(figures) == [("alpha", "sold.NORTH"), ("gamma", "sold.NORTH")] or list(figures) == [
        ("alpha", "sold.NORTH")
    ]
    french, english = figures["alpha", "sold.NORTH"]
    assert (french.lang, english.lang) == ("fr", "en")
    assert french.before is not None
    assert french.after is not None
    assert (french.before.text, french.after.text) == ("15\xa0pièces", "16\xa0pièces")
    assert french.after.sentence == "Ventes : 16\xa0pièces, en hausse 10,0\u202f%."
    assert (french.after.path, french.after.line) == ("content/fr/news/alpha.md", 7)
    assert [(cell.shown, cell.place, cell.before, cell.after) for cell in found.cells] == [
        ("table:overview", "Nord, pièces, 2024", "15", "16"),
        ("table:overview", "Tous, pièces, 2024", "37", "38"),
    ]
    assert {path for path in found.changed if path.endswith(".html")} == {
        "fr/nouvelles/ventes/index.html",
        "en/news/sales/index.html",
        "fr/nouvelles/ventes/figures/index.html",
        "en/news/sales/figures/index.html",
    }
    assert (found.claims, found.added, found.removed, found.problems) == ((), (), (), ())


def test_a_claim_that_becomes_false_is_told() -> None:
    found = impact(*change(SALES, "NORTH,2024,15", "NORTH,2024,5"))
    assert [(one.claim, one.before, one.after) for one in found.claims] == [("rose", "true", "false")]
    assert any(problem.code == "claim-false" for problem in found.problems)
    assert "1 claims no longer true" in summary(found)


def test_a_figure_that_cannot_be_printed_any_more_is_told() -> None:
    found = impact(*change(SALES, "SOUTH,2023,20", "SOUTH,2023,40"))
    changed = by_figure(found.figures)["alpha", "growth.SOUTH | rise"]
    assert all(
        one.after is not None and one.after.text.startswith('? ("rise" needs a positive number') for one in changed
    )


def test_texts_that_come_and_go() -> None:
    before = small_site()
    after = {
        path: data
        for path, data in before.items()
        if "alpha" not in path and "beta" not in path and "gamma" not in path
    }
    found = impact({path: data for path, data in before.items() if "beta" not in path and "gamma" not in path}, after)
    assert "en/news/sales/index.html" in found.removed
    assert all(one.after is None for one in found.figures)
    assert [(one.before, one.after) for one in found.claims] == [("true", "")]


def test_the_page_of_a_change_escapes_and_stands_alone() -> None:
    before, after = change("content/en/news/alpha.md", "Sales: ", "Sales &amp; <i>: ".replace("<i>", "&lt;i&gt;"))
    after[SALES] = after[SALES].replace(b"NORTH,2024,15", b"NORTH,2024,16")
    html = as_html(impact(before, after), "<b>")
    assert "<title>&lt;b&gt;</title>" in html
    assert '<td lang="fr"><p><del>15\xa0pièces</del>' in html
    assert "http" not in html.replace("http-equiv", "")


# ---------------------------------------------------------------- the command


@pytest.fixture
def root(tmp_path: Path) -> Path:
    files = {path: data for path, data in small_site().items() if not path.startswith("@")}
    return write(files, tmp_path / "root")


def test_new_data_on_the_command_line(root: Path, tmp_path: Path) -> None:
    new = tmp_path / "new"
    new.mkdir()
    (new / "sales.csv").write_bytes((root / SALES).read_bytes().replace(b"NORTH,2024,15", b"NORTH,2024,16"))
    run = communique(
        "diff", "--root", root, "--data", new, "--now", NOW.isoformat(), "--html", tmp_path / "change.html"
    )
    assert run.returncode == 1, run.stderr
    assert "content/en/news/alpha.md:7: 15\xa0pieces → 16\xa0pieces" in run.stdout
    assert "<del>15" in (tmp_path / "change.html").read_text(encoding="utf-8")
    assert not (root / "build" / "site").exists()
    same = communique("diff", "--root", root, "--data", root / "data", "--now", NOW.isoformat(), "--json")
    assert same.returncode == 0, same.stderr
    assert json.loads(same.stdout)["figures"] == []


def test_against_a_folder_and_a_revision(root: Path, tmp_path: Path) -> None:
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@b.c"]
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "first"]):
        subprocess.run([*git, *words], cwd=root, check=True, capture_output=True)
    assert communique("diff", "--root", root, "--against", "HEAD", "--now", NOW.isoformat()).returncode == 0
    (root / SALES).write_bytes((root / SALES).read_bytes().replace(b"NORTH,2024,15", b"NORTH,2024,16"))
    run = communique("diff", "--root", root, "--against", "HEAD", "--now", NOW.isoformat(), "--json")
    assert run.returncode == 1, run.stderr
    assert {one["figure"] for one in json.loads(run.stdout)["figures"]} == {"sold.NORTH"}
    folder = communique("diff", "--root", root, "--against", root, "--now", NOW.isoformat())
    assert (folder.returncode, folder.stdout) == (0, "nothing would change\n")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--against", "no-such-revision"], "neither a folder nor a git revision"),
        (["--against", "--output=x"], "expected one argument"),
        (["--data", "/no/such/folder"], "there is no folder"),
        ([], "required"),
    ],
)
def test_what_cannot_be_compared(root: Path, words: list[str], says: str) -> None:
    run = communique("diff", "--root", root, *words)
    assert run.returncode == 2
    assert says in run.stderr
    assert "Traceback" not in run.stderr
