"""A source, its translation and a record → what became of each block."""

from __future__ import annotations

from collections import Counter

from hypothesis import assume, given
from hypothesis import strategies as st

from generator.definitions import ReleaseText
from generator.facts.staleness import Pair, accept, pair, units
from generator.sources.origins import Origins, plain_space, read_origins, write_origins
from generator.sources.texts import read_text


def text(body: str, lang: str = "fr", title: str = "Titre", summary: str = "Résumé") -> ReleaseText:
    head = f"---\ntitle: {title}\nsummary: {summary}\nslug: s-{lang}\n---\n"
    return read_text((head + body).encode(), f"{lang}.md", "r", lang)


def french(*blocks: str, **front: str) -> ReleaseText:
    return text("\n\n".join(blocks), **front)


def english(*blocks: str, title: str = "Title", summary: str = "Summary") -> ReleaseText:
    return text("\n\n".join(blocks), "en", title, summary)


def recorded(source: ReleaseText, target: ReleaseText) -> Origins:
    return accept(pair(source, target, None), "fr")


def told(pairs: tuple[Pair, ...]) -> list[tuple[str, str, str, str]]:
    """What is not done: state, text of the source, text of the translation, and what it was made from."""
    return [
        (one.state, one.source.text if one.source else "", one.target.text if one.target else "", one.before)
        for one in pairs
        if one.state != "done"
    ]


FR = ("- Un point", "- Deux points", "Premier paragraphe.", "## Une partie", "Deuxième paragraphe.", "Troisième.")
EN = ("- One point", "- Two points", "First paragraph.", "## A part", "Second paragraph.", "Third.")
RECORD = recorded(french(*FR), english(*EN))


def test_nothing_changed() -> None:
    assert told(pair(french(*FR), english(*EN), RECORD)) == []
    assert len(RECORD.origins) == len(FR) + 2


def test_a_changed_block_makes_its_translation_out_of_date() -> None:
    new = (*FR[:4], "Deuxième paragraphe, tout autre.", FR[5])
    expected = [
        ("outdated", "Deuxième paragraphe, tout autre.", "Second paragraph.", "Deuxième paragraphe."),
    ]
    assert told(pair(french(*new), english(*EN), RECORD)) == expected
    new = (*FR[:4], "Rien de commun avec ce qui était là.", FR[5])
    assert told(pair(french(*new), english(*EN), RECORD))[0][0::2] == ("outdated", "Second paragraph.")


def test_a_translation_edited_by_hand_stays_what_it_was() -> None:
    new = (*FR[:4], "Deuxième paragraphe, tout autre.", FR[5])
    hand = (*EN[:4], "Second paragraph, improved.", EN[5])
    assert told(pair(french(*FR), english(*hand), RECORD)) == []
    assert told(pair(french(*new), english(*hand), RECORD)) == [
        (
            "outdated",
            "Deuxième paragraphe, tout autre.",
            "Second paragraph, improved.",
            "Deuxième paragraphe.",
        ),
    ]


def test_title_and_summary() -> None:
    pairs = pair(french(*FR, title="Autre titre"), english(*EN), RECORD)
    assert told(pairs) == [("outdated", "Autre titre", "Title", "Titre")]
    swapped = pair(french(*FR, title="Résumé", summary="Titre"), english(*EN), RECORD)
    assert [one[0] for one in told(swapped)] == ["outdated", "outdated"]


def test_added_and_deleted_blocks() -> None:
    more = (*FR[:3], "Un ajout.", *FR[3:])
    assert told(pair(french(*more), english(*EN), RECORD)) == [("missing", "Un ajout.", "", "")]
    fewer = (*FR[:4], FR[5])
    assert told(pair(french(*fewer), english(*EN), RECORD)) == [("extra", "", "Second paragraph.", "")]
    gone = (*EN[:2], *EN[3:])
    assert told(pair(french(*FR), english(*gone), RECORD)) == [("missing", "Premier paragraphe.", "", "")]
    both = english(*EN[:3], "An addition.", *EN[3:])
    assert told(pair(french(*more), both, RECORD)) == [("unrecorded", "Un ajout.", "An addition.", "")]


