"""The pinned versions: that every Python which `pyproject.toml` admits can install them, and from where."""

import re
import tomllib
from importlib.metadata import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

ROOT = Path(__file__).parent.parent
FILES = ("requirements.txt", "requirements-dev.txt")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def pins() -> dict[str, str]:
    """Every pinned distribution with its version."""
    lines = [line for name in FILES for line in (ROOT / name).read_text(encoding="utf-8").splitlines()]
    found = [re.match(r"([\w.-]+)==([\w.]+)(?:\s+#.*)?$", line) for line in lines]
    return {match[1]: match[2] for match in found if match}


def test_files_hold_pins_and_comments_only() -> None:
    for name in FILES:
        for line in (ROOT / name).read_text(encoding="utf-8").splitlines():
            assert re.match(r"#|-r requirements\.txt$|[\w.-]+==[\w.]+(\s+#.*)?$", line), f"{name}: {line}"


@pytest.mark.parametrize("name", sorted(pins()))
def test_a_pinned_version_installs_on_the_lowest_python_of_the_project(name: str) -> None:
    """Debian 12 has Python 3.11.2: a pin that asks for 3.11.5 stopped `make site` there."""
    lowest = re.fullmatch(r">=(\d+\.\d+)", PROJECT["requires-python"])
    assert lowest is not None
    installed = metadata(name)
    assert installed["Version"] == pins()[name]
    needs = installed.get("Requires-Python", "")
    assert f"{lowest[1]}.0" in SpecifierSet(needs), needs


def test_pins_are_within_what_the_project_says_works() -> None:
    wanted = PROJECT["dependencies"] + [line for lines in PROJECT["optional-dependencies"].values() for line in lines]
    for requirement in map(Requirement, wanted):
        assert pins()[requirement.name] in requirement.specifier, requirement
