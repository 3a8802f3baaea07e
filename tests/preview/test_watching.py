"""A folder that people, editors and git change: the preview ends in exactly what a clean build of it gives."""

from __future__ import annotations

import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from previewed import Running, previewed, wait_for
from support import CHARTS, NOW, small_site, write
from watchfiles import Change

from generator.build import Report, build_site
from generator.output.memory import MemoryOutput
from generator.preview import watching
from generator.sources.files import FolderFiles
from generator.workers import Tools

NOTE = "content/fr/notes/beta.md"
ADDRESS = "/fr/notes/note-b/"
SITE = {path: data for path, data in small_site().items() if not path.startswith("@")}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write(SITE, tmp_path / "root")


@pytest.fixture
def running(root: Path) -> Iterator[Running]:
    with previewed(root, charts=CHARTS) as running:
        wait_for(running.shows("/fr/", "Petit site"))
        yield running


def clean(root: Path) -> tuple[Report, dict[str, bytes]]:
    output = MemoryOutput()
    report = build_site(FolderFiles(root), output, NOW, Tools(CHARTS), unpublished=True, preview=True)
    return report, dict(output.shown.files)


def settle(running: Running) -> Report:
    """Wait until the preview shows what a clean build of the folder gives, problems included."""
    report, files = clean(running.root)

    def settled() -> bool:
        state = running.session.state
        shown = dict(state.hosting.files) if state.hosting else {}
        return state.problems == report.problems and (report.broken or shown == files)

    wait_for(settled, "the state of a clean build")
    return report


def note(word: str) -> bytes:
    return SITE[NOTE].replace(b"Voir", word.encode())


def test_a_file_that_is_written_over(running: Running) -> None:
    running.write(NOTE, note("Regarder"))
    wait_for(running.shows(ADDRESS, "Regarder"))
    settle(running)


def test_a_file_that_is_replaced_as_editors_do(running: Running) -> None:
    """Written beside the old one, under a name that is no source, and moved over it; the old one kept as a backup."""
    place = running.root / NOTE
    for number in range(3):
        beside = place.with_name(f".{place.name}.swp{number}.tmp")
        beside.write_bytes(note(f"Regarder {number}"))
        shutil.copy(place, f"{place}~")
        beside.replace(place)
        wait_for(running.shows(ADDRESS, f"Regarder {number}"))
    assert not settle(running).broken


def test_files_that_editors_leave_beside_sources_build_nothing(running: Running) -> None:
    settle(running)
    built = running.built()
    folder = (running.root / NOTE).parent
    for name in (".beta.md.swp", "beta.md~", ".#beta.md", "#beta.md#.tmp", "beta.md.bak", "beta.md.orig", ".DS_Store"):
        (folder / name).write_text("x", encoding="utf-8")
        (folder / name).unlink()
    running.write(NOTE, note("Regarder"))
    wait_for(running.shows(ADDRESS, "Regarder"))
    assert running.built() == built + 1


def test_a_file_that_is_deleted_and_comes_back(running: Running) -> None:
    draft, address = "content/fr/notes/delta.md", "/fr/notes/brouillon/"
    assert running.get(address).status == 200
    (running.root / draft).unlink()
    wait_for(lambda: running.get(address).status == 404)
    settle(running)
    running.write(draft, SITE[draft])
    wait_for(lambda: running.get(address).status == 200)
    settle(running)


def test_a_file_that_is_renamed(running: Running) -> None:
    place = running.root / NOTE
    place.rename(place.with_name("other.md"))
    assert settle(running).problems
    place.with_name("other.md").rename(place)
    settle(running)


def test_a_release_that_gets_another_name(running: Running) -> None:
    for path in ("data/beta", "content/fr/notes/beta.md", "content/en/notes/beta.md"):
        place = running.root / path
        place.rename(place.with_name(place.name.replace("beta", "omega")))
    for lang in ("fr", "en"):
        running.write(
            f"content/{lang}/news/gamma.md", SITE[f"content/{lang}/news/gamma.md"].replace(b":beta", b":omega")
        )
    assert not settle(running).broken
    assert running.get(ADDRESS).status == 200


