"""The shape of the package, held by its own source: who may import whom, which library lives where, who prints.

Everything is read with `ast`, so that an import inside a function or under `TYPE_CHECKING` counts like any other.
"""

from __future__ import annotations

import ast
import graphlib
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "generator"

#: From the bottom to the top. A part may import what stands on a lower line; parts on one line do not know each other.
LAYERS: tuple[tuple[str, ...], ...] = (
    ("amending", "errors"),
    ("definitions", "spec", "urls"),
    ("model", "places"),
    ("config",),
    ("formats", "headers", "typography"),
    ("sources",),
    ("facts",),
    ("render",),
    ("checks", "output"),
    ("editions", "plan", "translate", "versions", "workers"),
    ("guard", "refresh"),
    ("build",),
    ("impact",),
    ("impact_report", "preview", "publish"),
    ("cli",),
    ("__main__",),
)

#: The package itself holds the version and nothing else: anybody may ask for it.
ROOT = "generator"

#: Each library that is not Python's own, and the modules that may import it.
HOMES: dict[str, frozenset[str]] = {
    "altair": frozenset({"render.chart_spec"}),
    "babel": frozenset({"formats", "sources.catalogues"}),  # CLDR; and catalogues, which are another thing
    "boto3": frozenset({"publish.aws"}),
    "botocore": frozenset({"publish.aws"}),
    "defusedxml": frozenset({"translate.xliff_reader"}),
    "icalendar": frozenset({"render.ics"}),
    "jinja2": frozenset({"render.templates"}),
    "markdown": frozenset({"render.prose"}),
    "markupsafe": frozenset({"render.views"}),
    "nh3": frozenset({"render.prose"}),
    "pandas": frozenset({"render.chart_spec"}),
    "pymdownx": frozenset({"render.blocks"}),
    "regex": frozenset({"sources.schemas"}),
    "starlette": frozenset({"preview.server"}),
    "tomli": frozenset({"spec"}),
    "tqdm": frozenset({"cli.building"}),
    "uvicorn": frozenset({"preview.server"}),
    "vl_convert": frozenset({"render.charts"}),
    "watchfiles": frozenset({"preview.watching"}),
    "yaml": frozenset({"sources.texts"}),
}

#: The modules of the command that read its arguments.
COMMANDS = (
    *("building", "common", "comparing", "drafting", "exchanging", "languages", "previewing", "publishing", "sealing"),
    *("translating", "verifying"),
)

#: Parts of Python's own library that one module owns too.
OWN_HOMES: dict[str, frozenset[str]] = {
    "argparse": frozenset({"cli", *(f"cli.{name}" for name in COMMANDS)}),
    "fcntl": frozenset({"output.write", "publish.folder"}),
    "sqlite3": frozenset({"output.manifest"}),
}

#: What a start of the command must not cost: each of these takes as long to import as a small build.
HEAVY = ("altair", "pandas", "vl_convert", "numpy")

MODULE_LINES = 400
FUNCTION_LINES = 45

CHANGERS = frozenset(
    {
        *("append", "extend", "insert", "remove", "pop", "popitem", "clear", "update", "setdefault", "add", "discard"),
        *("sort", "reverse", "difference_update", "intersection_update"),
    }
)
MAKERS = frozenset({"dict", "list", "set", "bytearray", "defaultdict", "deque", "Counter", "OrderedDict"})


@dataclass(frozen=True)
class Module:
    """A module of the package: its dotted name below the package, its text and its tree."""

    name: str
    path: Path
    text: str
    tree: ast.Module

    @property
    def part(self) -> str:
        """What stands in `LAYERS`: the module, or the folder that holds it."""
        return self.name.partition(".")[0]

    def functions(self) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
        for node in ast.walk(self.tree):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                yield node


@cache
def modules() -> tuple[Module, ...]:
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        inside = path.relative_to(PACKAGE).with_suffix("")
        parts = inside.parts[:-1] if inside.name == "__init__" else inside.parts
        text = path.read_text(encoding="utf-8")
        found.append(Module(".".join(parts) or ROOT, path, text, ast.parse(text, str(path))))
    return tuple(found)


@cache
def names() -> frozenset[str]:
    return frozenset(module.name for module in modules())


