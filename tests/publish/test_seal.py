"""A seal: the same on every machine, refused when something is not as it was, and readable by people."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from support import ROOT, communique, small_site, write

from generator.errors import PublishError
from generator.publish.revision import changed
from generator.publish.seal import FORMAT, Seal, in_words, read_seal, write_seal
from generator.publish.store import Store, check_contents, content_of
from generator.sources.files import DEFAULT, digest_of

NOW = "2024-07-01T12:00:00+02:00"
GIT = ("git", "-c", "user.name=A", "-c", "user.email=a@stat.example", "-c", "commit.gpgsign=false")


def sources() -> dict[str, bytes]:
    return {path.removeprefix(DEFAULT): data for path, data in small_site().items()}


def git(root: Path, *words: str) -> None:
    subprocess.run([*GIT, *words], cwd=root, check=True, capture_output=True)


def committed(root: Path) -> Path:
    """The small site, committed."""
    write({**sources(), "data/alpha/notes.txt": b"needed by nothing\n", ".gitignore": b"/build/\n"}, root)
    git(root, "init", "--quiet")
    git(root, "add", ".")
    git(root, "commit", "--quiet", "-m", "A site")
    return root


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A site to be changed."""
    return committed(tmp_path / "site")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A seal, to be read."""
    return sealed(committed(tmp_path_factory.mktemp("whole") / "site"))


def sealed(root: Path, *options: str, env: dict[str, str] | None = None) -> bytes:
    """The bytes of the seal that the command writes."""
    run = communique("seal", "--root", root, "--now", NOW, "--out", root / "build" / "seal.json", *options, env=env)
    assert run.returncode == 0, run.stderr
    return (root / "build" / "seal.json").read_bytes()


def read(root: Path) -> Seal:
    return read_seal((root / "build" / "seal.json").read_bytes(), "seal.json")


def test_a_seal_has_every_file_of_the_build(root: Path) -> None:
    data = sealed(root)
    run = communique("build", "--root", root, "--now", NOW)
    assert run.returncode == 0
    site = root / "build" / "site"
    built = {
        path.relative_to(site).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in site.rglob("*")
        if path.is_file()
    }
    seal = read_seal(data, "seal.json")
    assert {file.path: file.sha256 for file in seal.files} == built
    assert all(file.size == (site / file.path).stat().st_size for file in seal.files)
    store = Store(root / "build" / "sealed")
    assert all(content_of(store, file) == (site / file.path).read_bytes() for file in seal.files)


def test_headers_and_types(root: Path) -> None:
    sealed(root)
    files = read(root).by_path
    page, feed = files["fr/index.html"], files["fr/feed.xml"]
    assert page.content_type == "text/html; charset=utf-8"
    assert feed.content_type == "application/atom+xml; charset=utf-8"
    assert "frame-ancestors 'none'" in dict(page.headers)["Content-Security-Policy"]
    assert dict(page.headers)["Cache-Control"] == "public, max-age=0, must-revalidate"
    asset = next(file for path, file in files.items() if path.startswith("assets/"))
    assert dict(asset.headers)["Cache-Control"] == "public, max-age=31536000, immutable"
    assert dict(files["data/alpha/sales.csv"].headers)["Access-Control-Allow-Origin"] == "*"
    parts = {path: files[path].part for path in ("fr/index.html", "fr/feed.xml", "data/alpha/sales.csv", "404.html")}
    assert parts == {
        "fr/index.html": "index",
        "fr/feed.xml": "feed",
        "data/alpha/sales.csv": "data",
        "404.html": "page",
    }
    assert asset.part == "asset"


def test_a_seal_holds_nothing_that_is_hidden(whole: bytes) -> None:
    """Of a release to come and of a draft: no page, no name, no word. The digest of all sources tells that there are
    some, and nothing of what they are."""
    for hidden in (b"gamma", b"delta", b"plus-tard", b"later", b"brouillon"):
        assert hidden not in whole


def test_the_same_seal_elsewhere(root: Path, tmp_path: Path) -> None:
    """Another clone, folder, zone, locale, hash seed, mask, notation of the instant, and history of builds."""
    expected = sealed(root)
    other = tmp_path / "Été & co" / "clone"
    other.parent.mkdir()
    git(tmp_path, "clone", "--quiet", str(root), str(other))
    communique("build", "--root", other, "--now", "2025-01-01T00:00:00Z")
    env = {"TZ": "Pacific/Kiritimati", "LC_ALL": "tr_TR.UTF-8", "LANG": "tr_TR.UTF-8", "PYTHONHASHSEED": "7"}
    mask = os.umask(0o077)
    try:
        assert sealed(other, "--now", "2024-07-01T10:00:00Z", env=env) == expected
    finally:
        os.umask(mask)
    assert sealed(root) == expected, "and again in the same place"


def test_the_same_seal_for_another_user(root: Path, tmp_path: Path) -> None:
    if os.geteuid() != 0 or shutil.which("setpriv") is None:
        pytest.skip("only root can become another user")
    expected = sealed(root)
    other = Path("/tmp") / f"communique-seal-{os.getpid()}"
    git(tmp_path, "clone", "--quiet", str(root), str(other))
    try:
        for place in (other, *other.rglob("*")):
            os.chown(place, 65534, 65534)
        code = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from generator.cli import main; sys.exit(main())"
        words = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--"]
        probe = subprocess.run([*words, sys.executable, "-c", f"open({str(ROOT / 'site.toml')!r})"], check=False)
        if probe.returncode:
            pytest.skip("another user cannot read this checkout")
        command = [*words, sys.executable, "-c", code, "seal", "--root", str(other), "--now", NOW]
        env = {**os.environ, "HOME": "/nonexistent", "TZ": "America/St_Johns", "LC_ALL": "C"}
        run = subprocess.run(
            [*command, "--out", str(other / "seal.json")], capture_output=True, text=True, env=env, check=False, cwd="/"
        )
        assert run.returncode == 0, run.stderr
        found, own = json.loads((other / "seal.json").read_bytes()), json.loads(expected)
        if found["generator"]["python"] == own["generator"]["python"]:
            assert found == own
        else:  # that user has another Python of the system: the seal says so, and readers get the same
            assert {name for name in own if found[name] != own[name]} == {"digest", "words", "generator"}
    finally:
        shutil.rmtree(other, ignore_errors=True)


def test_other_users_cannot_read_what_is_sealed(root: Path) -> None:
    (root / "build").mkdir()
    (root / "build" / "sealed").mkdir(mode=0o755)
    sealed(root)
    assert (root / "build" / "sealed").stat().st_mode & 0o077 == 0


# ---------------------------------------------------------------- git


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda root: (root / "site.toml").write_bytes((root / "site.toml").read_bytes() + b"\n"), "site.toml"),
        (lambda root: (root / "data/alpha/extra.csv").write_bytes(b"a\n"), "data/alpha/extra.csv"),
        (lambda root: (root / "data/alpha/notes.txt").unlink(), "data/alpha/notes.txt"),
    ],
    ids=["edited", "new", "deleted"],
)
def test_sources_that_git_does_not_have(root: Path, change: object, named: str) -> None:
    clean = sealed(root)
    change(root)  # type: ignore[operator]
    run = communique("seal", "--root", root, "--now", NOW, "--out", root / "build" / "seal.json")
    assert run.returncode == 1
    assert named in run.stderr and "--allow-dirty" in run.stderr
    assert (root / "build" / "seal.json").read_bytes() == clean
    assert sealed(root, "--allow-dirty") != clean
    assert read(root).sources.changed == (named,)


def read_from(root: Path) -> dict[str, str]:
    """The digests of some sources, as a build reads them."""
    return {path: digest_of((root / path).read_bytes()) for path in ("site.toml", "data/labels.csv")}


def test_changes_of_which_git_tells_nothing(root: Path) -> None:
    assert changed(root, read_from(root)) == ()
    git(root, "update-index", "--assume-unchanged", "site.toml")
    (root / "site.toml").write_bytes((root / "site.toml").read_bytes() + b"\n")
    assert changed(root, read_from(root)) == ("site.toml",)


def test_other_line_ends(root: Path, tmp_path: Path) -> None:
    """With `core.autocrlf` git gives other bytes, and tells of no change. What the revision says itself is none."""

    def cloned(name: str) -> Path:
        git(tmp_path, "clone", "--quiet", "-c", "core.autocrlf=true", str(root), name)
        assert b"\r\n" in (tmp_path / name / "data/labels.csv").read_bytes()
        return tmp_path / name

    other = cloned("other")
    assert changed(other, read_from(other)) == ("data/labels.csv", "site.toml")
    write({".gitattributes": b"* -text\n*.csv text eol=crlf\n"}, root)
    git(root, "add", ".gitattributes")
    git(root, "commit", "--quiet", "-m", "Name the line ends")
    named = cloned("named")
    assert changed(named, read_from(named)) == ()


def test_a_seal_names_no_source_of_what_is_not_public(root: Path) -> None:
    """It goes where the site goes: into a ref of a repository, for one, that everybody may read."""
    (root / "data/merger-of-banks").mkdir()
    for name in ("data/merger-of-banks/release.toml", "content/en/news/merger-of-banks.md"):
        place = root / name
        place.write_bytes((root / name.replace("merger-of-banks", "gamma")).read_bytes().replace(b"slug: ", b"slug: x"))
    write({"site.toml": (root / "site.toml").read_bytes() + b"\n"}, root)
    run = communique("seal", "--root", root, "--now", NOW)
    assert (run.returncode, "data/merger-of-banks/release.toml" in run.stderr) == (1, True)
    seal = sealed(root, "--allow-dirty")
    assert b"merger" not in seal
    assert read(root).sources.changed == ("site.toml", "2 sources of what is not public")


def test_nor_of_a_language_that_is_in_preparation(root: Path) -> None:
    config = (root / "site.toml").read_bytes().replace(b'["fr", "en"]', b'["fr", "en", "nl"]')
    text = (root / "content/en/news/alpha.md").read_bytes()
    coming = {"site.toml": config + b"\n[language.nl]\ndraft = true\n", "content/nl/news/alpha.md": text}
    write(coming, root)
    assert b"content/nl" not in sealed(root, "--allow-dirty")
    assert read(root).sources.changed == ("site.toml", "1 source of what is not public")


def test_an_ignored_file_that_is_a_source_counts(root: Path) -> None:
    (root / ".gitignore").write_bytes(b"/build/\n*.local.csv\n")
    git(root, "commit", "--quiet", "-am", "Ignore")
    (root / "data/alpha/x.local.csv").write_bytes(b"a\n")
    run = communique("seal", "--root", root, "--now", NOW)
    assert (run.returncode, "data/alpha/x.local.csv" in run.stderr) == (1, True)
    (root / "data/alpha/x.local.csv").unlink()
    (root / "data/alpha/.x.swp").write_bytes(b"an editor's")
    assert communique("seal", "--root", root, "--now", NOW).returncode == 0


def test_a_site_below_the_root_of_its_repository(tmp_path: Path) -> None:
    root = write(sources(), tmp_path / "all" / "site")
    write({"notes.txt": b"x"}, tmp_path / "all")
    git(tmp_path / "all", "init", "--quiet")
    git(tmp_path / "all", "add", "site")
    git(tmp_path / "all", "commit", "--quiet", "-m", "A site")
    sealed(root)
    assert read(root).sources.changed == ()
    (root / "site.toml").write_bytes((root / "site.toml").read_bytes() + b"\n")
    sealed(root, "--allow-dirty")
    assert read(root).sources.changed == ("site.toml",)


def test_a_site_that_is_not_in_git(tmp_path: Path) -> None:
    root = write(sources(), tmp_path / "site")
    run = communique("seal", "--root", root, "--now", NOW)
    assert (run.returncode, "sources: not in git" in run.stdout) == (0, True)


def test_errors_seal_nothing(root: Path) -> None:
    (root / "content/fr/news/alpha.md").write_bytes(b"---\ntitle: x\n---\n{{ nothing }}\n")
    run = communique("seal", "--root", root, "--now", NOW, "--allow-dirty")
    assert run.returncode == 1
    assert "nothing is sealed" in run.stderr
    assert "[unknown-figure]" in run.stderr
    assert list((root / "build" / "sealed").glob("*")) == []


def test_what_the_command_says(root: Path) -> None:
    run = communique("seal", "--root", root, "--now", NOW)
    seal = read_seal(next((root / "build" / "sealed").glob("*.json")).read_bytes(), "it")
    assert f"seal: {seal.name}" in run.stdout
    assert "as of 2024-07-01T12:00:00+02:00" in run.stdout
    found = json.loads(communique("seal", "--root", root, "--now", NOW, "--json").stdout)
    assert (found["seal"], found["words"]) == (seal.digest, seal.name)


# ---------------------------------------------------------------- the file


def test_a_seal_is_read_as_it_was_written(whole: bytes) -> None:
    seal = read_seal(whole, "it")
    assert write_seal(seal) == whole
    raw = json.loads(whole)
    assert raw["format"] == FORMAT
    for key in ("digest", "words", "site"):
        del raw[key]
    plain = json.dumps(raw, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    assert hashlib.sha256(plain).hexdigest() == seal.digest, "anybody can count it again"


def test_words_are_proquints() -> None:
    """The examples of their author: 127.0.0.1 and 63.84.220.193."""
    assert in_words("7f0000013f54dcc1" + "0" * 48) == "lusab-babad-gutih-tugad-babab-babab"


def test_words_tell_seals_apart(whole: bytes) -> None:
    seal = read_seal(whole, "it")
    later = replace(seal, instant=datetime.fromisoformat("2024-07-01T12:00:01+02:00"))
    assert later.name != seal.name
    assert later.site == seal.site, "readers would get the same"


def change(raw: dict[str, object], path: str, value: object) -> dict[str, object]:
    """A copy of a seal's JSON with one value changed: `files.0.path`."""
    copy = json.loads(json.dumps(raw))
    at = copy
    *parents, last = path.split(".")
    for step in parents:
        at = at[int(step) if step.isdigit() else step]
    at[last] = value
    return copy  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        ("instant", "2020-01-01T00:00:00Z", "was altered"),
        ("files.3.sha256", "0" * 64, "was altered"),
        ("words", "lusab-babad-gutih-tugad-babab-babab", "was altered"),
        ("more", 1, "was altered"),
        ("sources.approved", "by all", "was altered"),
        ("files.0.more", 1, "was altered"),
        ("instant", "2024-07-01T12:00:00+02:00", "was altered"),
        ("instant", "0001-01-01T00:00:00+14:00", "is not whole"),
        ("url", "https://stat.example/\ud800", "is not whole"),
        ("files.0.path", "../../etc/passwd", "is not whole"),
        ("files.0.path", "/etc/passwd", "is not whole"),
        ("files.0.path", "fr", "is not whole"),
        ("files.0.path", "a\nb", "is not whole"),
        ("files.0.size", "1", "is not whole"),
        ("files.0.part", "secret", "is not whole"),
        ("files", None, "is not whole"),
        ("instant", "2020-01-01T00:00:00", "is not whole"),
        ("sources", [], "is not whole"),
        ("format", "communique-seal/9", "of another version"),
    ],
)
def test_a_seal_that_is_not_as_it_was_written(whole: bytes, path: str, value: object, told: str) -> None:
    raw = change(json.loads(whole), path, value)
    with pytest.raises(PublishError, match=told):
        read_seal(json.dumps(raw).encode(), "seal.json")


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"3", b"\xff", b'{"digest": ""}', b"[" * 100_000])
def test_what_is_no_seal(data: bytes) -> None:
    with pytest.raises(PublishError, match="is not a seal"):
        read_seal(data, "seal.json")


def test_a_name_that_stands_in_a_seal_twice(whole: bytes) -> None:
    with pytest.raises(PublishError, match="is not a seal"):
        read_seal(whole.replace(b"{\n", b'{\n  "instant": "2099-01-01T00:00:00Z",\n', 1), "seal.json")


def test_bytes_that_were_altered_are_not_there(root: Path) -> None:
    sealed(root)
    store, seal = Store(root / "build" / "sealed"), read(root)
    file = seal.by_path["fr/index.html"]
    place = root / "build" / "sealed" / "objects" / file.sha256[:2] / file.sha256[2:]
    content = place.read_bytes()
    place.chmod(0o644)
    place.write_bytes(content[:-1] + b" ")
    with pytest.raises(PublishError, match=r"1 sealed file is missing here, or altered since: fr/index\.html"):
        check_contents(store, seal.files, lambda _done, _all: None)
    sealed(root)
    assert content_of(store, file) == content, "sealing again mends it"
