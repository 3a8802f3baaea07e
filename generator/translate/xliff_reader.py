"""XLIFF 1.2 as a translator's tool gives it back → its units, each with its line. defusedxml's home.

What a file may not do is refused before it is read: no document type, no entities, nothing from outside. Elements of
other vocabularies and proposals of the tool are passed over; `<mrk>`, which cuts a text in sentences, is looked
through.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal
from xml.sax import SAXException, SAXParseException
from xml.sax.handler import ContentHandler, feature_namespaces
from xml.sax.xmlreader import AttributesNSImpl, InputSource, Locator

from defusedxml import DefusedXmlException
from defusedxml.expatreader import create_parser

from ..errors import Problem, SourceErrors, SourceRef
from .inline import Form
from .xliff import MADE, NAMESPACE, VERSION

_LARGEST = 20_000_000
_DEEPEST = 60
_FAMILY = "urn:oasis:names:tc:xliff"
_LONGEST = 100_000
_HINT = "export the release again, and import the file that the translator's tool saves as XLIFF 1.2"
#: Elements for codes, those of other tools included, and the form that they have here.
_FORMS: MappingProxyType[str, Form] = MappingProxyType(
    {"ph": "ph", "x": "ph", "bpt": "bpt", "bx": "bpt", "ept": "ept", "ex": "ept"}
)


@dataclass(frozen=True)
class Sign:
    """A code in a unit of the file: its form, its id, and what the file has in it."""

    form: Form
    id: str
    inside: str


Read = tuple[str | Sign, ...]


@dataclass(frozen=True)
class ReadUnit:
    """A unit of the file. `target` is None where there is none; `state` is what the file says of it (`approved`
    included); `made` the digest of the translation as it was exported; `odd` names elements that belong to no text."""

    id: str
    line: int
    source: Read
    target: Read | None
    state: str
    made: str
    odd: tuple[str, ...] = ()


@dataclass(frozen=True)
class ReadFile:
    """A `<file>` of the XLIFF, with its place."""

    path: str
    line: int
    original: str
    source: str
    target: str
    units: tuple[ReadUnit, ...]


@dataclass
class _Node:
    """An element, its text and elements in order."""

    name: str
    attributes: dict[str, str]
    line: int
    content: list[str | _Node] = field(default_factory=list)

    def nodes(self, *names: str) -> Iterator[_Node]:
        """The elements in it with one of the names, or all."""
        return (one for one in self.content if isinstance(one, _Node) and (not names or one.name in names))

    def text(self) -> str:
        """All text in it."""
        return "".join(one if isinstance(one, str) else one.text() for one in self.content)


class _Refused(Exception):
    """The file is not what it should be."""

    def __init__(self, message: str, line: int = 0, hint: str = _HINT) -> None:
        super().__init__(message)
        self.message, self.line, self.hint = message, line, hint


def read_xliff(data: bytes, path: str) -> tuple[ReadFile, ...]:
    """The bytes of an XLIFF file → what it holds. Raises SourceErrors: `bad-xliff`."""
    try:
        if len(data) > _LARGEST:
            raise _Refused(f"the file has more than {_LARGEST // 1_000_000} MB", hint="import releases one by one")
        return tuple(_file(node, path) for node in _root(data).nodes("file"))
    except _Refused as refused:
        where = SourceRef(path, refused.line)
        raise SourceErrors(Problem("bad-xliff", refused.message, where, refused.hint)) from None


def _root(data: bytes) -> _Node:
    root = _parse(data)
    version = root.attributes.get("version", "")
    if root.name != "xliff":
        raise _Refused(f"this is not XLIFF: it begins with <{root.name}>", root.line)
    if version != VERSION:
        raise _Refused(f"this is XLIFF {version or 'without a version'}, not {VERSION}", root.line)
    if not any(root.nodes("file")):
        raise _Refused("the XLIFF holds no <file>", root.line)
    return root


def _parse(data: bytes) -> _Node:
    builder = _Builder()
    parser = create_parser(forbid_dtd=True)
    parser.setFeature(feature_namespaces, True)
    parser.setContentHandler(builder)
    source = InputSource()
    source.setByteStream(io.BytesIO(data))
    try:
        parser.parse(source)
    except DefusedXmlException:
        message = "the file declares a document type or entities, which no XLIFF needs"
        raise _Refused(message, hint="delete the lines that begin with <!DOCTYPE and <!ENTITY") from None
    except SAXParseException as error:
        raise _Refused(f"this is not XML: {error.getMessage()}", error.getLineNumber() or 0) from None
    except (SAXException, LookupError, ValueError) as error:
        raise _Refused(f"this is not XML: {error}") from None
    if builder.root is None:
        raise _Refused("the file is empty")
    return builder.root


class _Builder(ContentHandler):
    """Elements of XLIFF as a tree; those of other vocabularies are left out with all that they hold."""

    def __init__(self) -> None:
        super().__init__()
        self.root: _Node | None = None
        self.open: list[_Node] = []
        self.foreign = 0
        self.where: Locator | None = None

    def setDocumentLocator(self, locator: Locator) -> None:
        """SAX's hook."""
        self.where = locator

    def startElementNS(self, name: tuple[str | None, str], qname: str | None, attrs: AttributesNSImpl) -> None:
        """SAX's hook."""
        space, local = name
        line = self.where.getLineNumber() or 0 if self.where is not None else 0
        if len(self.open) + self.foreign >= _DEEPEST:
            raise _Refused("the elements of the file are nested too deep", line)
        if self.foreign or not self._known(space):
            self.foreign += 1
            if self.root is None:
                raise _Refused(f"this is not XLIFF {VERSION}: its namespace is {space}", line)
            return
        plain = {local: value for (space, local), value in attrs.items() if not space}
        node = _Node(local, plain, line)
        if self.open:
            self.open[-1].content.append(node)
        elif self.root is None:
            self.root = node
        self.open.append(node)

    def _known(self, space: str | None) -> bool:
        """Whether elements of a vocabulary are XLIFF's. Whatever calls itself so at the root is told its version."""
        return space in (None, "", NAMESPACE) or (self.root is None and str(space).startswith(_FAMILY))

    def endElementNS(self, name: tuple[str | None, str], qname: str | None) -> None:
        """SAX's hook."""
        if self.foreign:
            self.foreign -= 1
        else:
            self.open.pop()

    def characters(self, content: str) -> None:
        """SAX's hook."""
        if self.open and not self.foreign:
            self.open[-1].content.append(content)


