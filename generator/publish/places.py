"""A place of site.toml → the target that publishes to it. What a target needs is imported only when it is meant."""

from __future__ import annotations

from pathlib import Path

from ..places import Place
from .target import Target


def target_of(root: Path, place: Place) -> Target:
    """The target of a place; `root` is the site's folder. Raises PublishError when this machine lacks what it needs."""
    from .folder import FolderTarget

    return FolderTarget(root / place.at.path)
