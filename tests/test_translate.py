"""`communique translate status` and `accept`, and what a build says of translations."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from support import ROOT, build, communique, small_site, texts, tree, write

from generator.cli import main

FR, EN = "content/fr/news/alpha.md", "content/en/news/alpha.md"
RECORD = "content/en/news/alpha.origins"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """The small site in a folder, its translation of alpha accepted."""
    root = write({path: data for path, data in small_site().items() if "@" not in path}, tmp_path / "root")
    assert main(["translate", "accept", "alpha", "--root", str(root)]) == 0
    return root


def run(root: Path, *arguments: str) -> int:
    return main(["translate", *arguments, "--root", str(root)])


def change(root: Path, path: str, old: str, new: str) -> None:
    text = (root / path).read_text(encoding="utf-8")
    assert old in text
    (root / path).write_text(text.replace(old, new), encoding="utf-8")


def said(root: Path, capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    capsys.readouterr()
    code = run(root, *arguments)
    return code, capsys.readouterr().out


def test_from_a_change_to_its_acceptance(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert said(site, capsys, "status", "alpha") == (0, "alpha → en: 5 done\n1 translation: 5 done\n")
    change(site, FR, "Ventes : {{", "Les ventes : {{")
    change(site, FR, "## More", "Un ajout.\n\n## More")
    change(site, EN, "## More", "## More\n\nOnly here.")
    code, out = said(site, capsys, "status", "alpha")
    assert code == 1
    assert out == (
        "alpha → en: 4 done, 1 out of date, 1 missing, 1 extra\n"
        "    out of date: paragraph, content/en/news/alpha.md:7 ← content/fr/news/alpha.md:7\n"
        "        [-Ventes-]{+Les ventes+} : {{ sold.NORTH }}, [en hausse](claim:rose) {{ growth.SOUTH | rise }}.\n"
        "    missing: paragraph, content/fr/news/alpha.md:9\n"
        "        Un ajout.\n"
        "    extra: paragraph, content/en/news/alpha.md:11\n"
        "        Only here.\n"
        "1 translation: 4 done, 1 out of date, 1 missing, 1 extra\n"
    )
    code, out = said(site, capsys, "accept", "alpha", "--block", "7", "--block", "fr:9")
    assert code == 0
    assert out.startswith(f"alpha → en: 2 blocks accepted → {RECORD}\n")
    assert "without a translation, on purpose: Un ajout." in out
    assert said(site, capsys, "status", "alpha")[1].startswith("alpha → en: 6 done, 1 extra\n")
    run(site, "accept", "alpha")
    assert said(site, capsys, "status", "alpha")[0] == 0


def test_accepting_again_changes_no_byte(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before, stamp = tree(site), (site / RECORD).stat().st_mtime_ns
    code, out = said(site, capsys, "accept", "alpha")
    assert (code, out) == (0, "alpha → en: nothing to accept; the record is as it was\n")
    assert tree(site) == before
    assert (site / RECORD).stat().st_mtime_ns == stamp


def test_an_edited_translation_is_done_and_is_known_again_when_accepted(
    site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change(site, EN, "Sales: {{", "All sales: {{")
    assert said(site, capsys, "status", "alpha")[0] == 0
    assert "edited blocks are known again" in said(site, capsys, "accept", "alpha")[1]
    assert "nothing to accept" in said(site, capsys, "accept", "alpha")[1]


def test_everything_drafts_included(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (site / "content/en/notes/beta.md").unlink()
    code, out = said(site, capsys, "status")
    assert code == 1
    assert "alpha" not in out, "what is done is not listed unless it is asked for"
    assert "beta → en: no text; write content/en/notes/beta.md (3 blocks)\n" in out
    assert "delta → en (draft): 3 not recorded\n" in out
    assert "communique translate accept delta" in out
    assert out.endswith("4 translations: 5 done, 3 missing, 6 not recorded\n")
    assert said(site, capsys, "accept", "beta") == (0, "beta → en: no text; nothing to accept\n")
    assert not (site / "content/en/notes/beta.origins").exists()


def test_json(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change(site, FR, "Ventes en", "Les ventes en")
    code, out = said(site, capsys, "status", "alpha", "--json")
    (one,) = json.loads(out)["translations"]
    assert code == 1
    assert one["counts"] == {"done": 4, "outdated": 1, "missing": 0, "extra": 0, "unrecorded": 0}
    (block,) = one["blocks"]
    assert block["state"] == "outdated"
    assert block["before"] == "Ventes en {{ year }}"
    assert block["source"] == {"line": 2, "text": "Les ventes en {{ year }}"}
    assert block["target"]["line"] == 2
    code, out = said(site, capsys, "accept", "alpha", "--json")
    assert code == 0
    assert json.loads(out)["accepted"][0]["written"] is True


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["status", "alfa"], 'there is no release "alfa"; did you mean "alpha"?'),
        (["accept", "alfa"], 'there is no release "alfa"; did you mean "alpha"?'),
        (["status", "--lang", "nl"], 'this site has no language "nl"; known: en'),
        (["status", "--lang", "fr"], '"fr" is the source of this site'),
        (["accept", "alpha", "--block", "6"], "no block stands on line 6 of content/en/news/alpha.md; all its blocks"),
        (["accept", "alpha", "beta", "--block", "7"], "--block names a line of one text"),
        (["accept", "alpha", "--block", "de:7"], '"de" is neither the source nor the translation'),
    ],
)
def test_wrong_usage(site: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], words: str) -> None:
    before = tree(site)
    assert run(site, *arguments) == 2
    assert words in capsys.readouterr().err
    assert tree(site) == before


def test_a_text_with_mistakes_is_told_and_not_accepted(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change(site, EN, "slug: sales", "slug: Sales!")
    change(site, FR, "Ventes : {{", "Les ventes : {{")
    before = tree(site)
    for command in ("status", "accept"):
        capsys.readouterr()
        assert run(site, command, "alpha") == 1
        assert "content/en/news/alpha.md:4: error" in capsys.readouterr().err
    assert tree(site) == before
    (site / RECORD).write_bytes(b"<<<<<<< HEAD\n")
    change(site, EN, "slug: Sales!", "slug: sales")
    assert run(site, "accept", "alpha") == 1
    assert f"{RECORD}:1: error" in capsys.readouterr().err
    assert (site / RECORD).read_bytes() == b"<<<<<<< HEAD\n"


def test_a_record_that_cannot_be_written_stays(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change(site, FR, "Ventes : {{", "Les ventes : {{")
    before = tree(site)
    (site / RECORD).unlink()
    (site / RECORD).mkdir()
    assert run(site, "accept", "alpha") in (1, 2)
    assert RECORD in capsys.readouterr().err
    (site / RECORD).rmdir()
    assert tree(site) == {path: data for path, data in before.items() if path != RECORD}, "no other file is left"


def coloured(site: Path, **env: str) -> bytes:
    """What a terminal receives."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "generator", "translate", "status", "--root", str(site)]
    plain = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
    with subprocess.Popen(command, stdout=theirs, cwd=ROOT, env={**plain, "PYTHONPATH": str(ROOT), **env}) as process:
        process.wait()
    os.close(theirs)
    data = b""
    while True:
        try:
            more = os.read(ours, 65536)
        except OSError:
            break
        if not more:
            break
        data += more
    os.close(ours)
    return data


