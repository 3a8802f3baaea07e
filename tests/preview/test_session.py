"""Builds in memory, one after the other: what is shown, what is told, and what a mistake does not take away."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from support import CHARTS, NOW, Sources, small_site

from generator.errors import Problem
from generator.preview.session import Outcome, Session
from generator.sources.files import Stamp
from generator.workers import Tools

NOTE = "content/fr/notes/beta.md"
PUBLISHED = datetime.fromisoformat("2024-12-01T09:00:00+01:00")


@dataclass
class Editor:
    """Sources in memory that a test changes; every file has a stamp of its own, as on a disk."""

    content: Sources
    stamps: dict[str, int] = field(default_factory=dict)

    def save(self, path: str, *pairs: tuple[str, str]) -> None:
        for old, new in pairs:
            assert old.encode() in self.content[path]
            self.content[path] = self.content[path].replace(old.encode(), new.encode())
        self.stamps[path] = self.stamps.get(path, 0) + 1

    def scan(self) -> tuple[Mapping[str, Stamp], tuple[Problem, ...]]:
        stamps = {path: Stamp(len(data), self.stamps.get(path, 0), 0, 0) for path, data in self.content.items()}
        return stamps, ()

    def read(self, path: str) -> bytes:
        try:
            return self.content[path]
        except KeyError:
            raise FileNotFoundError(path) from None

    def now_ns(self) -> int:
        return 0


@dataclass
class Bench:
    """A session, with everything that it tells."""

    files: Editor
    session: Session
    told: list[Outcome]
    woken: list[int]
    clock: list[datetime]

    def build(self, *, patient: bool = True) -> bool:
        return self.session.build(patient=patient)

    def page(self, address: str) -> str:
        assert self.session.state.hosting is not None
        answer = self.session.state.hosting.answer(address)
        return answer.content.decode() if answer.status == 200 else f"{answer.status}"

    @property
    def codes(self) -> list[str]:
        return [problem.code for problem in self.session.state.problems if problem.level == "error"]


def make_bench(*, unpublished: bool = False) -> Bench:
    files, told, woken, clock = Editor(small_site()), list[Outcome](), list[int](), [NOW]
    session = Session(files, lambda: clock[-1], Tools(CHARTS), told.append, unpublished=unpublished)
    session.listen(lambda: woken.append(session.state.version))
    return Bench(files, session, told, woken, clock)


@pytest.fixture
def bench() -> Bench:
    return make_bench()


def test_before_the_first_build_there_is_nothing(bench: Bench) -> None:
    assert bench.session.state.hosting is None
    assert not bench.session.state.broken


def test_what_is_saved_is_shown(bench: Bench) -> None:
    assert bench.build()
    assert "Voir" in bench.page("/fr/notes/note-b/")
    bench.files.save(NOTE, ("Voir", "Regarder"))
    assert bench.build()
    assert "Regarder" in bench.page("/fr/notes/note-b/")
    assert bench.woken == [1, 2]
    assert (bench.told[1].pages, bench.told[1].differs) == (1, True)


def test_what_changes_nothing_wakes_nobody(bench: Bench) -> None:
    bench.build()
    bench.files.save(NOTE)
    bench.build()
    assert bench.woken == [1]
    assert not bench.told[1].differs


def test_whoever_holds_a_state_keeps_it_whole(bench: Bench) -> None:
    bench.build()
    before = bench.session.state
    bench.files.save(NOTE, ("Voir", "Regarder"))
    bench.build()
    assert before.hosting is not None
    assert b"Voir" in before.hosting.answer("/fr/notes/note-b/").content


def test_a_mistake_leaves_the_last_good_site_and_is_told_until_it_is_mended(bench: Bench) -> None:
    bench.build()
    good = bench.page("/fr/notes/note-b/")
    bench.files.save(NOTE, ("release:alpha", "release:alhpa"))
    bench.build()
    assert "unknown-release" in bench.codes
    assert bench.page("/fr/notes/note-b/") == good
    assert set(bench.codes) <= {problem.code for problem in bench.told[-1].new_problems}
    bench.files.save("data/labels.csv")
    bench.build()
    assert bench.told[-1].new_problems == (), "told once"
    bench.files.save(NOTE, ("release:alhpa", "release:alpha"))
    bench.build()
    assert bench.codes == []
    assert bench.page("/fr/notes/note-b/") == good
    assert bench.told[-1].differs and bench.told[-1].before.broken


@pytest.mark.parametrize("path", ["site.toml", "data/labels.csv", "@default/templates/base.html"])
def test_sources_of_the_whole_site_may_break_and_be_mended(bench: Bench, path: str) -> None:
    bench.build()
    good, kept = bench.page("/fr/"), bench.files.content[path]
    for broken in (b"\xff", b"{% if", None):
        if broken is None:
            del bench.files.content[path]
        else:
            bench.files.content[path] = broken
        bench.files.save(path)
        assert bench.build()
        assert bench.session.state.broken
        assert bench.page("/fr/") == good
    bench.files.content[path] = kept
    bench.files.save(path)
    bench.build()
    assert not bench.session.state.broken
    assert bench.page("/fr/") == good


def test_a_site_that_never_was_good_comes_when_it_is(bench: Bench) -> None:
    bench.files.save("site.toml", ("languages", "langauges"))
    bench.build()
    assert bench.session.state.hosting is None
    assert bench.session.state.broken
    bench.files.save("site.toml", ("langauges", "languages"))
    bench.build()
    assert "Petit site" in bench.page("/fr/")


def test_all_content_may_vanish_and_return(bench: Bench) -> None:
    bench.build()
    good = bench.page("/fr/")
    kept = {path: data for path, data in bench.files.content.items() if path.startswith("content/")}
    for path in kept:
        del bench.files.content[path]
    bench.build()
    bench.files.content.update(kept)
    bench.build()
    assert bench.page("/fr/") == good


def test_a_mistake_of_the_generator_itself_keeps_the_site(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.build()
    good = bench.page("/fr/")
    with monkeypatch.context() as patch:
        patch.setattr("generator.preview.session.build_site", lambda *_, **__: 1 / 0)
        bench.files.save(NOTE, ("Voir", "Regarder"))
        assert bench.build()
    assert bench.session.state.failure == "ZeroDivisionError: division by zero"
    assert bench.session.state.broken
    assert "Traceback" in bench.told[-1].traceback and "build_site" in bench.told[-1].traceback
    assert bench.page("/fr/") == good
    assert bench.build()
    assert not bench.session.state.failure
    assert "Regarder" in bench.page("/fr/notes/note-b/")


def test_a_source_that_changes_under_the_build_is_not_told_at_once(bench: Bench) -> None:
    bench.build()
    read = bench.files.read
    bench.files.save(NOTE, ("Voir", "Regarder"))
    readings: list[str] = []

    def restless(path: str) -> bytes:
        if path == NOTE:
            readings.append(path)
            return read(path) + b" " * len(readings)
        return read(path)

    bench.files.read = restless  # type: ignore[method-assign]
    assert not bench.build()
    assert len(bench.told) == 1 and bench.woken == [1]
    assert bench.build(patient=False)
    assert "changed-source" in bench.codes
    bench.files.read = read  # type: ignore[method-assign]
    assert bench.build()
    assert bench.codes == []
    assert "Regarder" in bench.page("/fr/notes/note-b/")


def test_a_draft_whose_data_change_under_the_build_is_no_other_matter() -> None:
    """Mistakes of drafts are warnings, with which a site is shown; this one must not stay with it."""
    bench, table = make_bench(unpublished=True), "data/alpha/sales.csv"
    bench.files.save("data/alpha/release.toml", ("[periods]", "draft = true\n\n[periods]"))
    read, readings = bench.files.read, list[str]()

    def restless(path: str) -> bytes:
        readings.append(path)
        return read(path) + (b" " if path == table and readings.count(table) == 2 else b"")

    bench.files.read = restless  # type: ignore[method-assign]
    assert not bench.build()
    readings.clear()
    assert bench.build(patient=False)
    assert "changed-source" in bench.codes
    bench.files.read = read  # type: ignore[method-assign]
    bench.build()
    assert "changed-source" not in [problem.code for problem in bench.session.state.problems]


def test_a_mistake_that_is_gone_when_it_is_found_is_not_told(bench: Bench) -> None:
    """An editor that empties a file before it writes it: the build saw the empty one."""
    bench.build()
    whole, read = bench.files.content[NOTE], bench.files.read
    bench.files.content[NOTE] = b""
    bench.files.save(NOTE)

    def write_then_read(path: str) -> bytes:
        data = read(path)
        if path == NOTE and not data:
            bench.files.content[NOTE] = whole.replace(b"Voir", b"Regarder")
        return data

    bench.files.read = write_then_read  # type: ignore[method-assign]
    assert not bench.build()
    assert bench.build()
    assert len(bench.told) == 2
    assert "Regarder" in bench.page("/fr/notes/note-b/")


def test_an_event_that_was_lost_is_noticed(bench: Bench) -> None:
    bench.build()
    assert not bench.session.is_late()
    bench.files.save(NOTE)
    assert bench.session.is_late()
    bench.build()
    assert not bench.session.is_late()
    del bench.files.content[NOTE]
    assert bench.session.is_late()


def test_what_is_not_public_is_shown_and_marked_until_its_instant_passes() -> None:
    bench = make_bench(unpublished=True)
    bench.build()
    before = bench.page("/fr/nouvelles/plus-tard/")
    assert 'class="unpublished"' in before
    assert not bench.session.is_due()
    bench.clock.append(PUBLISHED - timedelta(microseconds=1))
    assert not bench.session.is_due()
    bench.clock.append(PUBLISHED)
    assert bench.session.is_due()
    bench.build()
    assert not bench.session.is_due()
    assert 'class="unpublished"' not in bench.page("/fr/nouvelles/plus-tard/")


def test_what_the_public_sees_has_no_trace_of_the_rest_until_its_instant(bench: Bench) -> None:
    bench.build()
    assert bench.page("/fr/nouvelles/plus-tard/") == "404"
    assert "Plus tard" not in bench.page("/fr/")
    bench.clock.append(PUBLISHED + timedelta(days=1))
    assert bench.session.is_due()
    bench.build()
    assert "Plus tard" in bench.page("/fr/")


def test_the_calendar_is_due_at_each_of_its_instants() -> None:
    told, moved, first, last = (PUBLISHED + timedelta(days=days) for days in (1, 2, 3, 4))
    toml = f'kind = "note"\npublished = {last.isoformat()}\ndraft = true\n[announced]\nsince = {told.isoformat()}\n'
    toml += f'title.fr = "A"\ntitle.en = "A"\n[[announced.changes]]\nat = {moved.isoformat()}\n'
    toml += f'from = {first.isoformat()}\ntext.fr = "B"\ntext.en = "B"\n'
    bench = make_bench()
    bench.files.content["data/omega/release.toml"] = toml.encode()
    bench.clock.append(PUBLISHED)
    bench.build()
    for instant in (told, moved, first, last):
        bench.clock.append(instant - timedelta(microseconds=1))
        assert not bench.session.is_due()
        bench.clock.append(instant)
        assert bench.session.is_due()
        bench.build()
    assert not bench.session.is_due()


def test_a_release_is_due_also_while_there_are_mistakes(bench: Bench) -> None:
    bench.build()
    bench.files.save(NOTE, ("release:alpha", "release:alhpa"))
    bench.build()
    bench.clock.append(PUBLISHED)
    assert bench.session.is_due()
