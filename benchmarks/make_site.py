"""Arguments → a folder with a bilingual site of N invented releases, for `communique build --root FOLDER`.

    python benchmarks/make_site.py FOLDER --releases 1000 [--no-charts] [--seed 1]

The same arguments give the same bytes.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
from pathlib import Path

from prose import LANGUAGES, Text, make_text
from release_data import BEFORE, FLOWS, PREVIOUS, PRODUCTS, REGIONS, START, YEAR, YEARS, ReleaseData, make_release

SITE_TOML = """\
url = "https://bench.example/"
languages = ["fr", "en"]
timezone = "Europe/Brussels"

[kinds.communique]
folder = "communiques"
"""

COLUMNS = (("flow", "string"), ("product", "string"), ("region", "string"), ("year", "year"), ("value", "number"))

LABELS = (
    ("site.title", "Bulletins du commerce", "Trade bulletins"),
    ("site.tagline", "Un site inventé pour mesurer", "A site invented to measure"),
    ("site.about", "Ce site sert à mesurer un générateur.", "This site serves to measure a generator."),
    ("kind.communique", "Communiqués", "Press releases"),
    ("EUR_MILLION", "millions d’euros", "EUR million"),
    ("EUR_MILLION.pattern", "{} millions d’euros", "EUR {} million"),
    ("EUR_MILLION.pattern.one", "{} million d’euros", "EUR {} million"),
    ("exports", "Exportations", "Exports"),
    ("imports", "Importations", "Imports"),
    ("total", "Biens et services", "Goods and services"),
    ("goods", "Biens", "Goods"),
    ("services", "Services", "Services"),
    ("BRU", "Bruxelles", "Brussels"),
    ("VLG", "Flandre", "Flanders"),
    ("WAL", "Wallonie", "Wallonia"),
    ("BEL", "Belgique", "Belgium"),
    ("flow", "Flux", "Flow"),
    ("product", "Produit", "Product"),
    ("region", "Région", "Region"),
    ("year", "Année", "Year"),
    ("head.region", "Région", "Region"),
    ("head.level", "Millions d’euros", "EUR million"),
    ("head.before", "Année précédente", "Previous year"),
    ("head.region_share", "Part de la Belgique", "Share of Belgium"),
    ("head.product_share", "Part du total", "Share of the total"),
    ("head.change", "Variation annuelle", "Yearly change"),
    ("head.growth", "Croissance moyenne", "Average growth"),
    ("exports.total", "Exportations de biens et de services", "Exports of goods and services"),
    ("exports.goods", "Exportations de biens", "Exports of goods"),
    ("exports.services", "Exportations de services", "Exports of services"),
    ("imports.total", "Importations de biens et de services", "Imports of goods and services"),
    ("imports.goods", "Importations de biens", "Imports of goods"),
    ("imports.services", "Importations de services", "Imports of services"),
    ("source.bench", "Chiffres inventés", "Invented figures"),
)

GROUPS = tuple((flow, product) for flow in FLOWS for product in ("total", *PRODUCTS))

RELEASE_TOML = f"""\
kind = "communique"
published = @PUBLISHED@

[periods]
year = {YEAR}
previous = {PREVIOUS}
before = {BEFORE}
start = {START}

[tables.trade]
file = "trade.csv"
dimensions = ["flow", "product", "region", "year"]
value = "value"
time = "year"
unit = "EUR_MILLION"
source = "source.bench"
totals.region.BEL = ["BRU", "VLG", "WAL"]
totals.product.total = ["goods", "services"]

[figures.exports]
table = "trade"
at = {{ flow = "exports", product = "total", year = "@year" }}
by = "region"

[figures.imports]
table = "trade"
at = {{ flow = "imports", product = "total", year = "@year" }}
by = "region"

[figures.goods_change]
table = "trade"
at = {{ flow = "exports", product = "goods", year = "@year" }}
by = "region"
measure = "change"

[figures.services_change]
table = "trade"
at = {{ flow = "exports", product = "services", year = "@year" }}
by = "region"
measure = "change"

[figures.imports_share]
table = "trade"
at = {{ flow = "imports", product = "total", year = "@year" }}
by = "region"
measure = "share"
of = {{ region = "BEL" }}

[figures.services_growth]
table = "trade"
at = {{ flow = "exports", product = "services", year = "@year" }}
by = "region"
measure = "average_growth"
start = "@start"

[claims.goods-fell]
table = "trade"
at = {{ product = "goods", year = "@year" }}
over = ["flow", "region"]
measure = "change"
holds = "all negative"

[claims.services-grew]
table = "trade"
at = {{ product = "services", year = "@year" }}
over = ["flow", "region"]
measure = "change"
holds = "all positive"

