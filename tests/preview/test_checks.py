"""What the overlay is told of a page: figures, claims, loose numbers, translations, problems, and where each stands."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser

import pytest
from support import CHARTS, NOW, Sources, small_site

from generator.preview.checks import checks_answer, digest, subject
from generator.preview.pages import answer, with_scripts
from generator.preview.session import Session, State
from generator.sources.files import MemoryFiles
from generator.workers import Tools

FR, EN = "content/fr/news/alpha.md", "content/en/news/alpha.md"
RELEASE = "data/alpha/release.toml"
PAGE = {"fr": "/fr/nouvelles/ventes/", "en": "/en/news/sales/"}
Mark = dict[str, object]


#: What must not keep a page from being shown.
LENIENT = "\n".join(
    f'{code} = "warning"' for code in ("claim-false", "language-difference", "translation-outdated", "unknown-release")
)


def site(*changes: tuple[str, str, str], without: str = "") -> Sources:
    """The small site, which lets mistakes pass, with some words of some files replaced."""
    files = small_site()
    files["site.toml"] = files["site.toml"].replace(b"[checks]", f"[checks]\n{LENIENT}".encode())
    files.pop(without, None)
    for path, old, new in changes:
        assert old.encode() in files.get(path, b"") or not old, (path, old)
        files[path] = files[path].replace(old.encode(), new.encode()) if old else new.encode()
    return files


def built(files: Sources) -> State:
    session = Session(MemoryFiles(files), lambda: NOW, Tools(CHARTS), lambda _outcome: None)
    session.build(patient=False)
    assert session.state.hosting is not None
    return session.state


def told(state: State, lang: str = "fr") -> dict[str, list[Mark]]:
    """What is told of alpha's page, by group."""
    found = checks_answer(state, PAGE[lang])
    assert found is not None
    marks: dict[str, list[Mark]] = {}
    for mark in json.loads(found.content)["marks"]:
        marks.setdefault(mark["group"], []).append(mark)
    return marks


def facts(mark: Mark) -> dict[str, str]:
    """What a mark says, by term; several lines of one term are one."""
    found: dict[str, str] = {}
    term = ""
    for fact in mark["facts"]:  # type: ignore[attr-defined]
        term = fact["term"] or term
        found[term] = f"{found[term]}\n{fact['text']}" if term in found else fact["text"]
    return found


def words_at(state: State, mark: Mark, lang: str = "fr") -> str:
    """The words of the page at the place of a mark, found as the script finds it."""
    spot = mark["spot"]
    assert isinstance(spot, dict)

    class Reader(HTMLParser):
        def __init__(self) -> None:
            super().__init__()
            self.main, self.count, self.depth, self.text = False, -1, 0, ""

        def handle_starttag(self, tag, attrs):
            self.main = self.main or tag == "main"
            if self.depth:
                self.depth += tag == spot["tag"]
            elif self.main and tag == spot["tag"]:
                self.count += 1
                self.depth = int(self.count == spot["number"])

        def handle_endtag(self, tag):
            if self.depth and tag == spot["tag"]:
                self.depth -= 1
                self.count += not self.depth

        def handle_data(self, data):
            self.text += data if self.depth else ""

    reader = Reader()
    assert state.hosting is not None
    reader.feed(state.hosting.answer(PAGE[lang]).content.decode())
    assert len(reader.text) == spot["length"]
    return reader.text[spot["start"] : spot["end"] or None]


@pytest.fixture(scope="module")
def plain() -> State:
    return built(site())


def test_a_figure_says_what_it_was_made_of(plain: State) -> None:
    mark = next(mark for mark in told(plain)["figure"] if "growth" in facts(mark)["Written"])
    said = facts(mark)
    assert said["Written"] == "{{ growth.SOUTH | rise }}"
    assert (said["Exact value"], mark["title"]) == ("10.0", "10,0\u202f%")
    assert said["Of"] == "Sud · 2024"
    assert "provisoire" in said["Status"].lower()
    assert "sales.csv:4" in said["Cells"] and "sales.csv:5" in said["Cells"]
    links = [fact["href"] for fact in mark["facts"]]  # type: ignore[attr-defined]
    assert "/_source/data/alpha/sales.csv#L5" in links
    assert f"/_source/{FR}#L7" in links
    assert words_at(plain, mark) == mark["title"]


def test_each_figure_is_placed_where_it_stands(plain: State) -> None:
    for lang in PAGE:
        marks = told(plain, lang)["figure"]
        placed = [mark for mark in marks if mark["spot"]]
        assert len(placed) == 3, "the year of the title, and two figures"
        assert [words_at(plain, mark, lang) for mark in placed] == [mark["title"] for mark in placed]


