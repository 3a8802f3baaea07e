"""What the templates of figures and their sources receive: frozen, every field ready to print, as in `views`."""

from __future__ import annotations

from dataclasses import dataclass

from .views import FrameView, LinkView


@dataclass(frozen=True)
class PairView:
    """A name and what stands for it: a dimension and its member, a form and what it prints."""

    name: str
    text: str


@dataclass(frozen=True)
class CellView:
    """A cell behind a figure, or a row that a claim was tested on: its place, its value in the language and as programs
    read it (both empty: not available), its status in words; `broken`: it breaks the claim."""

    place: str
    value: str
    machine: str
    status: str
    broken: bool = False


@dataclass(frozen=True)
class SourceFileView:
    """A data file: its title, name and address, what must be said of it, and two digests (SHA-256): of the file that
    readers download, and of the file that it was made from."""

    anchor: str
    title: str
    name: str
    href: str
    note: str
    source: str
    digest: str
    source_digest: str


@dataclass(frozen=True)
class FigureView:
    """A figure of a text: `texts` as printed, `forms` with the way of printing each; the value before and after
    rounding; where it stands; its measure in words; how its derived members are put together; its cells."""

    id: str
    anchor: str
    texts: tuple[str, ...]
    forms: tuple[PairView, ...]
    exact: str
    rounded: str
    machine: str
    file: SourceFileView
    row: tuple[PairView, ...]
    measure: str
    made_of: tuple[str, ...]
    unit: str
    status: str
    cells: tuple[CellView, ...]


@dataclass(frozen=True)
class ClaimView:
    """A claim of a text: `texts` are the words that make it, `holds` the test as it is written, `said` in words; `true`
    is the verdict, on these `cells`; `row` is what they have in common."""

    id: str
    anchor: str
    texts: tuple[str, ...]
    holds: str
    said: str
    true: bool
    file: SourceFileView
    row: tuple[PairView, ...]
    measure: str
    cells: tuple[CellView, ...]


@dataclass(frozen=True)
class PeriodView:
    """A period that a text prints."""

    id: str
    anchor: str
    text: str


@dataclass(frozen=True)
class RevisionView:
    """A number that was revised: its place, before and after in the language and as programs read it (empty: not
    available), and by how much."""

    place: str
    before: str
    before_machine: str
    after: str
    after_machine: str
    difference: str


@dataclass(frozen=True)
class RevisedTable:
    """What became of a data table: its first revised numbers; how many there are of these, of new cells, and of cells
    that are gone. `unit` is that of its numbers."""

    title: str
    unit: str
    rows: tuple[RevisionView, ...]
    revised: int
    added: int
    removed: int


@dataclass(frozen=True)
class RevisionsPage:
    """`revisions.html`: the numbers of a release that are not what they were, in one language.

    `release` leads to its page, `section` to its index; `edition` to the edition that it is compared with, or
    `other` to the other release; `unchanged` are the titles of tables in which nothing is another; `file` is
    the address of the whole list as CSV.
    """

    frame: FrameView
    section: LinkView | None
    release: LinkView
    heading: str
    edition: LinkView | None
    other: LinkView | None
    tables: tuple[RevisedTable, ...]
    unchanged: tuple[str, ...]
    file: str


@dataclass(frozen=True)
class FiguresPage:
    """`figures.html`: where the figures of a release come from, in one language.

    `release` leads to its page, `section` to its index; `literals` are words that no cell stands behind, each with who
    says so; `charts` and `tables` lead to those that it shows; `record` is the address of the same for programs.
    """

    frame: FrameView
    section: LinkView | None
    release: LinkView
    heading: str
    figures: tuple[FigureView, ...]
    periods: tuple[PeriodView, ...]
    claims: tuple[ClaimView, ...]
    literals: tuple[PairView, ...]
    charts: tuple[LinkView, ...]
    tables: tuple[LinkView, ...]
    files: tuple[SourceFileView, ...]
    record: str
