"""A place of site.toml → the target that publishes to it. What a target needs is imported only when it is meant."""

from __future__ import annotations

from pathlib import Path

from ..places import BranchPlace, BucketPlace, Place, ServerPlace
from .target import Target


def target_of(root: Path, place: Place) -> Target:
    """The target of a place; `root` is the site's folder. Raises PublishError when this machine lacks what it needs."""
    if isinstance(place.at, BucketPlace):
        from .aws import connect
        from .bucket import BucketTarget

        return BucketTarget(*connect(place.at))
    if isinstance(place.at, ServerPlace):
        from .server import ServerTarget
        from .ssh import Server

        return ServerTarget(Server(place.at.host, place.at.port), place.at.path)
    if isinstance(place.at, BranchPlace):
        from .branch import BranchTarget

        return BranchTarget(root, place.at)
    from .folder import FolderTarget

    return FolderTarget(root / place.at.path)