def imports(module: Module) -> Iterator[tuple[str, int]]:
    """Every import of a module, wherever it stands: (absolute dotted name, line)."""
    package = [ROOT, *module.name.split(".")] if module.name != ROOT else [ROOT]
    if module.path.name != "__init__.py":
        package = package[:-1]
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno
        elif isinstance(node, ast.ImportFrom):
            stem = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*stem, *([node.module] if node.module else [])])
            for alias in node.names:
                yield f"{base}.{alias.name}", node.lineno


def inner(module: Module) -> Iterator[tuple[str, int]]:
    """The modules of the package that a module imports: (name below the package, line)."""
    for target, line in imports(module):
        if target.partition(".")[0] != ROOT:
            continue
        below = target.removeprefix(ROOT).lstrip(".")
        while below and below not in names():
            below = below.rpartition(".")[0]
        yield below or ROOT, line


def outer(module: Module) -> Iterator[tuple[str, int]]:
    for target, line in imports(module):
        top = target.partition(".")[0]
        if top not in (ROOT, "__future__"):
            yield top, line


def level(part: str) -> int:
    return next(number for number, parts in enumerate(LAYERS) if part in parts)


# ---------------------------------------------------------------- directions


def test_every_part_has_a_layer() -> None:
    known = {part for parts in LAYERS for part in parts}
    assert {module.part for module in modules()} - {ROOT} == known


def test_imports_point_down() -> None:
    wrong = []
    for module in modules():
        for target, line in inner(module):
            part = target.partition(".")[0]
            if part in (ROOT, module.part):
                continue
            if module.name == ROOT or level(part) >= level(module.part):
                wrong.append(f"{module.path.name}:{line}: {module.name} imports {target}")
    assert not wrong, "\n".join(wrong)


def test_no_circle_of_any_kind() -> None:
    graph = {module.name: {name for name, _line in inner(module) if name != module.name} for module in modules()}
    try:
        order = tuple(graphlib.TopologicalSorter(graph).static_order())
    except graphlib.CycleError as error:
        pytest.fail(" → ".join(error.args[1]))
    assert len(order) == len(modules())


def test_nobody_imports_a_private_name_of_another_module() -> None:
    wrong = [
        f"{module.name}:{line}: {target}"
        for module in modules()
        for target, line in imports(module)
        if target.startswith(ROOT + ".")
        and target.rpartition(".")[2].startswith("_")
        and not target.endswith("__version__")
    ]
    assert not wrong, "\n".join(wrong)


# ---------------------------------------------------------------- libraries


def test_each_library_has_its_home() -> None:
    homes = HOMES | OWN_HOMES
    wrong, used = [], set()
    for module in modules():
        for top, line in outer(module):
            if top in sys.stdlib_module_names and top not in OWN_HOMES:
                continue
            used.add(top)
            if module.name not in homes.get(top, frozenset()):
                wrong.append(
                    f"{module.name}:{line}: imports {top}, whose home is {sorted(homes.get(top, {'nowhere'}))}"
                )
    assert not wrong, "\n".join(wrong)
    assert used == set(homes), "a home whose library nobody uses"


def test_every_home_uses_its_library() -> None:
    used = {(top, module.name) for module in modules() for top, _line in outer(module)}
    promised = {(top, name) for top, homes in (HOMES | OWN_HOMES).items() for name in homes}
    assert promised <= used


def test_the_command_starts_without_what_only_charts_need() -> None:
    code = (
        "import sys, generator.cli, generator.render.targets\n"
        "print([name for name in sys.argv[1:] if name in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code, *HEAVY], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


# ---------------------------------------------------------------- habits


def test_only_the_command_prints() -> None:
    wrong = []
    for module in modules():
        if module.part == "cli":
            continue
        for node in ast.walk(module.tree):
            called = node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""
            stream = isinstance(node, ast.Attribute) and node.attr in ("stdout", "stderr", "stdin")
            if called in ("print", "input") or stream:
                wrong.append(f"{module.name}:{node.lineno}")
        wrong += [f"{module.name}:{line}" for top, line in outer(module) if top in ("logging", "warnings")]
    assert not wrong, wrong


def test_only_the_command_reads_the_clock_of_the_site() -> None:
    """The instant of a build is an argument: `datetime.now` stands in the command alone."""
    wrong = [
        f"{module.name}:{node.lineno}"
        for module in modules()
        if module.part != "cli"
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Attribute) and node.attr in ("now", "utcnow", "today")
    ]
    assert not wrong, wrong


