"""`/// box | Title` … `///` → an element with a class: the blocks that a text may hold. pymdownx' home."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from typing import Any

from pymdownx.blocks import BlocksExtension
from pymdownx.blocks.block import Block


class _Container(Block):  # type: ignore[misc]  # pymdownx has no types
    """A block of prose with a class of its own."""

    TAG = "div"

    def on_validate(self, parent: Any) -> bool:
        """Markdown's hook: options (`attrs`) have no effect."""
        self.options["attrs"] = {}
        return True

    def on_create(self, parent: Any) -> Any:
        """Markdown's hook: the element that holds the block."""
        return ElementTree.SubElement(parent, self.TAG, {"class": self.NAME})


class _KeyPoints(_Container):
    NAME = "key-points"


class _Lead(_Container):
    NAME = "lead"


class _Note(_Container):
    NAME = "note"


class _Box(_Container):
    NAME = "box"
    TAG = "aside"
    ARGUMENT = True

    def on_create(self, parent: Any) -> Any:
        """Markdown's hook: the box, with its title as a heading."""
        box = super().on_create(parent)
        ElementTree.SubElement(box, "h2").text = self.argument
        return box


class Blocks(BlocksExtension):  # type: ignore[misc]  # pymdownx has no types
    """The blocks that a text may hold."""

    def extendMarkdownBlocks(self, md: Any, block_mgr: Any) -> None:
        """Markdown's hook."""
        for block in (_Box, _KeyPoints, _Lead, _Note):
            block_mgr.register(block, self.getConfigs())
