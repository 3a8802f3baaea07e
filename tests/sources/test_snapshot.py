"""Sources at one moment: what is read again, what is refused, what changed meanwhile."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from generator.errors import StaleSource
from generator.sources.files import FolderFiles, Known, MemoryFiles, Stamp, digest_of, take_snapshot


class Counting(MemoryFiles):
    """Files in memory with settled stamps, that counts what is read."""

    read_paths: list[str]

    def scan(self):  # type: ignore[no-untyped-def]
        return {path: Stamp(len(data), 1, 1, 1) for path, data in self.content.items()}, ()

    def now_ns(self) -> int:
        return 10**12

    def read(self, path: str) -> bytes:
        self.read_paths.append(path)
        return super().read(path)


def counting(content: dict[str, bytes]) -> Counting:
    files = Counting(content)
    object.__setattr__(files, "read_paths", [])
    return files


def folder(root: Path, *paths: str) -> FolderFiles:
    for path in paths:
        place = root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(path, encoding="utf-8")
    return FolderFiles(root, templates=None)


def test_a_file_that_is_as_it_was_is_not_read_again() -> None:
    files = counting({"site.toml": b"a", "data/x.csv": b"b"})
    first = take_snapshot(files, {}, 1000)
    assert sorted(files.read_paths) == ["data/x.csv", "site.toml"]
    files.read_paths.clear()
    second = take_snapshot(files, first.known, 1000)
    assert files.read_paths == []
    assert second.digests == first.digests


def test_a_file_of_another_size_is_read_again() -> None:
    first = take_snapshot(counting({"site.toml": b"a", "data/x.csv": b"b"}), {}, 1000)
    files = counting({"site.toml": b"a", "data/x.csv": b"longer"})
    second = take_snapshot(files, first.known, 1000)
    assert files.read_paths == ["data/x.csv"]
    assert second.digest("data/x.csv") == digest_of(b"longer")


def test_memory_is_always_read() -> None:
    first = take_snapshot(MemoryFiles({"site.toml": b"a"}), {}, 1000)
    assert first.known == {"site.toml": Known(None, digest_of(b"a"))}


def test_a_file_that_changes_during_the_build_is_noticed() -> None:
    content = {"site.toml": b"a"}
    snapshot = take_snapshot(MemoryFiles(content), {}, 1000)
    content["site.toml"] = b"b"
    with pytest.raises(StaleSource, match=r"site\.toml"):
        snapshot.read("site.toml")
    del content["site.toml"]
    with pytest.raises(StaleSource):
        snapshot.read("site.toml")


def test_an_absent_file_has_a_digest_too() -> None:
    snapshot = take_snapshot(MemoryFiles({}), {}, 1000)
    assert snapshot.digest("data/labels.csv") == "absent"
    assert "data/labels.csv" not in snapshot


def test_files_over_the_limit_are_refused() -> None:
    snapshot = take_snapshot(MemoryFiles({"data/x.csv": b"x" * 2_000_001}), {}, 2_000_000)
    (problem,) = snapshot.problems
    assert (problem.code, problem.where.path) == ("too-large", "data/x.csv")
    assert "data/x.csv" not in snapshot
    assert snapshot.refuses("data/x.csv")


def test_editors_files_are_no_sources(tmp_path: Path) -> None:
    files = folder(
        tmp_path, "site.toml", "data/x.csv", "data/.x.csv.swp", "data/x.csv~", "data/x.bak", "notes.txt", ".git/x"
    )
    stamps, problems = files.scan()
    assert sorted(stamps) == ["data/x.csv", "site.toml"]
    assert problems == ()


def test_a_link_may_not_leave_the_folder(tmp_path: Path) -> None:
    files = folder(tmp_path / "site", "site.toml", "data/x.csv")
    (tmp_path / "secret.csv").write_text("secret", encoding="utf-8")
    (tmp_path / "site" / "data" / "away.csv").symlink_to(tmp_path / "secret.csv")
    (tmp_path / "site" / "data" / "inside.csv").symlink_to(tmp_path / "site" / "data" / "x.csv")
    stamps, problems = files.scan()
    assert sorted(stamps) == ["data/inside.csv", "data/x.csv", "site.toml"]
    assert [(problem.code, problem.where.path) for problem in problems] == [("bad-path", "data/away.csv")]


def test_a_circle_of_folders_ends(tmp_path: Path) -> None:
    files = folder(tmp_path, "site.toml", "data/x.csv")
    (tmp_path / "data" / "again").symlink_to(tmp_path / "data")
    stamps, _problems = files.scan()
    assert "data/x.csv" in stamps


def test_a_broken_link_is_a_finding(tmp_path: Path) -> None:
    files = folder(tmp_path, "site.toml")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "gone.csv").symlink_to(tmp_path / "data" / "nowhere.csv")
    _stamps, problems = files.scan()
    assert [problem.code for problem in problems] == ["missing-file"]


def test_default_templates_stand_apart(tmp_path: Path) -> None:
    defaults = tmp_path / "defaults"
    (defaults / "assets").mkdir(parents=True)
    (defaults / "assets" / "site.css").write_text("x", encoding="utf-8")
    (tmp_path / "site").mkdir()
    files = FolderFiles(tmp_path / "site", templates=defaults)
    stamps, _problems = files.scan()
    assert list(stamps) == ["@default/templates/assets/site.css"]
    assert files.read("@default/templates/assets/site.css") == b"x"


def test_a_stamp_knows_a_file_that_was_put_back(tmp_path: Path) -> None:
    """The same size and the same modification time, but another file: the change time tells."""
    files = folder(tmp_path, "site.toml")
    before, _problems = files.scan()
    status = (tmp_path / "site.toml").stat()
    (tmp_path / "site.toml").write_text("SITE.TOML", encoding="utf-8")
    os.utime(tmp_path / "site.toml", ns=(status.st_atime_ns, status.st_mtime_ns))
    after, _problems = files.scan()
    assert before["site.toml"].size == after["site.toml"].size
    assert before["site.toml"] != after["site.toml"]