def test_a_claim_has_its_verdict_and_its_rows(plain: State) -> None:
    (mark,) = told(plain)["claim"]
    said = facts(mark)
    assert said["Verdict"].startswith("true, tested on 3 rows")
    assert said["Holds"].splitlines()[0] == "all positive"
    assert "Rows that break it" not in said
    assert words_at(plain, mark) == "en hausse"


def test_a_false_claim_shows_the_rows_that_break_it() -> None:
    state = built(
        site(
            ("data/alpha/sales.csv", "SOUTH,2024,22", "SOUTH,2024,20"),
            (FR, " | rise", ""),
            (EN, " | rise", ""),
        )
    )
    marks = told(state)
    assert "claim" not in marks
    (mark,) = marks["false"]
    said = facts(mark)
    assert said["Verdict"].startswith("false")
    assert said["Row that breaks it"] == "Sud: 0\u202f%"
    assert words_at(state, mark) == "en hausse"


def test_loose_numbers_are_placed_in_the_text_in_figures_and_in_words() -> None:
    text = "Il y en a 12 ici, et *deux tiers* là ; puis 12 encore.\n\n## More"
    state = built(site((FR, "## More", text)))
    marks = told(state)["number"]
    assert [mark["title"] for mark in marks] == ["12", "deux tiers", "12"]
    assert [words_at(state, mark) for mark in marks] == ["12", "deux tiers", "12"]
    starts = [mark["spot"]["start"] for mark in marks]  # type: ignore[index]
    assert starts == sorted(set(starts))
    assert "number" not in told(state, "en")


def test_characters_beyond_the_first_plane_do_not_move_a_place() -> None:
    state = built(
        site((FR, "## More", "Un 😀 visage, un &eacute;tage, `code 7` et 12 [mots](https://a.be/9).\n\n## More"))
    )
    (mark,) = told(state)["number"]
    spot = mark["spot"]
    page = "Un 😀 visage, un étage, code 7 et 12 mots."
    assert (spot["start"], spot["length"]) == (page.index("12") + 1, len(page) + 1)  # type: ignore[index]


ORIGINS = "content/en/news/alpha.origins"


def recorded(files: Sources) -> Sources:
    """The same, where the English text was just translated."""
    from generator.facts.staleness import accept, pair
    from generator.sources.origins import write_origins
    from generator.sources.texts import read_text

    here, there = (read_text(files[path], path, "alpha", lang) for path, lang in ((FR, "fr"), (EN, "en")))
    return {**files, ORIGINS: write_origins(accept(pair(here, there, None), "fr"))}


def changed(*pairs: tuple[str, str]) -> State:
    """The French text changed after it was translated."""
    files = recorded(site())
    for old, new in pairs:
        assert old.encode() in files[FR]
        files[FR] = files[FR].replace(old.encode(), new.encode())
    return built(files)


def test_nothing_is_to_translate_where_all_is_recorded() -> None:
    state = changed()
    assert "translation" not in told(state, "en") and "translation" not in told(state, "fr")


def test_a_block_out_of_date_is_marked_in_both_languages_with_what_changed() -> None:
    state = changed(("Ventes : {{", "Ventes brutes : {{"))
    for lang, begins in (("fr", "Ventes brutes"), ("en", "Sales:")):
        (mark,) = told(state, lang)["translation"]
        said = facts(mark)
        assert said["State"].startswith("out of date")
        pieces = [(fact["form"], fact["text"]) for fact in mark["facts"]]  # type: ignore[attr-defined]
        assert ("inserted", "brutes") in pieces
        assert (said["Source"], said["Translation"]) == (f"{FR}:7", f"{EN}:7")
        assert any("/_side-by-side/alpha/en#block-" in fact["href"] for fact in mark["facts"])  # type: ignore[attr-defined]
        assert words_at(state, mark, lang).startswith(begins)


def test_a_missing_block_is_marked_where_it_should_follow() -> None:
    state = changed(("## More", "Un bloc de plus.\n\n## More"))
    (mark,) = told(state, "fr")["translation"]
    assert facts(mark)["State"].startswith("missing")
    assert words_at(state, mark, "fr") == "Un bloc de plus."
    (mark,) = told(state, "en")["translation"]
    assert facts(mark)["To translate"] == "Un bloc de plus."
    assert words_at(state, mark, "en").startswith("Sales:"), "the block before it"


def test_a_block_too_many_is_marked_in_the_translation() -> None:
    files = recorded(site())
    files[EN] = files[EN].replace(b"## More", b"A block of its own.\n\n## More")
    state = built(files)
    (mark,) = told(state, "en")["translation"]
    assert facts(mark)["State"].startswith("extra")
    assert words_at(state, mark, "en") == "A block of its own."
    (mark,) = told(state, "fr")["translation"]
    assert mark["spot"] is None and mark["why"]


