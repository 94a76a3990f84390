from __future__ import annotations

import pytest

from linli.desk.common import clock
from linli.desk.places.models import Community


@pytest.fixture
def bridge(db: None) -> Community:
    return Community.objects.create(slug="bridge", name_zh="桥头社区", created_at=clock.now())


@pytest.fixture
def mill(db: None) -> Community:
    return Community.objects.create(slug="mill", name_zh="磨坊社区", created_at=clock.now())
