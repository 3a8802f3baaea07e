"""A plot or a seed → the cover of a release: a small inline `<svg>` without words, painted by the style sheet."""

from __future__ import annotations

from ..model import Plot
from .cover_patterns import Dice, pattern_shapes
from .cover_shapes import GROUND, Cover, Shape, box, plot_shapes

WIDTH, HEIGHT = 320, 180
#: How many pairs of colours there are; a chart without colours of its own keeps the first, which is the charts' own.
TONES = 3


def lay_out_cover(plot: Plot | None, seed: str, width: int, height: int) -> Cover:
    """The cover of a release at a size. `seed` is what never changes of the release: its folder's name."""
    own = plot_shapes(plot, width, height) if plot else ()
    tone = 1 if own else 1 + Dice(f"tone {seed}").roll(TONES)
    paper = Shape(GROUND, box(0, 0, width, height))
    return Cover(width, height, tone, (paper, *(own or pattern_shapes(seed, width, height))))


def render_cover(plot: Plot | None, seed: str) -> str:
    """The cover as HTML takes it: classes that the style sheet paints, and nothing that is read out."""
    cover = lay_out_cover(plot, seed, WIDTH, HEIGHT)
    shapes = "".join(map(_path, cover.shapes))
    head = f'class="cover cover-tone-{cover.tone}" viewBox="0 0 {WIDTH} {HEIGHT}"'
    return f'<svg {head} aria-hidden="true" focusable="false">{shapes}</svg>'


def _path(shape: Shape) -> str:
    if shape.line:
        width = f"{shape.line:g}"
        return f'<path class="cover-line-{shape.paint}" fill="none" stroke-width="{width}" d="{shape.path}"/>'
    return f'<path class="cover-{shape.paint}" d="{shape.path}"/>'
