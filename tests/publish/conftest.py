"""What tests of publishing begin with."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.publish.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Where sealed bytes are."""
    return Store(tmp_path / "sealed")
