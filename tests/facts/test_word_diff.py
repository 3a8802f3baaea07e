"""Two texts → the words that differ, as git shows them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from generator.facts.word_diff import as_text, shortened, word_diff

WORDS = st.lists(st.sampled_from(["a", "b", "c,", "{{ x.Y | drop }}", "[d](claim:e)"]), max_size=12).map(" ".join)


def diff(before: str, after: str) -> str:
    return as_text(shortened(word_diff(before, after)))


def test_what_it_looks_like() -> None:
    assert (
        diff("Exports fell by two points", "Exports fell by three points") == "Exports fell by [-two-]{+three+} points"
    )
    assert diff("a b c", "a c") == "a [-b-] c"
    assert diff("a c", "a b c") == "a {+b+} c"
    assert diff("", "a b") == "{+a b+}"
    assert diff("a b", "a b") == "a b"


def test_a_figure_is_one_word() -> None:
    assert diff("fell by {{ x.Y | drop }}.", "fell by {{ x.Z | drop }}.") == (
        "fell by [-{{ x.Y | drop }}.-]{+{{ x.Z | drop }}.+}"
    )


def test_words_far_from_a_change_are_left_out() -> None:
    before = " ".join(f"w{number}" for number in range(40))
    assert diff(before, before.replace("w20", "new")) == ("… w15 w16 w17 w18 w19 [-w20-]{+new+} w21 w22 w23 w24 w25 …")


def test_texts_with_little_in_common_differ_as_a_whole() -> None:
    assert diff("one a two three four", "uno a due tre quattro") == "[-one a two three four-]{+uno a due tre quattro+}"
    assert len(word_diff("a " * 5000, "b " * 5000)) == 2


@given(WORDS, WORDS)
def test_both_texts_can_be_read_from_it(before: str, after: str) -> None:
    pieces = word_diff(before, after)
    assert " ".join(piece.text for piece in pieces if piece.change != "inserted") == before
    assert " ".join(piece.text for piece in pieces if piece.change != "deleted") == after
