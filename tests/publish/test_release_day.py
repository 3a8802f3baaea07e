"""`communique seal`, `publish`, `history` and `rollback` as people use them, on the small site."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from places import seen
from support import communique, small_site, tree, write

from generator.publish.seal import read_seal, write_seal
from generator.sources.files import DEFAULT

PLACE = '\n[publish.www]\ntype = "folder"\npath = "../www"\n'
#: Before and after gamma, which is to come in the small site, is published.
BEFORE, AFTER = "2024-07-01T12:00:00+02:00", "2024-12-01T09:00:00+01:00"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small site with a place to publish to, and its seals before and after a release."""
    sources = {path.removeprefix(DEFAULT): data for path, data in small_site().items()}
    sources["site.toml"] += PLACE.encode()
    root = write(sources, tmp_path_factory.mktemp("whole") / "site")
    for name, now in (("before.json", BEFORE), ("after.json", AFTER)):
        run = communique("seal", "--root", root, "--now", now, "--out", root / name)
        assert run.returncode == 0, run.stderr
    return root


@pytest.fixture
def root(whole: Path, tmp_path: Path) -> Path:
    """A copy of it, to publish from."""
    return Path(shutil.copytree(whole, tmp_path / "site"))


def test_a_release_day(root: Path) -> None:
    """Published, looked at, published anew, listed, undone; and the files are those of builds."""
    run = communique("publish", "www", "--root", root, "--seal", root / "before.json")
    assert run.returncode == 0, run.stderr
    communique("build", "--root", root, "--now", BEFORE)
    before = tree(root / "build" / "site")
    assert seen(root.parent / "www") == before

    run = communique("publish", "www", "--root", root, "--seal", root / "after.json", "--dry-run")
    assert run.returncode == 0
    lines = run.stdout.splitlines()
    puts = [line.split()[1] for line in lines if line.startswith("put ")]
    new = [line for line in lines if "(new," in line]
    assert "en/news/later/index.html" in puts and "fr/feed.xml" in puts
    assert lines[: len(new)] == new, "what is new goes first"
    assert puts.index("en/news/index.html") < puts.index("en/feed.xml")
    assert lines[-1].startswith("would publish ")
    assert seen(root.parent / "www") == before

    run = communique("publish", "www", "--root", root, "--seal", root / "after.json")
    assert run.returncode == 0
    assert f"{len(puts)} files sent" in run.stdout
    communique("build", "--root", root, "--now", AFTER)
    assert seen(root.parent / "www") == tree(root / "build" / "site")

    again = communique("publish", "www", "--root", root, "--seal", root / "after.json")
    assert (again.returncode, again.stdout.strip().endswith("nothing to do")) == (0, True)

    shutil.rmtree(root / "build")
    planned = communique("rollback", "www", "--root", root, "--dry-run")
    assert "delete  en/news/later/index.html" in planned.stdout
    assert communique("rollback", "www", "--root", root).returncode == 0
    assert seen(root.parent / "www") == before

    told = communique("history", "www", "--root", root).stdout.splitlines()
    assert [line.split()[1] for line in told] == ["publish", "publish", "rollback"]
    words = json.loads((root / "before.json").read_bytes())["words"]
    assert [words in line for line in told] == [True, False, True]
    assert all("@" in line for line in told)
    found = json.loads(communique("history", "www", "--root", root, "--json").stdout)
    assert found["shown"] == json.loads((root / "before.json").read_bytes())["digest"]
    assert len(found["history"]) == 3


def test_too_early(root: Path) -> None:
    instant = datetime.now(UTC) + timedelta(hours=5)
    seal = communique("seal", "--root", root, "--now", instant.isoformat(), "--out", root / "coming.json")
    assert seal.returncode == 0
    run = communique("publish", "www", "--root", root, "--seal", root / "coming.json")
    assert run.returncode == 1
    assert "in 4 h 5" in run.stderr and "nothing was published" in run.stderr
    assert not (root.parent / "www").exists()
    planned = communique("publish", "www", "--root", root, "--seal", root / "coming.json", "--dry-run")
    assert planned.returncode == 0, "one may look at it before"


def test_waiting(root: Path) -> None:
    instant = datetime.now(UTC) + timedelta(seconds=8)
    seal = communique("seal", "--root", root, "--now", instant.isoformat(), "--out", root / "coming.json")
    assert seal.returncode == 0
    run = communique("publish", "www", "--root", root, "--seal", root / "coming.json", "--wait")
    assert run.returncode == 0, run.stderr
    record = json.loads(communique("history", "www", "--root", root, "--json").stdout)["history"][0]
    assert datetime.fromisoformat(record["at"]) >= instant.replace(microsecond=0)


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["publish", "web", "--seal", "before.json"], 2, "site.toml has no [publish.web]: known: www"),
        (["publish", "www", "--seal", "none.json"], 2, "cannot read"),
        (["publish", "www", "--seal", "site.toml"], 1, "is not a seal"),
        (["publish", "www", "--seal", "before.json", "--max-deletes", "-1"], 2, "is not a count"),
        (["rollback", "www"], 1, "nothing was published here before"),
        (["rollback", "www", "--to", "abc"], 1, "no seal that was published here is abc"),
    ],
)
def test_what_cannot_be_done(whole: Path, arguments: list[str], code: int, told: str) -> None:
    words = [str(whole / word) if word.endswith((".json", ".toml")) else word for word in arguments]
    run = communique(*words, "--root", whole)
    assert (run.returncode, "Traceback" in run.stderr) == (code, False)
    assert told in run.stderr


def test_sources_that_git_does_not_have_are_told(root: Path) -> None:
    seal = read_seal((root / "before.json").read_bytes(), "it")
    changed = replace(seal, sources=replace(seal.sources, revision="0" * 40, changed=("data/alpha/sales.csv",)))
    (root / "before.json").write_bytes(write_seal(changed))
    run = communique("publish", "www", "--root", root, "--seal", root / "before.json")
    assert run.returncode == 0
    assert "git does not have as they were: data/alpha/sales.csv" in run.stderr


def test_a_history_of_nothing(whole: Path) -> None:
    run = communique("history", "www", "--root", whole)
    assert (run.returncode, run.stdout.strip()) == (0, "nothing was published here yet")


def test_the_seal_of_another_site(root: Path) -> None:
    config = root / "site.toml"
    config.write_bytes(config.read_bytes().replace(b"stat.example", b"other.example"))
    run = communique("publish", "www", "--root", root, "--seal", root / "before.json")
    assert run.returncode == 1
    assert "is the seal of https://stat.example/" in run.stderr


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ('[publish.www]\npath = "../www"', 'lacks "type"'),
        ('[publish.www]\ntype = "folder"', 'lacks "path"'),
        ('[publish.www]\ntype = "ftp"\npath = "x"', "use one of: folder"),
        ('[publish.www]\ntype = "folder"\npath = "data/www"', "among the sources"),
        ('[publish.www]\ntype = "folder"\npath = "www"\npassword = "x"', 'unknown key "password"'),
        ('[publish.www]\ntype = "folder"\npath = "www"\nkeep = 1', "between 2 and 1000"),
        ('[publish."W W"]\ntype = "folder"\npath = "www"', "is not a name"),
    ],
)
def test_mistakes_in_the_configuration(root: Path, table: str, told: str) -> None:
    config = root / "site.toml"
    config.write_bytes(config.read_bytes().replace(PLACE.encode(), f"\n{table}\n".encode()))
    run = communique("history", "www", "--root", root)
    assert run.returncode == 2
    assert told in run.stderr and "site.toml:" in run.stderr
