"""Texts as written → as set, and what is doubtful in them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import build, content, small_site, texts, tree

from generator.typography import doubts, typeset

N, B = "\u202f", "\u00a0"


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("Quoi ?", f"Quoi{N}?"),
        ("Quoi?", f"Quoi{N}?"),
        (f"Quoi{B}?", f"Quoi{N}?"),
        ("Vraiment ?! Oui.", f"Vraiment{N}?! Oui."),
        ("un ; deux", f"un{N}; deux"),
        ("6,3 % de", f"6,3{N}% de"),
        ("Ainsi : oui", f"Ainsi{B}: oui"),
        ("à 12:30", "à 12:30"),
        ("« mot »", f"«{N}mot{N}»"),
        ("«mot»", f"«{N}mot{N}»"),
        ("l'été d'abord", "l’été d’abord"),
        ("(quoi ?)", f"(quoi{N}?)"),
        ("https://x.example/?a=1;b=2", "https://x.example/?a=1;b=2"),
        ("C’est bien…", "C’est bien…"),
    ],
)
def test_french(written: str, shown: str) -> None:
    assert typeset(written, "fr") == shown
    assert typeset(shown, "fr") == shown
    assert typeset(written, "fr-BE") == shown


def test_other_languages() -> None:
    assert typeset("don't stop: why?", "en") == "don’t stop: why?"
    assert typeset("l'été : quoi ?", "xx") == "l'été : quoi ?"


@given(st.text(alphabet=" ;:!?%«»'’abé0123.,()\u00a0\u202f\n", max_size=60))
def test_setting_twice_is_setting_once(text: str) -> None:
    once = typeset(text, "fr")
    assert typeset(once, "fr") == once
    assert [c for c in once if c not in " \u00a0\u202f’"] == [
        c for c in text if c not in " \u00a0\u202f’'"
    ] or "'" in once


@pytest.mark.parametrize(
    ("text", "lang", "found"),
    [
        ("a  b", "xx", ["two spaces in a row"]),
        ('say "yes"', "en", ["a straight quotation mark"]),
        ("fell by -5", "en", ["a hyphen in the place of a minus"]),
        ("in 2019-2024", "fr", ["a hyphen in a range"]),
        ("COVID-19, 2024-Q1, B-2-B", "en", []),
        ("6.3 pour cent", "fr", ["a decimal point"]),
        ("6,3 per cent of 1,234", "en", ["a decimal comma"]),
        ("deux billions", "fr", ["« billion » is a million millions in French"]),
        ("deux milliards", "en", ["“milliard” is French"]),
        ("le 1e et le 2ème", "fr", ["an odd ending of an ordinal", "an odd ending of an ordinal"]),
        ("le 1er et la 2e", "fr", []),
        ("Why ?", "en", ["a space before a sign"]),
        ("« yes »", "en", ["French quotation marks", "French quotation marks"]),
    ],
)
def test_doubts(text: str, lang: str, found: list[str]) -> None:
    assert [doubt.message for doubt in doubts(text, lang)] == found


def test_what_readers_see_is_set(tmp_path) -> None:
    files = {path: data for path, data in small_site().items() if "beta" not in path and "gamma" not in path}
    body = "Quoi ? **L'été : {{ sold.NORTH }} !** `a ?`\n\n## Un titre !\n\n- « mot » ; [lien ?](/fr/)"
    files["content/fr/news/alpha.md"] = content('"Des ventes : {{ year }} ?"', "ventes", body)
    files["content/en/news/alpha.md"] = content(
        '"Sales: {{ year }}"', "sales", "{{ sold.NORTH }}\n\n## T\n\n- [l](/en/)"
    )
    report = build(files, tmp_path / "site")
    assert not report.broken, texts(report)
    page = tree(tmp_path / "site")["fr/nouvelles/ventes/index.html"].decode().replace("&nbsp;", B)
    assert f"Quoi{N}? <strong>L’été{B}: <data" in page
    assert f"</data>{N}!</strong> <code>a ?</code>" in page
    assert f">Un titre{N}!</h2>" in page
    assert f"«{N}mot{N}»{N};" in page
    assert f">lien{N}?</a>" in page
    assert f'Des ventes{B}: <data class="figure" value="2024" data-figure="year">2024</data>{N}?' in page
    assert f"<title>Des ventes{B}: 2024{N}? – Petit site</title>" in page


def test_doubts_have_their_lines_and_stop_nothing(tmp_path) -> None:
    files = small_site()
    files["content/en/news/alpha.md"] += b'\n\nTwo  spaces,\nand a "quote" of {{ sold.NORTH }}  and [a  b](/en/ "T").\n'
    report = build(files, tmp_path / "site")
    found = [text for text in texts(report) if "[typography]" in text]
    assert [text.split(": ")[0].rpartition(":")[2] for text in found] == ["14", "15", "15", "15"]
    assert all(": warning: " in text for text in found)


@pytest.mark.parametrize("text", ["un caf&eacute;, un th&eacute;", "l’&#233;tat (&#xe9;)", "&nbsp;"])
def test_the_semicolon_of_an_entity_is_not_set_off(text: str) -> None:
    assert typeset(text, "fr") == text


def test_a_semicolon_after_an_ampersand_is_set_off() -> None:
    assert typeset("R & D; fin", "fr") == "R & D\u202f; fin"
