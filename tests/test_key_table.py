"""The 204 numbers that were published → the key table of the sample site, in both languages and as exact values.

`data/published_key_table.csv` holds what the source published, not what this program made. It is the proof that levels,
shares, changes, average growth and balances are worked out and printed as a statistical office does it.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path

import pytest
from support import HERE, ROOT, build, tree, write

from generator import workers
from generator.config import load_config
from generator.definitions import MeasureSpec
from generator.facts.displays import build_grid
from generator.facts.edition import Edition
from generator.facts.figures import figure_value
from generator.facts.lookup import Lookup
from generator.facts.measures import evaluate
from generator.formats import rounded
from generator.model import FigureRef
from generator.sources.files import FolderFiles, take_snapshot
from generator.sources.labels import Labels, read_labels
from generator.sources.site import Memo, read_site

RELEASE, DISPLAY = "regional-trade-2024", "key-indicators"
NOW = datetime.fromisoformat("2026-01-01T00:00:00+01:00")
MINUS = "−"

Place = tuple[str, str, str, str, str]
"""flow, product, region, indicator, year: what names a number in the published table."""

#: Indicator of the published table → label of the column's head, and its measure.
HEADS = {
    "level_eur_million": "head.eur_million",
    "share_of_belgium_pct": "head.share_of_belgium",
    "share_of_product_pct": "head.share_of_product",
    "change_pct": "head.change",
    "cagr_pct": "head.average_growth",
}
MEASURES = {
    "level_eur_million": MeasureSpec("level"),
    "share_of_belgium_pct": MeasureSpec("share", of={"region": "BEL"}),
    "share_of_product_pct": MeasureSpec("share", of={"product": "total"}),
    "change_pct": MeasureSpec("change"),
    "cagr_pct": MeasureSpec("average_growth", start="2019"),
}


def published() -> dict[Place, str]:
    """The published numbers, as text: the golden file."""
    with (HERE / "data" / "published_key_table.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    found = {(row["flow"], row["product"], row["region"], row["indicator"], row["year"]): row["value"] for row in rows}
    assert len(found) == len(rows), "the golden file names a number twice"
    return found


PUBLISHED = published()


@pytest.fixture(scope="module", autouse=True)
def _uncompared() -> Iterator[None]:
    """A page without drawings is not what the data give, and the build would rightly say so."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(workers, "check_agreement", lambda *_made: ())
        yield


class SilentCharts:
    """A store that has every chart already: this test is not about charts."""

    def get(self, _key: str) -> str:
        return '<svg xmlns="http://www.w3.org/2000/svg"></svg>'

    def put(self, _key: str, _svg: str) -> None:
        raise AssertionError("no chart is drawn")

    def get_bytes(self, _key: str) -> bytes:
        return b""

    def put_bytes(self, _key: str, _data: bytes) -> None:
        raise AssertionError("no picture is drawn")


# ---------------------------------------------------------------- tables as a reader of HTML sees them


@dataclass
class Cell:
    """A `<th>` or `<td>`: its spans, its text, and of the `<data>` in it the value and the text as printed."""

    tag: str
    columns: int
    rows: int
    scope: str
    text: str = ""
    value: str | None = None
    number: str = ""


@dataclass
class HtmlTable:
    """A `<table>`: the rows of its head, and its bodies."""

    head: list[list[Cell]] = field(default_factory=list)
    bodies: list[list[list[Cell]]] = field(default_factory=list)

    def column_heads(self) -> list[tuple[str, ...]]:
        """The texts above each column, from top to bottom, with spans followed."""
        grid: dict[tuple[int, int], str] = {}
        for row, cells in enumerate(self.head):
            column = 0
            for cell in cells:
                while (row, column) in grid:
                    column += 1
                for down in range(cell.rows):
                    for across in range(cell.columns):
                        grid[row + down, column + across] = cell.text
                column += cell.columns
        width = max(column for _row, column in grid) + 1
        return [
            tuple(dict.fromkeys(grid[row, column] for row in range(len(self.head)) if grid.get((row, column))))
            for column in range(width)
        ]


