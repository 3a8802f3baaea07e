"""A content file → ReleaseText: front matter checked, body kept as written. yaml's home."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

import yaml

from ..definitions import ChartWords, Citation, FrontMatter, Reference, ReleaseText
from ..errors import Problem, SourceErrors, SourceRef, did_you_mean
from ..spec import decode_words, hidden_character
from ..urls import RESERVED, SLUG

try:
    from yaml import CSafeLoader as _Loader
except ImportError:  # a build of PyYAML without libyaml: slower, the same result
    from yaml import SafeLoader as _Loader  # type: ignore[assignment]  # another class, used alike

_KEYS = ("title", "summary", "slug")
_FORMER = "former_slugs"
_LONGEST_SLUG = 100
_NULL = "tag:yaml.org,2002:null"
_PLAIN_TAGS = (_NULL, *(f"tag:yaml.org,2002:{kind}" for kind in ("str", "int", "float", "bool", "timestamp", "value")))
_CLOSE = re.compile(r"^---[ \t]*$", re.M)


def read_text(data: bytes, path: str, release: str, lang: str) -> ReleaseText:
    """A content file's bytes → its text. Raises SourceErrors with everything that is wrong in the front matter."""
    found, problems = parse_text(data, path, release, lang)
    if problems:
        raise SourceErrors(*problems)
    return found


def parse_text(data: bytes, path: str, release: str, lang: str) -> tuple[ReleaseText, tuple[Problem, ...]]:
    """A content file's bytes → its text, and what is wrong in the front matter, so that the body can be checked too.

    Raises SourceErrors when the body cannot be found.
    """
    text = decode_words(data, path)
    if not re.match(r"---[ \t]*\n", text):
        hint = "start the file with a line ---, then title, summary and slug, then another line ---"
        raise SourceErrors(Problem("bad-front-matter", "the file has no front matter", SourceRef(path, 1), hint))
    start = text.index("\n") + 1
    close = _CLOSE.search(text, start)
    if close is None:
        hint = "end the front matter with a line that holds only ---"
        raise SourceErrors(Problem("bad-front-matter", "the front matter is not closed", SourceRef(path, 1), hint))
    problems: tuple[Problem, ...] = ()
    try:
        front = _read_front(text[start : close.start()], path)
    except _Unfit as unfit:
        front, problems = unfit.front, unfit.problems
    except SourceErrors as errors:
        front, problems = _front({}, {}, release), errors.problems
    body, first = text[close.end() :], text.count("\n", 0, close.end()) + 1
    cites = any(map(_NAMED.search, (front.title, front.summary, body)))
    front = replace(front, charts=tuple(charts_shown(body, first)), cites=cites)
    return ReleaseText(release, lang, path, front, body, first), problems


class _Unfit(SourceErrors):
    """The front matter has mistakes; `front` is what can be read of it."""

    def __init__(self, front: FrontMatter, *problems: Problem) -> None:
        super().__init__(*problems)
        self.front = front


def _front(values: Mapping[str, str], lines: Mapping[str, int], release: str) -> FrontMatter:
    """The front matter with something in the place of what is missing. No slug of an author has two hyphens."""
    slug = values.get("slug", "")
    if not SLUG.match(slug):
        slug = f"unknown--{release}"
    every = {key: lines.get(key, 1) for key in _KEYS}
    return FrontMatter(values.get("title", ""), values.get("summary", ""), slug, every)


def _read_front(text: str, path: str) -> FrontMatter:
    node = _compose(text, path)
    if not isinstance(node, yaml.MappingNode):
        hint = "write title: …, summary: … and slug: …"
        raise SourceErrors(
            Problem("bad-front-matter", "the front matter is not a list of keys", SourceRef(path, 2), hint)
        )
    problems: list[Problem] = []
    values: dict[str, str] = {}
    lines: dict[str, int] = {}
    tried: set[str] = set()
    former: tuple[str, ...] = ()
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 2
        key = str(key_node.value)
        if key == _FORMER and key not in lines and isinstance(value_node, yaml.SequenceNode):
            former, lines[key] = tuple(str(item.value) for item in value_node.value), line
        elif problem := _wrong(key, value_node, {*values, *lines}, SourceRef(path, line)):
            problems.append(problem)
            tried.add(key)
        else:
            values[key], lines[key] = " ".join(str(value_node.value).split(" ")).strip(), line
    for key in _KEYS:
        if key not in values and key not in tried:
            hint = f"add {key}: … to the front matter"
            problems.append(Problem("missing-key", f'the front matter lacks "{key}"', SourceRef(path, 1), hint))
    if slug := values.get("slug"):
        problems += _wrong_slugs((slug,), SourceRef(path, lines["slug"]))
    if former:
        problems += _wrong_slugs(former, SourceRef(path, lines[_FORMER]))
        if slug in former or len(set(former)) < len(former):
            hint = "list each slug that the page had before once, and not the one that it has"
            problems.append(
                Problem("bad-slug", f'"{_FORMER}" names an address twice', SourceRef(path, lines[_FORMER]), hint)
            )
    if problems:
        release = path.rsplit("/", 1)[-1].removesuffix(".md")
        raise _Unfit(_front(values, lines, release), *problems)
    return FrontMatter(values["title"], values["summary"], values["slug"], lines, former=former)


