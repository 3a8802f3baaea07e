"""`{{ family.member | form }}` → a printed figure: parsed by a closed grammar, answered by the data, never executed.

figure  = name { "." member } { "|" form }
form    = name [ "(" argument { "," argument } ")" ]
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from types import MappingProxyType

from ..definitions import FigureSpec, MeasureSpec
from ..errors import FactError, SourceRef, did_you_mean
from ..formats import machine
from ..model import FigureRef, Printed, Value
from ..sources.catalogues import ORDINAL
from .lookup import Lookup
from .measures import check_codes, evaluate, why_no_value
from .words import Words

_FIGURE = re.compile(r"^\s*([A-Za-z][\w-]*)((?:\.[A-Za-z0-9_][\w-]*)*)\s*((?:\|\s*[^|]+)*)$", re.A)
_FORM = re.compile(r"^([a-z]+)\s*(?:\(\s*([\w.,\s-]*?)\s*\))?$", re.A)
_LONGEST = 400
_LEVEL = MeasureSpec("level")
_EXAMPLE = "write {{ name }}, {{ name.MEMBER }} or {{ name.MEMBER | form }}"


def parse_figure(text: str) -> FigureRef:
    """What stands between `{{` and `}}` → a reference. Raises FactError: `bad-figure`."""
    found = _FIGURE.match(text)
    if found is None or len(text) > _LONGEST:
        raise FactError("bad-figure", f'"{text.strip()}" is not a figure', _EXAMPLE)
    name, members, forms = found.groups()
    parsed = []
    for part in forms.split("|")[1:]:
        form = _FORM.match(part.strip())
        if form is None:
            raise FactError("bad-figure", f'"{part.strip()}" is not a form', _EXAMPLE)
        arguments = tuple(word.strip() for word in form.group(2).split(",")) if form.group(2) else ()
        parsed.append((form.group(1), arguments))
    return FigureRef(name, tuple(members.split(".")[1:]), tuple(parsed))


@dataclass(frozen=True)
class _Draft:
    """A figure on its way to print: the value, and what the forms so far made of it."""

    value: Value
    words: Words
    text: str | None = None
    raised: str = ""
    bare: bool = False
    plus: bool = False


def figure_value(ref: FigureRef, lookup: Lookup, release: str) -> tuple[Value, FigureSpec]:
    """The exact value of a figure, and its definition. Raises FactError and SourceErrors."""
    spec = lookup.figure(release, ref.name)
    if len(ref.members) != len(spec.by):
        wanted = ".".join((ref.name, *(f"<{dimension}>" for dimension in spec.by)))
        needs = " and ".join(f"a member of {dimension}" for dimension in spec.by) or "no member"
        message = f'the figure "{ref.name}" needs {needs}; "{ref.id}" names {len(ref.members)}'
        raise FactError("unknown-member", message, f"write {{{{ {wanted} }}}}")
    data = lookup.data(release, spec.table)
    own = dict(zip(spec.by, ref.members, strict=True))
    check_codes(data, _LEVEL, own)
    at = {**spec.at, **own}
    try:
        check_codes(data, spec.measure, spec.at)
        value = evaluate(data, spec.measure, at)
    except FactError as error:
        raise _of_definition(error, lookup, release, spec) from None
    if value.number is None:
        hint = "fill the cell, or leave the figure out of the text"
        message = f'the figure "{ref.id}" ({spec.measure.name}) has no value: {why_no_value(data, spec.measure, at)}'
        raise FactError("empty-cell", message, hint)
    if spec.decimals is not None:
        value = replace(value, decimals=spec.decimals)
    return value, spec


def _of_definition(error: FactError, lookup: Lookup, release: str, spec: FigureSpec) -> FactError:
    """An error that no text can help: of `[figures.ID]` in release.toml."""
    return error.blamed_on(SourceRef(lookup.release_path(release), spec.line), f"[figures.{spec.id}]: ")


def print_figure(ref: FigureRef, words: Words, release: str) -> Printed:
    """A figure in a language, as printed. Raises FactError (unknown names, empty cells, wrong forms), SourceErrors."""
    _check_forms(ref)
    if not ref.members and (period := words.lookup.period(release, ref.name)) is not None:
        if ref.forms:
            raise FactError("figure-form", f'the period "{ref.name}" has no forms', f"write {{{{ {ref.name} }}}}")
        return Printed(words.style.period(period), period, ref.name)
    value, spec = figure_value(ref, words.lookup, release)
    try:
        draft = _Draft(value if spec.unit is None else _converted(words, value, spec), words)
    except FactError as error:
        raise _of_definition(error, words.lookup, release, spec) from None
    for name, arguments in ref.forms:
        draft = FORMS[name](draft, arguments, ref)
    return _finish(draft, ref)


def _converted(words: Words, value: Value, spec: FigureSpec) -> Value:
    assert spec.unit is not None
    result = words.convert(value, spec.unit)
    return result if spec.decimals is None else replace(result, decimals=spec.decimals)


def _check_forms(ref: FigureRef) -> None:
    for name, arguments in ref.forms:
        if name not in FORMS:
            raise FactError("unknown-form", f'no form named "{name}"', did_you_mean(name, FORMS))
        wanted = 1 if name in ("decimals", "in") else 0
        if len(arguments) != wanted:
            example = {"decimals": "decimals(2)", "in": "in(UNIT)"}.get(name, name)
            takes = "one argument" if wanted else "no argument"
            raise FactError("bad-figure", f'"{name}" takes {takes}, not {len(arguments)}', f"write {example}")


def _finish(draft: _Draft, ref: FigureRef) -> Printed:
    value = draft.value
    assert value.number is not None
    machine_form = machine(value.number, value.decimals)
    if draft.text is not None:
        return Printed(draft.text, machine_form, ref.id, draft.raised)
    text = draft.words.style.number(value.number, value.decimals, plus=draft.plus)
    return Printed(text if draft.bare else draft.words.quantity(value, text), machine_form, ref.id)


# ---------------------------------------------------------------- forms


def _number(draft: _Draft, _arguments: tuple[str, ...], _ref: FigureRef) -> _Draft:
    """The number alone, without its unit."""
    return replace(draft, bare=True)


def _drop(draft: _Draft, _arguments: tuple[str, ...], ref: FigureRef) -> _Draft:
    """The absolute value of a number that must be negative."""
    number = _signed_number(draft, ref, "negative")
    return replace(draft, value=replace(draft.value, number=-number))


def _rise(draft: _Draft, _arguments: tuple[str, ...], ref: FigureRef) -> _Draft:
    """A number that must be positive."""
    _signed_number(draft, ref, "positive")
    return draft


def _signed_number(draft: _Draft, ref: FigureRef, sign: str) -> Decimal:
    number = draft.value.number
    assert number is not None
    if (number >= 0) if sign == "negative" else (number <= 0):
        form = "drop" if sign == "negative" else "rise"
        shown = draft.words.style.number(number, draft.value.decimals)
        message = f'"{form}" needs a {sign} number, but "{ref.id}" is {shown}'
        raise FactError("figure-form", message, "the sentence says the opposite of the data: reword it")
    return number


def _plus(draft: _Draft, _arguments: tuple[str, ...], _ref: FigureRef) -> _Draft:
    """The number with its sign, plus included."""
    return replace(draft, plus=True)


def _in_words(draft: _Draft, _arguments: tuple[str, ...], _ref: FigureRef) -> _Draft:
    """A fraction or a multiple that the number is close to."""
    return replace(draft, text=draft.words.fraction(draft.value))


def _ordinal(draft: _Draft, _arguments: tuple[str, ...], ref: FigureRef) -> _Draft:
    """A whole number as a place in an order: 1st, 2e."""
    number = draft.value.number
    if number is None or number != number.to_integral_value() or number < 1:
        raise FactError("figure-form", f'"{ref.id}" is not a whole number from 1', "use ordinal with ranks")
    words = draft.words
    category = words.style.ordinal_category(int(number))
    message = words.lookup.message
    suffix = message(words.lang, category, ORDINAL) or message(words.lang, "other", ORDINAL)
    if suffix is None:
        lack = words.lookup.lacks(words.lang, "other", ORDINAL)
        if lack is not None:
            raise FactError(lack.code, lack.message, 'add it with msgctxt "ordinal"', lack.where)
        suffix = ("",)
    raised = suffix[0] if words.style.raises_ordinals else ""
    return replace(draft, text=words.style.number(number, 0) + suffix[0], raised=raised)


def _decimals(draft: _Draft, arguments: tuple[str, ...], _ref: FigureRef) -> _Draft:
    """Another number of printed decimals."""
    if not re.fullmatch(r"\d|1[0-2]", arguments[0]):
        raise FactError("bad-figure", f'"decimals({arguments[0]})" is not a number of decimals', "write decimals(2)")
    return replace(draft, value=replace(draft.value, decimals=int(arguments[0])))


def _in(draft: _Draft, arguments: tuple[str, ...], _ref: FigureRef) -> _Draft:
    """Another unit of site.toml."""
    return replace(draft, value=draft.words.convert(draft.value, arguments[0]))


FORMS: MappingProxyType[str, Callable[[_Draft, tuple[str, ...], FigureRef], _Draft]] = MappingProxyType(
    {
        "number": _number,
        "drop": _drop,
        "rise": _rise,
        "signed": _plus,
        "words": _in_words,
        "ordinal": _ordinal,
        "decimals": _decimals,
        "in": _in,
    }
)