class Tables(HTMLParser):
    """All tables of the figure with an id."""

    def __init__(self, anchor: str) -> None:
        super().__init__()
        self.anchor, self.inside = anchor, False
        self.tables: list[HtmlTable] = []
        self.rows: list[list[Cell]] = []
        self.cell: Cell | None = None
        self.in_number = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "figure":
            self.inside = given.get("id") == self.anchor
        if not self.inside:
            return
        if tag == "table":
            self.tables.append(HtmlTable())
        elif tag in ("thead", "tbody"):
            self.rows = []
        elif tag == "tr":
            self.rows.append([])
        elif tag in ("th", "td"):
            spans = int(given.get("colspan") or 1), int(given.get("rowspan") or 1)
            self.cell = Cell(tag, *spans, given.get("scope") or "")
            self.rows[-1].append(self.cell)
        elif tag == "data" and self.cell is not None:
            assert self.cell.value is None, "two numbers in a cell"
            self.cell.value, self.in_number = given.get("value"), True

    def handle_endtag(self, tag: str) -> None:
        if not self.inside:
            return
        if tag == "thead":
            self.tables[-1].head = self.rows
        elif tag == "tbody":
            self.tables[-1].bodies.append(self.rows)
        elif tag == "data":
            self.in_number = False
        elif tag in ("th", "td"):
            self.cell = None
        elif tag == "figure":
            self.inside = False

    def handle_data(self, data: str) -> None:
        if self.cell is not None:
            self.cell.text += data
            self.cell.number += data if self.in_number else ""


def numbers_of(html: str) -> dict[tuple[str, str, tuple[str, ...]], tuple[str, str]]:
    """Every number of the key table: (group, row, column heads) → (machine, printed)."""
    parser = Tables(f"table-{DISPLAY}")
    parser.feed(html)
    found: dict[tuple[str, str, tuple[str, ...]], tuple[str, str]] = {}
    for table in parser.tables:
        heads = table.column_heads()
        for body in table.bodies:
            group = next(cell.text for row in body for cell in row if cell.scope == "rowgroup")
            for row in body:
                if row[0].scope == "rowgroup":
                    continue
                assert len(row) == len(heads), "a row is as wide as its head"
                for cell, above in zip(row[1:], heads[1:], strict=True):
                    assert cell.tag == "td"
                    assert cell.value is not None, f"{group}, {row[0].text}, {above}: no number"
                    key = group, row[0].text, above
                    assert key not in found, f"{key} stands twice"
                    found[key] = cell.value, cell.number
    return found


def named(place: Place, names: dict[str, str]) -> tuple[str, str, tuple[str, ...]]:
    """Where a published number stands in a page, in the words of a language."""
    flow, product, region, indicator, year = place
    return names[f"{flow}.{product}"], names[region], (names[HEADS[indicator]], year.replace("-", "–"))


