"""The command as its users meet it: exit codes, what is printed where, and what is not even loaded."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import tomllib
from pathlib import Path

import pytest
from support import ROOT, communique, small_site, write

NOW = "2024-07-01T12:00:00+02:00"
OBJECT = ["pages", "charts", "feeds", "made", "fresh", "removed", "seconds", "problems"]
PROBLEM = ["code", "level", "path", "line", "message", "hint"]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder with the small site; the default templates are the package's own."""
    return write({path: data for path, data in small_site().items() if not path.startswith("@")}, tmp_path / "root")


def listing(folder: Path) -> dict[str, tuple[int, ...]]:
    """All there is to know of a folder, but when it was read."""
    found = {}
    for path in [folder, *sorted(folder.rglob("*"))]:
        status = path.lstat()
        found[str(path)] = (status.st_ino, status.st_mode, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
    return found


def parsed(output: str) -> dict[str, object]:
    """The one JSON object of `--json`, its shape checked."""
    found = json.loads(output)
    assert list(found) == OBJECT
    assert output.count("\n") == 1
    for name in OBJECT[:6]:
        assert type(found[name]) is int
    assert isinstance(found["seconds"], float)
    for problem in found["problems"]:
        assert list(problem) == PROBLEM
        assert type(problem["line"]) is int
        assert all(isinstance(problem[name], str) for name in PROBLEM if name != "line")
        assert problem["level"] in ("error", "warning", "hint")
    return found


# ---------------------------------------------------------------- exit codes, and where things are printed


def test_built(root: Path) -> None:
    run = communique("build", "--root", root, "--now", NOW)
    assert run.returncode == 0
    line = r"16 pages, 0 charts, 6 feeds: 42 made, 0 fresh, 0 removed, \d+\.\d\d s → \S+/build/site\n"
    assert re.fullmatch(line, run.stdout)
    assert "content/en/notes/delta.md:7: warning" in run.stderr


def test_problems(root: Path) -> None:
    (root / "content/en/notes/beta.md").write_text("---\ntitle: x\n---\n", encoding="utf-8")
    run = communique("build", "--root", root, "--now", NOW)
    assert (run.returncode, run.stdout) == (1, "")
    assert re.search(r"\n\d errors?; the site is as it was \(\d+\.\d\d s\)\n$", run.stderr)
    assert not (root / "build" / "site").exists()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "required"),
        (["bake"], "bake"),
        (["build", "--nowhere"], "--nowhere"),
        (["build", "--root", "/nowhere"], "/nowhere"),
        (["build", "--now", "2024-07-01T12:00:00"], "has no time zone: write 2024-07-01T12:00:00+01:00"),
        (["build", "--now", "2024-07-01"], "has no time zone"),
        (["build", "--now", "noon"], "'noon' is not an instant"),
        (["check", "--now", ""], "is not an instant"),
    ],
)
def test_wrong_usage(arguments: list[str], says: str, tmp_path: Path) -> None:
    run = communique(*arguments, cwd=tmp_path)
    assert (run.returncode, run.stdout) == (2, "")
    assert says in run.stderr
    assert "Traceback" not in run.stderr
    assert not list(tmp_path.iterdir())


def test_root_is_a_file(root: Path) -> None:
    run = communique("build", "--root", root / "site.toml")
    assert run.returncode == 2
    assert run.stderr.count("\n") == 1


def test_instants_may_end_with_z(root: Path) -> None:
    assert communique("check", "--root", root, "--now", "2024-07-01T12:00:00Z").returncode == 0


# ---------------------------------------------------------------- JSON


def test_json_of_a_good_site(root: Path) -> None:
    run = communique("build", "--json", "--root", root, "--now", NOW)
    assert (run.returncode, run.stderr) == (0, "")
    found = parsed(run.stdout)
    assert {name: found[name] for name in OBJECT[:6]} == {
        "pages": 16, "charts": 0, "feeds": 6, "made": 42, "fresh": 0, "removed": 0,
    }  # fmt: skip
    (problem,) = [problem for problem in found["problems"] if problem["code"] == "unknown-figure"]
    assert problem == {
        "code": "unknown-figure",
        "level": "warning",
        "path": "content/en/notes/delta.md",
        "line": 7,
        "message": 'no figure named "yet"',
        "hint": problem["hint"],
    }
    again = parsed(communique("build", "--json", "--root", root, "--now", NOW).stdout)
    assert (again["made"], again["fresh"]) == (0, 42)
    assert again["problems"] == found["problems"]


