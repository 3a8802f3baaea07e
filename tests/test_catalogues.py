"""Catalogues: what `communique translate catalogue` makes of them, and what a build says of them."""

from __future__ import annotations

import ast
import gettext
import io
import re
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest
from babel.messages.pofile import read_po, write_po
from hypothesis import given, settings
from hypothesis import strategies as st
from support import ROOT, Sources, build, communique, copy_sample, small_site, write

from generator.editions import read_sources
from generator.facts.edition import Edition
from generator.facts.lookup import Lookup
from generator.facts.words import Words
from generator.render.messages import OWN, PERCENTAGE_POINT, asked_texts
from generator.render.templates import Templates
from generator.sources.catalogues import Asked, compiled, read_catalogue
from generator.sources.files import FolderFiles, MemoryFiles
from generator.translate.catalogues import update_catalogues
from generator.translate.po import new_catalogue, update_catalogue

NOW = datetime.fromisoformat("2024-07-01T00:00:00+00:00")
NL = "templates/locale/nl/LC_MESSAGES/messages.po"
FR = "templates/locale/fr/LC_MESSAGES/messages.po"
HEAD = """\
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"
"""


def updated(text: str, *asked: Asked, locale: str = "nl_BE") -> str:
    return update_catalogue(text.encode(), asked, locale).data.decode()


# ---------------------------------------------------------------- one catalogue


def test_what_needs_nothing_keeps_its_bytes() -> None:
    text = (
        f"# Our own head\n{HEAD}\n\n# About the frame\n#\n#: templates/base.html\n"
        'msgid ""\n"Ho"\n"me"\nmsgstr "Thuis"\n\n\n'
        '#, python-format\nmsgid "On %(date)s"\nmsgstr ""\n"Op "\n"%(date)s"\n'
    )
    assert updated(text, Asked("On %(date)s"), Asked("Home", by=("templates/base.html",))) == text


def test_new_texts_come_last_with_what_translators_need() -> None:
    text = updated(
        f'{HEAD}\nmsgid "Home"\nmsgstr "Thuis"\n', Asked("Newer %(n)s", notes=("On a button",)), Asked("Home")
    )
    assert text.endswith('"Thuis"\n\n#. On a button\n#, python-format\nmsgid "Newer %(n)s"\nmsgstr ""\n')


def test_a_template_that_is_only_rearranged_makes_no_noise() -> None:
    text = f'{HEAD}\n#: templates/b.html\n#: templates/a.html:12\nmsgid "Home"\nmsgstr "Thuis"\n'
    once = updated(text, Asked("Home", by=("templates/a.html", "templates/b.html")))
    assert "#: templates/a.html templates/b.html\n" in once
    wrapped = once.replace("a.html templates", "a.html\n#: templates")
    assert updated(wrapped, Asked("Home", by=("templates/b.html", "templates/a.html"))) == wrapped


def test_work_is_never_thrown_away() -> None:
    text = f'{HEAD}\n# hard to say\nmsgid "Home"\nmsgstr "Thuis"\n\n'
    text += 'msgid "Empty"\nmsgstr ""\n\nmsgid "Stays"\nmsgstr "Blijft"\n'
    without = updated(text, Asked("Stays"))
    assert '# hard to say\n#~ msgid "Home"\n#~ msgstr "Thuis"\n' in without
    assert "Empty" not in without
    assert updated(without, Asked("Stays")) == without
    back = updated(without, Asked("Stays"), Asked("Home"))
    assert read_catalogue(back.encode()).find("", "Home") == ("Thuis",)
    assert "#~" not in back
    assert "# hard to say" in back


def test_a_text_that_changed_a_little_keeps_its_translation_as_doubtful() -> None:
    text = f'{HEAD}\nmsgid "Go to the home page"\nmsgstr "Naar de startpagina"\n'
    changed = updated(text, Asked("Go to our home page"))
    assert (
        '#, fuzzy\n#| msgid "Go to the home page"\nmsgid "Go to our home page"\nmsgstr "Naar de startpagina"' in changed
    )
    assert read_catalogue(changed.encode()).find("", "Go to our home page") is None, "doubtful is absent"
    assert updated(changed, Asked("Go to our home page")) == changed


def test_a_text_of_several_lines() -> None:
    text = updated(f'{HEAD}\nmsgid "Go to\\nthe home page"\nmsgstr "Naar"\n', Asked("Go to\nour home page"))
    assert '#| msgid ""\n#| "Go to\\n"\n#| "the home page"\n' in text
    assert updated(text, Asked("Go to\nour home page")) == text