def printed(value: str, group: str, decimal: str) -> str:
    """A published number as a language prints it, worked out from its text alone."""
    sign, whole, fraction = re.fullmatch(r"(-?)(\d+)\.(\d+)", value).groups()  # type: ignore[union-attr]
    while match := re.match(r"^(\d+)(\d{3})(.*)$", whole):
        whole = match[1] + group + match[2] + match[3]
    return f"{MINUS if sign else ''}{whole}{decimal}{fraction}"


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The page of the release in each language, as built."""
    out = tmp_path_factory.mktemp("key-table") / "site"
    report = build(FolderFiles(ROOT), out, NOW, charts=SilentCharts())
    assert not report.broken, [problem.text() for problem in report.problems]
    found: dict[str, str] = {}
    for path, content in tree(out).items():
        if path.endswith("/index.html") and f'id="table-{DISPLAY}"' in content.decode():
            found[path.split("/")[0]] = content.decode()
    return found


@pytest.fixture(scope="module")
def labels() -> Labels:
    return read_labels((ROOT / "data" / "labels.csv").read_bytes(), ("fr", "en"))


@pytest.fixture(scope="module")
def lookup() -> Lookup:
    config = load_config((ROOT / "site.toml").read_bytes())
    snapshot = take_snapshot(FolderFiles(ROOT), {}, 10_000_000)
    site = read_site(config, snapshot, Memo()).site
    return Lookup(Edition(site, frozenset(site.heads)))


# ---------------------------------------------------------------- the proof


def test_the_golden_file_has_all_numbers() -> None:
    assert len(PUBLISHED) == 204


@pytest.mark.parametrize(("lang", "group", "decimal"), [("fr", ".", ","), ("en", ",", ".")])
def test_every_published_number_is_printed(
    pages: dict[str, str], labels: Labels, lang: str, group: str, decimal: str
) -> None:
    names = dict(labels.names[lang])
    expected = {named(place, names): (value, printed(value, group, decimal)) for place, value in PUBLISHED.items()}
    found = numbers_of(pages[lang])
    assert len(found) == 204
    assert found == expected


def test_the_languages_print_by_their_own_rules(pages: dict[str, str]) -> None:
    assert '<data value="62472.5">62.472,5</data>' in pages["fr"]
    assert '<data value="62472.5">62,472.5</data>' in pages["en"]
    assert '<data value="-14334.9">−14.334,9</data>' in pages["fr"]
    assert '<data value="-14334.9">−14,334.9</data>' in pages["en"]
    assert set(pages) == {"fr", "en"}


@pytest.mark.parametrize("place", PUBLISHED, ids="-".join)
def test_every_published_number_follows_from_the_cells(lookup: Lookup, place: Place) -> None:
    """Through the measures alone, as exact values: no page, no language."""
    flow, product, region, indicator, year = place
    data = lookup.data(RELEASE, "trade")
    at = {"flow": flow, "product": product, "region": region, "year": year.split("-")[-1]}
    value = evaluate(data, MEASURES[indicator], at)
    assert value.number is not None
    assert rounded(value.number, value.decimals) == Decimal(PUBLISHED[place])
    assert value.unit == ("EUR_MILLION" if indicator == "level_eur_million" else "percent")


def test_the_grid_holds_the_published_numbers_in_order(lookup: Lookup) -> None:
    """As a display, before any HTML: both languages hold the same machine numbers in the same places."""
    grids = [build_grid(lookup.display(RELEASE, DISPLAY), lookup, RELEASE, lang) for lang in ("fr", "en")]
    french, english = (
        [cell.machine for part in grid.parts for group in part.groups for _head, row in group.rows for cell in row]
        for grid in grids
    )
    assert french == english
    assert sorted(french) == sorted(PUBLISHED.values())


@pytest.mark.parametrize(
    ("figure", "place"),
    [
        ("exports_change.BRU", ("exports", "total", "BRU", "change_pct", "2024")),
        ("goods_imports_change.WAL", ("imports", "goods", "WAL", "change_pct", "2024")),
        ("change_previous.exports.goods.BRU", ("exports", "goods", "BRU", "change_pct", "2023")),
        ("services_growth.imports.VLG", ("imports", "services", "VLG", "cagr_pct", "2019-2024")),
        ("trade_level.exports.BEL", ("exports", "total", "BEL", "level_eur_million", "2024")),
        ("share_of_belgium.exports.WAL", ("exports", "total", "WAL", "share_of_belgium_pct", "2024")),
    ],
)
def test_the_figures_of_the_prose_are_the_published_numbers(lookup: Lookup, figure: str, place: Place) -> None:
    name, *members = figure.split(".")
    value, _spec = figure_value(FigureRef(name, tuple(members)), lookup, RELEASE)
    assert value.number is not None
    assert rounded(value.number, 1) == Decimal(PUBLISHED[place])


def _raised(text: str) -> str:
    """The trade table with exports of Brussels' goods of 2024 raised by 1."""
    old = next(line for line in text.splitlines() if line.startswith("exports,goods,BRU,2024,"))
    *head, value, status = old.split(",")
    return text.replace(old, ",".join([*head, str(Decimal(value) + 1), status]))


@pytest.mark.parametrize("change", [_raised], ids=["one cell raised"])
def test_a_changed_cell_changes_the_page(tmp_path: Path, labels: Labels, change: Callable[[str], str]) -> None:
    """The test would notice: with one cell changed, some of the 204 numbers differ, and no other place appears."""
    sources = tree(ROOT / "data")
    path = f"{RELEASE}/trade_levels.csv"
    sources[path] = change(sources[path].decode()).encode()
    root = write({f"data/{name}": data for name, data in sources.items()}, tmp_path / "site")
    write({f"content/{name}": data for name, data in tree(ROOT / "content").items()}, root)
    write({"site.toml": (ROOT / "site.toml").read_bytes()}, root)
    out = tmp_path / "out"
    report = build(FolderFiles(root), out, NOW, charts=SilentCharts())
    assert not report.broken
    pages = {name: data.decode() for name, data in tree(out).items() if name.startswith("en/press")}
    html = next(page for page in pages.values() if f'id="table-{DISPLAY}"' in page)
    found = numbers_of(html)
    expected = {named(place, dict(labels.names["en"])): value for place, value in PUBLISHED.items()}
    different = {key for key, (value, _text) in found.items() if expected[key] != value}
    assert set(found) == set(expected)
    assert ("Exports of goods", "Brussels", ("EUR million", "2024")) in different
    assert len(different) < 30
