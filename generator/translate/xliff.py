"""Segments in two languages → XLIFF 1.2, as tools for translators read it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from .inline import Code, Parts

NAMESPACE = "urn:oasis:names:tc:xliff:document:1.2"
VERSION = "1.2"
TOOL = "communique"
#: The type of the context that holds the digest of a translation as it was exported.
MADE = "x-translation"


@dataclass(frozen=True)
class Unit:
    """A block for translating. `state` is that of the target in the words of XLIFF; `contexts` are pairs of a type and
    a text; `notes` are for the translator."""

    id: str
    kind: str
    source: Parts
    target: Parts | None
    state: str
    contexts: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Group:
    """The blocks under one heading."""

    heading: str
    units: tuple[Unit, ...]


@dataclass(frozen=True)
class Document:
    """The text of a release for a translator: `original` is the path of the source."""

    release: str
    original: str
    source: str
    target: str
    version: str
    groups: tuple[Group, ...]


def write_xliff(document: Document) -> bytes:
    """A document → its bytes: the same document has the same bytes."""
    return ("\n".join(_document(document)) + "\n").encode()


def _document(document: Document) -> Iterator[str]:
    languages = _attributes(("source-language", document.source), ("target-language", document.target))
    tool = _attributes(("tool-id", TOOL), ("tool-name", "Communiqué"), ("tool-version", document.version))
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield f'<xliff version="{VERSION}" xmlns="{NAMESPACE}">'
    original = _attributes(("original", document.original))
    yield f'  <file{original}{languages} datatype="x-markdown" tool-id="{TOOL}">'
    yield "    <header>"
    yield f"      <tool{tool}/>"
    yield f'      <note from="{TOOL}">{_words(f"release: {document.release}")}</note>'
    yield "    </header>"
    yield "    <body>"
    for number, group in enumerate(document.groups, 1):
        yield f'      <group id="section-{number}"{_attributes(("resname", group.heading))}>'
        for unit in group.units:
            yield from _unit(unit, document)
        yield "      </group>"
    yield "    </body>"
    yield "  </file>"
    yield "</xliff>"


def _unit(unit: Unit, document: Document) -> Iterator[str]:
    datatype = (("datatype", "plaintext"),) if unit.kind in ("title", "summary") else ()
    attributes = _attributes(("id", unit.id), ("restype", f"x-{unit.kind}"), *datatype)
    yield f'        <trans-unit{attributes} xml:space="preserve">'
    yield f"          <source{_attributes(('xml:lang', document.source))}>{_inline(unit.source)}</source>"
    if unit.target is not None:
        attributes = _attributes(("xml:lang", document.target), ("state", unit.state))
        yield f"          <target{attributes}>{_inline(unit.target)}</target>"
    yield '          <context-group purpose="location">'
    for kind, text in unit.contexts:
        yield f"            <context{_attributes(('context-type', kind))}>{_words(text)}</context>"
    yield "          </context-group>"
    for note in unit.notes:
        yield f'          <note from="{TOOL}" xml:lang="en">{_words(note)}</note>'
    yield "        </trans-unit>"


def _inline(parts: Parts) -> str:
    return "".join(_code(part) if isinstance(part, Code) else _words(part) for part in parts)


def _code(code: Code) -> str:
    ids = _attributes(("id", code.id))
    if code.form != "ept":
        kind = "x-link" if (code.form, code.type) == ("ph", "link") else code.type  # XLIFF has links as pairs only
        ids += _attributes(("ctype", kind))
    if code.form == "ph" and code.shown:
        ids += _attributes(("equiv-text", code.shown))
    return f"<{code.form}{ids}>{_words(code.code)}</{code.form}>"


def _words(text: str) -> str:
    """Text as an element holds it. A carriage return would come back as a line feed."""
    return escape(text, {"\r": "&#13;"})


def _attributes(*pairs: tuple[str, str]) -> str:
    return "".join(f" {name}={quoteattr(value)}" for name, value in pairs)