def test_an_extra_block_stands_in_its_place() -> None:
    pairs = pair(french(*FR), english(*EN[:3], "Only in English.", *EN[3:]), RECORD)
    assert told(pairs) == [("extra", "", "Only in English.", "")]
    place = next(number for number, one in enumerate(pairs) if one.state == "extra")
    before = pairs[place - 1].target
    assert before is not None
    assert before.text == "First paragraph."


def test_a_split_paragraph() -> None:
    source = french("Les biens ont reculé de dix. Les services ont augmenté de deux.", "Fin.")
    target = english("Goods fell by ten. Services rose by two.", "End.")
    record = recorded(source, target)
    split = french("Les biens ont reculé de dix.", "Les services ont augmenté de deux.", "Fin.")
    found = told(pair(split, target, record))
    assert Counter(one[0] for one in found) == Counter(outdated=1, missing=1)
    joined = pair(source, target, recorded(split, english("Goods fell by ten.", "Services rose by two.", "End.")))
    assert Counter(one[0] for one in told(joined)) == Counter({"outdated": 1})


def test_a_section_that_moved_with_an_edit() -> None:
    first, second, third = ("## A", "Un a.", "Deux a."), ("## B", "Un b.", "Deux b.", "Trois b."), ("## C", "Un c.")
    source, target = (
        (*first, *second, *third),
        ("## A", "One a.", "Two a.", "## B", "One b.", "Two b.", "Three b.", "## C", "One c."),
    )
    record = recorded(french(*source), english(*target))
    moved = (*second[:2], "Rien de tel.", second[3], *first, *third)
    assert told(pair(french(*moved), english(*target), record)) == [("outdated", "Rien de tel.", "Two b.", "Deux b.")]


def test_swapped_items_and_a_renamed_heading() -> None:
    new = (FR[1], FR[0], FR[2], "## Autre nom", *FR[4:])
    assert told(pair(french(*new), english(*EN), RECORD)) == [("outdated", "Autre nom", "A part", "Une partie")]


def test_a_paragraph_that_became_an_item_with_the_same_words_is_no_change() -> None:
    new = (*FR[:2], "- Premier paragraphe.", *FR[3:])
    assert told(pair(french(*new), english(*EN), RECORD)) == []


def test_charts_are_known_by_their_names() -> None:
    source = (
        "![Des barres](chart:a)",
        "![Des lignes](chart:b)",
        "Fin[^n] de [^m].",
        "[^n]: Une note",
        "[^m]: Autre note",
    )
    target = ("![Bars](chart:a)", "![Lines](chart:b)", "End[^n] of [^m].", "[^m]: Other note", "[^n]: A note")
    record = recorded(french(*source), english(*target))
    new = ("![Tout autre chose](chart:b)", "![Rien](chart:a)", *source[2:])
    hand = ("![All new](chart:a)", "![Very new](chart:b)", *target[2:])
    assert [one[:3] for one in told(pair(french(*new), english(*hand), record))] == [
        ("outdated", "![Tout autre chose](chart:b)", "![Very new](chart:b)"),
        ("outdated", "![Rien](chart:a)", "![All new](chart:a)"),
    ]
    notes = {
        one.source.text: one.target.text
        for one in pair(french(*source), english(*target), None)
        if one.source and one.target
    }
    assert notes["Une note"] == "A note"
    assert notes["Autre note"] == "Other note"


def test_without_a_record_marks_say_what_belongs_together() -> None:
    source = french("Un {{ a.B }}.", "Deux [mots](claim:c).", "Trois.", "## Suite", "Quatre {{ d }}.")
    target = english("Two [words](claim:c).", "Three.", "## More", "Four {{ d }}.", "Five.")
    found = told(pair(source, target, None))
    assert [(state, one, other) for state, one, other, _before in found] == [
        ("unrecorded", "Titre", "Title"),
        ("unrecorded", "Résumé", "Summary"),
        ("missing", "Un {{ a.B }}.", ""),
        ("unrecorded", "Deux [mots](claim:c).", "Two [words](claim:c)."),
        ("unrecorded", "Trois.", "Three."),
        ("unrecorded", "Suite", "More"),
        ("unrecorded", "Quatre {{ d }}.", "Four {{ d }}."),
        ("extra", "", "Five."),
    ]


def test_without_a_translation_all_is_missing() -> None:
    assert {one.state for one in pair(french(*FR), None, None)} == {"missing"}
    assert {one.state for one in pair(french(*FR), None, RECORD)} == {"missing"}