def _file(node: _Node, path: str) -> ReadFile:
    units = []
    seen: dict[str, int] = {}
    for unit in _units(node):
        number = unit.attributes.get("id", "")
        if number in seen:
            raise _Refused(f'the unit "{number}" stands here and on line {seen[number]}', unit.line)
        seen[number] = unit.line
        if unit.attributes.get("translate") != "no":
            units.append(_unit(unit, number))
    original, source, target = (
        node.attributes.get(name, "") for name in ("original", "source-language", "target-language")
    )
    return ReadFile(path, node.line, original, source, target, tuple(units))


def _units(node: _Node) -> Iterator[_Node]:
    for one in node.nodes("body", "group", "trans-unit"):
        if one.name == "trans-unit":
            yield one
        else:
            yield from _units(one)


def _unit(unit: _Node, number: str) -> ReadUnit:
    source = next(unit.nodes("source"), None)
    target = next(unit.nodes("target"), None)
    if source is None:
        raise _Refused(f'the unit "{number}" has no <source>', unit.line)
    odd: list[str] = []
    read = None if target is None else tuple(_merged(_content(target, odd)))
    state = "" if target is None else target.attributes.get("state", "")
    if unit.attributes.get("approved") == "yes":
        state = state if state in ("final", "signed-off") else "final"
    if sum(len(part) for part in read or () if isinstance(part, str)) > _LONGEST:
        raise _Refused(f'the unit "{number}" has more than {_LONGEST} characters', unit.line)
    return ReadUnit(number, unit.line, tuple(_merged(_content(source, []))), read, state, _made(unit), tuple(odd))


def _made(unit: _Node) -> str:
    contexts = (context for group in unit.nodes("context-group") for context in group.nodes("context"))
    return next((one.text().strip() for one in contexts if one.attributes.get("context-type") == MADE), "")


def _content(node: _Node, odd: list[str]) -> Iterator[str | Sign]:
    """Words and codes of a source or a target. What is neither is noted in `odd`."""
    for one in node.content:
        if isinstance(one, str):
            yield one
        elif one.name == "mrk":
            yield from _content(one, odd)
        elif one.name == "g":
            number = one.attributes.get("id", "")
            yield Sign("bpt", number, "")
            yield from _content(one, odd)
            yield Sign("ept", number, "")
        elif one.name in _FORMS:
            yield Sign(_FORMS[one.name], _id(one), one.text())
        elif one.name == "it":
            form: Literal["bpt", "ept"] = "bpt" if one.attributes.get("pos") == "open" else "ept"
            yield Sign(form, _id(one), one.text())
        else:
            odd.append(one.name)


def _id(node: _Node) -> str:
    """The id of a code; the end of a pair may name that of its beginning apart."""
    return (node.attributes.get("rid") if node.name in ("ept", "ex") else None) or node.attributes.get("id", "")


def _merged(parts: Iterator[str | Sign]) -> Iterator[str | Sign]:
    """The same, neighbouring texts as one: a parser gives them in pieces."""
    words: list[str] = []
    for part in parts:
        if isinstance(part, str):
            words.append(part)
            continue
        if words:
            yield "".join(words)
            words.clear()
        yield part
    if words:
        yield "".join(words)
