"""A catalogue of the templates' texts, as a file: its entries, and their mistakes; home of Babel's messages."""

from __future__ import annotations

import gettext
import io
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from babel import Locale
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.plurals import get_plural
from babel.messages.pofile import PoFileError, denormalize, normalize, read_po

from ..errors import Problem, SourceErrors, SourceRef
from ..spec import decode

Key = tuple[str, str]
"""Context (empty: none) and text."""

#: The context of the endings of ordinal numbers; their texts are CLDR's ordinal categories.
ORDINAL = "ordinal"
_BRACES = re.compile(r"\{[^{}\s]*\}")
_NAMED = re.compile(r"%\((\w+)\)[a-z]")
_HEADER = re.compile(rb'"Plural-Forms:')
_HEAD = re.compile(r'^msgid ""[ \t]*\nmsgstr ((?:[ \t]*"[^\n]*"[ \t]*\n?)+)', re.M)
#: Whole numbers that meet every plural form of every language.
_NUMBERS = (*range(1000), 10**6, 2 * 10**6)


@dataclass(frozen=True)
class Asked:
    """A text that the site asks of every catalogue: its plural (empty: none), notes for translators, and who asks."""

    text: str
    context: str = ""
    plural: str = ""
    notes: tuple[str, ...] = ()
    by: tuple[str, ...] = ()

    @property
    def key(self) -> Key:
        """What it is looked for by."""
        return self.context, self.text


@dataclass(frozen=True)
class Entry:
    """An entry of a catalogue. `forms` has a text for each plural form; an empty one is missing."""

    key: Key
    plural: str
    forms: tuple[str, ...]
    fuzzy: bool
    line: int
    obsolete: bool

    @property
    def translated(self) -> bool:
        """Whether it can be shown."""
        return all(self.forms) and not self.fuzzy


@dataclass(frozen=True)
class Catalogue:
    """A language's translations of the templates' texts: (context, message) → one text for each plural form.

    `forms` is how many plural forms its head says that the language has; None when it does not say.
    """

    messages: Mapping[Key, tuple[str, ...]]
    plural: Callable[[int], int]
    entries: tuple[Entry, ...] = ()
    forms: int | None = None

    def find(self, context: str, message: str) -> tuple[str, ...] | None:
        """The forms of a message, or None when it has no translation."""
        return self.messages.get((context, message))


def read_catalogue(data: bytes) -> Catalogue:
    """A .po file → its catalogue; fuzzy and empty entries count as absent. Raises ValueError with the reason."""
    catalogue = _parse(data)
    entries = tuple(_entries(catalogue))
    messages = {entry.key: entry.forms for entry in entries if entry.translated and not entry.obsolete}
    forms = catalogue.num_plurals if _HEADER.search(data) else None
    return Catalogue(messages, gettext.c2py(str(catalogue.plural_expr)), entries, forms)


def catalogue_of(data: bytes, path: str) -> Catalogue:
    """The same, of a file of a site. Raises SourceErrors."""
    text = decode(data, path).encode()
    try:
        return read_catalogue(text)
    except ValueError as error:
        line = re.search(r" on ([0-9]+)$", str(error))
        where = SourceRef(path, int(line.group(1)) if line else 0)
        hint = "edit it with Poedit, which keeps the form"
        raise SourceErrors(Problem("bad-syntax", f"this is not a catalogue: {error}", where, hint)) from None


def _parse(data: bytes) -> Catalog:
    try:
        return read_po(io.BytesIO(data), abort_invalid=True)
    except (PoFileError, UnicodeDecodeError, ValueError) as error:
        raise ValueError(str(error)) from None


def _entries(catalogue: Catalog) -> Iterator[Entry]:
    for messages, obsolete in ((catalogue, False), (catalogue.obsolete.values(), True)):
        for message in messages:
            if message.id:
                yield _entry(message, obsolete)


def _entry(message: Message, obsolete: bool) -> Entry:
    ids = tuple(map(str, message.id)) if isinstance(message.id, (tuple, list)) else (str(message.id), "")
    forms = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
    line = message.lineno or 0
    key = (str(message.context or ""), ids[0])
    return Entry(key, ids[1], tuple(str(form or "") for form in forms), message.fuzzy, line, obsolete)


# ---------------------------------------------------------------- what is wrong


def lacking(lang: str, path: str, key: Key, entry: Entry | None) -> Problem:
    """A text that a catalogue does not translate; `entry` is what the catalogue has of it."""
    context, text = key
    name = f'"{text}" (context "{context}")' if context else f'"{text}"'
    where = SourceRef(path, entry.line if entry is not None else 0)
    if entry is not None and entry.fuzzy:
        hint = "see whether it fits, correct it, and take the mark away"
        return Problem("fuzzy-message", f'in the catalogue of "{lang}", {name} is marked fuzzy', where, hint)
    hint = f'add msgid "{text}" with its translation' if entry is None else "write its translation after msgstr"
    return Problem("missing-message", f'the catalogue of "{lang}" lacks {name}', where, hint)


