"""A seed and a number → the text of one invented release, in French and in English, in the generator's Markdown.

Both languages are drawn with the same choices, so that they hold the same figures, claims, charts and sections. The
words are typed without numerals: every number of the prose is a bound figure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

LANGUAGES = ("fr", "en")
CHARTS = ("growth", "levels", "history")
BODY_TEMPLATE = """\
- {point0}
- {point1}
- {point2}

{lead} {filler0}

{filler1}

{chart_growth}

## {heading0}

{goods} {filler2}

{filler3}

## {heading1}

{services} {filler4}

{filler5}

{chart_levels}

## {heading2}

{imports} {filler6}

{filler7}

/// box | {box}
{average} {filler8}
///

{chart_history}

## {heading3}

{filler9}

![{caption}](table:key)
"""


@dataclass(frozen=True)
class Words:
    """One language's stock of phrases. Entries with the same number say the same thing in each language."""

    title: str
    summary: str
    parts: Mapping[str, str]
    charts: Mapping[str, tuple[str, str]]
    subjects: tuple[str, ...]
    causes: tuple[str, ...]
    sentences: tuple[str, ...]


EN = Words(
    title="{subject} shaped trade in {{{{ year }}}}",
    summary="Goods exports of the largest region fell by {{ goods_change.VLG | drop }}, and services grew.",
    parts={
        "point0": "Trade in goods [fell in all regions](claim:goods-fell) in {{ year }}, for exports and for imports.",
        "point1": "Trade in services [grew in every region](claim:services-grew) and cushioned the fall in goods.",
        "point2": "[Flanders exported the most](claim:flanders-first), ahead of Wallonia and of Brussels.",
        "lead": "Exports reached {{ exports.BEL }} in {{ year }}, of which {{ exports.VLG }} came from Flanders,"
        " while imports stood at {{ imports.BEL }} for the country as a whole.",
        "goods": "Exports of goods fell by {{ goods_change.BRU | drop }} in Brussels, by"
        " {{ goods_change.VLG | drop }} in Flanders and by {{ goods_change.WAL | drop }} in Wallonia.",
        "services": "Exports of services rose by {{ services_change.BRU | rise }} in Brussels, by"
        " {{ services_change.VLG | rise }} in Flanders and by {{ services_change.WAL | rise }} in Wallonia.",
        "imports": "Flanders took {{ imports_share.VLG }} of all imports, and Wallonia {{ imports_share.WAL }}.",
        "average": "Since {{ start }}, exports of services have changed by {{ services_growth.VLG }} a year.",
        "heading0": "Exports of goods",
        "heading1": "Exports of services",
        "heading2": "Imports",
        "heading3": "Key indicators",
        "box": "A longer view of services",
        "caption": "Key indicators of trade by region",
    },
    charts={
        "growth": ("Bars: yearly change of exports by region, for goods and for services", "Change in exports"),
        "levels": ("Columns: total exports by region in the last three years", "Exports by region"),
        "history": ("Lines: exports of services by region since the first year", "Exports of services over time"),
    },
    subjects=(
        "business services",
        "air transport",
        "the car industry",
        "pharmaceutical products",
        "financial services",
        "the chemical industry",
        "computer services",
        "travel and tourism",
        "electricity and gas supply",
        "food and beverages",
        "machinery and equipment",
        "insurance activities",
    ),
    causes=(
        "lower energy prices",
        "weaker demand from neighbouring countries",
        "the closing of a large production site",
        "a stronger euro",
        "new contracts with large multinationals",
        "the return of business travel",
        "a slower pace of investment",
        "the normalisation of supply chains",
    ),
    sentences=(
        "The movement was most visible in {subject}, where {cause} played a part throughout the year.",
        "It followed two years in which {subject} had carried most of the growth, helped by {cause}.",
        "By contrast, {subject} held up better than expected, in spite of {cause}.",
        "Firms active in {subject} reported that {cause} mattered more than any change in prices at home.",
        "The contribution of {subject} remained modest, although {cause} made a difference at the end of the year.",
        "Part of the change is due to {cause}, which weighed on {subject} in each of the regions.",
        "Compared with the euro area as a whole, {subject} took a larger place in the trade of the country.",
        "The figures for {subject} will be revised when the annual accounts of the largest firms are available.",
        "Without {cause}, the results for {subject} would have been close to those of the previous year.",
        "These developments are in line with the national accounts, in which {subject} show the same profile.",
    ),
)

