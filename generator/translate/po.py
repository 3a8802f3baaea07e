"""A catalogue's text and the texts that are asked for → the same catalogue, brought up to date entry by entry.

An entry that needs nothing keeps its bytes: its place, its comments, its line breaks. Babel's own writer would set all
of them anew, which fills a history with lines that nobody changed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches

from ..sources.catalogues import ORDINAL, Asked, Entry, Key, plural_rule, quoted, read_catalogue, source_language

_KEYWORD = re.compile(r"(?:#~ *)?(msgctxt|msgid_plural|msgid|msgstr)\b")
_LINE_NUMBER = re.compile(r":\d+$")
_DATED = re.compile(r'"(?:POT-Creation-Date|Generated-By):')
_NEAR = 0.7
_BOM = "\ufeff"


@dataclass(frozen=True)
class Updated:
    """A catalogue after an update: its bytes, and how many texts are new, taken back, no longer asked for, doubtful and
    not translated."""

    data: bytes
    new: int = 0
    obsolete: int = 0
    fuzzy: int = 0
    missing: int = 0


@dataclass(frozen=True)
class _Block:
    """Some lines of a catalogue: at most one entry, and what stands before it. `first` is the number of the first."""

    lines: tuple[str, ...]
    first: int = 0
    entry: Entry | None = None

    @property
    def blanks(self) -> tuple[str, ...]:
        """The empty lines before it."""
        count = next((number for number, line in enumerate(self.lines) if line.strip()), len(self.lines))
        return self.lines[:count]

    def comments(self, *kinds: str) -> tuple[str, ...]:
        """Its lines of comment of some kinds: `#:`, `#.`, `#,`, `#|`; `# ` are those of translators."""
        return tuple(line for line in self.lines if _comment(line) in kinds)

    @property
    def body(self) -> tuple[str, ...]:
        """Its keywords and texts."""
        return tuple(line for line in self.lines if line.strip() and not _comment(line))


def _comment(line: str) -> str:
    """The kind of a line of comment; nothing for another line. Entries that are no longer asked for are no comments."""
    text = line.lstrip()
    if not text.startswith("#") or text.startswith("#~"):
        return ""
    return text[:2] if text[:2] in ("#:", "#.", "#,", "#|") else "# "


def new_catalogue(asked: Iterable[Asked], tag: str, locale: str) -> Updated:
    """A catalogue with every text, none of them translated; in English each text translates itself."""
    number, rule = plural_rule(locale)
    head = (
        "Project-Id-Version: communique",
        f"Language: {tag.replace('-', '_')}",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: 8bit",
        f"Plural-Forms: nplurals={number}; plural={rule};",
    )
    text = 'msgid ""\nmsgstr ""\n' + "".join(f'"{line}\\n"\n' for line in head)
    return update_catalogue(text.encode(), asked, locale)


def update_catalogue(data: bytes, asked: Iterable[Asked], locale: str) -> Updated:
    """A catalogue that has exactly the texts that are asked for, and, at its end, translations that are not any more.

    Raises ValueError when it is no catalogue.
    """
    text = data.decode("utf-8-sig")
    ending = "\r\n" if "\r\n" in text else "\n"
    blocks = tuple(_blocks(text.replace("\r\n", "\n").replace("\r", "\n")))
    said = read_catalogue(text.encode()).forms
    merge = _Merge({one.key: one for one in asked}, locale, plural_rule(locale)[0] if said is None else said)
    lines = merge.lines(blocks)
    result = ending.join(lines) + ending
    entries = [entry for entry in read_catalogue(result.encode()).entries if not entry.obsolete]
    mark = _BOM if data.startswith(_BOM.encode()) else ""
    return Updated(
        (mark + result).encode(),
        merge.new,
        merge.retired,
        sum(1 for entry in entries if entry.fuzzy),
        sum(1 for entry in entries if not all(entry.forms)),
    )


def _blocks(text: str) -> Iterator[_Block]:
    """The entries of a catalogue in order, each with the lines before it; what follows the last is a block too."""
    entries = {entry.line: entry for entry in read_catalogue(text.encode()).entries}
    lines = text.removesuffix("\n").split("\n")
    starts, ended = [0], False
    for number, line in enumerate(lines):
        keyword = _KEYWORD.match(line.lstrip())
        if ended and (not line.strip() or _comment(line) or (keyword and keyword.group(1) != "msgstr")):
            starts.append(number)
            ended = False
        ended = ended or (keyword is not None and keyword.group(1) == "msgstr")
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        own = next((entries[number] for number in range(start + 1, end + 1) if number in entries), None)
        yield _Block(tuple(lines[start:end]), start, own)


@dataclass
class _Merge:
    """Puts the blocks of one catalogue together anew."""

    asked: Mapping[Key, Asked]
    locale: str
    forms: int
    new: int = 0
    retired: int = 0
    used: set[Key] = field(default_factory=set)

    def lines(self, blocks: tuple[_Block, ...]) -> list[str]:
        """Entries in their order; new ones after them; then those that are no longer asked for."""
        known = {block.entry.key for block in blocks if block.entry is not None}
        old = {
            block.entry.key: block.entry
            for block in blocks
            if block.entry is not None and block.entry.key not in self.asked and any(block.entry.forms)
        }
        added = [line for one in self.asked.values() if one.key not in known for line in self.added(one, old)]
        kept: list[str] = []
        gone: list[str] = []
        rest: list[str] = []
        for block in blocks:
            if block.entry is None:
                (kept if block.body else rest).extend(self.undated(block.lines))
            elif block.entry.key in self.asked:
                kept += self.kept(block, self.asked[block.entry.key])
            elif block.entry.key not in self.used:
                gone += self.gone(block)
        if not any(line.strip() for line in rest):
            rest = []
        lines = [*kept, *added, *gone, *rest]
        while lines and not lines[0].strip():
            lines.pop(0)
        return lines

    def undated(self, lines: Iterable[str]) -> list[str]:
        return [line for line in lines if not _DATED.match(line)]

    def kept(self, block: _Block, asked: Asked) -> Iterable[str]:
        """An entry that is asked for: as it was, but for the notes and references that belong to the tool."""
        entry = block.entry
        assert entry is not None
        if entry.plural != asked.plural:
            self.new += 1
            return self.written(asked, block, self.fitted(entry.forms, asked), fuzzy=any(entry.forms))
        lines = block.lines
        if entry.obsolete:
            self.new += 1
            lines = tuple(re.sub(r"^(\s*)#~ ?", r"\1", line) for line in lines)
        return self.with_references(replace(block, lines=lines), asked)

    def with_references(self, block: _Block, asked: Asked) -> Iterable[str]:
        files = {_LINE_NUMBER.sub("", name) for line in block.comments("#:") for name in line.strip()[2:].split()}
        numbered = any(_LINE_NUMBER.search(name) for line in block.comments("#:") for name in line.split()[1:])
        notes = tuple(line.strip()[2:].strip() for line in block.comments("#."))
        if files == set(asked.by) and not numbered and notes == asked.notes:
            return block.lines
        return (
            *block.blanks,
            *block.comments("# "),
            *_told(asked),
            *block.comments("#,", "#|"),
            *block.body,
        )

    def added(self, asked: Asked, old: Mapping[Key, Entry]) -> Iterable[str]:
        """A new entry: empty, or with the translation of a text much like it that is no longer asked for."""
        self.new += 1
        if source_language(self.locale) and asked.context != ORDINAL:
            forms = (asked.text, *([asked.plural] * (self.forms - 1))) if asked.plural else (asked.text,)
            return self.written(asked, _Block(("",)), forms)
        near = {key[1]: key for key in old if key[0] == asked.context and key not in self.used}
        found = get_close_matches(asked.text, near, 1, _NEAR)
        if not found:
            return self.written(asked, _Block(("",)), ())
        key = near[found[0]]
        self.used.add(key)
        before = _Block(("", *(f"#| {line}" for line in f"msgid {quoted(key[1])}".split("\n"))))
        return self.written(asked, before, self.fitted(old[key].forms, asked), fuzzy=True)

    def fitted(self, forms: tuple[str, ...], asked: Asked) -> tuple[str, ...]:
        return forms if asked.plural and len(forms) == self.forms else forms[:1]

    def written(self, asked: Asked, block: _Block, forms: tuple[str, ...], fuzzy: bool = False) -> Iterable[str]:
        """An entry as the tool writes it, with the comments that it had."""
        flags = ["fuzzy"] if fuzzy else []
        flags += ["python-format"] if re.search(r"%\(\w+\)", asked.text + asked.plural) else []
        flags += ["python-brace-format"] if re.search(r"\{\w+\}", asked.text) else []
        yield from (*block.blanks, *block.comments("# "), *_told(asked))
        yield from [f"#, {', '.join(flags)}"] if flags else []
        yield from block.comments("#|")
        pieces = [("msgctxt", asked.context)] if asked.context else []
        pieces += [("msgid", asked.text), *([("msgid_plural", asked.plural)] if asked.plural else [])]
        names = [f"msgstr[{number}]" for number in range(self.forms)] if asked.plural else ["msgstr"]
        pieces += [(name, forms[number] if number < len(forms) else "") for number, name in enumerate(names)]
        for name, text in pieces:
            yield from f"{name} {quoted(text)}".split("\n")

    def gone(self, block: _Block) -> Iterable[str]:
        """An entry that nobody asks for: kept when somebody worked on it, so that it can come back."""
        entry = block.entry
        assert entry is not None
        if entry.obsolete:
            return block.lines
        self.retired += 1
        if not any(entry.forms) or (source_language(self.locale) and entry.forms[0] == entry.key[1]):
            return ()
        flags = ("#, fuzzy",) if entry.fuzzy else ()
        return (*block.blanks, *block.comments("# "), *flags, *(f"#~ {line.strip()}" for line in block.body))


def _told(asked: Asked) -> Iterator[str]:
    """What the tool says of an entry: notes of the templates for translators, and the files that ask for it."""
    yield from (f"#. {note}" for note in asked.notes)
    if asked.by:
        yield f"#: {' '.join(asked.by)}"
