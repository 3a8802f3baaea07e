"""The same sources give the same bytes, whoever builds them, where, and with how many processes; charts included."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from concurrent.futures import Executor, ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest
from support import CHARTS, ROOT, communique, copy_sample, tree

from generator.build import build_site
from generator.output.write import opened
from generator.sources.files import FolderFiles
from generator.workers import Tools

NOW = "2026-01-01T00:00:00+00:00"

#: The whole sample site in a process of its own, for as many variants as there are tests here.
pytestmark = pytest.mark.xdist_group("determinism")


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The sample site, as this machine builds it when nothing is unusual."""
    return built(copy_sample(tmp_path_factory.mktemp("sample") / "site"), {})


def built(root: Path, env: dict[str, str], *before: str) -> dict[str, bytes]:
    """The sample site, built from nothing in another process; `before` are words in front of the command."""
    command = [*before, sys.executable, "-m", "generator", "build", "--root", str(root), "--now", NOW]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **env}
    run = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=environment, check=False)
    assert run.returncode == 0, run.stderr
    found = tree(root / "build" / "site")
    assert any(b"<svg" in data for data in found.values())
    return found


def take_drawings(root: Path) -> None:
    """Charts as other tests have drawn them: those in other surroundings draw their own."""
    if CHARTS.folder.is_dir():
        shutil.copytree(CHARTS.folder, root / "build" / "cache" / "charts")


def differing(found: dict[str, bytes], expected: dict[str, bytes]) -> list[str]:
    """The paths whose bytes differ: less to read than the bytes."""
    return [path for path in sorted({*found, *expected}) if found.get(path) != expected.get(path)]


@pytest.mark.parametrize(
    "env",
    [
        {"TZ": "Pacific/Kiritimati", "LC_ALL": "tr_TR.UTF-8", "LANG": "tr_TR.UTF-8", "PYTHONHASHSEED": "1"},
        {"TZ": "America/St_Johns", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONHASHSEED": "4294967295", "COLUMNS": "20"},
    ],
    ids=["kiritimati-turkish", "newfoundland-ascii"],
)
def test_other_surroundings(env: dict[str, str], expected: dict[str, bytes], tmp_path: Path) -> None:
    root = copy_sample(tmp_path / "site")
    if env["LC_ALL"] == "C":
        take_drawings(root)  # the other one draws its own
    assert not differing(built(root, env), expected)


def test_another_folder_order_and_age(expected: dict[str, bytes], tmp_path: Path) -> None:
    """Files written in the opposite order, of another age and mode, in a folder with an odd name and below a link."""
    first, root = copy_sample(tmp_path / "first"), tmp_path / "Été 2025 & co – 'n'" / "site"
    for number, path in enumerate(sorted((path for path in first.rglob("*") if path.is_file()), reverse=True)):
        place = root / path.relative_to(first)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, place)
        os.utime(place, (10**9 + number, 10**9 - number))
        place.chmod(0o600)
    (tmp_path / "link").symlink_to(root)
    take_drawings(root)
    assert not differing(built(tmp_path / "link", {}, "sh", "-c", 'umask 077; exec "$@"', "sh"), expected)


def test_another_user(expected: dict[str, bytes]) -> None:
    if os.geteuid() != 0 or shutil.which("setpriv") is None or shutil.which("taskset") is None:
        pytest.skip("only root can become another user")
    words = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--")
    one = ("taskset", "-c", "0")  # without processes of its own, which that user may not be allowed to start
    probe = subprocess.run(
        [*words, sys.executable, "-c", "import generator"], cwd=ROOT, check=False, capture_output=True
    )
    if probe.returncode != 0:
        pytest.skip("another user cannot read this checkout")
    root = copy_sample(Path("/tmp") / f"communique-{os.getpid()}")
    take_drawings(root)
    try:
        for path in [root, *root.rglob("*")]:
            os.chown(path, 65534, 65534)
        assert not differing(built(root, {"HOME": "/nonexistent"}, *one, *words), expected)
    finally:
        shutil.rmtree(root)


def test_other_processes(expected: dict[str, bytes], tmp_path: Path) -> None:
    """Two spawned workers, however few pages there are, against one process."""
    used: list[int] = []

    def two(targets: int) -> Executor:
        used.append(targets)
        return ProcessPoolExecutor(2, mp_context=get_context("spawn"))

    from datetime import datetime

    root = copy_sample(tmp_path / "site")
    with opened(root / "build/site", lambda: None) as output:
        report = build_site(FolderFiles(root), output, datetime.fromisoformat(NOW), Tools(CHARTS, executor=two))
    assert not report.broken
    assert sum(used) > 10
    assert not differing(tree(root / "build/site"), expected)


def test_no_bytes_tell_of_the_machine(expected: dict[str, bytes]) -> None:
    """Neither folders, nor names, nor the day of the build."""
    import getpass
    import socket

    secrets = [str(ROOT), "/tmp/", "1970", "2026-01-01T"]
    names = (socket.gethostname(), getpass.getuser())
    secrets += [name for name in names if len(name) > 4]  # shorter ones occur by chance
    for path, data in expected.items():
        if path.startswith("assets/vega."):
            continue  # a programme of others, which knows of 1970
        assert not [secret for secret in secrets if secret.encode() in data], path


def test_a_second_build_is_the_first(expected: dict[str, bytes], tmp_path: Path) -> None:
    """From a cache of charts, with another version of the site in place."""
    root = copy_sample(tmp_path / "site")
    take_drawings(root)
    first = communique("build", "--root", root, "--now", "2020-01-01T00:00:00Z")
    assert first.returncode == 0, first.stderr
    assert not differing(built(root, {}), expected)
    shutil.rmtree(root / "build" / "site", ignore_errors=True)
    assert not differing(built(root, {}), expected)
