"""One small site for each mistake → the exact problems that a build reports, word for word.

`tests/broken/_base` is a good site. Every other folder of `tests/broken` holds the files that differ from it, a file
`DELETE` that lists the paths to take away (if any), and `expected.txt`: the problems as printed, or an empty file when
the site is as good as the base. What git should not hold (links, 50 MB, folders in the place of files,
endless lines) is made by the functions in `MADE`, named like the folder.

Each case is built on top of the good site, which must be found unchanged byte for byte; and some from nothing as well.

To write the expectations anew, on purpose, and then to READ the difference:

    COMMUNIQUE_ACCEPT=1 .venv/bin/python -m pytest tests/test_broken.py && git diff tests/broken
"""

from __future__ import annotations

import hashlib
import os
import shutil
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest
from jinja2 import Environment
from support import CHARTS

from generator.build import Report, build_site
from generator.cli import main
from generator.errors import CODES
from generator.output.write import DryOutput, opened
from generator.sources.files import FolderFiles
from generator.workers import Tools

FOLDER = Path(__file__).parent / "broken"
BASE = FOLDER / "_base"
CASES = sorted(path.name for path in FOLDER.iterdir() if path.is_dir() and not path.name.startswith(("_", ".")))
NOW = datetime.fromisoformat("2026-01-01T00:00:00+00:00")
REWRITE = os.environ.get("COMMUNIQUE_ACCEPT") == "1"
#: No mistake may cost more than this many seconds, however nasty.
PATIENCE = 8

FR, EN = "content/fr/news/trade.md", "content/en/news/trade.md"
RELEASE, TABLE, SCHEMA = "data/trade/release.toml", "data/trade/trade.csv", "data/trade/trade.schema.json"


#: Finished charts, shared by all cases.


# ---------------------------------------------------------------- what git should not hold


def _change(root: Path, path: str, old: str, new: str) -> None:
    text = (root / path).read_text(encoding="utf-8")
    assert old in text, (path, old)
    (root / path).write_text(text.replace(old, new), encoding="utf-8")


def _add(root: Path, path: str, text: str) -> None:
    with (root / path).open("a", encoding="utf-8") as file:
        file.write(text)


def _large(root: Path) -> None:
    with (root / TABLE).open("wb") as file:
        file.truncate(50_000_000)


def _link_out(root: Path) -> None:
    (root.parent / "elsewhere.csv").write_bytes((root / TABLE).read_bytes())
    (root / TABLE).unlink()
    (root / TABLE).symlink_to(root.parent / "elsewhere.csv")


def _folder_link_out(root: Path) -> None:
    shutil.copytree(root / "content/en", root.parent / "en")
    shutil.rmtree(root / "content/en")
    (root / "content/en").symlink_to(root.parent / "en")


def _root_link_out(root: Path) -> None:
    shutil.copytree(root / "data", root.parent / "data")
    shutil.rmtree(root / "data")
    (root / "data").symlink_to(root.parent / "data")


def _config_link_out(root: Path) -> None:
    (root.parent / "site.toml").write_bytes((root / "site.toml").read_bytes())
    (root / "site.toml").unlink()
    (root / "site.toml").symlink_to(root.parent / "site.toml")


def _dead_link(root: Path) -> None:
    (root / TABLE).unlink()
    (root / TABLE).symlink_to("nowhere.csv")


def _endless_link(root: Path) -> None:
    (root / "content/fr/again").symlink_to("..")


def _folder_at(path: str) -> Callable[[Path], None]:
    def make(root: Path) -> None:
        (root / path).unlink()
        (root / path).mkdir()

    return make


def _empty(path: str) -> Callable[[Path], None]:
    return lambda root: (root / path).write_bytes(b"") and None


def _pipe(root: Path) -> None:
    (root / TABLE).unlink()
    os.mkfifo(root / TABLE)


def _latin_1(path: str) -> Callable[[Path], None]:
    def make(root: Path) -> None:
        text = (root / path).read_text(encoding="utf-8").replace("’", "'")
        (root / path).write_bytes(text.encode("latin-1") if not text.isascii() else text.encode() + b"# \xe9\n")

    return make


def _nul(path: str) -> Callable[[Path], None]:
    def make(root: Path) -> None:
        data = (root / path).read_bytes()
        middle = data.index(b"\n", len(data) // 2)
        (root / path).write_bytes(data[:middle] + b"\0" + data[middle:])

    return make


def _utf_16(root: Path) -> None:
    (root / TABLE).write_bytes((root / TABLE).read_text(encoding="utf-8").encode("utf-16"))


def _in_text(text: str) -> Callable[[Path], None]:
    return lambda root: _add(root, EN, f"\n{text}\n")


def _in_front(line: str) -> Callable[[Path], None]:
    return lambda root: _change(root, EN, "summary: The fall is general.", f"summary: {line}")


def _in_release(text: str) -> Callable[[Path], None]:
    return lambda root: _add(root, RELEASE, text)


def _crlf_and_bom(root: Path) -> None:
    for path in root.rglob("*"):
        if path.suffix in (".csv", ".md", ".toml", ".json"):
            path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))


