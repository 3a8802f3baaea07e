"""A whole small site in memory, made of one table and some definitions: what the tests of facts ask."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from generator.config import load_config
from generator.errors import FactError
from generator.facts.claims import judge
from generator.facts.displays import build_grid
from generator.facts.edition import Edition
from generator.facts.figures import figure_value, parse_figure, print_figure
from generator.facts.lookup import Lookup
from generator.facts.plots import build_plot
from generator.facts.words import Words
from generator.model import Grid, Plot, Printed, Value, Verdict
from generator.sources.files import MemoryFiles, take_snapshot
from generator.sources.site import Memo, read_site

TEMPLATES = Path(__file__).parents[2] / "templates"

SITE = """
url = "https://stat.example/"
languages = ["fr", "en"]
timezone = "Europe/Brussels"

[language.fr]
locale = "fr_BE"
decimal = ","
group = "."

[language.en]
locale = "en_GB"

[kinds.note]
folder = "notes"

[colours]
A = 1
C = 0

[units.THOUSAND]
of = "PIECE"
per = 1000
decimals = 2
"""

LABELS = """code,fr,en
site.title,Petit site,Small site
kind.note,Notes,Notes
flow,Flux,Flow
region,Région,Region
year,Année,Year
out,Sorties,Exports
in,Entrées,Imports
net,Solde,Balance
A,Aval,Ay
B,Bois,Bee
C,Cour,Cee
ALL,Tous,All
out.A,Sorties d’Aval,Exports of Ay
PIECE,pièces,pieces
PIECE.pattern.one,{} pièce,{} piece
PIECE.pattern.other,{} pièces,{} pieces
THOUSAND,milliers de pièces,thousand pieces
head,Tête,Head
remark,Remarque,Remark
OFFICE,Office,Office
"""

TEXT = "---\ntitle: T\nsummary: S\nslug: s\n---\n\nText.\n"

HEAD = """
kind = "note"
published = 2024-01-01T09:00:00+01:00

[periods]
now = 2024
"""

TABLE = """
[tables.t]
file = "t.csv"
dimensions = {dimensions}
value = "value"
status = "status"
time = {time}
unit = "{unit}"
decimals = {decimals}
{more}
"""

Rows = Mapping[tuple[str, ...], str]


def catalogues() -> dict[str, bytes]:
    """The default catalogues: the words that forms and displays take from them."""
    return {
        f"templates/locale/{lang}/LC_MESSAGES/messages.po": (
            TEMPLATES / "locale" / lang / "LC_MESSAGES" / "messages.po"
        ).read_bytes()
        for lang in ("fr", "en")
    }


CATALOGUES = catalogues()


class Small:
    """One release with one table `t`. `rows` maps a key to the cell as written in the CSV, with `/S` for a status."""

    def __init__(
        self,
        rows: Rows,
        definitions: str = "",
        *,
        dimensions: Sequence[str] = ("region", "year"),
        time: str | None = "year",
        unit: str = "PIECE",
        decimals: int = 1,
        more: str = "",
        labels: str = "",
        site: str = "",
    ) -> None:
        table = TABLE.format(
            dimensions=json.dumps(list(dimensions)),
            time=json.dumps(time),
            unit=unit,
            decimals=decimals,
            more=more,
        )
        if time is None:
            table = table.replace("time = null\n", "")
        lines = [",".join((*dimensions, "value", "status"))]
        for key, cell in rows.items():
            value, _, status = cell.partition("/")
            lines.append(",".join((*key, value, status)))
        fields = [{"name": name} for name in dimensions] + [{"name": "value", "type": "number"}, {"name": "status"}]
        content = {
            "site.toml": (SITE + site).encode(),
            "data/labels.csv": (LABELS + labels).encode(),
            "data/r/release.toml": (HEAD + table + definitions).encode(),
            "data/r/t.csv": ("\n".join(lines) + "\n").encode(),
            "data/r/t.schema.json": json.dumps({"fields": fields}).encode(),
            "content/fr/notes/r.md": TEXT.encode(),
            "content/en/notes/r.md": TEXT.encode(),
            **CATALOGUES,
        }
        snapshot = take_snapshot(MemoryFiles(content), {}, 10_000_000)
        reading = read_site(load_config(content["site.toml"]), snapshot, Memo())
        assert not reading.problems, [problem.text() for problem in reading.problems]
        self.site = reading.site
        self.lookup = Lookup(Edition(self.site, frozenset(self.site.heads)))

    def value(self, figure: str) -> Value:
        """The exact value of a figure."""
        return figure_value(parse_figure(figure), self.lookup, "r")[0]

    def printed(self, figure: str, lang: str = "fr") -> Printed:
        """A figure as a language prints it."""
        return print_figure(parse_figure(figure), Words(self.lookup, lang), "r")

    def text(self, figure: str, lang: str = "fr") -> str:
        """The text of a figure."""
        return self.printed(figure, lang).text

    def verdict(self, claim: str) -> Verdict:
        """A claim, judged."""
        return judge(self.lookup.claim("r", claim), self.lookup, "r")

    def breaking(self, claim: str) -> list[tuple[str, ...]]:
        """The rows that break a claim, as tuples of codes in the order in which the claim names its dimensions."""
        verdict = self.verdict(claim)
        assert verdict.holds == (not verdict.breaking)
        return [tuple(row.at.values()) for row in verdict.breaking]

    def grid(self, display: str, lang: str = "fr") -> Grid:
        """A display in a language."""
        return build_grid(self.lookup.display("r", display), self.lookup, "r", lang)

    def plot(self, chart: str, lang: str = "fr") -> tuple[Plot, Grid]:
        """A chart in a language, and its table."""
        spec = self.lookup.chart("r", chart)
        return build_plot(spec, self.lookup, "r", lang, title="Title", description="Description")


def error_of(call: object, *arguments: object) -> FactError:
    """The FactError that a call raises."""
    assert callable(call)
    try:
        result = call(*arguments)
    except FactError as error:
        return error
    raise AssertionError(f"no error, but {result}")
