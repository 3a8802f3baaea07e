"""Names of codes, places and units; and what is missing, said as a mistake."""

from __future__ import annotations

import pytest
from small import Small, error_of

from generator.facts.words import FRACTIONS, Words

SMALL = Small({("A", "2024"): "1"}, labels="lonely,,Lonely\n")


def words(lang: str = "fr") -> Words:
    return Words(SMALL.lookup, lang)


def test_labels() -> None:
    assert words("fr").label("A") == "Aval"
    assert words("en").label("A") == "Ay"
    assert words("fr").label("2024-Q1") == "T1 2024"


@pytest.mark.parametrize(("lang", "code"), [("fr", "nobody"), ("en", "nobody"), ("fr", "lonely")])
def test_a_code_without_a_name(lang: str, code: str) -> None:
    error = error_of(words(lang).label, code)
    assert error.code == "missing-label"
    assert "labels.csv" in error.hint


def test_places() -> None:
    assert words("en").place({"flow": "out", "region": "A"}) == "Exports of Ay"
    assert words("en").place({"flow": "in", "region": "A"}) == "Imports, Ay"
    assert words("en").place({}) == ""


def test_units() -> None:
    found = {unit: (words("fr").unit(unit), words("en").unit(unit)) for unit in ("percent", "percentage_point", "none")}
    assert found == {
        "percent": ("%", "%"),
        "percentage_point": ("points de pourcentage", "percentage points"),
        "none": ("", ""),
    }
    assert words("fr").unit("PIECE") == "pièces"


def test_a_message_that_the_catalogue_lacks() -> None:
    error = error_of(words().message, "No such text")
    assert error.code == "missing-message"
    assert error.where is not None
    assert "messages.po" in error.where.path


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_default_catalogues_have_every_word_for_numbers(lang: str) -> None:
    texts = [name for _fraction, name in FRACTIONS] + ["percentage point", "not available", "{what}: {value}"]
    assert all(words(lang).message(text) for text in texts)