def test_a_translation_without_a_record_is_told_once(plain: State) -> None:
    (mark,) = told(plain, "en")["translation"]
    assert mark["spot"] is None
    assert "communique translate accept alpha --lang en" in facts(mark)["To do"]


def test_a_missing_language_is_told_on_the_page_of_the_source() -> None:
    state = built(site(without=EN))
    (mark,) = told(state)["translation"]
    assert (mark["title"], mark["spot"]) == (EN, None)
    assert checks_answer(state, PAGE["en"]) is None


def test_other_problems_stand_at_their_block() -> None:
    state = built(site((FR, "## More", 'Un "mot" droit.\n\n## More')))
    mark = next(mark for mark in told(state)["problem"] if facts(mark)["Problem"] == "typography")
    assert words_at(state, mark) == 'Un "mot" droit.'
    assert f"{FR}:9" in facts(mark)["In the text"]


def test_blocks_that_cannot_be_told_apart_have_no_place() -> None:
    """Two blocks with the same words, of which the page shows one: the site's template hides the other."""
    twice = site((FR, "## More", "Il y en a 12.\n\nIl y en a 12.\n\n## More"))
    assert [bool(mark["spot"]) for mark in told(built(twice))["number"]] == [True, True]
    block = '{% extends "default/release.html" %}{% block after_body %}<p>Il y en a 12.</p>{% endblock %}'
    marks = told(built({**twice, "templates/release.html": block.encode()}))["number"]
    assert [(mark["spot"], bool(mark["why"])) for mark in marks] == [(None, True), (None, True)]


def test_a_page_that_is_the_last_good_one_says_so_and_keeps_what_fits() -> None:
    files = site((FR, "## More", "Il y en a 12.\n\n## More"))
    state = built(files)
    files = {**files, FR: files[FR].replace(b"sold.NORTH", b"sold.NOTHING").replace(b"12.", b"13.")}
    broken = Session(MemoryFiles(files), lambda: NOW, Tools(CHARTS), lambda _outcome: None)
    broken.build(patient=False)
    assert broken.state.broken
    after = State(2, state.hosting, broken.state.problems, "", broken.state.site)
    found = checks_answer(after, PAGE["fr"])
    assert found is not None
    content = json.loads(found.content)
    assert "last good page" in content["notes"][0]
    loose = [mark for mark in content["marks"] if mark["group"] == "number"]
    assert [(mark["title"], mark["spot"]) for mark in loose] == [("13", None)]
    year = next(mark for mark in content["marks"] if mark["kind"] == "Period" and mark["spot"])
    assert words_at(after, year) == "2024", "the title is as it was"


# ---------------------------------------------------------------- the address, and the pages that ask it


def test_only_pages_of_releases_have_checks(plain: State) -> None:
    assert subject(plain, PAGE["fr"]) == ("alpha", "fr")
    for address in ("/", "/fr/", "/fr/nouvelles/", f"{PAGE['fr']}figures/", "/fr/nouvelles/plus-tard/", "/nothing/"):
        assert checks_answer(plain, address) is None
        assert digest(plain, address) == ""
        assert answer(plain, f"/_preview/checks{address}").status == 404
        assert b"overlay.js" not in with_scripts(answer(plain, address), address, plain)


def test_pages_are_those_of_readers_but_for_the_scripts(plain: State) -> None:
    assert plain.hosting is not None
    page = answer(plain, PAGE["fr"])
    served = with_scripts(page, PAGE["fr"], plain)
    assert re.sub(rb"<script src=\"/_preview/[^>]*></script>", b"", served) == plain.hosting.answer(PAGE["fr"]).content
    assert served.count(b"/_preview/") == 2


def test_the_answer_has_the_headers_of_the_preview(plain: State) -> None:
    found = answer(plain, f"/_preview/checks{PAGE['fr']}")
    assert (found.status, found.content_type) == (200, "application/json")
    assert "nosniff" in dict(found.headers)["X-Content-Type-Options"]


def test_the_digest_changes_with_what_the_checks_are_made_of(plain: State) -> None:
    same = digest(plain, PAGE["en"])
    assert digest(built(site()), PAGE["en"]) == same
    for path, old, new in (
        (FR, "Ventes :", "Ventes brutes :"),
        ("data/alpha/sales.csv", "NORTH,2023,10", "NORTH,2023,11"),
        (RELEASE, '"all positive"', '"any positive"'),
        ("data/labels.csv", "Magasin", "Boutique"),
    ):
        assert digest(built(site((path, old, new))), PAGE["en"]) != same, path
    assert digest(built(site(("content/fr/notes/beta.md", "Voir", "Regarder"))), PAGE["en"]) == same