@pytest.mark.parametrize(
    ("config", "code", "line"),
    [
        (None, "missing-file", 0),
        ("url = ", "bad-syntax", 1),
        ("", "missing-key", 1),
        ('url = "x"\nlanguages = ["fr"]\n', "bad-config", 1),
        ("\xff", "bad-encoding", 1),
    ],
)
@pytest.mark.parametrize("command", ["build", "check"])
def test_json_without_a_good_config(root: Path, command: str, config: str | None, code: str, line: int) -> None:
    (root / "site.toml").unlink()
    if config is not None:
        (root / "site.toml").write_bytes(config.encode("latin-1"))
    run = communique(command, "--json", "--root", root)
    assert (run.returncode, run.stderr) == (1, "")
    found = parsed(run.stdout)
    assert [found[name] for name in OBJECT[:6]] == [0] * 6
    assert ("site.toml", code, line) in {
        (problem["path"], problem["code"], problem["line"]) for problem in found["problems"]
    }


def test_json_shows_the_rows_that_break_a_claim(root: Path) -> None:
    path = root / "data/alpha/release.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("all positive", "all negative"), encoding="utf-8")
    found = parsed(communique("check", "--json", "--root", root, "--now", NOW).stdout)
    (claim,) = [problem for problem in found["problems"] if problem["code"] == "claim-false"]
    assert claim["message"].splitlines()[1] == "year 2024, shop NORTH: 50.0000 percent"


@pytest.mark.parametrize("arguments", [(), ("--json",)])
def test_a_terminal_that_knows_only_ascii(root: Path, arguments: tuple[str, ...]) -> None:
    page = root / "content/fr/notes/beta.md"
    page.write_text(page.read_text(encoding="utf-8") + "\n{{ été }}\n", encoding="utf-8")
    ascii_only = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": "ascii"}
    run = communique("check", "--root", root, "--now", NOW, *arguments, env=ascii_only)
    assert run.returncode == 1
    assert "Traceback" not in run.stderr
    if arguments:
        assert any("été" in problem["message"] for problem in parsed(run.stdout)["problems"])


# ---------------------------------------------------------------- check


@pytest.mark.parametrize("built", [False, True])
def test_check_writes_nothing(root: Path, built: bool) -> None:
    if built:
        assert communique("build", "--root", root, "--now", NOW).returncode == 0
        page = root / "content/en/notes/beta.md"
        page.write_text(page.read_text(encoding="utf-8") + "\nMore.\n", encoding="utf-8")
    before = listing(root)
    run = communique("check", "--root", root, "--now", NOW)
    assert run.returncode == 0
    assert "(nothing written)" in run.stdout
    assert (", 19 fresh" in run.stdout) is False
    assert listing(root) == before


def test_check_writes_no_charts(tmp_path: Path) -> None:
    root = write({path: data for path, data in small_site().items() if not path.startswith("@")}, tmp_path / "root")
    with (root / "data/alpha/release.toml").open("a", encoding="utf-8") as file:
        file.write(
            '\n[charts.sales]\ntype = "columns"\ntable = "sales"\ncategory = "year"\n'
            'panels = [{ at = { shop = "NORTH" } }]\n'
        )
    for lang in ("fr", "en"):
        with (root / f"content/{lang}/news/alpha.md").open("a", encoding="utf-8") as file:
            file.write('\n![Columns.](chart:sales "Sales")\n')
    before = listing(root)
    run = communique("check", "--root", root, "--now", NOW)
    assert run.returncode == 0, run.stderr
    assert "2 charts" in run.stdout
    assert listing(root) == before


# ---------------------------------------------------------------- what is loaded


def loaded(*arguments: str | Path) -> set[str]:
    """The top-level modules that a run of the command has loaded when it ends."""
    program = (
        "import sys, generator.cli\n"
        "try: generator.cli.main(sys.argv[1:])\n"
        "except SystemExit: pass\n"
        "print('\\nLOADED', *{name.partition('.')[0] for name in sys.modules})"
    )
    run = subprocess.run(
        [sys.executable, "-c", program, *map(str, arguments)], capture_output=True, text=True, cwd=ROOT, check=True
    )
    return set(run.stdout.split("LOADED ")[1].split())


