"""A district for benchmarks: two hundred communities, a million matters over two years, one in ten of them open."""

from __future__ import annotations

import datetime as dt
import random
import sys
import time
from typing import Any

COMMUNITIES, EACH = 200, 5_000
_STREET = (120.0, 30.0)
_WORDS = [
    "路灯坏了",
    "楼道",
    "电梯",
    "漏水",
    "停车",
    "占道",
    "噪音",
    "垃圾",
    "没人清",
    "井盖",
    "下水道",
    "堵了",
    "台阶",
    "扶手",
    "松了",
    "健身器材",
    "断了",
    "花坛",
    "野狗",
    "电线",
    "垂下来",
    "三号楼",
    "门口",
    "晚上",
    "看不见",
    "老人",
    "摔倒",
    "危险",
    "已经",
    "两个星期",
    "请尽快",
    "处理",
    "谢谢",
    "地下室",
    "水表",
    "物业",
    "不管",
    "充电",
    "电动车",
    "消防通道",
]


def fill() -> None:
    """Fill the empty database that Django is set up with. The only account works at the desk of the first community."""
    from django.db import connection, transaction  # noqa: PLC0415 -- Django is set up by whoever calls
    from django_scopes import scope  # noqa: PLC0415

    started = time.monotonic()
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA synchronous=OFF")
        with transaction.atomic():
            first = _first()
            with scope(community=first):
                _copy(cursor, first)
        cursor.execute("ANALYZE")
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA synchronous=FULL")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    print(f"filled in {time.monotonic() - started:.0f} s", file=sys.stderr)


def _first() -> Any:
    from django_scopes import scope  # noqa: PLC0415

    from linli.desk.common.models import SearchEntry  # noqa: PLC0415
    from linli.desk.common.search import tokens_of  # noqa: PLC0415
    from linli.desk.matters.models import Category, Matter  # noqa: PLC0415
    from linli.desk.matters.seed import categories  # noqa: PLC0415
    from linli.desk.people.models import Account, Post, Role  # noqa: PLC0415
    from linli.desk.places.models import Community, Grid  # noqa: PLC0415

    now, rng = dt.datetime.now(dt.UTC), random.Random(7)
    community = Community.objects.create(slug="c0", name_zh="第一社区", name_en="First", created_at=now)
    account = Account.objects.create_user("desk", name="王芳")
    ring = [[120, 30], [120.05, 30], [120.05, 30.02], [120, 30.02], [120, 30]]
    with scope(community=community):
        Post.objects.create(account=account, community=community, role=Role.DESK, since=now, last_used_at=now)
        kinds = Category.objects.bulk_create(Category(community=community, **one) for one in categories())
        grids = Grid.objects.bulk_create(
            Grid(
                community=community, number=number, name_zh=f"第{number}网格", west=120, south=30, east=120.05, north=30.02,
                boundary={"type": "Polygon", "coordinates": [ring]},
            )
            for number in range(1, 13)
        )  # fmt: skip
        public = [one for one in kinds if one.public]
        matters, found_by = [], []
        for number in range(1, EACH + 1):
            received = now - dt.timedelta(minutes=rng.randrange(2 * 365 * 24 * 60))
            still_open = rng.random() < 0.1
            words = "，".join(rng.sample(_WORDS, 6))
            matters.append(
                Matter(
                    pk=number, community=community, number=number, code=f"26-{number:05d}", follow_code="",
                    follow_digest=f"{number:032d}", category=rng.choice(public), words=words, grid=rng.choice(grids),
                    lon=_STREET[0] + rng.random() * 0.05, lat=_STREET[1] + rng.random() * 0.02, public=True,
                    public_words=words, state="dispatched" if still_open else "closed", worker=account,
                    outcome="" if still_open else "fixed", closed_at=None if still_open else received, received_at=received,
                    solve_due_at=received + dt.timedelta(days=5), updated_at=received,
                )
            )  # fmt: skip
            tokens = " ".join([f"d{community.pk}kmatter", *tokens_of(f"26-{number:05d}\n{words}")])
            found_by.append(
                SearchEntry(pk=number, community=community, kind="matter", object_id=number, tokens=tokens)
            )
        Matter.objects.bulk_create(matters, batch_size=500)
        SearchEntry.objects.bulk_create(found_by, batch_size=500)
    return community


def _copy(cursor: Any, first: Any) -> None:
    """Make the other communities by copying the first: in the database, where it takes minutes and not hours."""
    from linli.desk.common.models import SearchEntry  # noqa: PLC0415
    from linli.desk.matters.models import Category, Matter  # noqa: PLC0415
    from linli.desk.places.models import Community, Grid  # noqa: PLC0415

    kinds, grids = Category.objects.count(), Grid.objects.count()
    for number in range(1, COMMUNITIES):
        shifts = {
            Community: {"id": f"id + {number}", "slug": f"'c{number}'"},
            Category: {"id": f"id + {number * kinds}", "community_id": f"community_id + {number}"},
            Grid: {"id": f"id + {number * grids}", "community_id": f"community_id + {number}"},
            Matter: {
                "id": f"id + {number * EACH}", "community_id": f"community_id + {number}",
                "category_id": f"category_id + {number * kinds}", "grid_id": f"grid_id + {number * grids}",
                "follow_digest": f"follow_digest || '-{number}'", "worker_id": "worker_id",
            },
            SearchEntry: {
                "id": f"id + {number * EACH}", "community_id": f"community_id + {number}",
                "object_id": f"object_id + {number * EACH}",
                "tokens": f"replace(tokens, 'd{first.pk}kmatter', 'd{first.pk + number}kmatter')",
            },
        }  # fmt: skip
        for model, changed in shifts.items():
            columns = [field.column for field in model._meta.concrete_fields]  # noqa: SLF001 -- Django's public part
            table = model._meta.db_table  # noqa: SLF001 -- likewise
            own = "id = %s" if model is Community else "community_id = %s"
            cursor.execute(
                f"INSERT INTO {table} ({', '.join(chr(34) + one + chr(34) for one in columns)}) "
                f"SELECT {', '.join(changed.get(one, chr(34) + one + chr(34)) for one in columns)} "
                f"FROM {table} WHERE {own}",
                [first.pk],
            )
        if number % 20 == 0:
            print(f"{number} of {COMMUNITIES} communities", file=sys.stderr)
