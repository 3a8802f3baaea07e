"""The docs against the code: what exists is documented, what is documented exists, links lead somewhere."""

from __future__ import annotations

import argparse
import ast
import dataclasses
import inspect
import json
import re
import tomllib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from types import ModuleType

import pytest
from support import ROOT, build, default_templates, tree

from generator import cli, config, places, workers
from generator.cli import common
from generator.errors import CODES, LEVELS
from generator.facts.claims import CLAIMS
from generator.facts.figures import FORMS
from generator.facts.words import FRACTIONS
from generator.model import Grid, GridCell, GridGroup, GridHead, GridPart
from generator.render import calendar_views, last_views, machine_views, source_views, views
from generator.render.overlooked import BLOCKS
from generator.sources import amendments, announcements, data_tables, literals, releases, schemas, texts
from generator.sources.data_tables import QUALITIES
from generator.sources.releases import CHART_TYPES, MEASURES
from generator.sources.wording import LISTS

DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.glob("*.md")])
GUIDES = (
    "statistician",
    "writer",
    "translator",
    "traducteur",
    "designer",
    "design",
    "publisher",
    "reference",
    "problems",
    "architecture",
)


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def section(text: str, heading: str) -> str:
    """What stands under a heading, down to the next one of its level or above."""
    lines = text.split("\n")
    start = next(
        number for number, line in enumerate(lines) if re.sub(r"^#+ ", "", line) == heading and line[:1] == "#"
    )
    level = len(lines[start]) - len(lines[start].lstrip("#"))
    end = start + 1
    fenced = False
    while end < len(lines):
        fenced ^= lines[end].startswith("```")
        if not fenced and re.match(rf"^#{{1,{level}}} ", lines[end]):
            break
        end += 1
    return "\n".join(lines[start:end])


def rows(text: str) -> list[list[str]]:
    """The rows of the tables in a text, heads and rules left out."""
    found = []
    for line in text.split("\n"):
        if line.startswith("|") and not re.match(r"^\|[\s|:-]+\|$", line):
            cells = re.split(r"(?<!\\)\|", line.strip().strip("|"))
            found.append([cell.strip() for cell in cells])
    return found


def codes(cell: str) -> list[str]:
    """The code spans of a cell."""
    return re.findall(r"`([^`]+)`", cell)


def first_column(text: str) -> set[str]:
    """Every code in the first column of the tables in a text."""
    return {code for row in rows(text) for code in codes(row[0])}


REFERENCE = read("docs/reference.md")

# ---------------------------------------------------------------- registries of the language, both ways


def test_forms() -> None:
    assert {re.sub(r"\(.*", "", code) for code in first_column(section(REFERENCE, "Forms"))} == set(FORMS)


def test_measures() -> None:
    table = rows(section(REFERENCE, "Measures"))[1:]
    assert {code for row in table for code in codes(row[0])} == set(MEASURES)
    arguments = {codes(row[0])[0]: set(re.findall(r"`(\w+)", row[1])) for row in table}
    above = {codes(row[0])[0] for row in table if "`lag` as above" in row[1]}
    for name, given in arguments.items():
        assert given == set(releases._TAKES[name]), name
    assert above == {"contribution"}


def test_claims() -> None:
    found = {code.split(" ")[0] for code in first_column(section(REFERENCE, "`[claims.ID]`: predicates for the prose"))}
    assert found - {"holds"} == set(CLAIMS)


def test_fractions() -> None:
    listed = " ".join(section(REFERENCE, "Forms").split())
    assert [name for _fraction, name in FRACTIONS if name not in listed] == []


def test_blocks() -> None:
    text = section(REFERENCE, "A content file")
    assert set(re.findall(r"`/// ([a-z-]+)", text)) == set(BLOCKS)
    assert set(re.findall(r"`/// ([a-z-]+)", read("docs/writer.md"))) == set(BLOCKS)


def test_chart_types() -> None:
    (row,) = [row for row in rows(section(REFERENCE, "`[charts.ID]`")) if row[0] == "`type`"]
    assert set(codes(row[1])) == set(CHART_TYPES)


def test_qualities() -> None:
    (row,) = [row for row in rows(REFERENCE) if row[0] == "`quality`"]
    assert set(codes(row[1])) == set(QUALITIES)


