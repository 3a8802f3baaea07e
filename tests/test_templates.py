"""Templates against views: no template asks for a field that no view has, and no view has a field that none uses."""

from __future__ import annotations

import ast
import dataclasses
import inspect
from pathlib import Path
from types import ModuleType

import pytest
from jinja2 import Environment, nodes
from support import ROOT

from generator import model
from generator.render import calendar_views, last_views, machine_views, source_views, views

TEMPLATES = sorted(path for path in (ROOT / "templates").rglob("*") if path.suffix in (".html", ".xml", ".txt"))
#: What Jinja has of its own, and what a template sets in a namespace.
OWN = frozenset({"first", "last", "index", "column"})
VIEWS = (views, calendar_views, source_views, machine_views, last_views)
GRIDS = (model.Grid, model.GridPart, model.GridHead, model.GridGroup)


def fields() -> set[str]:
    """Every field, and every property, that a template may be given."""
    found = {"signs"}
    for value in (*(value for module in VIEWS for value in vars(module).values()), *GRIDS):
        if dataclasses.is_dataclass(value) and isinstance(value, type):
            found |= {field.name for field in dataclasses.fields(value)}
    return found | set(model.GridCell._fields)


def asked(path: Path) -> set[str]:
    """The names that a template asks of its values: `page.frame`, and `map(attribute="heading")`."""
    tree = Environment(extensions=["jinja2.ext.i18n"]).parse(path.read_text(encoding="utf-8"))
    found = {node.attr for node in tree.find_all(nodes.Getattr)}
    for node in tree.find_all(nodes.Filter):
        constants = [*node.args, *(keyword.value for keyword in node.kwargs)]
        if node.name in ("map", "rejectattr", "selectattr"):
            found |= {str(one.value) for one in constants if isinstance(one, nodes.Const)}
    return found


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_template_asks_for_what_there_is(path: Path) -> None:
    assert asked(path) - fields() - OWN == set()


def test_every_field_is_used() -> None:
    used = set().union(*map(asked, TEMPLATES))
    grid_rows = {"rows"}  # unpacked in a loop
    unused = fields() - used - grid_rows
    offered = {"id", "lang", "width", "url", "embed", "frame"}  # for a site's own templates; documented
    assert unused - offered == set()


@pytest.mark.parametrize("views", VIEWS, ids=lambda module: module.__name__)
def test_views_are_frozen_and_say_what_they_are(views: ModuleType) -> None:
    tree = ast.parse(inspect.getsource(views))
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            assert ast.get_docstring(node), node.name
            assert dataclasses.fields(getattr(views, node.name))
            assert getattr(views, node.name).__dataclass_params__.frozen
