"""A plot, a width and a number locale → a finished inline SVG, from the cache or drawn: the home of vl_convert.

The cache is asked before anything heavy is imported: a page whose charts are known costs neither Altair nor pandas.
"""

from __future__ import annotations

import hashlib
import json
import pkgutil
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache as once
from typing import Any, Protocol

from ..model import Plot
from .chart_svg import Caption, finish_svg
from .chart_theme import CHART_COLOURS, PAPER, Shape, Width
from .png import pack_png

__all__ = [
    "CHART_COLOURS",
    "BytesCache",
    "ChartCache",
    "Width",
    "bundle_javascript",
    "chart_key",
    "compile_vega",
    "library_versions",
    "picture_key",
    "render_chart",
    "render_picture",
    "render_png",
    "svg_to_png",
]

_MODULES = ("axes", "bars", "columns", "lines", "picture", "sheet", "spec", "svg", "theme")
_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'


class ChartCache(Protocol):
    """A store of finished SVG text by the digest of what it was made from."""

    def get(self, key: str) -> str | None:
        """The text that was put under a key, if any."""

    def put(self, key: str, svg: str) -> None:
        """Keep a text under a key."""


class BytesCache(ChartCache, Protocol):
    """A store that also keeps what is not text: pictures, and the programme that charts are explored with."""

    def get_bytes(self, key: str) -> bytes | None:
        """The bytes that were put under a key, if any."""

    def put_bytes(self, key: str, data: bytes) -> None:
        """Keep bytes under a key."""


def render_chart(plot: Plot, width: Width, numbers: Mapping[str, object], cache: ChartCache) -> str:
    """One `<svg>` element. `numbers` is the d3 number locale of the page's language."""
    key = chart_key(plot, width, numbers)
    known = cache.get(key)
    if known is not None:
        return known
    svg = finish_svg(_draw(plot, width, numbers), _caption(plot, width))
    cache.put(key, svg)
    return svg


def render_picture(plot: Plot, numbers: Mapping[str, object], cache: ChartCache) -> str:
    """An SVG file that stands alone: the wide drawing on white paper, with all that a page says around it.

    Title, subtitle, status, notes and source are the plot's own, printed as they are.
    """
    key = picture_key(plot, numbers)
    known = cache.get(key)
    if known is not None:
        return known
    svg = _DECLARATION + finish_svg(_draw(plot, "picture", numbers), _caption(plot, "picture"))
    cache.put(key, svg)
    return svg


def render_png(svg: str, cache: BytesCache, scale: int = 2) -> bytes:
    """The PNG of an SVG file, in the fonts that vl-convert carries, so that every machine makes the same."""
    key = _digest(["png", svg, scale, library_versions()])
    known = cache.get_bytes(key)
    if known is not None:
        return known
    png = svg_to_png(svg, scale)
    cache.put_bytes(key, png)
    return png


def chart_key(plot: Plot, width: Width, numbers: Mapping[str, object]) -> str:
    """A digest of all that the SVG depends on: what the plot shows, our own code, and the libraries' versions."""
    shown = replace(plot, notes=(), source="", category_head="", series_head="")
    return _digest([repr(shown), width, dict(numbers), _drawing_code(), library_versions()])


def picture_key(plot: Plot, numbers: Mapping[str, object]) -> str:
    """The same for a picture, which also shows what the page says around a chart."""
    shown = replace(plot, category_head="", series_head="")
    return _digest([repr(shown), "picture", dict(numbers), _drawing_code(), library_versions()])


def _digest(parts: list[object]) -> str:
    text = json.dumps(parts, default=str, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


@once
def _drawing_code() -> str:
    """A digest of the modules that draw: a changed layout must not be hidden by the cache."""
    code = hashlib.sha256()
    for name in ("charts", *(f"chart_{part}" for part in _MODULES)):
        code.update(pkgutil.get_data(__package__, f"{name}.py") or b"")
    return code.hexdigest()


@once
def library_versions() -> tuple[str, ...]:
    """The versions that decide the drawing; vl-convert carries its own Vega and Vega-Lite."""
    from importlib import metadata

    return metadata.version("altair"), metadata.version("vl-convert-python")


def _draw(plot: Plot, shape: Shape, numbers: Mapping[str, object]) -> str:
    """Vega's SVG of a plot."""
    from .chart_bars import lay_out_bars
    from .chart_columns import lay_out_columns
    from .chart_lines import lay_out_lines
    from .chart_picture import lay_out_picture
    from .chart_spec import vega_lite

    lay_out = {"bars": lay_out_bars, "columns": lay_out_columns, "lines": lay_out_lines}[plot.type]
    if shape == "picture":
        drawing = lay_out(replace(plot, status=""), "wide")
        spec = vega_lite(lay_out_picture(plot, drawing), numbers, PAPER)
    else:
        spec = vega_lite(lay_out(plot, shape), numbers)
    _refuse_addresses(spec)
    import vl_convert

    return str(_twice(lambda: vl_convert.vegalite_to_svg(spec, allowed_base_urls=[])))


def compile_vega(spec: dict[str, Any]) -> dict[str, Any]:
    """Vega-Lite → Vega, so that a reader's browser need not compile."""
    import vl_convert

    _refuse_addresses(spec)
    compiled: dict[str, Any] = _twice(lambda: vl_convert.vegalite_to_vega(spec))
    return compiled


def svg_to_png(svg: str, scale: float = 1) -> bytes:
    """A picture of an SVG that asks for nothing from elsewhere."""
    import vl_convert

    return pack_png(bytes(_twice(lambda: vl_convert.svg_to_png(svg, scale=scale))))


def bundle_javascript(snippet: str) -> str:
    """An ES module that holds Vega, and what a snippet exports of it."""
    import vl_convert

    return str(_twice(lambda: vl_convert.javascript_bundle(snippet)))


def _twice(convert: Callable[[], Any]) -> Any:
    """A conversion, tried twice: one that fails can spoil the next one of the same process."""
    try:
        return convert()
    except ValueError:
        return convert()


def _refuse_addresses(part: object) -> None:
    """Data are inline: a spec with an address would be fetched, or give an empty chart without an error."""
    if isinstance(part, Mapping):
        assert "url" not in part, "a chart's data are inline"
        part = list(part.values())
    if isinstance(part, list):
        for each in part:
            _refuse_addresses(each)


def _caption(plot: Plot, shape: Shape) -> Caption:
    name = re.sub(r"[^A-Za-z0-9_-]", "-", f"chart-{plot.id}-{plot.lang}-{shape}")
    return Caption(name, plot.lang, shape, plot.title, plot.description)
