"""`/_source/<path>`: a source of the last build, to be read, with numbered lines and what is wrong on them."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from ..errors import LEVELS, Problem, did_you_mean
from ..sources.site import Site
from .own import (
    LEVEL_NAMES,
    LINES_PER_PAGE,
    OwnPage,
    counted,
    problem_item,
    side_address,
    source_address,
    sources_of,
    unread,
)
from .session import State

_LONGEST = 5_000


def source_page(state: State, rest: str) -> OwnPage:
    """A source, or a part of a long one: `2/data/sales.csv`. Only what the last build read can be asked for, by the
    very name that it has there."""
    site = sources_of(state)
    if site is None:
        return unread(state)
    number, _, below = rest.partition("/")
    part, path = (int(number), below) if number.isascii() and number.isdigit() and len(number) < 6 else (1, rest)
    if path not in site.snapshot:
        return _none(path, site)
    try:
        text = site.snapshot.read(path).decode("utf-8-sig")
    except UnicodeDecodeError:
        return OwnPage(path, f"{_head(path, site)}\n<p>This file is not a text in UTF-8.</p>")
    lines = text.split("\n")
    if lines[-1] == "":
        lines.pop()
    parts = max(1, -(-len(lines) // LINES_PER_PAGE))
    if not 1 <= part <= parts:
        return _none(rest, site)
    first = (part - 1) * LINES_PER_PAGE
    problems = [problem for problem in state.problems if problem.where.path == path]
    shown = "\n".join(
        _line(first + number, line.rstrip("\r"), problems)
        for number, line in enumerate(lines[first : first + LINES_PER_PAGE], 1)
    )
    html = f"""{_head(path, site)}
<p class="facts">{counted(len(lines), "line", "lines")}, {_summary(problems)}. This page is for reading only.</p>
{_whole(problems)}{_parts(path, part, parts)}
<ol class="source" start="{first + 1}">
{shown}
</ol>
{_parts(path, part, parts, "below")}"""
    return OwnPage(path, html, wide=True)


def _none(path: str, site: Site) -> OwnPage:
    hint = did_you_mean(path, [known for known in site.snapshot.digests if known.rpartition("/")[2] in path] or ())
    more = f" {escape(hint[0].upper() + hint[1:])}" if hint.startswith("did") else ""
    html = f"<h1>There is no such source</h1>\n<p>The site has no file <code>{escape(path[:300])}</code>.{more}</p>"
    return OwnPage("No such source", html, 404)


def _head(path: str, site: Site) -> str:
    """The name of the file, and, of a text, the way to its translation or its source."""
    links = ""
    folder, _, rest = path.partition("/")
    lang, name = rest.partition("/")[0], path.rpartition("/")[2].removesuffix(".md")
    source, *others = site.config.tags
    is_text = folder == "content" and name in site.heads and lang in site.config.tags
    if is_text and others and path == site.text_file(name, lang):
        beside = escape(side_address(name, others[0] if lang == source else lang))
        links = f'\n<p class="facts"><a href="{beside}">The languages of {escape(name)}, side by side</a></p>'
    return f'<h1 class="path"><code>{escape(path)}</code></h1>{links}'


def _summary(problems: Sequence[Problem]) -> str:
    counts = {level: sum(1 for problem in problems if problem.level == level) for level in LEVELS}
    said = [counted(count, *LEVEL_NAMES[level]) for level, count in counts.items() if count]
    return ", ".join(said) if said else "no problem"


def _whole(problems: Sequence[Problem]) -> str:
    """What is wrong with the file as a whole."""
    found = "".join(problem_item(problem) for problem in problems if problem.where.line == 0)
    return f'<ol class="findings">{found}</ol>\n' if found else ""


def _line(number: int, text: str, problems: Sequence[Problem]) -> str:
    shown = text if len(text) <= _LONGEST else f"{text[:_LONGEST]} …"
    here = [problem for problem in problems if problem.where.line == number]
    notes = "".join(
        f'<span class="note {problem.level}"><b>{LEVEL_NAMES[problem.level][0]}:</b> {escape(problem.message)}</span>'
        for problem in here
    )
    wrong = ' class="wrong"' if here else ""
    link = f'<a href="#L{number}" aria-label="Line {number}">{number}</a>'
    return f'<li id="L{number}"{wrong}>{link}<code>{escape(shown)}</code>{notes}</li>'


def _parts(path: str, part: int, parts: int, where: str = "above") -> str:
    """Links between the parts of a long file."""
    if parts == 1:
        return ""
    links = []
    for number, words in ((part - 1, "Lines before"), (part + 1, "Lines after")):
        if 1 <= number <= parts:
            address = source_address(path, (number - 1) * LINES_PER_PAGE + 1).partition("#")[0]
            links.append(f'<a href="{escape(address)}">{words}</a>')
    return f'<nav class="parts" aria-label="Parts, {where}">Part {part} of {parts} {" ".join(links)}</nav>'