def test_a_catalogue_says_itself_how_many_forms_it_has() -> None:
    rule = "nplurals=3; plural=(n == 0 || n == 1) ? 0 : n != 0 && n % 1000000 == 0 ? 1 : 2;"
    text = updated(HEAD.replace("nplurals=2; plural=(n != 1);", rule), PERCENTAGE_POINT, locale="fr_BE")
    assert re.findall(r"msgstr\[(\d)\]", text) == ["0", "1", "2"]


def test_a_text_that_gets_a_plural() -> None:
    text = updated(f'{HEAD}\n# one\nmsgid "row"\nmsgstr "rij"\n', Asked("row", plural="rows"))
    assert '# one\n#, fuzzy\nmsgid "row"\nmsgid_plural "rows"\nmsgstr[0] "rij"\nmsgstr[1] ""\n' in text
    assert updated(text, Asked("row", plural="rows")) == text


def test_line_ends_and_marks_stay() -> None:
    text = "\ufeff" + f'{HEAD}\nmsgid "Home"\nmsgstr "Thuis"\n'.replace("\n", "\r\n")
    assert updated(text, Asked("Home")) == text
    more = updated(text, Asked("Home"), Asked("Away"))
    assert more == text + '\r\nmsgid "Away"\r\nmsgstr ""\r\n'


def test_dates_of_other_tools_are_dropped() -> None:
    dated = HEAD + '"POT-Creation-Date: 2026-01-01 00:00+0000\\n"\n"X-Generator: Poedit 3.4\\n"\n'
    assert updated(dated) == HEAD + '"X-Generator: Poedit 3.4\\n"\n'


@pytest.mark.parametrize(
    ("tag", "locale", "forms"), [("pl", "pl_PL", 3), ("ja", "ja_JP", 1), ("nl", "nl_BE", 2), ("ar", "ar", 6)]
)
def test_plural_forms_are_the_languages(tag: str, locale: str, forms: int) -> None:
    text = new_catalogue([PERCENTAGE_POINT], tag, locale).data.decode()
    assert f"nplurals={forms};" in text
    assert re.findall(r"msgstr\[(\d)\]", text) == [str(number) for number in range(forms)]
    assert f'"Language: {tag}\\n"' in text


def test_in_english_a_text_translates_itself() -> None:
    made = new_catalogue([Asked("Home"), Asked("row", plural="rows"), Asked("one", "ordinal")], "en-IE", "en_IE")
    found = read_catalogue(made.data)
    assert found.find("", "Home") == ("Home",)
    assert found.find("", "row") == ("row", "rows")
    assert found.find("ordinal", "one") is None, "the name of a category is no ending"


words = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp")), min_size=1, max_size=12)
texts = st.dictionaries(words.filter(str.strip), st.tuples(words, st.booleans(), words), max_size=8)


@given(texts, texts, st.sampled_from(["nl_BE", "pl", "ja", "en_GB"]))
@settings(max_examples=60, deadline=None)
def test_twice_is_once_and_what_was_translated_stays(old: dict, new: dict, locale: str) -> None:  # type: ignore[type-arg]
    first = new_catalogue(
        [Asked(text, plural=text + "s" if many else "") for text, (_, many, _n) in old.items()], locale, locale
    )
    catalogue = read_po(io.BytesIO(first.data))
    for message in catalogue:
        if message.id:
            key = message.id[0] if message.pluralizable else message.id
            said = old[key][0]
            message.string = tuple([said] * catalogue.num_plurals) if message.pluralizable else said
    out = io.BytesIO()
    write_po(out, catalogue)  # as another tool leaves it
    asked = [Asked(text, plural=text + "s" if old.get(text, (0, False))[1] else "") for text in {**new, **old}]
    once = update_catalogue(out.getvalue(), asked, locale).data
    assert update_catalogue(once, asked, locale).data == once
    found = read_catalogue(once)
    assert all((found.find("", text) or ("",))[0] == said for text, (said, *_rest) in old.items())
    assert {entry.key for entry in found.entries} >= {one.key for one in asked}


def test_compiled_for_other_programs() -> None:
    data = (ROOT / FR).read_bytes()
    read = gettext.GNUTranslations(io.BytesIO(compiled(data)))
    assert read.gettext("Home") == "Accueil"
    assert read.pgettext("ordinal", "one") == "er"
    assert read.ngettext("%(num)s row", "%(num)s rows", 0) == "%(num)s ligne"
    assert "pot-creation-date" not in read.info()


# ---------------------------------------------------------------- the catalogues of a site


def catalogues(sources: Sources) -> dict[str, str]:
    site = read_sources(MemoryFiles(sources))
    return {
        update.change.path: update.change.after.decode()
        for update in update_catalogues(site, site.config.all_tags)
        if update.changed
    }


