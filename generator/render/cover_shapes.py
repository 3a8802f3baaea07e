"""A plot or a seed, and a size → a cover: a few painted shapes that say nothing, made of the release's own numbers.

A release with a chart shows the marks of its first row of panels; one without shows a pattern from `cover_patterns`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ..model import Panel, Plot, Point

#: What a shape is painted with: the paper, the colours of the cover's tone, or a slot of the palette.
GROUND, QUIET, ZERO, MAIN, SECOND = "ground", "quiet", "zero", "main", "second"
MOST_PANELS = 3
MOST_MARKS = 60


@dataclass(frozen=True)
class Shape:
    """An SVG path in one paint: filled, or drawn as a line of some width."""

    paint: str
    path: str
    line: float = 0


@dataclass(frozen=True)
class Cover:
    """The shapes of a cover, from the bottom up, on a paper of a size. `tone` chooses its two colours."""

    width: int
    height: int
    tone: int
    shapes: tuple[Shape, ...]


@dataclass(frozen=True)
class Room:
    """A rectangle."""

    left: float
    top: float
    width: float
    height: float

    def split(self, count: int, gap: float) -> Iterator[Room]:
        """As many equal rooms, along the longer side."""
        if self.width >= self.height:
            share = (self.width - gap * (count - 1)) / count
            for number in range(count):
                yield Room(self.left + number * (share + gap), self.top, share, self.height)
        else:
            share = (self.height - gap * (count - 1)) / count
            for number in range(count):
                yield Room(self.left, self.top + number * (share + gap), self.width, share)


def margin_of(width: int, height: int) -> float:
    """The margin that all covers of a size share."""
    return round(0.155 * min(width, height))


def plot_shapes(plot: Plot, width: int, height: int) -> tuple[Shape, ...]:
    """The marks of a plot without its words; none when it has no numbers."""
    margin = margin_of(width, height)
    room = Room(margin, margin, width - 2 * margin, height - 2 * margin)
    panels = [panel for panel in plot.panels[: max(1, plot.columns)] if _numbers([panel])][:MOST_PANELS]
    if plot.type == "lines":
        panels = panels[:1]
    found: list[Shape] = []
    for panel, own in zip(panels, room.split(max(1, len(panels)), 0.75 * margin), strict=False):
        peers = [each for each in panels if each.unit == panel.unit]
        found += _lines(plot, panel, own) if plot.type == "lines" else _bars(plot, panel, peers, own)
    return tuple(found)


def _numbers(panels: Iterable[Panel]) -> list[float]:
    return [float(point.number) for panel in panels for point in panel.points if point.number is not None]


def _bars(plot: Plot, panel: Panel, peers: list[Panel], room: Room) -> Iterator[Shape]:
    """Bars from a common zero, along the room; a space parts the groups. One path for each paint."""
    upright = plot.type == "columns"
    numbers = _numbers(peers)
    low, high = min([0.0, *numbers]), max([0.0, *numbers])
    long, across = (room.height, room.width) if upright else (room.width, room.height)
    scale = long / (high - low or 1.0)
    zero = (room.top + room.height + low * scale) if upright else (room.left - low * scale)
    start = room.left if upright else room.top
    places, pitch = _places(panel.points[:MOST_MARKS], across)
    thick = max(1.0, min(0.64 * pitch, 0.12 * across))
    paths: dict[str, list[str]] = {}
    for point, place in places:
        if point.number is None:
            continue
        length = float(point.number) * scale
        length = length if abs(length) >= 1.5 else (-1.5 if length < 0 else 1.5)
        at = start + place - thick / 2
        x, y, w, h = (at, zero - length, thick, length) if upright else (zero, at, length, thick)
        paths.setdefault(paint_of(plot, point), []).append(box(x, y, w, h))
    for paint, boxes in paths.items():
        yield Shape(paint, "".join(boxes))
    far = start + across
    line = segments([(start, zero), (far, zero)]) if upright else segments([(zero, start), (zero, far)])
    yield Shape(ZERO, line, 1.5)


def _places(points: Sequence[Point], across: float) -> tuple[list[tuple[Point, float]], float]:
    """Where the middle of each bar stands, and the distance between two bars of a group."""
    groups = list(dict.fromkeys(point.category for point in points))
    extra = 0.9 if len(groups) < len(points) else 0.0
    pitch = across / max(1.0, len(points) + extra * (len(groups) - 1))
    found, y = [], 0.0
    for group in groups:
        for point in (each for each in points if each.category == group):
            found.append((point, y + pitch / 2))
            y += pitch
        y += extra * pitch
    return found, pitch


def _lines(plot: Plot, panel: Panel, room: Room) -> Iterator[Shape]:
    """A line for each member, with a dot at its end."""
    numbers = _numbers([panel])
    low, high = min(numbers, default=0.0), max(numbers, default=1.0)
    low = min(low, 0.0) if low < 0.4 * high else low
    periods = list(dict.fromkeys(point.category for point in panel.points))
    step = room.width / max(1, len(periods) - 1)
    every = max(1, len(periods) // MOST_MARKS)
    lines: dict[str, list[Point]] = {}
    for point in panel.points:
        lines.setdefault(f"{point.colour}|{point.series}", []).append(point)
    floor = room.top + room.height
    yield Shape(ZERO, segments([(room.left, floor), (room.left + room.width, floor)]), 1.5)
    for points in lines.values():
        places = [
            (
                room.left + periods.index(point.category) * step,
                room.top + room.height * (high - float(point.number)) / (high - low or 1.0),
            )
            for point in points[(len(points) - 1) % every :: every]
            if point.number is not None
        ]
        if places:
            paint = paint_of(plot, points[0])
            yield Shape(paint, segments(places), 4)
            yield Shape(paint, disc(*places[-1], 5.5))


def paint_of(plot: Plot, point: Point) -> str:
    """The slot of a mark's member, or the tone's own colour, quiet where the text does not dwell."""
    if not plot.colours:
        return MAIN if point.highlighted else QUIET
    slots = {colour.code: colour.slot for colour in plot.colours}
    slot = slots.get(point.colour, 0)
    return str(0 if slot <= 0 else (slot - 1) % 6 + 1)


def _short(number: float) -> str:
    text = f"{number:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


def box(x: float, y: float, width: float, height: float) -> str:
    """A rectangle as a path."""
    return f"M{_short(x)} {_short(y)}h{_short(width)}v{_short(height)}h{_short(-width)}z"


def disc(x: float, y: float, radius: float) -> str:
    """A disc as a path."""
    r, across = _short(radius), _short(2 * radius)
    return f"M{_short(x - radius)} {_short(y)}a{r} {r} 0 1 0 {across} 0a{r} {r} 0 1 0 -{across} 0z"


def segments(places: Iterable[tuple[float, float]]) -> str:
    """A line through places as a path."""
    return "M" + "L".join(f"{_short(x)} {_short(y)}" for x, y in places)