def test_front_matter() -> None:
    text = section(REFERENCE, "A content file")
    assert all(f"`{key}`" in text for key in texts._KEYS)
    head = re.search(r"```markdown\n---\n(.*?)---", text, re.S)
    assert head is not None
    assert {line.split(":")[0] for line in head.group(1).splitlines()} == set(texts._KEYS)


def test_schemas() -> None:
    text = section(read("docs/statistician.md"), "The schema")
    listed = set(codes(text[text.index("Types:") :]))
    assert listed == {*schemas._TYPES, *schemas._CONSTRAINTS}
    assert set(codes(rows(section(REFERENCE, "Limits"))[-1][1])) == set(schemas._TYPES)


# ---------------------------------------------------------------- keys, as the code asks for them

#: Methods of `Spec` and of the reader of releases that take a key: which argument holds it.
ASKS = {
    **dict.fromkeys(
        ("text", "need", "choice", "separator", "flag", "integer", "instant", "texts", "mapping", "table", "tables"), 0
    ),
    "array": 0,
    "definitions": 0,
    "place": 1,
    "codes": 1,
    "derived": 1,
}


def asked(module: ModuleType) -> set[str]:
    """Every key that a module asks of a TOML file: the constant arguments of its reading calls."""
    found = set()
    for node in ast.walk(ast.parse(inspect.getsource(module))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ASKS:
            index = ASKS[node.func.attr]
            argument = node.args[index] if index < len(node.args) else None
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                found.add(argument.value)
    return found


def documented_keys(text: str) -> set[str]:
    """Keys of the reference: first columns of tables headed "key", headings `[a.B]`, and lines of its TOML samples."""
    found: set[str] = set()
    table: list[str] = []
    for line in [*text.split("\n"), ""]:
        if line.startswith("|"):
            table.append(line)
            continue
        if table and rows(table[0])[0][0] == "key":
            found |= {code for row in rows("\n".join(table[2:])) for code in codes(row[0])}
        table = []
        for code in codes(line) if line.startswith("#") else []:
            found |= {code.strip("[]")} if code.startswith("[") else set()
    for sample in re.findall(r"```toml\n(.*?)```", text, re.S):
        found |= set(tomllib.loads(sample))
    # `[units.CODE]` is the key units, `[[displays.ID.parts]]` the key parts, `parts.columns` the key columns.
    inner = {key.strip("[]").rpartition(".")[2] for key in found if key.startswith(("[[", "parts."))}
    return inner | {key.strip("[]").partition(".")[0] for key in found if not key.startswith(("[[", "parts."))}


def test_every_key_of_the_site() -> None:
    known = asked(config) | asked(places)
    text = section(REFERENCE, "`site.toml`")
    assert known - documented_keys(text) == set()
    assert documented_keys(text) - known == set()


def test_every_key_of_a_release() -> None:
    arguments = set(releases._ARGUMENTS)
    known = (
        asked(releases) | asked(data_tables) | asked(literals) | asked(amendments) | asked(announcements) | arguments
    )
    text = section(REFERENCE, "`data/<release>/release.toml`")
    listed = documented_keys(text) | set(re.findall(r"`(over|holds|at|table|measure)`", text))
    for argument in arguments:
        assert re.search(rf"`{argument}\b", section(REFERENCE, "Measures")), argument
    assert known - listed - arguments == set()
    assert listed - known == set()


def test_every_list_of_words() -> None:
    assert first_column(section(REFERENCE, "`wording.toml`")) == set(LISTS)


def test_label_codes() -> None:
    """The conventions of labels.csv: those that the code asks for, and those that the sample site uses."""
    listed = first_column(section(REFERENCE, "`data/labels.csv`"))
    sources = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "generator").rglob("*.py"))
    asked_for = set(re.findall(r'"(site\.[a-z]+)"', sources)) - {"site.toml", "site.css", "site.js"}
    assert asked_for == {code for code in listed if code.startswith("site.")}
    assert 'f"kind.{' in sources
    assert "kind.ID" in listed
    assert {"CODE", "CODE.CODE", "UNIT.pattern", "UNIT.pattern.one", "UNIT.pattern.other"} < listed


