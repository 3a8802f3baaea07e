"""A further language: from `communique translate add` to public pages; what one in preparation may not do."""

from __future__ import annotations

import csv
import difflib
import io
import json
import re
import tomllib
from datetime import datetime
from pathlib import Path

import pytest
from babel.messages.pofile import read_po, write_po
from support import ROOT, Sources, build, communique, small_site, tree, write

from generator.build import Report, build_site
from generator.cli import main
from generator.config import parse_config
from generator.editions import read_sources
from generator.errors import UsageError
from generator.facts.edition import Edition
from generator.facts.lookup import Lookup
from generator.facts.words import Words
from generator.formats import known_locale
from generator.output.charts import MemoryCharts
from generator.output.write import opened
from generator.sources.files import MemoryFiles, take_snapshot
from generator.sources.labels import LABELS_FILE
from generator.sources.site import Memo, read_site
from generator.translate.columns import with_column
from generator.translate.languages import add_language
from generator.workers import Tools

NOW = datetime.fromisoformat("2024-07-01T00:00:00+00:00")
NL = "templates/locale/nl/LC_MESSAGES/messages.po"


def two_languages() -> Sources:
    """The small site without a trace of Dutch."""
    sources = small_site()
    del sources[NL]
    labels = sources[LABELS_FILE].decode().splitlines()
    sources[LABELS_FILE] = "".join(line.rpartition(",")[0] + "\n" for line in labels).encode()
    return sources


def own(sources: Sources) -> Sources:
    return {path: data for path, data in sources.items() if not path.startswith("@")}


def added(sources: Sources, tag: str = "nl", locale: str = "nl_BE") -> Sources:
    new = add_language(read_sources(MemoryFiles(sources)), tag, locale)
    return {**sources, **{change.path: change.after for change in new.changes}}


def built(sources: Sources, folder: Path) -> tuple[Report, dict[str, bytes]]:
    report = build(sources, folder, NOW)
    return report, tree(folder)


# ---------------------------------------------------------------- the whole way


