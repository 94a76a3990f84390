from __future__ import annotations

import os
from pathlib import Path

import pytest

pytest_plugins = ["tests.browser", "tests.imap"]

ROOT = Path(__file__).resolve().parents[1]
HELSINKI = ROOT / "src" / "linli" / "demo" / "helsinki.osm.pbf"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real places and benchmark instances that are too large or too foreign to commit."""
    folder = Path(os.environ.get("LINLI_SHARED_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no shared data: {folder} is absent (set LINLI_SHARED_DATA)")
    return folder


@pytest.fixture(scope="session")
def helsinki() -> Path:
    return HELSINKI
