"""Lighthouse on each kind of page of `build/site`, as a phone and as a desk: the four scores, printed.

For a person to run and judge (`make audit`): its scores are timed, and a busy machine lowers them, so no test asks.
`lighthouse.py lighthouse@VERSION` needs Node, which fetches that version, and Chromium.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

from built import Site, served

ROOT = Path(__file__).parents[2]
PARTS = ("performance", "accessibility", "best-practices", "seo")
FLAGS = "--headless=new --no-sandbox --disable-gpu --disable-dev-shm-usage"


def _scores(package: str, url: str, screen: str) -> tuple[dict[str, float], list[str]]:
    """The scores of a page, and what cost it points."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome") or ""
    command = ["npx", "--yes", package, url, "--output=json", "--quiet", f"--chrome-flags={FLAGS}"]
    command += [f"--only-categories={','.join(PARTS)}", *(["--preset=desktop"] if screen == "desktop" else [])]
    environment = {**os.environ, "CHROME_PATH": chromium}
    said = subprocess.run(command, capture_output=True, text=True, check=False, env=environment, cwd=ROOT / "build")
    if said.returncode:
        sys.exit(f"Lighthouse failed on {url}:\n{said.stderr[-2000:]}")
    report = json.loads(said.stdout)
    scores = {part: report["categories"][part]["score"] or 0 for part in PARTS}
    costs = [
        f"{part}: {audit['title']} ({audit['id']})"
        for part in PARTS
        for reference in report["categories"][part]["auditRefs"]
        for audit in [report["audits"][reference["id"]]]
        if reference["weight"] and audit["score"] is not None and audit["score"] < 0.9
    ]
    return scores, costs


def _audit(site: Site, package: str) -> None:
    print(f"{'page':80} screen   " + "  ".join(PARTS))
    for sample in site.samples():
        for screen in ("mobile", "desktop"):
            scores, costs = _scores(package, site.address + sample.path, screen)
            shown = "  ".join(f"{100 * scores[part]:{len(part)}.0f}" for part in PARTS)
            print(f"{sample.path or '/':80} {screen:8} {shown}")
            for cost in costs:
                print(f"    {cost}")
            sys.stdout.flush()


def main() -> None:
    missing = [name for name in ("npx", "chromium") if not shutil.which(name)]
    if missing:
        sys.exit(f"Lighthouse needs {' and '.join(missing)}, not found here.")
    url = tomllib.loads((ROOT / "site.toml").read_text(encoding="utf-8"))["url"]
    with served((ROOT / "build" / "site").resolve(), url) as site:
        _audit(site, sys.argv[1])


if __name__ == "__main__":
    main()