def mistakes(data: bytes, path: str, locale: str) -> Iterator[Problem]:
    """Translations that cannot take the place of their text, and plural forms that are not the language's.

    The bytes are those of a catalogue that can be read.
    """
    text = decode(data, path).encode()
    catalogue = _parse(text)
    yield from _plural_forms(catalogue, text, path, locale)
    for message in catalogue:
        if message.id and not message.fuzzy:
            for reason in _faults(catalogue, message):
                shown = message.id[0] if isinstance(message.id, (tuple, list)) else message.id
                hint = "keep what is in %(…)s and in {…}, letter by letter"
                where = SourceRef(path, message.lineno or 0)
                yield Problem("bad-message", f'the translation of "{shown}" does not fit: {reason}', where, hint)


def _plural_forms(catalogue: Catalog, data: bytes, path: str, locale: str) -> Iterator[Problem]:
    number, rule = plural_rule(locale)
    found = _HEADER.search(data)
    where = SourceRef(path, data.count(b"\n", 0, found.start()) + 1 if found else 1)
    hint = f'write in the head "Plural-Forms: nplurals={number}; plural={rule};\\n"'
    if found is None:
        yield Problem("bad-message", "the catalogue does not say its plural forms", where, hint)
    elif not _fits(catalogue, number, rule, locale):
        yield Problem("bad-message", f'these are not the plural forms of "{locale}"', where, hint)


def _fits(catalogue: Catalog, number: int, rule: str, locale: str) -> bool:
    """Whether a head has the usual rule of its language, or CLDR's own, which some editors write: it has a form for
    fractions and for millions in some languages."""
    own = str(catalogue.plural_expr)
    return (catalogue.num_plurals == number and _same(own, rule)) or _as_in_cldr(own, locale)


def _as_in_cldr(expression: str, locale: str) -> bool:
    """Whether numbers have the same form exactly where CLDR gives them the same category."""
    form, category = gettext.c2py(expression), Locale.parse(locale).plural_form
    pairs = {(form(number), category(number)) for number in _NUMBERS}
    return len(pairs) == len({one for one, _other in pairs}) == len({other for _one, other in pairs})


def _same(one: str, other: str) -> bool:
    """Whether two expressions give every number the same form."""
    first, second = gettext.c2py(one), gettext.c2py(other)
    return all(first(number) == second(number) for number in _NUMBERS)


def _faults(catalogue: Catalog, message: Message) -> Iterator[str]:
    """What Babel's checkers say, and which placeholders are lost: a lost one says less than the text."""
    reasons = [str(error) for error in message.check(catalogue)]
    yield from reasons
    entry = _entry(message, False)
    for number, form in enumerate(entry.forms):
        wanted = entry.plural if number and entry.plural else entry.key[1]
        if form and not reasons and not entry.key[0]:
            for pattern in (_NAMED, _BRACES):
                lost = sorted(set(pattern.findall(wanted)) ^ set(pattern.findall(form)))
                if lost and not (entry.plural and _may_count(lost)):
                    yield f"{', '.join(lost)} must stand in both"


def _may_count(lost: list[str]) -> bool:
    """Whether only the number itself is missing: a form for "one" may say it in a word."""
    return lost == ["num"]


def plural_rule(locale: str) -> tuple[int, str]:
    """How many plural forms a language has, and the expression that chooses one."""
    found = get_plural(str(Locale.parse(locale)))
    return found.num_plurals, str(found.plural_expr)


def ordinal_endings(locale: str) -> tuple[Asked, ...]:
    """The endings of ordinal numbers that a language tells apart, as texts of a catalogue."""
    named = (*sorted(Locale.parse(locale).ordinal_form.tags), "other")
    note = f"Endings of ordinal numbers, by CLDR's category: {', '.join(named)}"
    return tuple(Asked(name, ORDINAL, notes=(note,)) for name in named)


def source_language(locale: str) -> bool:
    """Whether the templates' own texts are in this language: then a new text translates itself."""
    return str(Locale.parse(locale).language) == "en"


def quoted(text: str) -> str:
    """A text as a catalogue writes it: in quotes, on one line but for its own line ends."""
    return str(normalize(text, width=0))


def compiled(data: bytes) -> bytes:
    """A catalogue as other programs read it: the bytes of a .mo file."""
    out = io.BytesIO()
    write_mo(out, _Headed(_parse(data), data))  # type: ignore[arg-type]  # it asks for no more
    return out.getvalue()


class _Headed:
    """A catalogue with the very head that its file has: Babel's own would say when it was read."""

    def __init__(self, catalogue: Catalog, data: bytes) -> None:
        self.num_plurals, self.charset = catalogue.num_plurals, "utf-8"
        found = _HEAD.search(decode(data, "").replace("\ufeff", ""))
        head = denormalize(found.group(1).strip()) if found else ""
        self._messages = [Message("", head), *(message for message in catalogue if message.id)]

    def __iter__(self) -> Iterator[Message]:
        return iter(self._messages)