def test_what_has_no_words_is_no_unit() -> None:
    found = units(french("/// note", "Texte.", "///", "***", "{{ a.B }}", "![](table:t)", "/// box | Nom", "///"))
    assert [one.text for one in found] == ["Titre", "Résumé", "Texte.", "Nom"]


def test_accepting_some_leaves_the_rest() -> None:
    new = french("- Un point, changé", FR[1], "Un ajout.", *FR[2:4], "Deuxième, changé.", FR[5])
    pairs = pair(new, english(*EN), RECORD)
    assert Counter(one.state for one in pairs) == Counter(done=6, outdated=2, missing=1)
    record = accept(pairs, "fr", lambda one: one.source is not None and one.source.text.startswith("Un point"))
    assert told(pair(new, english(*EN), record)) == [one for one in told(pairs) if not one[1].startswith("Un point")]


def test_on_purpose_without_a_partner() -> None:
    source, target = french(*FR, "Seulement ici."), english(*EN, "{{ a }} only here.", "Two.")
    record = recorded(source, target)
    assert told(pair(source, target, record)) == []
    assert [one.state for one in pair(french(*FR, "Seulement là."), target, record)].count("done") == len(FR) + 2 + 1


# ---------------------------------------------------------------- any text

SIGNS = ("", "", "- ", "## ", "> ", "### ")
WORDS = st.lists(st.sampled_from("a bien ce {{ x.Y }} de en fort [il](claim:c) la".split(" ")), min_size=1, max_size=5)


@st.composite
def texts(draw: st.DrawFn) -> tuple[list[str], list[str]]:
    """The blocks of a source and of its translation: with equal ones, and some very alike."""
    words = st.text("abcde", min_size=1, max_size=3)
    block = st.tuples(st.sampled_from(SIGNS), st.lists(words, min_size=1, max_size=4).map(" ".join), words)
    found = draw(st.lists(block, min_size=1, max_size=14))
    return [sign + one for sign, one, _other in found], [sign + "t" + other for sign, _one, other in found]


@given(texts(), st.data())
def test_an_edit_of_one_block_concerns_its_translation_alone(
    both: tuple[list[str], list[str]], data: st.DataObject
) -> None:
    here, there = both
    record = recorded(french(*here), english(*there))
    number = data.draw(st.integers(0, len(here) - 1))
    sign = here[number][: len(here[number]) - len(here[number].lstrip("-#> "))]
    words = data.draw(st.text("abcde ", min_size=1, max_size=12).map(plain_space))
    assume(words and sign + words != here[number])
    new = [*here[:number], sign + words, *here[number + 1 :]]
    found = [one for one in pair(french(*new), english(*there), record) if one.state != "done"]
    assert [one.state for one in found] == ["outdated"]
    (one,) = found
    assert one.source is not None and one.target is not None
    assert one.source == units(french(*new))[number + 2]
    assert one.target == units(english(*there))[number + 2]
    assert one.before == units(french(*here))[number + 2].text


@given(texts(), st.data())
def test_the_order_of_blocks_does_not_matter(both: tuple[list[str], list[str]], data: st.DataObject) -> None:
    here, there = both
    record = recorded(french(*here), english(*there))
    moved, also = data.draw(st.permutations(here)), data.draw(st.permutations(there))
    assert told(pair(french(*moved), english(*there), record)) == []
    assert told(pair(french(*moved), english(*also), record)) == []


@given(texts(), texts(), texts())
def test_accepting_makes_all_done(
    before: tuple[list[str], list[str]], one: tuple[list[str], list[str]], two: tuple[list[str], list[str]]
) -> None:
    """Whatever source, translation and record: nothing is left to do, and the record can be read again."""
    source, target = french(*one[0]), english(*two[1])
    pairs = pair(source, target, recorded(french(*before[0]), english(*before[1])))
    assert Counter(id(p.source) for p in pairs if p.source).most_common(1)[0][1] == 1
    assert [p.source for p in pairs if p.source] == list(units(source))
    assert sorted((p.target for p in pairs if p.target), key=lambda p: p.line) == sorted(
        units(target), key=lambda p: p.line
    )
    record = accept(pairs, "fr")
    again = pair(source, target, read_origins(write_origins(record), "x.origins"))
    assert {p.state for p in again} == {"done"}
    assert Counter(accept(again, "fr").origins) == Counter(record.origins)
