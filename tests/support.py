"""What the tests share: a small site in memory, builds of it, and what a reader would find in the output."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from generator.build import Report, build_site
from generator.output.charts import FolderCharts
from generator.output.write import opened
from generator.render.charts import ChartCache
from generator.sources.files import DEFAULT, Files, MemoryFiles
from generator.workers import Tools

HERE = Path(__file__).parent
ROOT = HERE.parent
#: Charts are drawn once for all tests that do not look at the drawing: kept by a digest of all that they are made of.
CHARTS = FolderCharts(ROOT / "build" / "cache" / "charts")
NOW = datetime.fromisoformat("2024-07-01T12:00:00+02:00")

Sources = dict[str, bytes]


def default_templates() -> Sources:
    """The templates that come with the package, as `MemoryFiles` expects them."""
    folder = ROOT / "templates"
    return {
        f"{DEFAULT}templates/{path.relative_to(folder).as_posix()}": path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def tree(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, by its path; empty when there is no folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }


def build(
    files: Files | Mapping[str, bytes], out: Path, now: datetime = NOW, *, charts: ChartCache | None = None
) -> Report:
    """Build a site in this process, without other processes and without a cache of charts on disk."""
    sources = MemoryFiles(files) if isinstance(files, Mapping) else files
    with opened(out, lambda: None) as output:
        return build_site(sources, output, now, Tools(charts or CHARTS))


def texts(report: Report) -> list[str]:
    """The findings of a build as people read them."""
    return [problem.text() for problem in report.problems]


def write(files: Mapping[str, bytes], root: Path) -> Path:
    """Put sources in a folder."""
    for path, data in files.items():
        place = root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
    return root


def copy_sample(root: Path) -> Path:
    """The sources of the sample site, alone, in a new folder."""
    root.mkdir(parents=True)
    shutil.copy(ROOT / "site.toml", root)
    for folder in ("content", "data", "templates"):
        shutil.copytree(ROOT / folder, root / folder)
    return root


def communique(
    *arguments: str | Path, env: Mapping[str, str] | None = None, cwd: Path = ROOT
) -> subprocess.CompletedProcess[str]:
    """Run the command in another process."""
    command = [sys.executable, "-m", "generator", *map(str, arguments)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **(env or {})}
    return subprocess.run(command, capture_output=True, text=True, env=environment, cwd=cwd, check=False)


def _bytes(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode()


def small_site() -> Sources:
    """Two languages, two kinds, a draft and three releases, one of them not yet public; tables, no charts."""
    return {**default_templates(), **{path: _bytes(text) for path, text in _SMALL.items()}}


_ALPHA = """\
kind = "news"
published = 2024-05-01T09:00:00+02:00

[periods]
year = 2024
before = 2023

[tables.sales]
file = "sales.csv"
dimensions = ["shop", "year"]
value = "value"
status = "status"
time = "year"
unit = "PIECE"
decimals = 0
source = "OFFICE"
totals.shop.ALL = ["NORTH", "SOUTH"]

[tables.spare]
file = "spare.csv"
dimensions = ["year"]
value = "value"
unit = "PIECE"

[figures.sold]
table = "sales"
at = { year = "@year" }
by = "shop"

[figures.growth]
table = "sales"
at = { year = "@year" }
by = "shop"
measure = "change"

[claims.rose]
table = "sales"
at = { year = "@year" }
over = ["shop"]
measure = "change"
holds = "all positive"

[displays.overview]
table = "sales"
row = "shop"
rows = ["NORTH", "SOUTH", "ALL"]
row_head = "shop"

[[displays.overview.parts]]
columns = [{ by = "year", members = ["@before", "@year"] }]
"""

_SALES = """\
shop,year,value,status
NORTH,2023,10,A
NORTH,2024,15,A
SOUTH,2023,20,A
SOUTH,2024,22,P
WEST,2023,5,A
WEST,2024,7,A
"""


def _schema(*columns: str) -> str:
    fields = [f'{{"name": "{name}", "type": "{"number" if name == "value" else "string"}"}}' for name in columns]
    return '{"fields": [' + ", ".join(fields) + "]}\n"


def content(title: str, slug: str, body: str) -> bytes:
    """A content file."""
    return f"---\ntitle: {title}\nsummary: About {slug}.\nslug: {slug}\n---\n\n{body}\n".encode()


def _release(kind: str, published: str, *, draft: bool = False) -> str:
    return f'kind = "{kind}"\npublished = {published}\ndraft = {str(draft).lower()}\n'


_WORDS = {
    "fr": ("Ventes en {{ year }}", "ventes", "Ventes : {{ sold.NORTH }}, [en hausse](claim:rose)"),
    "en": ("Sales in {{ year }}", "sales", "Sales: {{ sold.NORTH }}, [rising](claim:rose)"),
}
_SMALL: dict[str, str | bytes] = {
    "site.toml": """\
url = "https://stat.example/"
languages = ["fr", "en"]
timezone = "Europe/Brussels"
latest = 10

[kinds.news]
folder = "news"

[kinds.note]
folder = "notes"

[colours]
NORTH = 1

[checks]
missing-language = "warning"
""",
    "data/labels.csv": """\
code,fr,en,nl
site.title,Petit site,Small site,Kleine site
kind.news,Nouvelles,News,Nieuws
kind.note,Notes,Notes,Nota's
shop,Magasin,Shop,Winkel
NORTH,Nord,North,Noord
SOUTH,Sud,South,Zuid
WEST,Ouest,West,West
ALL,Tous,All,Alle
PIECE,pièces,pieces,stuks
OFFICE,Bureau,Office,Bureau
spare.word,Réserve,Spare,Reserve
""",
    "data/alpha/release.toml": _ALPHA,
    "data/alpha/sales.csv": _SALES,
    "data/alpha/sales.schema.json": _schema("shop", "year", "value", "status"),
    "data/alpha/spare.csv": "year,value\n2023,1\n2024,2\n",
    "data/alpha/spare.schema.json": _schema("year", "value"),
    **{
        f"content/{lang}/news/alpha.md": content(
            title, slug, f"{words} {{{{ growth.SOUTH | rise }}}}.\n\n## More\n\n![Overview](table:overview)"
        )
        for lang, (title, slug, words) in _WORDS.items()
    },
    "data/beta/release.toml": _release("note", "2024-06-01T09:00:00+02:00"),
    "content/fr/notes/beta.md": content("Note", "note-b", "Voir [les ventes](release:alpha#more)."),
    "content/en/notes/beta.md": content("Note", "note-b", "See [the sales](release:alpha#more)."),
    "data/gamma/release.toml": _release("news", "2024-12-01T09:00:00+01:00"),
    "content/fr/news/gamma.md": content(
        "Plus tard", "plus-tard", "Après [la note](release:beta), [ici](/fr/notes/note-b/)."
    ),
    "content/en/news/gamma.md": content("Later", "later", "After [the note](release:beta), [here](/en/notes/note-b/)."),
    "data/delta/release.toml": _release("note", "2024-01-01T09:00:00+01:00", draft=True),
    "content/fr/notes/delta.md": content("Brouillon", "brouillon", "Pas [encore](release:gamma)."),
    "content/en/notes/delta.md": content("Draft", "draft", "Not {{ yet }}."),
    "templates/locale/nl/LC_MESSAGES/messages.po": (ROOT / "templates/locale/en/LC_MESSAGES/messages.po").read_text(
        encoding="utf-8"
    ),
}
