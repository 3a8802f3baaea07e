"""Colours against their paper, in both schemes, by the formula of WCAG: what axe cannot see in SVG, and all text.

Read from the style sheet, which has the last word, and from the palette of charts.
"""

from __future__ import annotations

import re

import pytest
from support import ROOT

from generator.render.chart_theme import ACCENT, CHART_COLOURS, INK, QUIET, RULE, SLOTS

CSS = (ROOT / "templates" / "assets" / "site.css").read_text(encoding="utf-8")
#: Lines that only divide may be faint: nothing is lost with them.
DECORATION = {RULE}


def _properties(block: str) -> dict[str, str]:
    return {name: value.strip() for name, value in re.findall(r"(--[\w-]+):\s*([^;]+);", block)}


def _schemes() -> dict[str, dict[str, str]]:
    light = re.search(r"^:root \{(.*?)^\}", CSS, re.M | re.S)
    dark = re.search(r"^@media screen and \(prefers-color-scheme: dark\) \{\s*:root \{(.*?)\}", CSS, re.M | re.S)
    assert light and dark, "site.css has no properties for one of the schemes"
    properties = _properties(light[1])
    return {"light": properties, "dark": {**properties, **_properties(dark[1])}}


SCHEMES = _schemes()


def luminance(colour: str) -> float:
    """WCAG 2.2: the relative luminance of `#rrggbb`."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """WCAG 2.2: the contrast ratio of two colours, from 1 to 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_the_formula() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)
    assert contrast("#0000ff", "#ffffff") == contrast("#ffffff", "#0000ff") == pytest.approx(8.59, abs=0.005)


LEAST = {"--text": 7, "--muted": 4.5, "--link": 4.5, "--link-hover": 4.5, "--notice": 4.5, "--control": 3, "--focus": 3}


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(("text", "least"), LEAST.items())
def test_colours_of_the_page(scheme: str, text: str, least: float) -> None:
    colours = SCHEMES[scheme]
    ratios = {paper: round(contrast(colours[text], colours[paper]), 2) for paper in ("--background", "--tint")}
    assert min(ratios.values()) >= least, ratios


def _mapped(colour: str) -> dict[str, str]:
    """What the style sheet makes of a colour of the charts: fill and stroke → property."""
    found = re.findall(rf'\.drawing \[(fill|stroke)="{colour}"\] \{{ (fill|stroke): var\((--[\w-]+)\); \}}', CSS)
    return {attribute: name for attribute, attribute_set, name in found if attribute == attribute_set}


@pytest.mark.parametrize("colour", CHART_COLOURS)
def test_the_style_sheet_maps_every_colour_of_the_charts(colour: str) -> None:
    mapped = _mapped(colour)
    assert {*mapped} == {"fill", "stroke"}
    assert len({*mapped.values()}) == 1
    name = mapped["fill"]
    assert (SCHEMES["light"][name], SCHEMES["dark"][name]) == (colour, CHART_COLOURS[colour])


@pytest.mark.parametrize("colour", [colour for colour in CHART_COLOURS if colour not in DECORATION])
def test_marks_stand_out_from_their_paper(colour: str) -> None:
    """On the page and in a box, in both schemes; texts more than marks."""
    least = 4.5 if colour in (INK, QUIET) else 3
    pairs = {"light": colour, "dark": CHART_COLOURS[colour]}
    ratios = {
        (scheme, paper): round(contrast(drawn, SCHEMES[scheme][paper]), 2)
        for scheme, drawn in pairs.items()
        for paper in ("--background", "--tint")
    }
    assert min(ratios.values()) >= least, ratios


def test_the_palette_is_whole() -> None:
    assert {INK, QUIET, RULE, ACCENT, *SLOTS} <= {*CHART_COLOURS}
    assert len({*SLOTS}) == len(SLOTS)
