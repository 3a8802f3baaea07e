"""What the tests of built pages share: the sites, built once; a local host; one browser; pictures.

Without Chromium, Java or the Nu checker the tests that need them are skipped and say so; with
COMMUNIQUE_BROWSER=required, as in CI, they fail.
"""

from __future__ import annotations

import os
import shutil
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from built import Site, served

from generator.build import build_site
from generator.output.charts import FolderCharts
from generator.output.write import opened
from generator.sources.files import FolderFiles
from generator.workers import Tools

ROOT = Path(__file__).parents[2]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
REQUIRED = os.environ.get("COMMUNIQUE_BROWSER") == "required"
ARGUMENTS = [
    *("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--no-first-run"),
]
#: Late enough for all of the sample to be public.
NOW = datetime(2027, 1, 1, tzinfo=UTC)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All tests of this folder share one worker, one build and one browser."""
    for item in items:
        if Path(item.fspath).parent == Path(__file__).parent:
            item.add_marker(pytest.mark.xdist_group("browser"))
            if "browser" in getattr(item, "fixturenames", ()):
                item.add_marker(pytest.mark.browser)


@contextmanager
def _built(sources: Path, out: Path) -> Iterator[Site]:
    with opened(out, lambda: None) as output:
        tools = Tools(FolderCharts(ROOT / "build" / "cache" / "charts"))
        report = build_site(FolderFiles(sources), output, NOW, tools)
    assert not report.broken
    with served(out, tomllib.loads((sources / "site.toml").read_text(encoding="utf-8"))["url"]) as site:
        yield site


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The sample site."""
    with _built(ROOT, tmp_path_factory.mktemp("sample") / "site") as site:
        yield site


@pytest.fixture(scope="session")
def rivers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site of another domain in three languages, below a path of its host."""
    with _built(ROOT / "tests" / "sites" / "rivers", tmp_path_factory.mktemp("rivers") / "site") as site:
        yield site


@pytest.fixture(scope="session")
def address(site: Site) -> str:
    return site.address


@pytest.fixture(scope="session")
def browser():
    if CHROMIUM is None:
        assert not REQUIRED, "COMMUNIQUE_BROWSER=required, but Chromium is not installed"
        pytest.skip("Chromium is not installed (Debian: apt-get install chromium)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield running
        running.close()


def _take_picture(page, path: Path) -> None:
    from playwright.sync_api import Error

    for left in (3, 2, 1, 0):
        try:
            page.screenshot(path=str(path), full_page=True)
            return
        except Error as error:
            if "Unable to capture screenshot" not in str(error) or not left:
                raise
            page.wait_for_timeout(500)


@pytest.fixture(scope="session")
def take_picture():
    """A picture for a person to look at. A busy machine can fail to draw one in time: that says nothing of the page,
    so Chromium is asked again before it is believed."""
    return _take_picture