def test_the_whole_way(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = write(own(two_languages()), tmp_path / "root")
    site = tmp_path / "site"

    def run(*words: str) -> tuple[int, str]:
        clock = ("--now", NOW.isoformat()) if words[0] in ("build", "check") else ()
        code = main([*words, "--root", str(root), *clock])
        told = capsys.readouterr()
        return code, told.out + told.err

    assert run("build", "--out", str(site))[0] == 0
    before = tree(site)

    # 1. The language is added: the public site stays what it was, byte for byte.
    code, told = run("translate", "add", "nl", "--locale", "nl_BE")
    assert code == 0
    assert told.startswith(f"site.toml\n{LABELS_FILE}\n{NL}\n1. translate the ")
    code, told = run("build", "--out", str(site))
    assert code == 0
    assert tree(site) == before
    assert "0 made" in told
    assert told.count('in preparation, "nl"') == 3, "one line for texts, one for names, one for the catalogue"

    # 2. The catalogue, in a tool of the translator's.
    text = (root / NL).read_bytes()
    (root / NL).write_bytes(translated(text))
    assert run("translate", "catalogue", "--lang", "nl")[0] == 0
    assert run("translate", "catalogue", "--check")[0] == 0

    # 3. The names.
    rows = list(csv.reader(io.StringIO((root / LABELS_FILE).read_text(encoding="utf-8"))))
    assert rows[0][-1] == "nl"
    assert {row[-1] for row in rows[1:]} == {""}
    with (root / LABELS_FILE).open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([rows[0], *([*row[:-1], f"NL {row[2]}"] for row in rows[1:])])

    code, told = run("translate", "status", "--lang", "nl")
    assert code == 1
    assert "no text; write content/nl/news/alpha.md" in told

    # 4. The texts. They belong to releases, and stop nothing, even while they are wrong.
    for path in sorted((root / "content/en").rglob("*.md")):
        place = root / "content/nl" / path.relative_to(root / "content/en")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text("not yet {{ a text", encoding="utf-8")
    code, told = run("check")
    assert (code, 'in preparation, "nl"' in told) == (0, False)
    assert "content/nl" not in told
    for path in sorted((root / "content/en").rglob("*.md")):
        place = root / "content/nl" / path.relative_to(root / "content/en")
        words = path.read_text(encoding="utf-8").replace("title: ", "title: NL ").replace("/en/", "/nl/")
        place.write_text(words.replace("slug: ", "slug: nl-").replace("/notes/note-b", "/nl-notes/nl-note-b"), "utf-8")
    assert run("build", "--out", str(site))[0] == 0
    assert tree(site) == before

    assert run("translate", "accept", "alpha", "beta", "gamma", "delta", "--lang", "nl")[0] == 0
    assert (root / "content/nl/news/alpha.origins").is_file()
    assert run("translate", "status", "alpha", "--lang", "nl")[0] == 0

    # 5. It is published.
    config = (root / "site.toml").read_text(encoding="utf-8")
    (root / "site.toml").write_text(re.sub(r"draft = true.*\n", "", config), encoding="utf-8")
    code, told = run("build", "--out", str(site))
    assert code == 0, told
    assert ": error: " not in told
    pages = tree(site)
    assert {path for path in pages if path.startswith("nl/") and path.endswith(".html")} > {"nl/index.html"}
    page = pages["nl/nl-news/nl-sales/index.html"].decode()
    assert 'lang="nl"' in page
    assert "NL Sales in 2024" in page
    assert "Skip to content ★" in page
    assert "10,0%" in page
    assert b'hreflang="nl"' in pages["en/news/sales/index.html"]
    assert b"/nl/nl-news/nl-sales/" in pages["sitemap.xml"]


def translated(data: bytes) -> bytes:
    """A catalogue with every text translated, written by another tool."""
    catalogue = read_po(io.BytesIO(data))
    assert catalogue.num_plurals == 2
    for message in catalogue:
        if message.id:
            assert not any(message.string), "everything is yet to be translated"
            ids = message.id if message.pluralizable else (message.id,)
            said = tuple(f"{one} ★" for one in ids) if message.context is None else ("e",)
            message.string = said if message.pluralizable else said[0]
    out = io.BytesIO()
    write_po(out, catalogue)
    return out.getvalue()


# ---------------------------------------------------------------- what is changed, and what is not

CONFIGS = {
    "one line": 'languages = ["fr", "en"]   # in this order\n',
    "no comma at the end": "languages = [\n  'fr',\n  'en'\n]\n",
    "a comma at the end": 'languages = [\n    "fr", # the source\n    "en", # and a ] in a comment\n]\n',
    "one line, comma at the end": 'languages = [ "fr","en", ]\n',
    "a bracket in a text": 'note_ = 0\nlanguages = ["fr", "en"]\n',
}


@pytest.mark.parametrize("form", CONFIGS)
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize(
    "tables", ["", '\n# French\n[language.fr]\nlocale = "fr_BE" # as they print\n\n# what follows\n']
)
def test_the_configuration_keeps_every_other_byte(form: str, ending: str, tables: str) -> None:
    sources = two_languages()
    text = sources["site.toml"].decode().replace('languages = ["fr", "en"]\n', CONFIGS[form].replace("note_ = 0\n", ""))
    text = text.replace("\n[kinds.news]", f"{tables}\n[kinds.news]", 1).replace("\n", ending)
    sources["site.toml"] = text.encode()
    after = added(sources)["site.toml"].decode()
    values = tomllib.loads(after)
    assert values["languages"] == ["fr", "en", "nl"]
    assert values["language"]["nl"] == {"locale": "nl_BE", "draft": True}
    assert re.sub("\r\n", "", after).count("\r" if ending == "\r\n" else "\r\n") == 0
    assert ending == "\n" or "\n" not in after.replace("\r\n", "")
    rest = [line for line in difflib.ndiff(text.split(ending), after.split(ending)) if line[0] in "-+"]
    gone = [line for line in rest if line[0] == "-"]
    assert len(gone) <= 1, rest
    assert all("fr" in line or "en" in line for line in gone)
    assert len([line for line in rest if line[0] == "+"]) <= 6


def test_a_table_stands_with_those_of_the_other_languages() -> None:
    sources = {**two_languages(), "site.toml": (ROOT / "site.toml").read_bytes()}
    after = added(sources)["site.toml"].decode()
    expected = '[language.en]\nlocale = "en_GB"\n\n[language.nl]\nlocale = "nl_BE"\ndraft = true    # in preparation'
    assert expected in after
    assert after.index("[language.nl]") < after.index("# Kinds of release.")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('languages = ["fr", "en"]', '"languages" = ["fr", "en"]\nlanguage = { fr = { locale = "fr_BE" } }'),
        ('languages = ["fr", "en"]', 'languages = "fr"'),
    ],
)
def test_what_cannot_be_changed_safely_is_told(old: str, new: str) -> None:
    sources = two_languages()
    sources["site.toml"] = sources["site.toml"].decode().replace(old, new).encode()
    with pytest.raises(UsageError, match=r'add "nl" to languages, and\n    \[language.nl\]\n    locale = "nl_BE"'):
        added(sources)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("code,fr,en\na,b,c\n", "code,fr,en,nl\na,b,c,\n"),
        ('"code","fr","en"\r\n"a","b\r\nc","d"\r\n\r\n', '"code","fr","en","nl"\r\n"a","b\r\nc","d",\r\n\r\n'),
        ('\ufeffcode,fr\na,"say ""b"", c"', '\ufeffcode,fr,nl\na,"say ""b"", c",'),
        ("code,fr\na,b\u2028c\n", "code,fr,nl\na,b\u2028c,\n"),
    ],
)
def test_a_column_changes_nothing_else(before: str, after: str) -> None:
    assert with_column(before, "nl") == after


