"""`communique translate export` and `import`, as people run them."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from generator.cli import main

ROOT = Path(__file__).parents[2]
TEXT = "content/en/news/trade.md"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A site in the folder that we are in."""
    shutil.copytree(ROOT / "tests" / "broken" / "_base", tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_out_and_back(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["translate", "export", "trade", "--to", "en"]) == 0
    assert re.fullmatch(r"trade\.fr-en\.xlf: \d+ blocks \(\d+ unrecorded\)\n", capsys.readouterr().out)
    file = here / "trade.fr-en.xlf"
    before = {path: path.read_bytes() for path in (here / "content").rglob("*") if path.is_file()}
    assert main(["translate", "import", "trade.fr-en.xlf"]) == 0
    assert re.fullmatch(r"blocks: \d+ unchanged\n", capsys.readouterr().out)
    assert before == {path: path.read_bytes() for path in (here / "content").rglob("*") if path.is_file()}
    file.write_text(file.read_text("utf-8").replace(">By region<", ">In each region<"), "utf-8")
    assert main(["translate", "import", "trade.fr-en.xlf", "--dry-run"]) == 0
    assert f"{TEXT} (not written)" in capsys.readouterr().out
    assert (here / TEXT).read_bytes() == before[here / TEXT]
    assert main(["translate", "import", "trade.fr-en.xlf", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["files"] == [TEXT, TEXT.replace(".md", ".origins")]
    assert (told["units"]["review"], told["problems"]) == (1, [])
    assert (here / TEXT).read_bytes() == before[here / TEXT].replace(b"By region", b"In each region")


def test_a_translation_at_work_is_not_written_over(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "trade.fr-en.xlf").write_text("the work of a week")
    assert main(["translate", "export", "trade", "--to", "en"]) == 2
    assert "exists already" in capsys.readouterr().err
    assert (here / "trade.fr-en.xlf").read_text() == "the work of a week"
    assert main(["translate", "export", "trade", "--to", "en", "--out", "trade.fr-en.xlf", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["file"] == "trade.fr-en.xlf"


def test_the_examples_of_the_docs_are_what_it_says(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    problems = (ROOT / "docs" / "problems.md").read_text("utf-8")
    assert main(["translate", "export", "trade", "--to", "en", "--out", "x.xlf"]) == 0
    xliff = (here / "x.xlf").read_text("utf-8")
    (here / "y.xlf").write_text(xliff.replace('version="1.2"', 'version="2.0"'), "utf-8")
    (here / "x.xlf").write_text(re.sub('<target(.*?)<ph id="1".*?</ph>', r"<target\1", xliff), "utf-8")
    for code, file in (("bad-xliff", "y.xlf"), ("xliff-unit", "x.xlf")):
        capsys.readouterr()
        before = (here / TEXT).read_bytes()
        assert main(["translate", "import", file]) == 1
        example = re.search(rf"### `{code}`.*?```text\n(.*?)```", problems, re.S)
        assert example is not None and example.group(1) in capsys.readouterr().err
        assert (here / TEXT).read_bytes() == before


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("export nope --to en", 'no release "nope"'),
        ("export trade --to fr", '"fr" is the language of the source'),
        ("export trade --to nl", '"nl" is no language of the site'),
        ("export trade --to en --out no/such/folder.xlf", "no/such/folder.xlf"),
        ("import none.xlf", "none.xlf"),
        ("import content", "content"),
    ],
)
def test_wrong_usage(here: Path, capsys: pytest.CaptureFixture[str], words: str, told: str) -> None:
    assert main(["translate", *words.split()]) == 2
    assert told in capsys.readouterr().err


def test_a_text_that_cannot_be_read_is_told(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["translate", "export", "trade", "--to", "en"]) == 0
    (here / TEXT).write_text("no head", "utf-8")
    for words in ("export trade --to en --out y.xlf", "import trade.fr-en.xlf"):
        capsys.readouterr()
        assert main(["translate", *words.split()]) == 1
        assert f"{TEXT}:1: error:" in capsys.readouterr().err
