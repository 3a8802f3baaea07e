"""data/terms.csv: which terms stand in a block, and whether its translation uses an agreed one."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import Sources, build, communique, content, small_site, write

from generator.facts.terms import term_notes, terms_in
from generator.sources.passages import Passage
from generator.sources.terms import TERMS_FILE, Terms, read_terms

NOW = datetime.fromisoformat("2024-07-01T00:00:00+00:00")


def terms(*rows: str) -> Terms:
    read = read_terms("\n".join(["fr,en,note", *rows]).encode(), ("fr", "en", "nl"))
    assert read.problems == ()
    return read


def found(text: str, *forms: str) -> list[str]:
    """The first form of each term that a block holds."""
    known = terms(*(f"{form},x," for form in forms))
    return [term.forms["fr"][0] for term, _line in terms_in(Passage("paragraph", text, 1), known)]


@pytest.mark.parametrize(
    ("form", "text", "there"),
    [
        ("solde commercial", "Le Solde commercial baisse", True),
        ("solde commercial", "LE SOLDE COMMERCIAL", True),
        ("solde commercial", "les soldes commerciaux", False),
        ("solde* commercia*", "les soldes commerciaux", True),
        ("solde", "l’insoldé", False),
        ("solde", "solder", False),
        ("échange", "l’échange", True),
        ("échange", "L'ÉCHANGE", True),
        ("échange", "l’e\u0301change", True),  # typed as a letter and an accent
        ("échange", "echange", False),
        ("taux d’intérêt", "un taux d'intérêt", True),
        ("valeur ajoutée", "valeur\u00a0ajoutée", True),
        ("valeur ajoutée", "valeur\u202fajoutée", True),
        ("valeur ajoutée", "valeur\najoutée", True),
        ("sous-traitance", "sous\u2011traitance", True),
        ("value added", "value-added tax", True),
        ("solde commercial", "le **solde** _commercial_", True),
        ("solde commercial", "le [solde](claim:falls) commercial", True),
        ("solde commercial", "le solde[^1] commercial", True),
        ("solde", "{{ solde.BRU }}", False),
        ("solde", "[ici](/solde/)", False),
        ("solde", "[ici](https://stat.example/solde)", False),
        ("solde", "`solde`", False),
        ("solde", "![Un dessin](chart:solde)", False),
        ("solde", '![Un dessin](chart:trade "Le solde")', True),
        ("solde commercial", "solde {{ x }} commercial", False),
        ("solde commercial", "Le solde. Commercial", False),
    ],
)
def test_where_a_term_stands(form: str, text: str, there: bool) -> None:
    assert found(text, form) == ([form] if there else [])


def test_the_longest_term_counts() -> None:
    assert found("les échanges de biens", "échanges", "échanges de biens") == ["échanges de biens"]
    assert found(
        "le commerce extérieur de biens et services", "commerce extérieur", "extérieur de biens et services"
    ) == ["extérieur de biens et services"]
    assert found("échanges de biens, échanges", "échanges", "échanges de biens") == ["échanges de biens", "échanges"]
    assert found("soldes commerciaux", "solde*", "solde* commercia*") == ["solde* commercia*"]


def test_each_term_once_with_its_line() -> None:
    known = terms("solde,x,", "échange,y,")
    block = Passage("paragraph", "Un échange\net un solde,\nun autre solde", 7)
    assert [(term.forms["fr"], line) for term, line in terms_in(block, known)] == [(("échange",), 7), (("solde",), 8)]


def test_notes_for_translators() -> None:
    known = terms(
        "solde commercial,trade balance|balance of trade,not net exports", "rare,,ask the economists", "plain,,"
    )
    block = Passage("paragraph", "Le solde commercial est plain et rare", 1)
    assert term_notes(block, known, "en") == (
        "solde commercial: trade balance, balance of trade (not net exports)",
        "rare: ? (ask the economists)",
    )
    assert term_notes(block, known, "nl") == ("solde commercial: ? (not net exports)", "rare: ? (ask the economists)")


word = st.text("abéœ’-'", min_size=1, max_size=5).filter(lambda text: text[0].isalpha() and text[-1].isalpha())


@given(st.lists(word, min_size=1, max_size=4, unique_by=lambda text: text.replace("'", "’")), st.data())
def test_every_term_is_found_where_it_stands_alone(forms: list[str], data: st.DataObject) -> None:
    form = data.draw(st.sampled_from(forms))
    assert found(f"x, {form.upper()}; y", *forms)


# ---------------------------------------------------------------- in a build

ROWS = "fr,en,note\nvente*,sale*,\nréserve,stock,in the shop\nmagasin,shop,\n"


def site(rows: str = ROWS) -> Sources:
    return small_site() | {
        TERMS_FILE: rows.encode(),
        "content/fr/notes/beta.md": content("Note", "note-b", "Un mot.\n\nLa réserve du magasin."),
        "content/en/notes/beta.md": content("Note", "note-b", "A word.\n\nThe reserve of the shop."),
    }


def told(sources: Sources, folder: Path) -> list[str]:
    return [problem.text() for problem in build(sources, folder, NOW).problems if "term" in problem.code]


def test_a_term_without_its_translation(tmp_path: Path) -> None:
    assert told(site(), tmp_path / "site") == [
        'content/en/notes/beta.md:9: warning: the block has no agreed term for "réserve" [term-missing]\n'
        '    content/fr/notes/beta.md:9: "réserve"\n'
        '    data/terms.csv:3: "stock"\n'
        '    → write "stock" (in the shop), or add a form to data/terms.csv'
    ]


def test_an_edited_term_audits_the_releases_that_hold_it(tmp_path: Path) -> None:
    sources = site(ROWS.replace("stock,", "stock|reserve,"))
    assert told(sources, tmp_path / "site") == []
    sources[TERMS_FILE] = ROWS.encode()
    assert len(told(sources, tmp_path / "site")) == 1
    sources[TERMS_FILE] = ROWS.replace("stock", "reserve").encode()
    assert told(sources, tmp_path / "site") == []
    del sources[TERMS_FILE]
    assert told(sources, tmp_path / "site") == []
    sources[TERMS_FILE] = ROWS.encode()
    assert len(told(sources, tmp_path / "site")) == 1, "it appears"


def test_other_releases_are_not_audited_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from generator.render import targets

    audited: list[str] = []
    real = targets.audit_release

    def audit(release: str, *given):  # type: ignore[no-untyped-def]
        audited.append(release)
        return real(release, *given)

    sources = {path: data for path, data in site(ROWS.replace("stock", "reserve")).items() if "/delta" not in path}
    build(sources, tmp_path / "site", NOW)
    monkeypatch.setattr(targets, "audit_release", audit)
    sources[TERMS_FILE] = ROWS.replace("stock", "reserve|stock").encode()
    assert build(sources, tmp_path / "site", NOW).made == 0
    assert audited == ["beta"]
    sources[TERMS_FILE] += b"inconnu,unknown,\n"
    build(sources, tmp_path / "site", NOW)
    assert audited == ["beta"], "no text holds the new term"


def test_a_row_with_a_mistake_takes_no_other_with_it(tmp_path: Path) -> None:
    only, other = told(site(ROWS + "zu viel,too,many,cells\n"), tmp_path / "site")
    assert only.startswith("data/terms.csv:5: error: 4 cells under 3 columns [bad-terms]")
    assert "[term-missing]" in other


def test_an_export_tells_translators_of_terms(tmp_path: Path) -> None:
    root = write({path: data for path, data in site().items() if path[0] != "@"}, tmp_path / "root")
    place = tmp_path / "beta.xlf"
    done = communique("translate", "export", "beta", "--to", "en", "--out", place, "--root", root)
    assert done.returncode == 0, done.stderr
    assert "réserve: stock (in the shop)" in place.read_text(encoding="utf-8")