def test_a_column_that_is_there_stays() -> None:
    sources = small_site()
    assert added(sources)[LABELS_FILE] == sources[LABELS_FILE]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("NL!",), 'is not a language tag: write "nl"'),
        (("data",), "is not a language tag"),
        (("fr",), 'the site has the language "fr" already'),
        (("zz",), 'CLDR knows no locale "zz"'),
        (("nl", "--locale", "nl_QQQ"), 'CLDR knows no locale "nl_QQQ"'),
    ],
)
def test_a_language_that_cannot_be_added(words: tuple[str, ...], said: str, tmp_path: Path) -> None:
    root = write(own(two_languages()), tmp_path / "root")
    before = tree(root)
    done = communique("translate", "add", *words, "--root", root)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert tree(root) == before


def test_a_second_time(tmp_path: Path) -> None:
    sources = added(two_languages())
    with pytest.raises(UsageError, match="already, in preparation"):
        added(sources)


def test_all_files_or_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    root = write(own(two_languages()), tmp_path / "root")
    before = tree(root)
    replace, calls = Path.replace, []

    def failing(self: Path, target: Path) -> Path:
        calls.append(target)
        if len(calls) == 3:
            raise OSError(28, "No space left on device", str(target))
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", failing)
    assert main(["translate", "add", "nl", "--root", str(root)]) == 2
    assert "nothing was written" in capsys.readouterr().err
    assert len(calls) == 3
    assert tree(root) == before


def test_for_programs(tmp_path: Path) -> None:
    root = write(own(two_languages()), tmp_path / "root")
    done = json.loads(communique("translate", "add", "nl", "--json", "--root", root).stdout)
    assert done["files"] == ["site.toml", LABELS_FILE, NL]
    assert any("draft = true" in step for step in done["steps"])
    told = json.loads(communique("translate", "catalogue", "--check", "--json", "--root", root).stdout)
    (found,) = told["catalogues"]
    assert (found["lang"], found["path"], found["changed"]) == ("nl", NL, False)
    assert found["missing"] > 100


