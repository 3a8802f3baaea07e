"""Publishing to a branch of a git repository: what is there then, what stays as it was, and the way back."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from branches import commit_of_others, git, listed, published, target_of
from places import ONE, TWO, seal_of, send
from support import communique, small_site, write

from generator.errors import PublishError
from generator.places import BranchPlace, read_places
from generator.publish.branch import BranchTarget
from generator.publish.git import without_passwords
from generator.publish.history import History
from generator.publish.publishing import Order, plan_steps, publish, rollback_order
from generator.publish.seal import in_words, read_seal
from generator.publish.store import Store
from generator.sources.files import DEFAULT
from generator.spec import read_toml

LATER = datetime(2025, 1, 1, tzinfo=UTC)


# ---------------------------------------------------------------- what was sealed is there


def test_the_first_publishing_and_the_next(root: Path, host: Path, store: Store) -> None:
    one, two = seal_of(ONE, store), seal_of(TWO, store)
    assert send(one, store, target_of(root, host)) == len(ONE)
    assert published(host) == ONE
    first = git(host, "rev-parse", "pages")
    target = target_of(root, host)
    assert send(two, store, target) == 4 + 2
    assert published(host) == TWO
    assert git(host, "rev-parse", "pages^") == first
    after = git(host, "for-each-ref")
    assert send(two, store, target) == send(two, store, target_of(root, host)) == 0
    assert git(host, "for-each-ref") == after, "nothing to do is no commit"
    assert [entry.seal for entry in History(target_of(root, host)).entries()] == [one.digest, two.digest]
    assert git(host, "for-each-ref", "--format=%(refname)").split() == ["refs/communique/pages", "refs/heads/pages"]
    assert "attempt.json" not in git(host, "ls-tree", "--name-only", "refs/communique/pages")


def test_a_commit_says_what_was_published(
    root: Path, host: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_AUTHOR_NAME", "Ann Peeters")
    monkeypatch.setenv("GIT_AUTHOR_EMAIL", "ann@stat.example")
    seal = seal_of(ONE, store)
    send(seal, store, target_of(root, host))
    said = git(host, "log", "-1", "--format=%an <%ae> %aI%n%B", "pages")
    assert said.startswith("Ann Peeters <ann@stat.example> 2025-01-01T00:00:00+00:00\n")
    for word in (seal.name, seal.digest, "2024-07-01T06:30:00Z"):
        assert word in said
    assert "ann@office" not in said, "the machine is for the records"


def test_files_of_others_stay_as_they_are(root: Path, host: Path, store: Store) -> None:
    theirs = {
        "CNAME": "stat.example",
        "tool": "100755 run",
        "link": "120000 CNAME",
        "module": "160000 " + "1" * 40,
        "fr/theirs.html": "x",
        "gr\u00fc\u00df \"e'.txt": "y",
    }
    before = commit_of_others(host, theirs)
    entries = listed(host)
    target = target_of(root, host)
    send(seal_of(ONE, store), store, target)
    send(seal_of(TWO, store), store, target)
    assert {path: entry for path, entry in listed(host).items() if path in theirs} == entries
    assert set(listed(host)) == {*theirs, *TWO, ".nojekyll"}
    git(host, "merge-base", "--is-ancestor", before, "pages")


def test_another_branch_is_there(root: Path, host: Path, store: Store) -> None:
    sources = commit_of_others(host, {"site.toml": "x", "README": "y"}, "main")
    send(seal_of(ONE, store), store, target_of(root, host))
    assert published(host) == ONE
    assert git(host, "rev-parse", "main") == sources
    assert git(host, "rev-list", "--count", "pages") == "1", "the site's history has nothing of the sources"


def test_a_folder_of_the_branch(root: Path, host: Path, store: Store) -> None:
    commit_of_others(host, {"site.toml": "x", "docs.txt": "y", "docs/CNAME": "z", "index.html": "their home"})
    target = target_of(root, host, "docs/site")
    send(seal_of(ONE, store), store, target)
    send(seal_of(TWO, store), store, target)
    found = {path for path in listed(host) if path.startswith("docs/site/")}
    assert found == {f"docs/site/{path}" for path in (*TWO, ".nojekyll")}
    assert set(listed(host)) - found == {"site.toml", "docs.txt", "docs/CNAME", "index.html"}
    assert published(host)["index.html"] == b"their home"


@pytest.mark.parametrize(
    ("theirs", "folder", "told"),
    [
        ({"fr": "a file"}, "", "fr is in the way"),
        ({"index.html/x": "a folder"}, "", "index.html/x is in the way"),
        ({"assets": "120000 /etc"}, "", "assets is in the way"),
        ({"docs": "a file"}, "docs/site", "docs is no folder in the branch pages"),
        ({"docs": "120000 .."}, "docs", "docs is no folder in the branch pages"),
        ({"site.toml": "x"}, "", "holds the sources of a site"),
        ({"site.toml": "x"}, "content/fr", "holds the sources of a site"),
    ],
)
def test_what_is_in_the_way(
    root: Path, host: Path, store: Store, theirs: dict[str, str], folder: str, told: str
) -> None:
    before = commit_of_others(host, theirs)
    with pytest.raises(PublishError, match=told):
        send(seal_of(ONE, store), store, target_of(root, host, folder))
    assert git(host, "rev-parse", "pages") == before


def test_a_folder_where_a_file_was_and_back(root: Path, host: Path, store: Store) -> None:
    target = target_of(root, host)
    for files in ({"a": b"1", "b/c": b"2"}, {"a/x": b"1", "b": b"2"}, {"a": b"1", "b/c": b"2"}):
        send(seal_of(files, store), store, target)
        assert published(host) == files


def test_what_somebody_changed_is_mended(root: Path, host: Path, store: Store) -> None:
    seal = seal_of(ONE, store)
    send(seal, store, target_of(root, host))
    theirs = {"fr/index.html": "defaced", "index.html": "100755 root", "data/x/t.csv": None, "note": "theirs"}
    before = commit_of_others(host, theirs)
    steps = plan_steps(Order(seal, store, None, 5), target_of(root, host))
    assert {step.path: step.why for step in steps} == {
        "fr/index.html": "content",
        "index.html": "content",
        "data/x/t.csv": "new",
    }
    send(seal, store, target_of(root, host))
    assert published(host) == {**ONE, "note": b"theirs"}
    assert listed(host)["index.html"][0] == "100644"
    assert git(host, "rev-parse", "pages^") == before


@pytest.mark.parametrize("how", ["revert", "rewound"])
def test_a_branch_that_somebody_took_back(root: Path, host: Path, store: Store, how: str) -> None:
    """What was withdrawn since must not stay there, when the seal is published anew."""
    commit_of_others(host, {"CNAME": "stat.example"})
    one, two = seal_of(ONE, store), seal_of(TWO, store)
    for seal in (one, two):
        send(seal, store, target_of(root, host))
    if how == "revert":
        theirs = {path: content.decode() for path, content in ONE.items()}
        commit_of_others(host, {**dict.fromkeys(TWO), **theirs, "fr/theirs.html": "x"})
    else:
        git(host, "update-ref", "refs/heads/pages", "pages~1")
    send(two, store, target_of(root, host))
    assert published(host) == {**TWO, "CNAME": b"stat.example", **({"fr/theirs.html": b"x"} if how == "revert" else {})}


def test_a_file_of_others_where_an_earlier_seal_had_one(root: Path, host: Path, store: Store) -> None:
    for files in (ONE, TWO):
        send(seal_of(files, store), store, target_of(root, host))
    commit_of_others(host, {"fr/gone/index.html": "theirs"})
    send(seal_of({**TWO, "n": b"n"}, store), store, target_of(root, host))
    assert published(host) == {**TWO, "n": b"n", "fr/gone/index.html": b"theirs"}


def test_names_that_git_could_take_for_something_else(root: Path, host: Path, store: Store) -> None:
    files = {'"quoted".html': b"1", "-n": b"2", " space ": b"3", "été/ü.html": b"4", "M 100644 x": b"5", "*": b"6"}
    send(seal_of(files, store), store, target_of(root, host))
    send(seal_of({"-n": b"7"}, store), store, target_of(root, host))
    assert published(host) == {"-n": b"7"}


def test_a_large_history_is_not_fetched(root: Path, host: Path, store: Store) -> None:
    git(host, "config", "uploadpack.allowFilter", "true")
    for number in range(3):
        commit_of_others(host, {"large": str(number) * 1000})
    target = target_of(root, host)
    send(seal_of(ONE, store), store, target)
    objects = target._repository.here("cat-file", "--batch-check", "--batch-all-objects", "--unordered").said.decode()
    here = {line.split()[0] for line in objects.splitlines()}
    assert listed(host)["index.html"][1] in here
    assert listed(host)["large"][1] not in here, "its bytes are not needed"
    assert git(host, "rev-parse", "pages~2") not in here, "nor what was before it"
    assert git(host, "rev-list", "--count", "pages") == "4"
    git(host, "fsck", "--strict", "--no-dangling")


def test_nothing_stays_behind(
    root: Path, host: Path, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "scratch").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "scratch"))
    target = target_of(root, host)
    send(seal_of(ONE, store), store, target)
    assert list((tmp_path / "scratch").iterdir())
    del target
    assert not list((tmp_path / "scratch").iterdir())
    assert not list(root.iterdir())


# ---------------------------------------------------------------- the user's own git

_HOSTILE = """
[core]
    autocrlf = true
    eol = crlf
    hooksPath = {hooks}
    attributesFile = {attributes}
    fsmonitor = false