def test_a_new_release_in_new_folders(running: Running) -> None:
    """Folders that the watcher did not know, with files that are there before it knows them."""
    for number in range(3):
        name = f"new{number}"
        running.write(f"data/{name}/release.toml", SITE["data/beta/release.toml"])
        for lang in ("fr", "en"):
            running.write(
                f"content/{lang}/notes/{name}.md",
                SITE[f"content/{lang}/notes/beta.md"].replace(b"note-b", name.encode()),
            )
        wait_for(lambda name=name: running.get(f"/fr/notes/{name}/").status == 200)
    assert not settle(running).broken


def test_ten_files_at_once(running: Running) -> None:
    """Saved by ten programs at the same moment."""
    settle(running)
    built = running.built()
    paths = [path for path in SITE if path.endswith(".md")][:10]
    assert len(paths) == 8 or len(paths) == 10
    start = threading.Barrier(len(paths))

    def save(path: str) -> None:
        start.wait()
        running.write(path, SITE[path].rstrip() + b"\n\nA word.\n")

    threads = [threading.Thread(target=save, args=(path,)) for path in paths]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    settle(running)
    assert running.built() <= built + 3, "together, not one by one"


@pytest.mark.parametrize("folder", ["content", "data", "content/fr", "data/alpha", "content/en/notes"])
def test_a_folder_that_is_moved_away_and_back(running: Running, folder: str, tmp_path: Path) -> None:
    good = running.get("/fr/").content
    (running.root / folder).rename(tmp_path / "away")
    settle(running)
    (tmp_path / "away").rename(running.root / folder)
    assert not settle(running).broken
    assert running.get("/fr/").content == good
    running.write(NOTE, note("Regarder"))
    wait_for(running.shows(ADDRESS, "Regarder"))


@pytest.mark.parametrize("folder", ["content", "data"])
def test_a_folder_that_is_deleted_and_made_anew(running: Running, folder: str) -> None:
    shutil.rmtree(running.root / folder)
    settle(running)
    write({path: data for path, data in SITE.items() if path.startswith(folder)}, running.root)
    assert not settle(running).broken
    running.write(NOTE, note("Regarder"))
    wait_for(running.shows(ADDRESS, "Regarder"))


def test_templates_of_the_sites_own_come_and_go(running: Running) -> None:
    """The folder is not there when the preview starts in a site that has none."""
    shutil.rmtree(running.root / "templates")
    settle(running)
    running.write(
        "templates/release.html", '{% extends "default/release.html" %}{% block after_body %}Own.{% endblock %}'
    )
    wait_for(running.shows(ADDRESS, "Own."))
    running.write("templates/release.html", "{% extends %}")
    wait_for(lambda: running.session.state.broken)
    assert any("templates/release.html:1" in problem.text() for problem in running.session.state.problems)
    assert "Own." in running.get(ADDRESS).text
    shutil.rmtree(running.root / "templates")
    wait_for(lambda: not running.session.state.broken)
    settle(running)


def test_the_configuration(running: Running) -> None:
    running.write("site.toml", SITE["site.toml"].replace(b"stat.example/", b"stat.example/below/"))
    wait_for(lambda: running.get("/below/fr/").status == 200)
    settle(running)
    (running.root / "site.toml").unlink()
    wait_for(lambda: running.session.state.broken)
    assert running.get("/below/en/").status == 200
    beside = running.root / "site.toml.new"
    beside.write_bytes(SITE["site.toml"])
    beside.rename(running.root / "site.toml")
    wait_for(lambda: running.get("/fr/").status == 200)
    settle(running)


