"""A plot, a width and a number locale → a finished inline SVG, from the cache or drawn: the home of vl_convert.

The cache is asked before anything heavy is imported: a page whose charts are known costs neither Altair nor pandas.
"""

from __future__ import annotations

import hashlib
import json
import pkgutil
import re
from collections.abc import Mapping
from dataclasses import asdict, replace
from functools import cache as once
from typing import Any, Protocol

from ..model import Plot
from .chart_svg import Caption, finish_svg
from .chart_theme import CHART_COLOURS, Width

__all__ = ["CHART_COLOURS", "ChartCache", "Width", "chart_key", "render_chart"]

_MODULES = ("axes", "bars", "columns", "lines", "sheet", "spec", "svg", "theme")


class ChartCache(Protocol):
    """A store of finished SVG text by the digest of what it was made from."""

    def get(self, key: str) -> str | None:
        """The text that was put under a key, if any."""

    def put(self, key: str, svg: str) -> None:
        """Keep a text under a key."""


def render_chart(plot: Plot, width: Width, numbers: Mapping[str, object], cache: ChartCache) -> str:
    """One `<svg>` element. `numbers` is the d3 number locale of the page's language."""
    key = chart_key(plot, width, numbers)
    known = cache.get(key)
    if known is not None:
        return known
    svg = finish_svg(_draw(plot, width, numbers), _caption(plot, width))
    cache.put(key, svg)
    return svg


def chart_key(plot: Plot, width: Width, numbers: Mapping[str, object]) -> str:
    """A digest of all that the SVG depends on: what the plot shows, our own code, and the libraries' versions."""
    shown = replace(plot, subtitle="", notes=(), source="", category_head="", series_head="")
    parts = [asdict(shown), width, dict(numbers), _drawing_code(), _library_versions()]
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
def _library_versions() -> tuple[str, ...]:
    """The versions that decide the drawing; vl-convert carries its own Vega and Vega-Lite."""
    from importlib import metadata

    return metadata.version("altair"), metadata.version("vl-convert-python")


def _draw(plot: Plot, width: Width, numbers: Mapping[str, object]) -> str:
    """Vega's SVG of a plot."""
    from .chart_bars import lay_out_bars
    from .chart_columns import lay_out_columns
    from .chart_lines import lay_out_lines
    from .chart_spec import vega_lite

    layouts = {"bars": lay_out_bars, "columns": lay_out_columns, "lines": lay_out_lines}
    spec = vega_lite(layouts[plot.type](plot, width), numbers)
    _refuse_addresses(spec)
    return _convert(spec)


def _convert(spec: dict[str, Any]) -> str:
    """The conversion, tried twice: one that fails can spoil the next one of the same process."""
    import vl_convert

    try:
        return str(vl_convert.vegalite_to_svg(spec, allowed_base_urls=[]))
    except ValueError:
        return str(vl_convert.vegalite_to_svg(spec, allowed_base_urls=[]))


def _refuse_addresses(part: object) -> None:
    """Data are inline: a spec with an address would be fetched, or give an empty chart without an error."""
    if isinstance(part, Mapping):
        assert "url" not in part, "a chart's data are inline"
        part = list(part.values())
    if isinstance(part, list):
        for each in part:
            _refuse_addresses(each)


def _caption(plot: Plot, width: Width) -> Caption:
    name = re.sub(r"[^A-Za-z0-9_-]", "-", f"chart-{plot.id}-{plot.lang}-{width}")
    return Caption(name, plot.lang, width, plot.title, plot.description)
