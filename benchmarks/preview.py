"""Times the preview: from saving a file to the new bytes served, on the sample site and on a large one.

    python benchmarks/preview.py [--releases 1000] [--charts] [--runs 10] [--sample-only]

What is measured stands in benchmarks/README.md.
"""

from __future__ import annotations

import argparse
import http.client
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from machine import REPO, describe
from make_site import make_site

SEED = 1
PATIENCE = 300.0
#: In seconds: how long the machine is left alone between two edits, so that each is one of its own.
BREATH = 0.6


class Preview:
    """A preview of a site, as its own process."""

    def __init__(self, root: Path) -> None:
        command = [sys.executable, "-u", "-m", "generator", "preview", "--root", str(root), "--port", "0"]
        self.process = subprocess.Popen(
            command,
            cwd=REPO,
            env={**os.environ, "PYTHONPATH": str(REPO)},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if found := re.search(r"http://\S+/", line):
                self.address = urlsplit(found.group())
                break
        self.connection = http.client.HTTPConnection(self.address.netloc, timeout=PATIENCE)

    def get(self, path: str) -> tuple[int, bytes]:
        """What is served at a path now."""
        self.connection.request("GET", path)
        answer = self.connection.getresponse()
        return answer.status, answer.read()

    def until(self, path: str, holds: Callable[[int, bytes], bool]) -> float:
        """The seconds until what is served holds."""
        start = time.perf_counter()
        while not holds(*self.get(path)):
            if time.perf_counter() - start > PATIENCE:
                raise SystemExit(f"{path} did not become what it should")
            time.sleep(0.002)
        return time.perf_counter() - start

    def told(self, path: str, edit: Callable[[], object], holds: Callable[[bytes], bool]) -> float:
        """The seconds from an edit until the page at a path has been told of it, and has what is served then: as a
        browser does it, which asks for nothing before it is told. (Asking all the time would slow the build down.)"""
        stream = http.client.HTTPConnection(self.address.netloc, timeout=PATIENCE)
        stream.request("GET", f"/_preview/events?page={path}")
        events = stream.getresponse()
        self._next(events)
        start = time.perf_counter()
        edit()
        while not holds(self.get(path)[1] if self._next(events) else b""):
            pass
        seconds = time.perf_counter() - start
        stream.close()
        return seconds

    def _next(self, events: http.client.HTTPResponse) -> bool:
        """Wait for what a page is told next."""
        while not events.readline().startswith(b"data: "):
            pass
        return True

    def memory_mb(self) -> float:
        """The resident size of the process now; 0 where the system does not tell."""
        status = Path(f"/proc/{self.process.pid}/status")
        found = re.search(r"^VmRSS:\s*(\d+) kB", status.read_text() if status.exists() else "", re.M)
        return int(found[1]) * 1024 / 1e6 if found else 0.0


@contextmanager
def preview(root: Path) -> Iterator[Preview]:
    """A preview that ends with the block."""
    running = Preview(root)
    try:
        yield running
    finally:
        running.connection.close()
        running.process.terminate()
        running.process.wait()


def newest_text(root: Path) -> Path:
    """The English text that has a table or a chart, of the release that the home page shows first."""
    dates = {}
    for path in root.glob("data/*/release.toml"):
        found = re.search(r"^published = (\S+)", path.read_text(encoding="utf-8"), re.M)
        texts = list(root.glob(f"content/en/*/{path.parent.name}.md"))
        if found and texts and list(path.parent.glob("*.csv")):
            dates[found[1]] = texts[0]
    return dates[max(dates)]


def measure(root: Path, runs: int) -> dict[str, list[float]]:
    """Seconds of each step, one for each run."""
    text = newest_text(root)
    slug = re.search(r"^slug: *(\S+)$", text.read_text(encoding="utf-8"), re.M)
    assert slug is not None
    style = root / "templates" / "assets" / "site.css"
    style.parent.mkdir(parents=True, exist_ok=True)
    if not style.exists():
        shutil.copy(REPO / "templates" / "assets" / "site.css", style)
    steps: dict[str, list[float]] = {"first page": [], "a text": [], "the style sheet": [], "memory (MB)": []}
    with preview(root) as running:
        steps["first page"].append(running.until("/en/", lambda status, _body: status == 200))
        _status, body = running.get("/sitemap.xml")
        page = urlsplit(re.search(rf"<loc>([^<]*/en/[^<]*/{slug[1]}/)</loc>", body.decode())[1]).path  # type: ignore[index]
        for run in range(runs):
            time.sleep(BREATH)
            words = f"Measured for the {run + 1000}th time."
            sentence = f"\n\nMeasured {'again ' * (run + 1)}here.\n"
            mark = sentence.strip().encode()
            longer = text.read_text(encoding="utf-8") + sentence
            seconds = running.told(
                page,
                lambda longer=longer: text.write_text(longer, encoding="utf-8"),
                lambda body, mark=mark: mark in body,
            )
            steps["a text"].append(seconds)
            time.sleep(BREATH)
            _status, before = running.get(page)
            rules = style.read_text(encoding="utf-8") + f"\n/* {words} */\n"
            seconds = running.told(
                page,
                lambda rules=rules: style.write_text(rules, encoding="utf-8"),
                lambda body, before=before: body != before,
            )
            steps["the style sheet"].append(seconds)
        steps["memory (MB)"].append(running.memory_mb())
    return steps


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--releases", type=int, default=1000, help="of the large site, each in two languages (1000)")
    parser.add_argument("--charts", action="store_true", help="with three charts in each release")
    parser.add_argument("--runs", type=int, default=10, help="how many edits of each kind (10)")
    parser.add_argument("--sample-only", action="store_true", help="without the large site")
    options = parser.parse_args()
    for name, text in describe(None).items():
        print(f"{name:>16}: {text}")
    with tempfile.TemporaryDirectory() as folder:
        sites: dict[str, Path] = {"sample": Path(folder, "sample")}
        sites["sample"].mkdir()
        shutil.copy(REPO / "site.toml", sites["sample"])
        for name in ("content", "data", "templates"):
            shutil.copytree(REPO / name, sites["sample"] / name)
        if not options.sample_only:
            name = f"{options.releases} releases"
            sites[name] = Path(folder, "large")
            make_site(sites[name], options.releases, charts=options.charts, seed=SEED)
        print(f"\n{'site':>16} {'step':>22} {'median':>9} {'fastest':>9} {'slowest':>9}")
        for name, root in sites.items():
            for step, found in measure(root, options.runs).items():
                values = statistics.median(found), min(found), max(found)
                unit = 1 if step == "memory (MB)" else 1000
                shown = " ".join(f"{value * unit:>9.0f}" for value in values)
                print(f"{name:>16} {step:>22} {shown}{'' if unit == 1 else ' ms'}", flush=True)


if __name__ == "__main__":
    main()
