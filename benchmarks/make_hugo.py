"""Arguments → a folder with the same releases for Hugo: figures printed, the table as pipe table, charts ready-made.

    python benchmarks/make_hugo.py FOLDER --releases 1000 [--no-charts] [--seed 1]

Where the two generators could differ, Hugo has less to do: it neither reads data, nor computes, nor draws.
"""

from __future__ import annotations

import argparse
import re
from decimal import Decimal
from pathlib import Path

from make_site import GROUPS, LABELS, write
from prose import CHARTS, LANGUAGES, Text, make_text
from release_data import BEFORE, PREVIOUS, REGIONS, START, YEAR, YEARS, ReleaseData, make_release, tenths

HUGO_TOML = """\
baseURL = "https://bench.example/"
defaultContentLanguage = "fr"
defaultContentLanguageInSubdir = true
disableKinds = ["taxonomy", "term"]
timeZone = "Europe/Brussels"

[services.rss]
limit = 10

[languages.fr]
contentDir = "content/fr"
title = "Bulletins du commerce"
weight = 1

[languages.en]
contentDir = "content/en"
title = "Trade bulletins"
weight = 2
"""

LAYOUTS = {
    "baseof.html": """\
<!doctype html>
<html lang="{{ .Site.Language.Lang }}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{{ .Title }}</title>
<meta name="description" content="{{ .Params.summary }}">
<link rel="canonical" href="{{ .Permalink }}">
{{ range .AllTranslations }}<link rel="alternate" hreflang="{{ .Language.Lang }}" href="{{ .Permalink }}">
{{ end }}<link rel="stylesheet" href="/site.css">
</head>
<body>
<header><a href="{{ .Site.Home.RelPermalink }}">{{ .Site.Title }}</a>
<nav>{{ range .AllTranslations }}<a href="{{ .RelPermalink }}" lang="{{ .Language.Lang }}">{{ .Language.Lang }}</a>
{{ end }}</nav></header>
<main>{{ block "main" . }}{{ end }}</main>
<footer>{{ .Site.Title }}</footer>
</body>
</html>
""",
    "single.html": """\
{{ define "main" }}<article>
<h1>{{ .Title }}</h1>
<p><time datetime="{{ .Date.Format "2006-01-02T15:04:05Z07:00" }}">{{ .Date | time.Format ":date_long" }}</time></p>
<p>{{ .Params.summary }}</p>
{{ .Content }}
</article>{{ end }}
""",
    "list.html": """\
{{ define "main" }}<h1>{{ .Title }}</h1>
{{ range .RegularPages }}{{ partial "card.html" . }}{{ end }}{{ end }}
""",
    "home.html": """\
{{ define "main" }}<h1>{{ .Site.Title }}</h1>
{{ range first 10 .Site.RegularPages }}{{ partial "card.html" . }}{{ end }}{{ end }}
""",
    "_partials/card.html": """\
<article><h2><a href="{{ .RelPermalink }}">{{ .Title }}</a></h2>
<p><time datetime="{{ .Date.Format "2006-01-02" }}">{{ .Date | time.Format ":date_long" }}</time></p>
<p>{{ .Params.summary }}</p></article>
""",
}

_NAMES = {lang: {row[0]: row[1 + number] for row in LABELS} for number, lang in enumerate(LANGUAGES)}
_FIGURE = re.compile(r"\{\{ (\w+)(?:\.(\w+))?(?: \| (\w+))? \}\}")
_CLAIM = re.compile(r"\[([^]]+)\]\(claim:[\w-]+\)")
_BOX = re.compile(r"^/// box \| (.+)\n(.+)\n///$", re.MULTILINE)
_CHART = re.compile(r'!\[([^]]*)\]\(chart:(\w+) "[^"]*"\)')
_TABLE = re.compile(r"!\[([^]]*)\]\(table:key\)")


def make_hugo(folder: Path, releases: int, *, charts: bool = True, seed: int = 1) -> None:
    """Write the site into a folder, which is made when it does not exist."""
    write(folder / "hugo.toml", HUGO_TOML)
    write(folder / "static/site.css", "body { max-width: 45rem; margin: auto; font-family: sans-serif }\n")
    for name, layout in LAYOUTS.items():
        write(folder / "layouts" / name, layout)
    for lang in LANGUAGES:
        write(folder / f"content/{lang}/communiques/_index.md", f"---\ntitle: {_NAMES[lang]['kind.communique']}\n---\n")
    for number in range(releases):
        release = make_release(seed, number)
        for lang in LANGUAGES:
            text = make_text(seed, number, release.id, lang, charts=charts)
            write(folder / f"content/{lang}/communiques/{release.id}.md", _content(release, text))
            for chart in CHARTS if charts else ():
                write(folder / f"static/charts/{release.id}-{chart}-{lang}.svg", _svg(release, lang))


