"""`holds = "…"` → a verdict: a claim is a test on the rows that it spans. A closed grammar, parsed, never executed.

    claim = ("all" | "any" | "none") sign
          | "only" members sign
          | ("highest" | "lowest") member
          | "order" member { ">" member }
          | "each" member ("above" | "below") member
          | ("above" | "below") (figure | number)
          | "near" number "/" number [ "within" number ]
          | "between" number "and" number
          | "most" members
          | "top" members
    sign    = "positive" | "negative"
    members = member { ("and" | ",") member }

Signs and comparisons are those of exact values, never of rounded ones.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from types import MappingProxyType

from ..definitions import ClaimSpec
from ..errors import FactError, did_you_mean
from ..model import Row, Verdict
from .figures import figure_value, parse_figure
from .lookup import Lookup
from .measures import check_codes, evaluate, mixed, unknown_member, why_no_value
from .table_data import TableData
from .words import CLOSE

_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?\Z")
_SIGNS: MappingProxyType[str, Callable[[Decimal], bool]] = MappingProxyType(
    {"positive": lambda number: number > 0, "negative": lambda number: number < 0}
)


class _Test:
    """One claim being tested: its rows, and the words after the first one of `holds`."""

    def __init__(self, claim: ClaimSpec, rows: Sequence[Row], words: list[str], lookup: Lookup, release: str) -> None:
        self.claim, self.rows, self.words, self.lookup, self.release = claim, rows, words, lookup, release

    def bad(self, why: str = "") -> FactError:
        message = f'"{self.claim.holds}" is not a claim' + (f": {why}" if why else "")
        return FactError("bad-release", message, "docs/reference.md lists what a claim may say")

    def sign(self, words: Sequence[str]) -> Callable[[Decimal], bool]:
        if len(words) != 1 or words[0] not in _SIGNS:
            raise self.bad(f'"{" ".join(words)}" is not "positive" or "negative"')
        return _SIGNS[words[0]]

    def dimension(self, members: Iterable[str]) -> str:
        """The one dimension of `over` that has all these members."""
        wanted = list(members)
        spans = {dimension: {row.at[dimension] for row in self.rows} for dimension in self.claim.over}
        found = [dimension for dimension, codes in spans.items() if codes.issuperset(wanted)]
        if len(found) == 1:
            return found[0]
        if found:
            raise self.bad(f'"{wanted[0]}" belongs to more than one dimension of over')
        known = [code for codes in spans.values() for code in codes]
        missing = next((code for code in wanted if code not in known), wanted[0])
        raise FactError("unknown-member", f'the claim does not run over "{missing}"', did_you_mean(missing, known))

    def groups(self, dimension: str) -> list[dict[str, Row]]:
        """The rows for each combination of the other dimensions, by their member of this one."""
        grouped: dict[tuple[tuple[str, str], ...], dict[str, Row]] = {}
        for row in self.rows:
            others = tuple((name, code) for name, code in row.at.items() if name != dimension)
            grouped.setdefault(others, {})[row.at[dimension]] = row
        return list(grouped.values())


def number_of(row: Row) -> Decimal:
    """The value of a row that has one: rows without a value were refused before."""
    assert row.value.number is not None
    return row.value.number


def judge(claim: ClaimSpec, lookup: Lookup, release: str) -> Verdict:
    """A claim → its verdict, with the rows that break it. Raises FactError and SourceErrors."""
    first, *words = re.findall(r"[^\s,>/]+|[,>/]", claim.holds) or [""]
    if first not in CLAIMS:
        hint = did_you_mean(first, CLAIMS)
        hint = hint if hint.startswith("did") else f"begin it with one of: {', '.join(CLAIMS)}"
        raise FactError("bad-release", f'"{claim.holds}" is not a claim: it begins with "{first}"', hint)
    rows = rows_of(claim, lookup.data(release, claim.table))
    test = _Test(claim, rows, words, lookup, release)
    return CLAIMS[first](test)


def rows_of(claim: ClaimSpec, data: TableData) -> tuple[Row, ...]:
    """The rows that a claim is tested on. Raises FactError."""
    spans = []
    for dimension, members in claim.over.items():
        for code in members:
            if code not in data.codes(dimension):
                raise unknown_member(data, dimension, code)
        spans.append(members or data.members(dimension))
    rows = []
    for codes in itertools.product(*spans):
        at = {**claim.at, **dict(zip(claim.over, codes, strict=True))}
        check_codes(data, claim.measure, at)
        value = evaluate(data, claim.measure, at)
        if value.number is None:
            reason = why_no_value(data, claim.measure, at)
            raise FactError(
                "empty-cell", f"{claim.measure.name} has no value: {reason}", "fill the cell, or narrow the claim"
            )
        rows.append(Row(at, value))
    if not rows:
        raise FactError("bad-release", "the claim runs over no row at all", "see that its dimensions have members")
    if len(units := sorted({row.value.unit for row in rows})) > 1:
        raise mixed(f"the claim compares {' with '.join(units)}")
    return tuple(rows)


def _verdict(breaking: Iterable[Row], reason: str = "") -> Verdict:
    rows = tuple({id(row): row for row in breaking}.values())
    return Verdict(not rows, rows, reason)


def _all(test: _Test) -> Verdict:
    """Every value has the sign."""
    holds = test.sign(test.words)
    return _verdict(row for row in test.rows if not holds(number_of(row)))


def _any(test: _Test) -> Verdict:
    """At least one value has the sign."""
    holds = test.sign(test.words)
    return _verdict(() if any(holds(number_of(row)) for row in test.rows) else test.rows)


def _none(test: _Test) -> Verdict:
    """No value has the sign."""
    holds = test.sign(test.words)
    return _verdict(row for row in test.rows if holds(number_of(row)))


def _only(test: _Test) -> Verdict:
    """These members have the sign, and no other has."""
    members = _members(test, test.words[:-1])
    holds, dimension = test.sign(test.words[-1:]), test.dimension(members)
    return _verdict(row for row in test.rows if holds(number_of(row)) != (row.at[dimension] in members))


def _highest(test: _Test) -> Verdict:
    """This member has strictly the highest value, for each combination of the other dimensions."""
    return _extreme(test, lambda other, own: other >= own)


def _lowest(test: _Test) -> Verdict:
    """This member has strictly the lowest value, for each combination of the other dimensions."""
    return _extreme(test, lambda other, own: other <= own)


def _extreme(test: _Test, beats: Callable[[Decimal, Decimal], bool]) -> Verdict:
    if len(test.words) != 1:
        raise test.bad("it names one member")
    member = test.words[0]
    breaking: list[Row] = []
    for group in test.groups(test.dimension([member])):
        own = group[member]
        rivals = [row for row in group.values() if row is not own and beats(number_of(row), number_of(own))]
        breaking += [own, *rivals] if rivals else []
    return _verdict(breaking)


def _order(test: _Test) -> Verdict:
    """Strictly falling values, in this order."""
    members, signs = test.words[::2], test.words[1::2]
    if len(members) < 2 or len(signs) != len(members) - 1 or set(signs) != {">"}:
        raise test.bad("write order A > B > C")
    breaking: list[Row] = []
    for group in test.groups(test.dimension(members)):
        for first, second in itertools.pairwise(members):
            if number_of(group[first]) <= number_of(group[second]):
                breaking += [group[first], group[second]]
    return _verdict(breaking)


def _each(test: _Test) -> Verdict:
    """One member above (or below) another, for each combination of the other dimensions."""
    if len(test.words) != 3 or test.words[1] not in ("above", "below"):
        raise test.bad("write each A above B")
    first, relation, second = test.words
    breaking: list[Row] = []
    for group in test.groups(test.dimension([first, second])):
        gap = number_of(group[first]) - number_of(group[second])
        if (gap <= 0) if relation == "above" else (gap >= 0):
            breaking += [group[first], group[second]]
    return _verdict(breaking)


def _above(test: _Test) -> Verdict:
    """Every value is above a figure or a number."""
    limit, name = _limit(test)
    return _verdict((row for row in test.rows if number_of(row) <= limit), name)


def _below(test: _Test) -> Verdict:
    """Every value is below a figure or a number."""
    limit, name = _limit(test)
    return _verdict((row for row in test.rows if number_of(row) >= limit), name)


def _limit(test: _Test) -> tuple[Decimal, str]:
    if len(test.words) != 1:
        raise test.bad("it names one figure or number")
    word = test.words[0]
    if _NUMBER.match(word):
        return Decimal(word), ""
    ref = parse_figure(word)
    value, _spec = figure_value(ref, test.lookup, test.release)
    own = test.rows[0].value.unit
    if value.unit != own:
        raise mixed(f'"{test.claim.holds}" compares {own} with "{ref.id}", which is measured in {value.unit}')
    assert value.number is not None
    return value.number, f"{ref.id} is {value.number:.4f}"


def _near(test: _Test) -> Verdict:
    """Every value (per cent, or a ratio) is close to a fraction."""
    words = test.words
    if len(words) not in (3, 5) or words[1] != "/" or not all(_NUMBER.match(word) for word in (words[0], words[2])):
        raise test.bad("write near 1/3, or near 1/3 within 2")
    if len(words) == 5 and (words[3] != "within" or not _NUMBER.match(words[4])):
        raise test.bad('after the fraction only "within", and percentage points, can follow')
    if Decimal(words[2]) == 0:
        raise test.bad("a fraction over zero")
    target = 100 * Decimal(words[0]) / Decimal(words[2])
    tolerance = Decimal(words[4]) if len(words) == 5 else CLOSE
    unit = test.rows[0].value.unit
    if unit not in ("percent", "none"):
        raise test.bad("only a percentage or a ratio can be near a fraction")
    scale = 1 if unit == "percent" else 100
    return _verdict(row for row in test.rows if abs(number_of(row) * scale - target) > tolerance)


def _most(test: _Test) -> Verdict:
    """These members add up to more than all the others."""
    members = _members(test, test.words)
    breaking: list[Row] = []
    for group in test.groups(test.dimension(members)):
        own = sum((number_of(row) for code, row in group.items() if code in members), Decimal(0))
        rest = sum((number_of(row) for code, row in group.items() if code not in members), Decimal(0))
        if own <= rest:
            breaking += group.values()
    return _verdict(breaking)


def _between(test: _Test) -> Verdict:
    """Every value lies between two numbers, or is one of them."""
    words = test.words
    if len(words) != 3 or words[1] != "and" or not all(_NUMBER.fullmatch(word) for word in (words[0], words[2])):
        raise test.bad("write between -1 and 2")
    low, high = Decimal(words[0]), Decimal(words[2])
    if low > high:
        raise test.bad("the lower number comes first")
    return _verdict(row for row in test.rows if not low <= number_of(row) <= high)


def _top(test: _Test) -> Verdict:
    """Each of these members, in whatever order, is strictly above every other one."""
    members = _members(test, test.words)
    breaking: list[Row] = []
    for group in test.groups(test.dimension(members)):
        others = [row for code, row in group.items() if code not in members]
        highest = max(map(number_of, others), default=None)
        own = [group[code] for code in members]
        weak = [row for row in own if highest is not None and number_of(row) <= highest]
        breaking += weak
        breaking += [row for row in others if weak and number_of(row) >= min(map(number_of, weak))]
    return _verdict(breaking)


def _members(test: _Test, words: Sequence[str]) -> list[str]:
    """`A`, `A and B`, `A, B and C` → the members."""
    members, joints = list(words[::2]), set(words[1::2])
    if not members or len(words) % 2 == 0 or not joints <= {"and", ","}:
        raise test.bad("join members with commas or and")
    return members


CLAIMS: MappingProxyType[str, Callable[[_Test], Verdict]] = MappingProxyType(
    {
        "all": _all,
        "any": _any,
        "none": _none,
        "only": _only,
        "highest": _highest,
        "lowest": _lowest,
        "order": _order,
        "each": _each,
        "above": _above,
        "below": _below,
        "near": _near,
        "between": _between,
        "most": _most,
        "top": _top,
    }
)
