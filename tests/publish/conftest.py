"""What tests of publishing begin with."""

from __future__ import annotations

from pathlib import Path

import pytest
from branches import host_at

from generator.publish.store import Store


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The site's folder."""
    (tmp_path / "site").mkdir()
    return tmp_path / "site"


@pytest.fixture
def host(tmp_path: Path) -> Path:
    """A bare repository, which stands for a host."""
    return host_at(tmp_path / "host.git")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Where sealed bytes are."""
    return Store(tmp_path / "sealed")
