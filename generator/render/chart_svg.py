"""Vega's SVG and what the page says of it → one small `<svg>` to put into HTML: named, in the page's language, without
Vega's English, ids that clash, and bulk."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections import Counter
from dataclasses import dataclass

from .chart_theme import Shape

_SVG = "{http://www.w3.org/2000/svg}"
_ALLOWED = frozenset(
    {"svg", "g", "path", "text", "tspan", "rect", "line", "circle", "clipPath", "defs", "title", "desc"}
)
_DROPPED = ("aria-roledescription", "class", "stroke-miterlimit")
_DEFAULTS = {"text-anchor": "start", "font-weight": "normal", "opacity": "1", "transform": "translate(0,0)"}
_NUMBERS = ("d", "transform", "x", "y", "dx", "dy", "width", "height")
_HOISTED = ("font-family", "font-size")
_NUMBER = re.compile(r"-?\d*\.?\d+(?:e-?\d+)?")
_REFERENCE = re.compile(r"url\(#([^)]*)\)")


@dataclass(frozen=True)
class Caption:
    """What names a drawing: `name` is unique on its page, `title` and `description` are read out."""

    name: str
    lang: str
    shape: Shape
    title: str
    description: str


def finish_svg(drawn: str, caption: Caption) -> str:
    """The SVG as the page takes it."""
    root = ET.fromstring(drawn)
    for element in root.iter():
        element.tag = element.tag.removeprefix(_SVG)
    _refuse_foreign(root)
    _drop_bulk(root)
    _rename_ids(root, caption.name)
    _hoist_fonts(root)
    _introduce(root, caption)
    return ET.tostring(root, encoding="unicode", short_empty_elements=True)


def _refuse_foreign(root: ET.Element) -> None:
    """What Vega draws for our charts is known; anything else (a style, a script, an image) is our mistake."""
    for element in root.iter():
        assert element.tag in _ALLOWED, f"unexpected <{element.tag}> in a chart"
        assert "style" not in element.attrib, "a chart's CSP allows no style attribute"
        assert not any("url(" in value and "url(#" not in value for value in element.attrib.values())


def _drop_bulk(parent: ET.Element) -> None:
    """Without classes and English, invisible shapes, wrappers that do nothing, and decimals that nobody sees."""
    kept: list[ET.Element] = []
    for child in list(parent):
        _drop_bulk(child)
        if _is_invisible(child):
            continue
        for name in _DROPPED:
            child.attrib.pop(name, None)
        if child.get("role") == "graphics-object":
            del child.attrib["role"]
        for name, value in _DEFAULTS.items():
            if child.get(name) == value:
                del child.attrib[name]
        for name in _NUMBERS:
            if name in child.attrib:
                child.set(name, _NUMBER.sub(_shorten, child.attrib[name]))
        kept += list(child) if child.tag == "g" and not child.attrib else [child]
    parent[:] = kept


def _is_invisible(element: ET.Element) -> bool:
    if element.get("display") == "none" or element.get("fill") == "transparent":
        return True
    if element.tag == "g":
        return len(element) == 0
    return element.tag == "path" and element.get("aria-hidden") == "true" and not {"fill", "stroke"} & {*element.attrib}


def _shorten(match: re.Match[str]) -> str:
    number = f"{float(match[0]):.2f}".rstrip("0").rstrip(".")
    return "0" if number == "-0" else number


def _rename_ids(root: ET.Element, name: str) -> None:
    """Vega counts ids up within a process; here they start at 1 in each chart and carry its name."""
    found = [element.attrib["id"] for element in root.iter() if "id" in element.attrib]
    names = {old: f"{name}-{number}" for number, old in enumerate(found, 1)}
    for element in root.iter():
        for key, value in element.attrib.items():
            if key == "id":
                element.set(key, names[value])
            elif "url(#" in value:
                element.set(key, _REFERENCE.sub(lambda match: f"url(#{names[match[1]]})", value))


def _hoist_fonts(root: ET.Element) -> None:
    """The commonest family and size stand once, on the root, and are inherited."""
    texts = list(root.iter("text"))
    for key in _HOISTED:
        counts = Counter(text.attrib[key] for text in texts if key in text.attrib)
        if not counts:
            continue
        common = min(counts, key=lambda value: (-counts[value], value))
        root.set(key, common)
        for text in texts:
            if text.get(key) == common:
                del text.attrib[key]


def _introduce(root: ET.Element, caption: Caption) -> None:
    """Role, language, title and description."""
    own = {key: value for key, value in root.attrib.items() if key in ("width", "height", "viewBox", *_HOISTED)}
    root.attrib.clear()
    root.attrib.update({"xmlns": _SVG[1:-1], "class": f"chart-svg chart-{caption.shape}", "role": "img"})
    root.attrib.update({"lang": caption.lang, **own})
    for tag, text in (("desc", caption.description), ("title", caption.title)):
        if text:
            element = ET.Element(tag, {"id": f"{caption.name}-{tag}"})
            element.text = text
            root.insert(0, element)
            root.set("aria-labelledby" if tag == "title" else "aria-describedby", f"{caption.name}-{tag}")