def _wrong_slugs(slugs: Iterable[str], where: SourceRef) -> Iterator[Problem]:
    for slug in slugs:
        if not SLUG.match(slug) or len(slug) > _LONGEST_SLUG:
            hint = f"use up to {_LONGEST_SLUG} lower-case letters without accents, digits, and single hyphens"
            yield Problem("bad-slug", f'the slug is "{slug}"', where, hint)
        elif slug in RESERVED:
            hint = "a page beside each release has this name: choose another"
            yield Problem("bad-slug", f'the slug "{slug}" is taken', where, hint)


def _wrong(key: str, value: yaml.Node, known: Collection[str], where: SourceRef) -> Problem | None:
    if key == _FORMER and key not in known:
        hint = f"write {_FORMER}: [first-slug, second-slug]"
        return Problem("bad-front-matter", f'"{key}" must be a list of slugs', where, hint)
    if key not in (*_KEYS, _FORMER):
        nearest = did_you_mean(key, (*_KEYS, _FORMER))
        hint = nearest if nearest.startswith("did") else f"{nearest}; what languages share stands in release.toml"
        return Problem("bad-front-matter", f'unknown key "{key}" in the front matter', where, hint)
    if key in known:
        return Problem("duplicate-key", f'"{key}" stands twice in the front matter', where, "keep one of them")
    if not isinstance(value, yaml.ScalarNode):
        hint = f'write one text; if it begins with {{ or [, put it in quotes: {key}: "…"'
        return Problem("bad-front-matter", f'"{key}" must be a text', where, hint)
    if value.tag not in _PLAIN_TAGS:
        hint = "delete the tag: nothing in the front matter is executed"
        return Problem("bad-front-matter", f'"{key}" has the YAML tag {value.tag}', where, hint)
    if not str(value.value).strip() or value.tag == _NULL:
        return Problem("missing-key", f'"{key}" is empty', where, f"write {key}: …")
    if "\n" in value.value:
        return Problem("bad-front-matter", f'"{key}" must be a single line', where, "join its lines")
    return hidden_character(value.value, where)


def _compose(text: str, path: str) -> yaml.Node | None:
    try:
        return yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = (mark.line if mark else 0) + 2
        hint = 'a text that holds ": ", or begins with {, [, *, & or a quote, must stand in quotes: title: "…"'
        message = f"the front matter is not YAML: {error.problem}"
        raise SourceErrors(Problem("bad-front-matter", message, SourceRef(path, line), hint)) from None
    except (yaml.YAMLError, RecursionError) as error:
        message = f"the front matter is not YAML: {error}"
        hint = "write title: …, summary: … and slug: …, each a text of one line"
        raise SourceErrors(Problem("bad-front-matter", message, SourceRef(path, 2), hint)) from None


_CHART = re.compile(
    r"^[ ]{0,3}!\[((?:\\.|\[[^\[\]]*\]|[^\[\]\\])*)\]"
    r'\(\s*chart:([A-Za-z][\w-]{0,63})(?:\s+"((?:\\.|[^"\\])*)")?\s*\)',
    re.M | re.A,
)
_ESCAPED = re.compile(r"\\([\\`*_{}\[\]()>#+.!\"-])")


