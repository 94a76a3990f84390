from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from linli.desk.common import clock
from linli.desk.places.models import Community
from tests.desk.common.gateway import Gateway, gateway


@pytest.fixture
def bridge(db: None) -> Community:
    return Community.objects.create(slug="bridge", name_zh="桥头社区", created_at=clock.now())


@pytest.fixture
def mill(db: None) -> Community:
    return Community.objects.create(slug="mill", name_zh="磨坊社区", created_at=clock.now())


@pytest.fixture
def sms() -> Iterator[Gateway]:
    with gateway() as found:
        yield found


@pytest.fixture
def own_keys(tmp_path: Path, settings: Any) -> Path:
    """Keys that a test may rotate or break."""
    settings.DATA = tmp_path
    return tmp_path