[filter "evil"]
    clean = sed s/home/evil/
    required = true
[commit]
    gpgSign = true
[push]
    gpgSign = true
    followTags = true
    default = nothing
    recurseSubmodules = on-demand
[fetch]
    recurseSubmodules = true
    prune = true
[init]
    templateDir = {hooks}
    defaultObjectFormat = sha256
[i18n]
    commitEncoding = latin1
[user]
    name = Änn
    email = ann@stat.example
[remote "site"]
    url = /nowhere
    push = +refs/*:refs/*
[clone]
    filterSubmodules = true
[safe]
    bareRepository = explicit
"""


@pytest.fixture
def hostile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A user whose settings of git change bytes and refuse commits, and who publishes from within a hook."""
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    for name in ("pre-push", "reference-transaction", "post-checkout", "pre-auto-gc"):
        (hooks / name).write_text(f"#!/bin/sh\ntouch {tmp_path}/ran-{name}\nexit 1\n")
        (hooks / name).chmod(0o755)
    (tmp_path / "attributes").write_text("* text eol=crlf filter=evil ident\n")
    settings = tmp_path / "gitconfig"
    settings.write_text(_HOSTILE.format(hooks=hooks, attributes=tmp_path / "attributes"), encoding="utf-8")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings))
    for name in ("GIT_DIR", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_WORK_TREE"):
        monkeypatch.setenv(name, str(tmp_path / "nowhere"))
    monkeypatch.setenv("GIT_DEFAULT_HASH", "sha256")


def test_settings_that_change_bytes(
    root: Path, host: Path, store: Store, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    commit_of_others(host, {".gitattributes": "* text eol=crlf filter=evil ident", "x": "y"})
    request.getfixturevalue("hostile")
    files = {"fr/index.html": b"home\r\n$Id$\n\x00\xff", "a.txt": b"home\n", "b.txt": b"\r\n"}
    send(seal_of(files, store), store, target_of(root, host))
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("GIT_")]:
            patch.delenv(name)
        assert {path: data for path, data in published(host).items() if path in files} == files
        assert git(host, "log", "-1", "--format=%an <%ae>", "pages") == "Änn <ann@stat.example>"
    assert not list(tmp_path.glob("ran-*"))


def bytes_below(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Every file, with its time: a file that was written anew with the same bytes differs."""
    return {
        str(path): (path.lstat().st_mtime_ns, b"" if path.is_symlink() else path.read_bytes())
        for path in sorted(folder.rglob("*"))
        if not path.is_dir() or path.is_symlink()
    }


def test_the_users_own_repository_is_untouched(root: Path, host: Path, store: Store) -> None:
    """The target is a remote of it; it has staged changes, a stash, an untracked file and a branch of the same name."""
    git(root, "init", "--quiet", "--initial-branch=main")
    for name in ("a", "b"):
        (root / name).write_text(name)
    git(root, "add", ".")
    git(root, "commit", "--quiet", "-m", "sources")
    git(root, "branch", "pages")
    git(root, "remote", "add", "origin", "../host.git")
    (root / "a").write_text("stashed")
    git(root, "stash")
    (root / "a").write_text("staged")
    git(root, "add", "a")
    (root / "b").write_text("changed")
    (root / "c").write_text("untracked")
    before = bytes_below(root)
    target = target_of(root, "origin")
    for files in (ONE, TWO):
        send(seal_of(files, store), store, target)
    order = rollback_order(target, store, "", 5, None)
    publish(order, target, "ann", lambda: LATER, lambda _done, _all: None)
    assert bytes_below(root) == before
    assert published(host) == ONE


def test_a_repository_of_another_user(
    root: Path, host: Path, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a shared disk: git refuses it until the user says that it is trusted."""
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    with pytest.raises(PublishError, match=r"dubious ownership.*safe\.directory"):
        send(seal_of(ONE, store), store, target_of(root, host))
    git(tmp_path, "config", "--global", "--add", "safe.directory", str(host))
    send(seal_of(ONE, store), store, target_of(root, host))
    monkeypatch.delenv("GIT_TEST_ASSUME_DIFFERENT_OWNER")
    assert published(host) == ONE


def test_a_branch_that_is_checked_out(root: Path, tmp_path: Path, store: Store) -> None:
    host = tmp_path / "theirs"
    host.mkdir()
    git(host, "init", "--quiet", "--initial-branch=pages")
    with pytest.raises(PublishError, match=r"refusing to update checked out branch.*check out another branch there"):
        send(seal_of(ONE, store), store, target_of(root, host))
    git(host, "symbolic-ref", "HEAD", "refs/heads/main")
    send(seal_of(ONE, store), store, target_of(root, host))
    assert published(host) == ONE


def test_a_remote_with_several_addresses(root: Path, host: Path, store: Store) -> None:
    """git pushes to all of them; the site would be at one alone."""
    git(root, "init", "--quiet")
    git(root, "remote", "add", "origin", str(host))
    git(root, "remote", "set-url", "--add", "--push", "origin", str(host))
    assert target_of(root, "origin").shown() == ""
    git(root, "remote", "set-url", "--add", "--push", "origin", f"{host}-mirror")
    with pytest.raises(PublishError, match="the remote origin has 2 addresses: name one"):
        send(seal_of(ONE, store), store, target_of(root, "origin"))
    assert published(host) == {}


def test_settings_of_the_sites_own_repository_reach_the_host(root: Path, host: Path, store: Store) -> None:
    """As those do that a continuous integration leaves there."""
    git(root, "init", "--quiet")
    git(root, "config", f"url.{host}.insteadOf", "https://forge.example/site.git")
    git(root, "remote", "add", "origin", "https://forge.example/site.git")
    send(seal_of(ONE, store), store, target_of(root, "origin"))
    send(seal_of(TWO, store), store, target_of(root, "https://forge.example/site.git"))
    assert published(host) == TWO


def test_who_commits_when_git_does_not_know(
    root: Path, host: Path, store: Store, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "gitconfig").write_text("[user]\n    useConfigOnly = true\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    send(seal_of(ONE, store), store, target_of(root, host), by="ann <x>\n@office")
    assert git(host, "log", "-1", "--format=%an|%ae", "pages") == "ann x@office|ann x@office"


# ---------------------------------------------------------------- back


def rollback(target: BranchTarget, store: Store, to: str = "") -> None:
    publish(rollback_order(target, store, to, 5, None), target, "ann", lambda: LATER, lambda _done, _all: None)


def test_back(root: Path, host: Path, store: Store) -> None:
    three = {**TWO, "three.html": b"3"}
    seals = [seal_of(files, store) for files in (ONE, TWO, three)]
    for seal in seals:
        send(seal, store, target_of(root, host))
    shutil.rmtree(store.folder)  # the branch's history has what was shown
    rollback(target_of(root, host), store)
    assert published(host) == TWO
    rollback(target_of(root, host), store)
    assert published(host) == ONE
    rollback(target_of(root, host), store, in_words(seals[2].digest))
    assert published(host) == three
    actions = [entry.action for entry in History(target_of(root, host)).entries()]
    assert actions == [*["publish"] * 3, *["rollback"] * 3]
    assert git(host, "rev-list", "--count", "pages") == "6"


def test_what_is_here_is_not_fetched_to_go_back(root: Path, host: Path, store: Store) -> None:
    for files in (ONE, TWO):
        send(seal_of(files, store), store, target_of(root, host))
    target = target_of(root, host)
    order = rollback_order(target, store, "", 5, None)
    kept = order.contents._places[1]  # type: ignore[attr-defined]
    publish(order, target, "ann", lambda: LATER, lambda _done, _all: None)
    assert published(host) == ONE
    assert kept._tree is None


@pytest.mark.parametrize("version", ["0", "2"])
def test_back_after_somebody_rewrote_the_branch(
    root: Path, host: Path, store: Store, version: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The records lead to what was shown. By the first version of git's protocol, a host gives tips alone."""
    (tmp_path / "gitconfig").write_text(f"[protocol]\n    version = {version}\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    for files in (ONE, TWO):
        send(seal_of(files, store), store, target_of(root, host))
    git(host, "update-ref", "-d", "refs/heads/pages")
    theirs = commit_of_others(host, {"index.html": "their home", "x": "y"})
    git(host, "reflog", "expire", "--expire=all", "--all")
    git(host, "gc", "--quiet", "--prune=now")
    shutil.rmtree(store.folder)
    rollback(target_of(root, host), store)
    assert published(host) == {**ONE, "x": b"y"}
    assert git(host, "rev-parse", "pages^") == theirs


def test_only_the_last_seals_are_kept(root: Path, host: Path, store: Store) -> None:
    seals = [seal_of({**ONE, "n": str(number).encode()}, store) for number in range(4)]
    for seal in seals:
        send(seal, store, target_of(root, host), keep=2)
    records = git(host, "ls-tree", "--name-only", "refs/communique/pages").split()
    kept = {f"seal-{seal.digest}.json" for seal in seals[2:]}
    assert set(records) == {"history.json", "shown.json", *kept}
    with pytest.raises(PublishError, match="is not kept here any more"):
        rollback(target_of(root, host), store, seals[0].digest)


def test_a_branch_whose_records_are_lost(root: Path, host: Path, store: Store) -> None:
    """Nobody could tell what to delete: what was withdrawn would stay."""
    one, two = seal_of(ONE, store), seal_of(TWO, store)
    send(one, store, target_of(root, host))
    records = git(host, "rev-parse", "refs/communique/pages")
    git(host, "update-ref", "-d", "refs/communique/pages")
    with pytest.raises(PublishError, match="its records are not at refs/communique/pages"):
        send(two, store, target_of(root, host))
    with pytest.raises(PublishError, match="its records are not at refs/heads/own"):
        send(two, store, target_of(root, host, records="own"))
    git(host, "update-ref", "refs/communique/pages", records)
    send(two, store, target_of(root, host))
    assert published(host) == TWO


def test_to_begin_anew(root: Path, host: Path, store: Store) -> None:
    for files in (ONE, TWO):
        git(host, "update-ref", "-d", "refs/communique/pages")
        if listed(host):
            commit_of_others(host, {**dict.fromkeys(ONE), "CNAME": "stat.example"})
        send(seal_of(files, store), store, target_of(root, host))
    assert published(host) == {**TWO, "CNAME": b"stat.example"}
    assert len(History(target_of(root, host)).entries()) == 1


@pytest.mark.parametrize(("first", "second"), [("", "a"), ("a", ""), ("a", "b")])
def test_two_sites_in_one_branch(root: Path, host: Path, store: Store, first: str, second: str) -> None:
    """Each needs records of its own, or a rollback of one would show the other."""
    send(seal_of(ONE, store), store, target_of(root, host, first))
    before = listed(host)
    with pytest.raises(PublishError, match=r"refs/communique/pages .* records of another place.*set records"):
        send(seal_of(TWO, store), store, target_of(root, host, second))
    assert listed(host) == before
    send(seal_of(TWO, store), store, target_of(root, host, second, "own"))
    send(seal_of({**TWO, "n": b"n"}, store), store, target_of(root, host, second, "own"))
    rollback(target_of(root, host, second, "own"), store)
    at = f"{second}/" if second else ""
    assert {path: published(host)[at + path] for path in TWO} == TWO
    assert before.items() <= listed(host).items()


def test_two_branches_with_the_same_records(root: Path, host: Path, store: Store) -> None:
    send(seal_of(ONE, store), store, target_of(root, host, records="own"))
    other = BranchTarget(root, BranchPlace(str(host), "others", "", "own"))
    with pytest.raises(PublishError, match="records of another place, the folder / of the branch pages"):
        send(seal_of(TWO, store), store, other)


def test_who_may_push_can_run_nothing_here(root: Path, host: Path, store: Store, tmp_path: Path) -> None:
    """A commit in the records that git would take for an option."""
    for files in (ONE, TWO):
        send(seal_of(files, store), store, target_of(root, host))
    shutil.rmtree(store.folder)
    write({"run": f"#!/bin/sh\ntouch {tmp_path}/ran\n".encode()}, tmp_path)
    (tmp_path / "run").chmod(0o755)
    git(host, "update-ref", "refs/heads/own", "refs/communique/pages")
    shown = json.loads(git(host, "show", "own:shown.json"))
    shown["commits"] = dict.fromkeys(shown["commits"], f"--upload-pack={tmp_path}/run")
    commit_of_others(host, {"shown.json": json.dumps(shown)}, "own")
    git(host, "update-ref", "refs/communique/pages", "own")
    with pytest.raises(PublishError, match=r"shown\.json in refs/communique/pages .* is damaged"):
        rollback(target_of(root, host), store)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    "content",
    [
        "5",
        "[5]",
        '[{"number": "1"}]',
        '[{"number": 1, "at": "", "by": "", "action": "publish", "seal": [], "words": "", "instant": ""}]',
    ],
)
def test_a_damaged_history_is_told(root: Path, host: Path, store: Store, content: str) -> None:
    send(seal_of(ONE, store), store, target_of(root, host))
    git(host, "update-ref", "refs/heads/own", "refs/communique/pages")
    commit_of_others(host, {"history.json": content}, "own")
    git(host, "update-ref", "refs/communique/pages", "own")
    with pytest.raises(PublishError, match=r"history\.json of the target is damaged"):
        send(seal_of(TWO, store), store, target_of(root, host))


def test_a_damaged_record_is_told(root: Path, host: Path, store: Store) -> None:
    commit_of_others(host, {"shown.json": "{"}, "own")
    git(host, "update-ref", "refs/communique/pages", "own")
    with pytest.raises(PublishError, match=r"shown\.json in refs/communique/pages .* is damaged"):
        send(seal_of(ONE, store), store, target_of(root, host))


# ---------------------------------------------------------------- the command

_TABLE = '\n[publish.pages]\ntype = "branch"\nrepository = "origin"\nbranch = "pages"\n'


def test_the_command(tmp_path: Path, host: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "scratch").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "scratch"))
    sources = {path.removeprefix(DEFAULT): data for path, data in small_site().items()}
    sources["site.toml"] += _TABLE.encode()
    site = write(sources, tmp_path / "site")
    git(site, "init", "--quiet")
    git(site, "add", ".")
    git(site, "commit", "--quiet", "-m", "sources")
    git(site, "remote", "add", "origin", f"file://{host}")
    sealed = communique("seal", "--root", site, "--now", "2024-07-01T12:00:00+02:00", "--out", tmp_path / "seal.json")
    assert sealed.returncode == 0, sealed.stderr
    words = ("publish", "pages", "--root", site, "--seal", tmp_path / "seal.json")
    planned = communique(*words, "--dry-run")
    assert planned.returncode == 0, planned.stderr
    assert "put     index.html (new," in planned.stdout
    assert not git(host, "for-each-ref")
    done = communique(*words)
    assert (done.returncode, done.stdout.startswith("published ")) == (0, True), done.stderr
    sealed_files = read_seal((tmp_path / "seal.json").read_bytes(), "it").files
    found = {path: hashlib.sha256(content).hexdigest() for path, content in published(host).items()}
    assert found == {file.path: file.sha256 for file in sealed_files}
    assert "as of 2024-07-01T10:00:00Z" in communique("history", "pages", "--root", site).stdout
    assert not [place for place in (tmp_path / "scratch").iterdir() if place.name.startswith("communique-")]
    assert not git(site, "status", "--porcelain", "--", "site.toml", "content", "data")


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ('branch = "pages"', 'lacks "repository"'),
        ('repository = "origin"', 'lacks "branch"'),
        ('repository = "https://ann:s3cret@forge.example/x"\nbranch = "pages"', "Nothing secret belongs here"),
        ('repository = "https://t0ken@forge.example/x"\nbranch = "pages"', "Nothing secret belongs here"),
        ('repository = "ssh://git:s3cret@forge.example/x"\nbranch = "pages"', "Nothing secret belongs here"),
        ('repository = "git:s3cret@forge.example:x.git"\nbranch = "pages"', "Nothing secret belongs here"),
        ('repository = "https://forge.example/x?private_token=t0ken"\nbranch = "x"', "Nothing secret belongs here"),
        ('repository = "--upload-pack=x"\nbranch = "pages"', "which is no repository"),
        ('repository = "origin"\nbranch = "a..b"', "which git does not take"),
        ('repository = "origin"\nbranch = "-f"', "which git does not take"),
        ('repository = "origin"\nbranch = "refs/heads/x"', "which git does not take"),
        ('repository = "origin"\nbranch = "x"\nrecords = "x"', "the branch of the site, too"),
        ('repository = "origin"\nbranch = "x"\nfolder = "../x"', "no folder of a branch"),
        ('repository = "origin"\nbranch = "x"\nfolder = "/x"', "no folder of a branch"),
        ('repository = "origin"\nbranch = "x"\nfolder = "x/.git"', "no folder of a branch"),
        ('repository = "origin"\nbranch = "x"\npassword = "x"', 'unknown key "password"'),
    ],
)
def test_mistakes_in_the_configuration(keys: str, told: str) -> None:
    spec = read_toml(f'[publish.pages]\ntype = "branch"\n{keys}\n'.encode(), "site.toml", "bad-config")
    read_places(spec)
    said = "\n".join(problem.text() for problem in spec.problems)
    assert told in said
    assert said.startswith("site.toml:")
    assert "s3cret" not in said
    assert "t0ken" not in said


@pytest.mark.parametrize(
    "address", ["git@forge.example:a/b.git", "ssh://git@forge.example/x", "../x", "https://forge.example/x", "origin"]
)
def test_addresses_without_a_secret(address: str) -> None:
    text = f'[publish.pages]\ntype = "branch"\nrepository = "{address}"\nbranch = "x/y-1.0"\nfolder = "docs/x"\n'
    spec = read_toml(text.encode(), "site.toml", "bad-config")
    assert read_places(spec)["pages"].at == BranchPlace(address, "x/y-1.0", "docs/x")
    assert spec.problems == []


def test_passwords_are_not_told() -> None:
    told = without_passwords("'https://ann:s3cret@f.example/x' ssh://git@f.example/x ssh://git:s3cret@f.example/x")
    assert told == "'https://f.example/x' ssh://git@f.example/x ssh://f.example/x"
