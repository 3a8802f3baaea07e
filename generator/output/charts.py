"""Finished charts on disk, by the digest of what they were made from: drawn once, whatever is built."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

_DIGEST = 32


@dataclass(frozen=True)
class FolderCharts:
    """A folder of finished charts. Without `writes`, or where the disk refuses, they are read but not kept."""

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
        """Keep a chart."""
        self._write(f"{key}.svg", svg.encode())

    def get_bytes(self, key: str) -> bytes | None:
        """The bytes under a key, if they were kept whole: a digest stands before them."""
        try:
            data = (self.folder / f"{key}.bin").read_bytes()
        except OSError:
            return None
        digest, content = data[:_DIGEST], data[_DIGEST:]
        return content if hashlib.sha256(content).digest() == digest else None

    def put_bytes(self, key: str, data: bytes) -> None:
        """Keep bytes."""
        self._write(f"{key}.bin", hashlib.sha256(data).digest() + data)

    def _write(self, name: str, data: bytes) -> None:
        """A file in one step: another process may be reading."""
        if not self.writes:
            return
        part = self.folder / f"{name}.{os.getpid()}.part"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            part.write_bytes(data)
            os.replace(part, self.folder / name)
        except OSError:
            return  # a cache that cannot be written only costs time


class MemoryCharts:
    """Charts kept for as long as the process runs: for tests and previews."""

    def __init__(self) -> None:
        self._charts: dict[str, str] = {}
        self._bytes: dict[str, bytes] = {}

    def get(self, key: str) -> str | None:
        """The chart under a key."""
        return self._charts.get(key)

    def put(self, key: str, svg: str) -> None:
        """Keep a chart."""
        self._charts[key] = svg

    def get_bytes(self, key: str) -> bytes | None:
        """The bytes under a key."""
        return self._bytes.get(key)

    def put_bytes(self, key: str, data: bytes) -> None:
        """Keep bytes."""
        self._bytes[key] = data
