"""What a change would do → text, a JSON object, or an HTML page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from html import escape

from .impact import CellChange, ClaimChange, FigureChange, Impact, by_figure

_ABSENT = "(absent)"
_STYLE = """
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
body { max-width: 70rem; margin: 2rem auto; padding: 0 1.5rem; }
table { border-collapse: collapse; width: 100%; margin: .75rem 0 2rem; }
caption { text-align: start; font-weight: 700; padding-block: .5rem; }
th, td { text-align: start; vertical-align: top; padding: .4rem .8rem .4rem 0; border-top: 1px solid #8888; }
del { color: #a3262a; } ins { color: #0b6b3a; text-decoration: none; font-weight: 600; }
@media (prefers-color-scheme: dark) { del { color: #ff9a9d; } ins { color: #7fd6a5; } }
code { font-size: .9em; }
"""


def as_text(impact: Impact) -> str:
    """The change as people read it in a terminal; a line that says so when nothing changes."""
    if not impact:
        return "nothing would change"
    blocks = [*_figure_lines(impact), *_claim_lines(impact.claims), *_cell_lines(impact.cells), *_page_lines(impact)]
    if impact.problems:
        blocks += ["problems that only the new version has:", *(problem.text() for problem in impact.problems), ""]
    return "\n".join([*blocks, summary(impact)])


def summary(impact: Impact) -> str:
    """One line: how many of each."""
    figures = len(by_figure(impact.figures))
    false = sum(1 for claim in impact.claims if claim.after not in ("true", ""))
    pages = f"{len(impact.changed)} outputs changed, {len(impact.added)} new, {len(impact.removed)} gone"
    return (
        f"{figures} figures, {false} claims no longer true, {len(impact.cells)} numbers of charts and tables; {pages}"
    )


def _figure_lines(impact: Impact) -> Iterator[str]:
    for (release, figure), changes in by_figure(impact.figures).items():
        yield f"{release}: {{{{ {figure} }}}}"
        for change in changes:
            place = change.after or change.before
            assert place is not None
            yield f"  {place.path}:{place.line}: {_text(change, after=False)} → {_text(change, after=True)}"
            for sign, version in (("-", change.before), ("+", change.after)):
                if version is not None:
                    yield f"    {sign} {version.sentence}"
        yield ""


def _text(change: FigureChange, *, after: bool) -> str:
    version = change.after if after else change.before
    return _ABSENT if version is None else version.text


def _claim_lines(claims: Iterable[ClaimChange]) -> Iterator[str]:
    found = [
        f"  {claim.release}: {claim.claim} ({claim.holds}): {claim.before or _ABSENT} → {claim.after or _ABSENT}"
        for claim in claims
    ]
    if found:
        yield from ("claims:", *found, "")


def _cell_lines(cells: Iterable[CellChange]) -> Iterator[str]:
    found = [
        f"  {cell.release}, {cell.shown}: {cell.place}: {cell.before or _ABSENT} → {cell.after or _ABSENT}"
        for cell in cells
    ]
    if found:
        yield from ("charts and tables:", *found, "")


def _page_lines(impact: Impact) -> Iterator[str]:
    found = [
        f"  {sign} {path}"
        for sign, paths in (("~", impact.changed), ("+", impact.added), ("-", impact.removed))
        for path in paths
        if path.endswith(".html")
    ]
    if found:
        yield from ("pages:", *found, "")


def as_object(impact: Impact) -> dict[str, object]:
    """The change as programs read it: plain values, one key for each kind of change."""
    plain = {name: [asdict(one) for one in getattr(impact, name)] for name in ("figures", "claims", "cells")}
    outputs = {name: list(getattr(impact, name)) for name in ("changed", "added", "removed")}
    problems = [
        {"code": one.code, "level": one.level, "path": one.where.path, "line": one.where.line, "message": one.message}
        for one in impact.problems
    ]
    return {**plain, **outputs, "problems": problems}


def as_html(impact: Impact, title: str) -> str:
    """The change as one page that needs nothing else: languages side by side, old and new marked."""
    parts = [f"<h1>{escape(title)}</h1>", f"<p>{escape(summary(impact) if impact else as_text(impact))}</p>"]
    if impact.figures:
        parts += ["<h2>Figures</h2>", *_figure_table(impact)]
    rows = [(one.release, one.claim, one.holds, one.before, one.after) for one in impact.claims]
    parts += _table("Claims", ("Release", "Claim", "Holds", "Before", "After"), rows)
    cells = [(one.release, one.shown, one.place, one.before, one.after) for one in impact.cells]
    parts += _table("Charts and tables", ("Release", "Shown in", "Number", "Before", "After"), cells)
    pages = [("changed", path) for path in impact.changed] + [("new", path) for path in impact.added]
    parts += _table("Outputs", ("", "Path"), [*pages, *(("gone", path) for path in impact.removed)])
    problems = [(one.level, f"{one.where.path}:{one.where.line}", one.message, one.code) for one in impact.problems]
    parts += _table("Problems that only the new version has", ("Level", "Place", "Message", "Code"), problems)
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{escape(title)}</title>'
    body = "".join(parts)
    return (
        f'<!doctype html>\n<html lang="en">\n<head>{head}<style>{_STYLE}</style></head>\n<body>{body}</body>\n</html>\n'
    )


def _figure_table(impact: Impact) -> Iterator[str]:
    """A row for each figure, a column for each language."""
    langs = list(dict.fromkeys(change.lang for change in impact.figures))
    heads = "".join(f'<th scope="col">{escape(lang)}</th>' for lang in langs)
    yield f'<table><thead><tr><th scope="col">Figure</th>{heads}</tr></thead><tbody>'
    for (release, figure), changes in by_figure(impact.figures).items():
        columns = "".join(
            f'<td lang="{escape(lang)}">{"".join(_change(one) for one in changes if one.lang == lang)}</td>'
            for lang in langs
        )
        yield f'<tr><th scope="row">{escape(release)}<br><code>{escape(figure)}</code></th>{columns}</tr>'
    yield "</tbody></table>"


def _change(change: FigureChange) -> str:
    old = (
        ""
        if change.before is None
        else f"<p><del>{escape(change.before.text)}</del> {escape(change.before.sentence)}</p>"
    )
    new = (
        "" if change.after is None else f"<p><ins>{escape(change.after.text)}</ins> {escape(change.after.sentence)}</p>"
    )
    return old + new


def _table(caption: str, heads: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> list[str]:
    if not rows:
        return []
    top = "".join(f'<th scope="col">{escape(head)}</th>' for head in heads)
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return [f"<table><caption>{escape(caption)}</caption><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"]