def test_a_checkout_under_its_feet(running: Running) -> None:
    def git(*words: str) -> None:
        identity = ["-c", "user.name=T", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"]
        subprocess.run(["git", *identity, *words], cwd=running.root, check=True, capture_output=True)

    git("init", "-q", "-b", "one")
    git("add", ".")
    git("commit", "-qm", "One")
    git("checkout", "-qb", "two")
    for path in [path for path in SITE if path.endswith(".md")]:
        running.write(path, SITE[path].rstrip() + b"\n\nOf the other branch.\n")
    shutil.rmtree(running.root / "data" / "beta")
    for lang in ("fr", "en"):
        (running.root / f"content/{lang}/notes/beta.md").unlink()
        running.write(
            f"content/{lang}/news/gamma.md", SITE[f"content/{lang}/notes/beta.md"].replace(b"note-b", b"gamma")
        )
    git("add", "-A")
    git("commit", "-qm", "Two")
    assert not settle(running).broken
    for branch in ("one", "two", "one", "two", "one"):
        git("checkout", "-q", branch)
    assert not settle(running).broken
    assert running.get(ADDRESS).status == 200


def test_endless_saving_does_not_keep_it_from_building(running: Running) -> None:
    stop = threading.Event()

    def save() -> None:
        number = 0
        while not stop.wait(0.005):
            number += 1
            beside = running.root / "content" / f".{number % 7}.tmp"
            beside.write_bytes(note(f"Regarder {number % 7}"))
            beside.replace(running.root / NOTE)

    thread = threading.Thread(target=save)
    thread.start()
    try:
        built = running.built()
        wait_for(lambda: running.built() > built + 2)
    finally:
        stop.set()
        thread.join()
    settle(running)


def test_a_release_appears_at_its_instant(root: Path) -> None:
    from datetime import datetime

    clock = [NOW]
    with previewed(root, lambda: clock[-1], unpublished=False, charts=CHARTS) as running:
        wait_for(running.shows("/fr/", "Petit site"))
        assert running.get("/fr/nouvelles/plus-tard/").status == 404
        clock.append(datetime.fromisoformat("2024-12-01T09:00:00+01:00"))
        wait_for(lambda: running.get("/fr/nouvelles/plus-tard/").status == 200)


# ---------------------------------------------------------------- where the system tells nothing


def refuse(*_arguments: object, **_options: object) -> Iterator[set[tuple[Change, str]]]:
    raise OSError(28, "No space left on device: OS file watch limit reached")
    yield set()


def fall_silent(*_arguments: object, **_options: object) -> Iterator[set[tuple[Change, str]]]:
    while True:
        time.sleep(0.02)
        yield set()


def break_down(*_arguments: object, **_options: object) -> Iterator[set[tuple[Change, str]]]:
    yield set()
    raise RuntimeError("the watcher broke")


@pytest.mark.parametrize("watch", [refuse, fall_silent, break_down])
def test_without_events_changes_are_seen_all_the_same(
    root: Path, watch: Callable[..., object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "watch", watch)
    with previewed(root, charts=CHARTS) as running:
        wait_for(running.shows("/fr/", "Petit site"))
        running.write(NOTE, note("Regarder"))
        wait_for(running.shows(ADDRESS, "Regarder"))
        (running.root / "data" / "beta").rename(running.root / "data" / "omega")
        settle(running)


def test_a_mistake_of_the_builders_own_does_not_end_it(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with previewed(root, charts=CHARTS) as running:
        wait_for(running.shows("/fr/", "Petit site"))
        with monkeypatch.context() as patch:
            patch.setattr(MemoryOutput, "stage", lambda _self: 1 / 0)
            running.write(NOTE, note("Regarder"))
            wait_for(lambda: running.session.state.failure)
            assert running.get("/fr/").status == 200
        running.write(NOTE, note("Contempler"))
        wait_for(running.shows(ADDRESS, "Contempler"))
        assert not running.session.state.failure
