"""One figure, one rounding on a page, unless the text asks for each of two."""

from __future__ import annotations

import pytest
from small import Small

from generator.definitions import Reference
from generator.facts.decimals import uneven_decimals
from generator.facts.edition import Edition
from generator.facts.lookup import Lookup

FIGURES = """
[figures.f]
table = "t"
at = { year = "2024" }
by = "region"

[figures.thousands]
table = "t"
at = { year = "2024" }
by = "region"
unit = "THOUSAND"
"""


def told(*expressions: str) -> list[str]:
    small = Small({("A", "2024"): "-1234.5", ("B", "2024"): "3"}, FIGURES)
    references = [Reference("figure", text, line) for line, text in enumerate(expressions, 1)]
    lookup = Lookup(Edition(small.site, frozenset()))
    return [problem.message for problem in uneven_decimals(references, "x.md", "r", lookup)]


@pytest.mark.parametrize(
    ("expressions", "found"),
    [
        (("f.A", "f.A | drop", "f.B | decimals(0)"), 0),
        (("f.A", "f.A | decimals(2)"), 1),
        (("f.A | drop", "f.A | decimals(2) | number"), 1),
        (("f.A | decimals(1)", "f.A | decimals(2)"), 0),
        (("f.A | decimals(1)", "f.A | decimals(2)", "f.A"), 1),
        (("f.A", "f.A | in(THOUSAND)", "thousands.A"), 0),  # another unit is another figure
        (("f.A | in(THOUSAND)", "f.A | in(THOUSAND) | decimals(1)"), 1),
        (("thousands.A", "thousands.A | decimals(0)"), 1),
        (("now", "now", "f.X", "nothing"), 0),
    ],
)
def test_one_rounding(expressions: tuple[str, ...], found: int) -> None:
    assert len(told(*expressions)) == found


def test_both_lines_are_told() -> None:
    (message,) = told("f.A", "f.B", "f.A | decimals(3)")
    assert message.endswith("1 on line 1, 3 on line 3")
