"""The site in memory, as a preview holds it: the same bytes as on disk, drafts and embargoed releases marked."""

from __future__ import annotations

import re
from pathlib import Path

from support import CHARTS, NOW, Sources, build, small_site, texts, tree

from generator.build import Report, build_site
from generator.errors import Problem, SourceRef
from generator.model import Target
from generator.output.manifest import Made, Manifest
from generator.output.memory import MemoryOutput
from generator.sources.files import MemoryFiles
from generator.workers import Tools


def show(files: Sources, output: MemoryOutput, *, unpublished: bool = True) -> Report:
    return build_site(MemoryFiles(files), output, NOW, Tools(CHARTS), unpublished=unpublished, preview=True)


def page(output: MemoryOutput, path: str) -> str:
    return output.shown.files[path].decode()


def notice(html: str) -> str:
    found = re.search(r'<p class="unpublished">(.*?)</p>', html, re.S)
    return "" if found is None else " ".join(re.sub(r"<[^>]*>", " ", found.group(1)).split())


def without_hidden() -> Sources:
    """The site without what the public does not see: "gamma" is under embargo, "delta" a draft that cannot be made."""
    return {path: data for path, data in small_site().items() if not re.search("gamma|delta", path)}


def test_memory_holds_what_a_folder_would(tmp_path: Path) -> None:
    files, output = small_site(), MemoryOutput()
    assert not build_site(MemoryFiles(files), output, NOW, Tools(CHARTS)).broken
    build(files, tmp_path / "site")
    assert dict(output.shown.files) == tree(tmp_path / "site")


def test_an_edit_makes_only_what_it_concerns_and_ends_in_the_bytes_of_a_clean_build() -> None:
    files, output, clean = small_site(), MemoryOutput(), MemoryOutput()
    made = show(files, output).made
    path = next(path for path in files if path.startswith("content/fr/") and path.endswith(".md"))
    files[path] += b"\nEncore une phrase.\n"
    report = show(files, output)
    assert 0 < report.made < made
    show(files, clean)
    assert dict(output.shown.files) == dict(clean.shown.files)
    assert output.shown.digests == clean.shown.digests


def test_whoever_holds_a_version_keeps_it() -> None:
    files, output = small_site(), MemoryOutput()
    show(files, output)
    held = output.shown
    before = dict(held.files)
    files["data/labels.csv"] = files["data/labels.csv"].replace(b"site.title,", b"site.title,Autre ")
    show(files, output)
    assert dict(held.files) == before != dict(output.shown.files)


def test_a_mistake_leaves_what_was_shown() -> None:
    files, output = small_site(), MemoryOutput()
    show(files, output)
    held = output.shown
    path = next(path for path in files if path.startswith("content/fr/") and path.endswith(".md"))
    files[path] += b"\n{{ nothing.at | all }}\n"
    assert show(files, output).broken
    assert output.shown is held


def test_an_embargoed_release_is_shown_and_marked_everywhere() -> None:
    output = MemoryOutput()
    report = show(small_site(), output)
    assert not report.broken, texts(report)
    assert notice(page(output, "en/news/later/index.html")) == "Under embargo Not public before December 1, 2024, 09:00"
    assert notice(page(output, "fr/nouvelles/plus-tard/index.html")).startswith("Sous embargo Non public avant le")
    assert '<meta name="robots" content="noindex">' in page(output, "en/news/later/index.html")
    home = page(output, "en/index.html")
    assert notice(home) == "Preview This site shows releases that are not public"
    assert home.count('<strong class="standing">Under embargo</strong>') == 1
    assert notice(page(output, "en/news/sales/index.html")) == ""


def test_a_draft_is_called_a_draft() -> None:
    output = MemoryOutput()
    files = small_site()
    files["content/en/notes/delta.md"] = files["content/fr/notes/delta.md"]
    show(files, output)
    assert notice(page(output, "en/notes/brouillon/index.html")) == "Draft Not public"
    assert page(output, "en/index.html").count('<strong class="standing">Draft</strong>') == 1


def test_without_hidden_releases_a_preview_is_the_public_site() -> None:
    one, other = MemoryOutput(), MemoryOutput()
    show(without_hidden(), one, unpublished=True)
    show(without_hidden(), other, unpublished=False)
    assert dict(one.shown.files) == dict(other.shown.files)


def test_a_public_site_in_memory_has_no_trace_of_what_is_hidden() -> None:
    one, other = MemoryOutput(), MemoryOutput()
    show(small_site(), one, unpublished=False)
    show(without_hidden(), other, unpublished=False)
    assert dict(one.shown.files) == dict(other.shown.files)


def test_a_mistake_in_a_draft_stops_nothing() -> None:
    output = MemoryOutput()
    report = show(small_site(), output)
    assert not report.broken
    assert any("yet" in text for text in texts(report))
    assert "en/notes/draft/index.html" in output.shown.files


def test_a_page_that_cannot_be_made_keeps_what_was_shown_and_says_why() -> None:
    output, target = MemoryOutput(), Target("en/x/index.html", "release", "en", "x")
    stage = output.stage()
    digest, size, _time = stage.put(target.path, b"sound")
    stage.commit(Manifest(made={target.key: Made(target, digest, size, 0, (), 0, ())}), {})
    why = (Problem("bad-value", "not a number", SourceRef("data/x/a.csv", 3)),)
    stage = output.stage()
    stage.fail(target, why)
    stage.commit(Manifest(), {})
    assert output.shown.files == {target.path: b"sound"}
    assert output.shown.failed == {target.path: why}
    never = Target("en/y/index.html", "release", "en", "y")
    stage = output.stage()
    stage.fail(never, why)
    stage.commit(Manifest(), {})
    assert output.shown.files == {}
    assert output.shown.failed == {never.path: why}


def test_with_lasting_names_a_style_sheet_changes_no_page() -> None:
    files, output = small_site(), MemoryOutput()
    files["templates/assets/site.css"] = b"body { color: black }"

    def shown() -> Report:
        return build_site(MemoryFiles(files), output, NOW, Tools(CHARTS), preview=True)

    shown()
    before = dict(output.shown.files)
    files["templates/assets/site.css"] = b"body { color: blue }"
    assert shown().made == 1
    assert {path for path, data in output.shown.files.items() if before[path] != data} == {"assets/site.0000000000.css"}
    assert "assets/site.0000000000.css" in page(output, "en/index.html")


def test_a_preview_shows_one_language_before_the_other_follows(tmp_path: Path) -> None:
    files, output = without_hidden(), MemoryOutput()
    files["content/fr/news/alpha.md"] += b"\nEncore {{ sold.SOUTH }}.\n"
    report = build_site(MemoryFiles(files), output, NOW, Tools(CHARTS), preview=True)
    assert [(problem.code, problem.level) for problem in report.problems] == [("language-difference", "warning")]
    assert "Encore" in page(output, "fr/nouvelles/ventes/index.html")
    assert build(files, tmp_path / "site").broken


def test_what_earlier_builds_found_true_is_judged_again_when_its_definition_changes() -> None:
    files, output, tools = without_hidden(), MemoryOutput(), Tools(CHARTS)
    assert not build_site(MemoryFiles(files), output, NOW, tools).broken
    release = "data/alpha/release.toml"
    files[release] = files[release].replace(b'"all positive"', b'"all negative"')
    report = build_site(MemoryFiles(files), output, NOW, tools)
    assert [problem.code for problem in report.problems if problem.level == "error"] == ["claim-false"]