def test_help_loads_no_library() -> None:
    heavy = {"babel", "jinja2", "markdown", "pandas", "numpy", "altair", "yaml", "nh3", "vl_convert", "tqdm", "sqlite3"}
    assert not loaded("--help") & heavy
    assert not loaded("build", "--help") & heavy
    assert not loaded("--version") & heavy


def test_nothing_to_do_loads_no_renderer(root: Path) -> None:
    arguments = ("build", "--root", root, "--now", NOW)
    loaded(*arguments)
    assert not loaded(*arguments) & {"jinja2", "markdown", "pandas", "numpy", "altair", "vl_convert", "nh3", "tqdm"}


# ---------------------------------------------------------------- ways of calling it, and who watches


def test_the_command_is_the_module(root: Path) -> None:
    command = Path(sys.executable).parent / "communique"
    if not command.exists():
        pytest.skip("the command is not installed here")
    for arguments in (["--version"], ["--help"], ["check", "--root", str(root), "--now", NOW], ["bake"]):
        run = subprocess.run([command, *arguments], capture_output=True, text=True, cwd=root, check=False)
        module = communique(*arguments, cwd=root)
        assert without_seconds(run.stdout) == without_seconds(module.stdout)
        assert without_seconds(run.stderr) == without_seconds(module.stderr)
        assert run.returncode == module.returncode


def without_seconds(text: str) -> str:
    """Output without what differs from run to run."""
    return re.sub(r"\d+\.\d\d s", "", text)


def test_version() -> None:
    run = communique("--version")
    version = re.search(r'__version__ = "(.+)"', (ROOT / "generator/__init__.py").read_text(encoding="utf-8"))
    assert version is not None
    assert run.stdout == f"communique {version[1]}\n"
    assert tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["name"] == "communique"


def test_the_bar_is_for_terminals_only(root: Path) -> None:
    many = root / "content"
    for number in range(40):  # enough for the bar's patience of 0.3 s
        release = root / f"data/more-{number}"
        release.mkdir()
        (release / "release.toml").write_text(f'kind = "note"\npublished = 2024-01-01T00:00:{number % 60:02d}Z\n')
        for lang in ("fr", "en"):
            text = f"---\ntitle: More {number}\nsummary: More.\nslug: more-{number}\n---\n\nMore.\n"
            (many / lang / "notes" / f"more-{number}.md").write_text(text)
    piped = communique("build", "--root", root, "--now", NOW)
    assert "pages:" not in piped.stderr + piped.stdout
    shown = on_a_terminal("build", "--root", root, "--out", root / "other", "--now", NOW)
    assert "pages:" in shown
    assert re.search(r"\d+ pages, 0 charts, 6 feeds: \d+ made", shown)
    unsized = on_a_terminal("build", "--root", root, "--out", root / "third", "--now", NOW, rows=0, columns=0)
    assert "pages:" in unsized
    quick = on_a_terminal("build", "--root", root, "--out", root / "other", "--now", NOW)
    assert "pages:" not in quick


def on_a_terminal(*arguments: str | Path, rows: int = 24, columns: int = 80) -> str:
    """What the command shows on a terminal. One without rows does not know its size."""
    main, other = pty.openpty()
    fcntl.ioctl(other, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    command = [sys.executable, "-m", "generator", *map(str, arguments)]
    with subprocess.Popen(command, stdout=other, stderr=other, stdin=subprocess.DEVNULL, cwd=ROOT) as process:
        os.close(other)
        shown = b""
        while select.select([main], [], [], 60)[0]:
            try:
                piece = os.read(main, 65536)
            except OSError:  # the other end is closed
                break
            shown += piece
            if not piece:
                break
    os.close(main)
    assert process.returncode == 0
    return shown.decode()


def test_a_reader_that_has_seen_enough_gets_no_traceback() -> None:
    command = f"{sys.executable} -m generator translate status --json | head -c 10"
    run = subprocess.run(command, shell=True, capture_output=True, text=True, cwd=ROOT, check=False)
    assert run.stdout == run.stdout[:10] != ""
    assert run.stderr == ""
