"""One altered number in what was made → the one finding that names it; what was not altered → nothing.

The artifacts are those of the sample site. Each is altered between its making and its comparison, as a defect in a
template, a drawing, a cache or a rounding would.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from html import escape
from pathlib import Path

import pytest
from support import CHARTS, ROOT, build, default_templates, small_site, texts

from generator.checks.agreement import check_agreement
from generator.checks.recount import Recounts
from generator.config import load_config
from generator.errors import Problem
from generator.facts.edition import Edition
from generator.facts.lookup import Lookup
from generator.model import Artifact, FeedText, Headline, Target
from generator.plan import plan
from generator.render.targets import Press
from generator.sources.files import FolderFiles, take_snapshot
from generator.sources.site import Memo, read_site

NOW = datetime.fromisoformat("2026-01-01T00:00:00+00:00")
RELEASE = "regional-trade-2024"
PAGE = "en/press-releases/regional-foreign-trade-2024/index.html"
FRENCH = "fr/communiques-de-presse/commerce-exterieur-regional-2024/index.html"
CHART = f"charts/{RELEASE}/trade-growth/en/trade-growth"
TEXT, GRID = f"content/en/communiques/{RELEASE}.md", "templates/grid.html"
_PARTS = ("headline", "feedtext")

pytestmark = pytest.mark.xdist_group("agreement")


@dataclass(frozen=True)
class Made:
    """What was made of the sample site: by the key of each target, with what it asked."""

    artifacts: dict[str, tuple[Artifact, Lookup]]

    def findings(self, key: str, content: bytes | None = None) -> tuple[Problem, ...]:
        """What the comparison says of an artifact, altered or not."""
        artifact, lookup = self.artifacts[key]
        return check_agreement(artifact if content is None else replace(artifact, content=content), lookup, Recounts())

    def altered(self, key: str, old: str, new: str) -> tuple[Problem, ...]:
        """The findings when the first `old` becomes `new`."""
        content = self.artifacts[key][0].content.decode()
        assert old in content, old
        return self.findings(key, content.replace(old, new, 1).encode())


def wanted(target: Target) -> bool:
    """All parts and lists; of the regional communiqué, its pages and the files of one chart."""
    if target.kind in (*_PARTS, "home", "index", "feed", "rss", "catalogue", "data"):
        return True
    if target.kind == "release":
        return target.path in (PAGE, FRENCH)
    return target.path.startswith(CHART.rpartition("/")[0]) and target.kind in ("chart", "picture", "series", "spec")


@pytest.fixture(scope="module")
def made() -> Made:
    files = FolderFiles(ROOT)
    config = load_config(files.read("site.toml"))
    site = read_site(config, take_snapshot(files, {}, 10**7), Memo(), ()).site
    planned = plan(site, NOW)
    edition = Edition(site, planned.visible)
    press, found = Press(edition, CHARTS), {}
    targets = [target for target in planned.targets if wanted(target)]
    for target in sorted(targets, key=lambda target: target.kind not in _PARTS):
        artifact, lookup = press.make(target)
        found[target.key] = (artifact, lookup)
        if isinstance(artifact.part, (Headline, FeedText)):
            edition.parts[target.key] = artifact.part
    return Made(found)


def test_nothing_is_found_in_what_is_right(made: Made) -> None:
    assert {artifact.target.kind for artifact, _lookup in made.artifacts.values()} >= {
        *("release", "chart", "picture", "series", "spec", "data", "home", "index", "feed", "rss", *_PARTS)
    }
    assert [problem.text() for key in made.artifacts for problem in made.findings(key)] == []


#: What is altered, in which artifact, from what to what; the place that is named, and words of the finding.
CASES = {
    "printed digit": (PAGE, ">6.3%</data>", ">6.4%</data>", TEXT, '"6.4%" (6.3) for figure "exports_change.BRU"'),
    "sign": (PAGE, ">6.3%</data>", ">−6.3%</data>", TEXT, '"−6.3%" (6.3)'),
    "unit": (PAGE, ">6.3%</data>", ">6.3</data>", TEXT, '"6.3" (6.3)'),
    "value": (PAGE, 'value="6.3" data', 'value="6.31" data', TEXT, '"6.3%" (6.31)'),
    "figure": (PAGE, 'exports_change.BRU">6.3', 'exports_change.VLG">6.3', TEXT, 'for figure "exports_change.VLG"'),
    "unknown figure": (PAGE, 'figure="exports_change.BRU', 'figure="x.BRU', TEXT, "nothing of that name"),
    "period": (PAGE, ">2024</data>", ">2025</data>", TEXT, '"2025" (2024) for figure "year"'),
    "French": (FRENCH, "6,3\u202f%</data>", "6.3\u202f%</data>", TEXT.replace("/en/", "/fr/"), '"6.3\u202f%" (6.3)'),
    "table text": (PAGE, ">30.2</data>", ">30.3</data>", GRID, '"30.3" (30.2) for '),
    "table value": (PAGE, 'value="30.2"', 'value="30.1"', GRID, "(30.1) for "),
    "sentence": (PAGE, "Brussels, 2022: 21.5%", "Brussels, 2022: 21.6%", TEXT, "2022: 21.6% for "),
    "label": (PAGE, ">21.5</text>", ">21.6</text>", TEXT, "prints 21.6 for "),
    "file's sentence": (f"{CHART}.svg", "Brussels, 2022: 21.5%", "Brussels, 2022: 2.15%", TEXT, "give Exports of"),
    "file's label": (f"{CHART}.svg", ">21.5</text>", ">2.5</text>", TEXT, "prints 2.5 for value beside a mark"),
    "CSV value": (f"{CHART}.csv", "21.5", "21.4", TEXT, "prints 21.4 for Exports of goods and services"),
    "CSV name": (f"{CHART}.csv", "Brussels", "Flanders", TEXT, "for row of the CSV"),
    "Vega number": (f"{CHART}.json", '"number":21.484716781006597', '"number":21.49', TEXT, "prints 21.49 for "),
    "Vega print": (f"{CHART}.json", '"printed":"21.5"', '"printed":"21.4"', TEXT, "prints 21.4 for "),
    "narrow Vega": (f"{CHART}-narrow.json", '"printed":"21.5"', '"printed":"21.4"', TEXT, "prints 21.4 for "),
    "data value": (f"data/{RELEASE}/trade.csv", "26055.2", "26055.3", f"data/{RELEASE}/trade_levels.csv", "26055.3"),
    "data digits": (f"data/{RELEASE}/trade.csv", "26055.2", "26055.20", f"data/{RELEASE}/trade_levels.csv", "26055.20"),
    "data status": (f"data/{RELEASE}/trade.csv", "26055.2,E", "26055.2,P", f"data/{RELEASE}/trade_levels.csv", "P"),
    "data unit": (
        f"data/{RELEASE}/trade.csv",
        "EUR_MILLION",
        "EUR_BILLION",
        f"data/{RELEASE}/trade_levels.csv",
        "give",
    ),
    "feed": ("en/feed.xml", "6.3%&lt;/data", "6.2%&lt;/data", "templates/feed.xml", '"6.2%" (6.3)'),
    "RSS": ("en/rss.xml", "6.3%&lt;/data", "6.2%&lt;/data", "templates/rss.xml", '"6.2%" (6.3)'),
    "home": ("en/index.html", 'value="2024"', 'value="2023"', "templates/home.html", '"2024" (2023)'),
    "index": ("en/press-releases/index.html", ">2024</data>", ">2023</data>", "templates/index.html", '"2023" (2024)'),
}


@pytest.mark.parametrize("case", CASES)
def test_one_altered_number(made: Made, case: str) -> None:
    key, old, new, where, words = CASES[case]
    found = made.altered(key, old, new)
    assert {problem.code for problem in found} == {"number-mismatch"}
    assert {problem.where.path for problem in found} == {where}
    assert any(words in problem.message for problem in found), [problem.message for problem in found]
    assert all(key in problem.message for problem in found)
    line = {problem.where.line for problem in found}
    assert case in ("unknown figure", "feed", "RSS", "home", "index") or where == GRID or line > {0} or min(line) > 0


def numbers(html: str) -> Iterator[re.Match[str]]:
    return re.finditer(r"<data\b[^>]*>([^<]*\d)[^<]*</data>", html)


def test_every_number_of_a_page_is_compared(made: Made) -> None:
    """Each number of the page, one at a time: its last digit is another one."""
    content = made.artifacts[PAGE][0].content.decode()
    found = list(numbers(content))
    assert len(found) > 300
    for match in found[::7]:
        place = match.end(1) - 1
        digit = str((int(content[place]) + 1) % 10)
        assert made.findings(PAGE, f"{content[:place]}{digit}{content[place + 1 :]}".encode()), match.group()


def test_every_sentence_and_label_of_a_drawing_is_compared(made: Made) -> None:
    content = made.artifacts[f"{CHART}.svg"][0].content.decode()
    sentences = list(re.finditer(r'aria-label="[^"]*?(\d)[^"\d]*"', content))
    labels = list(re.finditer(r"<text[^>]*>[−\d.]*\.(\d)</text>", content))
    assert (len(sentences), len(labels)) == (27, 27)
    for match in [*sentences, *labels]:
        place = match.start(1)
        digit = str((int(content[place]) + 1) % 10)
        assert made.findings(f"{CHART}.svg", f"{content[:place]}{digit}{content[place + 1 :]}".encode()), match.group()


def test_a_mark_too_few_or_too_many(made: Made) -> None:
    content = made.artifacts[f"{CHART}.svg"][0].content.decode()
    mark = re.search(r'<path aria-label="[^"]*"[^>]*>', content)
    assert mark is not None
    assert "prints nothing for mark" in made.altered(f"{CHART}.svg", mark.group(), "")[0].message
    assert "give nothing" in made.altered(f"{CHART}.svg", mark.group(), 2 * mark.group())[0].message


def test_rows_that_changed_places(made: Made) -> None:
    content = made.artifacts[PAGE][0].content.decode()
    table = content.index('id="table-')
    rows = list(re.finditer(r"<tr>\s*<th scope=\"row\">.*?</tr>", content[table:], re.S))[:2]
    first, second = (row.group() for row in rows)
    swapped = content[:table] + content[table:].replace(first, "@", 1).replace(second, first, 1).replace("@", second, 1)
    found = made.findings(PAGE, swapped.encode())
    assert {problem.where.path for problem in found} == {GRID}
    assert any(", row 1, column 1" in problem.message for problem in found)
    assert any(", row 2, column 1" in problem.message for problem in found)


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        (r' class="figure"[^>]*data-figure="[^"]*"', 'prints no figure at all for figure "'),
        (r' id="table-[^"]*"', "prints no table for table"),
        (r' id="chart-[^"]*"', "prints no drawing for chart"),
        (r"<svg\b", "prints no drawing for chart"),
        (r"</?td\b", "prints 0 cells for "),
    ],
)
def test_nothing_to_read_is_a_finding(made: Made, pattern: str, words: str) -> None:
    """A template that shows numbers in another way cannot pass because nothing of it was read."""
    content = re.sub(pattern, "<x" if pattern.startswith("<") else "", made.artifacts[PAGE][0].content.decode())
    assert any(words in problem.message for problem in made.findings(PAGE, content.encode()))


def test_parts_of_feeds_and_lists(made: Made) -> None:
    for kind, side in (("feedtext", "content"), ("headline", "title_html")):
        artifact, lookup = made.artifacts[f"{kind}:{RELEASE}:en"]
        html = getattr(artifact.part, side)
        part = replace(artifact.part, **{side: html.replace(">2024</data>", ">2023</data>", 1)})  # type: ignore[type-var]
        assert html != getattr(part, side)
        (found,) = check_agreement(replace(artifact, part=part), lookup, Recounts())
        assert (found.where.path, '"2023" (2024)' in found.message) == (TEXT, True)


def test_a_feed_that_leaves_numbers_out(made: Made) -> None:
    content = made.artifacts["en/feed.xml"][0].content.decode()
    found = made.findings("en/feed.xml", content.replace(escape("<data"), escape("<span")).encode())
    assert "prints nothing for " in found[0].message


def test_a_number_of_a_feed_that_became_another_of_its_numbers(made: Made) -> None:
    content = made.artifacts["en/feed.xml"][0].content.decode()
    one, other = list(dict.fromkeys(re.findall(r"&lt;data value.*?&lt;/data&gt;", content)))[:2]
    (found,) = made.findings("en/feed.xml", content.replace(one, other, 1).encode())
    assert "for a number of a table" in found.message


# ---------------------------------------------------------------- in a build


def test_a_template_that_alters_a_number_stops_the_build(tmp_path: Path) -> None:
    sources = small_site()
    grid = default_templates()["@default/templates/grid.html"].decode()
    wrong = grid.replace("{{ cell.text }}</data>", '{{ cell.text | replace("22", "23") }}</data>')
    assert wrong != grid
    report = build({**sources, "templates/grid.html": wrong.encode()}, tmp_path / "site")
    assert report.broken
    assert not (tmp_path / "site").exists()
    assert any('prints "23" (22) for table "overview", row 2, column 2' in text for text in texts(report))
    assert {problem.code for problem in report.problems if problem.level == "error"} == {"number-mismatch"}


def test_a_mistake_that_brings_others_about_speaks_alone(tmp_path: Path) -> None:
    sources = small_site()
    sources["templates/grid.html"] = default_templates()["@default/templates/grid.html"].replace(
        b"{{ cell.text }}<", b"7<"
    )
    sources["data/labels.csv"] = sources["data/labels.csv"].replace(b"SOUTH,Sud,South,Zuid\n", b"")
    report = build(sources, tmp_path / "site")
    assert {problem.code for problem in report.problems if problem.level == "error"} == {"missing-label"}


def test_what_is_kept_is_not_compared_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from generator import workers

    seen: list[str] = []

    def watched(artifact: Artifact, lookup: Lookup, shared: Recounts) -> tuple[Problem, ...]:
        seen.append(artifact.target.key)
        return check_agreement(artifact, lookup, shared)

    monkeypatch.setattr(workers, "check_agreement", watched)
    sources = small_site()
    assert not build(sources, tmp_path / "site").broken
    assert len(seen) > 20
    seen.clear()
    sources["data/alpha/spare.csv"] += b"2025,3\n"
    assert not build(sources, tmp_path / "site").broken
    assert "data/alpha/spare.csv" in seen
    assert not any(key.endswith("/sales/index.html") for key in seen)