def test_further_plurals_are_told() -> None:
    sources = two_languages()
    sources[LABELS_FILE] += b"PIECE.pattern.one,{} x,{} x\nPIECE.pattern.other,{} x,{} x\n"
    new = add_language(read_sources(MemoryFiles(sources)), "pl", "pl_PL")
    assert any("UNIT.pattern.few, UNIT.pattern.many" in step for step in new.steps)
    assert any("only digits are checked" in step for step in new.steps)


# ---------------------------------------------------------------- a language in preparation


def test_adding_a_language_makes_no_page_anew(tmp_path: Path) -> None:
    sources = two_languages()
    _report, before = built(sources, tmp_path / "site")
    report, after = built(added(sources), tmp_path / "site")
    assert (report.made, report.removed, report.broken) == (0, 0, False)
    assert after == before


def test_mistakes_of_a_language_in_preparation_are_no_errors(tmp_path: Path) -> None:
    sources = added(two_languages())
    sources[LABELS_FILE] += b"PIECE.pattern,{} x,{} x,without a place\n"
    sources[NL] = sources[NL].replace(
        b'msgid "Posted on %(date)s"\nmsgstr ""', b'msgid "Posted on %(date)s"\nmsgstr "Op"'
    )
    sources["content/nl/news/nobody.md"] = b"no text"
    report, _site = built(sources, tmp_path / "site")
    found = {problem.code: problem.level for problem in report.problems}
    assert not report.broken
    wanted = {"bad-value": "warning", "bad-message": "warning", "orphan-text": "warning", "language-coming": "hint"}
    assert wanted.items() <= found.items()
    sources[NL] = b"this is no catalogue"
    report, _site = built(sources, tmp_path / "site")
    assert not report.broken
    assert "bad-syntax" in {problem.code for problem in report.problems}


def test_a_preview_shows_it_with_other_words_where_its_own_are_missing() -> None:
    sources = added(two_languages())
    sources[LABELS_FILE] = sources[LABELS_FILE].replace(b"NORTH,Nord,North,", b"NORTH,Nord,North,Noord")
    sources["content/nl/news/alpha.md"] = sources["content/en/news/alpha.md"]
    sources["content/nl/notes/beta.md"] = b"no front matter"
    config, _problems = parse_config(sources["site.toml"], known_locale, drafts=True)
    assert config.tags == ("fr", "en", "nl")
    snapshot = take_snapshot(MemoryFiles(sources), {}, 10**7)
    reading = read_site(config, snapshot, Memo())
    assert [problem.level for problem in reading.problems if "nl" in problem.where.path] == ["warning"]
    assert set(reading.site.heads["alpha"].texts) == {"fr", "en", "nl"}
    assert set(reading.site.heads["beta"].texts) == {"fr", "en"}
    dutch = Words(Lookup(Edition(reading.site, frozenset())), "nl")
    assert (dutch.label("NORTH"), dutch.label("SOUTH"), dutch.message("Data")) == ("Noord", "Sud", "Data")


def test_a_preview_of_it_is_whole(tmp_path: Path) -> None:
    sources = added(two_languages())
    text = sources["content/en/news/alpha.md"].replace(b"title: ", b"title: NL ").replace(b"rising", b"stijgend")
    sources["content/nl/news/alpha.md"] = text
    with opened(tmp_path / "site", lambda: None) as output:
        report = build_site(MemoryFiles(sources), output, NOW, Tools(MemoryCharts()), unpublished=True)
    assert [problem.text() for problem in report.problems if problem.level == "error"] == []
    pages = tree(tmp_path / "site")
    page = pages["nl/nouvelles/sales/index.html"].decode()
    assert "NL Sales in 2024" in page, "its own words"
    assert "Skip to content" in page, "the text of the template, which has no translation yet"
    assert "Petit site" in page, "the source's name"
    assert b'hreflang="nl"' in pages["en/news/sales/index.html"]
    assert not any(path.startswith("nl/") for path in built(sources, tmp_path / "public")[1])


def test_in_public_it_is_not_there() -> None:
    config, problems = parse_config(added(two_languages())["site.toml"], known_locale)
    assert problems == ()
    assert (config.tags, config.coming, config.all_tags) == (("fr", "en"), ("nl",), ("fr", "en", "nl"))