def test_the_sample_has_nothing_to_do() -> None:
    site = read_sources(FolderFiles(ROOT))
    updates = update_catalogues(site, site.config.tags)
    assert [(update.changed, update.done.missing, update.done.fuzzy) for update in updates] == [(False, 0, 0)] * 2
    assert [problem for update in updates for problem in update.problems] == []


def test_a_site_needs_only_what_the_default_catalogue_lacks() -> None:
    sources = small_site()
    assert catalogues(sources) == {}, "no template of its own, no catalogue"
    sources["templates/404.html"] = (
        b'{{ _("Home") }} {% trans trimmed n=2 %}\n One\n {{ n }} two{% endtrans %} {{ pgettext("c", "d") }}'
    )
    made = catalogues(sources)
    assert set(made) == {FR, FR.replace("/fr/", "/en/")}
    found = {entry.key for entry in read_catalogue(made[FR].encode()).entries}
    assert found == {("", "One %(n)s two"), ("c", "d")}
    assert "#: templates/404.html\n" in made[FR]


def test_notes_of_templates_reach_translators() -> None:
    sources = small_site()
    sources["templates/404.html"] = (
        b'{# Translators: on a sign\n   at the door #}\n{{ _("Closed today") }}{{ _(page) }}'
    )
    assert "#. on a sign\n#. at the door\n#: templates/404.html\n" in catalogues(sources)[FR]


def test_what_a_site_says_in_other_words_stays() -> None:
    sources = small_site() | {FR: (HEAD.replace("n != 1", "n > 1") + '\nmsgid "Home"\nmsgstr "Maison"\n').encode()}
    site = read_sources(MemoryFiles(sources))
    (update,) = update_catalogues(site, ("fr",))
    assert read_catalogue(update.change.after).find("", "Home") == ("Maison",)
    assert update.done.obsolete == 0


def test_a_language_that_is_not_shipped_needs_all() -> None:
    sources = small_site()
    sources["site.toml"] = sources["site.toml"].replace(b'"en"]', b'"en", "nl"]')
    del sources[NL]
    made = read_catalogue(catalogues(sources)[NL].encode())
    keys = {entry.key for entry in made.entries}
    assert {("", "Home"), ("", "a third"), ("ordinal", "other"), ("", "percentage point")} <= keys
    assert ("ordinal", "one") not in keys, "Dutch has one ending"


def test_the_command(tmp_path: Path) -> None:
    root = copy_sample(tmp_path / "site")
    before = {path: path.read_bytes() for path in (root / "templates/locale").rglob("*.po")}
    done = communique("translate", "catalogue", "--root", root, "--check")
    assert (done.returncode, done.stderr) == (0, "")
    assert not (root / "build").exists(), "--check writes nothing"
    page = root / "templates/404.html"
    page.write_text(page.read_text(encoding="utf-8") + '{{ _("A new text") }}\n', encoding="utf-8")
    assert communique("translate", "catalogue", "--root", root, "--check").returncode == 1
    assert {path: path.read_bytes() for path in before} == before
    done = communique("translate", "catalogue", "--root", root, "--lang", "fr")
    assert done.stdout == f"{FR}: changed, 1 new, 1 to translate\n"
    after = (root / FR).read_bytes()
    assert after == before[root / FR] + b'\n#: templates/404.html\nmsgid "A new text"\nmsgstr ""\n'
    made = (root / "build/locale/fr/LC_MESSAGES/messages.mo").read_bytes()
    assert gettext.GNUTranslations(io.BytesIO(made)).gettext("Home") == "Accueil"
    assert communique("translate", "catalogue", "--root", root, "--lang", "de").returncode == 2


def test_a_catalogue_with_a_mistake_is_told_and_updated(tmp_path: Path) -> None:
    sources = small_site() | {FR: (HEAD + '\nmsgid "Home"\nmsgstr "Maison"\n').encode()}
    root = write({path: data for path, data in sources.items() if path[0] != "@"}, tmp_path / "site")
    done = communique("translate", "catalogue", "--root", root)
    assert done.returncode == 1
    assert f"{FR}:4: error: these are not the plural forms" in done.stderr


# ---------------------------------------------------------------- what the code asks for


def test_the_list_of_own_texts_is_what_the_code_says() -> None:
    """Constants that reach `message`, directly or through the tables of `facts`."""
    said: set[str] = set()
    for path in (ROOT / "generator").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                alone = name != "message" or len(node.args) == 1  # else it is `Lookup.message`
                if alone and name in ("message", "said", "_sign", "_named", "_limited"):
                    said |= {
                        arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)
                    }
            if isinstance(node, ast.AnnAssign | ast.Assign) and path.name in ("spoken.py", "displays.py"):
                tables = [part for part in ast.walk(node) if isinstance(part, ast.Dict)]
                said |= {value.value for table in tables for value in table.values if isinstance(value, ast.Constant)}
    assert len(said) > 40
    assert said - {PERCENTAGE_POINT.text} <= set(OWN)
    assert len(set(OWN)) == len(OWN)


