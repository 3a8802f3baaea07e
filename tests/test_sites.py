"""Each folder of `tests/sites` is a site: built at a fixed instant, it must give `tests/golden/<case>`, byte for byte.

A difference is written to `tests/golden/<case>-changed/`, to be compared and read. `make golden` (or
`COMMUNIQUE_ACCEPT=1` before pytest) accepts what is there now. Drawings are compared by digest: an SVG stands in a
golden page as `<svg digest>`; `tests/render` looks into them.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import struct
from datetime import datetime
from pathlib import Path

import pytest
from support import HERE, build, texts, tree, write

from generator.sources.files import FolderFiles

ACCEPT = os.environ.get("COMMUNIQUE_ACCEPT") == "1"
GOLDEN = HERE / "golden"
CASES = sorted(path.name for path in (HERE / "sites").iterdir() if path.is_dir())
NOW = datetime.fromisoformat("2024-06-01T12:00:00+02:00")
_ASSET = re.compile(rb"(assets/[a-z]+)\.[0-9a-f]{10}\.(css|js|svg)")
_SVG = re.compile(rb"<svg\b.*?</svg>", re.S)


def shown(path: str, data: bytes) -> bytes:
    """An output as a golden folder keeps it: drawings and pictures by digest; the package's own assets, and what an
    interactive chart loads, not at all."""
    if path.startswith("assets/") or (path.startswith("charts/") and path.endswith(".json")):
        return b""
    if path.endswith(".png"):
        return b"PNG %d x %d" % struct.unpack(">II", data[16:24])
    return _SVG.sub(lambda found: b"<svg %s>" % hashlib.sha256(found.group()).hexdigest()[:16].encode(), data)


def plain(path: str) -> str:
    """A path without the digests of assets, which every change of style would move."""
    return _ASSET.sub(rb"\1.\2", path.encode()).decode()


@pytest.mark.parametrize("case", CASES)
def test_site(case: str, tmp_path: Path) -> None:
    report = build(FolderFiles(HERE / "sites" / case), tmp_path / "site", NOW)
    assert not report.broken, texts(report)
    found = {plain(path): _ASSET.sub(rb"\1.\2", shown(path, data)) for path, data in tree(tmp_path / "site").items()}
    found["problems.txt"] = "".join(f"{text}\n" for text in texts(report)).encode()
    golden, changed = GOLDEN / case, GOLDEN / f"{case}-changed"
    shutil.rmtree(changed, ignore_errors=True)
    expected = tree(golden)
    if found == expected:
        return
    if ACCEPT:
        shutil.rmtree(golden, ignore_errors=True)
        write(found, golden)
        return
    write(found, changed)
    differ = [path for path in sorted({*found, *expected}) if found.get(path) != expected.get(path)]
    pytest.fail(
        f"{case}: {len(differ)} outputs differ: {', '.join(differ[:8])}\n"
        f"see: diff -r {golden} {changed}\n"
        "accept: COMMUNIQUE_ACCEPT=1 pytest tests/test_sites.py (and read the difference before you commit it)",
        pytrace=False,
    )