[claims.flanders-first]
table = "trade"
at = {{ flow = "exports", product = "total", year = "@year" }}
over = ["region"]
holds = "highest VLG"

[displays.key]
table = "trade"
row = "region"
rows = ["BRU", "VLG", "WAL", "BEL"]
row_head = "head.region"

[[displays.key.parts]]
columns = [
  {{ measure = "level", at = {{ year = "@year" }}, label = "head.level" }},
  {{ measure = "level", at = {{ year = "@previous" }}, label = "head.before" }},
  {{ measure = "share", of = {{ region = "BEL" }}, at = {{ year = "@year" }}, label = "head.region_share" }},
  {{ measure = "share", of = {{ product = "total" }}, at = {{ year = "@year" }}, label = "head.product_share" }},
  {{ measure = "change", by = "year", members = ["@before", "@previous", "@year"], label = "head.change" }},
  {{ measure = "average_growth", start = "@start", at = {{ year = "@year" }}, label = "head.growth" }},
]
groups = [
@GROUPS@
]
"""

CHARTS_TOML = """
[charts.growth]
type = "bars"
table = "trade"
category = "region"
members = { region = ["BRU", "VLG", "WAL"] }
columns = 2
panels = [
  { at = { flow = "exports", product = "goods", year = "@year" }, measure = "change", label = "goods" },
  { at = { flow = "exports", product = "services", year = "@year" }, measure = "change", label = "services" },
]

[charts.levels]
type = "columns"
table = "trade"
category = "region"
series = "year"
members = { region = ["BRU", "VLG", "WAL"], year = ["@before", "@previous", "@year"] }
panels = [{ at = { flow = "exports", product = "total" }, measure = "level", label = "exports" }]

[charts.history]
type = "lines"
table = "trade"
category = "year"
series = "region"
members = { region = ["BRU", "VLG", "WAL"] }
panels = [{ at = { flow = "exports", product = "services" }, measure = "level", label = "services" }]
"""


def make_site(folder: Path, releases: int, *, charts: bool = True, seed: int = 1) -> None:
    """Write the site into a folder, which is made when it does not exist."""
    folder.mkdir(parents=True, exist_ok=True)
    write(
        folder / "site.toml", SITE_TOML if charts else SITE_TOML.replace("[kinds", "social_cards = false\n\n[kinds", 1)
    )
    write(folder / "data/labels.csv", _csv([("code", "fr", "en"), *LABELS]))
    schema = _schema()
    for number in range(releases):
        release = make_release(seed, number)
        home = folder / "data" / release.id
        write(home / "release.toml", _release_toml(release, charts=charts))
        write(home / "trade.csv", _csv([[name for name, _ in COLUMNS], *_rows(release)]))
        write(home / "trade.schema.json", schema)
        for lang in LANGUAGES:
            text = make_text(seed, number, release.id, lang, charts=charts)
            write(folder / f"content/{lang}/communiques/{release.id}.md", _content(text))


def write(path: Path, text: str) -> None:
    """Write a text file as UTF-8 with `\\n`, and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")


def _release_toml(release: ReleaseData, *, charts: bool) -> str:
    groups = "\n".join(
        f'  {{ at = {{ flow = "{flow}", product = "{product}" }}, label = "{flow}.{product}" }},'
        for flow, product in GROUPS
    )
    head = RELEASE_TOML.replace("@PUBLISHED@", release.published.isoformat()).replace("@GROUPS@", groups)
    return head + (CHARTS_TOML if charts else "")


def _content(text: Text) -> str:
    """A content file; titles hold no character that YAML would take for its own."""
    return f"---\ntitle: {text.title}\nsummary: {text.summary}\nslug: {text.slug}\n---\n{text.body}"


def _rows(release: ReleaseData) -> list[tuple[str, ...]]:
    return [
        (flow, product, region, year, str(release.cells[flow, product, region, year]))
        for flow in FLOWS
        for product in PRODUCTS
        for region in REGIONS
        for year in YEARS
    ]


def _schema() -> str:
    fields = [{"name": name, "type": kind} for name, kind in COLUMNS]
    schema = {"fields": fields, "primaryKey": [name for name, _ in COLUMNS[:-1]], "missingValues": [""]}
    return json.dumps(schema, indent=2) + "\n"


def _csv(rows: list[tuple[str, ...] | list[str]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


def main() -> None:
    """Read the command line and write the site."""
    parser = argparse.ArgumentParser(description="make a site of invented releases")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--releases", type=int, default=1000)
    parser.add_argument("--no-charts", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    make_site(args.folder, args.releases, charts=not args.no_charts, seed=args.seed)


if __name__ == "__main__":
    main()