def _content(release: ReleaseData, text: Text) -> str:
    lang = text.lang
    body = _BOX.sub(r"> **\1**\n>\n> \2", _CLAIM.sub(r"\1", text.body))
    body = _CHART.sub(rf"![\1](/charts/{release.id}-\2-{lang}.svg)", body)
    body = _TABLE.sub(lambda found: f"**{found[1]}**\n\n{_table(release, lang)}", body)
    title, summary, body = (_print_figures(release, lang, part) for part in (text.title, text.summary, body))
    date = release.published.isoformat()
    return f"---\ntitle: {title}\nsummary: {summary}\nslug: {text.slug}\ndate: {date}\n---\n{body}"


def _print_figures(release: ReleaseData, lang: str, text: str) -> str:
    return _FIGURE.sub(lambda found: _figure(release, lang, found[1], found[2] or "", found[3]), text)


def _figure(release: ReleaseData, lang: str, name: str, region: str, form: str | None) -> str:
    """A figure of the prose, as it is printed in a language."""
    if not region:
        return {"year": YEAR, "start": START}[name]
    if name in ("exports", "imports"):
        level = _number(release.level(name, "total", region, YEAR), lang)
        return f"{level} millions d’euros" if lang == "fr" else f"EUR {level} million"
    value = {
        "goods_change": lambda: release.change("exports", "goods", region, YEAR),
        "services_change": lambda: release.change("exports", "services", region, YEAR),
        "imports_share": lambda: release.share("imports", "total", region, of=("total", "BEL")),
        "services_growth": lambda: release.growth("exports", "services", region),
    }[name]()
    return _percent(abs(value) if form == "drop" else value, lang)


def _number(value: Decimal, lang: str) -> str:
    text = f"{tenths(value):,}".replace("-", "\u2212")
    return text.translate({ord(","): "\u202f", ord("."): ","}) if lang == "fr" else text


def _percent(value: Decimal, lang: str) -> str:
    return _number(value, lang) + ("\u202f%" if lang == "fr" else "%")


def _table(release: ReleaseData, lang: str) -> str:
    """The 24 × 8 table as a Markdown pipe table; a row's head says its group too."""
    names = _NAMES[lang]
    change = names["head.change"]
    keys = ("head.level", "head.before", "head.region_share", "head.product_share")
    heads = [names["head.region"], *(names[key] for key in keys)]
    heads += [*(f"{change} {year}" for year in (BEFORE, PREVIOUS, YEAR)), names["head.growth"]]
    lines = ["| " + " | ".join(heads) + " |", "|---" + "|---:" * 8 + "|"]
    for flow, product in GROUPS:
        for region in (*REGIONS, "BEL"):
            cells = (_number(value, lang) for value in _row(release, flow, product, region))
            lines.append(f"| {names[f'{flow}.{product}']}, {names[region]} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _row(release: ReleaseData, flow: str, product: str, region: str) -> list[Decimal]:
    return [
        release.level(flow, product, region, YEAR),
        release.level(flow, product, region, PREVIOUS),
        release.share(flow, product, region, of=(product, "BEL")),
        release.share(flow, product, region, of=("total", region)),
        *(release.change(flow, product, region, year) for year in (BEFORE, PREVIOUS, YEAR)),
        release.growth(flow, product, region),
    ]


def _svg(release: ReleaseData, lang: str) -> str:
    """A ready chart: bars with their values. Hugo only copies it."""
    marks = []
    for number, (region, year) in enumerate((region, year) for region in REGIONS for year in YEARS):
        value = release.level("exports", "services", region, year)
        label = f"{_NAMES[lang][region]} {year}: {_number(value, lang)}"
        marks.append(
            f'<g><text x="4" y="{number * 20 + 14}" font-size="12">{label}</text>'
            f'<rect x="200" y="{number * 20 + 2}" height="16" width="{value / 400}" fill="#26557f"/></g>'
        )
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 360" role="img">\n' + "\n".join(marks) + "\n</svg>\n"
    )


def main() -> None:
    """Read the command line and write the site."""
    parser = argparse.ArgumentParser(description="make a Hugo site of invented releases")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--releases", type=int, default=1000)
    parser.add_argument("--no-charts", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    make_hugo(args.folder, args.releases, charts=not args.no_charts, seed=args.seed)


if __name__ == "__main__":
    main()