def _long_cell(root: Path) -> None:
    _change(root, TABLE, "BRU,2023,200.0", f"{'B' * 200_000},2023,200.0")


def _slow_pattern(root: Path) -> None:
    _change(root, SCHEMA, '"required": true', '"required": true, "pattern": "(A|AA|A+)+"')
    _add(root, TABLE, f"{'A' * 40}!,2024,1\n")


MADE: dict[str, Callable[[Path], None]] = {
    "encoding-latin-1-config": _latin_1("site.toml"),
    "encoding-latin-1-csv": _latin_1(TABLE),
    "encoding-latin-1-labels": _latin_1("data/labels.csv"),
    "encoding-latin-1-release": _latin_1(RELEASE),
    "encoding-latin-1-schema": _latin_1(SCHEMA),
    "encoding-latin-1-text": _latin_1(FR),
    "encoding-nul-config": _nul("site.toml"),
    "encoding-nul-csv": _nul(TABLE),
    "encoding-nul-labels": _nul("data/labels.csv"),
    "encoding-nul-release": _nul(RELEASE),
    "encoding-nul-text": _nul(EN),
    "encoding-utf-16-csv": _utf_16,
    "fine-crlf-and-bom": _crlf_and_bom,
    "file-empty-config": _empty("site.toml"),
    "file-empty-csv": _empty(TABLE),
    "file-empty-labels": _empty("data/labels.csv"),
    "file-empty-release": _empty(RELEASE),
    "file-empty-schema": _empty(SCHEMA),
    "file-empty-text": _empty(FR),
    "file-folder-as-config": _folder_at("site.toml"),
    "file-folder-as-csv": _folder_at(TABLE),
    "file-folder-as-labels": _folder_at("data/labels.csv"),
    "file-folder-as-release": _folder_at(RELEASE),
    "file-folder-as-schema": _folder_at(SCHEMA),
    "file-folder-as-text": _folder_at(EN),
    "file-pipe-as-csv": _pipe,
    "file-too-large": _large,
    "path-link-circle": _endless_link,
    "path-link-dead": _dead_link,
    "path-link-leaves": _link_out,
    "path-link-leaves-config": _config_link_out,
    "path-link-leaves-data": _root_link_out,
    "path-link-leaves-folder": _folder_link_out,
    "nasty-braces-100k": _in_text("{" * 100_000),
    "nasty-brackets-100k": _in_text("[" * 100_000),
    "nasty-stars-100k": _in_text("*" * 100_000),
    "nasty-star-words-100k": _in_text("*a " * 33_000),
    "nasty-underscores-100k": _in_text("_a_" * 33_000),
    "nasty-less-than-100k": _in_text("<" * 100_000),
    "nasty-tags-100k": _in_text("<a " * 33_000),
    "nasty-backticks-100k": _in_text("`" * 100_000),
    "nasty-backtick-words-100k": _in_text("`a `` " * 16_000),
    "nasty-parentheses-100k": _in_text("[a](" + "(" * 100_000),
    "nasty-links-100k": _in_text("[a](" * 25_000),
    "nasty-images-100k": _in_text("![a](" * 20_000),
    "nasty-quotes-100k": _in_text(">" * 100_000),
    "nasty-list-deep": _in_text("\n".join("    " * depth + "- a" for depth in range(150))),
    "nasty-spaces-100k": _in_text("a" + " " * 100_000 + "b"),
    "nasty-lines-100k": _in_text("\n" * 100_000 + "end"),
    "nasty-long-line": _in_text("word " * 200_000),
    "nasty-hashes-100k": _in_text("#" * 100_000),
    "nasty-slashes-100k": _in_text("/" * 100_000),
    "nasty-blocks-1000": _in_text("/// note\n\n" * 1000),
    "nasty-blocks-within": _in_text("/// note\n\n" * 1000 + "///\n\n" * 1000),
    "nasty-footnotes-1000": _in_text("[^a]" * 1000 + "\n\n[^a]: [^a]"),
    "nasty-backslashes-100k": _in_text("\\" * 100_000),
    "nasty-ampersands-100k": _in_text("&" * 100_000),
    "nasty-figure-pipes": _in_text("{{ exports.BRU" + " | number" * 2000 + "x! }}"),
    "nasty-figure-dots": _in_text("{{ exports" + ".BRU" * 20_000 + " }}"),
    "nasty-figure-spaces": _in_text("{{ exports.BRU |" + " " * 50_000 + "( }}"),
    "nasty-front-deep": _in_front("[" * 3_000),
    "nasty-front-deep-map": _in_front("{a: " * 3_000),
    "nasty-front-long": _in_front("word " * 50_000),
    "nasty-front-aliases": _in_front(
        "&a [x,x,x,x,x,x,x,x,x]\nslugs: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nmore: [*b,*b,*b,*b,*b,*b,*b,*b]"
    ),
    "nasty-toml-deep": _in_release("\nx = " + "[" * 5_000 + "]" * 5_000 + "\n"),
    "nasty-toml-deep-keys": _in_release("\n[" + ".".join("a" * 3_000) + "]\n"),
    "nasty-json-deep": lambda root: (root / SCHEMA).write_text("[" * 100_000, encoding="utf-8") and None,
    "nasty-csv-long-cell": _long_cell,
    "nasty-schema-pattern": _slow_pattern,
}


