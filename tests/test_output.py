"""Readers see the old site or the new one, whatever happens to the build that is at work."""

from __future__ import annotations

import errno
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import pytest
from support import NOW, ROOT, Sources, build, communique, content, small_site, tree, write

from generator import workers
from generator.errors import OutputError
from generator.output import manifest
from generator.output import write as output

KILLS = int(os.environ.get("COMMUNIQUE_KILLS", "12"))
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}


def many_pages(words: str) -> Sources:
    """The small site with some dozens of further pages, each of which says some words."""
    files = {path: data for path, data in small_site().items() if not path.startswith("@")}
    for number in range(20):
        name = f"more-{number}"
        files[f"data/{name}/release.toml"] = b'kind = "note"\npublished = 2024-01-01T00:00:00Z\n'
        for lang in ("fr", "en"):
            text = content(f"More {words if number % 2 else ''}", name, f"{words if number % 3 else ''}\n\n" * 9)
            files[f"content/{lang}/notes/{name}.md"] = text
    return files


def start(root: Path, *arguments: str | Path) -> subprocess.Popen[str]:
    """A build that is at work."""
    command = [sys.executable, "-m", "generator", "build", "--root", str(root), "--now", NOW.isoformat()]
    return subprocess.Popen(
        [*command, *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=ENVIRONMENT,
        cwd=ROOT,
    )


def versions(out: Path) -> list[str]:
    """The versions in the hidden folder beside the output."""
    return sorted(path.name for path in (out.parent / f".{out.name}").iterdir() if path.is_dir())


def test_killed_at_any_moment(tmp_path: Path) -> None:
    """Two versions of the sources take turns; each build of one over the other is killed at another moment."""
    root, site = tmp_path / "root", tmp_path / "root/build/site"
    expected: list[dict[str, bytes]] = []
    seconds = 0.0
    for words in ("one", "two"):
        write(many_pages(words), root)
        began = time.perf_counter()
        process = start(root)
        assert process.wait() == 0
        process.communicate()
        seconds = time.perf_counter() - began
        expected.append(tree(site))
    assert expected[0] != expected[1]
    shown, chance, outcomes = 1, random.Random(7), []
    for turn in range(KILLS):
        wanted = 1 - shown
        write(many_pages(["one", "two"][wanted]), root)
        process = start(root)
        time.sleep(seconds * (turn + chance.random()) / KILLS * 1.1)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        found = tree(site)
        assert found in expected
        shown = expected.index(found)
        outcomes.append(shown == wanted)
        if turn % 6 == 5:
            process = start(root)
            process.communicate()
            assert process.returncode == 0
            assert tree(site) == expected[wanted]
            assert len(versions(site)) <= 2
            shown = wanted
    assert not all(outcomes)


def test_two_versions_are_kept_and_no_more(tmp_path: Path) -> None:
    out, seen = tmp_path / "site", []
    for number in range(5):
        files = small_site()
        files["content/en/notes/beta.md"] = content("Note", "note-b", f"{number} [x](release:alpha#more)")
        build(files, out)
        seen.append(out.resolve())
        assert str(number) in tree(out)["en/notes/note-b/index.html"].decode()
    assert len(versions(out)) == 2
    assert all(one != other for one, other in pairwise(seen))


def test_what_a_killed_build_left_does_not_show(tmp_path: Path) -> None:
    """Whatever stands where the next version goes, in whatever state: readers never see it."""
    out = tmp_path / "site"
    build(small_site(), out)
    files = small_site() | {
        "content/en/notes/beta.md": content("Note", "note-b", "Other words: [x](release:alpha#more).")
    }
    build(files, out)
    hidden = next(path for path in (tmp_path / ".site").iterdir() if path.is_dir() and path != out.resolve().parent)
    write({"site/stray.html": b"stray", "site/en/stray/index.html": b"stray"}, hidden)
    (hidden / "site/404.html").unlink()
    (hidden / "site/404.html").mkdir()
    (hidden / "site/fr/index.html").write_bytes(b"")
    (hidden / "site/robots.txt").unlink()
    (hidden / "site/robots.txt").symlink_to("/etc/passwd")
    (tmp_path / ".site/next").symlink_to("nowhere")
    build(small_site(), out)
    build(small_site(), tmp_path / "clean")
    assert out.resolve().parent == hidden
    assert tree(out) == tree(tmp_path / "clean")
    assert not (out / "robots.txt").is_symlink()
    assert not (out / "en/stray").exists()


def test_two_builds_at_once(tmp_path: Path) -> None:
    root = write(many_pages("one"), tmp_path / "root")
    runs = [start(root), start(root)]
    told = [run.communicate() for run in runs]
    assert [run.returncode for run in runs] == [0, 0]
    waited = "communique: another build is at work; waiting for it to end\n"
    assert sorted(error.count(waited) for _out, error in told) == [0, 1]
    second = next(out for out, error in told if waited in error)
    assert " 0 made" in second
    build(small_site() | many_pages("one"), tmp_path / "clean")
    assert tree(root / "build/site") == tree(tmp_path / "clean")


# ---------------------------------------------------------------- an output that cannot be used


def test_a_folder_that_is_not_ours(tmp_path: Path) -> None:
    root = write(many_pages("one"), tmp_path / "root")
    for name, place in (("folder", tmp_path / "mine"), ("link", tmp_path / "linked"), ("file", tmp_path / "file")):
        if name == "file":
            place.write_text("mine", encoding="utf-8")
        elif name == "link":
            (tmp_path / "elsewhere").mkdir()
            place.symlink_to(tmp_path / "elsewhere")
        else:
            write({"index.html": b"mine"}, place)
        before = {str(path): path.lstat().st_mtime_ns for path in tmp_path.rglob("*")}
        run = communique("build", "--root", root, "--out", place, "--now", NOW.isoformat())
        assert (run.returncode, run.stdout) == (2, "")
        assert str(place) in run.stderr
        assert "Traceback" not in run.stderr
        assert {str(path): path.lstat().st_mtime_ns for path in tmp_path.rglob("*")} == before


def test_no_site_is_built_within_another(tmp_path: Path) -> None:
    """Readers of that would find it there, whatever it shows."""
    build(small_site(), tmp_path / "site")
    published = tmp_path / ".www.published" / "versions" / "000001-ab"
    published.mkdir(parents=True)
    (tmp_path / "www").symlink_to(published)
    before = tree(tmp_path)
    for place in ("site/more", "site/fr/more", ".site/a/site/more", "www/more", "www/a/b"):
        with pytest.raises(OutputError, match="within a site that readers have"):
            build(small_site(), tmp_path / place)
    assert tree(tmp_path) == before


def test_an_empty_folder_is_taken(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    build(small_site(), tmp_path / "site")
    assert "index.html" in tree(tmp_path / "site")


def as_nobody(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the command as a user who may not write everywhere: permissions do not bind root."""
    command = [sys.executable, "-m", "generator", *map(str, arguments)]
    if os.geteuid() == 0:
        command = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--", *command]
        if shutil.which("setpriv") is None:
            pytest.skip("root needs setpriv to become another user")
    return subprocess.run(command, capture_output=True, text=True, env=ENVIRONMENT, cwd=ROOT, check=False)


@pytest.mark.parametrize("place", ["site", "new/folder/site", "site.toml/site"])
def test_a_place_that_cannot_be_written(place: str) -> None:
    with tempfile.TemporaryDirectory() as folder:  # pytest's own folders are closed to other users
        root = write(many_pages("one"), Path(folder))
        root.chmod(0o555)
        if as_nobody("--version").returncode != 0:
            pytest.skip("another user cannot run this checkout, or not its Python")
        run = as_nobody("build", "--root", root, "--out", root / place, "--now", NOW.isoformat())
        root.chmod(0o755)
        assert (run.returncode, run.stdout) == (2, "")
        assert run.stderr.startswith("communique: cannot write to ")
        assert run.stderr.count("\n") == 1
        assert not (root / ".site").exists()


@pytest.mark.parametrize("where", ["put", "keep", "manifest", "rename"])
def test_a_full_disk(where: str, tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    from generator import cli

    root = write(many_pages("one"), tmp_path / "root")
    site, arguments = root / "build/site", ["build", "--root", str(root), "--now", NOW.isoformat()]
    assert cli.main(arguments) == 0
    before, manifest_before = tree(site), (site.resolve().parent / "manifest.sqlite").read_bytes()
    write(many_pages("two"), root)

    def full(*_arguments: object, **_names: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with pytest.MonkeyPatch.context() as patch:
        if where == "put":
            patch.setattr(output, "digest_of", full)
        elif where == "keep":
            patch.setattr(output.os, "link", full)
            patch.setattr(output.shutil, "copy2", full)
        elif where == "manifest":
            patch.setattr(manifest.shutil, "copyfile", full)
        else:
            patch.setattr(output.os, "replace", full)
        capsys.readouterr()
        assert cli.main(arguments) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert "No space left on device" in told.err
    assert "the site is as it was" in told.err
    assert "Traceback" not in told.err
    assert tree(site) == before
    assert (site.resolve().parent / "manifest.sqlite").read_bytes() == manifest_before
    assert cli.main(arguments) == 0
    assert tree(site) != before


def test_a_disk_that_fills_while_the_manifest_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite has words of its own for a full disk."""
    connected = manifest._connected

    @contextmanager
    def small(path: Path) -> Iterator[object]:
        with connected(path) as database:
            database.execute("PRAGMA max_page_count = 5")
            yield database

    build(small_site(), tmp_path / "site")
    before = tree(tmp_path / "site")
    monkeypatch.setattr(manifest, "_connected", small)
    with pytest.raises(OutputError, match="full"):
        build(many_pages("one") | small_site(), tmp_path / "site")
    assert tree(tmp_path / "site") == before


def test_interrupted(tmp_path: Path) -> None:
    root = write(many_pages("one"), tmp_path / "root")
    process = start(root)
    time.sleep(0.45)
    process.send_signal(signal.SIGINT)
    _out, error = process.communicate()
    assert process.returncode in (0, 130, -signal.SIGINT)
    if process.returncode == 130:
        assert error.splitlines()[-1] == "communique: interrupted; the site is as it was"
        assert "Traceback" not in error


def test_no_worker_outlives_its_build(tmp_path: Path) -> None:
    """A build that is killed takes its helpers with it."""
    root = write(many_pages("one"), tmp_path / "root")
    program = (
        "import sys, generator.workers as workers, generator.cli as cli\n"
        "if __name__ == '__main__':\n"
        "    workers.PARALLEL_FROM = 1\n"
        "    cli.main(sys.argv[1:])\n"
    )
    (tmp_path / "forced.py").write_text(program, encoding="utf-8")
    command = [sys.executable, str(tmp_path / "forced.py"), "build", "--root", str(root), "--now", NOW.isoformat()]
    process = subprocess.Popen(
        command, env=ENVIRONMENT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    deadline = time.monotonic() + 20
    while len(session(process.pid)) < 3 and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.02)
    process.kill()
    process.wait()
    while session(process.pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    left = session(process.pid)
    for pid in left:
        os.kill(pid, signal.SIGKILL)
    assert not left


def session(leader: int) -> list[int]:
    """The living processes of a session."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[3]) == leader and fields[0] != "Z":
                found.append(int(folder.name))
    return found


def test_the_pool_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers.os, "sched_getaffinity", lambda _process: {0})
    assert workers.processes(10_000) is None