FR = Words(
    title="Le commerce en {{{{ year }}}} et {subject}",
    summary="Les exportations de biens de la plus grande région ont reculé de {{ goods_change.VLG | drop }}.",
    parts={
        "point0": "Le commerce de biens [a reculé dans toutes les régions](claim:goods-fell) en {{ year }}, à"
        " l’exportation comme à l’importation.",
        "point1": "Le commerce de services [a progressé dans chaque région](claim:services-grew) et a amorti le recul.",
        "point2": "[La Flandre a le plus exporté](claim:flanders-first), devant la Wallonie et Bruxelles.",
        "lead": "Les exportations ont atteint {{ exports.BEL }} en {{ year }}, dont {{ exports.VLG }} pour la Flandre,"
        " tandis que les importations se sont élevées à {{ imports.BEL }} pour l’ensemble du pays.",
        "goods": "Les exportations de biens ont reculé de {{ goods_change.BRU | drop }} à Bruxelles, de"
        " {{ goods_change.VLG | drop }} en Flandre et de {{ goods_change.WAL | drop }} en Wallonie.",
        "services": "Les exportations de services ont progressé de {{ services_change.BRU | rise }} à Bruxelles, de"
        " {{ services_change.VLG | rise }} en Flandre et de {{ services_change.WAL | rise }} en Wallonie.",
        "imports": "La Flandre a absorbé {{ imports_share.VLG }} des importations, et la Wallonie"
        " {{ imports_share.WAL }}.",
        "average": "Depuis {{ start }}, les exportations de services ont varié de {{ services_growth.VLG }} par an.",
        "heading0": "Exportations de biens",
        "heading1": "Exportations de services",
        "heading2": "Importations",
        "heading3": "Indicateurs clés",
        "box": "Les services à plus long terme",
        "caption": "Indicateurs clés du commerce par région",
    },
    charts={
        "growth": ("Barres, variation annuelle des exportations par région", "Variation des exportations"),
        "levels": ("Colonnes, exportations totales par région, trois dernières années", "Exportations par région"),
        "history": ("Lignes, exportations de services par région", "Exportations de services au fil du temps"),
    },
    subjects=(
        "les services aux entreprises",
        "le transport aérien",
        "l’industrie automobile",
        "les produits pharmaceutiques",
        "les services financiers",
        "l’industrie chimique",
        "les services informatiques",
        "les voyages et le tourisme",
        "la fourniture d’électricité et de gaz",
        "les aliments et les boissons",
        "les machines et les équipements",
        "les activités d’assurance",
    ),
    causes=(
        "la baisse des prix de l’énergie",
        "une demande plus faible des pays voisins",
        "la fermeture d’un grand site de production",
        "un euro plus fort",
        "de nouveaux contrats avec de grandes multinationales",
        "le retour des voyages d’affaires",
        "un rythme d’investissement plus lent",
        "la normalisation des chaînes d’approvisionnement",
    ),
    sentences=(
        "Le mouvement a surtout touché {subject}, et {cause} a joué un rôle tout au long de l’année.",
        "Il fait suite à deux années durant lesquelles {subject} avaient soutenu la croissance, avec {cause}.",
        "À l’inverse, {subject} ont mieux résisté que prévu, malgré {cause}.",
        "Selon les firmes, {cause} a davantage compté pour {subject} que les prix intérieurs.",
        "La part que prennent {subject} est restée modeste, bien que {cause} ait pesé en fin d’année.",
        "Une partie de la variation s’explique par {cause}, qui a freiné {subject} dans chacune des régions.",
        "Par rapport à la zone euro, {subject} occupent une place plus grande dans le commerce du pays.",
        "Les chiffres pour {subject} seront révisés dès que les comptes annuels des firmes seront disponibles.",
        "Sans {cause}, les résultats pour {subject} auraient été proches de ceux de l’année précédente.",
        "Ces évolutions concordent avec les comptes nationaux, où {subject} montrent le même profil.",
    ),
)

WORDS: Mapping[str, Words] = {"fr": FR, "en": EN}


@dataclass(frozen=True)
class Text:
    """A release in one language, before it is written for either generator."""

    lang: str
    title: str
    summary: str
    slug: str
    body: str


def make_text(seed: int, number: int, release: str, lang: str, *, charts: bool) -> Text:
    """The text of a release in a language; only the words depend on the language, not the choices."""
    random, words = Random(f"{seed}:prose:{number}"), WORDS[lang]
    title = words.title.format(subject=random.choice(words.subjects))
    fields = dict(words.parts)
    for position in range(10):
        fields[f"filler{position}"] = _filler(random, words, 3 - position % 2)
    for chart in CHARTS:
        description, name = words.charts[chart]
        fields[f"chart_{chart}"] = f'![{description}](chart:{chart} "{name}")' if charts else ""
    body = BODY_TEMPLATE.format_map(fields)
    while "\n\n\n" in body:
        body = body.replace("\n\n\n", "\n\n")
    return Text(lang, title[:1].upper() + title[1:], words.summary, f"{release}-{lang}", body)


def _filler(random: Random, words: Words, sentences: int) -> str:
    """Sentences without figures, all different."""
    return " ".join(
        words.sentences[number].format(subject=random.choice(words.subjects), cause=random.choice(words.causes))
        for number in random.sample(range(len(words.sentences)), sentences)
    )
