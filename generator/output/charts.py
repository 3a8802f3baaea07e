"""Finished charts on disk, by the digest of what they were made from: drawn once, whatever is built."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class FolderCharts:
    """A folder of SVG files. Without `writes`, or where the disk refuses, charts are read but not kept."""

    folder: Path
    writes: bool = True

    def get(self, key: str) -> str | None:
        """The chart under a key, if it was kept whole."""
        try:
            text = (self.folder / f"{key}.svg").read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            return None
        return text if text.endswith("</svg>") else None

    def put(self, key: str, svg: str) -> None:
        """Keep a chart, in one step: another process may be reading."""
        if not self.writes:
            return
        part = self.folder / f"{key}.{os.getpid()}.part"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            part.write_text(svg, encoding="utf-8")
            os.replace(part, self.folder / f"{key}.svg")
        except OSError:
            return  # a cache that cannot be written only costs time


class MemoryCharts:
    """Charts kept for as long as the process runs: for tests and previews."""

    def __init__(self) -> None:
        self._charts: dict[str, str] = {}

    def get(self, key: str) -> str | None:
        """The chart under a key."""
        return self._charts.get(key)

    def put(self, key: str, svg: str) -> None:
        """Keep a chart."""
        self._charts[key] = svg