# ---------------------------------------------------------------- problems

PROBLEMS = read("docs/problems.md")


def entries() -> dict[str, str]:
    parts = re.split(r"^### `([a-z-]+)`$", PROBLEMS, flags=re.M)[1:]
    return {
        code: re.split(r"^## ", text, flags=re.M)[0].strip() for code, text in zip(parts[::2], parts[1::2], strict=True)
    }


def test_every_code_has_an_entry() -> None:
    assert len(re.findall(r"^### ", PROBLEMS, re.M)) == len(entries()), "no code has two"
    assert set(entries()) == set(CODES)


@pytest.mark.parametrize("code", CODES)
def test_an_entry_says_what_shows_how(code: str) -> None:
    meaning, example, mending = re.match(r"(.*?)```text\n(.*?)```\n(.*)", entries()[code], re.S).groups()  # type: ignore[union-attr]
    assert " ".join(meaning.split()) == CODES[code]
    first, *others = example.strip().split("\n")
    assert re.match(rf"\S+: ({'|'.join(LEVELS)}): .+ \[{code}\]$", first), first
    assert all(line.startswith("    ") for line in others)
    assert others[-1].startswith("    → "), "an example ends with what to do"
    assert len(mending.strip()) > 20


@pytest.mark.parametrize("code", CODES)
def test_an_example_is_what_a_build_says(code: str) -> None:
    """Word for word, as some case of tests/broken has it. A file that changes in mid-build has no case there."""
    expected = [path.read_text(encoding="utf-8") for path in (ROOT / "tests" / "broken").glob("*/expected.txt")]
    example = re.search(r"```text\n(.*?)```", entries()[code], re.S)
    assert example is not None
    if any(f"[{code}]" in text for text in expected):
        assert any(example.group(1).strip() in text for text in expected), "take one from tests/broken/*/expected.txt"
    else:
        # what an import says is compared in tests/translating/test_exchange_command.py
        assert code in ("changed-source", "bad-xliff", "xliff-unit")


def test_codes_that_docs_name_exist() -> None:
    known = set(CODES) | set(entries())
    sample = tomllib.loads(read("site.toml"))
    assert set(sample.get("checks", {})) <= known
    for page in PAGES:
        for code in re.findall(r"\[([a-z]+-[a-z-]+)\]$", page.read_text(encoding="utf-8"), re.M):
            assert code in known, f"{page.name}: {code}"


# ---------------------------------------------------------------- the command, make, links


def commands(
    of: argparse.ArgumentParser | None = None, within: str = ""
) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """Every command by its name; of a command with commands of its own, these: `translate status`."""
    for action in (of or cli.command_line())._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, parser in action.choices.items():
                yield from list(commands(parser, f"{within}{name} ")) or [(f"{within}{name}", parser)]


def test_every_command_and_option() -> None:
    text = read("docs/publisher.md") + read("README.md")
    names = {name for name, _parser in commands()}
    assert names
    for name, parser in commands():
        assert f"communique {name}" in text, name
        for action in parser._actions:
            for option in action.option_strings:
                assert f"`{option}" in text, f"{name} {option}"
    everything = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
    words = re.findall(r"(?:^ *|`)communique ([a-z]+)(?: ([a-z]+))?", everything, re.M)
    groups = {name.split(" ")[0] for name in names if " " in name}
    documented = {f"{one} {other}".strip() if one in groups else one for one, other in words}
    assert documented - groups == names, "a command that does not exist"
    options = {option for _name, parser in commands() for action in parser._actions for option in action.option_strings}
    table = first_column(section(read("docs/publisher.md"), "For the publisher"))
    assert {code.split(" ")[0] for code in table if code.startswith("-")} == options


def test_exit_codes() -> None:
    table = rows(section(read("docs/publisher.md"), "What it says"))[1:]
    assert {int(row[0]) for row in table} == {common.BUILT, common.PROBLEMS, common.USAGE, 130}


def targets() -> set[str]:
    return set(re.findall(r"^([a-z]+):.*##", read("Makefile"), re.M))


