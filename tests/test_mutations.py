"""The checks themselves: one mistake in the sources of the sample site is found by the right check in the right place.

Mistakes between the sources and the readers (an altered page, drawing, download or feed) are in `test_agreement.py`.
"""

from __future__ import annotations

import functools
from datetime import datetime
from pathlib import Path

import pytest
from support import ROOT, Sources, default_templates, tree

from generator.build import build_site
from generator.errors import Problem
from generator.output.charts import FolderCharts
from generator.output.write import CountedOutput
from generator.sources.files import MemoryFiles
from generator.workers import Tools

NOW = datetime.fromisoformat("2026-01-01T00:00:00+01:00")
EN, FR = (f"content/{lang}/communiques/regional-trade-2024.md" for lang in ("en", "fr"))
DATA = "data/regional-trade-2024/trade_levels.csv"
RELEASE = "data/regional-trade-2024/release.toml"


@functools.cache
def sample() -> Sources:
    files = {"site.toml": (ROOT / "site.toml").read_bytes()}
    for folder in ("content", "data"):
        files |= {f"{folder}/{path}": data for path, data in tree(ROOT / folder).items()}
    return {**default_templates(), **files}


def findings(files: Sources) -> tuple[Problem, ...]:
    tools = Tools(FolderCharts(ROOT / "build" / "cache" / "charts"))
    return build_site(MemoryFiles(files), CountedOutput(), NOW, tools).problems


def test_the_sample_raises_nothing() -> None:
    assert [problem.text() for problem in findings(sample())] == []


#: What is done to the sample: file, words, other words → code, file, and a word of the line that is named.
MUTATIONS = {
    "a number in the data": (
        DATA,
        "imports,goods,WAL,2024,41342.0",
        "imports,goods,WAL,2024,61342.0",
        "claim-false",
        RELEASE,
    ),
    "a number that is none": (
        DATA,
        "imports,goods,WAL,2024,41342.0",
        "imports,goods,WAL,2024,4134Z.0",
        "bad-value",
        DATA,
    ),
    "a word of the source": (
        FR,
        "Cette faiblesse est [celle",
        "Ce repli est [celle",
        "translation-outdated",
        EN,
    ),
    "a figure in one language": (
        EN,
        "{{ imports_change.BRU | drop }}",
        "{{ imports_change.VLG | drop }}",
        "language-difference",
        EN,
    ),
    "the sign of a figure": (
        EN,
        "{{ imports_change.WAL | rise }}",
        "{{ imports_change.WAL | drop }}",
        "figure-form",
        EN,
    ),
    "a sign against its verb": (
        EN,
        "fell by {{ goods_exports_change.WAL | drop }}",
        "fell by {{ goods_exports_change.WAL }}",
        "sign-contradicted",
        EN,
    ),
    "the sign of a claim": (
        RELEASE,
        'holds = "only WAL positive"',
        'holds = "only WAL negative"',
        "claim-false",
        RELEASE,
    ),
    "a claim of another name": (
        EN,
        "(claim:only-wallonia-imports-rose)",
        "(claim:only-walonia-imports-rose)",
        "unknown-claim",
        EN,
    ),
    "a heading": (FR, "## Indicateurs clés", "### Indicateurs clés", "language-difference", FR),
    "a chart less": (EN, "](chart:trade-growth", "](table:key-indicators", "language-difference", FR),
    "a placeholder": (
        EN,
        "{{ goods_exports_change.VLG | drop }}",
        "{{ goods_exports_change.VLG | drop }",
        "bad-figure",
        EN,
    ),
    "a member": (
        FR,
        "{{ goods_exports_change.VLG | drop }}",
        "{{ goods_exports_change.VGL | drop }}",
        "unknown-member",
        FR,
    ),
    "a typed number": (EN, "{{ goods_exports_change.VLG | drop }}", "1.2%", "unbound-number", EN),
    "a number in words": (FR, "branches", "trois branches", "unbound-number", FR),
    "a space": (EN, "The main reason was", "The main  reason was", "typography", EN),
    "a hyphen in a range": (
        FR,
        "La normalisation des prix",
        "En 2023-2024, la normalisation des prix",
        "typography",
        FR,
    ),
    "a footnote": (FR, "[^2]\n", "\n", "language-difference", EN),
    "a link": (EN, "](https://www.nbb.be/en)", "](https://www.nbb.example/en)", "language-difference", EN),
    "a unit": (
        RELEASE,
        'holds = "only WAL positive"',
        'holds = "above trade_level.exports.BEL"',
        "unit-mixed",
        RELEASE,
    ),
}


@pytest.mark.parametrize("name", MUTATIONS)
def test_one_mistake_is_found(name: str, tmp_path: Path) -> None:
    path, old, new, code, place = MUTATIONS[name]
    text = sample()[path].decode()
    assert old in text, "the sample has changed: choose other words"
    line = text.count("\n", 0, text.index(old)) + 1
    found = findings({**sample(), path: text.replace(old, new, 1).encode()})
    right = [problem for problem in found if problem.code == code and problem.where.path == place]
    assert right, [problem.text() for problem in found]
    if place == path and path != RELEASE and code != "language-difference":
        assert line in {problem.where.line for problem in right}, [problem.text() for problem in right]
