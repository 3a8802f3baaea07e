"""`{{ family.member | form }}`: the grammar, every form, and what each refuses."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small import Small, error_of

from generator.errors import FactError
from generator.facts.figures import FORMS, parse_figure
from generator.facts.words import FRACTIONS
from generator.formats import MINUS
from generator.model import FigureRef

NARROW, WIDE = "\u202f", "\u00a0"

# ---------------------------------------------------------------- the grammar

LETTERS = "ABCXYZabcxyz"
TAIL = LETTERS + "0123456789_-"
names = st.builds("{}{}".format, st.sampled_from(LETTERS), st.text(TAIL, max_size=8))
members = st.builds("{}{}".format, st.sampled_from(LETTERS + "0189_"), st.text(TAIL, max_size=8))
form_names = st.text("abcxyz", min_size=1, max_size=8)
arguments = st.text(LETTERS + "0123456789_-.", min_size=1, max_size=8)
forms = st.tuples(form_names, st.lists(arguments, max_size=3).map(tuple))
references = st.builds(
    FigureRef, names, st.lists(members, max_size=3).map(tuple), st.lists(forms, max_size=3).map(tuple)
)
spaces = st.sampled_from(["", " ", "  ", "\t"])


@st.composite
def written(draw: st.DrawFn) -> tuple[str, FigureRef]:
    """A reference, and a text that says it, with spaces where they are free."""
    ref = draw(references)
    text = draw(spaces) + ref.id + draw(spaces)
    for name, given_arguments in ref.forms:
        text += "|" + draw(spaces) + name
        if given_arguments or draw(st.booleans()):
            text += draw(spaces) + "(" + draw(spaces)
            text += (draw(spaces) + "," + draw(spaces)).join(given_arguments) + draw(spaces) + ")"
        text += draw(spaces)
    return text, ref


@given(written())
def test_what_is_written_is_read(pair: tuple[str, FigureRef]) -> None:
    text, ref = pair
    assert parse_figure(text) == ref


def says(ref: FigureRef) -> str:
    return " | ".join([ref.id, *(f"{name}({', '.join(words)})" if words else name for name, words in ref.forms)])


@given(st.one_of(st.text(max_size=30), st.text(" ab|.,()_-19\n", max_size=30)))
def test_anything_else_is_refused(text: str) -> None:
    """Whatever is accepted means what its plainest writing means; nothing else passes, and nothing is executed."""
    try:
        ref = parse_figure(text)
    except FactError:
        return
    assert re.fullmatch(r"[A-Za-z0-9_\-.|(),\s]*", text, re.A)
    assert parse_figure(says(ref)) == ref


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "1a", "a b", "a..b", "a.", ".a", "a.b.", "a|", "a||number", "a | | number", "a | Number"),
        *(
            "a | number(",
            "a | number)",
            "a | f((1))",
            "a | f(1)(2)",
            "a[0]",
            "a + b",
            "a.b()",
            "a | f('x')",
            'a | f("x")',
        ),
        *("é", "a.é", "a\u00a0|\u00a0b\u00e9", "{{a}}", "a}", "-a", "_a", "a | f(a;b)", "__import__('os')", "a | f | "),
    ],
)
def test_what_is_no_figure(text: str) -> None:
    assert error_of(parse_figure, text).code == "bad-figure"


# ---------------------------------------------------------------- values to print

DEFINITIONS = """
[figures.level]
table = "t"
at = { year = "2024" }
by = "region"

[figures.change]
table = "t"
at = { year = "2024" }
by = "region"
measure = "change"

[figures.rank]
table = "t"
at = { year = "@now" }
by = "region"
measure = "rank"
among = "region"

[figures.times]
table = "t"
at = { year = "2024" }
by = "region"
measure = "ratio"
to = { year = "2023" }

[figures.share]
table = "t"
at = { year = "2024" }
by = "region"
measure = "share"
of = { region = "ALL" }

[figures.points]
table = "t"
at = { year = "2024" }
by = "region"
measure = "contribution"
of = { region = "ALL" }

[figures.precise]
table = "t"
at = { year = "2024" }
by = "region"
decimals = 3

[figures.thousands]
table = "t"
at = { year = "2024" }
by = "region"
unit = "THOUSAND"

[figures.thousands_precise]
table = "t"
at = { year = "2024" }
by = "region"
unit = "THOUSAND"
decimals = 3

[figures.cells]
table = "t"
by = ["region", "year"]