def test_colours_are_for_terminals(site: Path) -> None:
    change(site, FR, "Ventes : {{", "Les ventes : {{")
    assert b"\x1b[31m[-Ventes-]\x1b[m\x1b[32m{+Les ventes+}\x1b[m" in coloured(site)
    assert b"\x1b" not in coloured(site, NO_COLOR="1")
    piped = communique("translate", "status", "--root", site)
    assert (piped.returncode, "\x1b" in piped.stdout) == (1, False)


def test_it_reads_texts_and_records_alone(site: Path) -> None:
    for path in (*site.glob("data/*/*.csv"), *site.glob("templates/**/*.po")):
        path.write_bytes(b"\xff")
    assert run(site, "status", "alpha") == 0


# ---------------------------------------------------------------- in a build


def recorded(root: Path) -> dict[str, bytes]:
    return {**small_site(), RECORD: (root / RECORD).read_bytes()}


def of_translations(found: list[str]) -> list[str]:
    return [one.split("\n")[0] for one in found if "[translation-" in one or "[bad-origins]" in one]


def test_an_incremental_build_sees_what_a_clean_one_sees(site: Path, tmp_path: Path) -> None:
    sources = recorded(site)
    steps = []
    steps.append({**sources, FR: sources[FR].replace(b"Ventes : {{", b"Les ventes : {{")})
    steps.append({**steps[-1], EN: sources[EN].replace(b"Sales: {{", b"The sales: {{")})
    run_root = write({path: data for path, data in steps[-1].items() if "@" not in path}, tmp_path / "again")
    assert run(run_root, "accept", "alpha") == 0
    steps.append({**steps[-1], RECORD: (run_root / RECORD).read_bytes()})
    steps.append({path: data for path, data in steps[-1].items() if path != RECORD})
    steps.append({**steps[-1], RECORD: b"?\n"})
    steps.append(sources)
    told = []
    build(sources, tmp_path / "site")
    for number, step in enumerate(steps):
        found = of_translations(texts(build(step, tmp_path / "site")))
        assert found == of_translations(texts(build(step, tmp_path / f"clean{number}"))), number
        told.append([one.split(": ")[1] + one.split(" ")[-1] for one in found if "/alpha." in one])
    outdated, bad = ["error[translation-outdated]"], ["error[bad-origins]"]
    assert told == [outdated, outdated, [], [], [*bad, *bad], []]


