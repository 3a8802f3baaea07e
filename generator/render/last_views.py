"""What the templates of pages receive that stand where a release was: withdrawn, or at a former address."""

from __future__ import annotations

from dataclasses import dataclass

from .views import AmendmentView, FrameView, LinkView


@dataclass(frozen=True)
class WithdrawnPage:
    """`withdrawn.html`: what is left at the address of a release that was withdrawn, or of one of its charts (`chart`).
    `section` leads to the index, `release` from a chart to the page of its release."""

    frame: FrameView
    section: LinkView | None
    release: LinkView | None
    chart: bool
    title: str
    date: str
    date_machine: str
    withdrawal: AmendmentView


@dataclass(frozen=True)
class MovedPage:
    """`moved.html`: at an address that a release had before; `release` leads to the one that it has, `canonical` is the
    same absolute."""

    lang: str
    canonical: str
    site_title: str
    stylesheet: str
    icon: str
    release: LinkView


@dataclass(frozen=True)
class WithdrawnEmbed:
    """`withdrawn-embed.html`: the same in place of a chart that other sites show in a frame."""

    lang: str
    canonical: str
    site_title: str
    stylesheet: str
    icon: str
    release: LinkView
    withdrawal: AmendmentView