def test_make_targets() -> None:
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for words in re.findall(r"^make ([a-z ]+?)(?: *#.*)?$|`make ([a-z ]+)`", text, re.M):
            for target in " ".join(words).split():
                assert target in targets(), f"{page.name}: make {target}"
    documented = {
        code.removeprefix("make ") for code in first_column(read("CONTRIBUTING.md")) if code.startswith("make ")
    }
    assert documented == targets()


def test_the_readme_has_the_two_commands() -> None:
    block = re.search(r"```bash\n(.*?)```", section(read("README.md"), "Two commands"), re.S)
    assert block is not None
    assert [line.split("#")[0].strip() for line in block.group(1).strip().split("\n")] == ["make site", "make test"]


def anchors(text: str) -> set[str]:
    """The anchors of a page, as forges make them."""
    found = set()
    bare = re.sub(r"^```.*?^```$", "", text, flags=re.S | re.M)
    for heading in re.findall(r"^#+ (.+)$", bare, re.M):
        found.add(re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-"))
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    bare = re.sub(r"`[^`\n]*`", "", re.sub(r"^```.*?^```$", "", text, flags=re.S | re.M))
    for target in re.findall(r"\]\(([^)\s]+)\)", bare):
        if re.match(r"^https://", target):
            continue
        name, _, anchor = target.partition("#")
        place = (page.parent / name).resolve() if name else page
        assert place.is_file(), target
        if anchor:
            assert anchor in anchors(place.read_text(encoding="utf-8")), target


def test_every_page_can_be_reached() -> None:
    text = read("README.md")
    assert [name for name in GUIDES if f"(docs/{name}.md)" not in text] == []
    assert {path.stem for path in DOCS.glob("*.md")} == set(GUIDES)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_files_that_docs_name_exist(page: Path) -> None:
    text = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.S | re.M)
    for path in re.findall(r"`((?:generator|tests|docs|benchmarks)/[\w./-]+)`", text):
        assert (ROOT / path).exists(), path


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_samples_of_toml_and_json_can_be_read(page: Path) -> None:
    for kind, sample in re.findall(r"^```(toml|json)\n(.*?)^```$", page.read_text(encoding="utf-8"), re.S | re.M):
        tomllib.loads(sample) if kind == "toml" else json.loads(sample)


# ---------------------------------------------------------------- architecture and designer


def test_the_architecture_names_every_module() -> None:
    table = section(read("docs/architecture.md"), "Modules")
    named = set()
    for row in rows(table)[1:]:
        found = codes(row[0])
        folder = found[0].rpartition(".")[0]
        named |= {code if "." in code or not folder else f"{folder}.{code}" for code in found}
    package = ROOT / "generator"
    modules = {
        ".".join(path.relative_to(package).with_suffix("").parts)
        for path in package.rglob("*.py")
        if not path.name.startswith("__")
    }
    assert named == modules


DESIGNER = read("docs/designer.md")


def view_classes() -> list[type]:
    found = [
        cls
        for module in (views, calendar_views, source_views, last_views, machine_views)
        for _name, cls in inspect.getmembers(module, inspect.isclass)
        if cls.__module__ == module.__name__
    ]
    return [*found, Grid, GridPart]


@pytest.mark.parametrize("view", view_classes(), ids=lambda view: view.__name__)
def test_designers_know_every_field(view: type) -> None:
    (row,) = [row for row in rows(section(DESIGNER, "What they receive")) if codes(row[0])[:1] == [view.__name__]]
    fields = {field.name for field in dataclasses.fields(view)}
    properties = {name for name, value in vars(view).items() if isinstance(value, property)}
    plain = re.sub(r"\([^)]*\)", "", row[1])
    assert set(codes(plain)) == fields | properties


def test_designers_know_the_parts_of_a_grid() -> None:
    table = section(DESIGNER, "What they receive")
    (row,) = [row for row in rows(table) if codes(row[0])[:1] == ["GridPart"]]
    for part in (GridHead, GridGroup):
        assert {field.name for field in dataclasses.fields(part)} <= set(codes(row[1]))
    (row,) = [row for row in rows(table) if codes(row[0])[:1] == ["GridCell"]]
    assert set(codes(row[1])) == set(GridCell._fields)