def charts_shown(body: str, first: int = 1) -> dict[str, ChartWords]:
    """The charts that a body shows, by id, with the words that the text gives each; `first` is the body's first line.

    A chart stands alone in its paragraph, so its image begins a line.
    """
    found: dict[str, ChartWords] = {}
    for match in _CHART.finditer(body):
        description, name, title = (_ESCAPED.sub(r"\1", part or "") for part in match.groups())
        words = ChartWords(
            title, re.sub(r"[ \t\n]+", " ", description).strip(), body.count("\n", 0, match.start()) + first
        )
        found.setdefault(name, words)
    return found


_NAMED = re.compile(r"\{\{(?:(?!\{\{|\}\}).)*\}\}|\]\(claim:")
_REFERENCE = re.compile(r"\{\{((?:(?!\{\{|\}\}).)*)\}\}|\]\((claim|chart|table|release):([^)\s]+)")


def references(text: ReleaseText) -> tuple[Reference, ...]:
    """Every figure, claim, chart, table and release that a text names, in reading order, front matter included."""
    found: list[Reference] = []
    for key, value in (("title", text.front.title), ("summary", text.front.summary)):
        found += _references_in(value, text.front.lines[key])
    for number, line in enumerate(text.body.split("\n"), text.body_line):
        found += _references_in(line, number)
    return tuple(found)


def _references_in(text: str, line: int) -> list[Reference]:
    result = []
    for match in _REFERENCE.finditer(text):
        figure, kind, name = match.groups()
        result.append(Reference(kind or "figure", name or re.sub(r"\s+", " ", figure).strip(), line))
    return result


_MARKS = re.compile(r"\[\^[^\]]*\]|\*+|`+|(?<!\w)_+|_+(?!\w)")


def cited(text: ReleaseText) -> tuple[Citation, ...]:
    """Every figure, claim, chart and table that a text names, in reading order, with the words that it has for them."""
    titles = charts_shown(text.body, text.body_line)
    found: list[Citation] = []
    for part in (text.front.title, text.front.summary, text.body):
        for match in _REFERENCE.finditer(part):
            figure, kind, name = match.groups()
            if figure is not None:
                found.append(Citation("figure", re.sub(r"\s+", " ", figure).strip()))
            elif kind == "chart":
                found.append(Citation(kind, name, titles[name].title if name in titles else ""))
            elif kind != "release":
                found.append(Citation(kind, name, _words_before(part, match.start())))
    return tuple(found)


def _words_before(text: str, end: int) -> str:
    """The words of a link, whose closing bracket is at a place of the text: without marks of Markdown."""
    depth, start = 0, end
    while start > 0 and depth >= 0:
        start -= 1
        if text[start] in "[]" and text[start - 1 : start] != "\\":
            depth += 1 if text[start] == "]" else -1
    words = _ESCAPED.sub(r"\1", _MARKS.sub("", text[start + 1 : end]))
    return " ".join(words.split())


@dataclass(frozen=True)
class Scalar:
    """Where a value of the front matter stands in the text of a file (with `\\n` line ends): from and to which line
    (from 1) and column, and the quotation mark (or `>`, `|`) that it is written with, if any."""

    start: tuple[int, int]
    end: tuple[int, int]
    style: str


def scalars(text: str, path: str) -> Mapping[str, Scalar]:
    """The places of the values of a front matter that can be read, by key. Raises SourceErrors."""
    start = text.index("\n") + 1
    close = _CLOSE.search(text, start)
    node = _compose(text[start : close.start() if close else len(text)], path)
    assert isinstance(node, yaml.MappingNode)

    def place(mark: yaml.Mark) -> tuple[int, int]:
        at = start + mark.index
        return text.count("\n", 0, at) + 1, at - (text.rfind("\n", 0, at) + 1)

    return {
        str(key.value): Scalar(place(value.start_mark), place(value.end_mark), value.style or "")
        for key, value in node.value
        if isinstance(value, yaml.ScalarNode)
    }


def as_scalar(value: str, style: str = "") -> str:
    """A text of one line as a value of the front matter: in the quotation marks of `style`, or those that it needs."""
    if style == "'":
        return "'" + value.replace("'", "''") + "'"
    if style != '"' and _stands_plain(value):
        return value
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _stands_plain(value: str) -> bool:
    try:
        node = _compose(f"title: {value}\nslug: x\n", "")
    except SourceErrors:
        return False
    if not isinstance(node, yaml.MappingNode) or len(node.value) != 2:
        return False
    found = node.value[0][1]
    return isinstance(found, yaml.ScalarNode) and found.tag == "tag:yaml.org,2002:str" and found.value == value
