"""`communique preview` as its users meet it: what it prints, how it ends, and what it refuses."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from previewed import PATIENCE, wait_for
from support import ROOT, communique, small_site, write

from generator.preview.server import listen

NOTE = "content/fr/notes/beta.md"
SITE = {path: data for path, data in small_site().items() if not path.startswith("@")}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write(SITE, tmp_path / "root")


class Terminal:
    """The command in a process of its own, and what it has printed so far."""

    def __init__(self, process: subprocess.Popen[bytes], output: Path) -> None:
        self.process, self._output = process, output

    @property
    def text(self) -> str:
        return self._output.read_text(encoding="utf-8")

    @property
    def address(self) -> str:
        wait_for(lambda: "http://" in self.text or self.process.poll() is not None, "its address")
        found = re.search(r"http://\S+/", self.text)
        assert found, self.text
        return found[0]

    def get(self, path: str) -> str:
        try:
            with urllib.request.urlopen(self.address + path, timeout=PATIENCE) as answer:
                return answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return f"{error.code} {error.read().decode()}"

    def interrupt(self) -> int:
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(PATIENCE)


@contextmanager
def previewing(root: Path, *arguments: str) -> Iterator[Terminal]:
    output = root.parent / "output.txt"
    command = [sys.executable, "-m", "generator", "preview", "--root", str(root), "--port", "0", *arguments]
    with output.open("wb") as file:
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        process = subprocess.Popen(command, stdout=file, stderr=file, cwd=ROOT, env=environment)
    try:
        yield Terminal(process, output)
    finally:
        process.kill()
        process.wait()


def test_one_line_for_a_build_and_problems_with_their_places(root: Path) -> None:
    with previewing(root, "--public") as terminal:
        wait_for(lambda: " made (" in terminal.text)
        assert re.search(r"^\d\d:\d\d:\d\d  \d+ pages and \d+ other files made \(\d+ ms\)$", terminal.text, re.M)
        (root / NOTE).write_bytes(SITE[NOTE].replace(b"Voir", b"Regarder"))
        wait_for(lambda: re.search(r"  1 page and \d other files? changed \(\d+ ms\)$", terminal.text, re.M))
        (root / NOTE).write_bytes(SITE[NOTE].replace(b"release:alpha", b"release:alhpa"))
        wait_for(lambda: "; the last good site is shown" in terminal.text)
        assert f"{NOTE}:7: error: " in terminal.text
        (root / NOTE).write_bytes(SITE[NOTE])
        wait_for(lambda: "  mended; 1 page" in terminal.text)
        terminal.get("fr/")
        assert "GET" not in terminal.text, "no noise"
        assert terminal.interrupt() == 0
        assert "Traceback" not in terminal.text


def test_ctrl_c_ends_it_at_once_with_pages_open(root: Path) -> None:
    with previewing(root) as terminal:
        wait_for(lambda: " made (" in terminal.text)
        streams = [urllib.request.urlopen(f"{terminal.address}_preview/events?page=/fr/") for _ in range(4)]
        for stream in streams:
            assert stream.readline().startswith(b"retry")
        assert terminal.interrupt() == 0
        assert "Traceback" not in terminal.text
        for stream in streams:
            stream.close()


def test_ctrl_c_ends_it_in_the_middle_of_the_first_build(root: Path) -> None:
    with previewing(root) as terminal:
        assert terminal.address
        assert terminal.interrupt() == 0
        assert "Traceback" not in terminal.text


def test_what_is_shown_when(root: Path) -> None:
    later, mark = "fr/nouvelles/plus-tard/", 'class="unpublished"'
    for arguments, shown, marked in (
        ((), True, False),
        (("--now", "2024-07-01T12:00:00+02:00"), False, False),
        (("--now", "2024-12-01T09:00:00+01:00"), True, False),
        (("--now", "2024-07-01T12:00:00+02:00", "--unpublished"), True, True),
    ):
        with previewing(root, *arguments) as terminal:
            wait_for(lambda terminal=terminal: " made (" in terminal.text)
            page = terminal.get(later)
            assert ("Plus tard" in page, mark in page) == (shown, marked), arguments
    with previewing(root) as terminal:
        wait_for(lambda: " made (" in terminal.text)
        assert mark in terminal.get("fr/notes/brouillon/")
    with previewing(root, "--public") as terminal:
        wait_for(lambda: " made (" in terminal.text)
        assert terminal.get("fr/notes/brouillon/").startswith("404")


def test_nothing_is_written_into_the_sources(root: Path) -> None:
    before = sorted(path for path in root.rglob("*") if "build" not in path.parts)
    with previewing(root) as terminal:
        wait_for(lambda: " made (" in terminal.text)
        terminal.interrupt()
    assert sorted(path for path in root.rglob("*") if "build" not in path.relative_to(root).parts) == before
    assert not (root / "build" / "site").exists()


def test_the_whole_network_is_told(root: Path) -> None:
    with previewing(root, "--host", "0.0.0.0") as terminal:
        assert terminal.address
        assert "others can reach 0.0.0.0" in terminal.text


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--root", "/nowhere"], "/nowhere"),
        (["--port", "x"], "'x' is not a port"),
        (["--port", "70000"], "'70000' is not a port"),
        (["--port", "-1"], "is not a port"),
        (["--unpublished"], "--unpublished goes with --now"),
        (["--public", "--unpublished"], "not allowed with"),
        (["--host", "no such host"], "no address no such host"),
        (["--host", "192.0.2.1"], "cannot listen at 192.0.2.1"),
        (["--now", "noon"], "is not an instant"),
    ],
)
def test_wrong_usage(arguments: list[str], says: str, tmp_path: Path) -> None:
    run = communique("preview", *arguments, cwd=tmp_path)
    assert (run.returncode, run.stdout) == (2, "")
    assert says in run.stderr
    assert "Traceback" not in run.stderr


def test_a_port_that_is_taken(root: Path) -> None:
    taken = listen("127.0.0.1", 0)
    try:
        port = taken.getsockname()[1]
        run = communique("preview", "--root", root, "--port", str(port))
        assert (run.returncode, run.stdout) == (2, "")
        assert f"port {port}" in run.stderr and "--port 0" in run.stderr
    finally:
        taken.close()


def test_a_folder_without_a_site_waits_for_one(tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    with previewing(root) as terminal:
        wait_for(lambda: "there is no site to show yet" in terminal.text)
        assert terminal.get("").startswith("500")
        write(SITE, root)
        wait_for(lambda: " made (" in terminal.text)
        assert "Petit site" in terminal.get("fr/")