def test_designers_know_every_template() -> None:
    found = (path.split("templates/", 1)[1] for path in default_templates())
    names = {name for name in found if not name.startswith(("assets/", "locale/"))}
    listed = {code for code in first_column(section(DESIGNER, "Which template makes what")) if "." in code}
    assert names <= listed
    assert {name for name in listed if name not in names} <= {"kinds/<kind>.html", "kinds/<kind>-index.html"}


def test_designers_know_every_property_of_the_style_sheet() -> None:
    css = read("templates/assets/site.css")
    defined = set(re.findall(r"^\s*(--[a-z0-9-]+):", css, re.M))
    listed = set(re.findall(r"`(--[a-z0-9-]+)`", section(DESIGNER, "Style")))
    assert listed <= defined, "a property that the style sheet does not have"


def test_blocks_of_templates_exist() -> None:
    text = section(DESIGNER, "Which template makes what")
    for name in ("base.html", "plain.html"):
        (row,) = [row for row in rows(text) if codes(row[0]) == [name]]
        assert set(codes(row[1].split("blocks")[1])) == blocks_of(name), name
    further = text[text.index("`release.html` has further blocks") :]
    assert set(codes(further)) - {"release.html"} == blocks_of("release.html") - blocks_of("base.html")
    for name in ("cards.html", "grid.html"):
        (row,) = [row for row in rows(text) if codes(row[0]) == [name]]
        macros = {code.split("(")[0] for code in codes(row[1])}
        assert macros <= set(re.findall(r"{% macro (\w+)", read(f"templates/{name}"))), name


def blocks_of(name: str) -> set[str]:
    return set(re.findall(r"{% block (\w+)", read(f"templates/{name}")))


# ---------------------------------------------------------------- what the README promises works


def test_a_first_release_in_ten_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The README's own steps, done: the files that it names, with the words that it gives."""
    monkeypatch.setattr(workers, "check_agreement", lambda *_made: ())  # for the charts are not drawn
    steps = section(read("README.md"), "A first release")
    schema = next(code for code in codes(steps) if code.startswith('{"fields"'))
    table = [code for code in codes(steps) if " = " in code]
    head = [line for line in table if line.startswith(("kind", "published"))]
    declared = table[table.index('file = "sales.csv"') : table.index('table = "sales"')]
    figure = table[table.index('table = "sales"') :]
    sources = {path: data for folder in ("content", "data") for path, data in _below(folder)}
    sources |= {"site.toml": (ROOT / "site.toml").read_bytes(), **default_templates()}
    release = "\n".join([*head, "[tables.sales]", *declared, "[figures.growth]", *figure])
    names = "\n".join(f"{code},{code},{code}" for code in ("shop", "NORTH")) + "\nPIECE,pièces,pieces\n"
    sources |= {
        "data/sales-2025/sales.csv": b"shop,year,value\nNORTH,2024,100\nNORTH,2025,110\n",
        "data/sales-2025/sales.schema.json": schema.encode(),
        "data/sales-2025/release.toml": release.encode(),
        "data/labels.csv": sources["data/labels.csv"].rstrip(b"\n") + b"\n" + names.encode(),
    }
    for lang in ("fr", "en"):
        sources[f"content/{lang}/communiques/sales-2025.md"] = (
            b"---\ntitle: Sales\nsummary: Sales rose.\nslug: sales-2025\n---\n\nBy {{ growth.NORTH }}.\n"
        )
    report = build(sources, tmp_path / "site", _later(), charts=_NoCharts())
    assert not report.broken, [problem.text() for problem in report.problems]
    assert b"10.0%" in (tmp_path / "site/en/press-releases/sales-2025/index.html").read_bytes()


class _NoCharts:
    """A store that has every chart already."""

    def get(self, _key: str) -> str:
        return '<svg xmlns="http://www.w3.org/2000/svg"></svg>'

    def put(self, _key: str, _svg: str) -> None:
        raise AssertionError("no chart is drawn")

    def get_bytes(self, _key: str) -> bytes:
        return b""

    def put_bytes(self, _key: str, _data: bytes) -> None:
        raise AssertionError("no picture is drawn")


def _later() -> datetime:
    return datetime.fromisoformat("2026-01-01T00:00:00+00:00")


def _below(folder: str) -> Iterator[tuple[str, bytes]]:
    for path, data in tree(ROOT / folder).items():
        yield f"{folder}/{path}", data
