"""A plot, a width and a few words → the Vega JSON of its interactive version, and the programme that runs it.

The specification is compiled here, so that a reader's browser neither compiles nor evaluates code; its data are inline.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from ..model import Plot
from .charts import BytesCache, Width, bundle_javascript, compile_vega, library_versions
from .explore_layout import ExploreWords, interactive

__all__ = ["ExploreWords", "bundle_version", "explore_spec", "vega_bundle"]

_SNIPPET = "export const embed = (element, spec, options) => vegaEmbed(element, spec, options);"


def explore_spec(
    plot: Plot, width: Width, numbers: Mapping[str, object], words: ExploreWords, cache: BytesCache
) -> bytes:
    """The Vega JSON of a plot at a width. `numbers` is the d3 number locale of the page's language."""
    layout = interactive(plot, width, numbers, words)
    key = _digest(["explore", layout, library_versions()])
    known = cache.get_bytes(key)
    if known is not None:
        return known
    data = json.dumps(compile_vega(layout), ensure_ascii=False, separators=(",", ":")).encode()
    cache.put_bytes(key, data)
    return data


def vega_bundle(cache: BytesCache) -> bytes:
    """An ES module that draws such a specification: `embed(element, spec, options)`, without a network."""
    key = _bundle_key()
    known = cache.get_bytes(key)
    if known is not None:
        return known
    data = bundle_javascript(_SNIPPET).encode()
    cache.put_bytes(key, data)
    return data


def bundle_version() -> str:
    """What changes whenever the programme does, short enough for the name of a file."""
    return _bundle_key()[:10]


def _bundle_key() -> str:
    return _digest(["bundle", _SNIPPET, library_versions()])


def _digest(parts: list[object]) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