def test_a_text_without_record_is_a_hint_where_others_have_one(site: Path, tmp_path: Path) -> None:
    assert of_translations(texts(build(small_site(), tmp_path / "none"))) == []
    found = of_translations(texts(build(recorded(site), tmp_path / "some")))
    assert found == [
        f"content/en/{path}.md: hint: the translation has no record of what it was made from [translation-unrecorded]"
        for path in ("news/gamma", "notes/beta", "notes/delta")
    ]


def test_changed_numbers_change_nothing(site: Path, tmp_path: Path) -> None:
    sources = recorded(site)
    table = "data/alpha/sales.csv"
    sources[table] = sources[table].replace(b"NORTH,2024,15", b"NORTH,2024,16")
    assert [one for one in of_translations(texts(build(sources, tmp_path / "site"))) if "alpha" in one] == []


def test_the_site_sets_the_level(site: Path, tmp_path: Path) -> None:
    sources = recorded(site)
    sources[FR] = sources[FR].replace(b"Ventes : {{", b"Les ventes : {{")
    assert build(sources, tmp_path / "site").broken
    sources["site.toml"] += b'translation-outdated = "warning"\n'
    assert not build(sources, tmp_path / "site").broken


def test_stray_files_of_editors_and_git_do_no_harm(site: Path, tmp_path: Path) -> None:
    for name in (
        "alpha.origins~",
        "alpha.origins.orig",
        ".alpha.origins.swp",
        ".alpha.origins.12.tmp",
        "#alpha.origins#",
    ):
        (site / "content/en/news" / name).write_bytes(b"<<<<<<<")
    write(small_site(), tmp_path / "templates")
    assert run(site, "status", "alpha") == 0
    sources = {f"content/en/news/{path.name}": path.read_bytes() for path in (site / "content/en/news").iterdir()}
    assert not build({**small_site(), **sources}, tmp_path / "site").broken


def test_a_new_edition_takes_the_record_over(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change(site, FR, "Ventes : {{", "Les ventes : {{")
    assert main(["new", "news", "--from", "alpha", "--id", "next", "--shift", "year=1", "--root", str(site)]) == 0
    code, out = said(site, capsys, "status", "next")
    assert code == 1
    assert out.startswith("next → en (draft): 4 done, 1 out of date\n")


def test_the_sample_site_is_translated() -> None:
    run = communique("translate", "status")
    assert (run.returncode, run.stderr) == (0, "")