def test_every_module_says_what_it_owns() -> None:
    assert not [module.name for module in modules() if not ast.get_docstring(module.tree)]


def test_no_module_is_too_long() -> None:
    lines = {module.name: len(module.text.splitlines()) for module in modules()}
    assert {name: count for name, count in lines.items() if count > MODULE_LINES} == {}


def test_no_function_is_too_long() -> None:
    long = []
    for module in modules():
        for function in module.functions():
            lines = (function.end_lineno or function.lineno) - function.lineno + 1
            if lines > FUNCTION_LINES:
                long.append(f"{module.name}.{function.name}: {lines} lines")
    assert not long, "\n".join(long)


# ---------------------------------------------------------------- state


def bindings(tree: ast.Module) -> Iterator[tuple[str, ast.expr, int]]:
    """Names that a module binds at its top level, also under `if` and `try`."""
    waiting: list[ast.stmt] = list(tree.body)
    while waiting:
        node = waiting.pop(0)
        if isinstance(node, ast.Assign):
            for target in node.targets:
                for name in ast.walk(target):
                    if isinstance(name, ast.Name):
                        yield name.id, node.value, node.lineno
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None:
            yield node.target.id, node.value, node.lineno
        for field in ("body", "orelse", "finalbody"):
            if isinstance(node, (ast.If, ast.Try, ast.With, ast.For, ast.While)):
                waiting += getattr(node, field, [])


def is_mutable(value: ast.expr) -> bool:
    """Whether an expression makes something that can change. A `MappingProxyType` around it cannot."""
    if isinstance(value, (ast.Dict, ast.List, ast.Set, ast.DictComp, ast.ListComp, ast.SetComp, ast.GeneratorExp)):
        return True
    if isinstance(value, ast.Call):
        called = value.func
        name = called.id if isinstance(called, ast.Name) else called.attr if isinstance(called, ast.Attribute) else ""
        return name in MAKERS
    return False


def changed(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Names (or attributes) that code changes in place: `NAME[…] = …`, `del NAME[…]`, `NAME.append(…)`."""
    for node in ast.walk(tree):
        target: ast.expr | None = None
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, (ast.Store, ast.Del)):
            target = node.value
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CHANGERS:
            target = node.func.value
        elif isinstance(node, ast.AugAssign):
            target = node.target
        if isinstance(target, ast.Name):
            yield target.id, node.lineno
        elif isinstance(target, ast.Attribute):
            yield target.attr, node.lineno


def test_modules_hold_no_state() -> None:
    """A table at module level is a constant: named in capitals, and nobody in the package changes it."""
    tables = {
        name: module.name
        for module in modules()
        for name, value, _line in bindings(module.tree)
        if is_mutable(value) and name != "__all__"
    }
    assert not [f"{home}.{name}" for name, home in tables.items() if name != name.upper()], "not named as a constant"
    wrong = [
        f"{module.name}:{line}: changes {name}"
        for module in modules()
        for name, line in changed(module.tree)
        if name in tables
    ]
    assert not wrong, "\n".join(wrong)


def test_no_function_rebinds_a_global() -> None:
    assert not [
        f"{module.name}:{node.lineno}"
        for module in modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Global)
    ]


def test_a_cache_at_module_level_remembers_a_constant_only() -> None:
    """`@cache` on a function with arguments is state that outlives a build; caches live in objects instead."""
    wrong = []
    for module in modules():
        methods = {id(node) for cls in ast.walk(module.tree) if isinstance(cls, ast.ClassDef) for node in cls.body}
        for function in module.functions():
            marks = {
                name.id for mark in function.decorator_list for name in ast.walk(mark) if isinstance(name, ast.Name)
            }
            arguments = function.args.args or function.args.kwonlyargs or function.args.posonlyargs
            if marks & {"cache", "lru_cache", "once"} and (arguments or id(function) in methods):
                wrong.append(f"{module.name}.{function.name}")
    assert not wrong, wrong