# ---------------------------------------------------------------- the test


def _site_of(case: str, root: Path) -> FolderFiles:
    """The base with the files of a case on top."""
    shutil.copytree(BASE, root)
    folder = FOLDER / case
    if (folder / "DELETE").exists():
        for name in (folder / "DELETE").read_text(encoding="utf-8").split():
            path = root / name
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    for path in folder.rglob("*"):
        if path.is_file() and path.name not in ("DELETE", "expected.txt"):
            place = root / path.relative_to(folder)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, place)
    if case in MADE:
        MADE[case](root)
    return FolderFiles(root)


def _told(report: Report) -> str:
    return "".join(f"{problem.text()}\n" for problem in report.problems)


def _bytes_below(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module", autouse=True)
def _compiled_once() -> Iterator[None]:
    """Templates are the same in nearly all cases: Jinja reads each of them once, which saves most of the time."""
    known: dict[object, object] = {}

    def remembering(work: Callable[..., object]) -> Callable[..., object]:
        def once(self: Environment, source: str, *rest: object) -> object:
            key = (work, source, *rest)
            if key not in known:
                known[key] = work(self, source, *rest)
            return known[key]

        return once

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Environment, "compile", remembering(Environment.compile))
        patch.setattr(Environment, "parse", remembering(Environment.parse))
        yield


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The good site, built."""
    out = tmp_path_factory.mktemp("good") / "site"
    with opened(out, lambda: None) as output:
        report = build_site(FolderFiles(BASE), output, NOW, Tools(CHARTS))
    assert report.problems == ()
    return out


def _build_from_nothing(files: FolderFiles, folder: Path) -> Report:
    return build_site(files, DryOutput(folder / "none"), NOW, Tools(CHARTS))


def _build_on(good: Path, files: FolderFiles) -> Report:
    with opened(good, lambda: None) as output:
        return build_site(files, output, NOW, Tools(CHARTS))


@pytest.mark.parametrize("case", CASES)
def test_mistake(case: str, good: Path, tmp_path: Path) -> None:
    files = _site_of(case, tmp_path / "root")
    expected = FOLDER / case / "expected.txt"
    if REWRITE:
        expected.write_text(_told(_build_from_nothing(files, tmp_path)), encoding="utf-8")
    wanted = expected.read_text(encoding="utf-8")
    before = _bytes_below(good)
    started = time.perf_counter()
    report = _build_on(good, files) if ": error: " in wanted else _build_from_nothing(files, tmp_path)
    seconds = time.perf_counter() - started
    assert _told(report) == wanted
    assert report.broken == (": error: " in wanted)
    assert "Traceback" not in wanted
    assert _bytes_below(good) == before
    assert seconds < PATIENCE


@pytest.mark.parametrize("case", CASES[::9])
def test_the_site_before_does_not_matter(case: str, tmp_path: Path) -> None:
    report = _build_from_nothing(_site_of(case, tmp_path / "root"), tmp_path)
    assert _told(report) == (FOLDER / case / "expected.txt").read_text(encoding="utf-8")


def test_exit_code_and_output(good: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _site_of("unknown-figure", tmp_path / "root")
    before = _bytes_below(good)
    code = main(["build", "--root", str(tmp_path / "root"), "--out", str(good), "--now", NOW.isoformat()])
    told = capsys.readouterr()
    assert code == 1
    assert told.out == ""
    assert told.err.startswith((FOLDER / "unknown-figure" / "expected.txt").read_text(encoding="utf-8"))
    assert _bytes_below(good) == before


def test_every_code_has_a_case() -> None:
    told = "\n".join((FOLDER / case / "expected.txt").read_text(encoding="utf-8") for case in CASES)
    # A file that changes during the build needs a build that is under way: tests of the output hold it.
    assert {code for code in CODES if f" [{code}]" not in told} == {"changed-source", "bad-xliff", "xliff-unit"}


def test_every_made_case_has_a_folder() -> None:
    assert set(MADE) <= set(CASES)