def test_what_a_build_asks_for_is_in_the_list(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked: set[tuple[str, str]] = set()
    real = Lookup.message

    def message(self: Lookup, lang: str, text: str, context: str = "") -> tuple[str, ...] | None:
        asked.add((context, text))
        return real(self, lang, text, context)

    monkeypatch.setattr(Lookup, "message", message)
    sources = small_site()
    assert not build(sources, tmp_path / "site", NOW).broken
    site = read_sources(MemoryFiles(sources))
    known = {text.key for text in asked_texts(Templates(site), site.page_templates(), "en_GB")}
    assert len(asked) > 40
    assert asked <= known


# ---------------------------------------------------------------- what a build says


def told(sources: Sources, folder: Path) -> list[str]:
    return [problem.text().split("\n")[0] for problem in build(sources, folder, NOW).problems]


def test_every_missing_text_is_told_whether_a_page_needs_it_or_not(tmp_path: Path) -> None:
    sources = small_site()
    sources["site.toml"] = sources["site.toml"].replace(b'"en"]', b'"en", "nl"]')
    before = len(told(sources, tmp_path / "one"))
    sources[NL] = re.sub(rb'(msgid "quadruple"\nmsgstr) ".*"', rb'\1 ""', sources[NL])
    found = told(sources, tmp_path / "two")
    assert len(found) == before + 1
    line = sources[NL].decode().split("\n").index('msgid "quadruple"') + 1
    assert f'{NL}:{line}: warning: the catalogue of "nl" lacks "quadruple" [missing-message]' in found


def test_a_build_that_has_nothing_to_do_tells_it_again(tmp_path: Path) -> None:
    sources = small_site()
    extra = HEAD.replace("n != 1", "n > 1") + '\n#, fuzzy\nmsgid "Home"\nmsgstr "Maison"\n'
    sources[FR] = extra.encode()
    first = build(sources, tmp_path / "site", NOW)
    again = build(sources, tmp_path / "site", NOW)
    assert (again.made, first.problems) == (0, again.problems)
    assert [problem.code for problem in again.problems].count("fuzzy-message") == 1
    sources[FR] = extra.replace("#, fuzzy\n", "").encode()
    mended = build(sources, tmp_path / "site", NOW)
    assert "fuzzy-message" not in [problem.code for problem in mended.problems]


def test_a_new_template_is_seen(tmp_path: Path) -> None:
    sources = small_site()
    assert not build(sources, tmp_path / "site", NOW).broken
    sources["templates/unused.html"] = b'{{ _("Nobody said this before") }}'
    found = [problem.message for problem in build(sources, tmp_path / "site", NOW).problems]
    assert 'the catalogue of "fr" lacks "Nobody said this before"' in found


@pytest.mark.parametrize(
    ("rule", "fits"),
    [
        ("nplurals=2; plural=(n > 1);", True),
        ("nplurals=2; plural=n>1;", True),
        ("nplurals=3; plural=(n == 0 || n == 1) ? 0 : n != 0 && n % 1000000 == 0 ? 1 : 2;", True),
        ("nplurals=2; plural=(n != 1);", False),
        ("nplurals=1; plural=0;", False),
    ],
)
def test_the_plural_forms_of_a_head(rule: str, fits: bool, tmp_path: Path) -> None:
    sources = small_site()
    sources[FR] = (HEAD.replace("nplurals=2; plural=(n != 1);", rule)).encode()
    assert any("these are not the plural forms" in line for line in told(sources, tmp_path / "site")) != fits


def test_percentage_points_take_the_form_of_the_printed_number() -> None:
    sources = small_site()
    text = new_catalogue([PERCENTAGE_POINT], "pl", "pl").data.decode()
    for number, form in enumerate(("punkt", "punkty", "punktów")):
        text = text.replace(f'msgstr[{number}] ""', f'msgstr[{number}] "{form}"')
    sources["templates/locale/pl/LC_MESSAGES/messages.po"] = text.encode()
    sources["site.toml"] = sources["site.toml"].replace(b'"en"]', b'"en", "pl"]')
    polish = Words(Lookup(Edition(read_sources(MemoryFiles(sources)), frozenset())), "pl")
    said = [polish.points(Decimal(number), 0) for number in (1, 3, 5, 22)]
    assert said == ["punkt", "punkty", "punktów", "punkty"]