[figures.lost]
table = "t"
at = { year = "2024" }
by = "region"
unit = "DOZEN"
"""

#           2023     2024     change
ROWS = {
    ("A", "2023"): "100",
    ("A", "2024"): "106.25",  # +6.25: half away from zero
    ("B", "2023"): "2000",
    ("B", "2024"): "1874.9",  # −6.255
    ("C", "2023"): "1000",
    ("C", "2024"): "1000",  # 0
    ("D", "2023"): "50",
    ("D", "2024"): "",
}
SMALL = Small(ROWS, DEFINITIONS, more='totals.region.ALL = ["A", "B", "C"]', labels="D,Dune,Dee\n")


def single(number: str, unit: str = "PIECE", decimals: int = 1) -> Small:
    """A table with one number, and the figure `x` that prints it."""
    return Small(
        {("A", "2024"): number},
        '[figures.x]\ntable = "t"\nat = { region = "A", year = "2024" }\n',
        unit=unit,
        decimals=decimals,
    )


# ---------------------------------------------------------------- every form


@pytest.mark.parametrize(
    ("figure", "french", "english"),
    [
        ("level.B", "1.874,9 pièces", "1,874.9 pieces"),
        ("level.B | number", "1.874,9", "1,874.9"),
        ("change.A", f"6,3{NARROW}%", "6.3%"),
        ("change.B", f"{MINUS}6,3{NARROW}%", f"{MINUS}6.3%"),
        ("change.A | number", "6,3", "6.3"),
        ("change.B | drop", f"6,3{NARROW}%", "6.3%"),
        ("change.A | rise", f"6,3{NARROW}%", "6.3%"),
        ("change.A | signed", f"+6,3{NARROW}%", "+6.3%"),
        ("change.B | signed", f"{MINUS}6,3{NARROW}%", f"{MINUS}6.3%"),
        ("change.C | signed", f"0,0{NARROW}%", "0.0%"),
        ("change.A | signed | number", "+6,3", "+6.3"),
        ("change.B | drop | number", "6,3", "6.3"),
        ("change.B | drop | decimals(3)", f"6,255{NARROW}%", "6.255%"),
        ("change.B | decimals(0)", f"{MINUS}6{NARROW}%", f"{MINUS}6%"),
        ("rank.B", "1", "1"),
        ("rank.B | ordinal", "1er", "1st"),
        ("rank.C | ordinal", "2e", "2nd"),
        ("rank.A | ordinal", "3e", "3rd"),
        ("times.A", "1,1", "1.1"),
        ("points.A", f"0,2{WIDE}point de pourcentage", f"0.2{WIDE}percentage points"),
        ("points.B", f"{MINUS}4,0{WIDE}points de pourcentage", f"{MINUS}4.0{WIDE}percentage points"),
        ("precise.B", "1.874,900 pièces", "1,874.900 pieces"),
        ("level.B | in(THOUSAND)", f"1,87{WIDE}milliers de pièces", f"1.87{WIDE}thousand pieces"),
        ("level.B | in(THOUSAND) | decimals(1)", f"1,9{WIDE}milliers de pièces", f"1.9{WIDE}thousand pieces"),
        ("level.B | in(PIECE)", "1.874,9 pièces", "1,874.9 pieces"),
        ("thousands.B", f"1,87{WIDE}milliers de pièces", f"1.87{WIDE}thousand pieces"),
        ("thousands_precise.B | number", "1,875", "1.875"),
        ("share.C | words", "un tiers", "a third"),
        ("cells.A.2023", "100,0 pièces", "100.0 pieces"),
        ("now", "2024", "2024"),
        ("level.ALL", "2.981,2 pièces", "2,981.2 pieces"),
    ],
)
def test_forms(figure: str, french: str, english: str) -> None:
    assert (SMALL.text(figure, "fr"), SMALL.text(figure, "en")) == (french, english)


def test_every_form_is_tested_here() -> None:
    tests = Path(__file__).read_text(encoding="utf-8")
    assert [form for form in FORMS if not re.search(rf"\| {form}\b", tests)] == []


@pytest.mark.parametrize(
    ("figure", "machine"),
    [
        ("change.A", "6.3"),
        ("change.B | drop", "6.3"),
        ("change.B", "-6.3"),
        ("level.B", "1874.9"),
        ("level.B | in(THOUSAND)", "1.87"),
        ("share.C | words", "33.5"),
        ("rank.C | ordinal", "2"),
        ("now", "2024"),
    ],
)
def test_the_machine_form_is_what_is_printed(figure: str, machine: str) -> None:
    for lang in ("fr", "en"):
        printed = SMALL.printed(figure, lang)
        assert printed.machine == machine
        assert printed.figure == figure.split(" ")[0]


@pytest.mark.parametrize(
    ("number", "french", "english"),
    [
        ("1", "1 pièce", "1 piece"),
        ("1.5", "2 pièces", "2 pieces"),
        ("0", "0 pièce", "0 pieces"),
        ("-1", f"{MINUS}1 pièce", f"{MINUS}1 piece"),
        ("1000000", "1.000.000 pièces", "1,000,000 pieces"),
    ],
)
def test_the_unit_goes_with_the_printed_number(number: str, french: str, english: str) -> None:
    small = single(number, decimals=0)
    assert (small.text("x", "fr"), small.text("x", "en")) == (french, english)


@pytest.mark.parametrize(("fraction", "name"), FRACTIONS)
def test_every_fraction_has_a_name(fraction: object, name: str) -> None:
    from fractions import Fraction

    assert isinstance(fraction, Fraction)
    ratio = single(f"{float(fraction):.4f}", "none")
    assert ratio.text("x | words", "en") == name
    percent = single(f"{float(100 * fraction):.2f}", "percent")
    assert percent.text("x | words", "en") == name
    assert percent.text("x | words", "fr") != name


@pytest.mark.parametrize(
    ("number", "name"),
    [("31.84", "a third"), ("34.83", "a third"), ("48.5", "a half"), ("51.5", "a half"), ("198.5", "double")],
)
def test_a_number_close_to_a_fraction(number: str, name: str) -> None:
    assert single(number, "percent").text("x | words", "en") == name


@pytest.mark.parametrize("number", ["31.8", "34.9", "48.49", "51.51", "0", "-50", "100", "1000"])
def test_a_number_far_from_every_fraction(number: str) -> None:
    error = error_of(single(number, "percent").text, "x | words")
    assert error.code == "figure-form"
    assert "nearest" in error.message


# ---------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    ("figure", "code"),
    [
        ("change.A | drop", "figure-form"),  # it rose
        ("change.B | rise", "figure-form"),  # it fell
        ("change.C | drop", "figure-form"),  # it did neither
        ("change.C | rise", "figure-form"),
        ("change.B | drop | drop", "figure-form"),
        ("change.A | ordinal", "figure-form"),
        ("level.A | words", "figure-form"),
        ("change.C | ordinal", "figure-form"),
        ("level.A | in(DOZEN)", "figure-form"),
        ("change.A | in(THOUSAND)", "figure-form"),
        ("lost.A", "figure-form"),
        ("now | number", "figure-form"),
        ("level.A | upper", "unknown-form"),
        ("level.A | drp", "unknown-form"),
        ("level.A | decimals", "bad-figure"),
        ("level.A | decimals(1, 2)", "bad-figure"),
        ("level.A | decimals(13)", "bad-figure"),
        ("level.A | decimals(-1)", "bad-figure"),
        ("level.A | decimals(x)", "bad-figure"),
        ("level.A | in", "bad-figure"),
        ("level.A | number(1)", "bad-figure"),
        ("levl.A", "unknown-figure"),
        ("then", "unknown-figure"),
        ("now.A", "unknown-figure"),
        ("level", "unknown-member"),
        ("level.A.2024", "unknown-member"),
        ("level.Z", "unknown-member"),
        ("cells.2024.A", "unknown-member"),
        ("level.D", "empty-cell"),
        ("change.D", "empty-cell"),
    ],
)
def test_what_a_figure_refuses(figure: str, code: str) -> None:
    for lang in ("fr", "en"):
        error = error_of(SMALL.text, figure, lang)
        assert error.code == code
        assert error.hint, "every refusal says what to do"


def test_a_mistake_is_answered_with_the_nearest_name() -> None:
    assert error_of(SMALL.text, "levl.A").hint == 'did you mean "level"?'
    assert error_of(SMALL.text, "level.A | numbr").hint == 'did you mean "number"?'


def test_the_sign_is_that_of_the_exact_value() -> None:
    """A fall that is too small to print is a fall all the same."""
    assert single("-0.04", "percent").text("x | drop") == f"0,0{NARROW}%"
    assert error_of(single("-0.04", "percent").text, "x | rise").code == "figure-form"
